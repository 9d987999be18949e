//! After an erasure not one byte of the subject is left: not in a file, not in the catalogue, not in its journals.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use jiff::civil::{Date, date};
use object_store::{ObjectStore as _, ObjectStoreExt as _};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use sql::{Database, DatabaseUrl, Engine, Sql, SqlError};

use super::*;
use crate::backup::{self, Restoration};
use crate::cell::Owned;
use crate::job::midnight::{Image, Mode, Outcome, Run, Spared};
use crate::testkit::{Bench, Lists, on_engines};

const PEOPLE: usize = 64;
/// The subject, who has one device; of the other device only a day was theirs.
const ANN: usize = 37;
const SHARED: usize = 50;

fn user_id(number: usize) -> String {
    format!("{:x}{number:07}-0000-4000-8000-00000000aaaa", number / 4)
}

fn device_id(number: usize) -> String {
    format!("{:x}{number:07}-0000-4000-8000-00000000dddd", number / 4)
}

/// `day` 0 shows the shared device with Ann, later days with its owner; Ann is renamed on day 1.
fn lists(day: usize) -> Lists {
    let user = |number: usize| match (number, day) {
        (ANN, 0) => (user_id(number), "Anneliese Maiden".to_owned()),
        (ANN, _) => (user_id(number), "Anneliese Married".to_owned()),
        _ => (user_id(number), format!("person {number}")),
    };
    let device = |number: usize| match (number, day) {
        (ANN, _) => (device_id(number), "ANNELIESES-LAPTOP".to_owned(), Some(user_id(ANN))),
        (SHARED, 0) => (device_id(number), "BORROWED-BY-ANNELIESE".to_owned(), Some(user_id(ANN))),
        _ => (device_id(number), format!("machine {number}"), Some(user_id(number))),
    };
    Lists { users: (0..PEOPLE).map(user).collect(), devices: (0..PEOPLE).map(device).collect() }
}

fn publish(bench: &Bench, day: Date, lists: &Lists) {
    publish_image(bench, day, &mut lists.clone());
}

fn publish_image(bench: &Bench, day: Date, image: &mut dyn Image) {
    let now = day.at(0, 0, 10, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("in range").timestamp();
    bench.world.clock.set(now);
    let run = Run { day, part_rows: 8, ..Run::today(now, Mode::Once, "test") };
    let made = crate::job::midnight::run(&bench.lake, &run, |take| take(image));
    assert!(matches!(made, Ok(Outcome::Published(_))), "{made:?}");
}

/// The tenant's own, with these ids erased.
fn suppression(ids: &[String]) -> Suppression {
    let secret = [9; 32];
    let list = Suppression::new(&secret, &[]).list_of(ids.iter().map(String::as_str));
    Suppression::new(&secret, &[list])
}

fn try_erase(bench: &Bench, ids: &[String]) -> Result<Erased, EraseError> {
    let subject = Subject::of(ids.iter().cloned());
    let (now, holder) = (bench.world.clock.now(), "test");
    let erasure = Erasure { subject: &subject, now, holder, grace: SignedDuration::ZERO };
    run(&bench.lake, &erasure, &suppression(ids))
}

fn erase(bench: &Bench, ids: &[String]) -> Erased {
    try_erase(bench, ids).expect("erased")
}

/// What would give the subject away.
fn tokens() -> Vec<String> {
    ["Anneliese", "ANNELIESE", &user_id(ANN), &device_id(ANN)].map(str::to_owned).to_vec()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

fn has(bytes: &[u8], token: &str) -> bool {
    bytes.windows(token.len()).any(|window| window == token.as_bytes())
}

/// The bytes of every page of a Parquet file, unpacked, and its footer.
fn unpacked(path: &Path) -> Vec<u8> {
    let reader =
        SerializedFileReader::new(std::fs::File::open(path).expect("there")).expect("a Parquet file");
    let mut bytes = format!("{:?}", reader.metadata()).into_bytes();
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).expect("a row group");
        for column in 0..group.num_columns() {
            for page in group.get_column_page_reader(column).expect("a column") {
                bytes.extend_from_slice(page.expect("a page").buffer());
            }
        }
    }
    bytes
}

