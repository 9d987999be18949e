//! Devices: one row per device, overwritten in place; a device that is gone keeps its row, marked deleted.

use model::Table;

use super::{Day, MergeError, Order, Rows, Sink, column, content, id_of, keep};
use crate::cell::{Cell, Owned};
use crate::lifetime::{Keys, Previous};

#[derive(Debug)]
struct Places {
    key: usize,
    id: usize,
    deleted: usize,
    modified: usize,
    content: Vec<usize>,
    width: usize,
}

/// Merges a read of devices with the rows of the day before.
pub struct DeviceMerge<'a> {
    places: Places,
    day: Day,
    base: &'a mut dyn Rows,
    /// What was already published for this day, when the day is computed again.
    published: Option<&'a mut dyn Rows>,
    sink: &'a mut dyn Sink,
    keys: &'a mut Keys,
    order: Order,
    /// Devices in the read.
    pub seen: u64,
    /// Devices that were present the day before.
    pub known: u64,
}

impl<'a> DeviceMerge<'a> {
    /// Starts a merge into `sink`. `base` is the state before the day; `published` what the day has published already.
    pub fn new(
        table: &Table,
        day: Day,
        base: &'a mut dyn Rows,
        published: Option<&'a mut dyn Rows>,
        keys: &'a mut Keys,
        sink: &'a mut dyn Sink,
    ) -> Self {
        let places = Places {
            key: column(table, "deviceKey"),
            id: column(table, "deviceId"),
            deleted: column(table, "isDeleted"),
            modified: column(table, "rowLastModifiedDateTimeUTC"),
            content: content(table),
            width: table.columns.len(),
        };
        Self { places, day, base, published, sink, keys, order: Order::new("device"), seen: 0, known: 0 }
    }

    /// Takes one device of the read; `row` is in the order of the catalogue, with anything in the warehouse's own
    /// columns. Gives the key of the device.
    pub fn see(&mut self, row: &[Cell<'_>]) -> Result<i64, MergeError> {
        let id = row[self.places.id].text().unwrap_or_default();
        self.order.check(id)?;
        self.seen += 1;
        self.pass_before(Some(id))?;
        let published = self.published_of(id)?;
        let base_key = if self.base.is_done() || id_of(self.base, self.places.id) != id {
            None
        } else {
            self.count_known();
            self.base.cell(self.places.key).int()
        };
        let published_key = published.as_ref().and_then(|row| row[self.places.key].as_cell().int());
        let key = match base_key.or(published_key) {
            Some(key) => key,
            None => self.keys.take(),
        };
        let previous = match (&published, base_key) {
            (Some(published), _) => Some(self.places.compare(published, false, |at| row[at])),
            (None, Some(_)) if self.published.is_none() => {
                let base = &*self.base;
                Some(self.places.compare_rows(base, |at| row[at]))
            }
            _ => None,
        };
        let modified = Previous::modified(previous, self.day.now);
        self.places.write(self.sink, key, false, modified, |at| row[at])?;
        if base_key.is_some() {
            self.base.advance()?;
        }
        Ok(key)
    }

    /// Ends the read: whatever was not seen is gone. Gives the numbers of devices seen, and known the day before.
    pub fn finish(mut self) -> Result<(u64, u64), MergeError> {
        self.pass_before(None)?;
        Ok((self.seen, self.known))
    }

    fn count_known(&mut self) {
        self.known += u64::from(!self.base.cell(self.places.deleted).is_true());
    }

    /// Writes every device before `id` (or to the end): they were not read.
    fn pass_before(&mut self, id: Option<&str>) -> Result<(), MergeError> {
        loop {
            if self.published_only_before(id)? {
                continue;
            }
            if self.base.is_done() || id.is_some_and(|id| id_of(self.base, self.places.id) >= id) {
                return Ok(());
            }
            self.count_known();
            let here = id_of(self.base, self.places.id).to_owned();
            let published = self.published_of(&here)?;
            let base = &*self.base;
            let previous = match &published {
                Some(published) => self.places.compare(published, true, |at| base.cell(at)),
                None => Previous {
                    modified: base.cell(self.places.modified).time().unwrap_or_default(),
                    same: base.cell(self.places.deleted).is_true(),
                },
            };
            let key = base.cell(self.places.key).int().unwrap_or_default();
            let modified = Previous::modified(Some(previous), self.day.now);
            self.places.write(self.sink, key, true, modified, |at| base.cell(at))?;
            self.base.advance()?;
        }
    }

    /// Devices that only an earlier run of this day saw: they stay, as deleted, so that their keys keep their meaning.
    fn published_only_before(&mut self, id: Option<&str>) -> Result<bool, MergeError> {
        let Some(published) = self.published.as_deref() else { return Ok(false) };
        if published.is_done() {
            return Ok(false);
        }
        let here = id_of(published, self.places.id);
        let in_base = !self.base.is_done() && id_of(self.base, self.places.id) <= here;
        if in_base || id.is_some_and(|id| here >= id) {
            return Ok(false);
        }
        let here = here.to_owned();
        if let Some(row) = self.published_of(&here)? {
            let previous = self.places.compare(&row, true, |at| row[at].as_cell());
            let key = row[self.places.key].as_cell().int().unwrap_or_default();
            let modified = Previous::modified(Some(previous), self.day.now);
            self.places.write(self.sink, key, true, modified, |at| row[at].as_cell())?;
        }
        Ok(true)
    }

    fn published_of(&mut self, id: &str) -> Result<Option<Vec<Owned>>, MergeError> {
        let Some(published) = self.published.as_deref_mut() else { return Ok(None) };
        let mut found = None;
        while !published.is_done() && id_of(published, self.places.id) <= id {
            if id_of(published, self.places.id) == id {
                found = Some(keep(published, self.places.width));
            }
            published.advance()?;
        }
        Ok(found)
    }
}

impl Places {
    fn compare<'r>(&self, published: &[Owned], deleted: bool, cell: impl Fn(usize) -> Cell<'r>) -> Previous {
        let same = published[self.deleted].as_cell() == Cell::Bool(deleted)
            && self.content.iter().all(|at| published[*at].as_cell() == cell(*at));
        Previous { modified: published[self.modified].as_cell().time().unwrap_or_default(), same }
    }

    /// As [`Self::compare`] with the row at hand, for a device that is present.
    fn compare_rows<'r>(&self, rows: &dyn Rows, cell: impl Fn(usize) -> Cell<'r>) -> Previous {
        let same =
            !rows.cell(self.deleted).is_true() && self.content.iter().all(|at| rows.cell(*at) == cell(*at));
        Previous { modified: rows.cell(self.modified).time().unwrap_or_default(), same }
    }

    fn write<'r>(
        &self,
        sink: &mut dyn Sink,
        key: i64,
        deleted: bool,
        modified: i64,
        cell: impl Fn(usize) -> Cell<'r>,
    ) -> Result<(), MergeError> {
        sink.push(&mut (0..self.width).map(|at| match at {
            _ if at == self.key => Cell::Int(key),
            _ if at == self.deleted => Cell::Bool(deleted),
            _ if at == self.modified => Cell::Time(modified),
            _ => cell(at),
        }))
    }
}
