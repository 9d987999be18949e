//! Taking a backup back: every file is checked and staged, then all tables are published at once.
//!
//! What is staged is written down with its checksum in a journal beside the lake. A try that was cut off, at whatever
//! point, is followed by one that goes on: a staged file that is still what was written is neither checked nor
//! written again. Nobody sees anything of it before the publish, which is the one step that counts.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use ::model::Table;
use jiff::Timestamp;
use lake::{At, Attempt, DataFile, Lake, Lease, Old, Publish, PublishKey, Replace, SnapshotId, StagedFile};
use serde::{Deserialize, Serialize};

use super::journal::Journal;
use super::manifest::{FileEntry, Format, MANIFEST, Manifest, Summing, TableEntry, sum};
use super::{BackupError, Progress, Step, disk};
use crate::erase::Known;
use crate::files;
use crate::job::alone::alone;
use crate::job::blank::{self, Blanking};
use crate::job::midnight::{DAY, last_day};
use crate::suppression::Suppression;

/// A backup on its way back.
#[derive(Clone, Copy, Debug)]
pub struct Restoration<'a> {
    /// Where the backup is.
    pub folder: &'a Path,
    /// What is in it.
    pub manifest: &'a Manifest,
    /// Where it is written down how far it is: beside the lake.
    pub journal: &'a Path,
    /// Who was erased, and stays so.
    pub suppression: &'a Suppression,
    /// Who holds the lease; one name per server.
    pub holder: &'a str,
    /// The instant of the run, for rows that are blanked.
    pub now: Timestamp,
}

/// A backup that was taken back. It is to be ended once that was recorded.
#[derive(Debug)]
pub struct Restored {
    /// The lake's snapshot.
    pub snapshot: SnapshotId,
    /// Files that an earlier try had staged.
    pub kept: u64,
    /// Rows of erased people, which were blanked.
    pub blanked: u64,
    journal: Journal,
}

impl Restored {
    /// Forgets how it went.
    ///
    /// # Errors
    /// When the journal cannot be removed.
    pub fn end(&self) -> Result<(), BackupError> {
        self.journal.end()
    }
}

/// What a journal is of: another backup, other erasures or another version begin anew.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    manifest: String,
    erased: String,
    version: String,
}

impl Begun {
    fn of(restoration: &Restoration<'_>) -> Result<Self, BackupError> {
        let manifest = restoration.folder.join(MANIFEST);
        let (_, manifest) = sum(&manifest).map_err(disk(&manifest))?;
        let (erased, version) = (restoration.suppression.fingerprint(), env!("CARGO_PKG_VERSION").to_owned());
        Ok(Self { manifest, erased, version })
    }
}

/// A file of the backup that is staged.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Staged {
    /// Its path in the manifest.
    source: String,
    /// None when it has no rows.
    staged: Option<StagedFile>,
    /// SHA-256 of the staged file.
    sha256: String,
    blanked: u64,
}

/// Checks every file of the backup in `folder` against its manifest.
///
/// # Errors
/// [`BackupError::Manifest`], or [`BackupError::Damaged`] for the first file that is not what was written.
pub fn check(folder: &Path, progress: &mut dyn FnMut(&Progress)) -> Result<Manifest, BackupError> {
    let manifest = Manifest::read(folder)?;
    check_files(folder, &manifest, &|_| false, progress)?;
    Ok(manifest)
}

fn check_files(
    folder: &Path,
    manifest: &Manifest,
    is_proven: &dyn Fn(&FileEntry) -> bool,
    progress: &mut dyn FnMut(&Progress),
) -> Result<(), BackupError> {
    let rows_total = manifest.tables.iter().flat_map(|table| &table.files).map(|file| file.rows).sum();
    let mut rows = 0;
    for table in &manifest.tables {
        for file in &table.files {
            if !is_proven(file) {
                check_file(&folder.join(&file.path), file)?;
            }
            rows += file.rows;
            progress(&Progress { step: Step::Checking, table: table.name.clone(), rows, rows_total });
        }
    }
    Ok(())
}

fn check_file(path: &Path, file: &FileEntry) -> Result<(), BackupError> {
    let damaged = |reason: String| BackupError::Damaged { path: path.to_owned(), reason };
    let (size_bytes, sha256) = sum(path).map_err(|error| damaged(error.to_string()))?;
    if size_bytes != file.size_bytes {
        return Err(damaged(format!("it has {size_bytes} bytes, not {}", file.size_bytes)));
    }
    if sha256 != file.sha256 {
        return Err(damaged("its SHA-256 is another".to_owned()));
    }
    Ok(())
}

