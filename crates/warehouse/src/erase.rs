//! Whose rows they are, and what is left of them: the rules of erasing one subject. Pure.
//!
//! A subject is a set of ids: a person's, and those of devices that go with the person. A row is the subject's when one
//! of its ids is among them, or when it refers to a dimension's row that is. What the model calls personal becomes
//! null (or empty where a value is required), in every version and on every day. The ids themselves go too: where a
//! value may be missing it becomes null, elsewhere another id takes its place, the same in all tables, so that the
//! rows still join and lead to nobody ([`crate::suppression`]). Keys of the warehouse stay, for the sums to stay right.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ::model::{Column, EdmType, Kind, Privacy, Role, Table};

use crate::cell::{Cell, Owned};
use crate::lifetime::date_key;

/// Whom to erase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    ids: BTreeSet<String>,
}

impl Subject {
    /// The subject with these ids: of a user, of devices and the like, as the tenant writes them.
    pub fn of<I: Into<String>>(ids: impl IntoIterator<Item = I>) -> Self {
        Self { ids: ids.into_iter().map(Into::into).filter(|id: &String| !id.is_empty()).collect() }
    }

    /// The ids.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(String::as_str)
    }

    /// Whether it is nobody.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// Days of a fact about another's thing while the subject had it: dateKeys, the last one not included.
type Days = (i32, i32);

/// What is known of the subject while its rows are looked for.
#[derive(Debug)]
pub(crate) struct Known {
    /// Each id of the subject and the one that takes its place.
    ids: BTreeMap<String, String>,
    /// Keys of the subject's rows, by dimension.
    keys: HashMap<&'static str, HashSet<i64>>,
    /// Things that were the subject's for some days.
    days: HashMap<(&'static str, i64), Vec<Days>>,
}

/// How a table tells whose a row is. The numbers are places in [`Relation::columns`].
#[derive(Debug)]
pub(crate) struct Relation {
    pub(crate) table: &'static Table,
    /// Places in the table of the columns that are looked at.
    pub(crate) columns: Vec<usize>,
    ids: Vec<usize>,
    references: Vec<(usize, &'static str)>,
    surrogate: Option<usize>,
    date: Option<usize>,
    /// When the row began and ended, in a table of who has what.
    span: Option<(usize, usize)>,
}

impl Known {
    /// `ids` are the subject's, each with the one that takes its place.
    pub(crate) fn new(ids: BTreeMap<String, String>) -> Self {
        Self { ids, keys: HashMap::new(), days: HashMap::new() }
    }

    /// Whether it is nobody.
    pub(crate) fn is_nobody(&self) -> bool {
        self.ids.is_empty()
    }

    /// How much is known: it grows until all of the subject's rows are found.
    pub(crate) fn len(&self) -> usize {
        self.keys.values().map(HashSet::len).sum::<usize>() + self.days.values().map(Vec::len).sum::<usize>()
    }

