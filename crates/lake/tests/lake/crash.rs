//! Killed at any moment, the lake shows the old day or the new one, and nothing that was acknowledged is lost.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use lake::{At, Lake, LakeConfig};
use sql::DatabaseUrl;
use world::World;

use crate::kit::*;

const CHILD: &str = "LAKE_TEST_PUBLISHES";
const FIRST_DAY: i32 = 20_260_101;

fn open(catalogue: &DatabaseUrl, folder: &str) -> Lake {
    let config = LakeConfig { catalogue: catalogue.clone(), data_dir: folder.into() };
    // Its own ids: a world from a seed would make the same names again after each crash.
    Lake::open(&config, World::with_set_clock(START.parse().unwrap())).unwrap()
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
        let [url, schema, folder] = asked.split('|').collect::<Vec<_>>().try_into().unwrap();
        publish_for_ever(&open(&url.parse::<DatabaseUrl>().unwrap().with_schema(schema), folder));
    }
    check(|lab| {
        let folder = lab.config.data_dir.to_str().unwrap();
        let (url, schema) = match &lab.config.catalogue {
            DatabaseUrl::Sqlite(path) => (format!("sqlite:{}", path.display()), String::new()),
            DatabaseUrl::Postgres { url, schema } => (url.clone(), schema.clone()),
        };
        let mut acknowledged = FIRST_DAY - 1;
        for round in 0..12_u64 {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "crash::a_killed_publisher_leaves_whole_days", "--nocapture"])
                .env(CHILD, format!("{url}|{schema}|{folder}"))
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
