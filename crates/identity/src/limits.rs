//! Attempt limits, in memory and bounded.
//!
//! Failures are counted per key in a sliding window: per account *and* network, so that a stranger cannot lock an
//! administrator out from elsewhere; per network alone, against guessing many accounts. Time comes in.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

/// At most this many keys are remembered; then the oldest window goes.
const KEYS_MAX: usize = 20_000;
/// The window in which attempts are counted: 15 minutes.
const WINDOW_SECONDS: i64 = 900;

/// What is limited, and to how many failures in the window.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// Failed passwords for an account from a network.
    Account(String, IpAddr),
    /// Failed passwords from a network.
    Network(IpAddr),
    /// Wrong user codes from a network.
    UserCode(IpAddr),
    /// Wrong client secrets from a network for a client.
    Client(String, IpAddr),
    /// Device codes asked for by a network.
    DeviceCode(IpAddr),
}

impl Key {
    fn max(&self) -> u32 {
        match self {
            Key::Account(..) => 10,
            Key::Network(_) => 100,
            Key::UserCode(_) => 5,
            Key::Client(..) => 50,
            Key::DeviceCode(_) => 300,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Count {
    since: Timestamp,
    n: u32,
}

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    counts: HashMap<Key, Count>,
}

impl Limits {
    /// Seconds to wait when any key is used up, else `None`.
    pub(crate) fn wait_seconds(&self, keys: &[Key], now: Timestamp) -> Option<u64> {
        keys.iter().filter_map(|key| self.wait(key, now)).max()
    }

    /// Counts an attempt on each key.
    pub(crate) fn count(&mut self, keys: &[Key], now: Timestamp) {
        for key in keys {
            if self.counts.len() >= KEYS_MAX && !self.counts.contains_key(key) {
                self.make_room(now);
            }
            let count = self.counts.entry(key.clone()).or_insert(Count { since: now, n: 0 });
            if is_over(count, now) {
                *count = Count { since: now, n: 0 };
            }
            count.n = count.n.saturating_add(1);
        }
    }

    /// Takes one attempt back: it was a success.
    pub(crate) fn uncount(&mut self, key: &Key) {
        if let Some(count) = self.counts.get_mut(key) {
            count.n = count.n.saturating_sub(1);
        }
    }

    /// Forgets a key, after a success.
    pub(crate) fn clear(&mut self, key: &Key) {
        self.counts.remove(key);
    }

    fn wait(&self, key: &Key, now: Timestamp) -> Option<u64> {
        let count = self.counts.get(key).filter(|count| !is_over(count, now) && count.n >= key.max())?;
        let passed = now.duration_since(count.since).as_secs();
        u64::try_from(WINDOW_SECONDS - passed).ok().map(|seconds| seconds.max(1))
    }

    fn make_room(&mut self, now: Timestamp) {
        self.counts.retain(|_, count| !is_over(count, now));
        if self.counts.len() >= KEYS_MAX {
            // A flood of keys: drop the weakest half rather than those close to their limit.
            let mut sizes: Vec<u32> = self.counts.values().map(|count| count.n).collect();
            sizes.sort_unstable();
            let middle = sizes[sizes.len() / 2];
            let mut spare = KEYS_MAX / 4;
            self.counts.retain(|_, count| {
                let keep = count.n > middle || spare > 0;
                spare = spare.saturating_sub(usize::from(count.n <= middle));
                keep
            });
        }
    }
}

fn is_over(count: &Count, now: Timestamp) -> bool {
    now.duration_since(count.since) >= SignedDuration::from_secs(WINDOW_SECONDS)
}

/// The network of an address: the address itself for IPv4, its /64 for IPv6.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let mut octets = v6.octets();
            octets[8..].fill(0);
            IpAddr::V6(octets.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn ten_failures_close_an_account_for_that_network_only() {
        let mut limits = Limits::default();
        let here = Key::Account("ada".into(), ip(1));
        let elsewhere = Key::Account("ada".into(), ip(2));
        for n in 0..10 {
            assert_eq!(limits.wait_seconds(std::slice::from_ref(&here), at(n)), None);
            limits.count(std::slice::from_ref(&here), at(n));
        }
        assert_eq!(limits.wait_seconds(std::slice::from_ref(&here), at(10)), Some(890));
        assert_eq!(limits.wait_seconds(std::slice::from_ref(&elsewhere), at(10)), None);
        assert_eq!(limits.wait_seconds(std::slice::from_ref(&here), at(900)), None);
        limits.clear(&here);
        assert_eq!(limits.wait_seconds(&[here], at(10)), None);
    }

    #[test]
    fn memory_is_bounded_and_strong_counts_survive_a_flood() {
        let mut limits = Limits::default();
        let guarded = Key::Account("ada".into(), ip(1));
        for _ in 0..10 {
            limits.count(std::slice::from_ref(&guarded), at(0));
        }
        for n in 0..(KEYS_MAX + 10) {
            limits.count(&[Key::Account(n.to_string(), ip(2))], at(1));
        }
        assert!(limits.counts.len() <= KEYS_MAX);
        assert!(limits.wait_seconds(&[guarded], at(2)).is_some());
    }

    #[test]
    fn an_ipv6_network_is_its_64_bits() {
        let a: IpAddr = "2001:db8::1".parse().expect("an address");
        let b: IpAddr = "2001:db8::ffff:1".parse().expect("an address");
        assert_eq!(network(a), network(b));
        assert_eq!(network("::ffff:192.0.2.1".parse().expect("an address")), ip(1));
    }
}
