//! A device enrols: `POST /agent/v1/enroll`.
//!
//! The door is open; the enrolment token in the body, or the user token in the header, is the credential. A repeat of
//! the same request with the same key gives the same device again, so that a lost answer costs nothing.

use api::Failure;
use audit::{Actor, Category, Event, Resource};
use axum::Json;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use jiff::Timestamp;
use proto::{EnrollIdentity, EnrollRequest, EnrollResponse};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::json;
use store::{SqlError, TenantId, Tx, Value};
use uuid::Uuid;

use super::read;
use crate::ca::token_hash;
use crate::certificate::{self, Issued};
use crate::model::{self, device_type_of};
use crate::{Devices, refusal, sql};

const SECONDS_OF_DAY: i64 = 24 * 60 * 60;

pub async fn handle(devices: Devices, request: Request) -> Result<Response, Failure> {
    let bearer = bearer(&request);
    let request: EnrollRequest = read::message(request).await?;
    let by = credential(&devices, &request, bearer).await?;
    let tenant = by.tenant();
    let response = let_in(&devices, request, by).await;
    if let Err(refused) = &response {
        count_refused(&devices, tenant, refused).await;
    }
    response
}

/// Keeps the cause of a refusal, for whoever looks after the tenant. The device has its answer in any case.
async fn count_refused(devices: &Devices, tenant: TenantId, refused: &Failure) {
    let (cause, now) = (refused.word.to_string(), devices.world.clock.now());
    let day = now.as_second().div_euclid(SECONDS_OF_DAY);
    let params = [cause.into(), day.into(), now.into()];
    let counted = devices.store.write(tenant, move |tx| tx.exec(&sql::COUNT_REFUSED, &params).map(drop));
    if let Err(error) = counted.await {
        tracing::warn!(%error, "a refused enrolment could not be counted");
    }
}

async fn let_in(devices: &Devices, request: EnrollRequest, by: By) -> Result<Response, Failure> {
    if request.tenant_id.is_some_and(|asked| asked != by.tenant().0) {
        let detail = "The token belongs to another tenant than the one the device asks for.";
        return Err(refusal(proto::Code::WrongTenant, detail));
    }
    let csr = certificate::read_request(&request.csr_pem)?;
    let ca = devices.cas.of(&devices.store, &devices.world, by.tenant()).await?;
    let (now, tenant, device) = (devices.world.clock.now(), by.tenant(), devices.world.ids.guid());
    let issued = certificate::issue(&ca.certificate_pem, &ca.key_pkcs8, &csr, (tenant, device), now)
        .map_err(|error| Failure::internal(&error))?;
    let new = New { id: device, identity: request.identity, simulated: request.simulated, by };
    let (request_id, event_id) = (request.request_id, devices.world.ids.guid());
    let enrolled =
        devices.store.write(tenant, move |tx| enroll(tx, new, request_id, issued, event_id, now)).await?;
    let response = EnrollResponse {
        tenant_id: tenant.0,
        device_id: enrolled.device,
        renew_after: certificate::renew_after(enrolled.not_after),
        certificate_pem: enrolled.certificate_pem,
        ca_pem: ca.certificate_pem.clone(),
        server_ca_pem: devices.config.server_ca_pem.clone(),
        check_in_interval_seconds: devices.config.check_in_interval_seconds,
        channel_path: proto::path::CHANNEL.to_owned(),
    };
    Ok((StatusCode::CREATED, Json(response)).into_response())
}

fn bearer(request: &Request) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// What lets the device in.
pub(crate) enum By {
    Token {
        tenant: TenantId,
        hash: String,
    },
    User {
        tenant: TenantId,
        user: Uuid,
    },
    /// The program's own simulated fleet, with the user it gives the device to.
    Simulation {
        tenant: TenantId,
        user: Option<Uuid>,
    },
}

impl By {
    fn tenant(&self) -> TenantId {
        match self {
            By::Token { tenant, .. } | By::User { tenant, .. } | By::Simulation { tenant, .. } => *tenant,
        }
    }
}

async fn credential(
    devices: &Devices,
    request: &EnrollRequest,
    bearer: Option<String>,
) -> Result<By, Failure> {
    if let Some(token) = &request.enrollment_token {
        let hash = token_hash(token);
        let key = Value::from(&hash);
        let found = devices.store.read_global(move |conn| conn.row(&sql::TENANT_OF_TOKEN, &[key])).await?;
        let tenant = found.map(|row| row.get::<Uuid>(0)).transpose()?;
        let tenant = tenant.ok_or_else(|| {
            refusal(proto::Code::TokenInvalid, "No such enrolment token. Make a new one under Devices.")
        })?;
        return Ok(By::Token { tenant: TenantId(tenant), hash });
    }
    let Some(token) = bearer else {
        let detail =
            "Give an enrolment token, or sign in as a user and send the token as Authorization: Bearer.";
        return Err(refusal(proto::Code::TokenInvalid, detail));
    };
    let (tenant, user) =
        devices.user_tokens.enroller(&token).await.map_err(|why| refusal(proto::Code::TokenInvalid, why))?;
    Ok(By::User { tenant, user })
}

pub(crate) struct New {
    pub(crate) id: Uuid,
    pub(crate) identity: EnrollIdentity,
    pub(crate) simulated: bool,
    pub(crate) by: By,
}

struct Enrolled {
    device: Uuid,
    certificate_pem: String,
    not_after: Timestamp,
}

