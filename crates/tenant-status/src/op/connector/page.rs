//! One type: its instances, why each is as it is, and what changed in the last 90 days.

use api::{Failure, Permitted, Reader};
use axum::Json;
use axum::extract::{Path, Query};
use jiff::{SignedDuration, Timestamp};
use store::{Row, SqlError, Tx};
use words::Language;

use super::list::{sequence, summary};
use super::{Lang, may_write, type_in_path};
use crate::TenantStatus;
use crate::connector::{instance, keep};
use crate::model::{Health, Place};
use crate::sql::connector as sql;
use crate::view::{self, ConnectorPage, HealthChange};

/// How far the timeline looks back.
pub(crate) const TIMELINE: SignedDuration = SignedDuration::from_hours(24 * 90);

pub async fn handle(
    status: TenantStatus,
    permitted: Permitted,
    Reader(reads): Reader,
    Path(key): Path<String>,
    Query(lang): Query<Lang>,
) -> Result<Json<ConnectorPage>, Failure> {
    let ty = type_in_path(&key)?;
    let language = Language::of_tag(&lang.lang).unwrap_or(reads);
    let now = status.world.clock.now();
    let read = status.store.read(permitted.tenant(), move |tx| {
        let timeline = timeline(tx, ty.key, "", now)?;
        Ok::<_, SqlError>((
            sequence(tx)?,
            instance::all(tx, ty.family)?,
            keep::early_warnings(tx, ty)?,
            timeline,
        ))
    });
    let (sequence, rows, early_warnings, timeline) = read.await?;
    let mut instances: Vec<_> = rows.iter().map(|row| view::instance(ty, row, (now, language))).collect();
    instances.sort_by_cached_key(|one| {
        Place::new(one.status.health, &one.display_name, &lang.lang, &one.id.to_string())
    });
    Ok(Json(ConnectorPage {
        as_of: now,
        sequence,
        summary: summary(ty, &rows, &lang.lang, may_write(&permitted, ty), now),
        page_title: ty.page.in_language(&lang.lang),
        driven_by: ty.driven_by,
        graph_source: ty.graph,
        credential_kind: ty.credential,
        sync_kinds: ty.syncs,
        write_permission: ty.write.id(),
        early_warning_days: early_warnings.days().to_vec(),
        instances,
        timeline,
    }))
}

/// The changes of health of a type or an instance ("" for any), newest first.
pub(crate) fn timeline(
    tx: &mut Tx<'_, '_>,
    type_key: &str,
    instance: &str,
    now: Timestamp,
) -> Result<Vec<HealthChange>, SqlError> {
    let since = now.saturating_sub(TIMELINE).unwrap_or(Timestamp::MIN);
    let rows = tx.rows(&sql::TIMELINE, &[type_key.into(), instance.into(), since.into()])?;
    rows.iter().map(change).collect()
}

fn change(row: &Row) -> Result<HealthChange, SqlError> {
    Ok(HealthChange {
        instance_id: row.get(0)?,
        instance_name: row.get(1)?,
        type_key: row.get(2)?,
        at: row.get(3)?,
        health_before: row.get::<Option<String>>(4)?.filter(|word| Health::read(word).is_some()),
        health: row.get(5)?,
        reason: row.get(6)?,
    })
}
