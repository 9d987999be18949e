//! Chance without state: a number that follows from the seed, what it is for, and whom it is about.

/// What a roll decides. Each has its own stream, so that adding one changes no other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum For {
    Family = 1,
    Model,
    Serial,
    Site,
    User,
    Ownership,
    Arrival,
    Retirement,
    Move,
    Lag,
    Channel,
    Storage,
    Wear,
    Noise,
    Compliance,
    Attendance,
    Hour,
    Apps,
    Mac,
    Encryption,
    Session,
    Person,
    Licence,
    Join,
    Leave,
    Memory,
}

/// The seed, ready to roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0x9e37_79b9_7f4a_7c15))
    }

    /// 64 bits about one thing and its two coordinates (a device and a day, say).
    pub(crate) fn bits(self, what: For, a: u32, b: u32) -> u64 {
        let place = u64::from(a) << 32 | u64::from(b);
        mix(self.0 ^ mix(place.wrapping_add((what as u64).wrapping_mul(0xd134_2543_de82_ef95))))
    }

    /// A number in `0..sides`.
    pub(crate) fn below(self, what: For, a: u32, b: u32, sides: u32) -> u32 {
        // The high half of the product spreads evenly, as a remainder would not.
        ((u128::from(self.bits(what, a, b)) * u128::from(sides)) >> 64) as u32
    }

    /// True in `percent` of the cases.
    pub(crate) fn in_hundred(self, what: For, a: u32, b: u32, percent: u32) -> bool {
        self.below(what, a, b, 100) < percent
    }

    pub(crate) fn pick<T: Copy>(self, what: For, a: u32, b: u32, from: &[T]) -> T {
        from[self.below(what, a, b, from.len() as u32) as usize]
    }

    /// Picks by weight: `weights` are parts of their sum.
    pub(crate) fn weighted<T>(self, what: For, a: u32, b: u32, from: &'static [(u32, T)]) -> &'static T {
        let sum = from.iter().map(|(weight, _)| weight).sum();
        let mut roll = self.below(what, a, b, sum);
        for (weight, value) in from {
            if roll < *weight {
                return value;
            }
            roll -= weight;
        }
        &from[0].1
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolls_are_even_enough_and_repeat() {
        let dice = Dice::new(1);
        let hits = (0..10_000).filter(|i| dice.in_hundred(For::Model, *i, 0, 25)).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
        assert_eq!(dice.bits(For::Model, 3, 4), Dice::new(1).bits(For::Model, 3, 4));
        assert_ne!(dice.bits(For::Model, 3, 4), dice.bits(For::Model, 4, 3));
        assert_ne!(dice.bits(For::Model, 3, 4), dice.bits(For::Serial, 3, 4));
    }
}
