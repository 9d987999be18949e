//! Which user has which device: a row opens when they meet, closes when they part, and opens again on return.

use model::Table;

use super::{Day, MergeError, Rows, Sink, column, id_of, keep};
use crate::cell::{Cell, Owned};

#[derive(Debug)]
struct Places {
    user_key: usize,
    device_key: usize,
    created: usize,
    ended: usize,
    deleted: usize,
    user: usize,
    device: usize,
    width: usize,
}

/// Merges the users of a read of devices with the associations of the day before.
pub struct AssociationMerge<'a> {
    places: Places,
    day: Day,
    base: &'a mut dyn Rows,
    sink: &'a mut dyn Sink,
}

impl<'a> AssociationMerge<'a> {
    /// Starts a merge into `sink`. `base` is the state before the day.
    pub fn new(table: &Table, day: Day, base: &'a mut dyn Rows, sink: &'a mut dyn Sink) -> Self {
        let places = Places {
            user_key: column(table, "userKey"),
            device_key: column(table, "deviceKey"),
            created: column(table, "createdDateTimeUTC"),
            ended: column(table, "endedDateTimeUTC"),
            deleted: column(table, "isDeleted"),
            user: column(table, "userId"),
            device: column(table, "deviceId"),
            width: table.columns.len(),
        };
        Self { places, day, base, sink }
    }

    /// Takes one device of the read, in order, with its user (id and key of the current version) if the warehouse
    /// knows that user.
    pub fn see(
        &mut self,
        device: &str,
        device_key: i64,
        user: Option<(&str, i64)>,
    ) -> Result<(), MergeError> {
        while !self.base.is_done() && id_of(self.base, self.places.device) < device {
            self.part()?;
        }
        let mut group = Vec::new();
        while !self.base.is_done() && id_of(self.base, self.places.device) == device {
            group.push(keep(self.base, self.places.width));
            self.base.advance()?;
        }
        if let Some((id, key)) = user {
            self.meet(&mut group, device, device_key, id, key);
        }
        for row in &mut group {
            let is_with = user.is_some_and(|(id, _)| row[self.places.user].as_cell() == Cell::Text(id));
            if !is_with && row[self.places.deleted] == Owned::Bool(false) {
                self.places.close(row, self.day.midnight);
            }
        }
        let places = &self.places;
        let order = |row: &Vec<Owned>| {
            (
                row[places.user].as_cell().text().unwrap_or_default().to_owned(),
                row[places.user_key].as_cell().int(),
            )
        };
        if group.len() > 1 {
            group.sort_by_cached_key(order);
        }
        for row in &group {
            self.sink.push(&mut row.iter().map(Owned::as_cell))?;
        }
        Ok(())
    }

    /// Ends the read: devices that were not seen have no user any more.
    pub fn finish(mut self) -> Result<(), MergeError> {
        while !self.base.is_done() {
            self.part()?;
        }
        Ok(())
    }

    /// The open row stays; else the closed row of the user's current version opens again; else a row begins.
    fn meet(&self, group: &mut Vec<Vec<Owned>>, device: &str, device_key: i64, user: &str, user_key: i64) {
        let places = &self.places;
        let of_user = |row: &Vec<Owned>| row[places.user].as_cell() == Cell::Text(user);
        if group.iter().any(|row| of_user(row) && row[places.deleted] == Owned::Bool(false)) {
            return;
        }
        let same_version = |row: &&mut Vec<Owned>| row[places.user_key] == Owned::Int(user_key);
        if let Some(row) = group.iter_mut().find(same_version) {
            row[places.deleted] = Owned::Bool(false);
            row[places.ended] = Owned::Null;
            return;
        }
        let mut row = vec![Owned::Null; places.width];
        row[places.user_key] = Owned::Int(user_key);
        row[places.device_key] = Owned::Int(device_key);
        row[places.created] = Owned::Time(self.day.midnight);
        row[places.deleted] = Owned::Bool(false);
        row[places.user] = Owned::Text(user.to_owned());
        row[places.device] = Owned::Text(device.to_owned());
        group.push(row);
    }

    /// Writes the row at hand, closed.
    fn part(&mut self) -> Result<(), MergeError> {
        let mut row = keep(self.base, self.places.width);
        if row[self.places.deleted] == Owned::Bool(false) {
            self.places.close(&mut row, self.day.midnight);
        }
        self.sink.push(&mut row.iter().map(Owned::as_cell))?;
        self.base.advance()
    }
}

impl Places {
    fn close(&self, row: &mut [Owned], at: i64) {
        row[self.deleted] = Owned::Bool(true);
        row[self.ended] = Owned::Time(at);
    }
}
