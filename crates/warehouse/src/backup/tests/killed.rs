//! A restore that is killed, again and again, comes to its end by going on: never half a warehouse, and never twice.

use std::process::Command;

use lake::{Lake, LakeConfig};
use sql::DatabaseUrl;
use world::World;

use super::*;

/// Where a killed process works, and at which step it ends: `files 50` is the 50th operation on a file from its start.
const PLACE: &str = "WAREHOUSE_TEST_RESTORES";
const STEP: &str = "WAREHOUSE_TEST_KILLED_AT";
/// Fewer operations on files than a restore needs, by far.
const FILES_BETWEEN_KILLS: u32 = 50;

/// The lake's place and the backup's, in one text for a child process.
fn place(bench: &Bench, folder: &Path) -> String {
    let (data, backup) = (bench.config.data_dir.display(), folder.display());
    match &bench.config.catalogue {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}||{data}|{backup}", path.display()),
        DatabaseUrl::Postgres { url, schema } => format!("{url}|{schema}|{data}|{backup}"),
    }
}

/// The child: restores, and is killed on the way.
fn restore_until_killed(place: &str, step: &str) {
    let [url, schema, data, backup] =
        place.split('|').collect::<Vec<_>>().try_into().expect("four parts of a place");
    let catalogue = url.parse::<DatabaseUrl>().expect("an address").with_schema(schema);
    let world = World::with_set_clock("2026-02-01T00:00:00Z".parse().expect("an instant"));
    let config = LakeConfig { catalogue, data_dir: data.into() };
    let lake = Lake::open(&config, world.clone()).expect("the lake opens");
    let (what, nth) = step.split_once(' ').expect("a step");
    let nth = nth.parse().expect("a number");
    match what {
        "files" => lake.file_faults().kill_nth(nth),
        _ => lake.catalogue_faults().kill_nth(nth),
    }
    let folder = Path::new(backup);
    let restoration = Restoration {
        folder,
        manifest: &Manifest::read(folder).expect("a manifest"),
        journal: &Path::new(data).with_file_name("restore.jsonl"),
        suppression: &Suppression::new(&[1; 32], &[]),
        holder: "test",
        now: world.clock.now(),
    };
    let restored = put(&lake, &restoration, &mut quietly()).expect("restored");
    restored.end().expect("ended");
}

/// Whether the child came to its end.
fn child(place: &str, step: &str) -> bool {
    let name = "backup::tests::killed::a_restore_that_is_killed_goes_on_to_its_end";
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", name, "--nocapture"])
        .env(PLACE, place)
        .env(STEP, step)
        .output()
        .expect("a child");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!text.contains("panicked"), "{text}");
    output.status.success()
}

fn staged(bench: &Bench) -> usize {
    let journal = std::fs::read_to_string(bench.folder.path().join("restore.jsonl"));
    journal.map_or(0, |text| text.lines().count())
}

#[test]
fn a_restore_that_is_killed_goes_on_to_its_end() {
    if let (Ok(place), Ok(step)) = (std::env::var(PLACE), std::env::var(STEP)) {
        restore_until_killed(&place, &step);
        return;
    }
    let from = lived();
    let folder = tempfile::tempdir().expect("a folder");
    take(&from.lake, "contoso", folder.path(), Vec::new(), &mut quietly()).expect("taken");
    on_engines(|bench| {
        let place = place(bench, folder.path());
        let (mut n_kills, mut before) = (0, 0);
        // Each time the same few steps further: a restore that began anew each time would never end.
        while !child(&place, &format!("files {FILES_BETWEEN_KILLS}")) {
            n_kills += 1;
            assert_eq!(last_day(&bench.lake).expect("readable"), None, "nothing is there before all is");
            assert!(staged(bench) > before, "it goes on");
            before = staged(bench);
        }
        assert!(n_kills > 3, "{n_kills} kills prove little");
        assert_eq!(all(bench), all(&from));
        assert_eq!(bench.lake.verify().expect("readable"), []);
        assert_eq!(staged(bench), 0, "its journal is gone");
    });
}

#[test]
fn killed_at_a_statement_it_is_all_there_or_nothing() {
    let from = lived();
    let folder = tempfile::tempdir().expect("a folder");
    take(&from.lake, "contoso", folder.path(), Vec::new(), &mut quietly()).expect("taken");
    on_engines(|bench| {
        let place = place(bench, folder.path());
        let mut n_kills = 0;
        // The publish is one transaction of many statements: it is reached with ever longer strides.
        for nth in std::iter::successors(Some(6_u32), |nth| Some(nth * 5 / 2)) {
            if child(&place, &format!("statements {nth}")) {
                break;
            }
            n_kills += 1;
            let rows = bench.lake.snapshot(&lake::At::Latest).expect("readable");
            let sizes = bench.lake.table_sizes(&rows).expect("readable");
            let n_rows: u64 = sizes.iter().map(|size| size.rows).sum();
            match last_day(&bench.lake).expect("readable") {
                None => assert_eq!(n_rows, 0, "{nth}"),
                Some(_) => assert_eq!(all(bench), all(&from), "{nth}"),
            }
        }
        assert!(n_kills > 3, "{n_kills} kills prove little");
        assert_eq!(all(bench), all(&from));
    });
}

