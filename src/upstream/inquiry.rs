//! One question to all resolvers that may have to be asked.

use super::{
    exchange::Exchanged,
    outcome::{UpstreamAnswer, UpstreamError, gives_up},
    resolver::Resolver,
    sent_query::SentQuery,
};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::timeout};

/// A question on its way to one resolver after the other. The first answer is taken, unless it
/// says that its resolver has none.
pub(super) struct Inquiry<'u> {
    query: SentQuery,
    resolvers: &'u [Arc<Resolver>],
    /// How long each try may take.
    limit: Duration,
    /// Those who are still to be asked: each round at once.
    rounds: VecDeque<Vec<Arc<Resolver>>>,
    /// Everybody who has been asked.
    asked: Vec<SocketAddr>,
    /// Those of them who have neither answered nor failed.
    awaited: Vec<Arc<Resolver>>,
    /// Those who have said that they have no answer.
    heard: Vec<SocketAddr>,
    running: JoinSet<(SocketAddr, TryResult)>,
    /// The best that was heard.
    best: TryResult,
}

type TryResult = Result<UpstreamAnswer, UpstreamError>;

/// A lone resolver is asked a second time, because datagrams get lost.
const LEAST_TRIES: usize = 2;

/// A resolver that takes longer is still waited for, but the next one is asked too.
const PATIENCE: Duration = Duration::from_millis(200);

impl<'u> Inquiry<'u> {
    pub(super) fn new(query: SentQuery, resolvers: &'u [Arc<Resolver>], limit: Duration) -> Self {
        Self {
            query,
            resolvers,
            limit,
            rounds: rounds(resolvers),
            asked: Vec::new(),
            awaited: Vec::new(),
            heard: Vec::new(),
            running: JoinSet::new(),
            best: Err(UpstreamError::None),
        }
    }

    pub(super) async fn run(mut self) -> TryResult {
        self.try_dead_ones();
        while self.ask_next() {
            while let Some(outcome) = self.next_outcome().await {
                if let Some(answer) = self.judge(outcome) {
                    // Those that were too slow may yet show that they are not dead.
                    self.running.detach_all();
                    return Ok(answer);
                }
            }
        }
        self.best
    }

    /// Asks the next round; says whether there was one.
    fn ask_next(&mut self) -> bool {
        let Some(mut round) = self.rounds.pop_front() else { return false };
        // Those that answer have none: those that do not are not waited for.
        if round.len() > 1 && !self.heard.is_empty() {
            return false;
        }
        // Who has said that it has no answer has none a moment later, and who is still awaited
        // need not be asked twice.
        round.retain(|resolver| {
            let is_awaited = self.awaited.iter().any(|awaited| Arc::ptr_eq(awaited, resolver));
            !is_awaited && !self.heard.contains(&resolver.address)
        });
        for resolver in round {
            self.asked.push(resolver.address);
            self.awaited.push(Arc::clone(&resolver));
            self.running.spawn(ask(resolver, self.query.clone(), self.limit));
        }
        true
    }

    /// What one of those who are being asked has come to; nothing when it is time for the next
    /// round.
    async fn next_outcome(&mut self) -> Option<(SocketAddr, TryResult)> {
        let new = |resolver: &Arc<Resolver>| !self.asked.contains(&resolver.address);
        let others = self.rounds.front().is_some_and(|round| round.iter().any(new));
        let ended = if others {
            let Ok(ended) = timeout(PATIENCE, self.running.join_next()).await else {
                self.awaited.iter().for_each(|resolver| resolver.pass_over());
                return None;
            };
            ended
        } else {
            self.running.join_next().await
        };
        // A task fails only when the whole server stops.
        let (server, outcome) = ended?.ok()?;
        self.awaited.retain(|resolver| resolver.address != server);
        Some((server, outcome))
    }

    /// The answer, if that is one. Else what is best of all that was heard is kept.
    fn judge(&mut self, (server, outcome): (SocketAddr, TryResult)) -> Option<UpstreamAnswer> {
        match outcome {
            Ok(answer) if answer.cut.is_none() && !gives_up(&answer.octets) => return Some(answer),
            Ok(answer) => {
                self.heard.push(server);
                // The beginning of an answer is more than none, and one that gives up is still
                // more than a failure.
                let is_kept =
                    self.best.as_ref().is_ok_and(|best| best.cut.is_some() || answer.cut.is_none());
                if !is_kept {
                    self.best = Ok(answer);
                }
            }
            Err(failure) if self.best.is_err() => self.best = Err(failure),
            Err(_) => {}
        }
        None
    }

    /// Tries those again whose time has come, beside the others, so that nobody waits for them.
    fn try_dead_ones(&self) {
        let now = Instant::now();
        for resolver in self.resolvers.iter().filter(|resolver| resolver.is_due(now)) {
            let ask = ask(Arc::clone(resolver), self.query.clone(), self.limit);
            tokio::spawn(ask);
        }
    }
}

/// Whom to ask one after the other: those that have answered lately, in their order; then, all at
/// once, everybody, because clients do not wait until many have been silent in turn.
fn rounds(resolvers: &[Arc<Resolver>]) -> VecDeque<Vec<Arc<Resolver>>> {
    let up = resolvers.iter().filter(|resolver| !resolver.is_down());
    let mut rounds: VecDeque<_> = up.map(|resolver| vec![Arc::clone(resolver)]).collect();
    if rounds.len() < resolvers.len() {
        rounds.push_back(resolvers.to_vec());
    }
    while !resolvers.is_empty() && rounds.len() < LEAST_TRIES {
        rounds.push_back(resolvers.to_vec());
    }
    rounds
}

/// Asks one resolver.
async fn ask(
    resolver: Arc<Resolver>,
    query: SentQuery,
    limit: Duration,
) -> (SocketAddr, TryResult) {
    let server = resolver.address;
    let answer = match resolver.ask(query, limit).await {
        Ok(Exchanged { octets, cut }) => {
            let failure = |why| format!("truncated its answer, and by TCP it {why}");
            let failed = |why| UpstreamError::Failed { server, failure: failure(why) };
            Ok(UpstreamAnswer { octets, cut: cut.map(failed) })
        }
        Err(failure) => Err(UpstreamError::Failed { server, failure: failure.to_string() }),
    };
    (server, answer)
}