fn enroll(
    tx: &mut Tx<'_, '_>,
    new: New,
    request_id: Uuid,
    issued: Issued,
    event_id: Uuid,
    now: Timestamp,
) -> Result<Enrolled, Failure> {
    if let Some(before) = repeated(tx, request_id, &issued.key_fingerprint)? {
        return Ok(before);
    }
    if let By::Token { hash, .. } = &new.by {
        use_token(tx, hash, now)?;
    }
    let device = new.id;
    insert(tx, &new, event_id, now)?;
    let credential = [
        device.into(),
        (&issued.fingerprint).into(),
        issued.not_before.into(),
        issued.not_after.into(),
        now.into(),
    ];
    tx.exec(&sql::INSERT_CREDENTIAL, &credential)?;
    let request =
        [request_id.into(), issued.key_fingerprint.into(), device.into(), (&issued.pem).into(), now.into()];
    tx.exec(&sql::INSERT_REQUEST, &request)?;
    Ok(Enrolled { device, certificate_pem: issued.pem, not_after: issued.not_after })
}

/// The answer that was given before to the same request with the same key.
fn repeated(
    tx: &mut Tx<'_, '_>,
    request_id: Uuid,
    key_fingerprint: &str,
) -> Result<Option<Enrolled>, Failure> {
    let Some(row) = tx.row(&sql::FIND_REQUEST, &[request_id.into()])? else { return Ok(None) };
    if row.get::<String>(0)? != key_fingerprint {
        let detail = "This requestId was used before with another key; use a new one for a new key.";
        return Err(refusal(proto::Code::Malformed, detail).target("requestId"));
    }
    let certificate_pem: String = row.get(2)?;
    let der = CertificateDer::from_pem_slice(certificate_pem.as_bytes())
        .map_err(|error| Failure::internal(&error))?;
    let not_after = certificate::claimed(&der)?.not_after;
    Ok(Some(Enrolled { device: row.get(1)?, certificate_pem, not_after }))
}

/// Takes one use of the token, if it may still be used.
fn use_token(tx: &mut Tx<'_, '_>, hash: &str, now: Timestamp) -> Result<(), Failure> {
    let row = tx.row(&sql::FIND_TOKEN, &[hash.into()])?;
    let row = row.ok_or_else(|| {
        refusal(proto::Code::TokenInvalid, "No such enrolment token. Make a new one under Devices.")
    })?;
    if row.get::<Option<Timestamp>>(4)?.is_some() {
        return Err(refusal(
            proto::Code::TokenInvalid,
            "This enrolment token was revoked. Make a new one under Devices.",
        ));
    }
    if row.get::<Timestamp>(1)? <= now {
        return Err(refusal(
            proto::Code::TokenExpired,
            "This enrolment token has expired. Make a new one under Devices.",
        ));
    }
    if row.get::<i64>(3)? >= row.get::<i64>(2)? {
        return Err(refusal(
            proto::Code::TokenUsedUp,
            "This enrolment token has enrolled as many devices as it may. Make a new one.",
        ));
    }
    tx.exec(&sql::USE_TOKEN, &[row.get::<Uuid>(0)?.into()])?;
    Ok(())
}

fn insert(tx: &mut Tx<'_, '_>, new: &New, event_id: Uuid, now: Timestamp) -> Result<(), SqlError> {
    let bulk = model::bulk_enrollment_type(new.identity.operating_system);
    let (owner, enrollment, user, actor) = match &new.by {
        By::Token { .. } => (model::OWNER_COMPANY, bulk, None, Actor::Device(new.id)),
        By::User { user, .. } => {
            (model::OWNER_PERSONAL, model::ENROLLED_BY_USER, Some(*user), Actor::User(*user))
        }
        By::Simulation { user, .. } => {
            (model::OWNER_COMPANY, bulk, *user, Actor::System("simulation".to_owned()))
        }
    };
    let identity = &new.identity;
    let family = identity.operating_system;
    let params = [
        new.id.into(),
        (&identity.device_name).into(),
        family.map_or(model::device_type::UNKNOWN, |family| device_type_of(family, None)).into(),
        model::REGISTERED.into(),
        owner.into(),
        now.into(),
        model::MANAGEMENT_AGENT_MDM.into(),
        model::MANAGEMENT_STATE_MANAGED.into(),
        enrollment.into(),
        model::COMPLIANCE_UNKNOWN.into(),
        identity.os_version.as_deref().into(),
        identity.serial_number.as_deref().into(),
        user.into(),
        identity.manufacturer.as_deref().into(),
        identity.model.as_deref().into(),
        family.map_or("Unknown", proto::OsFamily::as_str).into(),
        new.simulated.into(),
    ];
    tx.exec(&sql::INSERT_DEVICE, &params)?;
    tx.exec(&sql::COUNT_UP, &[])?;
    let event = Event::new(actor, "Enroll device", Category::Enrollment)
        .on(Resource::new("ManagedDevice", new.id.to_string()).named(&identity.device_name))
        .with(json!({ "simulated": new.simulated, "byToken": matches!(new.by, By::Token { .. }) }));
    audit::record(tx, now, event_id, &event)
}

/// A device of the program's own simulated fleet, without a certificate.
#[derive(Clone, Debug)]
pub struct Simulated {
    pub id: Uuid,
    pub identity: EnrollIdentity,
    pub user: Option<Uuid>,
    pub event_id: Uuid,
}

/// Enrols a simulated device in-process.
///
/// # Errors
/// When the database refuses.
pub fn simulated(tx: &mut Tx<'_, '_>, device: Simulated, now: Timestamp) -> Result<(), SqlError> {
    let by = By::Simulation { tenant: tx.tenant(), user: device.user };
    insert(tx, &New { id: device.id, identity: device.identity, simulated: true, by }, device.event_id, now)
}
