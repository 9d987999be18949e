//! `cargo xtask`: the repository's own commands, so that what CI does a laptop does.
//!
//! This file only parses arguments and dispatches; each command is a module.

mod codegen;
mod demo;
#[cfg(feature = "drive")]
mod drive;
mod options;
mod process;
mod site;
mod test;
mod tidy;
mod tools;
mod up;
mod web;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use site::Site;

/// Build, check, run and measure Quarterdeck.
///
/// Two commands are enough to begin: `cargo xtask up` starts a deck with this machine enrolled, `cargo xtask test`
/// runs every check and test there is. Both install what they need by package name, or say what to install.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start Quarterdeck here, enrol this machine, add a simulated fleet, and say where to look.
    ///
    /// Builds the UI and the programs, starts a demo server on a fresh data folder, enrols this machine with the real
    /// agent, takes a snapshot, and prints the address and a one-time sign-in. Ctrl-C stops all of it.
    Up(up::Options),
    /// Run every check and test there is; exit with failure when one fails.
    ///
    /// Formatting, house rules, lints, Rust tests on SQLite and PostgreSQL, the UI's tests, unmodified clients and a
    /// real browser against a running server, and the crash loop. Starts and stops its own servers on free ports.
    /// PostgreSQL: TEST_POSTGRES_URL when set, else found, else installed. The last line is the sum.
    Test(test::Options),
    /// Check the rules of the house: floors, docs, sizes, derived files, locales, papers.
    Tidy,
    /// Build the UI into web/dist, when it is older than its sources.
    Web {
        /// Check types, lint, and run the unit tests instead.
        #[arg(long)]
        check: bool,
    },
    /// Kill the server at random points many times; every acknowledged check-in must be there once.
    ///
    /// Devices check in and snapshots are taken while the server gets SIGKILL. After each restart the acknowledged
    /// check-ins are there once, and the feed shows the old day or the new one, whole.
    Crash(options::Crash),
    /// Measure the feed, check-ins or the snapshot, beside the limit of this machine.
    Bench {
        /// Measure the development build: slow, but it shows whether the benchmark itself works.
        #[arg(long, global = true)]
        dev: bool,
        #[command(subcommand)]
        what: options::Bench,
    },
    /// Write the files derived from data files (permission constants, built-in roles).
    Codegen {
        /// Write nothing; fail when a derived file is stale.
        #[arg(long)]
        check: bool,
        /// Also write docs/openapi.json, which needs the server built.
        #[arg(long, conflicts_with = "check")]
        openapi: bool,
    },
}

/// A failure that has already been told.
#[derive(Debug)]
struct Quiet;

impl std::fmt::Display for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("told above")
    }
}

impl std::error::Error for Quiet {}

fn main() -> ExitCode {
    match dispatch(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is::<Quiet>() {
                eprintln!("xtask: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: Cli) -> Result<()> {
    let site = Site::open()?;
    match cli.command {
        Command::Up(options) => up::command(&site, &options),
        Command::Test(options) => test::run(&site, &options),
        Command::Tidy => tidy::run(&site.root),
        Command::Web { check } => web::command(&site, check),
        #[cfg(feature = "drive")]
        Command::Crash(options) => drive::crash::command(&site, &options),
        #[cfg(feature = "drive")]
        Command::Bench { what, dev } => drive::bench::command(&site, &what, dev),
        #[cfg(not(feature = "drive"))]
        Command::Crash(_) | Command::Bench { .. } => options::with_drive(&site),
        Command::Codegen { check, openapi } => {
            codegen::run(&site.root, check)?;
            if openapi { demo::write_openapi(&site) } else { Ok(()) }
        }
    }
}
