//! What a change of an instance, or the mere passing of time, sets in motion: the timeline, notices, and the instant to
//! look again. All in the transaction of the change.

use jiff::Timestamp;
use store::{SqlError, Tx};
use world::World;

use super::instance::{CredentialState, Instance};
use super::notice;
use crate::brought;
use crate::catalogue::{self, ConnectorType, Kind};
use crate::model::{EarlyWarnings, Health, Judged};
use crate::sql::connector as sql;

/// What was last told of an instance under one type.
struct Told {
    health: Health,
    since: Timestamp,
    warned: Option<(u16, Timestamp)>,
}

/// Judges the instance under each of its types, keeps what is new in the timeline and tells people. Answers whether
/// anything was new.
pub(crate) fn record(
    tx: &mut Tx<'_, '_>,
    world: &World,
    instance: &Instance,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let mut is_new = false;
    for ty in catalogue::of_family(&instance.family) {
        is_new |= record_under(tx, world, (ty, instance), now)?;
    }
    if is_new {
        bump(tx)?;
    }
    Ok(is_new)
}

/// Lets everybody who watches know that something changed.
pub(crate) fn bump(tx: &mut Tx<'_, '_>) -> Result<(), SqlError> {
    tx.exec(&sql::BUMP, &[]).map(drop)
}

fn record_under(
    tx: &mut Tx<'_, '_>,
    world: &World,
    (ty, instance): (&ConnectorType, &Instance),
    now: Timestamp,
) -> Result<bool, SqlError> {
    let told = told(tx, ty, instance)?;
    let judged = instance.judge(ty, now);
    let before = told.as_ref().map(|told| told.health);
    let is_new = before != Some(judged.health);
    if is_new {
        let params = [
            world.ids.guid().into(),
            instance.id.into(),
            ty.key.into(),
            now.into(),
            before.map(Health::as_str).into(),
            judged.health.as_str().into(),
            word(judged).into(),
        ];
        tx.exec(&sql::INSERT_CHANGE, &params)?;
        if let Some(notice) = notice::of_health(ty, instance, before, &judged) {
            notify::raise(tx, world.ids.guid(), now, &notice)?;
        }
    }
    let warnings = early_warnings(tx, ty)?;
    let warned =
        warn(tx, world, (ty, instance), (&warnings, told.as_ref().and_then(|told| told.warned)), now)?;
    let next_warning = expiry(ty, instance).and_then(|at| warnings.next_at(at, now));
    let due_at = judged.changes_at.into_iter().chain(next_warning).min();
    let since = told.filter(|_| !is_new).map_or(now, |told| told.since);
    let params = [
        instance.id.into(),
        ty.key.into(),
        judged.health.as_str().into(),
        word(judged).into(),
        since.into(),
        due_at.into(),
        warned.map(|(day, _)| i64::from(day)).into(),
        warned.map(|(_, expires_at)| expires_at).into(),
    ];
    tx.exec(&sql::PUT_HEALTH, &params)?;
    Ok(is_new)
}

/// Tells of an early-warning day that has come, once; and that it is over. Answers what people have been told.
fn warn(
    tx: &mut Tx<'_, '_>,
    world: &World,
    (ty, instance): (&ConnectorType, &Instance),
    (warnings, told): (&EarlyWarnings, Option<(u16, Timestamp)>),
    now: Timestamp,
) -> Result<Option<(u16, Timestamp)>, SqlError> {
    let expires_at = expiry(ty, instance);
    let due = expires_at.and_then(|at| warnings.due(at, now).map(|day| (day, at)));
    let (state, warned) = match (told, due) {
        (None, None) => return Ok(None),
        (None, Some(due)) => (notify::State::Open, Some(due)),
        (Some(told), Some(due)) if told.1 == due.1 && told.0 <= due.0 => return Ok(Some(told)),
        (Some(_), Some(due)) => (notify::State::Updated, Some(due)),
        // It has expired: a change of health tells that, and the thread ends when it is renewed.
        (Some(told), None) if expires_at.is_some_and(|at| at <= now) => return Ok(Some(told)),
        (Some(_), None) => (notify::State::Resolved, None),
    };
    let notice = notice::of_early_warning(ty, instance, state, warned);
    notify::raise(tx, world.ids.guid(), now, &notice)?;
    Ok(warned)
}

/// The expiry that early warnings are about.
fn expiry(ty: &ConnectorType, instance: &Instance) -> Option<Timestamp> {
    let counts = ty.kind == Kind::Expiry
        && instance.is_enabled
        && instance.credential.state == CredentialState::Readable;
    instance.credential.expires_at.filter(|_| counts)
}

/// The days of a type.
pub(crate) fn early_warnings(tx: &mut Tx<'_, '_>, ty: &ConnectorType) -> Result<EarlyWarnings, SqlError> {
    let row = tx.row(&sql::EARLY_WARNINGS, &[ty.key.into()])?;
    let text: Option<String> = row.map(|row| row.get(0)).transpose()?;
    Ok(text.map_or_else(|| EarlyWarnings::of_type(ty.early_days), |text| EarlyWarnings::read(&text)))
}

/// Takes an instance away; whoever was told of trouble is told that it is over.
pub(crate) fn delete(
    tx: &mut Tx<'_, '_>,
    world: &World,
    instance: &Instance,
    now: Timestamp,
) -> Result<(), SqlError> {
    let disabled = Instance { is_enabled: false, ..instance.clone() };
    record(tx, world, &disabled, now)?;
    let about = [instance.id.into()];
    for statement in [&sql::DELETE_SECRETS, &sql::DELETE_HEALTH, &sql::DELETE_CHANGES, &sql::DELETE_RUNS] {
        tx.exec(statement, &about)?;
    }
    brought::forget(tx, instance.id)?;
    tx.exec(&sql::DELETE_INSTANCE, &about)?;
    bump(tx)
}

fn told(tx: &mut Tx<'_, '_>, ty: &ConnectorType, instance: &Instance) -> Result<Option<Told>, SqlError> {
    let Some(row) = tx.row(&sql::HEALTH, &[instance.id.into(), ty.key.into()])? else { return Ok(None) };
    let warned = row.get::<Option<i64>>(2)?.zip(row.get::<Option<Timestamp>>(3)?);
    Ok(Some(Told {
        health: Health::read(&row.get::<String>(0)?).unwrap_or(Health::NotEnabled),
        since: row.get(1)?,
        warned: warned.and_then(|(day, at)| Some((u16::try_from(day).ok()?, at))),
    }))
}

/// The reason as it is kept: the word that it is answered as.
fn word(judged: Judged) -> String {
    serde_json::to_value(judged.reason).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
