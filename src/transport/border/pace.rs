//! How many packets may leave in a second.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Packets of a second, counted.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: u32,
    second: Mutex<(Instant, u32)>,
}

impl Pace {
    pub(super) fn new(per_second: u32) -> Self {
        Self { per_second, second: Mutex::new((Instant::now(), 0)) }
    }

    /// Counts a packet, if there may be one more in this second.
    pub(super) fn allows(&self) -> bool {
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        if second.0.elapsed() >= Duration::from_secs(1) {
            *second = (Instant::now(), 0);
        }
        let allowed = second.1 < self.per_second;
        second.1 += u32::from(allowed);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;
    use std::{thread::sleep, time::Duration};

    #[test]
    fn a_second_has_its_number_of_packets_and_the_next_as_many() {
        let pace = Pace::new(3);
        let allowed = || (0..10).filter(|_| pace.allows()).count();
        assert_eq!(allowed(), 3);
        sleep(Duration::from_millis(1010));
        assert_eq!(allowed(), 3);
    }
}
