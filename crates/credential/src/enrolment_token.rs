//! Apple's enrolment server token: OAuth 1 credentials in JSON, in a message encrypted for one's own public key.

use jiff::Timestamp;
use serde::Deserialize;

use crate::error::{CredentialError, json};
use crate::key::PrivateKey;
use crate::location_token::apple_instant;
use crate::secret::Secret;
use crate::{cms, upload};

/// A token that can be used.
#[derive(Clone, Debug)]
pub struct EnrolmentToken {
    pub expires_at: Timestamp,
    pub consumer_key: String,
    pub consumer_secret: Secret,
    pub access_token: Secret,
    pub access_secret: Secret,
}

#[derive(Deserialize)]
struct Inner {
    consumer_key: Option<String>,
    consumer_secret: Option<String>,
    access_token: Option<String>,
    access_secret: Option<String>,
    access_token_expiry: Option<String>,
}

/// Decrypts and reads the `.p7m` file from Apple's portal with the private key (PEM) whose certificate was uploaded
/// there.
///
/// # Errors
/// The first thing wrong with it; [`CredentialError::OtherRecipient`] when it was made for another key.
pub fn read_enrolment_token(
    bytes: &[u8],
    private_key: &Secret,
    now: Timestamp,
) -> Result<EnrolmentToken, CredentialError> {
    upload::check_size(bytes)?;
    let key = PrivateKey::read(private_key.reveal().as_bytes(), None)?;
    let message = cms::decrypt(bytes, key.to_der())?;
    let object =
        object(&message).ok_or_else(|| CredentialError::NotJson("there is no object in it".to_owned()))?;
    let inner: Inner = serde_json::from_slice(object).map_err(|error| json(&error))?;
    let given = |value: Option<String>, name| {
        value.filter(|text| !text.is_empty()).ok_or(CredentialError::FieldMissing(name))
    };
    let expiry = given(inner.access_token_expiry, "access_token_expiry")?;
    let token = EnrolmentToken {
        expires_at: apple_instant(&expiry).ok_or(CredentialError::NotTime("access_token_expiry"))?,
        consumer_key: given(inner.consumer_key, "consumer_key")?,
        consumer_secret: Secret::new(given(inner.consumer_secret, "consumer_secret")?),
        access_token: Secret::new(given(inner.access_token, "access_token")?),
        access_secret: Secret::new(given(inner.access_secret, "access_secret")?),
    };
    if token.expires_at <= now {
        return Err(CredentialError::TokenExpired(token.expires_at));
    }
    Ok(token)
}

/// The JSON object between MIME headers and "BEGIN MESSAGE" lines.
fn object(message: &[u8]) -> Option<&[u8]> {
    let start = message.iter().position(|byte| *byte == b'{')?;
    let end = message.iter().rposition(|byte| *byte == b'}')?;
    message.get(start..=end)
}
