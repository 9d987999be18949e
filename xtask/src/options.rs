//! Options of the commands that drive running programs, and the way into the build that has them.

use clap::{Args, Subcommand};

/// Options of `cargo xtask crash`.
#[derive(Args)]
pub(crate) struct Crash {
    /// How many times to kill the server.
    #[arg(long, default_value_t = 30)]
    pub(crate) rounds: u32,
    /// The same seed kills after the same times. A failure prints it.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many devices check in at once.
    #[arg(long, default_value_t = 16)]
    pub(crate) devices: u32,
}

/// What `cargo xtask bench` measures.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// A full download of devicePropertyHistories, beside the same bytes from memory over the same TLS.
    Feed {
        /// Rows to make, at least.
        #[arg(long, default_value_t = 1_000_000)]
        rows: u64,
        /// Days of history they are spread over.
        #[arg(long, default_value_t = 10)]
        days: u32,
        /// How often to download; the best run is told, and all of them.
        #[arg(long, default_value_t = 5)]
        runs: u32,
    },
    /// Durable check-ins per second with latencies, beside a handler that does nothing.
    Checkin {
        /// Devices, each on a connection of its own.
        #[arg(long, default_value_t = 64)]
        devices: u32,
        /// How long to measure, in seconds.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
    },
    /// One day's snapshot, beside reading and writing the same bytes without thought.
    Snapshot {
        /// Enrolled devices.
        #[arg(long, default_value_t = 100_000)]
        devices: u32,
    },
    /// The first rows, the last rows and one day of a long history, each beside the others.
    History {
        #[arg(long, default_value_t = 850_000)]
        devices: u32,
        /// Each device has a row a day.
        #[arg(long, default_value_t = 60)]
        days: u32,
    },
    /// The tenant status page's first paint and its API's answers, beside a door that does nothing.
    Status {
        /// Enrolled devices.
        #[arg(long, default_value_t = 100_000)]
        devices: u32,
    },
}

/// Runs the same command in an xtask built with the feature `drive`.
#[cfg(not(feature = "drive"))]
pub(crate) fn with_drive(site: &crate::site::Site) -> anyhow::Result<()> {
    use anyhow::Context as _;
    use std::os::unix::process::CommandExt as _;

    let mut command = std::process::Command::new("cargo");
    command.args(["run", "--quiet", "--package", "xtask", "--features", "drive", "--"]);
    command.args(std::env::args_os().skip(1)).current_dir(&site.root).env("CARGO_TARGET_DIR", &site.target);
    println!("building the part of xtask that drives running programs (the first time takes a while)");
    // Replaces this process, so that Ctrl-C and the exit code need no passing on.
    Err(command.exec()).context("starting cargo")
}
