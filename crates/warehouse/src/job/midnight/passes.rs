//! Reading the image once: users first, then devices with their histories and associations.

use ::model::Table;
use lake::{Old, Replace};

use super::current::CurrentUsers;
use super::{Image, MidnightError, Work};
use crate::cell::Cell;
use crate::files::TableRows;
use crate::lifetime::Keys;
use crate::merge::{AssociationMerge, Day, DeviceMerge, Rows, Sink, UserMerge};
use crate::model::{Keyring, user_row};
use crate::parts::{self, PartSink};

/// What the image became.
pub(super) struct Passes {
    /// Users seen, and known the day before.
    pub(super) users: (u64, u64),
    /// Devices seen, and known the day before.
    pub(super) devices: (u64, u64),
    pub(super) replace: Vec<Replace>,
}

/// The keys of current users by id. Ids that are GUIDs arrive sorted and take 24 bytes each.
#[derive(Default)]
struct UserKeys {
    guids: Vec<u128>,
    keys: Vec<i64>,
    others: std::collections::HashMap<String, i64>,
}

impl UserKeys {
    fn insert(&mut self, id: &str, key: i64) {
        match guid(id) {
            Some(guid) if self.guids.last().is_none_or(|last| *last < guid) => {
                self.guids.push(guid);
                self.keys.push(key);
            }
            _ => {
                self.others.insert(id.to_owned(), key);
            }
        }
    }

    fn get(&self, id: &str) -> Option<i64> {
        let place = guid(id).and_then(|guid| self.guids.binary_search(&guid).ok());
        place.map(|at| self.keys[at]).or_else(|| self.others.get(id).copied())
    }
}

/// Only the lower-case form with hyphens counts: other spellings of the same number are other ids.
fn guid(id: &str) -> Option<u128> {
    let plain = id.len() == 36 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    if plain { uuid::Uuid::try_parse(id).ok().map(|guid| guid.as_u128()) } else { None }
}

pub(super) fn run(
    work: &Work<'_>,
    day: Day,
    date_key: i32,
    image: &mut dyn Image,
) -> Result<Passes, MidnightError> {
    let mut replace = Vec::new();
    let (users, user_keys) = read_users(work, day, image, &mut replace)?;
    let devices = read_devices(work, day, date_key, image, &user_keys, &mut replace)?;
    Ok(Passes { users, devices, replace })
}

fn table(name: &str) -> &'static Table {
    model::table(name).expect("the catalogue declares the tables the job writes")
}

/// The state before the day, and what the day has published if it is computed again.
fn sources(work: &Work<'_>, table: &'static Table) -> Result<(TableRows, Option<TableRows>), MidnightError> {
    let base = TableRows::open(work.lake, table, work.files(&work.base, table)?)?;
    let published = if work.refresh {
        Some(TableRows::open(work.lake, table, work.files(&work.latest, table)?)?)
    } else {
        None
    };
    Ok((base, published))
}

fn sink<'a>(work: &Work<'a>, table: &'static Table, partition: Option<i64>) -> PartSink<'a> {
    PartSink::new(work.lake, table, work.attempt, partition).with_part_rows(work.part_rows)
}

/// Continues after the greatest key readers can have seen: published rows never go, so that is the greatest there is.
fn next_key(work: &Work<'_>, table: &'static Table, column: &'static str) -> Result<Keys, MidnightError> {
    let mut keys = Keys::from(1);
    let mut rows = TableRows::open_columns(work.lake, vec![column], work.files(&work.latest, table)?)?;
    while !rows.is_done() {
        keys.pass(rows.cell(0).int().unwrap_or_default());
        rows.advance()?;
    }
    Ok(keys)
}

/// Everything of a table is written anew; parts that come out as readers see them now stay.
fn whole(work: &Work<'_>, table: &Table, sink: PartSink<'_>) -> Result<Replace, MidnightError> {
    Ok(parts::replace(work.lake, table, &work.files(&work.latest, table)?, sink.finish()?)?)
}

fn read_users(
    work: &Work<'_>,
    day: Day,
    image: &mut dyn Image,
    replace: &mut Vec<Replace>,
) -> Result<((u64, u64), UserKeys), MidnightError> {
    let (table, current) = (table("users"), table("currentUsers"));
    let mut keys = next_key(work, table, "userKey")?;
    let (mut base, mut published) = sources(work, table)?;
    let (mut users, mut people) = (sink(work, table, None), sink(work, current, None));
    let mut both = CurrentUsers::new((table, current), &mut users, &mut people);
    let mut by_id = UserKeys::default();
    let published = published.as_mut().map(|rows| rows as &mut dyn Rows);
    let mut merge = UserMerge::new(table, day, &mut base, published, &mut keys, &mut both);
    image.users(&mut |user| {
        let key = merge.see(&user_row(user))?;
        by_id.insert(user.id, key);
        Ok(())
    })?;
    let counts = merge.finish()?;
    replace.push(whole(work, table, users)?);
    replace.push(whole(work, current, people)?);
    Ok((counts, by_id))
}

fn read_devices(
    work: &Work<'_>,
    day: Day,
    date_key: i32,
    image: &mut dyn Image,
    users: &UserKeys,
    replace: &mut Vec<Replace>,
) -> Result<(u64, u64), MidnightError> {
    let (devices, histories) = (table("devices"), table("devicePropertyHistories"));
    let associations = table("userDeviceAssociations");
    let mut keys = next_key(work, devices, "deviceKey")?;
    let (mut base, mut published) = sources(work, devices)?;
    let mut base_associations =
        TableRows::open(work.lake, associations, work.files(&work.base, associations)?)?;
    let mut device_sink = sink(work, devices, None);
    let mut history_sink = sink(work, histories, Some(date_key.into()));
    let mut association_sink = sink(work, associations, None);
    let published = published.as_mut().map(|rows| rows as &mut dyn Rows);
    let mut merge = DeviceMerge::new(devices, day, &mut base, published, &mut keys, &mut device_sink);
    let mut pairs = AssociationMerge::new(associations, day, &mut base_associations, &mut association_sink);
    let keyring = Keyring::default();
    image.devices(&mut |device| {
        let row: [Cell<'_>; 42] = keyring.device_row(device);
        let key = merge.see(&row)?;
        history_sink.turn(device.id)?;
        history_sink.push(&mut keyring.history_row(device, date_key, key).into_iter())?;
        let user = device.user_id.and_then(|id| Some((id, users.get(id)?)));
        pairs.see(device.id, key, user)
    })?;
    let counts = merge.finish()?;
    pairs.finish()?;
    replace.push(whole(work, devices, device_sink)?);
    replace.push(whole(work, associations, association_sink)?);
    let files = history_sink.finish()?;
    replace.push(Replace { table: histories.name.to_owned(), old: Old::Partition(date_key.into()), files });
    Ok(counts)
}
