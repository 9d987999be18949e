//! `bench snapshot`: one day of a large fleet, beside reading the store and writing the day's files without thought.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::{build_example, grouped, mebibytes};
use crate::demo::{Demo, Fleet, Programs};
use crate::process::{Show, run, shown};
use crate::site::Site;
use crate::tools::python::{Venv, requirements};

/// Long enough for a build from nothing on two cores, and for a million devices.
const LIMIT: Duration = Duration::from_secs(3600);
const EXAMPLE: &str = "snapshot_bench";

pub(super) fn measure(site: &Site, programs: &Programs, devices: u32) -> Result<()> {
    let folder = site.fresh_folder("bench-snapshot")?;
    let data_dir = folder.join("data");
    println!("enrolling {} simulated devices; this takes a while", grouped(f64::from(devices)));
    let fleet = Fleet { devices, days: 1, seed: 1, listen: None };
    let demo = Demo::start(site, programs, &data_dir, &fleet)?;
    let read_bytes = size(&data_dir, &is_store)?;
    let before = size(&data_dir, &is_parquet)?;
    println!("taking the day");
    let mut command = crate::demo::snapshot(programs, &data_dir);
    let started = Instant::now();
    let ran = run(site, "bench-snapshot", &mut command, Duration::from_secs(3600), Show::Lines)?;
    let took = started.elapsed();
    if !ran.success {
        bail!("the snapshot failed:\n{}", ran.tail(10));
    }
    drop(demo);
    let devices = published(&ran.text).unwrap_or(devices);
    let written_bytes = size(&data_dir, &is_parquet)?.saturating_sub(before);
    let limit = without_thought(&data_dir, &folder.join("written"), written_bytes)?;
    println!("\nsnapshot of {} devices", grouped(f64::from(devices)));
    println!(
        "  the day       {:>12}   {} devices/s",
        shown(took),
        grouped(f64::from(devices) / took.as_secs_f64())
    );
    println!(
        "  bytes alone   {:>12}   reading {:.1} MiB of store, writing {:.1} MiB durably",
        shown(limit),
        mebibytes(read_bytes),
        mebibytes(written_bytes)
    );
    beside_limits(site, devices)?;
    beside_dbt(site, &folder, devices)
}

/// The day of as many devices, 2 % of them changed, without the store: beside the limits of the same bytes.
fn beside_limits(site: &Site, devices: u32) -> Result<()> {
    build_example(site, EXAMPLE)?;
    println!("\nthe second day of a fleet of which 2 % changed");
    let ran = run(site, "bench-day", example(site).args(["all", &devices.to_string()]), LIMIT, Show::Lines)?;
    if !ran.success {
        bail!("the day could not be measured:\n{}", ran.tail(10));
    }
    Ok(())
}

/// One dimension alone beside `dbt snapshot` on DuckDB, if that can be had.
fn beside_dbt(site: &Site, folder: &Path, devices: u32) -> Result<()> {
    println!("\none dimension, the second day");
    let days = folder.join("dimension");
    let mut ours = example(site);
    ours.args(["dimension", &devices.to_string()]).arg(&days);
    let ran = run(site, "bench-dimension", &mut ours, LIMIT, Show::Lines)?;
    if !ran.success {
        bail!("the dimension could not be measured:\n{}", ran.tail(10));
    }
    let mut wanted = requirements(&site.root.join("tests/requirements.txt"))?;
    wanted.extend(requirements(&site.root.join("crates/lake/tests/requirements.txt"))?);
    wanted.retain(|line| line.starts_with("dbt-") || line.starts_with("duckdb=="));
    let venv = match Venv::with(site, "bench-dbt", &wanted) {
        Ok(venv) => venv,
        Err(error) => {
            println!("  dbt cannot be had here, so that it is left out: {error:#}");
            return Ok(());
        }
    };
    let mut python = venv.python();
    python.arg(site.root.join("tests/bench/dbt_dimension.py")).arg(&days);
    let ran = run(site, "bench-dbt", &mut python, LIMIT, Show::Lines)?;
    if !ran.success {
        bail!("dbt could not be measured:\n{}", ran.tail(10));
    }
    Ok(())
}

fn example(site: &Site) -> Command {
    super::example(site, EXAMPLE)
}

/// The operational database with its write-ahead log.
fn is_store(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| ["quarterdeck.db", "quarterdeck.db-wal"].iter().any(|own| name == *own))
}

/// How many devices the command says it published.
fn published(text: &str) -> Option<u32> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).find(|pair| pair[1].starts_with("devices"))?[0].parse().ok()
}

fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "parquet")
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}

fn size(folder: &Path, counts: &dyn Fn(&Path) -> bool) -> Result<u64> {
    let counted = files(folder)?.into_iter().filter(|path| counts(path));
    // A file may be replaced between listing and looking.
    Ok(counted.filter_map(|path| std::fs::metadata(path).ok()).map(|found| found.len()).sum())
}

/// Reads every database file and writes as many bytes as the day did, with one fsync.
fn without_thought(data_dir: &Path, to: &Path, n_bytes: u64) -> Result<Duration> {
    let started = Instant::now();
    let mut buffer = vec![0_u8; 1 << 20];
    for path in files(data_dir)?.into_iter().filter(|path| is_store(path)) {
        let mut file = std::fs::File::open(path)?;
        while file.read(&mut buffer)? > 0 {}
    }
    let mut file = std::fs::File::create(to)?;
    let mut left = n_bytes;
    while left > 0 {
        let take = left.min(buffer.len() as u64);
        file.write_all(&buffer[..usize::try_from(take)?])?;
        left -= take;
    }
    file.sync_all()?;
    Ok(started.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_own_count_is_used() {
        assert_eq!(
            published("t: the day 20261120 is published: 1841 devices, 1407 licensed users"),
            Some(1841)
        );
        assert_eq!(published("t: today was published before"), None);
    }
}
