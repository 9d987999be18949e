//! Removing files that nothing needs, and looking whether those that are needed are there.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use sql::{Conn, SqlError};

use crate::catalogue::{Head, expire};
use crate::storage::Storage;

/// What was removed for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Files of snapshots that were expired.
    pub expired_files: u64,
    /// Files that were staged and never published.
    pub orphan_files: u64,
    pub bytes: u64,
}

/// Why not everything could be removed; the next run goes on.
#[derive(Debug, thiserror::Error)]
pub enum GarbageError {
    #[error("cannot remove {path}: {source}")]
    Disk { path: PathBuf, source: io::Error },
    #[error("the lake's catalogue could not be read or written: {0}")]
    Catalogue(#[from] SqlError),
}

/// A file the catalogue names that is not on disk as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    Missing { path: PathBuf },
    Size { path: PathBuf, recorded_bytes: u64, found_bytes: u64 },
}

/// Removes what has been unneeded for `grace`. It holds the catalogue's lock, so that no publish takes a staged
/// file into a snapshot while it is being removed.
pub(crate) fn collect(
    conn: &mut Conn<'_>,
    storage: &Storage,
    grace: SignedDuration,
    now: Timestamp,
) -> Result<Collected, GarbageError> {
    Head::locked(conn)?;
    let is_old = |at: Timestamp| at.saturating_add(grace).is_ok_and(|due| due <= now);
    let mut collected = Collected::default();
    let mut folders = HashSet::new();
    for file in expire::scheduled(conn)?.into_iter().filter(|file| is_old(file.since)) {
        if let Some(path) = storage.place(&file.path) {
            let failed = |source| GarbageError::Disk { path: path.clone(), source };
            let n_bytes = storage.size(&path).map_err(failed)?.unwrap_or(0);
            remove(storage, &path, n_bytes, &mut collected.bytes)?;
            folders.extend(path.parent().map(Path::to_owned));
        }
        expire::unschedule(conn, file.id)?;
        collected.expired_files += 1;
    }
    let known = expire::known(conn)?;
    let root = storage.root();
    for file in storage.list().map_err(|source| GarbageError::Disk { path: root, source })? {
        let ours = file.relative.contains("/attempt=") && file.relative.ends_with(".parquet");
        if ours && !known.contains(&file.relative) && is_old(file.made) {
            remove(storage, &file.path, file.bytes, &mut collected.bytes)?;
            folders.extend(file.path.parent().map(Path::to_owned));
            collected.orphan_files += 1;
        }
    }
    storage.tidy(folders).map_err(|(path, source)| GarbageError::Disk { path, source })?;
    Ok(collected)
}

fn remove(storage: &Storage, path: &Path, n_bytes: u64, bytes: &mut u64) -> Result<(), GarbageError> {
    let failed = |source| GarbageError::Disk { path: path.to_owned(), source };
    if storage.remove(path).map_err(failed)? {
        *bytes += n_bytes;
    }
    Ok(())
}

/// Compares every file the catalogue names with what is there.
pub(crate) fn verify(storage: &Storage, referenced: Vec<(String, u64)>) -> Vec<Damage> {
    let look = |(name, recorded_bytes): (String, u64)| {
        let path = storage.place(&name).unwrap_or_else(|| PathBuf::from(&name));
        match storage.size(&path) {
            Ok(Some(found_bytes)) if found_bytes == recorded_bytes => None,
            Ok(Some(found_bytes)) => Some(Damage::Size { path, recorded_bytes, found_bytes }),
            Ok(None) | Err(_) => Some(Damage::Missing { path }),
        }
    };
    referenced.into_iter().filter_map(look).collect()
}
