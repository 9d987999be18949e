//! Out of one lake and into another: the same rows, whatever happened in between.

mod killed;

use std::path::Path;

use jiff::civil::date;

use super::*;
use crate::cell::Owned;
use crate::job::midnight::{Mode, last_day};
use crate::suppression::Suppression;
use crate::testkit::{Bench, Lists, bench, on_engines};

fn lived() -> Bench {
    let bench = bench();
    fill(&bench);
    bench
}

fn fill(bench: &Bench) {
    bench.publish(date(2026, 1, 5), &Lists::of(&["a", "b"], &[("1", "a"), ("2", "b")]));
    bench.publish(date(2026, 1, 6), &Lists::of(&["a"], &[("1", "a"), ("2", ""), ("3", "a")]));
}

fn all(bench: &Bench) -> Vec<(&'static str, Vec<Vec<Owned>>)> {
    let rows = |table: &&'static ::model::Table| {
        let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        (table.name, bench.rows(table.name, &columns))
    };
    model::tables().iter().map(rows).collect()
}

fn quietly() -> impl FnMut(&Progress) {
    |progress| assert!(progress.rows <= progress.rows_total)
}

#[test]
fn a_backup_is_taken_back_elsewhere_and_days_go_on() {
    on_engines(|here| {
        fill(here);
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("backup");
        let manifest = take(&here.lake, "contoso", &folder, Vec::new(), &mut quietly()).expect("taken");
        assert_eq!((manifest.date_key, manifest.tables.len()), (20_260_106, model::tables().len()));
        assert_eq!(check(&folder, &mut quietly()).expect("sound"), manifest);
        let there = bench();
        put_into(&there, &folder, &manifest).expect("put back").end().expect("ended");
        assert_eq!(all(&there), all(here));
        assert!(matches!(
            put_into(&there, &folder, &manifest),
            Err(BackupError::NotEmpty { last: 20_260_106 })
        ));
        assert!(matches!(
            take(&here.lake, "contoso", &folder, Vec::new(), &mut quietly()),
            Err(BackupError::Finished(_))
        ));
        let next = Lists::of(&["a", "b"], &[("1", "a"), ("4", "b")]);
        for bench in [here, &there] {
            bench.publish(date(2026, 1, 7), &next);
        }
        assert_eq!(all(&there), all(here), "keys go on where they were");
    });
}

#[test]
fn csv_files_hold_every_row_once() {
    let bench = lived();
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = take(&bench.lake, "contoso", folder.path(), Vec::new(), &mut quietly()).expect("taken");
    let table =
        manifest.tables.iter().find(|table| table.name == "devicePropertyHistories").expect("declared");
    let days: Vec<_> = table.files.iter().filter(|file| file.format == manifest::Format::Csv).collect();
    assert_eq!(
        days.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
        ["csv/devicePropertyHistories/20260105.csv", "csv/devicePropertyHistories/20260106.csv",]
    );
    let text = std::fs::read_to_string(folder.path().join(&days[1].path)).expect("there");
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with("dateKey,deviceKey,deviceName,"), "{}", lines[0]);
    assert!(lines[3].starts_with("20260106,3,device 3,"), "{}", lines[3]);
    assert_eq!((lines.len() as u64 - 1, days[1].rows), (3, 3));
    assert!(table.schema.iter().any(|column| column.name == "deviceName" && column.personal));
}

/// With its journal beside the lake, and nobody erased.
fn put_into(bench: &Bench, folder: &Path, manifest: &Manifest) -> Result<Restored, BackupError> {
    let restoration = Restoration {
        folder,
        manifest,
        journal: &bench.folder.path().join("restore.jsonl"),
        suppression: &Suppression::new(&[1; 32], &[]),
        holder: "test",
        now: bench.world.clock.now(),
    };
    put(&bench.lake, &restoration, &mut quietly())
}

