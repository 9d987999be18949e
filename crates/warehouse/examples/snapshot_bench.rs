//! The nightly snapshot of a large fleet of which 2 % changed, beside what this machine needs for the same bytes.
//!
//! `snapshot_bench all 1000000`: two days of devices, users, histories and associations; the second one is measured.
//! `snapshot_bench dimension 1000000 FOLDER`: only a dimension of people, and the two days as CSV in FOLDER for others.

#[path = "kit/made.rs"]
mod made;

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use lake::{At, Lake, LakeConfig};
use sql::DatabaseUrl;
use warehouse::csv;
use warehouse::files::{self, TableRows};
use warehouse::job::midnight::{Image as _, Mode, Outcome, Run, run};
use warehouse::merge::{MergeError, Rows as _};
use warehouse::model::user_row;
use world::World;

use made::{Made, peak_mib};

type Failure = Box<dyn std::error::Error>;

/// Two in a hundred.
const CHANGED_EVERY: u64 = 50;
const DAYS: [Date; 2] = [date(2026, 11, 20), date(2026, 11, 21)];

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let n = arguments.get(1).map_or(Ok(100_000), |n| n.parse::<u64>())?;
    match arguments.first().map(String::as_str) {
        Some("all") => all(n),
        Some("dimension") => {
            dimension(n, Path::new(arguments.get(2).ok_or("name a folder for the CSV files")?))
        }
        _ => Err("say all N, or dimension N FOLDER".into()),
    }
}

/// Lives both days; the time of the second.
fn live(lake: &Lake, world: &World, made: Made) -> Result<Duration, Failure> {
    let mut took = Duration::ZERO;
    for (number, day) in DAYS.into_iter().enumerate() {
        let now = day.at(0, 0, 5, 0).to_zoned(jiff::tz::TimeZone::UTC)?.timestamp();
        world.clock.set(now);
        let mut image = Made { day: number as u64, ..made };
        let started = Instant::now();
        let outcome =
            run(lake, &Run { day, ..Run::today(now, Mode::Once, "bench") }, |take| take(&mut image))?;
        took = started.elapsed();
        if !matches!(outcome, Outcome::Published(_)) {
            return Err("the day is new".into());
        }
    }
    Ok(took)
}

fn open(folder: &Path) -> Result<(Lake, World), Failure> {
    let world = World::seeded(1, jiff::Timestamp::UNIX_EPOCH);
    let catalogue = DatabaseUrl::sqlite(folder.join("catalogue.db"));
    Ok((Lake::open(&LakeConfig { catalogue, data_dir: folder.join("data") }, world.clone())?, world))
}

fn all(n: u64) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (lake, world) = open(folder.path())?;
    let took = live(&lake, &world, Made { users: n / 2, devices: n, day: 0, changed_every: CHANGED_EVERY })?;
    let peak = peak_mib();
    println!(
        "the day       {:>8.2} s   {n} devices, {} users, 2 % changed; at most {peak} MiB",
        seconds(took),
        n / 2
    );
    limits(&lake, folder.path())
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

/// What the bytes of the day cost without thought: copied (B0), written durably (B1), decoded (B3), and decoded and
/// encoded again (B3 and B2), on as many threads as the job has tables at hand.
fn limits(lake: &Lake, folder: &Path) -> Result<(), Failure> {
    let snapshot = lake.snapshot(&At::Latest)?;
    let names = ["devices", "users", "userDeviceAssociations", "devicePropertyHistories"];
    let last = Some(20_261_121..=20_261_121);
    let mut bytes = Vec::new();
    let (mut decode, mut rewrite) = (Duration::ZERO, Duration::ZERO);
    for name in names {
        let table = model::table(name).ok_or("declared")?;
        let files = lake.files(&snapshot, name, last.clone().filter(|_| table.is_dated()))?;
        let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        for file in &files {
            lake.copy(file, &mut bytes)?;
            let started = Instant::now();
            for batch in lake.read(file, &columns, 0..file.rows, 16_384)? {
                batch?;
            }
            decode += started.elapsed();
            let started = Instant::now();
            let mut writer = lake.writer(&files::spec(table), lake.attempt(), file.partition)?;
            for batch in lake.read(file, &columns, 0..file.rows, 16_384)? {
                writer.write(&batch?)?;
            }
            writer.finish()?;
            rewrite += started.elapsed();
        }
    }
    let (mut ring, started) = (vec![0_u8; 256 * 1024], Instant::now());
    for piece in bytes.chunks(ring.len()) {
        ring[..piece.len()].copy_from_slice(piece);
        std::hint::black_box(&ring);
    }
    let copy = started.elapsed();
    let started = Instant::now();
    let mut file = std::fs::File::create(folder.join("written"))?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    let mib = bytes.len() as f64 / (1024.0 * 1024.0);
    println!("copying       {:>8.2} s   {mib:.1} MiB of Parquet in memory (B0)", seconds(copy));
    println!("writing       {:>8.2} s   the same to the disk, durably (B1)", seconds(started.elapsed()));
    println!("decoding      {:>8.2} s   every row and column on one core (B3)", seconds(decode));
    println!("and encoding  {:>8.2} s   decoded and written anew, on one core (B3 and B2)", seconds(rewrite));
    Ok(())
}

fn dimension(n: u64, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to)?;
    let table = model::table("users").ok_or("declared")?;
    let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    for day in 0..2 {
        let mut out = std::io::BufWriter::new(std::fs::File::create(to.join(format!("day{}.csv", day + 1)))?);
        let mut text = Vec::new();
        csv::header(&mut text, &names);
        let mut image = Made { users: n, devices: 0, day, changed_every: CHANGED_EVERY };
        image.users(&mut |user| {
            csv::row(&mut text, user_row(user).into_iter());
            out.write_all(&text).map_err(|error| MergeError::Files(Box::new(error)))?;
            text.clear();
            Ok(())
        })?;
        out.flush()?;
    }
    let folder = tempfile::tempdir()?;
    let (lake, world) = open(folder.path())?;
    let took = live(&lake, &world, Made { users: n, devices: 0, day: 0, changed_every: CHANGED_EVERY })?;
    let latest = lake.snapshot(&At::Latest)?;
    let mut rows = TableRows::open_columns(&lake, vec!["userKey"], lake.files(&latest, "users", None)?)?;
    let mut versions = 0_u64;
    while !rows.is_done() {
        versions += 1;
        rows.advance()?;
    }
    println!(
        "Quarterdeck   {:>8.2} s   {n} people of {} columns, {versions} versions; at most {} MiB",
        seconds(took),
        names.len(),
        peak_mib()
    );
    Ok(())
}
