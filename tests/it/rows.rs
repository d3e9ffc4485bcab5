//! Messages that are opened in rows are answered as each alone would be.

use crate::{
    octets::octets,
    support::{
        engine::{Lab, load_shipped},
        rows::{MOST, respond_in_rows},
    },
};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use std::{net::IpAddr, sync::LazyLock};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn messages_opened_together_are_answered_as_each_alone(
        messages in proptest::collection::vec(octets(), 0..40),
        together in 2..=MOST,
    ) {
        // Two labs, because pools are walked on with every answer.
        static LABS: LazyLock<[Lab; 2]> = LazyLock::new(|| [(); 2].map(|()| load_shipped(None)));
        // From China and Iran by turns.
        let clients = [[127, 86, 0, 1], [127, 98, 0, 1]].map(IpAddr::from).into_iter().cycle();
        let datagrams: Vec<_> = messages.iter().map(Vec::as_slice).zip(clients).collect();
        prop_assert_eq!(
            respond_in_rows(&LABS[0], &datagrams, 1),
            respond_in_rows(&LABS[1], &datagrams, together)
        );
    }
}