/// Removes the manifest and what came after `n` finished files, as a process that was killed leaves it.
fn interrupt(folder: &Path, manifest: &Manifest, n: usize) {
    let mut lines =
        vec![serde_json::json!({"tenant": manifest.tenant, "snapshotId": manifest.snapshot_id}).to_string()];
    for (at, file) in manifest.tables.iter().flat_map(|table| &table.files).enumerate() {
        if at < n {
            lines.push(serde_json::to_string(file).expect("JSON"));
        } else {
            std::fs::remove_file(folder.join(&file.path)).expect("removed");
        }
    }
    std::fs::remove_file(folder.join(manifest::MANIFEST)).expect("removed");
    // The line that was being written.
    std::fs::write(folder.join("progress.jsonl"), lines.join("\n") + "\n{\"path\":\"cs").expect("written");
}

#[test]
fn an_interrupted_backup_goes_on_from_its_snapshot() {
    let bench = lived();
    let folder = tempfile::tempdir().expect("a folder");
    let whole = take(&bench.lake, "contoso", folder.path(), Vec::new(), &mut quietly()).expect("taken");
    interrupt(folder.path(), &whole, 5);
    // A finished file that was damaged meanwhile is made again.
    let damaged = &whole.tables.iter().flat_map(|table| &table.files).next().expect("files").path;
    std::fs::write(folder.path().join(damaged), "x").expect("written");
    bench.publish(date(2026, 1, 7), &Lists::of(&["a"], &[("1", "a"), ("2", "")]));
    let again = take(&bench.lake, "contoso", folder.path(), Vec::new(), &mut quietly()).expect("goes on");
    assert_eq!(again.tables, whole.tables, "what was published meanwhile is not in it");
    check(folder.path(), &mut quietly()).expect("sound");
    interrupt(folder.path(), &whole, 5);
    let other = take(&bench.lake, "fabrikam", folder.path(), Vec::new(), &mut quietly());
    assert!(matches!(&other, Err(BackupError::OtherTenant { tenant, .. }) if tenant == "contoso"));
    for day in 8..15 {
        bench.publish(date(2026, 1, day), &Lists::of(&["a"], &[("1", "a"), ("2", "")]));
    }
    let stale = take(&bench.lake, "contoso", folder.path(), Vec::new(), &mut quietly());
    assert!(matches!(stale, Err(BackupError::Stale { .. })), "{stale:?}");
}

#[test]
fn damage_is_found_and_nothing_is_taken_back() {
    let bench = lived();
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = take(&bench.lake, "contoso", folder.path(), Vec::new(), &mut quietly()).expect("taken");
    let devices = manifest.tables.iter().find(|table| table.name == "devices").expect("declared");
    let file = folder.path().join(&devices.files[0].path);
    let bytes = std::fs::read(&file).expect("there");
    let mut other = bytes.clone();
    other[10] ^= 1;
    for damage in [&bytes[1..], &other[..]] {
        std::fs::write(&file, damage).expect("written");
        let error = check(folder.path(), &mut quietly()).expect_err("damaged");
        assert!(matches!(error, BackupError::Damaged { .. }), "{error}");
    }
    std::fs::remove_file(&file).expect("removed");
    assert!(matches!(check(folder.path(), &mut quietly()), Err(BackupError::Damaged { .. })));
    let there = crate::testkit::bench();
    put_into(&there, folder.path(), &manifest).expect_err("a file is missing");
    assert_eq!(last_day(&there.lake).expect("readable"), None);
    std::fs::write(&file, bytes).expect("written");
    put_into(&there, folder.path(), &manifest).expect("sound again");
    assert_eq!(all(&there), all(&bench));
}

#[test]
fn what_is_no_backup_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = bench();
    let error =
        take(&empty.lake, "contoso", folder.path(), Vec::new(), &mut quietly()).expect_err("no day yet");
    assert!(matches!(error, BackupError::Empty));
    assert!(matches!(check(folder.path(), &mut quietly()), Err(BackupError::Manifest { .. })));
    std::fs::write(folder.path().join("letter.txt"), "dear").expect("written");
    let occupied = take(&lived().lake, "contoso", folder.path(), Vec::new(), &mut quietly());
    assert!(matches!(occupied, Err(BackupError::Occupied(_))));
    let bench = lived();
    assert!(bench.run_as(date(2026, 1, 6), Mode::Once, false, &Lists::default()).is_ok());
}
