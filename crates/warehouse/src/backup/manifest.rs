//! What a backup holds, as JSON for people and programs.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use ::model::Table;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{BackupError, disk};
use crate::suppression::{ErasedList, hexadecimal};

/// The manifest's name in the folder of a backup.
pub const MANIFEST: &str = "manifest.json";
/// The number of this form of manifest.
pub const FORMAT: u32 = 1;

/// A whole backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The tenant, as the operator knows it.
    pub tenant: String,
    /// The lake's number of the snapshot it was taken from.
    pub snapshot_id: i64,
    /// yyyymmdd of the last day in it.
    pub date_key: i32,
    /// When that day was published.
    pub published_date_time: String,
    /// Who was erased before: they stay so wherever this, or an older backup, is taken back.
    #[serde(default)]
    pub erased: Vec<ErasedList>,
    /// Every table, also the empty ones.
    pub tables: Vec<TableEntry>,
}

/// A table of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableEntry {
    /// Name of the entity set.
    pub name: String,
    /// dimension, association, fact or enumeration.
    pub kind: String,
    /// Rows.
    pub rows: u64,
    /// Its columns, in the order of the CSV files.
    pub schema: Vec<ColumnEntry>,
    /// Its files, in order, each row once in each format.
    pub files: Vec<FileEntry>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnEntry {
    /// Its name.
    pub name: String,
    /// `Edm.Int32` and the like.
    #[serde(rename = "type")]
    pub ty: String,
    /// Whether the value may be missing.
    pub nullable: bool,
    /// Whether it says something about a person.
    pub personal: bool,
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For spreadsheets and scripts.
    Csv,
    /// What a backup is taken back from.
    Parquet,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    /// Below the folder, with `/`.
    pub path: String,
    /// Its form.
    pub format: Format,
    /// Rows.
    pub rows: u64,
    /// Bytes.
    pub size_bytes: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// yyyymmdd of the day all rows are of; null for tables without days.
    pub date_key: Option<i64>,
}

impl Manifest {
    /// Reads the manifest of a folder.
    ///
    /// # Errors
    /// [`BackupError::Manifest`] when there is none this version reads.
    pub fn read(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(MANIFEST);
        let wrong = |reason: String| BackupError::Manifest { path: path.clone(), reason };
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                wrong("it is not there; give the folder of an export that came to its end".to_owned())
            }
            _ => wrong(error.to_string()),
        })?;
        let manifest: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if manifest.format != FORMAT {
            let found = manifest.format;
            let reason = format!(
                "it has the form {found}, and this version reads {FORMAT}; use the version that wrote it"
            );
            return Err(wrong(reason));
        }
        if !manifest.erased.iter().all(ErasedList::is_sound) {
            return Err(BackupError::Erased(path));
        }
        Ok(manifest)
    }

    /// Writes it, whole or not at all.
    pub(super) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let path = folder.join(MANIFEST);
        let text = serde_json::to_vec_pretty(self).map_err(|error| disk(&path)(error.into()))?;
        write_whole(&path, |out| out.write_all(&text))
    }
}

/// The columns of a table as they are now.
pub(super) fn schema(table: &Table) -> Vec<ColumnEntry> {
    let column = |column: &::model::Column| ColumnEntry {
        name: column.name.to_owned(),
        ty: column.edm.as_str().to_owned(),
        nullable: column.nullable,
        personal: column.privacy != ::model::Privacy::None,
    };
    table.columns.iter().map(column).collect()
}

/// Writes a file beside its place, makes it durable and gives it its name: what has the name is whole.
pub(super) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut fs::File) -> std::io::Result<()>,
) -> Result<(), BackupError> {
    let failed = disk(path);
    let part = path.with_extension("part");
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(&failed)?;
    let mut file = fs::File::create(&part).map_err(&failed)?;
    write(&mut file).map_err(&failed)?;
    file.sync_all().map_err(&failed)?;
    fs::rename(&part, path).map_err(&failed)?;
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(&failed)
}

/// Counts and sums what is written to it.
#[derive(Default)]
pub(super) struct Summing {
    n_bytes: u64,
    hash: Sha256,
}

impl Summing {
    /// Bytes and SHA-256 of what was written.
    pub(super) fn finish(self) -> (u64, String) {
        (self.n_bytes, hexadecimal(&self.hash.finalize()))
    }
}

impl std::io::Write for Summing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.hash.update(bytes);
        self.n_bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Bytes and SHA-256 of a file.
pub(super) fn sum(path: &Path) -> std::io::Result<(u64, String)> {
    let mut sum = Summing::default();
    std::io::copy(&mut std::io::BufReader::with_capacity(256 * 1024, fs::File::open(path)?), &mut sum)?;
    Ok(sum.finish())
}
