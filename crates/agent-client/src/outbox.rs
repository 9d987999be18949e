//! Reports that wait for the server: in order, each until it is acknowledged, none twice.
//!
//! A report is a file of its own, named by its sequence, holding the very bytes that are sent. Each is a
//! delta on the one before it, so `reported.json` keeps the inventory as of the newest. The report is
//! written first, the inventory second: after a crash between the two, the report is applied again.

use jiff::Timestamp;
use proto::{CheckInRequest, CheckInResponse, Reason, Sections, delta};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{StateDir, StateError};

/// So many reports wait at most, a month at three a day. The next one replaces them all by a full report.
pub const MAX_WAITING: usize = 96;

/// A year of reports, three a day.
const SKIP: u64 = 1_000;

/// The reports of one device that the server has not acknowledged.
#[derive(Debug)]
pub struct Outbox {
    dir: StateDir,
    reported: Reported,
    /// Ascending.
    waiting: Vec<u64>,
}

/// A report as it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub sequence: u64,
    /// Carries everything, not a delta.
    pub is_full: bool,
    /// The JSON to send.
    pub body: Vec<u8>,
}

/// The inventory as of the newest report.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Reported {
    sequence: u64,
    /// The next report must be full: the server may hold something else.
    start_over: bool,
    sections: Sections,
}

impl Outbox {
    /// Opens the outbox and mends what a crash left. Hold the [`crate::Lock`].
    ///
    /// # Errors
    /// When a file cannot be read or written, or is damaged.
    pub fn open(dir: &StateDir) -> Result<Self, StateError> {
        let reported = dir.read_json::<Reported>("reported.json")?.unwrap_or_default();
        let names = dir.list("outbox")?;
        let waiting = names.iter().filter_map(|name| name.strip_suffix(".json")?.parse().ok()).collect();
        let mut outbox = Self { dir: dir.clone(), reported, waiting };
        outbox.mend()?;
        Ok(outbox)
    }

    /// How many reports wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The inventory as of the newest report.
    pub fn reported(&self) -> &Sections {
        &self.reported.sections
    }

    /// Puts a report of this inventory in: what changed since the last one. Durable when it returns.
    ///
    /// # Errors
    /// When a file cannot be written; then nothing was put in.
    pub fn put(
        &mut self,
        sections: Sections,
        reason: Reason,
        now: Timestamp,
        report_id: Uuid,
    ) -> Result<u64, StateError> {
        let full =
            self.reported.sequence == 0 || self.reported.start_over || self.waiting.len() >= MAX_WAITING;
        let sequence = self.reported.sequence + 1;
        let request = CheckInRequest {
            sequence,
            report_id,
            collected_at: now,
            reason,
            base: (!full).then(|| self.reported.sections.state_hash()),
            sections: match full {
                true => delta::full(&sections),
                false => delta::diff(&self.reported.sections, &sections),
            },
        };
        self.dir.write_json(&file_name(sequence), &request)?;
        if let Err(error) = self.set_reported(Reported { sequence, start_over: false, sections }) {
            // Its sequence will be given again: it must not be sent.
            self.dir.remove(&file_name(sequence))?;
            return Err(error);
        }
        self.waiting.push(sequence);
        if full {
            self.drop_before(sequence)?;
        }
        Ok(sequence)
    }

    /// Replaces all that waits by one full report of the newest inventory: the server holds another
    /// state than these reports change.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn start_over(&mut self, reason: Reason, now: Timestamp, report_id: Uuid) -> Result<u64, StateError> {
        self.reported.start_over = true;
        self.put(self.reported.sections.clone(), reason, now, report_id)
    }

    /// The report to send next.
    ///
    /// # Errors
    /// When its file cannot be read, or is damaged.
    pub fn head(&self) -> Result<Option<Waiting>, StateError> {
        let Some(&sequence) = self.waiting.first() else { return Ok(None) };
        let Some(body) = self.dir.read(&file_name(sequence))? else { return Ok(None) };
        let Base { base } = serde_json::from_slice(&body).map_err(|source| StateError::Damaged {
            path: self.dir.path().join(file_name(sequence)),
            source,
        })?;
        Ok(Some(Waiting { sequence, is_full: base.is_none(), body }))
    }

    /// Takes out what the server has acknowledged. False when the server, though nothing waits any more,
    /// holds another inventory than was reported: [`Outbox::start_over`] then.
    ///
    /// # Errors
    /// When the file cannot be removed; the report will be sent again, and be a duplicate.
    pub fn acknowledge(&mut self, sequence: u64, answer: &CheckInResponse) -> Result<bool, StateError> {
        self.drop_before(sequence + 1)?;
        let in_step = !self.waiting.is_empty() || answer.state_hash == self.reported.sections.state_hash();
        // This folder came back from an older copy: go on after what the server has seen, or where it does
        // not say, well after what it can have seen.
        let untold = answer.duplicate && !in_step && answer.accepted <= sequence;
        let seen = if untold { sequence.saturating_add(SKIP) } else { answer.accepted };
        if seen > self.reported.sequence {
            self.set_reported(Reported { sequence: seen, ..self.reported.clone() })?;
        }
        Ok(in_step)
    }

    /// Takes out a full report that the server cannot read; the next one will be full again.
    ///
    /// # Errors
    /// When a file cannot be changed.
    pub fn give_up(&mut self, sequence: u64) -> Result<(), StateError> {
        self.set_reported(Reported { start_over: true, ..self.reported.clone() })?;
        self.drop_before(sequence + 1)
    }

    fn drop_before(&mut self, sequence: u64) -> Result<(), StateError> {
        while let Some(&first) = self.waiting.first().filter(|first| **first < sequence) {
            self.dir.remove(&file_name(first))?;
            self.waiting.remove(0);
        }
        Ok(())
    }

    fn set_reported(&mut self, reported: Reported) -> Result<(), StateError> {
        self.dir.write_json("reported.json", &reported)?;
        self.reported = reported;
        Ok(())
    }

    /// Finishes what a crash broke off: inventories not yet updated, superseded reports not yet removed.
    fn mend(&mut self) -> Result<(), StateError> {
        let mut superseded_before = 0;
        for sequence in self.waiting.clone() {
            let name = file_name(sequence);
            let Some(request) = self.dir.read_json::<CheckInRequest>(&name)? else { continue };
            if request.base.is_none() {
                superseded_before = sequence;
            }
            if sequence > self.reported.sequence {
                let applied = delta::apply_all(&self.reported.sections, request.base, request.sections);
                let (start_over, sections) = match applied {
                    Ok(sections) => (false, sections),
                    Err(_) => (true, self.reported.sections.clone()),
                };
                self.set_reported(Reported { sequence, start_over, sections })?;
            }
        }
        self.drop_before(superseded_before)
    }
}

#[derive(Deserialize)]
struct Base {
    base: Option<proto::Hash>,
}

/// Twenty digits hold any sequence, so that names sort as numbers.
fn file_name(sequence: u64) -> String {
    format!("outbox/{sequence:020}.json")
}

#[cfg(test)]
mod tests;
