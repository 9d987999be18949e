//! A backup of the whole warehouse: every table as CSV and Parquet, with a manifest of what there is.
//!
//! It is taken from one snapshot, file by file; what is finished is written down, so that a backup that was interrupted
//! goes on where it was. The manifest comes last and names every file with its SHA-256: a folder without one is no
//! backup. Taking it back checks every file first, stages one after the other and publishes all tables at once, or none;
//! it goes on where it was, too. Who was erased meanwhile stays so. It is not a backup of the operational store.

mod journal;
pub mod manifest;
mod put;
mod take;

#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;

use lake::{LeaseError, PublishError, SnapshotError, SnapshotId, WriteError};
use store::SqlError;

use crate::merge::MergeError;

pub use manifest::Manifest;
pub use put::{Restoration, Restored, check, put};
pub use take::take;

/// What is done with one file after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A backup is taken.
    Writing,
    /// Its files are compared with the manifest.
    Checking,
    /// It is taken back.
    Restoring,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// The table at hand.
    pub table: String,
    /// Rows done.
    pub rows: u64,
    /// Rows there are.
    pub rows_total: u64,
}

/// Why there is no backup, or why it was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder holds a finished backup.
    #[error("{0} holds a finished backup already; choose an empty folder")]
    Finished(PathBuf),
    /// The folder holds something else.
    #[error("{0} holds files that are no backup; choose an empty folder")]
    Occupied(PathBuf),
    /// It was begun from a snapshot that is forgotten meanwhile.
    #[error(
        "the backup in {folder} was begun from snapshot {snapshot}, which is no longer kept; begin anew in an empty folder"
    )]
    Stale {
        /// Where it is.
        folder: PathBuf,
        /// Its snapshot.
        snapshot: SnapshotId,
    },
    /// Nothing was published yet.
    #[error("there is no day in the warehouse yet, so there is nothing to back up")]
    Empty,
    /// The folder has no manifest, or one that cannot be read.
    #[error("{path} is no manifest of a backup: {reason}")]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file is missing or not what was written.
    #[error("{path} is not what the manifest says: {reason}; fetch the backup anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The backup has a table or column this version does not have.
    #[error(
        "the backup has {0}, which this version does not have; take it back with the version that made it, or a later one"
    )]
    Unknown(String),
    /// It is of another tenant.
    #[error("{folder} is of tenant {tenant}, not of the one that was asked for; choose another folder")]
    OtherTenant {
        /// Where it is.
        folder: PathBuf,
        /// Whose it is.
        tenant: String,
    },
    /// A list of who was erased cannot be read.
    #[error(
        "the list of erased ids in {0} is damaged, and without it they would come back; fetch the backup anew"
    )]
    Erased(PathBuf),
    /// The warehouse holds days.
    #[error(
        "the warehouse holds days already (the last is {last}); a backup is only taken back into an empty one. Nothing \
         was changed"
    )]
    NotEmpty {
        /// dateKey of the last day.
        last: i32,
    },
    /// A file of the backup could not be read or written.
    #[error("{path}: {source}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another server is changing the warehouse.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The lake could not be opened.
    #[error(transparent)]
    Open(#[from] lake::OpenError),
    /// Tables could not be made.
    #[error(transparent)]
    Tables(#[from] lake::EnsureError),
    /// The files could not be listed.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A file of the lake could not be read or written.
    #[error(transparent)]
    Files(#[from] MergeError),
    /// A file of the lake could not be begun.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The publish was refused; nothing was taken back.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The catalogue failed.
    #[error("the lake's catalogue could not be read or written: {0}")]
    Catalogue(#[from] SqlError),
}

/// An error of the disk, about `path`.
fn disk(path: &std::path::Path) -> impl Fn(io::Error) -> BackupError + '_ {
    move |source| BackupError::Disk { path: path.to_owned(), source }
}
