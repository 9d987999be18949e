//! Instants and durations as OData writes them.
//!
//! Instants reach the whole of year 9999 (the usual "no end" marker), which `jiff::Timestamp` does not.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};

/// An instant, held in UTC with nanoseconds, and the offset it was written with. Two are equal when they are the same
/// instant. Digits of a second after the ninth are cut off.
#[derive(Debug, Clone, Copy)]
pub struct DateTimeOffset {
    utc: DateTime,
    /// East of Greenwich; at most 14 hours.
    offset_minutes: i16,
}

impl DateTimeOffset {
    /// From a UTC date and time.
    #[must_use]
    pub fn from_utc(utc: DateTime) -> Self {
        Self { utc, offset_minutes: 0 }
    }

    /// From what clocks show `offset_minutes` east of Greenwich; `None` outside the calendar.
    #[must_use]
    pub fn from_local(local: DateTime, offset_minutes: i16) -> Option<Self> {
        let offset = SignedDuration::from_mins(offset_minutes.into());
        Some(Self { utc: local.checked_sub(offset).ok()?, offset_minutes })
    }

    /// Microseconds since 1970-01-01T00:00:00Z; `None` outside the years -9999 to 9999.
    #[must_use]
    pub fn from_unix_micros(micros: i64) -> Option<Self> {
        epoch().checked_add(SignedDuration::from_micros(micros)).ok().map(Self::from_utc)
    }

    /// The UTC date and time.
    #[must_use]
    pub fn utc(self) -> DateTime {
        self.utc
    }

    /// Minutes east of Greenwich, as it was written.
    #[must_use]
    pub fn offset_minutes(self) -> i16 {
        self.offset_minutes
    }

    /// What clocks show at its offset; the UTC date and time where that is outside the calendar.
    #[must_use]
    pub fn local(self) -> DateTime {
        let offset = SignedDuration::from_mins(self.offset_minutes.into());
        self.utc.checked_add(offset).unwrap_or(self.utc)
    }

    /// Microseconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn unix_micros(self) -> i64 {
        let nanos = self.utc.duration_since(epoch()).as_nanos().div_euclid(1000);
        i64::try_from(nanos).expect("years -9999 to 9999 fit into 64 bits of microseconds")
    }

    /// Has no digits below a microsecond, so that [`DateTimeOffset::unix_micros`] lost nothing.
    #[must_use]
    pub fn is_whole_micros(self) -> bool {
        self.utc.subsec_nanosecond() % 1000 == 0
    }

    /// The same instant as a `Timestamp`; `None` for the last day of 9999.
    #[must_use]
    pub fn to_timestamp(self) -> Option<Timestamp> {
        jiff::tz::TimeZone::UTC.to_timestamp(self.utc).ok()
    }

    #[must_use]
    pub fn checked_add(self, duration: SignedDuration) -> Option<Self> {
        Some(Self { utc: self.utc.checked_add(duration).ok()?, ..self })
    }

    /// From `self` back to `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> SignedDuration {
        self.utc.duration_since(earlier.utc)
    }
}

impl From<Timestamp> for DateTimeOffset {
    fn from(timestamp: Timestamp) -> Self {
        Self::from_utc(timestamp.to_zoned(jiff::tz::TimeZone::UTC).datetime())
    }
}

impl PartialEq for DateTimeOffset {
    fn eq(&self, other: &Self) -> bool {
        self.utc == other.utc
    }
}

impl Eq for DateTimeOffset {}

impl PartialOrd for DateTimeOffset {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTimeOffset {
    fn cmp(&self, other: &Self) -> Ordering {
        self.utc.cmp(&other.utc)
    }
}

impl Hash for DateTimeOffset {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.utc.hash(state);
    }
}

/// `2018-02-21T23:18:51.3277273Z`, or `…T00:18:51+01:00` as it was written; trailing zeros of the fraction trimmed.
impl fmt::Display for DateTimeOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.offset_minutes == 0 || self.local() == self.utc {
            return write!(f, "{}Z", self.utc);
        }
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let minutes = self.offset_minutes.unsigned_abs();
        write!(f, "{}{sign}{:02}:{:02}", self.local(), minutes / 60, minutes % 60)
    }
}