    /// Whether a row is the subject's. `cell` gives the values of [`Relation::columns`].
    pub(crate) fn is_subjects<'r>(&self, relation: &Relation, cell: impl Fn(usize) -> Cell<'r>) -> bool {
        let by_id =
            relation.ids.iter().any(|at| cell(*at).text().is_some_and(|id| self.ids.contains_key(id)));
        let has = |table: &'static str, at: usize| {
            cell(at).int().is_some_and(|key| self.keys.get(table).is_some_and(|keys| keys.contains(&key)))
        };
        let day = relation.date.and_then(|at| cell(at).int()).and_then(|day| i32::try_from(day).ok());
        let on_day = |table: &'static str, at: usize| {
            let spans = cell(at).int().and_then(|key| self.days.get(&(table, key)));
            let within = |day: i32| {
                spans.is_some_and(|days| days.iter().any(|(from, to)| (*from..*to).contains(&day)))
            };
            day.is_some_and(within)
        };
        by_id
            || relation.surrogate.is_some_and(|at| has(relation.table.name, at))
            || relation.references.iter().any(|(at, table)| has(table, *at) || on_day(table, *at))
    }

    /// Learns from a row that is the subject's.
    pub(crate) fn learn<'r>(&mut self, relation: &Relation, cell: impl Fn(usize) -> Cell<'r>) {
        if let Some(key) = relation.surrogate.and_then(|at| cell(at).int()) {
            self.keys.entry(relation.table.name).or_default().insert(key);
        }
        let Some((start, end)) = relation.span else { return };
        let by_id =
            relation.ids.iter().any(|at| cell(*at).text().is_some_and(|id| self.ids.contains_key(id)));
        if !by_id {
            return;
        }
        let day = |at: usize| cell(at).time().and_then(day_of);
        let days = (day(start).unwrap_or(0), day(end).unwrap_or(i32::MAX));
        for (at, table) in &relation.references {
            let Some(key) = cell(*at).int() else { continue };
            let spans = self.days.entry((table, key)).or_default();
            if !spans.contains(&days) {
                spans.push(days);
            }
        }
    }

    /// What is left of a row of the subject's, in the order of the table.
    pub(crate) fn blank(&self, table: &Table, row: &mut [Owned], now: i64) {
        let is_about = table.columns.iter().any(|column| column.privacy == Privacy::Personal);
        for (cell, column) in row.iter_mut().zip(table.columns) {
            if column.privacy == Privacy::Personal {
                *cell = empty(column);
            } else if column.name == "rowLastModifiedDateTimeUTC" {
                *cell = Owned::Time(now);
            } else if is_id(column) {
                let alias = cell.as_cell().text().and_then(|id| self.ids.get(id));
                match (alias, column.nullable) {
                    (Some(alias), false) => *cell = Owned::Text(alias.clone()),
                    (Some(_), true) => *cell = Owned::Null,
                    (None, true) if is_about && column.privacy == Privacy::Pseudonym => *cell = Owned::Null,
                    (None, _) => {}
                }
            }
        }
    }
}

impl Relation {
    /// Whether it says what there is or who has what: such tables lead to further rows.
    pub(crate) const fn is_of_things(&self) -> bool {
        matches!(self.table.kind, Kind::Dimension | Kind::Association)
    }

    /// Whether a row can be somebody's by an id in it.
    pub(crate) const fn has_ids(&self) -> bool {
        !self.ids.is_empty()
    }

    /// The ids in a row. `cell` gives the values of [`Relation::columns`].
    pub(crate) fn ids_of<'r>(&self, cell: impl Fn(usize) -> Cell<'r>) -> impl Iterator<Item = &'r str> {
        self.ids.iter().filter_map(move |at| cell(*at).text())
    }

    /// How `table` tells whose a row is; nothing when it cannot hold anything of a subject.
    pub(crate) fn of(table: &'static Table) -> Option<Self> {
        let places = |wanted: &dyn Fn(&Column) -> bool| -> Vec<usize> {
            table.columns.iter().enumerate().filter(|(_, column)| wanted(column)).map(|(at, _)| at).collect()
        };
        let ids = places(&is_id);
        let references = places(&|column| is_reference(column).is_some());
        let surrogate = places(&|column| column.role == Role::SurrogateKey);
        let date = places(&|column| table.is_dated() && column.name == "dateKey");
        let span = places(&|column| {
            surrogate.is_empty() && ["createdDateTimeUTC", "endedDateTimeUTC"].contains(&column.name)
        });
        if ids.is_empty() && references.is_empty() {
            return None;
        }
        let mut columns: Vec<_> =
            [&ids, &references, &surrogate, &date, &span].into_iter().flatten().copied().collect();
        columns.sort_unstable();
        columns.dedup();
        let at = |column: usize| columns.binary_search(&column).unwrap_or_default();
        let reference = |column: &usize| Some((at(*column), is_reference(&table.columns[*column])?));
        Some(Self {
            table,
            ids: ids.iter().map(|column| at(*column)).collect(),
            references: references.iter().filter_map(reference).collect(),
            surrogate: surrogate.first().map(|column| at(*column)),
            date: date.first().map(|column| at(*column)),
            span: if let [start, end] = span[..] { Some((at(start), at(end))) } else { None },
            columns,
        })
    }
}

