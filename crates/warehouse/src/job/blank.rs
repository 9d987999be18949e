//! Files with rows of somebody who was erased, written anew with these blanked: when one is erased, and when a backup
//! from before that is taken back.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use ::model::Table;
use lake::{Attempt, DataFile, Lake, StagedFile};

use crate::cell::{Cell, Owned};
use crate::erase::{Known, Relation};
use crate::files::{self, FileSink, TableRows};
use crate::merge::{MergeError, Rows as _, Sink as _};

/// Writing files without what is known of somebody.
pub(crate) struct Blanking<'a> {
    lake: &'a Lake,
    attempt: Attempt,
    relations: Vec<Relation>,
    known: Known,
    /// When a blanked row was changed.
    now: i64,
}

/// How every table that can hold anything of a subject tells whose a row is.
pub(crate) fn relations() -> Vec<Relation> {
    model::tables().iter().filter_map(|table| Relation::of(table)).collect()
}

/// The ids in `files` that `is_meant`.
pub(crate) fn ids<E: From<MergeError>>(
    lake: &Lake,
    mut files: impl FnMut(&Table) -> Result<Vec<DataFile>, E>,
    is_meant: impl Fn(&str) -> bool,
) -> Result<BTreeSet<String>, E> {
    let mut found = BTreeSet::new();
    for relation in relations().iter().filter(|relation| relation.has_ids()) {
        for file in files(relation.table)? {
            let mut rows = open(lake, relation, file)?;
            while !rows.is_done() {
                let ids = relation.ids_of(|at| rows.cell(at)).filter(|id| !found.contains(*id));
                let meant: Vec<_> = ids.filter(|id| is_meant(id)).map(str::to_owned).collect();
                found.extend(meant);
                rows.advance()?;
            }
        }
    }
    Ok(found)
}

fn open(lake: &Lake, relation: &Relation, file: DataFile) -> Result<TableRows, MergeError> {
    let columns = relation.columns.iter().map(|at| relation.table.columns[*at].name).collect();
    TableRows::open_columns(lake, columns, vec![file])
}

impl<'a> Blanking<'a> {
    /// Of whom `known` knows, and whatever `files` lead to: a row may be the subject's by way of another's key.
    pub(crate) fn learn<E: From<MergeError>>(
        lake: &'a Lake,
        attempt: Attempt,
        known: Known,
        now: i64,
        mut files: impl FnMut(&Table) -> Result<Vec<DataFile>, E>,
    ) -> Result<Self, E> {
        let mut blanking = Self { lake, attempt, relations: relations(), known, now };
        while !blanking.known.is_nobody() {
            let before = blanking.known.len();
            for relation in blanking.relations.iter().filter(|relation| relation.is_of_things()) {
                for file in files(relation.table)? {
                    let mut rows = open(lake, relation, file)?;
                    while !rows.is_done() {
                        if blanking.known.is_subjects(relation, |at| rows.cell(at)) {
                            blanking.known.learn(relation, |at| rows.cell(at));
                        }
                        rows.advance()?;
                    }
                }
            }
            if blanking.known.len() == before {
                break;
            }
        }
        Ok(blanking)
    }

    /// The tables that can hold anything of a subject.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &'static Table> {
        self.relations.iter().map(|relation| relation.table)
    }

    /// Rows of the subject's in a file.
    pub(crate) fn count(&self, table: &Table, file: &DataFile) -> Result<u64, MergeError> {
        let Some(relation) = self.relation(table) else { return Ok(0) };
        let mut rows = open(self.lake, relation, file.clone())?;
        let mut n_rows = 0;
        while !rows.is_done() {
            n_rows += u64::from(self.known.is_subjects(relation, |at| rows.cell(at)));
            rows.advance()?;
        }
        Ok(n_rows)
    }

    /// The same file with the subject's rows blanked. Rows whose id changed move to where the order of the table wants
    /// them. Gives how many were blanked, too.
    pub(crate) fn rewrite(
        &self,
        table: &'static Table,
        file: &DataFile,
    ) -> Result<(Option<StagedFile>, u64), MergeError> {
        let blanked = self.blanked(table, file)?;
        let (n_blanked, relation) = (blanked.len() as u64, self.relation(table));
        let (order, width) = (Order::of(table), table.columns.len());
        let mut blanked = blanked.into_iter().peekable();
        let writer = self.lake.writer(&files::spec(table), self.attempt, file.partition);
        let mut sink = FileSink::new(table, writer.map_err(|error| MergeError::Files(Box::new(error)))?);
        let mut rows = TableRows::open(self.lake, table, vec![file.clone()])?;
        while !rows.is_done() {
            let is_subjects =
                n_blanked > 0 && relation.is_some_and(|relation| self.is_subjects(relation, &rows));
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
        Ok((sink.finish()?, n_blanked))
    }

    /// The subject's rows of a file as they are to be, in the order of the table.
    fn blanked(&self, table: &'static Table, file: &DataFile) -> Result<Vec<Vec<Owned>>, MergeError> {
        let mut blanked = Vec::new();
        let Some(relation) = self.relation(table).filter(|_| !self.known.is_nobody()) else {
            return Ok(blanked);
        };
        let mut rows = TableRows::open(self.lake, table, vec![file.clone()])?;
        while !rows.is_done() {
            if self.is_subjects(relation, &rows) {
                let mut row: Vec<Owned> = (0..table.columns.len()).map(|at| rows.cell(at).into()).collect();
                self.known.blank(table, &mut row, self.now);
                blanked.push(row);
            }
            rows.advance()?;
        }
        let order = Order::of(table);
        blanked.sort_by(|one, other| order.compare(|at| one[at].as_cell(), |at| other[at].as_cell()));
        Ok(blanked)
    }

    /// Whether the row at hand is the subject's; `rows` has all columns of the table.
    fn is_subjects(&self, relation: &Relation, rows: &TableRows) -> bool {
        self.known.is_subjects(relation, |at| rows.cell(relation.columns[at]))
    }

    fn relation(&self, table: &Table) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.table.name == table.name)
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