/// Every row of every table of the catalogue, as text.
fn catalogue_text(url: &DatabaseUrl) -> String {
    let database = Database::open(url, 1).expect("the catalogue opens");
    let names = match database.engine() {
        Engine::Sqlite => "select name from sqlite_master where type = 'table'",
        Engine::Postgres => {
            "select table_name from information_schema.tables where table_schema = current_schema()"
        }
    };
    let names = database.read_blocking(|conn| conn.rows(&Sql::global(names), &[])).expect("listed");
    let mut text = String::new();
    for row in names {
        let name: String = row.get(0).expect("a name");
        let all = Sql::global_built(format!("select * from {name}"));
        let rows: Result<_, SqlError> = database.read_blocking(move |conn| conn.rows(&all, &[]));
        for row in rows.expect("readable") {
            text.push_str(&format!("{:?}\n", row.values()));
        }
    }
    text
}

/// Where the token is, of everything the lake keeps.
fn found(bench: &Bench, token: &str) -> Vec<String> {
    let mut places = Vec::new();
    for path in files_below(bench.folder.path()) {
        let raw = std::fs::read(&path).expect("readable");
        let is_parquet = path.extension().is_some_and(|end| end == "parquet");
        if has(&raw, token) || (is_parquet && has(&unpacked(&path), token)) {
            places.push(path.display().to_string());
        }
    }
    if has(catalogue_text(&bench.config.catalogue).as_bytes(), token) {
        places.push("the catalogue".to_owned());
    }
    places
}

#[test]
fn not_one_byte_of_the_subject_is_left() {
    on_engines(|bench| {
        for (number, day) in [date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)].into_iter().enumerate() {
            publish(bench, day, &lists(number));
        }
        for token in tokens() {
            assert!(
                !found(bench, &token).is_empty(),
                "{token} is not there before, so the test proves nothing"
            );
        }
        let before = counts(bench);
        let erased = erase(bench, &[user_id(ANN), device_id(ANN)]);
        for token in tokens() {
            assert_eq!(found(bench, &token), Vec::<String>::new(), "{token}");
        }
        assert_eq!(counts(bench), before, "rows and keys stay");
        // Two versions of the user and the one of today, the device, who had what (twice), three days of the device
        // and one of the other.
        assert_eq!(erased.rows, 2 + 1 + 1 + 2 + 3 + 1);
        // One part of eight of each table, and of each day; of the first day two.
        assert_eq!(erased.files, 1 + 1 + 1 + 2 + 3 + 1);
        others_are_as_they_were(bench);
        assert_eq!(bench.lake.verify().expect("readable"), []);
        assert_eq!(
            erase(bench, &[user_id(ANN), device_id(ANN)]),
            Erased::default(),
            "nothing is left to erase"
        );
    });
}

/// Rows of each table, and the keys of its first column.
fn counts(bench: &Bench) -> Vec<(usize, BTreeSet<i64>)> {
    let tables = [("users", "userKey"), ("devices", "deviceKey"), ("userDeviceAssociations", "userKey")];
    let tables = tables.into_iter().chain([("devicePropertyHistories", "deviceKey")]);
    tables
        .map(|(table, key)| {
            let rows = bench.ints(table, &[key]).concat();
            (rows.len(), rows.into_iter().collect())
        })
        .collect()
}

fn others_are_as_they_were(bench: &Bench) {
    let texts = |table: &str, column: &'static str| -> Vec<String> {
        let text = |row: Vec<Owned>| row[0].as_cell().text().map(str::to_owned);
        bench.rows(table, &[column]).into_iter().filter_map(text).collect()
    };
    let people: BTreeSet<_> = texts("users", "displayName").into_iter().collect();
    assert_eq!(people.len(), PEOPLE - 1);
    // The shared device is its owner's again on the days that were theirs.
    let days = texts("devicePropertyHistories", "deviceName");
    assert_eq!(days.iter().filter(|name| **name == format!("machine {SHARED}")).count(), 2);
    assert_eq!(days.len(), 3 * PEOPLE - 4);
    for (table, column) in
        [("users", "userId"), ("devices", "deviceId"), ("userDeviceAssociations", "deviceId")]
    {
        assert!(texts(table, column).is_sorted(), "{table} is out of order");
    }
    let modified = bench.rows("users", &["displayName", "rowLastModifiedDateTimeUTC"]);
    let now = bench.world.clock.now().as_microsecond();
    for row in modified {
        let is_now = row[1].as_cell().time() == Some(now);
        assert!(row[0] != Owned::Null || is_now, "an erased row tells that it changed");
    }
}

