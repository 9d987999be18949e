//! `quarterdeck`: the server and its operator's commands. This file only starts them.

mod backup;
mod cli;
mod compose;
mod config;
mod data_dir;
mod deck;
mod demo;
mod doctor;
mod health;
mod layers;
mod listen;
mod log;
mod metrics;
mod otlp;
mod serve;
mod setup;
mod snapshot;
mod tls;
mod ui;
mod upkeep;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use cli::{Cli, Command, Place};
use world::World;

fn main() -> ExitCode {
    // Libraries that make TLS connections of their own (object stores) take the process's cryptography, which is one.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    match dispatch(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("quarterdeck: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve(place) => run(serve::run(settings(&place)?))?,
        Command::Init(asked) => run(setup::init(settings(&asked.place)?, asked))?,
        Command::Demo(asked) => run(demo::run(settings(&asked.place)?, asked))?,
        Command::Snapshot(asked) => snapshot::run(&settings(&asked.place)?, &asked)?,
        Command::Export(asked) => backup::export(&settings(&asked.place)?, &asked)?,
        Command::Restore(asked) => backup::restore(&settings(&asked.place)?, &asked)?,
        Command::Doctor(place) => {
            let is_well = doctor::run(&place.sources(), World::real().clock.now());
            return Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Config { markdown: true } => say(&config::markdown()),
        Command::Config { markdown: false } => say(&config::listing()),
        Command::Version => say(&format!("quarterdeck {}\n", env!("CARGO_PKG_VERSION"))),
        Command::Openapi => say(&format!("{}\n", compose::openapi()?)),
    }
    Ok(ExitCode::SUCCESS)
}

/// The settings, and lines in the log from here on.
fn settings(place: &Place) -> anyhow::Result<config::Config> {
    let config = config::load(&place.sources())?;
    log::start(config.log.format, config.log.level);
    Ok(config)
}

fn run(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("quarterdeck").build()?;
    let result = runtime.block_on(work);
    // A snapshot that is being made is given up: nothing of it is published until all of it is.
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

/// Prints; a reader who has seen enough (`| head`) is no error.
fn say(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
