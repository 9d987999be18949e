//! What a reading means. Pure functions of the reading and the time.
//!
//! Between a good and a bad limit lies a strip that says nothing, so that a value on a limit does not count to and fro.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use notify::Words;
use serde::{Deserialize, Serialize};

use super::reading::{Backlog, Disk, Fleet, Rate, SnapshotReading};
use super::words;
use crate::hysteresis::{Grade, Verdict};

/// A verdict, and the figures behind it in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub verdict: Verdict,
    pub fact: Words,
}

const GIB: u64 = 1 << 30;
/// After midnight the snapshot may take this long before it is missed.
const SNAPSHOT_GRACE: SignedDuration = SignedDuration::from_hours(2);
const SNAPSHOT_ATTEMPTS: i64 = 3;
/// Fewer requests than this say nothing about a rate.
const REQUESTS_MIN: u64 = 20;
const OVERDUE: SignedDuration = SignedDuration::from_mins(15);
const LONG_OVERDUE: SignedDuration = SignedDuration::from_hours(2);
const SKEW: SignedDuration = SignedDuration::from_secs(5);
const SKEW_BREAKS: SignedDuration = SignedDuration::from_mins(5);
const SKEW_FINE: SignedDuration = SignedDuration::from_secs(3);
const CERTIFICATE_SOON: SignedDuration = SignedDuration::from_hours(24 * 14);
const ACTIVE_MIN: i64 = 20;
const HOURS_OF_WEEK: usize = 168;

fn judged(verdict: Verdict, fact: Words) -> Judged {
    Judged { verdict, fact }
}

/// The day whose snapshot must be there by now.
pub fn expected_day(now: Timestamp) -> Date {
    (now - SNAPSHOT_GRACE).to_zoned(TimeZone::UTC).date()
}

/// A missed day is an incident; a day that keeps failing, an advisory.
pub fn snapshot(reading: &SnapshotReading, now: Timestamp) -> Judged {
    let expected = expected_day(now);
    let begins = expected.to_zoned(TimeZone::UTC).map_or(now, |midnight| midnight.timestamp());
    let is_missed = reading.newest.is_none_or(|newest| newest < expected) && reading.tenant_since < begins;
    let error = reading.last_error.as_deref();
    if is_missed {
        return judged(Verdict::Bad(Grade::Down), words::snapshot_missed(expected, error));
    }
    match error {
        Some(error) if reading.attempts >= SNAPSHOT_ATTEMPTS => {
            judged(Verdict::Bad(Grade::Degraded), words::snapshot_fails(reading.attempts, error))
        }
        _ => judged(Verdict::Good, words::snapshot_there(reading.newest)),
    }
}

/// Of what was asked in the last minutes, how much failed by our fault.
pub fn feed(window: Rate) -> Judged {
    rate(window, (5, 50))
}

fn rate(window: Rate, (degraded_percent, down_percent): (u64, u64)) -> Judged {
    let fact = words::failures(window);
    let failed = |percent: u64| window.failures * 100 >= window.requests * percent;
    let verdict = if window.failures == 0 {
        Verdict::Good
    } else if window.requests < REQUESTS_MIN {
        Verdict::Unknown
    } else if failed(down_percent) {
        Verdict::Bad(Grade::Down)
    } else if failed(degraded_percent) {
        Verdict::Bad(Grade::Degraded)
    } else {
        Verdict::Good
    };
    judged(verdict, fact)
}

/// Work that has waited for a quarter of an hour, or for hours.
pub fn backlog(reading: &Backlog, now: Timestamp) -> Judged {
    let waited = reading.oldest_due_at.map_or(SignedDuration::ZERO, |due| now.duration_since(due));
    let verdict = if reading.n_overdue == 0 || waited < OVERDUE / 3 {
        Verdict::Good
    } else if waited >= LONG_OVERDUE {
        Verdict::Bad(Grade::Down)
    } else if waited >= OVERDUE {
        Verdict::Bad(Grade::Degraded)
    } else {
        Verdict::Unknown
    };
    judged(verdict, words::overdue(reading.n_overdue, waited.as_mins().max(0)))
}