#[test]
fn nor_in_an_object_store() {
    let objects = Arc::new(object_store::memory::InMemory::new());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bucket = lake::Bucket::over(objects.clone(), "memory://objects").expect("a thread").folder("tenant");
    let world = world::World::seeded(7, "2018-01-01T00:00:10Z".parse().expect("an instant"));
    let catalogue = DatabaseUrl::sqlite(folder.path().join("catalogue.db"));
    let lake = Lake::open_in(&catalogue, &bucket, world.clone()).expect("a new lake opens");
    let config = lake::LakeConfig { catalogue, data_dir: folder.path().join("unused") };
    let engine = crate::testkit::engine_in(folder.path());
    let bench = Bench { lake, world, engine, config, folder };
    publish(&bench, date(2026, 1, 5), &lists(0));
    publish(&bench, date(2026, 1, 6), &lists(1));
    let copies = |folder: &Path| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let all = runtime.block_on(objects.list(None).try_collect::<Vec<_>>()).expect("listed");
        for object in all {
            let bytes = runtime.block_on(async { objects.get(&object.location).await?.bytes().await });
            let path = folder.join(object.location.to_string());
            std::fs::create_dir_all(path.parent().expect("below the folder")).expect("made");
            std::fs::write(path, bytes.expect("there")).expect("written");
        }
    };
    let (before, after) = (bench.folder.path().join("before"), bench.folder.path().join("after"));
    copies(&before);
    assert!(found(&bench, "Anneliese").len() > 2, "the subject is in the objects before");
    std::fs::remove_dir_all(&before).expect("removed");
    erase(&bench, &[user_id(ANN), device_id(ANN)]);
    copies(&after);
    for token in tokens() {
        assert_eq!(found(&bench, &token), Vec::<String>::new(), "{token}");
    }
    assert_eq!(bench.lake.verify().expect("readable"), []);
}

#[test]
fn days_go_on_after_an_erasure() {
    on_engines(|bench| {
        publish(bench, date(2026, 1, 5), &lists(0));
        erase(bench, &[user_id(ANN), device_id(ANN)]);
        // The person and the device are gone from the store, as they should be.
        let mut after = lists(1);
        after.users.retain(|(id, _)| *id != user_id(ANN));
        after.devices.retain(|(id, ..)| *id != device_id(ANN));
        publish(bench, date(2026, 1, 6), &after);
        assert_eq!(found(bench, "Anneliese"), Vec::<String>::new());
        assert_eq!(bench.ints("devices", &["deviceKey"]).len(), PEOPLE);
        let deleted = bench.ints("users", &["isDeleted", "isCurrent"]);
        assert_eq!(deleted.iter().filter(|row| **row == [1, 1]).count(), 1);
        assert_eq!(bench.lake.verify().expect("readable"), []);
    });
}

#[test]
fn an_erasure_that_fails_anywhere_can_be_made_again() {
    let ids = [user_id(ANN), device_id(ANN)];
    for nth in (1..).step_by(7) {
        let bench = crate::testkit::bench();
        publish(&bench, date(2026, 1, 5), &lists(0));
        bench.lake.file_faults().fail_nth(nth);
        let result = try_erase(&bench, &ids);
        if !bench.lake.file_faults().clear() {
            result.expect("no fault happened");
            return;
        }
        assert!(result.is_err(), "fault {nth} was passed over");
        assert_eq!(bench.ints("users", &["userKey"]).len(), PEOPLE);
        // What a failed try staged counts as old when the clock has passed it.
        bench.world.clock.set("2099-01-01T00:00:00Z".parse().expect("an instant"));
        erase(&bench, &ids);
        for token in tokens() {
            assert_eq!(found(&bench, &token), Vec::<String>::new(), "{token} after fault {nth}");
        }
    }
}

