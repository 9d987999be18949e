//! The merges against a plain replay of the days, and the documented example.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use model::OPEN_END_MICROS;
use proptest::prelude::*;

use super::*;
use crate::cell::Owned;
use crate::lifetime::{Keys, midnight_micros};

pub(crate) struct VecRows {
    rows: Vec<Vec<Owned>>,
    at: usize,
}

impl VecRows {
    fn of(rows: &[Vec<Owned>]) -> Self {
        Self { rows: rows.to_vec(), at: 0 }
    }
}

impl Rows for VecRows {
    fn is_done(&self) -> bool {
        self.at >= self.rows.len()
    }
    fn cell(&self, column: usize) -> Cell<'_> {
        self.rows[self.at][column].as_cell()
    }
    fn advance(&mut self) -> Result<(), MergeError> {
        self.at += 1;
        Ok(())
    }
}

#[derive(Default)]
pub(crate) struct VecSink(Vec<Vec<Owned>>);

impl Sink for VecSink {
    fn push(&mut self, row: &mut dyn Iterator<Item = Cell<'_>>) -> Result<(), MergeError> {
        self.0.push(row.map(Owned::from).collect());
        Ok(())
    }
}

fn table(name: &str) -> &'static Table {
    model::table(name).expect("declared")
}

use model::Table;

fn day(offset: i64) -> Date {
    date(2017, 6, 1).checked_add(jiff::Span::new().days(offset)).expect("in range")
}

fn at(offset: i64, hour: i64) -> Day {
    let midnight = midnight_micros(day(offset));
    Day { midnight, now: midnight + hour * 3_600_000_000 }
}

/// The present things: natural key to some content.
type State = BTreeMap<String, String>;

fn row(table: &Table, id_column: &str, id: &str, content: &str) -> Vec<Owned> {
    let mut row = vec![Owned::Null; table.columns.len()];
    row[column(table, id_column)] = Owned::Text(id.to_owned());
    let content_column = if table.name == "users" { "displayName" } else { "deviceName" };
    row[column(table, content_column)] = Owned::Text(content.to_owned());
    row
}

fn next_key(table: &Table, key: &str, files: &[&[Vec<Owned>]]) -> Keys {
    let mut keys = Keys::from(1);
    for row in files.iter().flat_map(|rows| rows.iter()) {
        keys.pass(row[column(table, key)].as_cell().int().expect("a key"));
    }
    keys
}

fn users(
    when: Day,
    base: &[Vec<Owned>],
    published: Option<&[Vec<Owned>]>,
    state: &State,
) -> Result<Vec<Vec<Owned>>, MergeError> {
    let table = table("users");
    let mut keys = next_key(table, "userKey", &[base, published.unwrap_or_default()]);
    let (mut base, mut published, mut sink) =
        (VecRows::of(base), published.map(VecRows::of), VecSink::default());
    let published = published.as_mut().map(|rows| rows as &mut dyn Rows);
    let mut merge = UserMerge::new(table, when, &mut base, published, &mut keys, &mut sink);
    for (id, content) in state {
        merge.see(&cells(&row(table, "userId", id, content)))?;
    }
    merge.finish()?;
    Ok(sink.0)
}

fn devices(
    when: Day,
    base: &[Vec<Owned>],
    published: Option<&[Vec<Owned>]>,
    state: &State,
) -> Vec<Vec<Owned>> {
    let table = table("devices");
    let mut keys = next_key(table, "deviceKey", &[base, published.unwrap_or_default()]);
    let (mut base, mut published, mut sink) =
        (VecRows::of(base), published.map(VecRows::of), VecSink::default());
    let published = published.as_mut().map(|rows| rows as &mut dyn Rows);
    let mut merge = DeviceMerge::new(table, when, &mut base, published, &mut keys, &mut sink);
    for (id, content) in state {
        merge.see(&cells(&row(table, "deviceId", id, content))).expect("sorted");
    }
    merge.finish().expect("nothing can fail");
    sink.0
}

fn value<'r>(table: &Table, row: &'r [Owned], name: &str) -> Cell<'r> {
    row[column(table, name)].as_cell()
}

