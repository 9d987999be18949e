//! `cargo xtask up`: from a clone to a running Quarterdeck with this machine enrolled.
//!
//! It uses only what any operator has: the demo server, the agent's own `enroll`, `check-in` and `run`, and
//! `quarterdeck snapshot`. Nothing here knows how they work.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;

use crate::demo::{Demo, Fleet, Profile, Programs};
use crate::site::Site;

/// Options of `cargo xtask up`.
#[derive(Args)]
pub(crate) struct Options {
    /// No simulated fleet: only this machine.
    #[arg(long, conflicts_with_all = ["devices", "days"])]
    empty: bool,
    /// How many simulated devices to add.
    #[arg(long, default_value_t = 250)]
    devices: u32,
    /// How many days of history to make by running the midnight job on simulated days.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// The same seed gives the same fleet.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to listen.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8443")]
    listen: String,
    /// Keep the data here. Without it, a fresh folder under the target folder is used.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Use the development build: quicker to build, slower to run.
    #[arg(long)]
    dev: bool,
}

/// Builds, starts, enrols, prints where to look, and stays until Ctrl-C.
///
/// # Errors
/// A step fails; what was started is stopped.
pub(crate) fn command(site: &Site, options: &Options) -> Result<()> {
    site.catch_interrupts()?;
    let _claim = site.claim("up")?;
    println!("[1/5] building the UI");
    crate::web::build(site)?;
    println!("[2/5] building the programs (the first time takes a while; later seconds)");
    let programs = Programs::build(site, if options.dev { Profile::Dev } else { Profile::Release })?;
    let data_dir = match &options.data_dir {
        Some(folder) => std::path::absolute(folder)?,
        None => site.fresh_folder("up")?,
    };
    let fleet = Fleet {
        devices: if options.empty { 0 } else { options.devices },
        days: if options.empty { 0 } else { options.days },
        seed: options.seed,
        listen: Some(options.listen.clone()),
    };
    println!(
        "[3/5] starting Quarterdeck; {} simulated devices, {} days of history",
        fleet.devices, fleet.days
    );
    let mut demo = Demo::start(site, &programs, &data_dir, &fleet)?;
    println!("[4/5] enrolling this machine with the real agent");
    let mut agent = demo.enrol_this_machine(site, &programs)?;
    println!("[5/5] taking a snapshot, so that this machine is in the feed today");
    demo.snapshot(site, &programs)?;
    welcome(&demo)?;
    while demo.server.is_running() && agent.is_running() && !site.is_interrupted() {
        std::thread::sleep(Duration::from_millis(200));
    }
    if !site.is_interrupted() {
        let (who, log) = if agent.is_running() {
            ("the server", demo.server.log_text())
        } else {
            ("the agent", agent.log_text())
        };
        let lines: Vec<&str> = log.lines().collect();
        bail!("{who} ended by itself; it said:\n{}", lines[lines.len().saturating_sub(15)..].join("\n"));
    }
    println!("\nstopping; the data stays in {}", site.shown(&demo.data_dir));
    Ok(())
}

fn welcome(demo: &Demo) -> Result<()> {
    let ready = &demo.ready;
    println!("\nQuarterdeck is up.\n");
    println!("  open               {}", ready.text("origin")?);
    println!("  sign in, once      {}", ready.text("one_time_sign_in")?);
    println!("  or as              {}  {}", ready.text("admin_user")?, ready.text("admin_password")?);
    println!("  warehouse feed     {}?api-version=v1.0", ready.text("feed_root")?);
    println!("  an app's sign-in   {}  {}", ready.text("client_id")?, ready.text("client_secret")?);
    println!("  data               {}", demo.data_dir.display());
    println!(
        "\nThe browser will warn, because this deck's certificate comes from its own authority. To trust it,"
    );
    println!("import {}", ready.text("ca_file")?);
    println!("into the browser's certificate authorities. Simulated devices are named as such.");
    println!("\nPress Ctrl-C to stop.");
    Ok(())
}
