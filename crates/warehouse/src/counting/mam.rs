//! Check-ins of protected apps: "when an app instance checks in multiple times a day, the data warehouse stores it as
//! single check-in" (seed, mamCheckins).

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::lifetime::date_key;

/// One check-in, with the keys of what it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkin {
    /// Key of the app instance.
    pub instance: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Key of the device's health.
    pub device_health: i64,
}

/// The rows of mamCheckins by dateKey and app instance: the last check-in of each UTC day. Of two at the same
/// instant the one that comes later in `checkins`.
pub fn days(checkins: impl IntoIterator<Item = Checkin>) -> BTreeMap<(i32, i64), Checkin> {
    let mut rows: BTreeMap<(i32, i64), Checkin> = BTreeMap::new();
    for checkin in checkins {
        let day = date_key(checkin.at.to_zoned(jiff::tz::TimeZone::UTC).date());
        let last = rows.entry((day, checkin.instance)).or_insert(checkin);
        if checkin.at >= last.at {
            *last = checkin;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn midnight_utc_begins_a_new_row() {
        let at =
            |text: &str| Checkin { instance: 1, at: text.parse().expect("an instant"), device_health: 1 };
        let rows =
            days([at("2026-01-05T23:59:59.999999Z"), at("2026-01-06T00:00:00Z"), at("2026-01-05T01:00:00Z")]);
        let keys: Vec<_> = rows.keys().map(|(day, _)| *day).collect();
        assert_eq!(keys, [20_260_105, 20_260_106]);
        assert_eq!(rows[&(20_260_105, 1)].at.to_string(), "2026-01-05T23:59:59.999999Z");
    }

    proptest! {
        #[test]
        fn one_row_a_day_with_the_last_one(all in proptest::collection::vec((0..3i64, 0..260_000i64), 0..60)) {
            let checkins: Vec<_> = all
                .iter()
                .map(|(instance, second)| Checkin {
                    instance: *instance,
                    at: Timestamp::from_second(1_767_571_200 + second).expect("in range"),
                    device_health: second % 3,
                })
                .collect();
            let rows = days(checkins.iter().copied());
            prop_assert_eq!(&rows, &days(checkins.iter().copied().chain(checkins.iter().copied())), "repeats add none");
            for checkin in checkins {
                let day = date_key(checkin.at.to_zoned(jiff::tz::TimeZone::UTC).date());
                prop_assert!(rows[&(day, checkin.instance)].at >= checkin.at);
            }
        }
    }
}