fn epoch() -> DateTime {
    Date::constant(1970, 1, 1).to_datetime(Time::midnight())
}

/// `-P1DT2H3M4.5S`; zero is `PT0S`.
pub(crate) fn iso_duration(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().unsigned_abs();
    let nanos = duration.subsec_nanos().unsigned_abs();
    let mut out = String::from(if duration.is_negative() { "-P" } else { "P" });
    let (days, hours, minutes, rest) =
        (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    if days > 0 {
        let _ = write!(out, "{days}D");
    }
    let mut time = String::new();
    if hours > 0 {
        let _ = write!(time, "{hours}H");
    }
    if minutes > 0 {
        let _ = write!(time, "{minutes}M");
    }
    if nanos > 0 {
        let fraction = format!("{nanos:09}");
        let _ = write!(time, "{rest}.{}S", fraction.trim_end_matches('0'));
    } else if rest > 0 || (days == 0 && time.is_empty()) {
        let _ = write!(time, "{rest}S");
    }
    if !time.is_empty() {
        out.push('T');
        out.push_str(&time);
    }
    out
}

/// Reads `-P1DT2H3M4.5S`. Years and months have no fixed length and are not OData durations.
pub(crate) fn parse_duration(text: &str) -> Option<SignedDuration> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let rest = rest.strip_prefix(['P', 'p'])?;
    let (days, time) = rest.split_once(['T', 't']).map_or((rest, None), |(d, t)| (d, Some(t)));
    let mut total = SignedDuration::ZERO;
    if !days.is_empty() {
        let count: i64 = digits(days.strip_suffix(['D', 'd'])?)?;
        total = total.checked_add(SignedDuration::from_secs(count.checked_mul(86_400)?))?;
    }
    match time {
        Some("") => return None,
        None if days.is_empty() => return None,
        _ => {}
    }
    let mut rest = time.unwrap_or_default();
    for (unit, seconds) in [('H', 3600_i64), ('M', 60)] {
        if let Some((count, after)) = rest.split_once([unit, unit.to_ascii_lowercase()]) {
            total = total.checked_add(SignedDuration::from_secs(digits(count)?.checked_mul(seconds)?))?;
            rest = after;
        }
    }
    if !rest.is_empty() {
        total = total.checked_add(parse_seconds(rest.strip_suffix(['S', 's'])?)?)?;
    }
    if negative { total.checked_neg() } else { Some(total) }
}

fn parse_seconds(text: &str) -> Option<SignedDuration> {
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, fraction)) => (whole, fraction),
        None => (text, ""),
    };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos: i32 = format!("{fraction:0<9}")[..9].parse().ok()?;
    Some(SignedDuration::new(digits(whole)?, nanos))
}

fn digits(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_write() {
        let cases = [
            ("P1D", "P1D"),
            ("PT36H", "P1DT12H"),
            ("-P1DT2H3M4.500S", "-P1DT2H3M4.5S"),
            ("PT0S", "PT0S"),
            ("PT0.000000001S", "PT0.000000001S"),
        ];
        for (text, expected) in cases {
            assert_eq!(iso_duration(parse_duration(text).expect(text)), expected);
        }
        for text in ["", "P", "PT", "P1", "P1Y", "P1M", "PT1D", "PT1.S", "1D", "P1DT", "PTS", "PT1M2H"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_day_of_9999_is_an_instant() {
        let end = DateTimeOffset::from_utc(Date::constant(9999, 12, 31).to_datetime(Time::midnight()));
        assert_eq!(end.to_string(), "9999-12-31T00:00:00Z");
        assert_eq!(DateTimeOffset::from_unix_micros(end.unix_micros()), Some(end));
        assert_eq!(end.to_timestamp(), None);
    }
}
