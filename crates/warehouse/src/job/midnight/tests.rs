//! The job on a real lake in a temporary folder, with an image made of plain lists.

mod faults;
mod lives;
mod parts;

use jiff::Span;
use jiff::civil::{Date, date};

use super::*;
use crate::testkit::{Lists, bench};

const DAY_1: Date = date(2026, 1, 5);
const DAY_2: Date = date(2026, 1, 6);

#[test]
fn a_day_fills_every_table() {
    let bench = bench();
    let report = bench.publish(DAY_1, &Lists::of(&["a", "b"], &[("1", "a"), ("2", ""), ("3", "f")]));
    assert_eq!((report.date_key, report.devices, report.users, report.refreshed), (20_260_105, 3, 2, false));
    assert_eq!(bench.ints("devices", &["deviceKey", "isDeleted"]), [[1, 0], [2, 0], [3, 0]]);
    assert_eq!(bench.ints("users", &["userKey", "isCurrent"]), [[1, 1], [2, 1]]);
    let histories = bench.ints("devicePropertyHistories", &["dateKey", "deviceKey"]);
    assert_eq!(histories, [[20_260_105, 1], [20_260_105, 2], [20_260_105, 3]]);
    // Device 3 belongs to somebody without a licence, whom the warehouse does not know.
    assert_eq!(bench.ints("userDeviceAssociations", &["userKey", "deviceKey", "isDeleted"]), [[1, 1, 0]]);
    let dates = bench.ints("dates", &["dateKey"]);
    assert_eq!((dates[0][0], dates.len()), (20_260_101, 730));
    for table in ::model::tables().iter().filter(|table| table.kind == ::model::Kind::Enumeration) {
        assert_eq!(
            bench.rows(table.name, &[table.columns[0].name]).len(),
            table.rows.len(),
            "{}",
            table.name
        );
    }
}

#[test]
fn current_users_are_the_people_of_today() {
    let bench = bench();
    bench.publish(DAY_1, &Lists::of(&["a", "b"], &[]));
    assert_eq!(bench.ints("currentUsers", &["userKey"]), [[1], [2]]);
    // One loses the licence and goes; the next day a new version of that person begins, with a key of its own.
    bench.publish(DAY_2, &Lists::of(&["b"], &[]));
    assert_eq!(bench.ints("currentUsers", &["userKey", "intuneLicensed"]), [[2, 1]]);
    bench.publish(date(2026, 1, 7), &Lists::of(&["a", "b"], &[]));
    let current = bench.ints("currentUsers", &["userKey"]);
    let users = bench.ints("users", &["userKey", "isCurrent", "isDeleted"]);
    let expected: Vec<_> = users.iter().filter(|row| row[1..] == [1, 0]).map(|row| vec![row[0]]).collect();
    assert_eq!((current.len(), &current), (2, &expected));
}

#[test]
fn tables_without_a_source_are_there_and_empty() {
    let bench = bench();
    bench.publish(DAY_1, &Lists::of(&["a"], &[("1", "a")]));
    let filled =
        ["users", "currentUsers", "devices", "devicePropertyHistories", "userDeviceAssociations", "dates"];
    for table in ::model::tables().iter().filter(|table| table.rows.is_empty()) {
        let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(
            bench.rows(table.name, &columns).is_empty(),
            !filled.contains(&table.name),
            "{}",
            table.name
        );
    }
}

#[test]
fn running_a_day_again_changes_nothing() {
    let bench = bench();
    let lists = Lists::of(&["a"], &[("1", "a")]);
    let report = bench.publish(DAY_1, &lists);
    let other = Lists::of(&["b"], &[("2", "b")]);
    let again = bench.run_as(DAY_1, Mode::Once, false, &other).expect("it is no error");
    assert_eq!(again, Outcome::AlreadyPublished(report.snapshot));
    assert_eq!(bench.ints("devices", &["deviceKey", "isDeleted"]), [[1, 0]]);
    bench.publish(DAY_2, &lists);
    let error = bench.run_as(DAY_1, Mode::Refresh, false, &lists).expect_err("the past stays");
    assert!(matches!(error, MidnightError::Past { last: 20_260_106, .. }), "{error}");
}

#[test]
fn an_implausible_read_stops_the_day_unless_forced() {
    let bench = bench();
    bench.publish(DAY_1, &Lists::of(&["a"], &[("1", ""), ("2", ""), ("3", "")]));
    for (lists, what) in [
        (Lists::of(&["a"], &[]), "0 devices"),
        (Lists::of(&["a"], &[("1", "")]), "1 devices"),
        (Lists::of(&[], &[("1", ""), ("2", "")]), "0 users"),
    ] {
        let error = bench.run_as(DAY_2, Mode::Once, false, &lists).expect_err("too small");
        assert!(error.to_string().contains(what), "{error}");
    }
    assert_eq!(bench.ints("devices", &["isDeleted"]), [[0], [0], [0]]);
    bench.run_as(DAY_2, Mode::Once, true, &Lists::of(&["a"], &[])).expect("forced");
    assert_eq!(bench.ints("devices", &["isDeleted"]), [[1], [1], [1]]);
}

