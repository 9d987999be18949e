//! When a channel is told: grouping, the daily digest and quiet hours. Pure.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::Severity;
use crate::channel::{Pace, QuietHours, Settings};

/// What happens within this time of a first notice goes with it.
pub(crate) const GROUP_WAIT: SignedDuration = SignedDuration::from_secs(10);
/// A channel is told at most this often, however much happens.
pub(crate) const GROUP_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// When a delivery that begins now is sent. Never before `now`; never in quiet hours, unless they let what is critical
/// through and it is; never sooner than [`GROUP_EVERY`] after the last, unless it is critical.
pub(crate) fn due_at(
    settings: &Settings,
    severity: Severity,
    last_sent_at: Option<Timestamp>,
    now: Timestamp,
) -> Timestamp {
    let zone = TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC);
    let is_critical = severity == Severity::Critical;
    let wanted = match settings.pace {
        Pace::Digest => {
            return after_quiet(settings.quiet_hours, &zone, next(&zone, settings.digest_at, now));
        }
        Pace::AtOnce => later(now, GROUP_WAIT),
    };
    let spaced = match last_sent_at {
        Some(last) if !is_critical => wanted.max(later(last, GROUP_EVERY)),
        _ => wanted,
    };
    match settings.quiet_hours {
        Some(quiet) if quiet.lets_critical_through && is_critical => spaced,
        quiet => after_quiet(quiet, &zone, spaced),
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// The next time the clock on the wall says `time`, at `now` or after.
fn next(zone: &TimeZone, time: Time, now: Timestamp) -> Timestamp {
    let today = zone.to_datetime(now).date();
    let days = [Some(today), today.tomorrow().ok()];
    let instants = days.into_iter().flatten().filter_map(|day| instant(zone, day.to_datetime(time)));
    instants.filter(|at| *at >= now).min().unwrap_or(now)
}

/// The wall's time as an instant. A time that summer time skips is the one after the gap.
fn instant(zone: &TimeZone, wall: DateTime) -> Option<Timestamp> {
    zone.to_ambiguous_zoned(wall).compatible().ok().map(|zoned| zoned.timestamp())
}

fn after_quiet(quiet: Option<QuietHours>, zone: &TimeZone, at: Timestamp) -> Timestamp {
    match quiet {
        Some(quiet) if is_quiet(quiet, zone.to_datetime(at).time()) => next(zone, quiet.until, at),
        _ => at,
    }
}

/// From the start, up to and without the end.
fn is_quiet(quiet: QuietHours, time: Time) -> bool {
    if quiet.from < quiet.until {
        (quiet.from..quiet.until).contains(&time)
    } else {
        time >= quiet.from || time < quiet.until
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settings(pace: Pace, quiet: Option<(i8, i8, bool)>, zone: &str) -> Settings {
        let mut settings: Settings =
            serde_json::from_value(serde_json::json!({ "topics": ["incident"] })).unwrap();
        let hour = |hour| Time::new(hour, 0, 0, 0).unwrap();
        settings.pace = pace;
        settings.time_zone = zone.to_owned();
        settings.quiet_hours = quiet.map(|(from, until, lets_critical_through)| QuietHours {
            from: hour(from),
            until: hour(until),
            lets_critical_through,
        });
        settings
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_digest_is_at_its_time_in_the_channels_zone() {
        let digest = settings(Pace::Digest, None, "Europe/Amsterdam");
        let told = |now| due_at(&digest, Severity::Critical, None, at(now)).to_string();
        assert_eq!(told("2026-11-21T05:59:00Z"), "2026-11-21T06:00:00Z");
        assert_eq!(told("2026-11-21T06:00:00Z"), "2026-11-21T06:00:00Z");
        assert_eq!(told("2026-11-21T06:00:01Z"), "2026-11-22T06:00:00Z");
        assert_eq!(told("2026-07-01T06:00:00Z"), "2026-07-02T05:00:00Z", "summer time");
    }

    #[test]
    fn quiet_hours_over_midnight_end_in_the_morning() {
        let quiet = settings(Pace::AtOnce, Some((22, 7, true)), "UTC");
        let told = |severity, now| due_at(&quiet, severity, None, at(now)).to_string();
        assert_eq!(told(Severity::Warning, "2026-11-21T23:00:00Z"), "2026-11-22T07:00:00Z");
        assert_eq!(told(Severity::Warning, "2026-11-22T06:59:59Z"), "2026-11-22T07:00:09Z");
        assert_eq!(told(Severity::Critical, "2026-11-21T23:00:00Z"), "2026-11-21T23:00:10Z");
        assert_eq!(told(Severity::Warning, "2026-11-21T12:00:00Z"), "2026-11-21T12:00:10Z");
    }

    #[test]
    fn a_channel_is_not_told_in_a_storm() {
        let plain = settings(Pace::AtOnce, None, "UTC");
        let last = Some(at("2026-11-21T12:00:00Z"));
        let told = |severity| due_at(&plain, severity, last, at("2026-11-21T12:01:00Z")).to_string();
        assert_eq!(told(Severity::Warning), "2026-11-21T12:05:00Z");
        assert_eq!(told(Severity::Critical), "2026-11-21T12:01:10Z");
    }

    proptest! {
        #[test]
        fn never_early_and_never_in_quiet_hours(
            second in 1_700_000_000_i64..1_900_000_000,
            (from, until) in (0_i8..24, 0_i8..24).prop_filter("differ", |(from, until)| from != until),
            is_digest: bool,
            lets_critical_through: bool,
            severity in prop::sample::select(&Severity::ALL[..]),
            zone in prop::sample::select(&["UTC", "Europe/Stockholm", "America/New_York", "Asia/Kolkata"][..]),
        ) {
            let pace = if is_digest { Pace::Digest } else { Pace::AtOnce };
            let settings = settings(pace, Some((from, until, lets_critical_through)), zone);
            let now = Timestamp::from_second(second).unwrap();
            let due = due_at(&settings, severity, None, now);
            prop_assert!(due >= now);
            prop_assert!(due.duration_since(now) <= SignedDuration::from_hours(73));
            let may_break = lets_critical_through && severity == Severity::Critical && !is_digest;
            if !may_break {
                let wall = TimeZone::get(zone).unwrap().to_datetime(due).time();
                prop_assert!(!is_quiet(settings.quiet_hours.unwrap(), wall));
            }
        }
    }
}
