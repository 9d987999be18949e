//! Give an instance its credential, or renew it: read whole, checked, sealed; never shown again. A refused one changes
//! nothing.

use api::{Code, Failure, Permitted};
use axum::Json;
use axum::extract::{Path, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential::{CredentialError, Upload};
use http::header;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::{Changing, Target, change};
use crate::TenantStatus;
use crate::connector::instance::{Credential, CredentialState};
use crate::connector::secret::{self, Purpose};
use crate::upload::{self, Given, Stored};
use crate::view::ConnectorInstance;

/// The most a body may weigh: a credential of the greatest size as base64, and the words around it.
const BODY_BYTES_MAX: usize = 3 * credential::BYTES_MAX;

/// A credential, as a file in base64 or as pasted text. Or send the file itself as `application/octet-stream`.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CredentialUpload")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// The file's bytes in base64.
    #[serde(default)]
    pub content_base64: Option<Zeroized>,
    /// The pasted text: PEM, a token, a secret.
    #[serde(default)]
    pub text: Option<Zeroized>,
    /// Opens PKCS#12 and encrypted private keys.
    #[serde(default)]
    pub password: Option<Zeroized>,
    /// The private key in a file of its own, in base64.
    #[serde(default)]
    pub private_key_base64: Option<Zeroized>,
    /// When a client secret expires: its issuer told it.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub expiration_date_time: Option<Timestamp>,
    /// The Apple ID it was made with: shown, so that the next renewal uses the same.
    #[serde(default)]
    pub apple_identifier: Option<String>,
}

/// Text that is wiped when dropped and never printed.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub struct Zeroized(#[schemars(with = "String")] Zeroizing<String>);

impl<'de> Deserialize<'de> for Zeroized {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Zeroized, D::Error> {
        String::deserialize(deserializer).map(|text| Zeroized(Zeroizing::new(text)))
    }
}

pub async fn handle(
    status: TenantStatus,
    permitted: Permitted,
    Path((key, id)): Path<(String, String)>,
    request: Request,
) -> Result<Json<ConnectorInstance>, Failure> {
    let target = Target::to_change(&permitted, (&key, &id))?;
    let kind = target.ty.credential.ok_or_else(|| {
        Failure::conflict("This type of connector takes no credential.").word("no_credential_taken")
    })?;
    let given = given(request).await?;
    let changed = change(&status, &permitted, target, "Upload connector credential", move |changing| {
        let known = known(changing)?;
        let read = upload::read(kind, &given, &known, changing.now).map_err(refused)?;
        keep(changing, &read)?;
        Ok(json!({ "expirationDateTime": read.expires_at, "facts": read.facts }))
    });
    changed.await.map(Json)
}

/// What is known already: the topic to keep, and the keys that an answer may fit.
fn known(changing: &mut Changing<'_, '_, '_>) -> Result<upload::Known, Failure> {
    let (seal, id) = (&*changing.status.seal, changing.instance.id);
    let mut keys = Vec::new();
    if let Some(kept) = secret::find(changing.tx, seal, id, Purpose::PendingKey)? {
        keys.extend(kept.secret.and_then(|key| String::from_utf8(key).ok()).map(credential::Secret::new));
    }
    if let Some(kept) = secret::find(changing.tx, seal, id, Purpose::Credential)? {
        keys.extend(kept.secret.and_then(|stored| Stored::private_key(&stored)));
    }
    let topic = changing.instance.credential.facts["topic"].as_str().map(str::to_owned);
    Ok(upload::Known { topic, keys })
}

/// Keeps what was read in place of what was there.
fn keep(changing: &mut Changing<'_, '_, '_>, read: &upload::Read) -> Result<(), Failure> {
    let (seal, id, now) = (&*changing.status.seal, changing.instance.id, changing.now);
    let stored = read.stored.to_bytes();
    secret::put(changing.tx, seal, (id, Purpose::Credential), (&stored, &read.public_text), now)?;
    if read.ends_pending_key {
        secret::delete(changing.tx, id, Purpose::PendingKey)?;
    }
    let mut facts = read.facts.clone();
    let before = &changing.instance.credential.facts["appleIdentifier"];
    if facts["appleIdentifier"].is_null() && before.is_string() {
        // A renewal is made with the same Apple ID, or the topic would be another.
        facts["appleIdentifier"] = before.clone();
    }
    changing.instance.credential = Credential {
        state: CredentialState::Readable,
        facts,
        valid_from: read.valid_from,
        expires_at: read.expires_at,
        at: Some(now),
    };
    let sync = &mut changing.instance.sync;
    if sync.kind.is_some_and(|kind| kind.is_active()) {
        sync.next_run_at = Some(now);
    }
    Ok(())
}

pub(super) fn refused(error: CredentialError) -> Failure {
    let code = match error {
        CredentialError::TooLarge => Code::TooLarge,
        CredentialError::TopicDiffers { .. } => Code::Conflict,
        _ => Code::BadRequest,
    };
    Failure::new(code, error.to_string()).word(error.code()).target("credential")
}

/// The body, as JSON or as the file itself.
async fn given(request: Request) -> Result<Given, Failure> {
    let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let is_json = media_type.split(';').next().is_some_and(|essence| essence.trim() == "application/json");
    let body = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await;
    let body = Zeroizing::new(body.map_err(|_| refused(CredentialError::TooLarge))?.to_vec());
    if !is_json {
        return Ok(Given { bytes: body, ..Given::default() });
    }
    let input: Input = serde_json::from_slice(&body).map_err(|error| {
        // The error's own words may repeat a part of a secret.
        let place = format!("line {}, column {}", error.line(), error.column());
        Failure::bad_request(format!("The body does not fit at {place}; see the OpenAPI document."))
    })?;
    from_json(input)
}

fn from_json(input: Input) -> Result<Given, Failure> {
    let bytes = match (input.content_base64, input.text) {
        (Some(base64), None) => decoded(&base64, "contentBase64")?,
        (None, Some(text)) => Zeroizing::new(text.0.as_bytes().to_vec()),
        _ => {
            let message = "Give either contentBase64, the file, or text, what was pasted.";
            return Err(Failure::bad_request(message).target("contentBase64"));
        }
    };
    let private_key =
        input.private_key_base64.map(|base64| decoded(&base64, "privateKeyBase64")).transpose()?;
    Ok(Given {
        bytes,
        password: input.password.map(|password| password.0),
        private_key,
        expires_at: input.expiration_date_time,
        apple_identifier: input.apple_identifier.filter(|name| name.len() <= 320),
    })
}

fn decoded(base64: &Zeroized, field: &'static str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let tight: Zeroizing<Vec<u8>> =
        Zeroizing::new(base64.0.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
    let refused = |_| Failure::bad_request(format!("{field} is no base64 text.")).target(field);
    STANDARD.decode(&*tight).map(Zeroizing::new).map_err(refused)
}

impl Given {
    pub(crate) fn upload(&self) -> Upload<'_> {
        Upload {
            bytes: &self.bytes,
            password: self.password.as_deref().map(String::as_str),
            private_key: self.private_key.as_deref().map(Vec::as_slice),
        }
    }
}