#[test]
fn a_refresh_starts_from_the_day_before_and_keeps_keys() {
    let bench = bench();
    bench.publish(DAY_1, &Lists::of(&["a"], &[("5", "a")]));
    bench.publish(DAY_2, &Lists::of(&["a", "b"], &[("4", ""), ("5", "a")]));
    let refresh = |lists: &Lists| match bench.run_as(DAY_2, Mode::Refresh, false, lists).expect("refreshed") {
        Outcome::Published(report) => report,
        Outcome::AlreadyPublished(_) => panic!("a refresh publishes"),
    };
    // Device 4 keeps its key, device 1 sorts before it and gets a new one, device 5 is gone.
    let report = refresh(&Lists::of(&["a", "b"], &[("1", "b"), ("4", "")]));
    assert!(report.refreshed);
    assert_eq!(bench.ints("devices", &["deviceKey", "isDeleted"]), [[3, 0], [2, 0], [1, 1]]);
    // Device 4 goes too, device 5 is back: as if it had never left.
    refresh(&Lists::of(&["a", "b"], &[("1", "b"), ("5", "a")]));
    assert_eq!(bench.ints("devices", &["deviceKey", "isDeleted"]), [[3, 0], [2, 1], [1, 0]]);
    let histories = bench.ints("devicePropertyHistories", &["dateKey", "deviceKey"]);
    assert_eq!(histories, [[20_260_105, 1], [20_260_106, 3], [20_260_106, 1]]);
    assert_eq!(
        bench.ints("userDeviceAssociations", &["userKey", "deviceKey", "isDeleted"]),
        [[2, 3, 0], [1, 1, 0]]
    );
    // The next day goes on from the refreshed state.
    bench.publish(date(2026, 1, 7), &Lists::of(&["a", "b"], &[("1", "b"), ("5", "a"), ("6", "")]));
    let devices = bench.ints("devices", &["deviceKey", "isDeleted"]);
    assert_eq!(devices, [[3, 0], [2, 1], [1, 0], [4, 0]]);
}

#[test]
fn days_past_the_retention_go_and_missed_days_stay_missing() {
    let bench = bench();
    let lists = Lists::of(&["a"], &[("1", "a")]);
    for offset in [0, 1, 3, 60, 61, 64] {
        let day = DAY_1.checked_add(Span::new().days(offset)).expect("in range");
        bench.publish(day, &lists);
    }
    let days: Vec<_> = bench.ints("devicePropertyHistories", &["dateKey"]).concat();
    assert_eq!(days, [20_260_306, 20_260_307, 20_260_310]);
}

#[test]
fn a_failed_write_publishes_nothing_and_the_next_try_succeeds() {
    let bench = bench();
    bench.publish(DAY_1, &Lists::of(&["a"], &[("1", "a")]));
    let next = Lists::of(&["a", "b"], &[("1", "a"), ("2", "b")]);
    for nth in 1.. {
        bench.lake.file_faults().fail_nth(nth);
        let result = bench.run_as(DAY_2, Mode::Once, false, &next);
        let happened = bench.lake.file_faults().clear();
        if !happened {
            assert!(matches!(result, Ok(Outcome::Published(_))), "{result:?}");
            break;
        }
        let rows = bench.ints("devices", &["deviceKey"]).len();
        match result {
            Ok(Outcome::Published(_)) | Err(MidnightError::Garbage(_)) => assert_eq!(rows, 2),
            _ => assert_eq!(rows, 1),
        }
        if rows == 2 {
            break;
        }
    }
    assert_eq!(bench.ints("devices", &["deviceKey"]), [[1], [2]]);
}

#[test]
fn a_failed_statement_leaves_the_old_day_or_the_new_one_whole() {
    let next = Lists::of(&["a", "b"], &[("1", "a"), ("2", "b")]);
    // A day is more than a thousand statements: the first ones each, later ones ever more sparsely.
    for nth in std::iter::successors(Some(1u32), |nth| Some(nth + 1 + nth / 2)) {
        let bench = bench();
        bench.publish(DAY_1, &Lists::of(&["a"], &[("1", "a")]));
        bench.lake.catalogue_faults().fail_nth(nth);
        let result = bench.run_as(DAY_2, Mode::Once, false, &next);
        let happened = bench.lake.catalogue_faults().clear();
        let counts = ["devices", "users", "devicePropertyHistories"].map(|table| {
            let first = ::model::table(table).expect("declared").columns[0].name;
            bench.rows(table, &[first]).len()
        });
        let is_whole = counts == [1, 1, 1] || counts == [2, 2, 3];
        assert!(is_whole, "statement {nth}: {counts:?}");
        assert!(result.is_err() || counts == [2, 2, 3], "statement {nth}: {result:?}");
        // Trying again makes the day, or finds it made.
        bench.run_as(DAY_2, Mode::Once, false, &next).expect("no fault any more");
        assert_eq!(bench.ints("devices", &["deviceKey"]), [[1], [2]], "statement {nth}");
        if !happened {
            return;
        }
    }
}