#[test]
fn nights_after_it_show_no_word_of_whoever_the_store_still_holds() {
    on_engines(|bench| {
        publish(bench, date(2026, 1, 5), &lists(0));
        let ids = [user_id(ANN), device_id(ANN)];
        erase(bench, &ids);
        let before = counts(bench);
        let aliases = suppression(&ids).aliases(ids.iter().map(String::as_str));
        for day in [6, 7] {
            // The device that was borrowed on the first day is Ann's again.
            let mut image = Spared::new(lists(0), aliases.clone());
            publish_image(bench, date(2026, 1, day), &mut image);
        }
        for token in tokens() {
            assert_eq!(found(bench, &token), Vec::<String>::new(), "{token}");
        }
        // The same rows go on under their keys, and each day has its own.
        assert_eq!(counts(bench)[..3], before[..3]);
        assert_eq!(bench.ints("devicePropertyHistories", &["deviceKey"]).len(), 3 * PEOPLE);
        let deleted = bench.ints("users", &["isDeleted"]).concat();
        assert_eq!(deleted.iter().sum::<i64>(), 0, "nobody left");
        for (table, column) in [("users", "userId"), ("devices", "deviceId")] {
            let ids: Vec<_> = bench.rows(table, &[column]).into_iter().flatten().collect();
            assert!(ids.is_sorted_by_key(|id| id.as_cell().text().map(str::to_owned)), "{table}");
        }
    });
}

/// A backup of two days, taken into a folder.
fn back_up(bench: &Bench, folder: &Path) -> backup::Manifest {
    publish(bench, date(2026, 1, 5), &lists(0));
    publish(bench, date(2026, 1, 6), &lists(1));
    backup::take(&bench.lake, "contoso", folder, Vec::new(), &mut |_| {}).expect("taken")
}

fn put(bench: &Bench, folder: &Path, manifest: &backup::Manifest, ids: &[String]) -> backup::Restored {
    let restoration = Restoration {
        folder,
        manifest,
        journal: &bench.folder.path().join("restore.jsonl"),
        suppression: &suppression(ids),
        holder: "test",
        now: bench.world.clock.now(),
    };
    backup::put(&bench.lake, &restoration, &mut |_| {}).expect("restored")
}

#[test]
fn a_backup_from_before_brings_nobody_back() {
    let bench = crate::testkit::bench();
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = back_up(&bench, folder.path());
    let (before, ids) = (counts(&bench), [user_id(ANN), device_id(ANN)]);
    let there = crate::testkit::bench();
    let restored = put(&there, folder.path(), &manifest, &[]);
    assert_eq!(restored.blanked, 0);
    restored.end().expect("ended");
    assert!(!found(&there, "Anneliese").is_empty(), "it would, so the test proves something");
    let there = crate::testkit::bench();
    let restored = put(&there, folder.path(), &manifest, &ids);
    restored.end().expect("ended");
    for token in tokens() {
        assert_eq!(found(&there, &token), Vec::<String>::new(), "{token}");
    }
    assert_eq!(counts(&there), before, "rows and keys stay");
    let erased = erase(&bench, &ids);
    assert_eq!(restored_rows(&there), restored_rows(&bench), "as if it had been erased there");
    assert_eq!(restored.blanked, erased.rows);
}

/// What an erasure changes and what it leaves, but for when.
fn restored_rows(bench: &Bench) -> Vec<Vec<Vec<Owned>>> {
    let rows = |table: &&'static ::model::Table| {
        let columns = table.columns.iter().map(|column| column.name);
        let columns: Vec<_> = columns.filter(|name| *name != "rowLastModifiedDateTimeUTC").collect();
        bench.rows(table.name, &columns)
    };
    model::tables().iter().map(rows).collect()
}
