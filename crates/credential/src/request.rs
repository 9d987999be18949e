//! What one makes before Apple gives anything: a signing request, or a key pair with a certificate of its own.
//!
//! Keys come from the cryptography library's own randomness. Apple takes RSA only.

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize,
};
use time::OffsetDateTime;

use crate::error::CredentialError;
use crate::secret::Secret;

const NAME_CHARS_MAX: usize = 64;
/// Clocks of others may be behind.
const BACKDATED: SignedDuration = SignedDuration::from_hours(1);

/// A new key and the request to have it certified (PKCS#10).
///
/// Apple's push portal takes a request that an MDM vendor has signed; this is the one to be signed.
#[derive(Clone, Debug)]
pub struct SigningRequest {
    pub request_pem: String,
    /// PKCS#8, in PEM: to be kept until the certificate comes.
    pub private_key: Secret,
}

/// A new key and a certificate made with it.
#[derive(Clone, Debug)]
pub struct OwnKeyPair {
    /// What is uploaded to Apple's portal.
    pub certificate_pem: String,
    pub private_key: Secret,
    pub expires_at: Timestamp,
}

/// A signing request for Apple push.
///
/// # Errors
/// [`CredentialError::Name`] or [`CredentialError::KeyNotMade`].
pub fn new_signing_request(common_name: &str) -> Result<SigningRequest, CredentialError> {
    let params = params(common_name)?;
    let key = key()?;
    let request = params.serialize_request(&key).and_then(|request| request.pem());
    Ok(SigningRequest {
        request_pem: request.map_err(|_| CredentialError::KeyNotMade)?,
        private_key: Secret::new(key.serialize_pem()),
    })
}

/// A key pair for an enrolment server token: Apple encrypts the token for its certificate.
///
/// # Errors
/// [`CredentialError::Name`] or [`CredentialError::KeyNotMade`].
pub fn new_enrolment_key_pair(
    common_name: &str,
    valid: SignedDuration,
    now: Timestamp,
) -> Result<OwnKeyPair, CredentialError> {
    let mut params = params(common_name)?;
    let expires_at = now.saturating_add(valid).unwrap_or(Timestamp::MAX);
    params.not_before = offset(now - BACKDATED)?;
    params.not_after = offset(expires_at)?;
    // With this, the certificate also tells its key's id, by which a message may name its recipient.
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::KeyEncipherment, KeyUsagePurpose::DigitalSignature];
    let key = key()?;
    let certificate = params.self_signed(&key).map_err(|_| CredentialError::KeyNotMade)?;
    Ok(OwnKeyPair {
        certificate_pem: certificate.pem(),
        private_key: Secret::new(key.serialize_pem()),
        expires_at,
    })
}

fn params(common_name: &str) -> Result<CertificateParams, CredentialError> {
    let n_chars = common_name.chars().count();
    if common_name.trim().is_empty() || n_chars > NAME_CHARS_MAX || common_name.chars().any(char::is_control)
    {
        return Err(CredentialError::Name);
    }
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name.trim());
    params.distinguished_name = name;
    Ok(params)
}

fn key() -> Result<KeyPair, CredentialError> {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(|_| CredentialError::KeyNotMade)
}

fn offset(at: Timestamp) -> Result<OffsetDateTime, CredentialError> {
    OffsetDateTime::from_unix_timestamp(at.as_second()).map_err(|_| CredentialError::KeyNotMade)
}
