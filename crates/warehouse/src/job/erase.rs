//! Erasing one subject from every file: the files that hold rows of theirs are written anew without them, published at
//! once, and the old ones removed.
//!
//! Only files with such rows are rewritten, a part of a table and not the whole. Everything older is forgotten with
//! it: no snapshot from before the erasure can be read or downloaded on, and a day cannot be computed anew from one.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use ::model::Table;
use jiff::{SignedDuration, Timestamp};
use lake::{
    At, Attempt, Collected, DataFile, GarbageError, Keep, Lake, Lease, LeaseError, Old, Publish,
    PublishError, PublishKey, Replace, Snapshot, SnapshotError, StagedFile, WriteError,
};
use store::SqlError;
use uuid::Uuid;

use super::alone::alone;
use crate::cell::{Cell, Owned};
use crate::erase::{Known, Relation, Subject};
use crate::files::{self, FileSink, TableRows};
use crate::lifetime::date_key;
use crate::merge::{MergeError, Rows as _, Sink as _};

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
    /// A file could not be begun.
    #[error(transparent)]
    Write(#[from] WriteError),
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

/// Erases. It blocks. `guid` gives random ids.
///
/// # Errors
/// See [`EraseError`].
pub fn run(lake: &Lake, erasure: &Erasure<'_>, guid: impl FnMut() -> Uuid) -> Result<Erased, EraseError> {
    let mut erased = alone(lake, erasure.holder, |lease| blank(lake, lease, erasure, guid))?;
    // Also when no row was found: an earlier run may have ended before this.
    lake.expire(Keep { newer_than: erasure.now, at_least: 1 })?;
    erased.removed = lake.collect_garbage(erasure.grace)?;
    Ok(erased)
}

fn blank(
    lake: &Lake,
    lease: &Lease,
    erasure: &Erasure<'_>,
    guid: impl FnMut() -> Uuid,
) -> Result<Erased, EraseError> {
    let search = Search { lake, latest: lake.snapshot(&At::Latest)?, attempt: lake.attempt() };
    let mut known = Known::new(erasure.subject, guid);
    let relations: Vec<_> = model::tables().iter().filter_map(|table| Relation::of(table)).collect();
    search.learn(&relations, &mut known)?;
    let mut erased = Erased::default();
    let mut replace = Vec::new();
    for relation in &relations {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for file in search.files(relation.table)? {
            let rows = search.count(relation, &file, &known)?;
            if rows > 0 {
                new.extend(search.rewrite(relation, &file, &known, erasure.now.as_microsecond())?);
                old.push(file.id);
                (erased.rows, erased.files) = (erased.rows + rows, erased.files + 1);
            }
        }
        if !old.is_empty() {
            let table = relation.table.name.to_owned();
            replace.push(Replace { table, old: Old::Files(old), files: new });
        }
    }
    if !replace.is_empty() {
        let day = erasure.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let key = PublishKey { kind: ERASE.to_owned(), date_key: date_key(day) };
        let info = serde_json::json!({"rows": erased.rows, "files": erased.files}).to_string();
        lake.publish(Publish {
            key,
            lease: lease.clone(),
            replace,
            info,
            supersede: true,
            begin_anew: false,
        })?;
    }
    Ok(erased)
}

/// Looking for the subject's rows in the files readers see now.
struct Search<'a> {
    lake: &'a Lake,
    latest: Snapshot,
    attempt: Attempt,
}

