//! `cargo xtask`: the repository's own commands, so that what CI does a laptop does.
//!
//! This file only parses arguments and dispatches; each command is a module.

mod codegen;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

/// Build, check, run and measure Quarterdeck.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the files derived from data files (permission constants, built-in roles).
    Codegen {
        /// Write nothing; fail when a derived file is stale.
        #[arg(long)]
        check: bool,
    },
    /// Check the rules of the house: floors, docs, sizes, derived files, locales, papers.
    Tidy,
}

fn main() -> ExitCode {
    match dispatch(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: Cli) -> Result<()> {
    let root = root()?;
    match cli.command {
        Command::Codegen { check } => codegen::run(&root, check),
        Command::Tidy => tidy::run(&root),
    }
}

/// The repository's root: the folder above this package.
fn root() -> Result<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    Ok(here.parent().context("xtask has no parent folder")?.to_path_buf())
}
