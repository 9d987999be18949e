//! A long history of a large fleet: what its first rows, its last rows and one day of it cost in the feed.
//!
//! `deep_history 850000 60`: as many devices for as many days, 51 million rows of `devicePropertyHistories`.

#[path = "kit/made.rs"]
mod made;

use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use lake::engine::{Engine, EngineConfig};
use lake::{Lake, LakeConfig};
use sql::DatabaseUrl;
use warehouse::feed::{Feed, FeedRequest, Root};
use warehouse::job::midnight::{Mode, Outcome, Run, run};
use world::World;

use made::{Made, peak_mib};

type Failure = Box<dyn std::error::Error>;

const FIRST_DAY: Date = date(2026, 9, 1);
const RUNS: usize = 5;
const PAGE_ROWS: u64 = 100_000;

fn main() -> Result<(), Failure> {
    let arguments: Vec<u64> = std::env::args().skip(1).map(|n| n.parse()).collect::<Result<_, _>>()?;
    let [devices, days] = arguments[..] else { return Err("say how many devices and days".into()) };
    let folder = tempfile::tempdir()?;
    let world = World::seeded(1, jiff::Timestamp::UNIX_EPOCH);
    let catalogue = DatabaseUrl::sqlite(folder.path().join("catalogue.db"));
    let lake = Lake::open(&LakeConfig { catalogue, data_dir: folder.path().join("data") }, world.clone())?;
    let started = Instant::now();
    let today = live(&lake, &world, devices, days)?;
    println!("{} rows in {days} days, made in {:.0} s", devices * days, started.elapsed().as_secs_f64());

    let config = EngineConfig {
        spill_dir: folder.path().join("spill"),
        memory_bytes: 256 << 20,
        spill_bytes: 1 << 30,
        time: Duration::from_secs(120),
    };
    let feed = Feed::new(lake, Engine::new(&config)?, PAGE_ROWS);
    let skipped = 50_000_000.min((devices * days).saturating_sub(10_000));
    let middle = date_key(FIRST_DAY.checked_add(jiff::Span::new().days(i64::try_from(days / 2)?))?);
    for query in [
        "$top=10000".to_owned(),
        format!("$skip={skipped}&$top=10000"),
        "$top=100000".to_owned(),
        format!("$filter=dateKey%20eq%20{middle}&$top=100000"),
    ] {
        let (took, first) = best(&feed, today, &query)?;
        let (took, first) = (took.as_secs_f64() * 1e3, first.as_secs_f64() * 1e3);
        println!("{query:<48} {took:>8.1} ms, first byte {first:.1} ms");
    }
    println!("at most {} MiB", peak_mib());
    Ok(())
}

/// Lives the days; the last of them. Nearly nothing changes: the history has a row of each device a day all the same.
fn live(lake: &Lake, world: &World, devices: u64, days: u64) -> Result<Date, Failure> {
    let mut day = FIRST_DAY;
    for number in 0..days {
        day = FIRST_DAY.checked_add(jiff::Span::new().days(i64::try_from(number)?))?;
        let now = day.at(0, 0, 5, 0).to_zoned(jiff::tz::TimeZone::UTC)?.timestamp();
        world.clock.set(now);
        let mut image = Made { users: devices / 2, devices, day: number, changed_every: devices };
        let outcome =
            run(lake, &Run { day, ..Run::today(now, Mode::Once, "bench") }, |take| take(&mut image))?;
        if !matches!(outcome, Outcome::Published(_)) {
            return Err("the day is new".into());
        }
    }
    Ok(day)
}

fn date_key(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

/// The best time of some runs, whole and to the first byte.
fn best(feed: &Feed, today: Date, query: &str) -> Result<(Duration, Duration), Failure> {
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        let request = FeedRequest {
            root: Root::Path(model::Version::V1),
            root_url: "https://localhost",
            path: "devicePropertyHistories",
            query,
            accept: None,
            odata_version: None,
            odata_max_version: None,
            prefer: None,
            if_none_match: None,
            is_compat: false,
            today,
            now: today.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp(),
        };
        let (asked, mut first) = (Instant::now(), None);
        let response = feed.answer(&request).map_err(|failure| failure.message.clone())?;
        response.body.run(&mut |_| {
            first.get_or_insert_with(|| asked.elapsed());
            true
        })?;
        best = best.min((asked.elapsed(), first.unwrap_or_default()));
    }
    Ok(best)
}
