//! `block-page`: at which addresses the pages stand that rules lead to.

use super::{file_options::FileArgs, outcome::Outcome, style::complain};
use crate::{
    config::LabSpec,
    model::CountryCode,
    survey::{chosen, page_addresses},
};
use serde_json::json;

/// Tell at which addresses block pages stand, for `serve --block-page` to serve them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  splinterdns block-page --country TR
  splinterdns block-page --country ID --print-addresses
  sudo sh -c \"$(splinterdns block-page --country TR --print-addresses)\"")]
pub(super) struct BlockPageArgs {
    #[command(flatten)]
    files: FileArgs,

    /// The countries whose pages are wanted; may be given several times [default: all]
    #[arg(long, value_name = "CC", value_delimiter = ',')]
    country: Vec<CountryCode>,

    /// Print the commands that give this machine the pages' addresses
    #[arg(long, conflicts_with = "remove")]
    print_addresses: bool,

    /// Print the commands that take them away again
    #[arg(long)]
    remove: bool,

    /// Print a list of objects with address and countries
    #[arg(long, conflicts_with_all = ["print_addresses", "remove"])]
    json: bool,
}

/// Containers often have no IPv6.
const IF_IPV6: &str = "[ ! -e /proc/net/if_inet6 ] || ";

pub(super) fn run(args: &BlockPageArgs) -> Outcome {
    let engine = args.files.load(LabSpec::default(), &args.country)?;
    let countries = chosen(&engine.policy, &args.country)?;
    let pages = page_addresses(&engine, &countries);
    if args.json {
        let pages = pages.iter().map(|(address, leading)| {
            let leading = leading.iter().map(|(country, operator)| {
                json!({ "country": country.to_string(), "operator": operator })
            });
            json!({ "address": address, "from": leading.collect::<Vec<_>>() })
        });
        say!("{}", json!(pages.collect::<Vec<_>>()));
        return Ok(());
    }
    if pages.is_empty() {
        complain(format_args!("note: no rule of these countries leads to a page"));
        return Ok(());
    }
    for (address, leading) in &pages {
        let length = if address.is_ipv4() { 32 } else { 128 };
        let leading = leading.iter().map(|(country, operator)| match operator {
            Some(operator) => format!("{country}/{operator}"),
            None => country.to_string(),
        });
        let leading = leading.collect::<Vec<_>>().join(" ");
        let (guard, nodad) = if address.is_ipv6() { (IF_IPV6, " nodad") } else { ("", "") };
        match (args.print_addresses, args.remove) {
            (true, _) => say!("{guard}ip address add {address}/{length} dev lo{nodad}"),
            (_, true) => say!("{guard}ip address delete {address}/{length} dev lo"),
            (false, false) => say!("{address:<40} {leading}"),
        }
    }
    Ok(())
}
