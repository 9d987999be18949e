//! `quarterdeck-agent`: enrols this machine with a Quarterdeck server and reports its inventory.
//!
//! Composition only: what it reads is in `os`, how it talks is in `agent-client`, what it says is in
//! `command`.

mod cli;
mod command;
mod exit;
mod log;
mod machine;
mod os;

use std::process::ExitCode;

use clap::Parser;
use world::World;

use crate::cli::{Args, Command};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    log::start(args.log_format, args.verbose, matches!(args.command, Command::Run));
    let outcome = run(args).await;
    exit::code(&outcome)
}

async fn run(args: Args) -> anyhow::Result<()> {
    let world = World::real();
    let machine = os::this_machine();
    match args.command {
        Command::Enroll(enroll) => command::enroll::run(&world, &machine, &args.state_dir, enroll).await,
        Command::Run => command::run::run(&world, &machine, &args.state_dir).await,
        Command::CheckIn => command::check_in::run(&world, &machine, &args.state_dir).await,
        Command::Status { json } => command::status::run(&world, &args.state_dir, json),
        Command::Inventory { hashes } => command::inventory::run(&machine, hashes),
        Command::Unenroll { yes } => command::unenroll::run(&args.state_dir, yes).await,
        Command::Version => {
            println!("quarterdeck-agent {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
    }
}
