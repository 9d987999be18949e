//! The people of today: the rows of `users` that are current and not deleted, written to `currentUsers` in passing.

use ::model::Table;

use crate::cell::Cell;
use crate::merge::{MergeError, Sink};

/// Hands every row on to `users`, and those of today to `current` too.
pub(super) struct CurrentUsers<'a> {
    users: &'a mut dyn Sink,
    current: &'a mut dyn Sink,
    /// Where in a row of `users` the columns of `currentUsers` are.
    places: Vec<usize>,
    is_current: usize,
    is_deleted: usize,
    row_width: usize,
}

impl<'a> CurrentUsers<'a> {
    pub(super) fn new(
        tables: (&Table, &Table),
        users: &'a mut dyn Sink,
        current: &'a mut dyn Sink,
    ) -> CurrentUsers<'a> {
        let (from, to) = tables;
        let place = |name: &str| from.index(name).expect("users has the columns of currentUsers");
        CurrentUsers {
            users,
            current,
            places: to.columns.iter().map(|column| place(column.name)).collect(),
            is_current: place("isCurrent"),
            is_deleted: place("isDeleted"),
            row_width: from.columns.len(),
        }
    }
}

impl Sink for CurrentUsers<'_> {
    fn push(&mut self, row: &mut dyn Iterator<Item = Cell<'_>>) -> Result<(), MergeError> {
        let mut cells = Vec::with_capacity(self.row_width);
        cells.extend(row);
        if cells[self.is_current].is_true() && !cells[self.is_deleted].is_true() {
            self.current.push(&mut self.places.iter().map(|at| cells[*at]))?;
        }
        self.users.push(&mut cells.into_iter())
    }
}
