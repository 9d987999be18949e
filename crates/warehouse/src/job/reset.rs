//! Emptying a lake: every table, every snapshot, every file. It begins anew with the next day.

use jiff::{SignedDuration, Timestamp};
use lake::{
    At, Collected, GarbageError, Keep, Lake, Lease, LeaseError, Old, Publish, PublishError, PublishKey,
    Replace, SnapshotError,
};
use store::SqlError;

use super::alone::alone;
use crate::lifetime::date_key;

/// The kind of publish that empties.
pub const RESET: &str = "reset";

/// Why it was not emptied, or not all files are gone; running it again goes on.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// Another server is changing the warehouse.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The tables could not be listed.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The publish was refused.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The catalogue failed.
    #[error("the lake's catalogue could not be read or written: {0}")]
    Catalogue(#[from] SqlError),
    /// It is empty, but files could not be removed yet.
    #[error("the warehouse is empty, but old files could not be removed: {0}")]
    Garbage(#[from] GarbageError),
}

/// Empties `lake`. Files stay for `grace`, for downloads that are reading them. It blocks.
///
/// # Errors
/// See [`ResetError`].
pub fn run(
    lake: &Lake,
    holder: &str,
    now: Timestamp,
    grace: SignedDuration,
) -> Result<Collected, ResetError> {
    alone(lake, holder, |lease: &Lease| {
        let tables = lake.table_sizes(&lake.snapshot(&At::Latest)?)?;
        let empty = |table: lake::TableSize| Replace { table: table.table, old: Old::All, files: Vec::new() };
        let replace = tables.into_iter().map(empty).collect();
        let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let key = PublishKey { kind: RESET.to_owned(), date_key: date_key(day) };
        let (info, supersede, begin_anew) = (String::new(), true, true);
        lake.publish(Publish { key, lease: lease.clone(), replace, info, supersede, begin_anew })?;
        Ok::<_, ResetError>(())
    })?;
    lake.expire(Keep { newer_than: now, at_least: 1 })?;
    Ok(lake.collect_garbage(grace)?)
}
