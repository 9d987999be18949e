//! `quarterdeck-sim`: a fleet of devices that do not exist, speaking the real agent protocol.
//!
//! Composition only: who the devices are is in `fleet`, how they talk is in `agent-client`.

mod cli;
mod command;
mod load;
mod member;
mod roster;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use world::World;

use crate::cli::{Args, Command};

// One thread: the server under load needs the other core.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_from_env("QUARTERDECK_SIM_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let world = World::real();
    let outcome = match args.command {
        Command::Enroll(enroll) => command::enroll::run(&world, enroll).await,
        Command::Run(run) => command::run::run(&world, run).await,
        Command::Load(load) => command::load::run(&world, load).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quarterdeck-sim: {error:#}");
            ExitCode::FAILURE
        }
    }
}
