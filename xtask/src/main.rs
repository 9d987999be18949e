//! `cargo xtask`: the repository's own commands, so that what CI does a laptop does.
//!
//! This file only parses arguments and dispatches; each command is a module.

mod codegen;

use std::path::PathBuf;

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
}

fn main() -> Result<()> {
    let root = root()?;
    match Cli::parse().command {
        Command::Codegen { check } => codegen::run(&root, check),
    }
}

/// The repository's root: the folder above this package.
fn root() -> Result<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    Ok(here.parent().context("xtask has no parent folder")?.to_path_buf())
}
