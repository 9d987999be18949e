//! `quarterdeck export` and `quarterdeck restore`: the whole warehouse out as files, and back into an empty one.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::Result;
use audit::Actor;
use warehouse::backup::{self, Progress};

use crate::cli::{Export, Restore};
use crate::config::Config;
use crate::data_dir;
use crate::deck::Deck;

/// Widest bar, in signs.
const BAR: u64 = 30;

/// Writes every table as CSV and Parquet, with a manifest.
///
/// # Errors
/// See [`backup::BackupError`]; running it again with the same folder goes on.
pub(crate) fn export(config: &Config, asked: &Export) -> Result<()> {
    let deck = Deck::open(config, "export")?;
    let tenant = deck.tenant(asked.tenant)?;
    let lake = deck.warehouse.lakes.of(tenant)?;
    let mut bar = Bar::new("writing");
    let manifest = backup::take(&lake, &tenant.to_string(), &asked.to, &mut |progress| bar.show(progress))?;
    bar.end();
    let rows: u64 = manifest.tables.iter().map(|table| table.rows).sum();
    deck.warehouse.note_export(tenant, &manifest, Actor::System("export command".to_owned()))?;
    let now = deck.warehouse.world.clock.now().to_string();
    data_dir::write_whole(&data_dir::export_note(&config.files.data_dir, tenant), now.as_bytes(), 0o600)?;
    println!(
        "{}: {} tables, {rows} rows up to the day {}; {} names every file with its SHA-256",
        asked.to.display(),
        manifest.tables.len(),
        manifest.date_key,
        asked.to.join(backup::manifest::MANIFEST).display()
    );
    Ok(())
}

/// Checks a backup, and takes it back unless only the check was asked for.
///
/// # Errors
/// See [`backup::BackupError`]; nothing was taken back then.
pub(crate) fn restore(config: &Config, asked: &Restore) -> Result<()> {
    let mut bar = Bar::new("checking");
    let manifest = backup::check(&asked.from, &mut |progress| bar.show(progress))?;
    bar.end();
    if asked.check {
        return say_sound(&asked.from, &manifest);
    }
    let deck = Deck::open(config, "restore")?;
    let tenant = deck.tenant(asked.tenant)?;
    let mut bar = Bar::new("restoring");
    let actor = Actor::System("restore command".to_owned());
    deck.warehouse.restore(tenant, &asked.from, &manifest, actor, &mut |progress| bar.show(progress))?;
    bar.end();
    println!("{}: the warehouse holds the days up to {} again", asked.from.display(), manifest.date_key);
    Ok(())
}

fn say_sound(folder: &Path, manifest: &backup::Manifest) -> Result<()> {
    let files = manifest.tables.iter().map(|table| table.files.len()).sum::<usize>();
    println!("{}: all {files} files are what the manifest says", folder.display());
    Ok(())
}

/// A bar on the terminal that is redrawn in its line; elsewhere a line for each tenth.
struct Bar {
    what: &'static str,
    is_terminal: bool,
    tenths: u64,
}

impl Bar {
    fn new(what: &'static str) -> Bar {
        Bar { what, is_terminal: std::io::stderr().is_terminal(), tenths: 0 }
    }

    fn show(&mut self, progress: &Progress) {
        let mut out = std::io::stderr().lock();
        let percent = progress.rows * 100 / progress.rows_total.max(1);
        // Nobody minds a bar that could not be drawn.
        if self.is_terminal {
            let done = usize::try_from(percent * BAR / 100).unwrap_or(0);
            let line = format!("{}{}", "#".repeat(done), "-".repeat(BAR as usize - done.min(BAR as usize)));
            let _ = write!(out, "\r\x1b[2K{} [{line}] {percent:>3} % {}", self.what, progress.table);
        } else if percent / 10 > self.tenths {
            self.tenths = percent / 10;
            let _ = writeln!(out, "{}: {percent} %", self.what);
        }
        let _ = out.flush();
    }

    fn end(&self) {
        if self.is_terminal {
            eprintln!();
        }
    }
}
