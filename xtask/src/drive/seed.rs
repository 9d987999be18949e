//! Repeatable random numbers: the same seed gives the same moments. Not for secrets.

use std::time::Duration;

/// SplitMix64.
pub(super) struct Seed(u64);

impl Seed {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A duration from `least` up to `most`.
    pub(super) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let span = (most - least).as_micros().max(1);
        least + Duration::from_micros((u128::from(self.next()) % span) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_moments_within_bounds() {
        let (mut one, mut two) = (Seed::new(7), Seed::new(7));
        let (least, most) = (Duration::from_millis(5), Duration::from_millis(50));
        for _ in 0..1000 {
            let moment = one.between(least, most);
            assert_eq!(moment, two.between(least, most));
            assert!(moment >= least && moment < most, "{moment:?}");
        }
    }
}
