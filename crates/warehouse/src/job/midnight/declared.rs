//! Tables whose rows do not come from the image: dates, and the enumerations of the catalogue.

use ::model::{Kind, Table};
use jiff::civil::Date;
use lake::{Old, Replace};

use super::{MidnightError, Work};
use crate::calendar;
use crate::cell::{Cell, Owned};
use crate::files::{self, FileSink, TableRows};
use crate::lifetime::date_of_key;
use crate::merge::{Rows, Sink};

/// The table of dates, written anew when it should reach further than it does.
pub(super) fn dates(work: &Work<'_>, today: Date) -> Result<Option<Replace>, MidnightError> {
    let table = model::table("dates").expect("the catalogue declares dates");
    let mut rows = open(work, table)?;
    let first = if rows.is_done() { None } else { rows.cell(0).int().and_then(date_of_key) };
    let first = first.unwrap_or(today).min(today);
    let wanted = calendar::rows(first, today).map(|row| row.to_vec());
    replace_if_other(work, table, &mut rows, wanted)
}

/// The enumerations that are not yet in the files as the catalogue declares them.
pub(super) fn enumerations(work: &Work<'_>) -> Result<Vec<Replace>, MidnightError> {
    let mut replaced = Vec::new();
    for table in model::tables().iter().copied().filter(|table| table.kind == Kind::Enumeration) {
        let mut rows = open(work, table)?;
        replaced.extend(replace_if_other(work, table, &mut rows, crate::model::declared_rows(table))?);
    }
    Ok(replaced)
}

fn open(work: &Work<'_>, table: &'static Table) -> Result<TableRows, MidnightError> {
    Ok(TableRows::open(work.lake, table, work.files(&work.latest, table)?)?)
}

fn replace_if_other(
    work: &Work<'_>,
    table: &'static Table,
    rows: &mut TableRows,
    wanted: impl Iterator<Item = Vec<Cell<'static>>>,
) -> Result<Option<Replace>, MidnightError> {
    let wanted: Vec<_> = wanted.collect();
    let mut found = Vec::new();
    while !rows.is_done() {
        found.push((0..table.columns.len()).map(|at| Owned::from(rows.cell(at))).collect::<Vec<_>>());
        rows.advance()?;
    }
    let same = found.len() == wanted.len()
        && found
            .iter()
            .zip(&wanted)
            .all(|(found, wanted)| found.iter().map(Owned::as_cell).eq(wanted.iter().copied()));
    if same {
        return Ok(None);
    }
    let writer = work.lake.writer(&files::spec(table), work.attempt, None)?;
    let mut sink = FileSink::new(table, writer);
    for row in wanted {
        sink.push(&mut row.into_iter())?;
    }
    let files = sink.finish()?.into_iter().collect();
    Ok(Some(Replace { table: table.name.to_owned(), old: Old::All, files }))
}
