//! Merging today's sorted read with yesterday's sorted rows, one row at a time.
//!
//! Three merges share one shape: a read pushes what it sees in natural-key order, and rows flow from the
//! previous files to the new ones. Nothing is held but the row at hand (and, for associations, the rows of one
//! device), so memory does not grow with the tenant. The rules are in [`crate::lifetime`]; files and SQL are not here.

mod associations;
mod devices;
mod users;

#[cfg(test)]
mod tests;

pub use associations::AssociationMerge;
pub use devices::DeviceMerge;
pub use users::UserMerge;

use crate::cell::{Cell, Owned};

/// Rows of one table in the order of its natural key.
pub trait Rows {
    /// Whether there is no row at hand.
    fn is_done(&self) -> bool;
    /// A value of the row at hand. Only while not done.
    fn cell(&self, column: usize) -> Cell<'_>;
    /// Goes to the next row.
    fn advance(&mut self) -> Result<(), MergeError>;
}

/// Takes the rows of one new table.
pub trait Sink {
    /// Appends a row, one value for each column of the catalogue.
    fn push(&mut self, row: &mut dyn Iterator<Item = Cell<'_>>) -> Result<(), MergeError>;
}

/// Why a merge cannot go on. Nothing is published then.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Two rows of the read have the same natural key.
    #[error("{table} {id} was read twice; the operational store is damaged, run the doctor")]
    Duplicate {
        /// Name of the table.
        table: &'static str,
        /// The natural key.
        id: String,
    },
    /// The read is not sorted, so rows could be taken for deleted.
    #[error("{table} {id} was read out of order; ids must be lower-case GUIDs")]
    Unsorted {
        /// Name of the table.
        table: &'static str,
        /// The natural key.
        id: String,
    },
    /// The previous files could not be read, or the new ones not written.
    #[error(transparent)]
    Files(Box<dyn std::error::Error + Send + Sync>),
}

/// When the snapshot happens.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// 00:00 UTC of the day, in microseconds since 1970.
    pub midnight: i64,
    /// The instant of the run, the same for every row of it.
    pub now: i64,
}

/// Rows read so far are in strictly rising order of their natural key.
#[derive(Debug)]
struct Order {
    table: &'static str,
    last: Option<String>,
}

impl Order {
    const fn new(table: &'static str) -> Self {
        Self { table, last: None }
    }

    fn check(&mut self, id: &str) -> Result<(), MergeError> {
        let table = self.table;
        if let Some(last) = &mut self.last {
            match id.cmp(last.as_str()) {
                std::cmp::Ordering::Equal => return Err(MergeError::Duplicate { table, id: id.to_owned() }),
                std::cmp::Ordering::Less => return Err(MergeError::Unsorted { table, id: id.to_owned() }),
                std::cmp::Ordering::Greater => {}
            }
            id.clone_into(last);
        } else {
            self.last = Some(id.to_owned());
        }
        Ok(())
    }
}

/// The place of a column the merge depends on.
fn column(table: &model::Table, name: &str) -> usize {
    table.index(name).expect("the catalogue declares the columns the merge works on")
}

/// The columns that say what the thing is like, as opposed to what the warehouse notes about the row.
fn content(table: &model::Table) -> Vec<usize> {
    let is_content = |column: &model::Column| {
        !matches!(column.role, model::Role::SurrogateKey | model::Role::Lifetime)
            && column.name != "isDeleted"
    };
    table.columns.iter().enumerate().filter(|(_, column)| is_content(column)).map(|(at, _)| at).collect()
}

/// A row kept for comparison after its source has moved on.
fn keep(rows: &dyn Rows, width: usize) -> Vec<Owned> {
    (0..width).map(|at| rows.cell(at).into()).collect()
}

/// The text of a required column; empty if a file was damaged.
fn id_of(rows: &dyn Rows, column: usize) -> &str {
    rows.cell(column).text().unwrap_or_default()
}

/// Borrows a kept row.
fn cells(row: &[Owned]) -> Vec<Cell<'_>> {
    row.iter().map(Owned::as_cell).collect()
}
