//! The only place that asks the machine for the time, for randomness or for a new id.
//!
//! Everything else is given a [`World`] and asks it, so that a test or a simulation can decide what time it
//! is and which ids come next. It keeps no global state and knows nothing of what the ids are for.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Clock, ids and entropy of one process. Cheap to clone; clones share their state.
#[derive(Clone, Debug)]
pub struct World {
    pub clock: Clock,
    pub ids: Ids,
    pub entropy: Entropy,
}

impl World {
    /// The machine's own clock and randomness.
    pub fn real() -> World {
        let entropy = Entropy(Source::Machine);
        World { clock: Clock(Time::Machine), ids: Ids(entropy.clone()), entropy }
    }

    /// A repeatable world: its clock stands at `start` until it is moved, and the same `seed` gives the same
    /// ids and bytes in the same order. For tests and simulations, never for keys that guard real data.
    pub fn seeded(seed: u64, start: Timestamp) -> World {
        let entropy = Entropy(Source::Seeded(Arc::new(Mutex::new(Stream { seed, counter: 0 }))));
        World { clock: Clock(Time::Set(Arc::new(Mutex::new(start)))), ids: Ids(entropy.clone()), entropy }
    }

    /// The machine's randomness under a clock that the caller moves: how simulated days get real keys.
    pub fn with_set_clock(start: Timestamp) -> World {
        World { clock: Clock(Time::Set(Arc::new(Mutex::new(start)))), ..World::real() }
    }

    /// The machine's randomness under its own clock, which can be put ahead: for demonstrations of what time does.
    pub fn with_shifted_clock() -> (World, Shift) {
        let shift = Shift::default();
        (World { clock: Clock(Time::Shifted(shift.clone())), ..World::real() }, shift)
    }
}

/// How far a shifted clock is ahead of the machine's. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Shift(Arc<AtomicI64>);

impl Shift {
    /// Puts the clock this far ahead. It never goes back: answers false, and does nothing, when that would be less than
    /// it is.
    pub fn set(&self, ahead: SignedDuration) -> bool {
        let micros = i64::try_from(ahead.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_max(micros, Ordering::SeqCst) <= micros
    }

    fn get(&self) -> SignedDuration {
        SignedDuration::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// What time it is.
#[derive(Clone, Debug)]
pub struct Clock(Time);

#[derive(Clone, Debug)]
enum Time {
    Machine,
    Set(Arc<Mutex<Timestamp>>),
    Shifted(Shift),
}

impl Clock {
    /// The present instant, to the microsecond: what both databases keep, so that a value read back equals
    /// the value written.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Time::Machine => machine_now(),
            Time::Shifted(shift) => machine_now().saturating_add(shift.get()).unwrap_or(Timestamp::MAX),
            Time::Set(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a set clock to `to`. Answers false, and does nothing, on the machine's own clock.
    pub fn set(&self, to: Timestamp) -> bool {
        match &self.0 {
            Time::Machine | Time::Shifted(_) => false,
            Time::Set(at) => {
                *at.lock().unwrap_or_else(PoisonError::into_inner) = to_micros(to);
                true
            }
        }
    }

    /// Moves a set clock by `by`. Answers false, and does nothing, on the machine's own clock.
    pub fn advance(&self, by: SignedDuration) -> bool {
        self.set(self.now().saturating_add(by).unwrap_or(Timestamp::MAX))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn machine_now() -> Timestamp {
    to_micros(Timestamp::now())
}

fn to_micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond())
        .expect("a valid instant stays valid when its digits are cut")
}

/// New ids.
#[derive(Clone, Debug)]
pub struct Ids(Entropy);

impl Ids {
    /// A random version 4 GUID.
    pub fn guid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.0.bytes()).into_uuid()
    }
}

/// Random bytes.
#[derive(Clone, Debug)]
pub struct Entropy(Source);

#[derive(Clone, Debug)]
enum Source {
    Machine,
    Seeded(Arc<Mutex<Stream>>),
}

#[derive(Debug)]
struct Stream {
    seed: u64,
    counter: u64,
}

impl Entropy {
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }

    pub fn fill(&self, out: &mut [u8]) {
        match &self.0 {
            Source::Machine => {
                aws_lc_rs::rand::fill(out)
                    .expect("the operating system's random source answers or the process must not go on");
            }
            Source::Seeded(stream) => stream.lock().unwrap_or_else(PoisonError::into_inner).fill(out),
        }
    }

    /// `n_bytes` random bytes as unpadded base64url: fit for URLs, headers and file names.
    pub fn token(&self, n_bytes: usize) -> String {
        let mut bytes = vec![0; n_bytes];
        self.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A random number from 0 up to, not including, `bound`; 0 when `bound` is 0. For jitter: the small bias
    /// of the remainder does not matter there.
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { u64::from_le_bytes(self.bytes()) % bound }
    }
}

impl Stream {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let mut input = [0_u8; 16];
            input[..8].copy_from_slice(&self.seed.to_le_bytes());
            input[8..].copy_from_slice(&self.counter.to_le_bytes());
            self.counter += 1;
            chunk.copy_from_slice(&digest::digest(&digest::SHA256, &input).as_ref()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let start = Timestamp::UNIX_EPOCH;
        let ids = |seed| (0..3).map(|_| World::seeded(seed, start)).map(|w| w.ids.guid()).collect::<Vec<_>>();
        assert_eq!(ids(7), ids(7));
        assert_ne!(ids(7), ids(8));
        let world = World::seeded(7, start);
        assert_ne!(world.ids.guid(), world.ids.guid());
    }

    #[test]
    fn a_set_clock_moves_only_when_told() {
        let world = World::seeded(1, Timestamp::UNIX_EPOCH);
        assert_eq!(world.clock.now(), Timestamp::UNIX_EPOCH);
        assert!(world.clock.advance(SignedDuration::from_secs(90)));
        assert_eq!(world.clock.now().as_second(), 90);
        assert!(!World::real().clock.set(Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn a_shifted_clock_goes_ahead_and_never_back() {
        let (world, shift) = World::with_shifted_clock();
        let day = SignedDuration::from_hours(24);
        assert!(shift.set(day));
        assert!(!shift.set(day / 2));
        let ahead = world.clock.now().duration_since(World::real().clock.now());
        assert!(ahead > day - SignedDuration::from_mins(1) && ahead <= day, "{ahead}");
        assert!(!world.clock.advance(day), "it is moved through its shift alone");
    }

    #[test]
    fn real_guids_are_version_4_and_differ() {
        let world = World::real();
        let (a, b) = (world.ids.guid(), world.ids.guid());
        assert_ne!(a, b);
        assert_eq!(a.get_version_num(), 4);
    }
}