/// Checks a backup and takes it back into `lake`, which holds no day. It blocks.
///
/// # Errors
/// See [`BackupError`]; nothing was taken back, and trying again goes on.
pub fn put(
    lake: &Lake,
    restoration: &Restoration<'_>,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Restored, BackupError> {
    let tables = known(restoration.manifest)?;
    let specs: Vec<_> = model::tables().iter().map(|table| files::spec(table)).collect();
    lake.ensure_tables(&specs)?;
    // Whoever else restores or makes a day waits: the journal is one process's.
    alone(lake, restoration.holder, |lease: &Lease| {
        let begun = Begun::of(restoration)?;
        let earlier =
            Journal::open::<Begun, Staged>(restoration.journal)?.filter(|(_, found, _)| *found == begun);
        if let Some(last) = last_day(lake)? {
            let not_empty = || BackupError::NotEmpty { last: last.key.date_key };
            let (journal, _, earlier) = earlier.ok_or_else(not_empty)?;
            // It was cut off between the publish and the end.
            let snapshot = published(lake, restoration.manifest.date_key, &earlier)?.ok_or_else(not_empty)?;
            let blanked = earlier.iter().map(|staged| staged.blanked).sum();
            return Ok(Restored { snapshot, kept: earlier.len() as u64, blanked, journal });
        }
        let (journal, earlier) = match earlier {
            Some((journal, _, earlier)) => (journal, earlier),
            None => (Journal::begin(restoration.journal, &begun)?, Vec::new()),
        };
        let mut work = Work::new(lake, *restoration, journal, proven(lake, earlier), progress);
        let folder = restoration.folder;
        let is_proven = |file: &FileEntry| work.proven.contains_key(&file.path);
        check_files(folder, restoration.manifest, &is_proven, work.progress)?;
        let snapshot = work.all(&tables, lease)?;
        Ok(Restored { snapshot, kept: work.kept, blanked: work.blanked, journal: work.journal })
    })
}

/// The tables of the backup with what this version knows of them.
fn known(manifest: &Manifest) -> Result<Vec<(&'static Table, &TableEntry)>, BackupError> {
    let table = |entry: &'_ TableEntry| {
        let unknown = |what: String| BackupError::Unknown(what);
        let table = model::table(&entry.name).ok_or_else(|| unknown(format!("table {}", entry.name)))?;
        for column in &entry.schema {
            let fits = table.column(&column.name).is_some_and(|known| known.edm.as_str() == column.ty);
            if !fits {
                return Err(unknown(format!("column {}.{} of {}", entry.name, column.name, column.ty)));
            }
        }
        Ok(table)
    };
    manifest.tables.iter().map(|entry| Ok((table(entry)?, entry))).collect()
}

/// The snapshot in which the day is made of these files; none when another has made it.
fn published(lake: &Lake, date_key: i32, earlier: &[Staged]) -> Result<Option<SnapshotId>, BackupError> {
    let Some(one) = earlier.iter().find_map(|staged| staged.staged.as_ref()) else { return Ok(None) };
    let key = PublishKey { kind: DAY.to_owned(), date_key };
    let Some(day) = lake.publication(&key)? else { return Ok(None) };
    let files = lake.files(&lake.snapshot(&At::Latest)?, one.table(), None)?;
    Ok(files.iter().any(|file| file.path == one.path()).then_some(day.snapshot))
}

/// Of what was staged the files that are still what was written, by the path of their source.
fn proven(lake: &Lake, earlier: Vec<Staged>) -> HashMap<String, Staged> {
    let is_as_written = |staged: &Staged| {
        staged.staged.as_ref().is_none_or(|file| sum_staged(lake, file).is_ok_and(|sum| sum == staged.sha256))
    };
    earlier.into_iter().filter(is_as_written).map(|staged| (staged.source.clone(), staged)).collect()
}

fn sum_staged(lake: &Lake, staged: &StagedFile) -> std::io::Result<String> {
    let mut sum = Summing::default();
    lake.copy_staged(staged, &mut sum)?;
    Ok(sum.finish().1)
}

fn parquet(entry: &TableEntry) -> impl Iterator<Item = &FileEntry> {
    entry.files.iter().filter(|file| file.format == Format::Parquet)
}

struct Work<'a> {
    lake: &'a Lake,
    restoration: Restoration<'a>,
    journal: Journal,
    proven: HashMap<String, Staged>,
    attempt: Attempt,
    progress: &'a mut dyn FnMut(&Progress),
    rows: u64,
    rows_total: u64,
    kept: u64,
    blanked: u64,
}

