//! Lives of people and devices, day after day through the real job, on both engines.

use super::*;
use crate::cell::{Cell, Owned};
use crate::testkit::{Bench, id_of, on_engines};

/// (name, isDeleted, start, end, isCurrent) of every version of every user, in the order of the table.
fn versions(bench: &Bench) -> Vec<(String, bool, String, String, bool)> {
    let columns = ["displayName", "isDeleted", "startDateInclusiveUTC", "endDateExclusiveUTC", "isCurrent"];
    let day = |cell: &Owned| match cell.as_cell() {
        Cell::Time(::model::OPEN_END_MICROS) => "9999-12-31".to_owned(),
        cell => {
            let micros = cell.time().expect("an instant");
            Timestamp::from_microsecond(micros).expect("in range").strftime("%F").to_string()
        }
    };
    let version = |row: &Vec<Owned>| {
        let flag = |at: usize| row[at].as_cell().is_true();
        let name = row[0].as_cell().text().unwrap_or_default().to_owned();
        (name, flag(1), day(&row[2]), day(&row[3]), flag(4))
    };
    bench.rows("users", &columns).iter().map(version).collect()
}

fn version(
    name: &str,
    deleted: bool,
    start: &str,
    end: &str,
    current: bool,
) -> (String, bool, String, String, bool) {
    (name.to_owned(), deleted, start.to_owned(), end.to_owned(), current)
}

fn people(names: &[(&str, &str)]) -> Lists {
    let users = names.iter().map(|(id, name)| (id_of(id), (*name).to_owned())).collect();
    Lists { users, devices: Vec::new() }
}

#[test]
fn john_smith_as_documented() {
    on_engines(|bench| {
        let (john, others) = (("1", "John Smith"), [("2", "Ann"), ("3", "Bo")]);
        let all: Vec<_> = [&[john][..], &others[..]].concat();
        bench.publish(date(2017, 6, 1), &people(&all));
        bench.publish(date(2017, 7, 25), &people(&all));
        // He gives up his licence on the 25th; the midnight after it sees that.
        bench.publish(date(2017, 7, 26), &people(&others));
        bench.publish(date(2017, 8, 30), &people(&others));
        bench.publish(date(2017, 8, 31), &people(&all));
        bench.publish(date(2017, 9, 1), &people(&all));
        let documented = [
            version("John Smith", false, "2017-06-01", "2017-07-26", false),
            version("John Smith", true, "2017-07-26", "2017-08-31", false),
            version("John Smith", false, "2017-08-31", "9999-12-31", true),
        ];
        assert_eq!(versions(bench)[..3], documented);
        assert_eq!(versions(bench)[3..].len(), 2, "the others never changed");
        assert_eq!(bench.ints("users", &["userKey"])[..3], [[1], [4], [5]]);
    });
}

#[test]
fn a_rename_begins_a_version_and_a_rename_back_another() {
    on_engines(|bench| {
        for (day, name) in [(5, "Ann Old"), (6, "Ann New"), (7, "Ann New"), (9, "Ann Old")] {
            bench.publish(date(2026, 1, day), &people(&[("1", name)]));
        }
        let expected = [
            version("Ann Old", false, "2026-01-05", "2026-01-06", false),
            version("Ann New", false, "2026-01-06", "2026-01-09", false),
            version("Ann Old", false, "2026-01-09", "9999-12-31", true),
        ];
        assert_eq!(versions(bench), expected);
    });
}

#[test]
fn of_two_changes_in_a_day_the_midnight_sees_the_last() {
    on_engines(|bench| {
        bench.publish(DAY_1, &people(&[("1", "Ann")]));
        bench.publish(DAY_2, &people(&[("1", "Ann B")]));
        // Made anew the same day: the version of the morning becomes that of the evening, under the same key.
        let key = bench.ints("users", &["userKey"]);
        bench.run_as(DAY_2, Mode::Refresh, false, &people(&[("1", "Ann C")])).expect("refreshed");
        let expected = [
            version("Ann", false, "2026-01-05", "2026-01-06", false),
            version("Ann C", false, "2026-01-06", "9999-12-31", true),
        ];
        assert_eq!(versions(bench), expected);
        assert_eq!(bench.ints("users", &["userKey"]), key);
    });
}

#[test]
fn a_source_that_comes_back_empty_changes_nothing() {
    on_engines(|bench| {
        let lists = Lists::of(&["1", "2"], &[("1", "1"), ("2", "2")]);
        bench.publish(DAY_1, &lists);
        let before = (versions(bench), bench.ints("devices", &["deviceKey", "isDeleted"]));
        let error = bench.run_as(DAY_2, Mode::Once, false, &Lists::default()).expect_err("nothing was read");
        assert!(matches!(error, MidnightError::Implausible { seen: 0, .. }), "{error}");
        assert_eq!((versions(bench), bench.ints("devices", &["deviceKey", "isDeleted"])), before);
        // It is back the same day: the day is made, and nobody was deleted meanwhile.
        bench.publish(DAY_2, &lists);
        assert_eq!((versions(bench), bench.ints("devices", &["deviceKey", "isDeleted"])), before);
    });
}

#[test]
fn a_device_that_leaves_and_returns_keeps_its_key() {
    on_engines(|bench| {
        let both = Lists::of(&["1"], &[("1", "1"), ("2", "1"), ("3", "")]);
        let without = Lists::of(&["1"], &[("2", "1"), ("3", "")]);
        bench.publish(DAY_1, &both);
        bench.publish(DAY_2, &without);
        assert_eq!(bench.ints("devices", &["deviceKey", "isDeleted"]), [[1, 1], [2, 0], [3, 0]]);
        bench.publish(date(2026, 1, 7), &both);
        assert_eq!(bench.ints("devices", &["deviceKey", "isDeleted"]), [[1, 0], [2, 0], [3, 0]]);
    });
}
