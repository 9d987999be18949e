//! Users: a row per version, see [`crate::lifetime`].

use model::{OPEN_END_MICROS, Table};

use super::{Day, MergeError, Order, Rows, Sink, cells, column, content, id_of, keep};
use crate::cell::{Cell, Owned};
use crate::lifetime::{Keys, Previous, Seen, Step, user_step};

/// Places of the columns the merge works on.
#[derive(Debug)]
struct Places {
    key: usize,
    id: usize,
    deleted: usize,
    modified: usize,
    start: usize,
    end: usize,
    current: usize,
    content: Vec<usize>,
    width: usize,
}

/// Merges a read of users with the versions of the day before.
pub struct UserMerge<'a> {
    places: Places,
    day: Day,
    base: &'a mut dyn Rows,
    /// What was already published for this day, when the day is computed again.
    published: Option<&'a mut dyn Rows>,
    sink: &'a mut dyn Sink,
    keys: &'a mut Keys,
    order: Order,
    /// Users in the read.
    pub seen: u64,
    /// Users who were present the day before.
    pub known: u64,
}

/// The published versions of one user that can have changed today.
#[derive(Default)]
struct Published {
    rows: Vec<Vec<Owned>>,
}

/// What to write of one version; content comes from elsewhere.
struct Version {
    key: i64,
    deleted: bool,
    start: i64,
    end: i64,
}

impl<'a> UserMerge<'a> {
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
            key: column(table, "userKey"),
            id: column(table, "userId"),
            deleted: column(table, "isDeleted"),
            modified: column(table, "rowLastModifiedDateTimeUTC"),
            start: column(table, "startDateInclusiveUTC"),
            end: column(table, "endDateExclusiveUTC"),
            current: column(table, "isCurrent"),
            content: content(table),
            width: table.columns.len(),
        };
        Self { places, day, base, published, sink, keys, order: Order::new("user"), seen: 0, known: 0 }
    }

    /// Takes one user of the read; `row` is in the order of the catalogue, with anything in the warehouse's own columns.
    /// Gives the key of the user's current version.
    pub fn see(&mut self, row: &[Cell<'_>]) -> Result<i64, MergeError> {
        let id = row[self.places.id].text().unwrap_or_default();
        self.order.check(id)?;
        self.seen += 1;
        self.pass_before(Some(id))?;
        let published = self.published_of(id)?;
        if self.base.is_done() || id_of(self.base, self.places.id) != id {
            return self.open(row, false, &published);
        }
        let same = self.places.content.iter().all(|at| self.base.cell(*at) == row[*at]);
        let deleted = self.base.cell(self.places.deleted).is_true();
        let seen = if same { Seen::Same } else { Seen::Different };
        let key = match self.step(deleted, seen, &published) {
            Step::Keep => self.carry(OPEN_END_MICROS, &published)?,
            Step::Succeed { deleted } => {
                self.carry(self.day.midnight, &published)?;
                self.open(row, deleted, &published)?
            }
        };
        self.base.advance()?;
        Ok(key)
    }

    /// Ends the read: whoever was not seen is gone.
    pub fn finish(mut self) -> Result<(u64, u64), MergeError> {
        self.pass_before(None)?;
        Ok((self.seen, self.known))
    }

    /// Writes everything before `id` (or to the end), and the closed versions of `id` itself.
    fn pass_before(&mut self, id: Option<&str>) -> Result<(), MergeError> {
        loop {
            let published_first = self.published_only_before(id)?;
            if published_first {
                continue;
            }
            if self.base.is_done() {
                return Ok(());
            }
            let here = id_of(self.base, self.places.id);
            let is_past = id.is_some_and(|id| here > id);
            let is_it = id == Some(here);
            if is_past {
                return Ok(());
            }
            if !self.base.cell(self.places.current).is_true() {
                self.copy()?;
                self.base.advance()?;
                continue;
            }
            self.known += u64::from(!self.base.cell(self.places.deleted).is_true());
            if is_it {
                return Ok(());
            }
            self.missing()?;
            self.base.advance()?;
        }
    }

    /// The user at hand in the base was not read.
    fn missing(&mut self) -> Result<(), MergeError> {
        let id = id_of(self.base, self.places.id).to_owned();
        let published = self.published_of(&id)?;
        let deleted = self.base.cell(self.places.deleted).is_true();
        match self.step(deleted, Seen::Missing, &published) {
            Step::Keep => self.carry(OPEN_END_MICROS, &published).map(drop),
            Step::Succeed { deleted } => {
                self.carry(self.day.midnight, &published)?;
                let row = keep(self.base, self.places.width);
                self.open(&cells(&row), deleted, &published).map(drop)
            }
        }
    }

    /// As the rule says; but a version that this day has already published stays begun, so that no published key is
    /// taken back or used for something else.
    fn step(&self, deleted: bool, seen: Seen, published: &Published) -> Step {
        match user_step(deleted, seen) {
            Step::Keep if published.key_of_start(self.day.midnight, &self.places).is_some() => {
                Step::Succeed { deleted: seen == Seen::Missing }
            }
            step => step,
        }
    }

    /// Users that only an earlier run of this day saw: they stay, as deleted, so that their keys keep their meaning.
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
        let published = self.published_of(&here)?;
        if let Some(row) = published.rows.last().cloned() {
            self.open(&cells(&row), true, &published)?;
        }
        Ok(true)
    }

    /// Takes the published versions of `id` that may differ from the base. Rows before `id` that nobody asked for are
    /// closed versions and the like, which the base has too.
    fn published_of(&mut self, id: &str) -> Result<Published, MergeError> {
        let mut found = Published::default();
        let Some(published) = self.published.as_deref_mut() else { return Ok(found) };
        while !published.is_done() && id_of(published, self.places.id) <= id {
            if id_of(published, self.places.id) == id {
                found.rows.push(keep(published, self.places.width));
            }
            published.advance()?;
        }
        Ok(found)
    }

    fn copy(&mut self) -> Result<(), MergeError> {
        let base = &*self.base;
        self.sink.push(&mut (0..self.places.width).map(|at| base.cell(at)))
    }

    /// Writes the version at hand in the base, lasting until `end`.
    fn carry(&mut self, end: i64, published: &Published) -> Result<i64, MergeError> {
        let (base, places) = (&*self.base, &self.places);
        let version = Version {
            key: base.cell(places.key).int().unwrap_or_default(),
            deleted: base.cell(places.deleted).is_true(),
            start: base.cell(places.start).time().unwrap_or_default(),
            end,
        };
        let cell = |at| base.cell(at);
        let previous = match &self.published {
            // An ordinary day: the base is what was published, and only its end can change.
            None => Some(Previous {
                modified: base.cell(places.modified).time().unwrap_or_default(),
                same: end == OPEN_END_MICROS,
            }),
            Some(_) => published.previous(&version, places, &cell),
        };
        let modified = Previous::modified(previous, self.day.now);
        let key = version.key;
        self.sink.push(&mut (0..places.width).map(|at| places.cell(at, &version, modified, &cell)))?;
        Ok(key)
    }

    /// Writes a version that begins today with the content of `row`.
    fn open(&mut self, row: &[Cell<'_>], deleted: bool, published: &Published) -> Result<i64, MergeError> {
        let places = &self.places;
        let key = match published.key_of_start(self.day.midnight, places) {
            Some(key) => key,
            None => self.keys.take(),
        };
        let version = Version { key, deleted, start: self.day.midnight, end: OPEN_END_MICROS };
        let cell = |at: usize| row[at];
        let previous = published.previous(&version, places, &cell);
        let modified = Previous::modified(previous, self.day.now);
        self.sink.push(&mut (0..places.width).map(|at| places.cell(at, &version, modified, &cell)))?;
        Ok(key)
    }
}

