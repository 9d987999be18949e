//! The job on a real lake in a temporary folder, with an image made of plain lists.

use jiff::civil::{Date, date};
use lake::{Lake, LakeConfig};
use sql::DatabaseUrl;
use world::World;

use super::*;
use crate::cell::{Cell, Owned};
use crate::files::TableRows;
use crate::merge::Rows;

/// A tenant as lists; ids are given sorted.
#[derive(Clone, Default)]
struct Lists {
    users: Vec<(String, String)>,
    devices: Vec<(String, String, Option<String>)>,
}

impl Lists {
    fn of(users: &[&str], devices: &[(&str, &str)]) -> Self {
        Self {
            users: users.iter().map(|id| (id_of(id), format!("user {id}"))).collect(),
            devices: devices
                .iter()
                .map(|(id, user)| {
                    (id_of(id), format!("device {id}"), (!user.is_empty()).then(|| id_of(user)))
                })
                .collect(),
        }
    }
}

fn id_of(short: &str) -> String {
    format!("{short:0>8}-0000-4000-8000-000000000000")
}

impl Image for Lists {
    fn users(&mut self, take: &mut dyn FnMut(&User<'_>) -> Result<(), MergeError>) -> Result<(), ImageError> {
        for (id, name) in &self.users {
            take(&User { id, display_name: Some(name), ..User::default() })?;
        }
        Ok(())
    }

    fn devices(
        &mut self,
        take: &mut dyn FnMut(&Device<'_>) -> Result<(), MergeError>,
    ) -> Result<(), ImageError> {
        for (id, name, user) in &self.devices {
            let user_id = user.as_deref();
            take(&Device {
                id,
                device_name: Some(name),
                user_id,
                os_version: Some("12"),
                ..Device::default()
            })?;
        }
        Ok(())
    }
}

struct Bench {
    lake: Lake,
    world: World,
    _folder: tempfile::TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let world = World::seeded(7, "2026-01-05T00:00:10Z".parse().expect("an instant"));
    let config = LakeConfig {
        catalogue: DatabaseUrl::sqlite(folder.path().join("catalogue.db")),
        data_dir: folder.path().join("data"),
    };
    let lake = Lake::open(&config, world.clone()).expect("a new lake opens");
    Bench { lake, world, _folder: folder }
}

impl Bench {
    fn run_as(&self, day: Date, mode: Mode, force: bool, lists: &Lists) -> Result<Outcome, MidnightError> {
        let at_night = day.at(0, 0, 10, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("in range").timestamp();
        if mode == Mode::Once {
            self.world.clock.set(at_night);
        } else {
            self.world.clock.advance(SignedDuration::from_hours(1));
        }
        let now = self.world.clock.now();
        let run = Run { day, now, force, ..Run::today(now, mode, "test") };
        let mut lists = lists.clone();
        super::run(&self.lake, &run, |take| take(&mut lists))
    }

    fn publish(&self, day: Date, lists: &Lists) -> Report {
        match self.run_as(day, Mode::Once, false, lists).expect("the day is published") {
            Outcome::Published(report) => report,
            Outcome::AlreadyPublished(_) => panic!("the day is new"),
        }
    }

    fn rows(&self, table: &str, columns: &[&'static str]) -> Vec<Vec<Owned>> {
        let latest = self.lake.snapshot(&At::Latest).expect("there is a snapshot");
        let files = self.lake.files(&latest, table, None).expect("the table is there");
        let mut rows =
            TableRows::open_columns(&self.lake, columns.to_vec(), files).expect("files are readable");
        let mut all = Vec::new();
        while !rows.is_done() {
            all.push((0..columns.len()).map(|at| rows.cell(at).into()).collect());
            rows.advance().expect("files are readable");
        }
        all
    }

    fn ints(&self, table: &str, columns: &[&'static str]) -> Vec<Vec<i64>> {
        let number = |value: &Owned| match value.as_cell() {
            Cell::Bool(flag) => flag.into(),
            cell => cell.int().expect("a number"),
        };
        self.rows(table, columns).iter().map(|row| row.iter().map(number).collect()).collect()
    }
}

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
