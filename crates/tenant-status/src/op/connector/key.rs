//! What one needs before Apple gives anything: a signing request for push, a key pair for enrolment tokens. The private
//! keys stay here, sealed.

use api::{Failure, Permitted, id_in_path};
use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::credential::refused;
use super::{Changing, Target, change, missing, type_in_path};
use crate::TenantStatus;
use crate::catalogue::{ConnectorType, CredentialKind};
use crate::connector::instance;
use crate::connector::secret::{self, Purpose};

/// How long the key pair's certificate is valid. Apple's tokens are renewed every year, with the same pair.
const KEY_PAIR_VALID: SignedDuration = SignedDuration::from_hours(24 * 365 * 10);

/// What is taken to the other side.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicPart {
    /// The certificate signing request, or the certificate, in PEM.
    pub pem: String,
    /// What to call the file.
    pub file_name: String,
}

/// Makes a signing request. For a renewal its certificate must keep the topic; the upload refuses another.
pub async fn signing_request(
    status: TenantStatus,
    permitted: Permitted,
    Path((key, id)): Path<(String, String)>,
) -> Result<(StatusCode, Json<PublicPart>), Failure> {
    let target = Target::to_change(&permitted, (&key, &id))?;
    takes(target.ty, CredentialKind::ApplePush)?;
    let made = credential::new_signing_request("Quarterdeck push").map_err(refused)?;
    let pem = made.request_pem.clone();
    let changed = change(&status, &permitted, target, "Create connector signing request", move |changing| {
        put(changing, (made.private_key.reveal(), &made.request_pem))?;
        Ok(json!({}))
    });
    changed.await?;
    Ok((StatusCode::CREATED, Json(PublicPart { pem, file_name: "quarterdeck-push.csr".to_owned() })))
}

/// Makes the key pair for enrolment tokens. Tokens for the one before it can no longer be read.
pub async fn key_pair(
    status: TenantStatus,
    permitted: Permitted,
    Path((key, id)): Path<(String, String)>,
) -> Result<(StatusCode, Json<PublicPart>), Failure> {
    let target = Target::to_change(&permitted, (&key, &id))?;
    takes(target.ty, CredentialKind::AppleEnrolmentToken)?;
    let now = status.world.clock.now();
    let made =
        credential::new_enrolment_key_pair("Quarterdeck enrolment", KEY_PAIR_VALID, now).map_err(refused)?;
    let pem = made.certificate_pem.clone();
    let changed = change(&status, &permitted, target, "Create connector key pair", move |changing| {
        put(changing, (made.private_key.reveal(), &made.certificate_pem))?;
        Ok(json!({ "expirationDateTime": made.expires_at }))
    });
    changed.await?;
    Ok((StatusCode::CREATED, Json(PublicPart { pem, file_name: "quarterdeck-enrolment.pem".to_owned() })))
}

/// The public part again: of the request or key pair that waits.
pub async fn public_part(
    status: TenantStatus,
    permitted: Permitted,
    Path((key, id)): Path<(String, String)>,
) -> Result<Json<PublicPart>, Failure> {
    let (ty, id) = (type_in_path(&key)?, id_in_path(&id)?);
    let seal = status.seal.clone();
    let read = status.store.read(permitted.tenant(), move |tx| {
        let found = instance::one(tx, id)?.filter(|found| found.family == ty.family);
        found.ok_or_else(|| missing(ty, id))?;
        Ok::<_, Failure>(secret::find(tx, &*seal, id, Purpose::PendingKey)?)
    });
    let kept = read.await?.ok_or_else(|| {
        Failure::not_found("There is no signing request and no key pair yet; make one first.")
    })?;
    let is_push = ty.credential == Some(CredentialKind::ApplePush);
    let file_name = if is_push { "quarterdeck-push.csr" } else { "quarterdeck-enrolment.pem" };
    Ok(Json(PublicPart { pem: kept.public_text, file_name: file_name.to_owned() }))
}

fn put(changing: &mut Changing<'_, '_, '_>, parts: (&str, &str)) -> Result<(), Failure> {
    let about = (changing.instance.id, Purpose::PendingKey);
    let parts = (parts.0.as_bytes(), parts.1);
    Ok(secret::put(changing.tx, &*changing.status.seal, about, parts, changing.now)?)
}

fn takes(ty: &ConnectorType, kind: CredentialKind) -> Result<(), Failure> {
    if ty.credential == Some(kind) {
        return Ok(());
    }
    Err(Failure::conflict("This type of connector needs no such key.").word("no_key_taken"))
}