/// The fullest disk decides.
pub fn disks(disks: &[Disk]) -> Judged {
    let Some(fullest) = disks.iter().min_by_key(|disk| disk.free_bytes) else {
        return judged(Verdict::Unknown, words::no_disk());
    };
    let free = fullest.free_bytes;
    // A twentieth of a small disk is little room; of a large one it is plenty.
    let share_below = |percent: u64| free < 50 * GIB && free / percent.max(1) < fullest.total_bytes / 100;
    let verdict = if free < GIB {
        Verdict::Bad(Grade::Down)
    } else if free < 5 * GIB || share_below(5) {
        Verdict::Bad(Grade::Degraded)
    } else if free >= 6 * GIB && !share_below(6) {
        Verdict::Good
    } else {
        Verdict::Unknown
    };
    judged(verdict, words::room(&fullest.name, free, fullest.total_bytes))
}

/// Something that answers or does not.
pub fn reach(trouble: Option<&str>) -> Judged {
    match trouble {
        None => judged(Verdict::Good, words::answers()),
        Some(why) => judged(Verdict::Bad(Grade::Down), words::silent(why)),
    }
}

/// How far another clock is ahead of ours. Seconds are a nuisance; minutes break sign-in and certificates.
pub fn clock(ahead: Option<SignedDuration>) -> Judged {
    let Some(ahead) = ahead else { return judged(Verdict::Unknown, words::no_clock()) };
    let apart = ahead.abs();
    let verdict = if apart >= SKEW_BREAKS {
        Verdict::Bad(Grade::Down)
    } else if apart >= SKEW {
        Verdict::Bad(Grade::Degraded)
    } else if apart <= SKEW_FINE {
        Verdict::Good
    } else {
        Verdict::Unknown
    };
    judged(verdict, words::apart(ahead))
}

/// The server's own certificate.
pub fn certificate(expires_at: Option<Timestamp>, now: Timestamp) -> Judged {
    let Some(expires_at) = expires_at else { return judged(Verdict::Unknown, words::no_certificate()) };
    let left = expires_at.duration_since(now);
    let verdict = if left <= SignedDuration::ZERO {
        Verdict::Bad(Grade::Down)
    } else if left < CERTIFICATE_SOON {
        Verdict::Bad(Grade::Degraded)
    } else {
        Verdict::Good
    };
    judged(verdict, words::expires(expires_at))
}

/// What share of the fleet is silent at each hour of the week, as learnt: offices sleep at weekends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Habits(Vec<Option<f64>>);

impl Default for Habits {
    fn default() -> Habits {
        Habits(vec![None; HOURS_OF_WEEK])
    }
}

/// How much of a new reading an hour takes on.
const LEARNS: f64 = 0.2;

impl Habits {
    fn hour(now: Timestamp) -> usize {
        let at = now.to_zoned(TimeZone::UTC);
        let day = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0);
        (day * 24 + usize::try_from(at.hour()).unwrap_or(0)) % HOURS_OF_WEEK
    }

    /// What is usual at this hour of the week; None before it was seen once.
    pub fn usual(&self, now: Timestamp) -> Option<f64> {
        self.0.get(Habits::hour(now)).copied().flatten()
    }

    /// Learns from a reading that was not bad.
    #[must_use]
    pub fn learnt(mut self, now: Timestamp, share: f64) -> Habits {
        self.0.resize(HOURS_OF_WEEK, None);
        let slot = &mut self.0[Habits::hour(now)];
        *slot = Some(slot.map_or(share, |usual| usual + LEARNS * (share - usual)));
        self
    }
}

/// Devices that are silent, against what is usual at this hour of the week; and check-ins that we fail to answer.
pub fn agents(fleet: Fleet, door: Rate, habits: &Habits, now: Timestamp) -> Judged {
    let at_door = rate(door, (20, 80));
    if let Verdict::Bad(_) = at_door.verdict {
        return at_door;
    }
    let share = share(fleet);
    let fact = words::devices_silent(fleet.n_silent, fleet.n_active);
    let verdict = match habits.usual(now) {
        _ if fleet.n_active < ACTIVE_MIN => at_door.verdict,
        None => at_door.verdict,
        Some(usual) if share >= 0.8 && usual < 0.5 => Verdict::Bad(Grade::Down),
        Some(usual) if share >= usual + 0.2 => Verdict::Bad(Grade::Degraded),
        Some(usual) if share <= usual + 0.15 => Verdict::Good,
        Some(_) => Verdict::Unknown,
    };
    judged(verdict, fact)
}

/// The share of the active devices that are silent, from 0 to 1.
pub fn share(fleet: Fleet) -> f64 {
    if fleet.n_active <= 0 { 0.0 } else { fleet.n_silent as f64 / fleet.n_active as f64 }
}

#[cfg(test)]
mod tests;
