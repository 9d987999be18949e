//! A device renews its certificate: `POST /agent/v1/renew`, shown the old one.

use api::{Failure, PeerCertificate, Permitted};
use audit::{Actor, Category, Event, Resource};
use axum::extract::Request;
use axum::{Extension, Json};
use proto::{RenewRequest, RenewResponse};
use serde_json::json;

use super::{read, reporter, shown};
use crate::{Devices, certificate, sql};

pub async fn handle(
    devices: Devices,
    _: Permitted,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Result<Json<RenewResponse>, Failure> {
    let shown = shown(&devices, &peer).await?;
    let request: RenewRequest = read::message(request).await?;
    let csr = certificate::read_request(&request.csr_pem)?;
    let ca = devices.cas.of(&devices.store, &devices.world, shown.tenant).await?;
    let (now, event_id) = (devices.world.clock.now(), devices.world.ids.guid());
    let issued =
        certificate::issue(&ca.certificate_pem, &ca.key_pkcs8, &csr, (shown.tenant, shown.device), now)
            .map_err(|error| Failure::internal(&error))?;
    let response = RenewResponse {
        certificate_pem: issued.pem.clone(),
        ca_pem: ca.certificate_pem.clone(),
        renew_after: issued.renew_after,
    };
    let written = devices.store.write(shown.tenant, move |tx| {
        reporter(tx, &shown)?;
        let device = shown.device;
        // The certificate that was shown stays good, in case this answer is lost; those before it end.
        let older = [device.into(), (&issued.fingerprint).into(), now.into(), (&shown.fingerprint).into()];
        tx.exec(&sql::REVOKE_OLDER_CREDENTIALS, &older)?;
        let new = [
            device.into(),
            (&issued.fingerprint).into(),
            issued.not_before.into(),
            issued.not_after.into(),
            now.into(),
        ];
        tx.exec(&sql::INSERT_CREDENTIAL, &new)?;
        let event = Event::new(Actor::Device(device), "Renew device certificate", Category::Enrollment)
            .on(Resource::new("ManagedDevice", device.to_string()))
            .with(json!({ "notAfter": issued.not_after.to_string() }));
        audit::record(tx, now, event_id, &event)?;
        Ok::<_, Failure>(())
    });
    written.await?;
    Ok(Json(response))
}
