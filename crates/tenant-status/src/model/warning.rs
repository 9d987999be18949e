//! Early warnings: the days before an expiry on which people are told, apart from health.

use jiff::{SignedDuration, Timestamp};

/// The days of a type for which nothing else was set.
pub const DAYS_DEFAULT: [u16; 4] = [30, 14, 7, 1];
const DAY_MAX: u16 = 730;
const DAYS_MAX: usize = 12;

/// Days before expiry, falling and each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlyWarnings(Vec<u16>);

/// Why days were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WarningsError {
    #[error("Give at most {DAYS_MAX} early warnings; these are {0}.")]
    TooMany(usize),
    #[error("An early warning comes 1 to {DAY_MAX} days before the expiry; {0} is not one of these.")]
    OutOfRange(u16),
}

impl Default for EarlyWarnings {
    fn default() -> EarlyWarnings {
        EarlyWarnings(DAYS_DEFAULT.to_vec())
    }
}

impl EarlyWarnings {
    /// A type's own days: falling, as the catalogue declares them.
    pub fn of_type(days: &'static [u16]) -> EarlyWarnings {
        EarlyWarnings(days.to_vec())
    }

    /// Any order and repetition; an empty list turns early warnings off.
    ///
    /// # Errors
    /// When there are too many or one is out of range.
    pub fn new(mut days: Vec<u16>) -> Result<EarlyWarnings, WarningsError> {
        if let Some(day) = days.iter().find(|day| !(1..=DAY_MAX).contains(*day)) {
            return Err(WarningsError::OutOfRange(*day));
        }
        days.sort_unstable_by(|a, b| b.cmp(a));
        days.dedup();
        if days.len() > DAYS_MAX { Err(WarningsError::TooMany(days.len())) } else { Ok(EarlyWarnings(days)) }
    }

    pub fn days(&self) -> &[u16] {
        &self.0
    }

    /// As kept: `30,14,7,1`.
    pub fn text(&self) -> String {
        self.0.iter().map(u16::to_string).collect::<Vec<_>>().join(",")
    }

    /// What [`EarlyWarnings::text`] made; the default when it is something else.
    pub fn read(text: &str) -> EarlyWarnings {
        if text.is_empty() {
            return EarlyWarnings(Vec::new());
        }
        let days = text.split(',').map(str::parse).collect::<Result<Vec<u16>, _>>();
        days.ok().and_then(|days| EarlyWarnings::new(days).ok()).unwrap_or_default()
    }

    /// The warning day that has come: the smallest that `expires_at` is within. None before the first, and after the
    /// expiry, which is a change of health.
    pub fn due(&self, expires_at: Timestamp, now: Timestamp) -> Option<u16> {
        if expires_at <= now {
            return None;
        }
        self.0.iter().rev().copied().find(|day| starts(expires_at, *day) <= now)
    }

    /// When the next warning day comes after `now`.
    pub fn next_at(&self, expires_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        self.0.iter().map(|day| starts(expires_at, *day)).find(|at| *at > now)
    }
}

fn starts(expires_at: Timestamp, day: u16) -> Timestamp {
    let before = SignedDuration::from_hours(24 * i64::from(day));
    expires_at.saturating_sub(before).unwrap_or(Timestamp::MIN)
}
