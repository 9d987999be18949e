//! Removing files that nothing needs, and looking whether those that are needed are there.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use sql::{Conn, SqlError};

use crate::catalogue::{Head, expire};
use crate::disk::Disk;

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
    disk: &Disk,
    grace: SignedDuration,
    now: Timestamp,
) -> Result<Collected, GarbageError> {
    Head::locked(conn)?;
    let is_old = |at: Timestamp| at.saturating_add(grace).is_ok_and(|due| due <= now);
    let mut collected = Collected::default();
    let mut folders = HashSet::new();
    for file in expire::scheduled(conn)?.into_iter().filter(|file| is_old(file.since)) {
        if let Some(path) = disk.place(&file.path) {
            remove(disk, &path, &mut collected.bytes)?;
            folders.extend(path.parent().map(Path::to_owned));
        }
        expire::unschedule(conn, file.id)?;
        collected.expired_files += 1;
    }
    let known = expire::known(conn)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| GarbageError::Disk { path, source }
    };
    for path in files_below(disk.root()).map_err(failed(disk.root()))? {
        let name = path.strip_prefix(disk.root()).ok().and_then(Path::to_str);
        let made = fs::metadata(&path).and_then(|m| m.modified()).map_err(failed(&path))?;
        let ours = name.filter(|name| name.contains("/attempt=") && name.ends_with(".parquet"));
        if ours.is_some_and(|name| !known.contains(name)) && Timestamp::try_from(made).is_ok_and(is_old) {
            remove(disk, &path, &mut collected.bytes)?;
            folders.extend(path.parent().map(Path::to_owned));
            collected.orphan_files += 1;
        }
    }
    for folder in folders {
        tidy(disk, &folder).map_err(failed(&folder))?;
    }
    Ok(collected)
}

fn remove(disk: &Disk, path: &Path, bytes: &mut u64) -> Result<(), GarbageError> {
    let failed = |source| GarbageError::Disk { path: path.to_owned(), source };
    let size = fs::metadata(path).map_or(0, |there| there.len());
    if disk.remove(path).map_err(failed)? {
        *bytes += size;
    }
    Ok(())
}

/// Removes an attempt's folder when it is empty, and makes what was removed durably gone.
fn tidy(disk: &Disk, folder: &Path) -> io::Result<()> {
    match fs::remove_dir(folder) {
        Ok(()) => disk.sync_folder(folder.parent().unwrap_or(disk.root())),
        Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => disk.sync_folder(folder),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
    }
}

fn files_below(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    Ok(files)
}

/// Compares every file the catalogue names with the disk.
pub(crate) fn verify(disk: &Disk, referenced: Vec<(String, u64)>) -> Vec<Damage> {
    let look = |(name, recorded_bytes): (String, u64)| {
        let path = disk.place(&name).unwrap_or_else(|| PathBuf::from(&name));
        match fs::metadata(&path).map(|there| there.len()) {
            Ok(found_bytes) if found_bytes == recorded_bytes => None,
            Ok(found_bytes) => Some(Damage::Size { path, recorded_bytes, found_bytes }),
            Err(_) => Some(Damage::Missing { path }),
        }
    };
    referenced.into_iter().filter_map(look).collect()
}
