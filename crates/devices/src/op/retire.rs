//! An administrator retires a device: it is no longer enrolled, and its certificates end.

use api::{Failure, Permitted, id_in_path};
use audit::{Category, Event, Resource};
use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use jiff::Timestamp;
use proto::channel::ServerFrame;
use schemars::JsonSchema;
use serde::Serialize;
use store::Tx;
use uuid::Uuid;

use super::no_device;
use crate::{Devices, sql};

/// The device that was retired.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Retired {
    pub device_id: Uuid,
    #[schemars(with = "String")]
    pub retired_date_time: Timestamp,
}

pub async fn handle(
    devices: Devices,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<Json<Retired>, Failure> {
    let id = id_in_path(&id)?;
    let now = devices.world.clock.now();
    let (tenant, actor, event_id) = (permitted.tenant(), permitted.actor(), devices.world.ids.guid());
    devices.store.write(tenant, move |tx| retire(tx, id, actor, event_id, now)).await?;
    devices.channels.tell((tenant, id), ServerFrame::Retired);
    Ok(Json(Retired { device_id: id, retired_date_time: now }))
}

/// Graph's form.
pub async fn handle_graph(
    devices: Devices,
    permitted: Permitted,
    path: Path<String>,
) -> Result<StatusCode, Failure> {
    handle(devices, permitted, path).await.map(|_| StatusCode::NO_CONTENT)
}

/// Retires the device within the caller's transaction.
///
/// # Errors
/// A 404 when it is not enrolled.
pub fn retire(
    tx: &mut Tx<'_, '_>,
    id: Uuid,
    actor: audit::Actor,
    event_id: Uuid,
    now: Timestamp,
) -> Result<(), Failure> {
    let row = tx.row(&sql::LOCK_DEVICE, &[id.into()])?.ok_or_else(|| no_device(id))?;
    if tx.exec(&sql::RETIRE, &[id.into(), now.into()])? == 0 {
        return Err(no_device(id));
    }
    tx.exec(&sql::REVOKE_CREDENTIALS, &[id.into(), now.into()])?;
    tx.exec(&sql::COUNT_DOWN, &[])?;
    let event = Event::new(actor, "Retire device", Category::Device).on(Resource::new(
        "ManagedDevice",
        id.to_string(),
    )
    .named(row.get::<String>(1)?));
    audit::record(tx, now, event_id, &event)?;
    Ok(())
}
