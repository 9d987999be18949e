//! A service account's key file (Google): JSON with a private key in it.

use serde::Deserialize;

use crate::error::{CredentialError, json};
use crate::key::PrivateKey;
use crate::secret::Secret;
use crate::upload::check_size;

/// A service account whose key can be used. Such keys carry no expiry of their own.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    pub project_id: String,
    pub client_email: String,
    pub private_key_id: String,
    /// PKCS#8, in PEM.
    pub private_key: Secret,
    /// Where tokens are asked for.
    pub token_uri: Option<String>,
}

#[derive(Deserialize)]
struct Inner {
    r#type: Option<String>,
    project_id: Option<String>,
    client_email: Option<String>,
    private_key_id: Option<String>,
    private_key: Option<String>,
    token_uri: Option<String>,
}

/// Reads the JSON file as it was downloaded.
///
/// # Errors
/// The first thing wrong with it.
pub fn read_service_account(bytes: &[u8]) -> Result<ServiceAccount, CredentialError> {
    check_size(bytes)?;
    let inner: Inner = serde_json::from_slice(bytes).map_err(|error| json(&error))?;
    let given = |value: Option<String>, name| {
        value.filter(|text| !text.is_empty()).ok_or(CredentialError::FieldMissing(name))
    };
    let kind = given(inner.r#type, "type")?;
    if kind != "service_account" {
        // Not echoed: a file of another kind may hold anything.
        let found = "a key file of another type".to_owned();
        return Err(CredentialError::WrongKind { wanted: "a service account's key file", found });
    }
    let pem = Secret::new(given(inner.private_key, "private_key")?);
    Ok(ServiceAccount {
        project_id: given(inner.project_id, "project_id")?,
        client_email: given(inner.client_email, "client_email")?,
        private_key_id: given(inner.private_key_id, "private_key_id")?,
        private_key: PrivateKey::read(pem.reveal().as_bytes(), None)?.to_pem(),
        token_uri: inner.token_uri,
    })
}
