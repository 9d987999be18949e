//! Taking a backup: one file after the other, each written down when it is whole.

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use ::model::Table;
use lake::{At, DataFile, Lake, Snapshot, SnapshotError, SnapshotId};
use serde::{Deserialize, Serialize};

use super::journal::Journal;
use super::manifest::{FORMAT, FileEntry, Format, MANIFEST, Manifest, TableEntry, schema, sum, write_whole};
use super::{BackupError, Progress, Step, disk};
use crate::csv;
use crate::files::TableRows;
use crate::job::midnight::last_day;
use crate::merge::Rows as _;
use crate::suppression::ErasedList;

/// What is finished, a line of JSON each; the first line says of what.
const PROGRESS: &str = "progress.jsonl";
/// CSV gathered before it goes to the file.
const CSV_BYTES: usize = 256 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    tenant: String,
    snapshot_id: i64,
}

/// Backs `lake` up into `folder`, which is new, empty, or holds a backup that was interrupted. `erased` are those who
/// were erased before. It blocks.
///
/// # Errors
/// See [`BackupError`]; running it again with the same folder goes on.
pub fn take(
    lake: &Lake,
    tenant: &str,
    folder: &Path,
    erased: Vec<ErasedList>,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Manifest, BackupError> {
    if folder.join(MANIFEST).exists() {
        return Err(BackupError::Finished(folder.to_owned()));
    }
    let day = last_day(lake)?.ok_or(BackupError::Empty)?;
    fs::create_dir_all(folder).map_err(disk(folder))?;
    let (snapshot, journal, finished) = begin(lake, tenant, folder)?;
    let mut work =
        Work { lake, folder, finished, journal, rows: 0, rows_total: 0, table: String::new(), progress };
    let mut tables = Vec::new();
    for table in model::tables() {
        let files = match lake.files(&snapshot, table.name, None) {
            Err(SnapshotError::UnknownTable(_)) => Vec::new(),
            files => files?,
        };
        work.rows_total += files.iter().map(|file| file.rows).sum::<u64>();
        tables.push((*table, files));
    }
    let entries: Result<Vec<_>, _> = tables.iter().map(|(table, files)| work.table(table, files)).collect();
    let manifest = Manifest {
        format: FORMAT,
        tenant: tenant.to_owned(),
        snapshot_id: snapshot.id.0,
        date_key: day.key.date_key,
        published_date_time: day.published_at.to_string(),
        erased,
        tables: entries?,
    };
    manifest.write(folder)?;
    work.journal.end()?;
    Ok(manifest)
}

/// Begins, or goes on: the snapshot, and the files that are finished.
fn begin(
    lake: &Lake,
    tenant: &str,
    folder: &Path,
) -> Result<(Snapshot, Journal, HashMap<String, FileEntry>), BackupError> {
    let path = folder.join(PROGRESS);
    let Some((journal, begun, entries)) = Journal::open::<Begun, FileEntry>(&path)? else {
        let mut there = fs::read_dir(folder).map_err(disk(folder))?;
        if there.any(|entry| !entry.is_ok_and(|entry| entry.file_name() == PROGRESS)) {
            return Err(BackupError::Occupied(folder.to_owned()));
        }
        let snapshot = lake.snapshot(&At::Latest)?;
        let begun = Begun { tenant: tenant.to_owned(), snapshot_id: snapshot.id.0 };
        return Ok((snapshot, Journal::begin(&path, &begun)?, HashMap::new()));
    };
    if begun.tenant != tenant {
        return Err(BackupError::OtherTenant { folder: folder.to_owned(), tenant: begun.tenant });
    }
    let snapshot = SnapshotId(begun.snapshot_id);
    let found = lake.snapshot(&At::Id(snapshot)).map_err(|error| match error {
        SnapshotError::Gone(snapshot) => BackupError::Stale { folder: folder.to_owned(), snapshot },
        other => other.into(),
    })?;
    Ok((found, journal, entries.into_iter().map(|entry| (entry.path.clone(), entry)).collect()))
}

struct Work<'a> {
    lake: &'a Lake,
    folder: &'a Path,
    finished: HashMap<String, FileEntry>,
    journal: Journal,
    rows: u64,
    rows_total: u64,
    table: String,
    progress: &'a mut dyn FnMut(&Progress),
}

impl Work<'_> {
    fn table(&mut self, table: &'static Table, files: &[DataFile]) -> Result<TableEntry, BackupError> {
        table.name.clone_into(&mut self.table);
        let mut entries = Vec::new();
        for (number, file) in files.iter().enumerate() {
            let path = format!("parquet/{}/{number:05}.parquet", table.name);
            let lake = self.lake;
            entries.push(self.file(path, Format::Parquet, file.rows, file.partition, |out| {
                lake.copy(file, out).map(drop)
            })?);
        }
        if files.is_empty() {
            let (path, rows_of) =
                (format!("csv/{}.csv", table.name), TableRows::open(self.lake, table, Vec::new())?);
            entries.push(self.file(path, Format::Csv, 0, None, |out| write_csv(table, rows_of, out))?);
        }
        // One CSV file a table, or a day of it.
        for group in files.chunk_by(|one, other| one.partition == other.partition) {
            let partition = group.first().and_then(|file| file.partition);
            let path = match partition {
                None => format!("csv/{}.csv", table.name),
                Some(day) => format!("csv/{}/{day}.csv", table.name),
            };
            let rows = group.iter().map(|file| file.rows).sum();
            let rows_of = TableRows::open(self.lake, table, group.to_vec())?;
            entries
                .push(self.file(path, Format::Csv, rows, partition, |out| write_csv(table, rows_of, out))?);
            self.rows += rows;
            let (step, table, rows) = (Step::Writing, self.table.clone(), self.rows);
            (self.progress)(&Progress { step, table, rows, rows_total: self.rows_total });
        }
        let rows = files.iter().map(|file| file.rows).sum();
        let (name, kind) = (table.name.to_owned(), table.kind.as_str().to_owned());
        Ok(TableEntry { name, kind, rows, schema: schema(table), files: entries })
    }

    /// One file, unless it is finished and still what it was.
    fn file(
        &mut self,
        path: String,
        format: Format,
        rows: u64,
        date_key: Option<i64>,
        write: impl FnOnce(&mut fs::File) -> std::io::Result<()>,
    ) -> Result<FileEntry, BackupError> {
        let place = self.folder.join(&path);
        let is_as_was = |entry: &&FileEntry| {
            sum(&place).is_ok_and(|found| found == (entry.size_bytes, entry.sha256.clone()))
        };
        if let Some(entry) = self.finished.get(&path).filter(is_as_was) {
            return Ok(entry.clone());
        }
        write_whole(&place, write)?;
        let (size_bytes, sha256) = sum(&place).map_err(disk(&place))?;
        let entry = FileEntry { path, format, rows, size_bytes, sha256, date_key };
        self.journal.append(&entry)?;
        Ok(entry)
    }
}

fn write_csv(table: &Table, mut rows: TableRows, out: &mut fs::File) -> std::io::Result<()> {
    let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    let mut text = Vec::with_capacity(CSV_BYTES * 2);
    csv::header(&mut text, &names);
    while !rows.is_done() {
        csv::row(&mut text, (0..names.len()).map(|at| rows.cell(at)));
        if text.len() >= CSV_BYTES {
            out.write_all(&text)?;
            text.clear();
        }
        rows.advance().map_err(std::io::Error::other)?;
    }
    out.write_all(&text)
}
