//! Events that are alike become one row with a number: enrolments of a day, apps by install state.

use std::collections::BTreeMap;

/// What enrolments of a day are told apart by; all are keys of the warehouse.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Enrollment {
    /// The way of enrolling.
    pub enrollment_type: i64,
    /// The type of device.
    pub device_type: i64,
    /// The result.
    pub event_status: i64,
    /// The category of the failure.
    pub failure_category: i64,
    /// The reason of the failure.
    pub failure_reason: i64,
    /// The version of the system; empty when not known.
    pub os_version: String,
}

/// The rows of enrollmentActivities for one day: every attempt counts once.
pub fn enrollments(attempts: impl IntoIterator<Item = Enrollment>) -> BTreeMap<Enrollment, i32> {
    let mut rows = BTreeMap::new();
    for attempt in attempts {
        *rows.entry(attempt).or_default() += 1;
    }
    rows
}

/// What one device last said about one app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Install {
    /// Key of the app.
    pub app: i64,
    /// Key of the device.
    pub device: i64,
    /// Key of the device's type.
    pub device_type: i64,
    /// Key of the install state.
    pub state: i64,
    /// The installer's code; 0 for none.
    pub error_code: i32,
    /// When, in microseconds since 1970 UTC.
    pub at: i64,
}

/// The rows of mobileAppInstallStatusCounts for one day, by app, type of device, state and code. A device counts once
/// for each app, with its last report; of two at the same instant the one that comes later in `reports`.
pub fn installs(reports: impl IntoIterator<Item = Install>) -> BTreeMap<(i64, i64, i64, i32), i32> {
    let mut last: BTreeMap<(i64, i64), Install> = BTreeMap::new();
    for report in reports {
        let known = last.entry((report.app, report.device)).or_insert(report);
        if report.at >= known.at {
            *known = report;
        }
    }
    let mut rows = BTreeMap::new();
    for install in last.into_values() {
        *rows.entry((install.app, install.device_type, install.state, install.error_code)).or_default() += 1;
    }
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn install() -> impl Strategy<Value = Install> {
        (0..3i64, 0..4i64, 0..3i64, 0..2i32, 0..5i64).prop_map(|(app, device, state, error_code, at)| {
            Install { app, device, device_type: device % 2, state, error_code, at }
        })
    }

    proptest! {
        #[test]
        fn every_attempt_counts_once(attempts in proptest::collection::vec((0..3i64, 0..3i64, "1[01]?"), 0..40)) {
            let attempts: Vec<_> = attempts
                .into_iter()
                .map(|(enrollment_type, event_status, os_version)| Enrollment {
                    enrollment_type,
                    device_type: 1,
                    event_status,
                    failure_category: 1,
                    failure_reason: 1,
                    os_version,
                })
                .collect();
            let rows = enrollments(attempts.clone());
            prop_assert_eq!(rows.values().sum::<i32>(), i32::try_from(attempts.len()).expect("few"));
            for (key, count) in rows {
                let alike = attempts.iter().filter(|attempt| **attempt == key).count();
                prop_assert_eq!(count, i32::try_from(alike).expect("few"));
            }
        }

        #[test]
        fn a_device_counts_once_for_each_app(reports in proptest::collection::vec(install(), 0..40)) {
            let rows = installs(reports.iter().copied());
            let mut pairs: Vec<_> = reports.iter().map(|report| (report.app, report.device)).collect();
            pairs.sort_unstable();
            pairs.dedup();
            prop_assert_eq!(rows.values().sum::<i32>(), i32::try_from(pairs.len()).expect("few"));
            for (app, device) in pairs {
                let own = reports.iter().filter(|report| (report.app, report.device) == (app, device));
                // The last of the greatest instant, as a plain search finds it.
                let last = own.max_by_key(|report| report.at).expect("there is one");
                prop_assert!(rows.contains_key(&(app, last.device_type, last.state, last.error_code)));
            }
        }
    }
}
