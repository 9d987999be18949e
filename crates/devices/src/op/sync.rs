//! An administrator tells a device to check in now.

use api::{Failure, Permitted, id_in_path};
use audit::{Category, Event, Resource};
use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use proto::channel::ServerFrame;
use schemars::JsonSchema;
use serde::Serialize;

use super::no_device;
use crate::{Devices, sql};

/// Whether the device was reached at once. When it was not, it checks in at its next time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Told {
    pub delivered: bool,
}

pub async fn handle(
    devices: Devices,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Told>), Failure> {
    let delivered = tell(&devices, &permitted, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(Told { delivered })))
}

/// Graph's form: 204 whether or not the device is there to hear.
pub async fn handle_graph(
    devices: Devices,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    tell(&devices, &permitted, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn tell(devices: &Devices, permitted: &Permitted, id: &str) -> Result<bool, Failure> {
    let (id, tenant, actor) = (id_in_path(id)?, permitted.tenant(), permitted.actor());
    let (now, event_id) = (devices.world.clock.now(), devices.world.ids.guid());
    let written = devices.store.write(tenant, move |tx| {
        let row = tx.row(&sql::LOCK_DEVICE, &[id.into()])?.ok_or_else(|| no_device(id))?;
        if row.get::<Option<i64>>(0)?.is_some() {
            return Err(no_device(id));
        }
        let event = Event::new(actor, "Sync device", Category::Device).on(Resource::new(
            "ManagedDevice",
            id.to_string(),
        )
        .named(row.get::<String>(1)?));
        audit::record(tx, now, event_id, &event)?;
        Ok(())
    });
    written.await?;
    Ok(devices.channels.tell((tenant, id), ServerFrame::CheckIn))
}
