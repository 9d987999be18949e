//! `cargo xtask bench`: figures, each printed beside the limit of this machine measured in the same run.
//!
//! Release builds, real servers on fresh data folders. Nothing here fails for being slow; it says how far it is.

mod checkin;
mod feed;
mod history;
mod memory;
mod snapshot;
mod status;

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::demo::{Profile, Programs, RELEASED};
use crate::options::Bench;
use crate::process::{Show, run};
use crate::site::Site;

const BUILD_LIMIT: Duration = Duration::from_secs(60 * 60);

/// Measures one thing.
///
/// # Errors
/// A program does not build, start or answer.
pub(crate) fn command(site: &Site, what: &Bench, dev: bool) -> Result<()> {
    site.catch_interrupts()?;
    let _claim = site.claim("bench")?;
    let programs = Programs::build(site, if dev { Profile::Dev } else { Profile::Release })?;
    if dev {
        println!("this is the development build; its figures say nothing about the release");
    }
    match *what {
        Bench::Feed { rows, days, runs } => feed::measure(site, &programs, rows, days, runs),
        Bench::Checkin { devices, seconds } => checkin::measure(site, &programs, devices, seconds),
        Bench::Snapshot { devices } => snapshot::measure(site, &programs, devices),
        Bench::History { devices, days } => history::measure(site, devices, days),
        Bench::Status { devices } => status::measure(site, &programs, devices),
    }
}

/// Builds an example of the warehouse as it is released: beside the programs, so that features are theirs and the query
/// engine is not compiled a second time.
fn build_example(site: &Site, name: &str) -> Result<()> {
    let mut build = Command::new("cargo");
    build.args(["build", "--release"]).args(RELEASED).args(["-p=quarterdeck-warehouse", "--example", name]);
    build.current_dir(&site.root).env("CARGO_TARGET_DIR", &site.target);
    let built = run(site, "bench-build", &mut build, BUILD_LIMIT, Show::Nothing)?;
    if !built.success {
        bail!("the example {name} does not build:\n{}", built.trouble(8));
    }
    Ok(())
}

fn example(site: &Site, name: &str) -> Command {
    Command::new(site.target.join("release/examples").join(name))
}

/// One figure of `/proc/<pid>/status`, in bytes: `VmRSS` now, `VmHWM` at most so far.
fn memory_bytes(pid: u32, field: &str) -> Result<u64> {
    let status =
        std::fs::read_to_string(format!("/proc/{pid}/status")).context("reading the server's memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    Ok(kibibytes.with_context(|| format!("/proc has no {field}"))? * 1024)
}

/// Processor time the threads of a process have used, in seconds. From the scheduler's own count in nanoseconds: the
/// ticks of /proc/stat miss what runs in short pieces. Threads that have ended are not counted.
fn processor_seconds(pid: u32) -> Result<f64> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).context("reading the server's threads")?;
    let nanoseconds = threads.flatten().filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Ok(nanoseconds.sum::<u64>() as f64 / 1e9)
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

/// "1,234,567".
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_figures_can_be_read() {
        let pid = std::process::id();
        // The peak is asked last, since it only grows.
        let now = memory_bytes(pid, "VmRSS").unwrap();
        assert!(memory_bytes(pid, "VmHWM").unwrap() >= now);
        assert!(processor_seconds(pid).unwrap() > 0.0);
        assert_eq!((grouped(1_234_567.4).as_str(), grouped(999.0).as_str()), ("1,234,567", "999"));
    }
}
