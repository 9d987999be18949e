//! What the server knows of the device that asks: `GET /agent/v1/me`.

use api::{Failure, PeerCertificate, Permitted};
use axum::{Extension, Json};
use jiff::Timestamp;
use proto::MeResponse;

use super::{no_device, reporter, shown};
use crate::{Devices, sql};

pub async fn handle(
    devices: Devices,
    _: Permitted,
    Extension(peer): Extension<PeerCertificate>,
) -> Result<Json<MeResponse>, Failure> {
    let shown = shown(&devices, &peer).await?;
    let read = devices.store.read(shown.tenant, move |tx| {
        reporter(tx, &shown)?;
        let row = tx.row(&sql::ME, &[shown.device.into()])?.ok_or_else(|| no_device(shown.device))?;
        let has_reported = row.get::<i64>(3)? > 0;
        Ok::<_, Failure>(MeResponse {
            tenant_id: shown.tenant.0,
            device_id: shown.device,
            device_name: row.get(0)?,
            enrolled_date_time: row.get(1)?,
            last_sync_date_time: has_reported.then(|| row.get::<Timestamp>(2)).transpose()?,
            certificate_not_after: shown.not_after,
            state: "managed".to_owned(),
        })
    });
    Ok(Json(read.await?))
}
