//! Who takes events.

use super::event::QueryEvent;
use std::{sync::Arc, time::Duration};

/// Takes events, on a thread that no query waits for.
pub trait EventSink: Send {
    /// Records one event.
    fn record(&mut self, event: &Arc<QueryEvent>);

    /// Is told how many events were lost since it was told last.
    fn lost(&mut self, count: u64);

    /// Is told that the lab was read again, or could not be.
    fn reloaded(&mut self, _is_new: bool) {}

    /// Is told that no event waits, so that what was recorded may be written.
    fn idle(&mut self) {}

    /// Waits until all is written, for so long at the most. Who keeps something back has its own.
    fn flush(&mut self, _limit: Duration) {}

    /// Is told to open its file again, which somebody has renamed (SIGHUP).
    fn reopen(&mut self) {}
}
