//! How long to wait before trying again: longer each time, and never all devices at once.

use std::time::Duration;

use world::Entropy;

/// Doubling waits between `first` and `most`, each drawn from its upper half.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    failures: u32,
}

impl Backoff {
    /// From five seconds to a quarter of an hour.
    pub fn new() -> Self {
        Self::between(Duration::from_secs(5), Duration::from_secs(900))
    }

    pub fn between(first: Duration, most: Duration) -> Self {
        Self { first, most, failures: 0 }
    }

    /// The wait after one more failure.
    pub fn after_failure(&mut self, entropy: &Entropy) -> Duration {
        let doubled = self.first.saturating_mul(1 << self.failures.min(20));
        self.failures = self.failures.saturating_add(1);
        spread(doubled.min(self.most), 50, entropy)
    }

    /// After a success the next failure waits little again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new()
    }
}

/// A wait at most `percent` shorter than `wait`, so that a fleet switched on together spreads out.
pub fn spread(wait: Duration, percent: u32, entropy: &Entropy) -> Duration {
    let shorter = wait.saturating_mul(percent) / 100;
    let millis = u64::try_from(shorter.as_millis()).unwrap_or(u64::MAX).max(1);
    wait - Duration::from_millis(entropy.below(millis)).min(shorter)
}

#[cfg(test)]
mod tests {
    use world::World;

    use super::*;

    #[test]
    fn waits_double_up_to_the_most_and_differ() {
        let world = World::seeded(1, jiff::Timestamp::UNIX_EPOCH);
        let mut backoff = Backoff::between(Duration::from_secs(2), Duration::from_secs(60));
        let waits: Vec<Duration> = (0..40).map(|_| backoff.after_failure(&world.entropy)).collect();
        for (at, wait) in waits.iter().enumerate() {
            let most = Duration::from_secs(2 << at.min(10)).min(Duration::from_secs(60));
            assert!(*wait <= most && *wait >= most / 2, "{at}: {wait:?}");
        }
        assert!(waits[20..].windows(2).any(|two| two[0] != two[1]));
        backoff.reset();
        assert!(backoff.after_failure(&world.entropy) <= Duration::from_secs(2));
    }
}