/// A version without keys and row times: (id, deleted, start, end, content).
type Plain = (String, bool, i64, i64, String);

fn plain(rows: &[Vec<Owned>]) -> Vec<Plain> {
    let table = table("users");
    rows.iter()
        .map(|row| {
            let text = |name| value(table, row, name).text().expect("text").to_owned();
            let time = |name| value(table, row, name).time().expect("time");
            let (start, end) = (time("startDateInclusiveUTC"), time("endDateExclusiveUTC"));
            assert_eq!(value(table, row, "isCurrent").is_true(), end == OPEN_END_MICROS);
            (text("userId"), value(table, row, "isDeleted").is_true(), start, end, text("displayName"))
        })
        .collect()
}

/// What the rules say, by replaying every day for every id.
fn replay(days: &[(i64, State)]) -> Vec<Plain> {
    let ids: BTreeSet<_> = days.iter().flat_map(|(_, state)| state.keys()).collect();
    let mut all = Vec::new();
    for id in ids {
        let mut versions: Vec<Plain> = Vec::new();
        for (offset, state) in days {
            let midnight = midnight_micros(day(*offset));
            let (deleted, content) = match (state.get(id), versions.last()) {
                (Some(content), _) => (false, content.clone()),
                (None, Some(last)) => (true, last.4.clone()),
                (None, None) => continue,
            };
            if let Some(last) = versions.last_mut() {
                if last.1 == deleted && last.4 == content {
                    continue;
                }
                last.3 = midnight;
            }
            versions.push((id.clone(), deleted, midnight, OPEN_END_MICROS, content));
        }
        all.extend(versions);
    }
    all
}

fn state() -> impl Strategy<Value = State> {
    prop::collection::btree_map("[a-e]", "[xy]", 0..5)
}

fn history() -> impl Strategy<Value = Vec<(i64, State)>> {
    prop::collection::btree_map(0i64..12, state(), 1..8).prop_map(|days| days.into_iter().collect())
}

#[test]
fn john_smith() {
    let present = State::from([("john".to_owned(), "John Smith".to_owned())]);
    let (licensed, gone, back) = (date(2017, 6, 1), date(2017, 7, 26), date(2017, 8, 31));
    let mut rows = Vec::new();
    for offset in 0..100 {
        let is_licensed = (licensed..gone).contains(&day(offset)) || day(offset) >= back;
        let state = if is_licensed { present.clone() } else { State::new() };
        rows = users(at(offset, 0), &rows, None, &state).expect("one user");
    }
    let john = |deleted, start, end| {
        let end = if end == Date::MAX { OPEN_END_MICROS } else { midnight_micros(end) };
        ("john".to_owned(), deleted, midnight_micros(start), end, "John Smith".to_owned())
    };
    assert_eq!(
        plain(&rows),
        [john(false, licensed, gone), john(true, gone, back), john(false, back, Date::MAX)]
    );
    let keys: Vec<_> = rows.iter().map(|row| value(table("users"), row, "userKey")).collect();
    assert_eq!(keys, [Cell::Int(1), Cell::Int(2), Cell::Int(3)]);
}

