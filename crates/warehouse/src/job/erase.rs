//! Erasing one subject from every file: the files that hold rows of theirs are written anew without them, published at
//! once, and the old ones removed.
//!
//! Only files with such rows are rewritten, a part of a table and not the whole. Everything older is forgotten with
//! it: no snapshot from before the erasure can be read or downloaded on, and a day cannot be computed anew from one.

#[cfg(test)]
mod tests;

use ::model::Table;
use jiff::{SignedDuration, Timestamp};
use lake::{
    At, Collected, GarbageError, Keep, Lake, Lease, LeaseError, Old, Publish, PublishError, PublishKey,
    Replace, SnapshotError,
};
use store::SqlError;

use super::alone::alone;
use super::blank::Blanking;
use crate::erase::{Known, Subject};
use crate::lifetime::date_key;
use crate::merge::MergeError;
use crate::suppression::Suppression;

/// The kind of publish that erases.
pub const ERASE: &str = "erase";

/// One erasure.
#[derive(Clone, Debug)]
pub struct Erasure<'a> {
    /// Whom.
    pub subject: &'a Subject,
    /// The instant of the run, the same for every row.
    pub now: Timestamp,
    /// Who holds the lease; one name per server.
    pub holder: &'a str,
    /// How long the old files stay for downloads that are reading them. Zero removes them at once.
    pub grace: SignedDuration,
}

/// What was erased. No ids: it may be written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Rows that were blanked.
    pub rows: u64,
    /// Files that were written anew.
    pub files: u64,
    /// Files that are gone for good already.
    pub removed: Collected,
}

/// Why nothing, or not everything, was erased. Running it again goes on.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// Another server is changing the warehouse.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The lake could not be opened.
    #[error(transparent)]
    Open(#[from] lake::OpenError),
    /// The files could not be listed.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A file could not be read or written.
    #[error(transparent)]
    Files(#[from] MergeError),
    /// The publish was refused; nothing was erased.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The catalogue failed.
    #[error("the lake's catalogue could not be read or written: {0}")]
    Catalogue(#[from] SqlError),
    /// The rows are blanked, but old files could not be removed yet.
    #[error("the rows are blanked, but old files could not be removed: {0}")]
    Garbage(#[from] GarbageError),
}

/// Erases. It blocks. `suppression` gives the ids that take the place of the subject's, and has the subject in it
/// already, so that no night and no restore brings it back meanwhile.
///
/// # Errors
/// See [`EraseError`].
pub fn run(lake: &Lake, erasure: &Erasure<'_>, suppression: &Suppression) -> Result<Erased, EraseError> {
    let mut erased = alone(lake, erasure.holder, |lease| blank(lake, lease, erasure, suppression))?;
    // Also when no row was found: an earlier run may have ended before this.
    lake.expire(Keep { newer_than: erasure.now, at_least: 1 })?;
    erased.removed = lake.collect_garbage(erasure.grace)?;
    Ok(erased)
}

fn blank(
    lake: &Lake,
    lease: &Lease,
    erasure: &Erasure<'_>,
    suppression: &Suppression,
) -> Result<Erased, EraseError> {
    let (latest, now) = (lake.snapshot(&At::Latest)?, erasure.now.as_microsecond());
    // The files of a table; none if the lake does not have it yet.
    let files = |table: &Table| match lake.files(&latest, table.name, None) {
        Err(SnapshotError::UnknownTable(_)) => Ok(Vec::new()),
        files => Ok::<_, EraseError>(files?),
    };
    let ids = erasure.subject.ids().map(|id| (id.to_owned(), suppression.alias(id))).collect();
    let blanking = Blanking::learn(lake, lake.attempt(), Known::new(ids), now, files)?;
    let mut erased = Erased::default();
    let mut replace = Vec::new();
    for table in blanking.tables() {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for file in files(table)? {
            if blanking.count(table, &file)? > 0 {
                let (staged, n_rows) = blanking.rewrite(table, &file)?;
                new.extend(staged.map(|staged| staged.at_place(file.place)));
                old.push(file.id);
                (erased.rows, erased.files) = (erased.rows + n_rows, erased.files + 1);
            }
        }
        if !old.is_empty() {
            replace.push(Replace { table: table.name.to_owned(), old: Old::Files(old), files: new });
        }
    }
    if !replace.is_empty() {
        let day = erasure.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let key = PublishKey { kind: ERASE.to_owned(), date_key: date_key(day) };
        let info = serde_json::json!({"rows": erased.rows, "files": erased.files}).to_string();
        let (lease, supersede, begin_anew) = (lease.clone(), true, false);
        lake.publish(Publish { key, lease, replace, info, supersede, begin_anew })?;
    }
    Ok(erased)
}