/// An id that leads to somebody, as opposed to the number of a type or state.
fn is_id(column: &Column) -> bool {
    let leads = column.privacy == Privacy::Pseudonym || column.role == Role::NaturalKey;
    leads && column.edm == EdmType::String
}

/// The dimension a column refers to.
fn is_reference(column: &Column) -> Option<&'static str> {
    let Role::Reference(table) = column.role else { return None };
    let is_dimension = model::table(table).is_some_and(|table| table.kind == Kind::Dimension);
    (is_dimension && table != "dates").then_some(table)
}

fn empty(column: &Column) -> Owned {
    match (column.nullable, column.edm) {
        (true, _) => Owned::Null,
        (false, EdmType::String) => Owned::Text(String::new()),
        (false, EdmType::Boolean) => Owned::Bool(false),
        (false, EdmType::DateTimeOffset) => Owned::Time(0),
        (false, _) => Owned::Int(0),
    }
}

fn day_of(micros: i64) -> Option<i32> {
    let at = jiff::Timestamp::from_microsecond(micros).ok()?;
    Some(date_key(at.to_zoned(jiff::tz::TimeZone::UTC).date()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(id: &str) -> Known {
        Known::new(BTreeMap::from([(id.to_owned(), "another".to_owned())]))
    }

    #[test]
    fn personal_values_go_and_keys_stay() {
        let users = model::table("users").expect("declared");
        let text = |text: &str| Owned::Text(text.to_owned());
        let mut row: Vec<_> = users.columns.iter().map(|column| text(column.name)).collect();
        row[0] = Owned::Int(5);
        row[1] = text("ann");
        known("ann").blank(users, &mut row, 9);
        assert_eq!(row[0], Owned::Int(5));
        assert_eq!(row[1], text("another"));
        for name in ["userEmail", "userPrincipalName", "displayName", "userName"] {
            assert_eq!(row[users.index(name).expect("declared")], Owned::Null, "{name}");
        }
        assert_eq!(row[users.index("rowLastModifiedDateTimeUTC").expect("declared")], Owned::Time(9));
        assert_eq!(row[users.index("isDeleted").expect("declared")], text("isDeleted"));
    }

    #[test]
    fn every_table_with_personal_columns_tells_whose_a_row_is() {
        for table in model::tables() {
            let is_personal = table.columns.iter().any(|column| column.privacy != Privacy::None);
            assert!(!is_personal || Relation::of(table).is_some(), "{}", table.name);
        }
    }

    #[test]
    fn a_device_is_the_subjects_on_the_days_they_had_it() {
        let associations =
            Relation::of(model::table("userDeviceAssociations").expect("declared")).expect("ids");
        let histories =
            Relation::of(model::table("devicePropertyHistories").expect("declared")).expect("keys");
        let mut known = known("ann");
        let day = |day: i8| Cell::Time(crate::lifetime::midnight_micros(jiff::civil::date(2026, 1, day)));
        let row = [
            Cell::Int(3),
            Cell::Int(8),
            day(5),
            day(7),
            Cell::Bool(true),
            Cell::Text("ann"),
            Cell::Text("d"),
        ];
        let cell = |at: usize| row[associations.columns[at]];
        assert!(known.is_subjects(&associations, cell));
        known.learn(&associations, cell);
        let on = |date: i64, key: i64| {
            let mut row = [Cell::Null; 13];
            (row[0], row[1]) = (Cell::Int(date), Cell::Int(key));
            known.is_subjects(&histories, |at| row[histories.columns[at]])
        };
        assert_eq!(
            [on(20_260_104, 8), on(20_260_105, 8), on(20_260_106, 8), on(20_260_107, 8)],
            [false, true, true, false]
        );
        assert!(!on(20_260_105, 9));
    }
}
