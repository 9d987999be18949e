//! From an upload to a credential as it is kept: which reader reads it, which key fits it, and what is shown of it.

use credential::{CredentialError, KeyRule, Purpose, Secret, Upload};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use crate::catalogue::CredentialKind;

/// What somebody gave.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) password: Option<Zeroizing<String>>,
    pub(crate) private_key: Option<Zeroizing<Vec<u8>>>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) apple_identifier: Option<String>,
}

/// What is known before.
#[derive(Default)]
pub(crate) struct Known {
    /// The topic devices enrolled with.
    pub(crate) topic: Option<String>,
    /// Keys made here that an answer may fit, newest first.
    pub(crate) keys: Vec<Secret>,
}

/// A credential that was read.
pub(crate) struct Read {
    pub(crate) stored: Stored,
    /// The certificate, where there is one.
    pub(crate) public_text: String,
    pub(crate) facts: Json,
    pub(crate) valid_from: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
    /// The waiting key has become a part of this.
    pub(crate) ends_pending_key: bool,
}

/// The secret parts, as they are sealed: JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub(crate) enum Stored {
    #[serde(rename_all = "camelCase")]
    Certificate { certificate_pem: String, private_key_pem: Option<String> },
    #[serde(rename_all = "camelCase")]
    LocationToken { bearer: String },
    #[serde(rename_all = "camelCase")]
    EnrolmentToken {
        consumer_key: String,
        consumer_secret: String,
        access_token: String,
        access_secret: String,
    },
    #[serde(rename_all = "camelCase")]
    ServiceAccount {
        project_id: String,
        client_email: String,
        private_key_id: String,
        private_key_pem: String,
        token_uri: Option<String>,
    },
    #[serde(rename_all = "camelCase")]
    ClientSecret { value: String },
}

impl Stored {
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec(self).expect("texts become JSON"))
    }

    /// What was kept, if it can be read.
    pub(crate) fn read(bytes: Option<&[u8]>) -> Option<Stored> {
        serde_json::from_slice(bytes?).ok()
    }

    /// The key of a kept certificate.
    pub(crate) fn private_key(bytes: &[u8]) -> Option<Secret> {
        match serde_json::from_slice(bytes).ok()? {
            Stored::Certificate { private_key_pem, .. } => private_key_pem.map(Secret::new),
            _ => None,
        }
    }
}

/// Reads what was given for a credential of this kind.
///
/// # Errors
/// The reader's: one sentence for each reason.
pub(crate) fn read(
    kind: CredentialKind,
    given: &Given,
    known: &Known,
    now: Timestamp,
) -> Result<Read, CredentialError> {
    match kind {
        CredentialKind::ApplePush => apple_push(given, known, now),
        CredentialKind::AppleLocationToken => location_token(given, now),
        CredentialKind::AppleEnrolmentToken => enrolment_token(given, known, now),
        CredentialKind::Certificate => certificate(given, KeyRule::Optional, now),
        CredentialKind::CertificateWithKey => certificate(given, KeyRule::Required, now),
        CredentialKind::ServiceAccount => service_account(given),
        CredentialKind::ClientSecret => client_secret(given, now),
    }
}

fn apple_push(given: &Given, known: &Known, now: Timestamp) -> Result<Read, CredentialError> {
    let topic = known.topic.as_deref();
    let mut read = credential::read_apple_push(&given.upload(), topic, now);
    for key in &known.keys {
        if !matches!(read, Err(CredentialError::PrivateKeyMissing | CredentialError::KeyMismatch)) {
            break;
        }
        let with_key =
            Upload { private_key: Some(key.reveal().as_bytes()), password: None, ..given.upload() };
        read = credential::read_apple_push(&with_key, topic, now);
    }
    let push = read?;
    let mut read = of_certificate(&push.certificate);
    read.facts["topic"] = json!(push.topic);
    if let Some(name) = &given.apple_identifier {
        read.facts["appleIdentifier"] = json!(name);
    }
    read.ends_pending_key = true;
    Ok(read)
}