impl<'a> Work<'a> {
    fn new(
        lake: &'a Lake,
        restoration: Restoration<'a>,
        journal: Journal,
        proven: HashMap<String, Staged>,
        progress: &'a mut dyn FnMut(&Progress),
    ) -> Self {
        let rows_total = restoration.manifest.tables.iter().map(|table| table.rows).sum();
        let (attempt, rows, kept, blanked) = (lake.attempt(), 0, 0, 0);
        Self { lake, restoration, journal, proven, attempt, progress, rows, rows_total, kept, blanked }
    }

    /// Stages every file and publishes.
    fn all(
        &mut self,
        tables: &[(&'static Table, &TableEntry)],
        lease: &Lease,
    ) -> Result<SnapshotId, BackupError> {
        let blanking = self.blanking(tables)?;
        let mut replace = Vec::new();
        for &(table, entry) in tables {
            let files = parquet(entry)
                .map(|file| self.file(&blanking, table, file))
                .collect::<Result<Vec<_>, _>>()?;
            let files: Vec<StagedFile> = files.into_iter().flatten().collect();
            let rows: u64 = files.iter().map(StagedFile::rows).sum();
            if rows != entry.rows {
                let reason = format!("{} has {rows} rows, not {}", entry.name, entry.rows);
                return Err(BackupError::Damaged { path: self.restoration.folder.to_owned(), reason });
            }
            replace.push(Replace { table: table.name.to_owned(), old: Old::All, files });
        }
        let manifest = self.restoration.manifest;
        let key = PublishKey { kind: DAY.to_owned(), date_key: manifest.date_key };
        let info = serde_json::json!({"restored": true, "snapshotId": manifest.snapshot_id}).to_string();
        let (lease, supersede, begin_anew) = (lease.clone(), false, false);
        Ok(self.lake.publish(Publish { key, lease, replace, info, supersede, begin_anew })?)
    }

    /// What is known of the erased who are in the backup.
    fn blanking(&self, tables: &[(&'static Table, &TableEntry)]) -> Result<Blanking<'a>, BackupError> {
        let suppression = self.restoration.suppression;
        let files = |table: &Table| {
            let entry = tables.iter().find(|(known, _)| known.name == table.name);
            let files = entry.map(|(known, entry)| parquet(entry).map(|file| self.source(known, file)));
            Ok::<_, BackupError>(files.into_iter().flatten().collect::<Vec<_>>())
        };
        let mut ids = BTreeSet::new();
        if !suppression.is_empty() {
            ids = blank::ids(self.lake, files, |id| suppression.holds(id))?;
        }
        let known = Known::new(suppression.aliases(ids.iter().map(String::as_str)));
        let now = self.restoration.now.as_microsecond();
        Blanking::learn(self.lake, self.attempt, known, now, files)
    }

    fn source(&self, table: &Table, entry: &FileEntry) -> DataFile {
        let path = self.restoration.folder.join(&entry.path);
        DataFile::outside(&files::spec(table), path, entry.rows, entry.size_bytes, entry.date_key)
    }

    /// One file, unless it is staged and proven.
    fn file(
        &mut self,
        blanking: &Blanking<'_>,
        table: &'static Table,
        entry: &FileEntry,
    ) -> Result<Option<StagedFile>, BackupError> {
        let staged = match self.proven.remove(&entry.path) {
            Some(earlier) => {
                self.kept += 1;
                earlier
            }
            None => self.stage(blanking, table, entry)?,
        };
        self.blanked += staged.blanked;
        self.rows += entry.rows;
        let (step, table, rows) = (Step::Restoring, table.name.to_owned(), self.rows);
        (self.progress)(&Progress { step, table, rows, rows_total: self.rows_total });
        Ok(staged.staged)
    }

    /// Writes one file and then that it is written.
    fn stage(
        &self,
        blanking: &Blanking<'_>,
        table: &'static Table,
        entry: &FileEntry,
    ) -> Result<Staged, BackupError> {
        let (staged, blanked) = blanking.rewrite(table, &self.source(table, entry))?;
        let sha256 = match &staged {
            Some(file) => sum_staged(self.lake, file).map_err(disk(file.path()))?,
            None => String::new(),
        };
        let staged = Staged { source: entry.path.clone(), staged, sha256, blanked };
        self.journal.append(&staged)?;
        Ok(staged)
    }
}
