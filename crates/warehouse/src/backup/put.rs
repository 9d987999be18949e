//! Taking a backup back: every file is checked, then all tables are published at once.

use std::path::Path;

use ::model::Table;
use lake::{DataFile, Lake, Lease, Old, Publish, PublishKey, Replace, SnapshotId, StagedFile};

use super::manifest::{FileEntry, Format, Manifest, TableEntry, sum};
use super::{BackupError, Progress, disk};
use crate::files::{self, FileSink, TableRows};
use crate::job::alone::alone;
use crate::job::midnight::DAY;
use crate::merge::{Rows as _, Sink as _};

/// Checks every file of the backup in `folder` against its manifest.
///
/// # Errors
/// [`BackupError::Manifest`], or [`BackupError::Damaged`] for the first file that is not what was written.
pub fn check(folder: &Path, progress: &mut dyn FnMut(&Progress)) -> Result<Manifest, BackupError> {
    let manifest = Manifest::read(folder)?;
    let rows_total = manifest.tables.iter().flat_map(|table| &table.files).map(|file| file.rows).sum();
    let mut rows = 0;
    for table in &manifest.tables {
        for file in &table.files {
            let path = folder.join(&file.path);
            let damaged = |reason: String| BackupError::Damaged { path: path.clone(), reason };
            let (size_bytes, sha256) = sum(&path).map_err(|error| damaged(error.to_string()))?;
            if size_bytes != file.size_bytes {
                return Err(damaged(format!("it has {size_bytes} bytes, not {}", file.size_bytes)));
            }
            if sha256 != file.sha256 {
                return Err(damaged("its SHA-256 is another".to_owned()));
            }
            rows += file.rows;
            progress(&Progress { table: table.name.clone(), rows, rows_total });
        }
    }
    Ok(manifest)
}

/// Takes the backup in `folder` back into `lake`, which holds no day. Check it first. It blocks.
///
/// # Errors
/// See [`BackupError`]; nothing was taken back, and it can be tried again.
pub fn put(
    lake: &Lake,
    holder: &str,
    folder: &Path,
    manifest: &Manifest,
    progress: &mut dyn FnMut(&Progress),
) -> Result<SnapshotId, BackupError> {
    let tables = known(manifest)?;
    let specs: Vec<_> = model::tables().iter().map(|table| files::spec(table)).collect();
    lake.ensure_tables(&specs)?;
    if let Some(last) = lake.last_publication(DAY)? {
        return Err(BackupError::NotEmpty { last: last.key.date_key });
    }
    alone(lake, holder, |lease: &Lease| {
        let mut work = Work { lake, folder, attempt: lake.attempt(), progress, rows: 0, rows_total: 0 };
        work.rows_total = manifest.tables.iter().map(|table| table.rows).sum();
        let mut replace = Vec::new();
        for (table, entry) in tables {
            let files = parquet(entry).map(|file| work.file(table, file)).collect::<Result<Vec<_>, _>>()?;
            let files: Vec<StagedFile> = files.into_iter().flatten().collect();
            let rows: u64 = files.iter().map(StagedFile::rows).sum();
            if rows != entry.rows {
                let reason = format!("{} has {rows} rows, not {}", entry.name, entry.rows);
                return Err(BackupError::Damaged { path: folder.to_owned(), reason });
            }
            replace.push(Replace { table: table.name.to_owned(), old: Old::All, files });
        }
        let key = PublishKey { kind: DAY.to_owned(), date_key: manifest.date_key };
        let info = serde_json::json!({"restored": true, "snapshotId": manifest.snapshot_id}).to_string();
        let (supersede, begin_anew) = (false, false);
        Ok(lake.publish(Publish { key, lease: lease.clone(), replace, info, supersede, begin_anew })?)
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

fn parquet(entry: &TableEntry) -> impl Iterator<Item = &FileEntry> {
    entry.files.iter().filter(|file| file.format == Format::Parquet)
}

struct Work<'a> {
    lake: &'a Lake,
    folder: &'a Path,
    attempt: lake::Attempt,
    progress: &'a mut dyn FnMut(&Progress),
    rows: u64,
    rows_total: u64,
}

impl Work<'_> {
    fn file(&mut self, table: &'static Table, entry: &FileEntry) -> Result<Option<StagedFile>, BackupError> {
        let spec = files::spec(table);
        let path = self.folder.join(&entry.path);
        std::fs::metadata(&path).map_err(disk(&path))?;
        let file = DataFile::outside(&spec, path, entry.rows, entry.size_bytes, entry.date_key);
        let mut rows = TableRows::open(self.lake, table, vec![file])?;
        let writer = self.lake.writer(&spec, self.attempt, entry.date_key)?;
        let mut sink = FileSink::new(table, writer);
        while !rows.is_done() {
            sink.push(&mut (0..table.columns.len()).map(|at| rows.cell(at)))?;
            rows.advance()?;
        }
        let staged = sink.finish()?;
        self.rows += entry.rows;
        let (table, rows) = (table.name.to_owned(), self.rows);
        (self.progress)(&Progress { table, rows, rows_total: self.rows_total });
        Ok(staged)
    }
}
