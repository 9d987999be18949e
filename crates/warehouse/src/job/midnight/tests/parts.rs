//! Large tables are in parts, in order, and parts that did not change stay.

use std::collections::BTreeSet;

use super::*;
use crate::testkit::{Bench, on_engines};

/// Sixty-four people and devices, four for each first digit; `renamed` has another name.
fn lists(renamed: Option<usize>) -> Lists {
    let id = |number: usize| format!("{:x}{number:07}-0000-4000-8000-000000000000", number / 4);
    let users = (0..64).map(|number| {
        let suffix = if renamed == Some(number) { " renamed" } else { "" };
        (id(number), format!("user {number}{suffix}"))
    });
    let devices = (0..64).map(|number| (id(number), format!("device {number}"), Some(id(number))));
    Lists { users: users.collect(), devices: devices.collect() }
}

fn publish(bench: &Bench, day: Date, lists: &Lists) {
    let now = day.at(0, 0, 10, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("in range").timestamp();
    bench.world.clock.set(now);
    let run = Run { day, part_rows: 8, ..Run::today(now, Mode::Once, "test") };
    let made = crate::job::midnight::run(&bench.lake, &run, |take| take(&mut lists.clone()));
    assert!(matches!(made, Ok(Outcome::Published(_))), "{made:?}");
}

fn files_of(bench: &Bench, table: &str) -> BTreeSet<lake::FileId> {
    let latest = bench.lake.snapshot(&At::Latest).expect("there is one");
    bench.lake.files(&latest, table, None).expect("there").iter().map(|file| file.id).collect()
}

#[test]
fn parts_keep_the_order_and_only_changed_ones_are_written() {
    on_engines(|bench| {
        publish(bench, DAY_1, &lists(None));
        let before = files_of(bench, "users");
        assert_eq!((before.len(), files_of(bench, "devicePropertyHistories").len()), (8, 8));
        publish(bench, DAY_2, &lists(Some(33)));
        let after = files_of(bench, "users");
        assert_eq!(before.intersection(&after).count(), 7);
        // Nothing changed in who has what: no part is written at all.
        let pairs = files_of(bench, "userDeviceAssociations");
        publish(bench, date(2026, 1, 7), &lists(None));
        assert_eq!(files_of(bench, "userDeviceAssociations"), pairs);
        for (table, columns) in [("users", ["userId", "startDateInclusiveUTC"]), ("devices", ["deviceId"; 2])]
        {
            let texts: Vec<_> =
                bench.rows(table, &columns).into_iter().map(|row| format!("{row:?}")).collect();
            assert!(texts.is_sorted(), "{table}: {texts:#?}");
        }
        let histories = bench.ints("devicePropertyHistories", &["dateKey", "deviceKey"]);
        assert!(histories.is_sorted() && histories.len() == 3 * 64);
        assert_eq!(bench.lake.verify().expect("readable"), []);
    });
}