#[test]
fn a_damaged_read_is_refused() {
    let table = table("users");
    for (ids, expected) in [(["a", "a"], "read twice"), (["b", "a"], "out of order")] {
        let (mut base, mut sink, mut keys) = (VecRows::of(&[]), VecSink::default(), Keys::from(1));
        let mut merge = UserMerge::new(table, at(0, 0), &mut base, None, &mut keys, &mut sink);
        merge.see(&cells(&row(table, "userId", ids[0], ""))).expect("the first row is fine");
        let error = merge.see(&cells(&row(table, "userId", ids[1], ""))).expect_err("the second is not");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn new_keys_follow_the_natural_keys() {
    let state: State = ["c", "a", "b"].map(|id| (id.to_owned(), String::new())).into();
    let rows = devices(at(0, 0), &[], None, &state);
    let keys: Vec<_> = rows.iter().map(|row| value(table("devices"), row, "deviceKey")).collect();
    assert_eq!(keys, [Cell::Int(1), Cell::Int(2), Cell::Int(3)]);
}

proptest! {
    #[test]
    fn users_equal_the_replay(days in history()) {
        let mut rows = Vec::new();
        for (offset, state) in &days {
            let next = users(at(*offset, 0), &rows, None, state).expect("sorted");
            for (before, after) in unchanged(&rows, &next) {
                prop_assert_eq!(before, after);
            }
            rows = next;
        }
        prop_assert_eq!(plain(&rows), replay(&days));
        let keys: BTreeSet<_> = rows.iter().map(|row| value(table("users"), row, "userKey").int()).collect();
        prop_assert_eq!(keys.len(), rows.len());
    }

    #[test]
    fn a_day_computed_again_keeps_its_keys(days in history(), again in prop::collection::vec(state(), 1..4)) {
        let (last, before) = days.split_last().expect("at least one day");
        let mut base = Vec::new();
        for (offset, state) in before {
            base = users(at(*offset, 0), &base, None, state).expect("sorted");
        }
        let mut published = users(at(last.0, 0), &base, None, &last.1).expect("sorted");
        for (hour, state) in (1..).zip(&again) {
            let next = users(at(last.0, hour), &base, Some(&published), state).expect("sorted");
            check_rerun(table("users"), ("userKey", "userId"), &published, &next, at(last.0, hour).now)?;
            for (id, deleted, start, end, content) in plain(&next) {
                if end == OPEN_END_MICROS {
                    prop_assert_eq!(deleted, !state.contains_key(&id));
                    prop_assert!(deleted || state[&id] == content);
                }
                prop_assert!(start < end);
            }
            // Computing it once more with the same read changes nothing at all.
            let same = users(at(last.0, hour + 1), &base, Some(&next), state).expect("sorted");
            prop_assert_eq!(&same, &next);
            published = next;
        }
    }

    #[test]
    fn devices_are_overwritten_and_marked(days in history(), again in prop::collection::vec(state(), 0..3)) {
        let table = table("devices");
        let (mut rows, mut keys) = (Vec::new(), BTreeMap::new());
        let mut seen = State::new();
        for (offset, state) in &days {
            let next = devices(at(*offset, 0), &rows, None, state);
            seen.extend(state.clone());
            check_devices(&next, state, &seen, &mut keys)?;
            for (before, after) in unchanged(&rows, &next) {
                prop_assert_eq!(before, after);
            }
            for row in next.iter().filter(|row| !rows.contains(row)) {
                let modified = value(table, row, "rowLastModifiedDateTimeUTC");
                prop_assert_eq!(modified, Cell::Time(at(*offset, 0).now));
            }
            if offset == &days.last().expect("at least one day").0 {
                let mut published = next.clone();
                for (hour, state) in (1..).zip(&again) {
                    let next = devices(at(*offset, hour), &rows, Some(&published), state);
                    seen.extend(state.clone());
                    check_rerun(table, ("deviceKey", "deviceId"), &published, &next, at(*offset, hour).now)?;
                    let present: BTreeSet<_> = next
                        .iter()
                        .filter(|row| !value(table, row, "isDeleted").is_true())
                        .map(|row| value(table, row, "deviceId").text().expect("an id"))
                        .collect();
                    prop_assert_eq!(present, state.keys().map(String::as_str).collect());
                    let same = devices(at(*offset, hour + 1), &rows, Some(&next), state);
                    prop_assert_eq!(&same, &next);
                    published = next;
                }
            }
            rows = next;
        }
    }
}

/// Rows that come out with the same content carry the same row time: the pairs to compare.
fn unchanged<'r>(
    before: &'r [Vec<Owned>],
    after: &'r [Vec<Owned>],
) -> impl Iterator<Item = (&'r Vec<Owned>, &'r Vec<Owned>)> {
    let modified = |row: &[Owned]| if row.len() > 20 { 19 } else { 7 };
    let same = move |left: &[Owned], right: &[Owned]| {
        left.iter().zip(right).enumerate().all(|(at, (l, r))| at == modified(left) || l == r)
    };
    after.iter().filter_map(move |after| Some((before.iter().find(|before| same(before, after))?, after)))
}

fn check_rerun(
    table: &Table,
    names: (&str, &str),
    published: &[Vec<Owned>],
    next: &[Vec<Owned>],
    now: i64,
) -> Result<(), TestCaseError> {
    for row in published {
        let key = value(table, row, names.0);
        let again = next.iter().find(|next| value(table, next, names.0) == key);
        prop_assert!(again.is_some(), "a published key vanished");
        let again = again.expect("just checked");
        prop_assert_eq!(value(table, row, names.1), value(table, again, names.1));
        let modified = |row| value(table, row, "rowLastModifiedDateTimeUTC");
        prop_assert_eq!(row == again, modified(again) != Cell::Time(now));
    }
    Ok(())
}

fn check_devices(
    rows: &[Vec<Owned>],
    state: &State,
    seen: &State,
    keys: &mut BTreeMap<String, i64>,
) -> Result<(), TestCaseError> {
    let table = table("devices");
    prop_assert_eq!(rows.len(), seen.len());
    for row in rows {
        let id = value(table, row, "deviceId").text().expect("an id");
        prop_assert_eq!(value(table, row, "isDeleted").is_true(), !state.contains_key(id));
        prop_assert_eq!(value(table, row, "deviceName"), Cell::Text(&seen[id]));
        let key = value(table, row, "deviceKey").int().expect("a key");
        prop_assert_eq!(*keys.entry(id.to_owned()).or_insert(key), key);
    }
    Ok(())
}

/// A device with its key and, if it has one, its user with theirs.
type Read<'a> = (&'a str, i64, Option<(&'a str, i64)>);

fn associations(when: Day, base: &[Vec<Owned>], read: &[Read<'_>]) -> Vec<Vec<Owned>> {
    let (mut base, mut sink) = (VecRows::of(base), VecSink::default());
    let mut merge = AssociationMerge::new(table("userDeviceAssociations"), when, &mut base, &mut sink);
    for (device, key, user) in read {
        merge.see(device, *key, *user).expect("nothing can fail");
    }
    merge.finish().expect("nothing can fail");
    sink.0
}

/// (userKey, deviceKey, created, ended, deleted), the days as offsets.
fn pairs(rows: &[Vec<Owned>]) -> Vec<(i64, i64, i64, Option<i64>, bool)> {
    let offset = |micros: i64| (micros - midnight_micros(day(0))) / 86_400_000_000;
    rows.iter()
        .map(|row| {
            let cell = |at: usize| row[at].as_cell();
            let number = |at| cell(at).int().expect("a number");
            (
                number(0),
                number(1),
                offset(cell(2).time().expect("a time")),
                cell(3).time().map(offset),
                cell(4).is_true(),
            )
        })
        .collect()
}

#[test]
fn an_association_opens_closes_and_opens_again() {
    let with = |key| [("d", 7, Some(("u", key)))];
    let day0 = associations(at(0, 0), &[], &with(1));
    assert_eq!(pairs(&day0), [(1, 7, 0, None, false)]);
    // The user was renamed: the association stays with the version it began with.
    let day1 = associations(at(1, 0), &day0, &with(2));
    assert_eq!(day1, day0);
    // The device lost its user, and is gone the day after: closed once.
    let day2 = associations(at(2, 0), &day1, &[("d", 7, None)]);
    let day3 = associations(at(3, 0), &day2, &[]);
    assert_eq!(pairs(&day2), [(1, 7, 0, Some(2), true)]);
    assert_eq!(day3, day2);
    // Back with the same version of the user: opened again. With a newer one: a new row.
    assert_eq!(pairs(&associations(at(4, 0), &day3, &with(1))), [(1, 7, 0, None, false)]);
    let newer = associations(at(4, 0), &day3, &with(2));
    assert_eq!(pairs(&newer), [(1, 7, 0, Some(2), true), (2, 7, 4, None, false)]);
    // Another user takes over; rows of one device are sorted by user.
    let other = associations(at(5, 0), &newer, &[("c", 6, None), ("d", 7, Some(("t", 9)))]);
    assert_eq!(pairs(&other), [(9, 7, 5, None, false), (1, 7, 0, Some(2), true), (2, 7, 4, Some(5), true)]);
}