fn certificate(given: &Given, key_rule: KeyRule, now: Timestamp) -> Result<Read, CredentialError> {
    credential::read_certificate(&given.upload(), Purpose::Any, key_rule, now)
        .map(|read| of_certificate(&read))
}

fn of_certificate(certificate: &credential::Certificate) -> Read {
    let facts = &certificate.facts;
    Read {
        stored: Stored::Certificate {
            certificate_pem: certificate.pem.clone(),
            private_key_pem: certificate.private_key.as_ref().map(|key| key.reveal().to_owned()),
        },
        public_text: certificate.pem.clone(),
        facts: json!({
            "subject": facts.subject,
            "issuer": facts.issuer,
            "name": facts.name,
            "serialNumber": facts.serial_number,
            "sha256": facts.sha256,
            "names": facts.names,
            "hasPrivateKey": certificate.private_key.is_some(),
            "chain": certificate.chain.iter().map(|one| json!({
                "name": one.name, "expirationDateTime": one.not_after,
            })).collect::<Vec<_>>(),
        }),
        valid_from: Some(facts.not_before),
        // A chain is as good as its weakest part.
        expires_at: certificate.chain.iter().map(|one| one.not_after).chain([facts.not_after]).min(),
        ends_pending_key: false,
    }
}

fn location_token(given: &Given, now: Timestamp) -> Result<Read, CredentialError> {
    let token = credential::read_location_token(&given.bytes, now)?;
    Ok(Read {
        stored: Stored::LocationToken { bearer: token.bearer.reveal().to_owned() },
        public_text: String::new(),
        facts: json!({ "organizationName": token.organization, "appleIdentifier": given.apple_identifier }),
        valid_from: None,
        expires_at: Some(token.expires_at),
        ends_pending_key: false,
    })
}

fn enrolment_token(given: &Given, known: &Known, now: Timestamp) -> Result<Read, CredentialError> {
    let key = known.keys.first().ok_or(CredentialError::OtherRecipient)?;
    let token = credential::read_enrolment_token(&given.bytes, key, now)?;
    let reveal = |secret: &Secret| secret.reveal().to_owned();
    Ok(Read {
        stored: Stored::EnrolmentToken {
            consumer_key: token.consumer_key.clone(),
            consumer_secret: reveal(&token.consumer_secret),
            access_token: reveal(&token.access_token),
            access_secret: reveal(&token.access_secret),
        },
        public_text: String::new(),
        facts: json!({ "consumerKey": token.consumer_key, "appleIdentifier": given.apple_identifier }),
        valid_from: None,
        expires_at: Some(token.expires_at),
        ends_pending_key: false,
    })
}

fn service_account(given: &Given) -> Result<Read, CredentialError> {
    let account = credential::read_service_account(&given.bytes)?;
    Ok(Read {
        facts: json!({
            "projectId": account.project_id,
            "clientEmail": account.client_email,
            "privateKeyId": account.private_key_id,
        }),
        stored: Stored::ServiceAccount {
            project_id: account.project_id,
            client_email: account.client_email,
            private_key_id: account.private_key_id,
            private_key_pem: account.private_key.reveal().to_owned(),
            token_uri: account.token_uri,
        },
        public_text: String::new(),
        valid_from: None,
        expires_at: given.expires_at,
        ends_pending_key: false,
    })
}

fn client_secret(given: &Given, now: Timestamp) -> Result<Read, CredentialError> {
    let text = std::str::from_utf8(&given.bytes).map_err(|_| CredentialError::SecretShape)?;
    let expires_at = given.expires_at.ok_or(CredentialError::FieldMissing("expirationDateTime"))?;
    let secret = credential::read_client_secret(text, expires_at, now)?;
    Ok(Read {
        stored: Stored::ClientSecret { value: secret.value.reveal().to_owned() },
        public_text: String::new(),
        facts: json!({ "hint": secret.hint }),
        valid_from: None,
        expires_at: Some(secret.expires_at),
        ends_pending_key: false,
    })
}
