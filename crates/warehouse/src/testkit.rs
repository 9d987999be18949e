//! A lake in a temporary folder and a tenant made of plain lists, for the tests of this crate.

use jiff::SignedDuration;
use jiff::civil::Date;
use lake::engine::{Engine, EngineConfig};
use lake::{At, Lake, LakeConfig};
use sql::DatabaseUrl;
use world::World;

use crate::cell::{Cell, Owned};
use crate::files::TableRows;
use crate::job::midnight::{Image, ImageError, MidnightError, Mode, Outcome, Report, Run};
use crate::merge::{MergeError, Rows};
use crate::model::{Device, User};

/// A tenant as lists; ids are given sorted.
#[derive(Clone, Default)]
pub(crate) struct Lists {
    pub(crate) users: Vec<(String, String)>,
    pub(crate) devices: Vec<(String, String, Option<String>)>,
}

impl Lists {
    pub(crate) fn of(users: &[&str], devices: &[(&str, &str)]) -> Self {
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

pub(crate) fn id_of(short: &str) -> String {
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

pub(crate) struct Bench {
    pub(crate) lake: Lake,
    pub(crate) world: World,
    pub(crate) engine: Engine,
    pub(crate) config: LakeConfig,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn bench() -> Bench {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalogue = DatabaseUrl::sqlite(folder.path().join("catalogue.db"));
    bench_at(catalogue, folder)
}

/// Runs `test` on a fresh lake of each engine.
pub(crate) fn on_engines(test: impl Fn(&Bench)) {
    let (urls, _kept) = store::testkit::urls();
    for catalogue in urls {
        test(&bench_at(catalogue, tempfile::tempdir().expect("a temporary folder")));
    }
}

fn bench_at(catalogue: DatabaseUrl, folder: tempfile::TempDir) -> Bench {
    let world = World::seeded(7, "2018-01-01T00:00:10Z".parse().expect("an instant"));
    let config = LakeConfig { catalogue, data_dir: folder.path().join("data") };
    let lake = Lake::open(&config, world.clone()).expect("a new lake opens");
    let engine = engine_in(folder.path());
    Bench { lake, world, engine, config, folder }
}

/// A small engine that spills into `folder`.
pub(crate) fn engine_in(folder: &std::path::Path) -> Engine {
    let limits = EngineConfig {
        spill_dir: folder.join("spill"),
        memory_bytes: 64 * 1024 * 1024,
        spill_bytes: 64 * 1024 * 1024,
        time: std::time::Duration::from_secs(60),
    };
    Engine::new(&limits).expect("a folder for the engine")
}

impl Bench {
    pub(crate) fn run_as(
        &self,
        day: Date,
        mode: Mode,
        force: bool,
        lists: &Lists,
    ) -> Result<Outcome, MidnightError> {
        let at_night = day.at(0, 0, 10, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("in range").timestamp();
        if mode == Mode::Once {
            self.world.clock.set(at_night);
        } else {
            self.world.clock.advance(SignedDuration::from_hours(1));
        }
        let now = self.world.clock.now();
        let run = Run { day, now, force, ..Run::today(now, mode, "test") };
        let mut lists = lists.clone();
        crate::job::midnight::run(&self.lake, &run, |take| take(&mut lists))
    }

    pub(crate) fn publish(&self, day: Date, lists: &Lists) -> Report {
        match self.run_as(day, Mode::Once, false, lists).expect("the day is published") {
            Outcome::Published(report) => report,
            Outcome::AlreadyPublished(_) => panic!("the day is new"),
        }
    }

    pub(crate) fn rows(&self, table: &str, columns: &[&'static str]) -> Vec<Vec<Owned>> {
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

    pub(crate) fn ints(&self, table: &str, columns: &[&'static str]) -> Vec<Vec<i64>> {
        let number = |value: &Owned| match value.as_cell() {
            Cell::Bool(flag) => flag.into(),
            cell => cell.int().expect("a number"),
        };
        self.rows(table, columns).iter().map(|row| row.iter().map(number).collect()).collect()
    }
}
