//! One automaton for many expressions, which a name passes once.
//!
//! It is made as names come, so that its size is bounded and building it costs little; but where it
//! has not been before, a name waits for it, the longer the more expressions there are. Each thread
//! that is searching has one of its own.

use crate::policy::matcher::TooMany;
use regex_automata::{
    Input, MatchKind,
    hybrid::dfa::{Cache, DFA, OverlappingState},
    nfa::thompson::{Compiler, Config, WhichCaptures},
    util::pool::Pool,
};
use regex_syntax::hir::Hir;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// How much memory a thread may use, at most, to remember where expressions have come to, for each
/// of them, and for all where they are few. It is taken as names need it; a search that has too
/// little of it is a hundred times slower.
pub(super) const ROOM_OF_EACH: usize = 1 << 16;
const LEAST_ROOM: usize = 1 << 21;

#[derive(Debug)]
pub(super) struct Automaton {
    dfa: DFA,
    caches: Pool<Cache, MakeCache>,
}

type MakeCache = Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>;

impl Automaton {
    pub(super) fn new(expressions: &[&Hir]) -> Result<Self, TooMany> {
        let room = expressions.len().saturating_mul(ROOM_OF_EACH).max(LEAST_ROOM);
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .cache_capacity(room)
            .skip_cache_capacity_check(true);
        // Names are ASCII, for which a word ends where Unicode says.
        let config = config.unicode_word_boundary(true);
        let states = Compiler::new()
            .configure(Config::new().which_captures(WhichCaptures::None))
            .build_many_from_hir(expressions);
        let dfa = states.map_err(|why| TooMany::new(&why))?;
        let dfa = DFA::builder()
            .configure(config)
            .build_from_nfa(dfa)
            .map_err(|why| TooMany::new(&why))?;
        let for_caches = dfa.clone();
        Ok(Self { dfa, caches: Pool::new(Box::new(move || for_caches.create_cache())) })
    }

    /// Tells `found` of every expression that matches a name, by its place among them, more than
    /// once if it does so at several places.
    pub(super) fn find(&self, name: &str, mut found: impl FnMut(usize)) {
        let (mut cache, input, mut state) =
            (self.caches.get(), Input::new(name), OverlappingState::start());
        // An automaton of this kind gives up only if it was told to, and at octets that names do
        // not have.
        while self.dfa.try_search_overlapping_fwd(&mut cache, &input, &mut state).is_ok()
            && let Some(end) = state.get_match()
        {
            found(end.pattern().as_usize());
        }
    }
}