impl Places {
    /// The value of a column of `version`, whose content `cell` gives.
    fn cell<'r>(
        &self,
        at: usize,
        version: &Version,
        modified: i64,
        cell: &dyn Fn(usize) -> Cell<'r>,
    ) -> Cell<'r> {
        match at {
            _ if at == self.key => Cell::Int(version.key),
            _ if at == self.deleted => Cell::Bool(version.deleted),
            _ if at == self.modified => Cell::Time(modified),
            _ if at == self.start => Cell::Time(version.start),
            _ if at == self.end => Cell::Time(version.end),
            _ if at == self.current => Cell::Bool(version.end == OPEN_END_MICROS),
            _ => cell(at),
        }
    }
}

impl Published {
    /// The key that this day has already given to the version that starts at `start`.
    fn key_of_start(&self, start: i64, places: &Places) -> Option<i64> {
        let row = self.rows.iter().find(|row| row[places.start].as_cell() == Cell::Time(start))?;
        row[places.key].as_cell().int()
    }

    /// What was published under the key of `version`.
    fn previous<'r>(
        &self,
        version: &Version,
        places: &Places,
        cell: &dyn Fn(usize) -> Cell<'r>,
    ) -> Option<Previous> {
        let row = self.rows.iter().find(|row| row[places.key].as_cell() == Cell::Int(version.key))?;
        let modified = row[places.modified].as_cell().time().unwrap_or_default();
        let same = (0..places.width)
            .all(|at| at == places.modified || places.cell(at, version, modified, cell) == row[at].as_cell());
        Some(Previous { modified, same })
    }
}
