//! What the command line says of the page.

use std::net::SocketAddr;

/// What the command line says of the page.
#[derive(Clone, Debug)]
pub struct PageSpec {
    /// Where it listens.
    pub address: SocketAddr,
    /// What calls that change something must bring; needed by all who are not on this machine.
    pub token: Option<String>,
    /// Names by which browsers may call it, beside addresses and `localhost`.
    pub hosts: Vec<String>,
    /// Whether nothing can be changed.
    pub is_read_only: bool,
    /// Whether those who open it pick a country for themselves.
    pub is_class: bool,
    /// Categories whose names it does not bring up by itself.
    pub hidden: Vec<String>,
}

impl PageSpec {
    /// Whether only programs of this machine can reach it.
    pub(super) fn is_local(&self) -> bool {
        self.address.ip().to_canonical().is_loopback()
    }
}
