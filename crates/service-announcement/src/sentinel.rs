//! Looks at the database and the object store without needing either, and remembers what it saw.
//!
//! A finding about the database cannot be written into it while it is away. The sentinel keeps its looks in memory, as
//! spans of the same outcome, and the monitors take them from there when they can write again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// Spans remembered of each thing: an outage of any length is one.
const SPANS_MAX: usize = 256;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Probe {
    Database,
    ObjectStore,
}

/// Looks in a row with the same outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Why it failed, of the last look; None when it answered.
    pub trouble: Option<String>,
    pub since: Timestamp,
    pub until: Timestamp,
    pub n_looks: u64,
    /// The number of the last look.
    pub last: u64,
}

/// What was seen. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Sentinel(Arc<Mutex<BTreeMap<Probe, Log>>>);

#[derive(Debug, Default)]
struct Log {
    n_looks: u64,
    spans: VecDeque<Span>,
}

impl Sentinel {
    /// Remembers one look.
    pub fn saw(&self, probe: Probe, at: Timestamp, outcome: Result<(), String>) {
        let mut logs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logs.entry(probe).or_default().add(at, outcome.err());
    }

    /// The looks after number `seen`, oldest first.
    pub fn since(&self, probe: Probe, seen: u64) -> Vec<Span> {
        let logs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(log) = logs.get(&probe) else { return Vec::new() };
        let unseen = log.spans.iter().filter(|span| span.last > seen);
        unseen.map(|span| Span { n_looks: span.n_looks.min(span.last - seen), ..span.clone() }).collect()
    }
}

impl Log {
    fn add(&mut self, at: Timestamp, trouble: Option<String>) {
        self.n_looks += 1;
        let last = self.n_looks;
        if let Some(span) = self.spans.back_mut().filter(|s| s.trouble.is_some() == trouble.is_some()) {
            *span = Span { trouble, until: at, n_looks: span.n_looks + 1, last, since: span.since };
            return;
        }
        if self.spans.len() == SPANS_MAX {
            self.spans.pop_front();
        }
        self.spans.push_back(Span { trouble, since: at, until: at, n_looks: 1, last });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn looks_of_one_outcome_are_one_span_and_are_given_once() {
        let sentinel = Sentinel::default();
        let looks = [Ok(()), Err("gone"), Err("still gone"), Ok(())];
        for (second, look) in (0..).zip(looks) {
            sentinel.saw(Probe::Database, at(second), look.map_err(str::to_owned));
        }
        let spans = sentinel.since(Probe::Database, 0);
        let shown: Vec<_> =
            spans.iter().map(|s| (s.trouble.as_deref(), s.n_looks, s.since.as_second())).collect();
        assert_eq!(shown, [(None, 1, 0), (Some("still gone"), 2, 1), (None, 1, 3)]);
        let rest = sentinel.since(Probe::Database, 2);
        assert_eq!(rest.iter().map(|s| s.n_looks).collect::<Vec<_>>(), [1, 1], "half a span was seen before");
        assert_eq!(sentinel.since(Probe::Database, 4), []);
        assert_eq!(sentinel.since(Probe::ObjectStore, 0), []);
    }

    #[test]
    fn a_long_outage_keeps_its_beginning() {
        let sentinel = Sentinel::default();
        for second in 0..10_000 {
            sentinel.saw(Probe::ObjectStore, at(second), Err("gone".to_owned()));
        }
        let spans = sentinel.since(Probe::ObjectStore, 0);
        assert_eq!((spans.len(), spans[0].n_looks, spans[0].since), (1, 10_000, at(0)));
    }
}
