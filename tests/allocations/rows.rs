//! Messages that are opened in rows.

use crate::{
    asked_during, query,
    support::{
        engine::{Worker, load_shipped},
        rows::{MOST, consider_row},
    },
};

#[test]
fn what_cannot_be_read_takes_no_room_from_what_can() {
    let lab = load_shipped(None);
    let (good, mut bad) = (query("www.facebook.com", 1), query("www.facebook.com", 1));
    bad[2] |= 0x80;
    let mut worker = Worker::default();
    let mut row = || {
        let datagrams = [&bad[..]; MOST / 2].into_iter().chain([&good[..]; MOST / 2]);
        consider_row(&lab, &mut worker, datagrams, [127, 98, 0, 1].into());
    };
    (0..3).for_each(|_| row());
    assert_eq!(asked_during(row), 0);
}
