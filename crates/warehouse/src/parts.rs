//! A large table in parts: each file holds a range of ids, so that a change rewrites a part and not the whole.
//!
//! Ids are random GUIDs, so their first digit parts them evenly, and files in the order of that digit are in the order
//! of the ids: a reader of the files one after the other sees the table sorted. A part ends where the first digit
//! changes, once it has enough rows; a small table is one file. A part that comes out as it was is not replaced.

use ::model::Table;
use lake::{Attempt, DataFile, Lake, Old, Replace, StagedFile, TableSpec};

use crate::cell::Cell;
use crate::files::{self, FileSink};
use crate::merge::{MergeError, Sink};

/// A part with fewer rows goes on with the next digit: a sixteenth of half a million.
pub const PART_ROWS: u64 = 32_768;

/// Columns before the id, at most, plus one.
const HEAD_COLUMNS: usize = 16;

/// Writes one table, or one day of a dated one, in parts.
pub struct PartSink<'a> {
    lake: &'a Lake,
    table: &'static Table,
    spec: TableSpec,
    attempt: Attempt,
    partition: Option<i64>,
    /// Rows of a part, at least, where another follows.
    part_rows: u64,
    /// The column of the id that parts; none: whoever pushes says it with [`PartSink::turn`].
    id_column: Option<usize>,
    digit: u8,
    open: Option<FileSink>,
    closing: Option<FileSink>,
    staged: Vec<StagedFile>,
}

/// The part an id belongs to: its first hexadecimal digit. Ids in order give parts in order, whatever they look like.
pub fn digit(id: &str) -> u8 {
    match id.bytes().next() {
        Some(byte @ b'0'..=b'9') => byte - b'0',
        Some(byte @ b'a'..=b'f') => byte - b'a' + 10,
        Some(byte) if byte > b'f' => 15,
        Some(byte) if byte > b'9' => 9,
        _ => 0,
    }
}

impl<'a> PartSink<'a> {
    /// Starts a table, sorted by the id in its first sort column if that is text.
    pub fn new(lake: &'a Lake, table: &'static Table, attempt: Attempt, partition: Option<i64>) -> Self {
        let text = |name: &&str| table.column(name).is_some_and(|c| c.edm == ::model::EdmType::String);
        let id_column = table.sort.first().filter(|name| text(name)).and_then(|name| table.index(name));
        Self {
            lake,
            table,
            spec: files::spec(table),
            attempt,
            partition,
            part_rows: PART_ROWS,
            id_column: id_column.filter(|at| *at < HEAD_COLUMNS),
            digit: 0,
            open: None,
            closing: None,
            staged: Vec::new(),
        }
    }

    /// Parts of at least that many rows, for tests.
    #[must_use]
    pub fn with_part_rows(self, part_rows: u64) -> Self {
        Self { part_rows, ..self }
    }

    /// The next rows belong to `id`.
    pub fn turn(&mut self, id: &str) -> Result<(), MergeError> {
        let digit = digit(id);
        let is_full = |sink: &FileSink| sink.rows() >= self.part_rows;
        if digit != self.digit && self.open.as_ref().is_some_and(is_full) {
            self.end_part()?;
        }
        self.digit = digit;
        Ok(())
    }

    /// Ends the table: its parts, in order.
    pub fn finish(mut self) -> Result<Vec<StagedFile>, MergeError> {
        self.end_part()?;
        self.settle()?;
        Ok(self.staged)
    }

    /// The part at hand is compressed to its end while the next one is begun.
    fn end_part(&mut self) -> Result<(), MergeError> {
        self.settle()?;
        if let Some(mut sink) = self.open.take() {
            sink.close()?;
            self.closing = Some(sink);
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), MergeError> {
        if let Some(sink) = self.closing.take() {
            self.staged.extend(sink.finish()?);
        }
        Ok(())
    }
}

impl Sink for PartSink<'_> {
    fn push(&mut self, row: &mut dyn Iterator<Item = Cell<'_>>) -> Result<(), MergeError> {
        let mut head = [Cell::Null; HEAD_COLUMNS];
        let n_head = self.id_column.map_or(0, |column| column + 1);
        for (place, cell) in head[..n_head].iter_mut().zip(&mut *row) {
            *place = cell;
        }
        if let Some(column) = self.id_column {
            self.turn(head[column].text().unwrap_or_default())?;
        }
        let sink = match &mut self.open {
            Some(sink) => sink,
            None => {
                let failed = |error| MergeError::Files(Box::new(error));
                let writer = self.lake.writer(&self.spec, self.attempt, self.partition).map_err(failed)?;
                self.open.insert(FileSink::new(self.table, writer))
            }
        };
        sink.push(&mut head[..n_head].iter().copied().chain(row))
    }
}