#[test]
fn cut_off_behind_the_publish_it_finds_its_own_work() {
    on_engines(|here| {
        fill(here);
        let folder = tempfile::tempdir().expect("a folder");
        let manifest = take(&here.lake, "contoso", folder.path(), Vec::new(), &mut quietly()).expect("taken");
        let there = bench();
        let first = put_into(&there, folder.path(), &manifest).expect("put back");
        assert_eq!((first.kept, staged(&there) > 1), (0, true));
        // It was not ended: the process was killed before it could record what it did.
        let again = put_into(&there, folder.path(), &manifest).expect("found");
        assert_eq!((again.snapshot, all(&there)), (first.snapshot, all(here)));
        assert!(again.kept > 0);
        again.end().expect("ended");
        assert!(matches!(
            put_into(&there, folder.path(), &manifest),
            Err(BackupError::NotEmpty { last: 20_260_106 })
        ));
    });
}

#[test]
fn what_is_staged_counts_only_while_it_is_what_was_written() {
    let from = lived();
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = take(&from.lake, "contoso", folder.path(), Vec::new(), &mut quietly()).expect("taken");
    let mut files = manifest.tables.iter().flat_map(|table| &table.files);
    let last = files.rfind(|file| file.format == manifest::Format::Parquet).expect("files");
    let there = bench();
    // The last file cannot be read: all others are staged when it stops.
    let last = &folder.path().join(&last.path);
    let bytes = std::fs::read(last).expect("there");
    let mut stop = |progress: &Progress| {
        if progress.step == Step::Checking && progress.rows == progress.rows_total {
            std::fs::remove_file(last).expect("removed");
        }
    };
    let journal = there.folder.path().join("restore.jsonl");
    let suppression = Suppression::new(&[1; 32], &[]);
    let restoration = Restoration {
        folder: folder.path(),
        manifest: &manifest,
        journal: &journal,
        suppression: &suppression,
        holder: "test",
        now: there.world.clock.now(),
    };
    put(&there.lake, &restoration, &mut stop).expect_err("a file went away");
    std::fs::write(last, bytes).expect("written");
    let n_staged = staged(&there) as u64 - 1;
    assert!(n_staged > 10, "{n_staged}");
    // One staged file is gone, another has other bytes: both are made again, from sources that are whole.
    std::fs::remove_file(only_file(&there, "users")).expect("removed");
    let damaged = only_file(&there, "devices");
    let mut bytes = std::fs::read(&damaged).expect("there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&damaged, bytes).expect("written");
    let restored = put_into(&there, folder.path(), &manifest).expect("goes on");
    assert_eq!(restored.kept, n_staged - 2);
    assert_eq!(all(&there), all(&from));
}

/// The one staged file of a small table.
fn only_file(bench: &Bench, table: &str) -> std::path::PathBuf {
    let mut place = bench.config.data_dir.join("main").join(table);
    while place.is_dir() {
        let entry = std::fs::read_dir(&place).expect("a folder").next().expect("something in it");
        place = entry.expect("an entry").path();
    }
    place
}

#[test]
fn another_backup_or_another_erasure_begins_anew() {
    let from = lived();
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = take(&from.lake, "contoso", folder.path(), Vec::new(), &mut quietly()).expect("taken");
    let there = bench();
    there.lake.file_faults().fail_nth(100);
    put_into(&there, folder.path(), &manifest).expect_err("a fault");
    there.lake.file_faults().clear();
    let n_staged = staged(&there);
    assert!(n_staged > 2);
    let list = Suppression::new(&[1; 32], &[]).list_of(["somebody"]);
    let restoration = Restoration {
        folder: folder.path(),
        manifest: &manifest,
        journal: &there.folder.path().join("restore.jsonl"),
        suppression: &Suppression::new(&[1; 32], &[list]),
        holder: "test",
        now: there.world.clock.now(),
    };
    let restored = put(&there.lake, &restoration, &mut quietly()).expect("restored");
    assert_eq!((restored.kept, restored.blanked), (0, 0));
    assert_eq!(all(&there), all(&from));
}
