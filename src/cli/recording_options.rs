//! The options that say what is recorded of queries.

use super::outcome::Failure;
use crate::{
    config::size,
    events::{DnstapTarget, QueryLogSpec, Recording},
};
use std::path::PathBuf;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct RecordingArgs {
    /// Write a line of JSON for every query into this file (- for standard output), behind what is
    /// in it; docs/observing.md tells what stands in it
    #[arg(long, env = "SPLINTERDNS_QUERY_LOG", value_name = "FILE", help_heading = RECORDING)]
    query_log: Option<PathBuf>,

    /// The query log is rotated before it grows larger, 100kB to 100GB [default: 100MB]
    #[arg(
        long, env = "SPLINTERDNS_QUERY_LOG_SIZE", help_heading = RECORDING,
        value_name = "SIZE", value_parser = |text: &str| size(text, LOG_RANGE)
    )]
    query_log_size: Option<usize>,

    /// How many of the older query logs are kept, as FILE.1, FILE.2 and so on, 0 to 999
    /// [default: 4]
    #[arg(
        long, env = "SPLINTERDNS_QUERY_LOG_KEEP", help_heading = RECORDING,
        value_name = "N", value_parser = clap::value_parser!(u16).range(0..=999)
    )]
    query_log_keep: Option<u16>,

    /// Send every query and every reply as dnstap, with the rule that decided: into a file, or to a
    /// collector that listens there
    #[arg(
        long, env = "SPLINTERDNS_DNSTAP", help_heading = RECORDING,
        value_name = "FILE|unix:PATH|tcp:HOST:PORT"
    )]
    dnstap: Option<DnstapTarget>,

    /// Write what comes in and goes out as packets into this file (- for standard output), for
    /// Wireshark
    #[arg(long, env = "SPLINTERDNS_PCAP", value_name = "FILE", help_heading = RECORDING)]
    pcap: Option<PathBuf>,
}

/// Where they stand in the help.
const RECORDING: &str = "What is recorded";

/// Sizes of the query log.
const LOG_RANGE: (usize, usize) = (100_000, 100_000_000_000);

const LOG_SIZE: usize = 100_000_000;
const LOG_KEEP: u16 = 4;

impl RecordingArgs {
    /// What is recorded.
    pub(super) fn recording(&self) -> Recording {
        let query_log = self.query_log.as_ref().map(|file| QueryLogSpec {
            file: file.clone(),
            size: self.query_log_size.unwrap_or(LOG_SIZE) as u64,
            keep: self.query_log_keep.unwrap_or(LOG_KEEP),
        });
        let (dnstap, pcap) = (self.dnstap.clone(), self.pcap.clone());
        Recording { query_log, dnstap, pcap, page: None }
    }

    /// Whether standard output is for a program. It cannot be for two.
    pub(super) fn writes_to_output(&self) -> Result<bool, Failure> {
        let files = [&self.query_log, &self.pcap].into_iter().flatten();
        match files.filter(|file| file.as_os_str() == "-").count() {
            count @ (0 | 1) => Ok(count == 1),
            _ => Err(Failure::problem(
                "--query-log - and --pcap - would both write to the standard output",
            )),
        }
    }
}
