//! Add an instance. Its credential is uploaded afterwards.

use api::{Body, Failure, Permitted};
use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use jiff::Timestamp;
use policy::{Need, permit};
use serde_json::json;
use store::Tx;
use uuid::Uuid;
use words::Language;

use super::edit::Input;
use super::{record, refuse_own, type_in_path};
use crate::TenantStatus;
use crate::catalogue::ConnectorType;
use crate::connector::instance::{Credential, Instance, Syncing};
use crate::connector::keep;
use crate::sql::connector as sql;
use crate::view::{self, ConnectorInstance};

/// A tenant has at most so many: the page judges all of them at once.
const INSTANCES_MAX: i64 = 2_000;

pub async fn handle(
    status: TenantStatus,
    permitted: Permitted,
    Path(key): Path<String>,
    Body(input): Body<Input>,
) -> Result<(StatusCode, Json<ConnectorInstance>), Failure> {
    let ty = type_in_path(&key)?;
    permit(&permitted.caller, Need::Action(ty.write))?;
    refuse_own(ty)?;
    let now = status.world.clock.now();
    let instance = made(&status, ty, &input, now)?;
    let (tenant, actor, inner) = (permitted.tenant(), permitted.actor(), status.clone());
    let written = status.store.write(tenant, move |tx| {
        refuse_too_many(tx)?;
        instance.insert(tx)?;
        keep::record(tx, &inner.world, &instance, now)?;
        keep::bump(tx)?;
        let details = json!({ "type": ty.key, "fields": input.fields() });
        record(tx, &inner.world, actor, "Create connector", (ty, &instance), details, now)?;
        Ok::<_, Failure>(view::instance(ty, &instance, (now, Language::En)))
    });
    let made = written.await?;
    status.changes.tell(tenant);
    Ok((StatusCode::CREATED, Json(made)))
}

fn made(
    status: &TenantStatus,
    ty: &ConnectorType,
    input: &Input,
    now: Timestamp,
) -> Result<Instance, Failure> {
    let mut instance = Instance {
        id: status.world.ids.guid(),
        family: ty.family.to_owned(),
        display_name: String::new(),
        is_enabled: true,
        owner: None,
        how_to_renew: None,
        settings: json!({}),
        configured_at: now,
        created_at: now,
        modified_at: now,
        credential: Credential::none(),
        sync: Syncing::default(),
    };
    let with_defaults = Input {
        display_name: Some(input.display_name.clone().unwrap_or_default()),
        sync_kind: input.sync_kind.or_else(|| default_sync(status, ty)),
        ..input.clone()
    };
    with_defaults.apply(&mut instance, ty, status)?;
    Ok(instance)
}

/// The first way to synchronise that this server knows.
fn default_sync(status: &TenantStatus, ty: &ConnectorType) -> Option<crate::catalogue::SyncKind> {
    ty.syncs.iter().copied().find(|kind| !kind.is_active() || status.syncs.of(*kind).is_some())
}

fn refuse_too_many(tx: &mut Tx<'_, '_>) -> Result<(), Failure> {
    let count: i64 = tx.row(&sql::COUNT_INSTANCES, &[])?.map_or(Ok(0), |row| row.get(0))?;
    if count < INSTANCES_MAX {
        return Ok(());
    }
    Err(Failure::conflict(format!("A tenant has at most {INSTANCES_MAX} connectors; delete some first.")))
}

/// Makes an instance in-process; for demonstrations and tests of other parts of the house.
///
/// # Errors
/// As the operation.
pub async fn in_process(
    status: &TenantStatus,
    tenant: store::TenantId,
    type_key: &str,
    input: Input,
) -> Result<Uuid, Failure> {
    let ty = type_in_path(type_key)?;
    let now = status.world.clock.now();
    let (instance, inner) = (made(status, ty, &input, now)?, status.clone());
    let written = status.store.write(tenant, move |tx| {
        instance.insert(tx)?;
        keep::record(tx, &inner.world, &instance, now)?;
        keep::bump(tx)?;
        let actor = audit::Actor::System("tenant-status".to_owned());
        let details = json!({ "type": ty.key });
        record(tx, &inner.world, actor, "Create connector", (ty, &instance), details, now)?;
        Ok::<_, Failure>(instance.id)
    });
    written.await
}
