//! The list of all types, each with the health of its least healthy instance.

use api::{Failure, Permitted};
use axum::Json;
use axum::extract::Query;
use jiff::Timestamp;
use store::{SqlError, Tx};

use super::{Lang, may_write};
use crate::TenantStatus;
use crate::catalogue::{self, ConnectorType};
use crate::connector::instance::{self, Instance};
use crate::model::{Health, Judged, Place, roll_up};
use crate::sql::connector as sql;
use crate::view::{ConnectorList, ConnectorSummary, Status};

pub async fn handle(
    status: TenantStatus,
    permitted: Permitted,
    Query(lang): Query<Lang>,
) -> Result<Json<ConnectorList>, Failure> {
    let read = status
        .store
        .read(permitted.tenant(), |tx| Ok::<_, SqlError>((sequence(tx)?, instance::all(tx, "")?)));
    let (sequence, instances) = read.await?;
    let now = status.world.clock.now();
    let mut value: Vec<ConnectorSummary> = catalogue::all()
        .map(|ty| summary(ty, &instances, &lang.lang, may_write(&permitted, ty), now))
        .collect();
    value.sort_by_cached_key(|one| Place::new(one.status.health, one.label, &lang.lang, one.type_key));
    let count = |health| value.iter().filter(|one| one.status.health == health).count();
    Ok(Json(ConnectorList {
        as_of: now,
        sequence,
        unhealthy_count: count(Health::Unhealthy),
        warning_count: count(Health::Warning),
        changes_at: value.iter().filter_map(|one| one.status.changes_at).min(),
        value,
    }))
}

/// How many changes there have been.
pub(crate) fn sequence(tx: &mut Tx<'_, '_>) -> Result<i64, SqlError> {
    tx.row(&sql::SEQUENCE, &[])?.map_or(Ok(0), |row| row.get(0))
}

/// A type with its instances among `instances`.
pub(crate) fn summary(
    ty: &'static ConnectorType,
    instances: &[Instance],
    lang: &str,
    may_write: bool,
    now: Timestamp,
) -> ConnectorSummary {
    let of_type: Vec<(&Instance, Judged)> = instances
        .iter()
        .filter(|instance| instance.family == ty.family)
        .map(|instance| (instance, instance.judge(ty, now)))
        .collect();
    let worst = roll_up(of_type.iter().map(|(_, judged)| judged));
    let of_worst = worst.and_then(|worst| of_type.iter().find(|(_, judged)| judged == worst));
    ConnectorSummary {
        type_key: ty.key,
        label: ty.label.in_language(lang),
        kind: ty.kind,
        made_by: ty.maker,
        is_retired: ty.is_retired,
        status: worst.map_or_else(Status::not_configured, Status::of),
        instance_count: of_type.len(),
        enabled_count: of_type.iter().filter(|(instance, _)| instance.is_enabled).count(),
        instance_id: of_worst.map(|(instance, _)| instance.id),
        instance_name: of_worst.map(|(instance, _)| instance.display_name.clone()),
        may_write,
    }
}