/// What replaces the files `old` of a table by `staged`, both in order. Parts that are as they were stay, and what was
/// written for them is removed again.
///
/// # Errors
/// When a file cannot be compared.
pub fn replace(
    lake: &Lake,
    table: &Table,
    old: &[DataFile],
    staged: Vec<StagedFile>,
) -> Result<Replace, MergeError> {
    let failed = |error| MergeError::Files(Box::new(error));
    let table = table.name.to_owned();
    let mut kept = Vec::with_capacity(staged.len());
    let mut next = 0;
    for file in &staged {
        let mut same = None;
        for (at, candidate) in old.iter().enumerate().skip(next) {
            if lake.is_same(file, candidate).map_err(failed)? {
                same = Some(at);
                break;
            }
        }
        next = same.map_or(next, |at| at + 1);
        kept.push(same);
    }
    let places = places(&kept, &old.iter().map(|file| file.place).collect::<Vec<_>>());
    let Some(places) = places.filter(|_| kept.iter().any(Option::is_some)) else {
        return Ok(Replace { table, old: Old::All, files: staged });
    };
    let mut files = Vec::new();
    for (file, place) in staged.into_iter().zip(&places) {
        match place {
            Some(place) => files.push(file.at_place(*place)),
            // If it cannot be removed now, it is collected later.
            None => drop(lake.discard(file)),
        }
    }
    let gone = old.iter().enumerate().filter(|(at, _)| !kept.contains(&Some(*at)));
    Ok(Replace { table, old: Old::Files(gone.map(|(_, file)| file.id).collect()), files })
}

/// The place of each new file among those that are kept (none for these); nothing when no place keeps the order.
/// A new file stands right behind the kept one before it, since it has the greater number.
fn places(kept: &[Option<usize>], old_places: &[i64]) -> Option<Vec<Option<i64>>> {
    let first = kept.iter().flatten().next().map(|at| old_places[*at]);
    let mut before: Option<i64> = None;
    let mut places = Vec::with_capacity(kept.len());
    for (number, file) in kept.iter().enumerate() {
        match file {
            Some(at) => {
                // New files at the same place would come behind this one.
                let is_behind_new =
                    number > 0 && kept[number - 1].is_none() && before == Some(old_places[*at]);
                if is_behind_new {
                    return None;
                }
                before = Some(old_places[*at]);
                places.push(None);
            }
            None => places.push(Some(before.or(first.and_then(|first| first.checked_sub(1)))?)),
        }
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_in_order_give_parts_in_order() {
        let ids = ["", "!", "0a", "9", "9f", ":", "A", "`", "a", "c", "f", "ff", "g", "ö"];
        assert!(ids.is_sorted());
        let parts: Vec<_> = ids.iter().map(|id| digit(id)).collect();
        assert!(parts.is_sorted(), "{parts:?}");
        assert_eq!((digit("0"), digit("9"), digit("a"), digit("f")), (0, 9, 10, 15));
    }

    #[test]
    fn new_files_stand_where_the_order_of_rows_wants_them() {
        let check = |kept: &[Option<usize>], old: &[i64], expected: Option<&[Option<i64>]>| {
            assert_eq!(places(kept, old).as_deref(), expected, "{kept:?}");
        };
        check(&[Some(0), Some(1)], &[4, 5], Some(&[None, None]));
        check(&[Some(0), None, Some(2)], &[4, 5, 6], Some(&[None, Some(4), None]));
        check(&[None, Some(1), None, None], &[4, 5], Some(&[Some(4), None, Some(5), Some(5)]));
        check(&[None, None], &[4, 5], None);
        // Two files at one place, and a new one is to stand between them: there is no such place.
        check(&[Some(0), None, Some(1)], &[4, 4], None);
        check(&[Some(0), Some(1), None], &[4, 4], Some(&[None, None, Some(4)]));
    }
}
