//! Killed at any moment, the lake shows the old day or the new one, and nothing that was acknowledged is lost.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use lake::{At, Lake, LakeConfig};
use sql::DatabaseUrl;
use world::World;

use crate::kit::*;

const CHILD: &str = "LAKE_TEST_PUBLISHES";
const STEP: &str = "LAKE_TEST_KILLED_AT";
const FIRST_DAY: i32 = 20_260_101;

fn open(catalogue: &DatabaseUrl, folder: &str) -> Lake {
    let config = LakeConfig { catalogue: catalogue.clone(), data_dir: folder.into() };
    // Its own ids: a world from a seed would make the same names again after each crash.
    Lake::open(&config, World::with_set_clock(START.parse().unwrap())).unwrap()
}

/// Where a lake is, in one text for a child process.
fn place(lab: &Lab) -> String {
    let folder = lab.config.data_dir.to_str().unwrap();
    match &lab.config.catalogue {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}||{folder}", path.display()),
        DatabaseUrl::Postgres { url, schema } => format!("{url}|{schema}|{folder}"),
    }
}

fn open_place(place: &str) -> Lake {
    let [url, schema, folder] = place.split('|').collect::<Vec<_>>().try_into().unwrap();
    open(&url.parse::<DatabaseUrl>().unwrap().with_schema(schema), folder)
}

/// Publishes day after day and says so after each, until it is killed.
fn publish_for_ever(lake: &Lake) {
    let lease = lake.lease("publish", "child", HOUR).unwrap();
    let last = lake.last_publication("day").unwrap().map_or(FIRST_DAY - 1, |last| last.key.date_key);
    for date_key in last + 1.. {
        publish_day(lake, &lease, date_key, &date_key.to_string()).unwrap();
        println!("published {date_key}");
    }
}

#[test]
fn a_killed_publisher_leaves_whole_days() {
    if let Ok(asked) = std::env::var(CHILD) {
        publish_for_ever(&open_place(&asked));
    }
    check(|lab| {
        let place = place(lab);
        let mut acknowledged = FIRST_DAY - 1;
        for round in 0..12_u64 {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "crash::a_killed_publisher_leaves_whole_days", "--nocapture"])
                .env(CHILD, &place)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
            let told =
                |line: String| line.rsplit_once("published ").map(|(_, day)| day.parse::<i32>().unwrap());
            acknowledged = lines.by_ref().find_map(told).unwrap();
            // No event tells of the moments inside a publish; different rounds strike at different ones.
            std::thread::sleep(Duration::from_millis(round * 3));
            child.kill().unwrap();
            child.wait().unwrap();
            acknowledged = lines.filter_map(told).last().unwrap_or(acknowledged);
            look(&lab.reopened(), acknowledged);
        }
        assert!(acknowledged >= FIRST_DAY + 11);
    });
}

fn look(lake: &Lake, acknowledged: i32) {
    let last = lake.last_publication("day").unwrap().unwrap().key.date_key;
    assert!(
        last == acknowledged || last == acknowledged + 1,
        "{last}, of which {acknowledged} was acknowledged"
    );
    let texts: Vec<_> = (FIRST_DAY..=last).map(|date_key| (date_key, date_key.to_string())).collect();
    let days: Vec<_> = texts.iter().map(|(date_key, text)| (*date_key, text.as_str())).collect();
    assert_eq!(content(lake, &At::Latest), expected(&days));
    assert_eq!(lake.verify().unwrap(), []);
}

/// Publishes one day, and is killed on the way: `files 3` means at the third operation on a file.
fn publish_until_killed(lake: &Lake, step: &str) {
    let (what, nth) = step.split_once(' ').unwrap();
    let nth = nth.parse().unwrap();
    match what {
        "files" => lake.file_faults().kill_nth(nth),
        _ => lake.catalogue_faults().kill_nth(nth),
    }
    let lease = lake.lease("publish", "child", HOUR).unwrap();
    publish_day(lake, &lease, FIRST_DAY + 1, "two").unwrap();
    lake.release(&lease).unwrap();
}

#[test]
fn a_publish_killed_at_any_step_is_whole_and_can_be_made_again() {
    if let Ok(step) = std::env::var(STEP) {
        publish_until_killed(&open_place(&std::env::var(CHILD).unwrap()), &step);
        return;
    }
    for what in ["files", "statements"] {
        let mut n_before = 0;
        for nth in 1.. {
            let mut survived = true;
            check(|lab| {
                publish_day(&lab.lake, &lab.lease(), FIRST_DAY, "one").unwrap();
                lab.lake.release(&lab.lease()).unwrap();
                let child = Command::new(std::env::current_exe().unwrap())
                    .args(["--exact", "crash::a_publish_killed_at_any_step_is_whole_and_can_be_made_again"])
                    .env(CHILD, place(lab))
                    .env(STEP, format!("{what} {nth}"))
                    .output()
                    .unwrap();
                survived &= child.status.success();
                let lake = lab.reopened();
                let found = content(&lake, &At::Latest);
                let (old, new) = (expected(&[(FIRST_DAY, "one")]), both_days());
                assert!(found == old || found == new, "{what} {nth}: {found:?}");
                assert_eq!(lake.verify().unwrap(), [], "{what} {nth}");
                if found == old {
                    assert!(!child.status.success(), "{what} {nth}: acknowledged, and not there");
                    n_before += 1;
                    lab.world.clock.advance(HOUR * 2);
                    let lease = lake.lease("publish", "parent", HOUR).unwrap();
                    publish_day(&lake, &lease, FIRST_DAY + 1, "two").unwrap();
                    assert_eq!(content(&lake, &At::Latest), both_days(), "{what} {nth}");
                }
                orphans_go(lab, &lake);
            });
            if survived {
                break;
            }
        }
        assert!(n_before > 4, "{what}: only {n_before} kills came before the publish");
    }
}

fn both_days() -> Content {
    expected(&[(FIRST_DAY, "one"), (FIRST_DAY + 1, "two")])
}

/// What the killed attempt staged is collected, and nothing else.
fn orphans_go(lab: &Lab, lake: &Lake) {
    // Files count from when the disk says they were written, the catalogue from the lab's clock.
    for path in parquet_files(&lab.config.data_dir) {
        let then = std::time::SystemTime::from(lab.now()) - Duration::from_secs(3600);
        std::fs::File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
    }
    lake.collect_garbage(jiff::SignedDuration::ZERO).unwrap();
    let referenced = ["devices", "kinds"].map(|table| {
        let all = [At::Latest, At::Before(key(FIRST_DAY + 1))];
        let files = all.iter().flat_map(|at| files(lake, &lake.snapshot(at).unwrap(), table));
        files.map(|file| file.path).collect::<std::collections::BTreeSet<_>>().len()
    });
    assert_eq!(parquet_files(&lab.config.data_dir).len(), referenced.iter().sum::<usize>());
    assert_eq!(content(lake, &At::Latest), both_days());
}
