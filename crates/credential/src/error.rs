//! Why a credential is refused: one sentence for each reason, saying what to do.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A refused credential. `Display` is a whole English sentence; [`CredentialError::code`] is a stable word for
/// machines and translations. No message holds any part of the upload that could be secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    #[error("The file is empty; choose the file that was downloaded.")]
    Empty,
    #[error("The file is larger than 1 MiB, which no credential is; choose the certificate or token itself.")]
    TooLarge,
    #[error("The file is a ZIP archive; unpack it and upload the file inside it.")]
    Zip,
    #[error(
        "The file ends before the certificate or token in it does; download it again and upload all of it."
    )]
    Truncated,
    #[error(
        "The text is not base64, so some of it is missing or was changed; paste it again as it was given."
    )]
    NotBase64,
    #[error("The file is neither a PEM, DER nor PKCS#12 certificate; export it in one of these forms.")]
    NotCertificate,
    #[error("The file holds more than 32 certificates; upload the certificate and its chain alone.")]
    TooMany,
    #[error("The password does not open the file; type the one it was exported with.")]
    WrongPassword,
    #[error("The file is protected by a password; type the one it was exported with.")]
    PasswordMissing,
    #[error(
        "The file is protected in a way that is not read here ({0}); export it again with AES-256 and SHA-256."
    )]
    Protection(String),
    #[error(
        "The private key is missing; upload it too, or export the certificate together with its key as PKCS#12."
    )]
    PrivateKeyMissing,
    #[error("The private key cannot be read; give it as PKCS#8, PKCS#1 or SEC1, in PEM or DER.")]
    PrivateKeyUnreadable,
    #[error(
        "The private key belongs to another certificate; upload the key that the certificate was asked for with."
    )]
    KeyMismatch,
    #[error("The certificate expired on {}; renew it and upload the new one.", day(.0))]
    Expired(Timestamp),
    #[error("The certificate is valid only from {}; check the clock, or upload it then.", day(.0))]
    NotYetValid(Timestamp),
    #[error(
        "The chain holds an authority that expired on {}: {name}; upload the chain of the authority's new certificate.",
        day(.at)
    )]
    ChainExpired { name: String, at: Timestamp },
    #[error(
        "The chain is broken: {name} was not signed by any certificate in the file; upload the whole chain, nothing else."
    )]
    ChainBroken { name: String },
    #[error("The certificate is of another kind: {found}; upload {wanted}.")]
    WrongKind { wanted: &'static str, found: String },
    #[error(
        "The certificate names no push topic (UID in its subject); upload the MDM push certificate that Apple gave."
    )]
    TopicMissing,
    #[error(
        "The certificate is for the topic {found}, but devices enrolled with {expected} and would stop listening; \
         renew the old certificate with the same Apple ID instead of making a new one."
    )]
    TopicDiffers { expected: String, found: String },
    #[error("The token is not the JSON it should be ({0}); download it again.")]
    NotJson(String),
    #[error("The token lacks '{0}'; download it again, and check that it is of this kind.")]
    FieldMissing(&'static str),
    #[error("'{0}' in the token is no date and time; download it again.")]
    NotTime(&'static str),
    #[error("The token expired on {}; download a new one.", day(.0))]
    TokenExpired(Timestamp),
    #[error(
        "The file is no encrypted message (.p7m); upload the server token file as Apple's portal gave it."
    )]
    NotEnvelope,
    #[error(
        "The token was encrypted for another public key; upload this connector's public key to Apple's portal and \
         download the token again."
    )]
    OtherRecipient,
    #[error("The token is encrypted with an algorithm that is not read here ({0}).")]
    Cipher(String),
    #[error("The secret is empty, or has a line break or space at an end; copy the value itself.")]
    SecretShape,
    #[error("The secret's expiry is in the past; make a new secret.")]
    SecretExpired,
    #[error("The name is empty, too long or holds control characters; choose one of 1 to 64 characters.")]
    Name,
    #[error("A new key pair could not be made; try again.")]
    KeyNotMade,
}

impl CredentialError {
    /// The reason as a stable word.
    pub fn code(&self) -> &'static str {
        match self {
            CredentialError::Empty => "empty",
            CredentialError::TooLarge => "too_large",
            CredentialError::Zip => "zip",
            CredentialError::Truncated => "truncated",
            CredentialError::NotBase64 => "not_base64",
            CredentialError::NotCertificate => "not_a_certificate",
            CredentialError::TooMany => "too_many_certificates",
            CredentialError::WrongPassword => "wrong_password",
            CredentialError::PasswordMissing => "password_missing",
            CredentialError::Protection(_) => "unknown_protection",
            CredentialError::PrivateKeyMissing => "private_key_missing",
            CredentialError::PrivateKeyUnreadable => "private_key_unreadable",
            CredentialError::KeyMismatch => "key_mismatch",
            CredentialError::Expired(_) => "expired",
            CredentialError::NotYetValid(_) => "not_yet_valid",
            CredentialError::ChainExpired { .. } => "chain_expired",
            CredentialError::ChainBroken { .. } => "chain_broken",
            CredentialError::WrongKind { .. } => "wrong_kind",
            CredentialError::TopicMissing => "topic_missing",
            CredentialError::TopicDiffers { .. } => "topic_differs",
            CredentialError::NotJson(_) => "not_json",
            CredentialError::FieldMissing(_) => "field_missing",
            CredentialError::NotTime(_) => "not_a_time",
            CredentialError::TokenExpired(_) => "token_expired",
            CredentialError::NotEnvelope => "not_an_encrypted_message",
            CredentialError::OtherRecipient => "other_recipient",
            CredentialError::Cipher(_) => "unknown_cipher",
            CredentialError::SecretShape => "secret_shape",
            CredentialError::SecretExpired => "secret_expired",
            CredentialError::Name => "name",
            CredentialError::KeyNotMade => "key_not_made",
        }
    }
}

fn day(at: &Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// What is wrong with a JSON text, without any of the text: it holds secrets.
pub(crate) fn json(error: &serde_json::Error) -> CredentialError {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => "a value in it has another type",
        _ => "it is no JSON",
    };
    CredentialError::NotJson(format!("{what}, line {} column {}", error.line(), error.column()))
}
