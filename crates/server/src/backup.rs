//! `quarterdeck export` and `quarterdeck restore`: the whole warehouse out as files, and back into an empty one.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Result, ensure};
use audit::Actor;
use lake::LeaseError;
use warehouse::backup::{self, BackupError, Manifest, Progress, Step};

use crate::cli::{Export, Restore};
use crate::config::Config;
use crate::data_dir;
use crate::deck::{self, Deck};

/// Widest bar, in signs.
const BAR: u64 = 30;

/// Writes every table as CSV and Parquet, with a manifest.
///
/// # Errors
/// See [`backup::BackupError`]; running it again with the same folder goes on.
pub(crate) fn export(config: &Config, asked: &Export) -> Result<()> {
    let deck = Deck::open(config, "export")?;
    let tenant = deck.tenant(asked.tenant)?;
    let (mut bar, actor) = (Bar::new(), Actor::System("export command".to_owned()));
    let manifest = deck.warehouse.export(tenant, &asked.to, actor, &mut |progress| bar.show(progress))?;
    bar.end();
    let rows: u64 = manifest.tables.iter().map(|table| table.rows).sum();
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
/// See [`backup::BackupError`]; nothing was taken back then, and running it again goes on.
pub(crate) fn restore(config: &Config, asked: &Restore) -> Result<()> {
    let mut bar = Bar::new();
    if asked.check {
        let manifest = backup::check(&asked.from, &mut |progress| bar.show(progress))?;
        bar.end();
        return say_sound(&asked.from, &manifest);
    }
    let manifest = Manifest::read(&asked.from)?;
    let deck = Deck::open(config, "restore")?;
    let tenant = deck.tenant(asked.tenant)?;
    let from = asked.from_tenant.unwrap_or(tenant.0).to_string();
    ensure!(
        manifest.tenant == from,
        "{} is a backup of tenant {}, not of {from}. If it is to go into this warehouse all the same, add \
         --from-tenant {}",
        asked.from.display(),
        manifest.tenant,
        manifest.tenant
    );
    let put = || {
        let actor = Actor::System("restore command".to_owned());
        deck.warehouse.restore(tenant, &asked.from, &manifest, actor, &mut |progress| bar.show(progress))
    };
    // A try that was killed holds its lease for another half a minute.
    let is_held = |error: &BackupError| matches!(error, BackupError::Lease(LeaseError::Held { .. }));
    let restored = deck::waiting(put, is_held)?;
    bar.end();
    println!("{}: the warehouse holds the days up to {} again", asked.from.display(), manifest.date_key);
    if restored.kept > 0 {
        println!("{} files were taken over from the try before", restored.kept);
    }
    if restored.blanked > 0 {
        println!("{} rows of subjects that were erased stay blank", restored.blanked);
    }
    Ok(())
}

fn say_sound(folder: &Path, manifest: &backup::Manifest) -> Result<()> {
    let files = manifest.tables.iter().map(|table| table.files.len()).sum::<usize>();
    println!("{}: all {files} files are what the manifest says", folder.display());
    Ok(())
}

/// A bar on the terminal that is redrawn in its line; elsewhere a line for each tenth.
struct Bar {
    step: Option<Step>,
    is_terminal: bool,
    tenths: u64,
}

impl Bar {
    fn new() -> Bar {
        Bar { step: None, is_terminal: std::io::stderr().is_terminal(), tenths: 0 }
    }

    fn show(&mut self, progress: &Progress) {
        if self.step != Some(progress.step) {
            self.end();
            (self.step, self.tenths) = (Some(progress.step), 0);
        }
        let what = match progress.step {
            Step::Writing => "writing",
            Step::Checking => "checking",
            Step::Restoring => "restoring",
        };
        let mut out = std::io::stderr().lock();
        let percent = progress.rows * 100 / progress.rows_total.max(1);
        // Nobody minds a bar that could not be drawn.
        if self.is_terminal {
            let done = usize::try_from(percent * BAR / 100).unwrap_or(0);
            let line = format!("{}{}", "#".repeat(done), "-".repeat(BAR as usize - done.min(BAR as usize)));
            let _ = write!(out, "\r\x1b[2K{what} [{line}] {percent:>3} % {}", progress.table);
        } else if percent / 10 > self.tenths {
            self.tenths = percent / 10;
            let _ = writeln!(out, "{what}: {percent} %");
        }
        let _ = out.flush();
    }

    fn end(&mut self) {
        if self.is_terminal && self.step.take().is_some() {
            eprintln!();
        }
    }
}