impl Search<'_> {
    /// Reads the dimensions until nothing more is found: a row may be the subject's by way of another's key.
    fn learn(&self, relations: &[Relation], known: &mut Known) -> Result<(), EraseError> {
        loop {
            let before = known.len();
            for relation in relations.iter().filter(|relation| relation.is_of_things()) {
                for file in self.files(relation.table)? {
                    let mut rows = self.open(relation, file)?;
                    while !rows.is_done() {
                        if known.is_subjects(relation, |at| rows.cell(at)) {
                            known.learn(relation, |at| rows.cell(at));
                        }
                        rows.advance()?;
                    }
                }
            }
            if known.len() == before {
                return Ok(());
            }
        }
    }

    fn count(&self, relation: &Relation, file: &DataFile, known: &Known) -> Result<u64, MergeError> {
        let mut rows = self.open(relation, file.clone())?;
        let mut n_rows = 0;
        while !rows.is_done() {
            n_rows += u64::from(known.is_subjects(relation, |at| rows.cell(at)));
            rows.advance()?;
        }
        Ok(n_rows)
    }

    /// The same file with the subject's rows blanked, in the old one's place. Rows whose id changed move to where the
    /// order of the table wants them.
    fn rewrite(
        &self,
        relation: &Relation,
        file: &DataFile,
        known: &Known,
        now: i64,
    ) -> Result<Option<StagedFile>, EraseError> {
        let table = relation.table;
        let (mut blanked, mut others) = (Vec::new(), TableRows::open(self.lake, table, vec![file.clone()])?);
        let width = table.columns.len();
        while !others.is_done() {
            if known.is_subjects(relation, |at| others.cell(relation.columns[at])) {
                let mut row: Vec<Owned> = (0..width).map(|at| others.cell(at).into()).collect();
                known.blank(table, &mut row, now);
                blanked.push(row);
            }
            others.advance()?;
        }
        let order = Order::of(table);
        blanked.sort_by(|one, other| order.compare(|at| one[at].as_cell(), |at| other[at].as_cell()));
        let mut blanked = blanked.into_iter().peekable();
        let writer = self.lake.writer(&files::spec(table), self.attempt, file.partition)?;
        let mut sink = FileSink::new(table, writer);
        let mut rows = TableRows::open(self.lake, table, vec![file.clone()])?;
        while !rows.is_done() {
            let is_subjects = known.is_subjects(relation, |at| rows.cell(relation.columns[at]));
            // Where the order does not tell, a blanked row stays where it was.
            let is_due = |row: &Vec<Owned>| match order.compare(|at| row[at].as_cell(), |at| rows.cell(at)) {
                Ordering::Less => true,
                Ordering::Equal => is_subjects,
                Ordering::Greater => false,
            };
            while let Some(row) = blanked.next_if(is_due) {
                sink.push(&mut row.iter().map(Owned::as_cell))?;
                if order.is_partial {
                    break;
                }
            }
            if !is_subjects {
                sink.push(&mut (0..width).map(|at| rows.cell(at)))?;
            }
            rows.advance()?;
        }
        for row in blanked {
            sink.push(&mut row.iter().map(Owned::as_cell))?;
        }
        Ok(sink.finish()?.map(|staged| staged.at_place(file.place)))
    }

    fn open(&self, relation: &Relation, file: DataFile) -> Result<TableRows, MergeError> {
        let columns = relation.columns.iter().map(|at| relation.table.columns[*at].name).collect();
        TableRows::open_columns(self.lake, columns, vec![file])
    }

    /// The files of a table; none if the lake does not have it yet.
    fn files(&self, table: &Table) -> Result<Vec<DataFile>, SnapshotError> {
        match self.lake.files(&self.latest, table.name, None) {
            Err(SnapshotError::UnknownTable(_)) => Ok(Vec::new()),
            files => files,
        }
    }
}

/// The order of a table's rows.
struct Order {
    columns: Vec<usize>,
    /// Whether rows of one file can be equal in it: then they stay where they are.
    is_partial: bool,
}

impl Order {
    fn of(table: &Table) -> Self {
        let columns = table.sort.iter().filter_map(|name| table.index(name)).collect();
        Self { columns, is_partial: table.is_dated() }
    }

    fn compare<'a, 'b>(
        &self,
        one: impl Fn(usize) -> Cell<'a>,
        other: impl Fn(usize) -> Cell<'b>,
    ) -> Ordering {
        let cells = self.columns.iter().map(|at| match (one(*at), other(*at)) {
            (Cell::Text(one), Cell::Text(other)) => one.cmp(other),
            (Cell::Int(one), Cell::Int(other)) | (Cell::Time(one), Cell::Time(other)) => one.cmp(&other),
            _ => Ordering::Equal,
        });
        cells.fold(Ordering::Equal, Ordering::then)
    }
}
