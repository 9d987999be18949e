//! The rules of a row's life, free of files and databases.
//!
//! A snapshot of a day sees the state at 00:00 UTC. Versions are half-open: `[start, end)`. The example is the seed's
//! John Smith ("User lifetime representation"): licensed on 1 June 2017, without licence after 25 July, licensed again
//! on 31 August, he has three versions: (present, 06-01 to 07-26), (deleted, 07-26 to 08-31), (present, 08-31 on).
//!
//! Missing from a complete read means deleted, and [`plausible`] judges whether a read can be complete. A day
//! that is computed again starts from the state before that day; [`Previous::modified`] then keeps
//! `rowLastModifiedDateTimeUTC` where the row comes out as it was already published.

use jiff::civil::Date;

/// A read smaller than this share of the rows known to exist is refused.
pub const LEAST_SHARE_PERCENT: u64 = 50;

/// Microseconds since 1970 at 00:00 UTC of `day`.
pub fn midnight_micros(day: Date) -> i64 {
    day.duration_since(Date::constant(1970, 1, 1)).as_secs() * 1_000_000
}

/// `day` as yyyymmdd.
pub fn date_key(day: Date) -> i32 {
    i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
}

/// The day a dateKey names; nothing for numbers that name no day.
pub fn date_of_key(key: i64) -> Option<Date> {
    let year = i16::try_from(key / 10_000).ok()?;
    let month = i8::try_from(key / 100 % 100).ok()?;
    Date::new(year, month, i8::try_from(key % 100).ok()?).ok()
}

/// Whether a read of `seen` rows can be complete when `known` rows existed the day before.
pub const fn plausible(seen: u64, known: u64, least_share_percent: u64) -> bool {
    seen.saturating_mul(100) >= known.saturating_mul(least_share_percent)
}

/// How today's read compares with the row of the day before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Not in the read.
    Missing,
    /// In the read, with the same content.
    Same,
    /// In the read, with other content.
    Different,
}

/// What becomes of the version of a user that was current the day before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It lasts.
    Keep,
    /// It ends at midnight, and one begins that is deleted or not.
    Succeed {
        /// Whether the new version stands for a user who is gone.
        deleted: bool,
    },
}

/// The step of a user whose current version is `deleted` or not.
pub const fn user_step(deleted: bool, seen: Seen) -> Step {
    match (deleted, seen) {
        (false, Seen::Same) | (true, Seen::Missing) => Step::Keep,
        (false, Seen::Missing) => Step::Succeed { deleted: true },
        (false, Seen::Different) | (true, Seen::Same | Seen::Different) => Step::Succeed { deleted: false },
    }
}

/// What was last published of a row, to tell whether writing it now changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Previous {
    /// Its `rowLastModifiedDateTimeUTC`.
    pub modified: i64,
    /// Whether it is the same as what is written now.
    pub same: bool,
}

impl Previous {
    /// The `rowLastModifiedDateTimeUTC` to write at `now`.
    pub fn modified(previous: Option<Self>, now: i64) -> i64 {
        previous.filter(|previous| previous.same).map_or(now, |previous| previous.modified)
    }
}

/// Gives out surrogate keys, each once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    next: i64,
}

impl Keys {
    /// Continues at `next`.
    pub const fn from(next: i64) -> Self {
        Self { next: if next < 1 { 1 } else { next } }
    }

    /// The next key.
    pub const fn take(&mut self) -> i64 {
        let key = self.next;
        self.next += 1;
        key
    }

    /// Never gives out `key`.
    pub const fn pass(&mut self, key: i64) {
        if self.next <= key {
            self.next = key + 1;
        }
    }

    /// The key that would come next.
    pub const fn next(self) -> i64 {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_and_their_keys() {
        assert_eq!(date_key(date(2018, 2, 21)), 20_180_221);
        assert_eq!(date_of_key(20_180_221), Some(date(2018, 2, 21)));
        assert_eq!(date_of_key(20_180_230), None);
        assert_eq!(date_of_key(-1), None);
        assert_eq!(midnight_micros(date(1970, 1, 2)), 86_400_000_000);
    }

    #[test]
    fn an_empty_or_halved_read_is_not_plausible() {
        assert!(plausible(0, 0, 50));
        assert!(!plausible(0, 1, 50));
        assert!(plausible(50, 100, 50));
        assert!(!plausible(49, 100, 50));
        assert!(plausible(0, 100, 0));
    }

    #[test]
    fn keys_are_given_once() {
        let mut keys = Keys::from(0);
        assert_eq!((keys.take(), keys.take()), (1, 2));
        keys.pass(9);
        keys.pass(4);
        assert_eq!(keys.take(), 10);
    }
}
