//! Messages that are opened in rows, so that the memory which decisions read is asked for before
//! the first is made.

use super::engine::{Lab, Sent, Transport, Worker, now};
use splinterdns::{
    answer::Step,
    lab::{Desk, ROW, Row, foresee},
};
use std::{net::IpAddr, time::Duration};

/// As many messages as may be opened together.
pub(crate) const MOST: usize = ROW;

/// All that goes out for datagrams from these clients, opened so many at a time.
pub(crate) fn respond_in_rows(
    lab: &Lab,
    datagrams: &[(&[u8], IpAddr)],
    together: usize,
) -> Vec<(Duration, Sent)> {
    let (mut desk, mut sent) = (Desk::default(), Vec::new());
    for datagrams in datagrams.chunks(together) {
        let mut row = Row::new();
        for (index, (octets, client)) in datagrams.iter().enumerate() {
            let from = lab.governed(lab.asker(*client, Transport::Udp, now()), None);
            row.push((index, lab.open(octets, from, &mut desk)));
        }
        foresee(&row);
        for (_, opened) in &mut row {
            let query = lab.consider(opened, &mut desk);
            for Step { after, send } in desk.plan.steps.clone() {
                let due = lab.due(send, query, Transport::Udp, &mut desk);
                sent.push((after, Sent::new(due, &desk.plan.octets)));
            }
        }
    }
    sent
}

/// Opens one row and decides about each message of it.
pub(crate) fn consider_row<'o>(
    lab: &Lab,
    Worker(desk): &mut Worker,
    datagrams: impl Iterator<Item = &'o [u8]>,
    client: IpAddr,
) {
    desk.plan.octets.clear();
    let asker = lab.asker(client, Transport::Udp, now());
    let mut row: Row<'_, '_> = Row::new();
    for octets in datagrams {
        row.push((0, lab.open(octets, lab.governed(asker, None), desk)));
    }
    row.iter_mut().for_each(|(_, opened)| _ = lab.consider(opened, desk));
}
