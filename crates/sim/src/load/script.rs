//! A device's reports prepared beforehand, so that sending costs the generator little.
//!
//! The inventories of some days in a row, and back to the first: each report is a delta on the one before,
//! and the round never ends.

use fleet::Fleet;
use jiff::Timestamp;
use proto::{Hash, Sections, delta};
use uuid::Uuid;

/// Days in a round; more vary the reports more and take more memory.
pub(crate) const ROUND: u32 = 6;

/// The prepared reports of one device.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    /// The full report of day 0: its sections as JSON.
    full: String,
    /// Per day: the hash of the inventory before, and the changes to the next day as JSON.
    steps: Vec<(Hash, String)>,
    at: usize,
}

impl Script {
    /// `None` when the device is not there on all days of the round.
    pub(crate) fn of(fleet: &Fleet, index: u32) -> Option<Self> {
        let days: Vec<Sections> = (0..ROUND).map(|day| fleet.sections(index, day)).collect::<Option<_>>()?;
        let step = |day: usize| {
            let (now, next) = (&days[day], &days[(day + 1) % days.len()]);
            (now.state_hash(), json(&delta::diff(now, next)))
        };
        Some(Self { full: json(&delta::full(&days[0])), steps: (0..days.len()).map(step).collect(), at: 0 })
    }

    /// The body of the full report that begins a round.
    pub(crate) fn full(&mut self, sequence: u64, id: Uuid, now: Timestamp) -> Vec<u8> {
        self.at = 0;
        body(sequence, id, now, "null", &self.full)
    }

    /// The body of the next delta.
    pub(crate) fn next(&mut self, sequence: u64, id: Uuid, now: Timestamp) -> Vec<u8> {
        let (base, changes) = &self.steps[self.at];
        let body = body(sequence, id, now, &format!("\"{base}\""), changes);
        self.at = (self.at + 1) % self.steps.len();
        body
    }
}

fn body(sequence: u64, id: Uuid, now: Timestamp, base: &str, sections: &str) -> Vec<u8> {
    format!(
        r#"{{"sequence":{sequence},"reportId":"{id}","collectedAt":"{now}","reason":"scheduled","base":{base},"sections":{sections}}}"#
    )
    .into_bytes()
}

fn json(changes: &proto::Changes) -> String {
    serde_json::to_string(changes).expect("changes are plain data with text keys")
}

#[cfg(test)]
mod tests {
    use proto::{CheckInRequest, parse};

    use super::*;

    #[test]
    fn a_round_of_prepared_reports_is_valid_and_comes_back_to_its_beginning() {
        let fleet = Fleet::new(7, 100);
        let (index, mut script) =
            (0..100).find_map(|i| Some((i, Script::of(&fleet, i)?))).expect("most are there");
        let now = "2026-11-20T08:00:00Z".parse().expect("a time");
        let full: CheckInRequest = parse(&script.full(1, Uuid::nil(), now)).expect("valid");
        let mut held = delta::apply_all(&Sections::default(), full.base, full.sections).expect("full");
        for step in 0..ROUND * 2 {
            let next: CheckInRequest =
                parse(&script.next(2 + u64::from(step), Uuid::nil(), now)).expect("valid");
            assert!(!next.sections.is_empty(), "every report changes something");
            held = delta::apply_all(&held, next.base, next.sections).expect("follows on the last");
        }
        assert_eq!(Some(held), fleet.sections(index, 0));
    }
}
