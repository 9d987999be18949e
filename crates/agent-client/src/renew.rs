//! A new key and certificate before the old one's time is over.

use jiff::Timestamp;
use proto::{RenewRequest, RenewResponse, path};

use crate::{
    Credential, DeviceKey, Enrolment, KeyError, Refusal, Request, StateDir, StateError, Transport,
    TransportError,
};

/// Why the certificate is still the old one.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    #[error(transparent)]
    Refused(Refusal),
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the server gave a certificate that cannot be read; the old one stays")]
    BadCertificate,
}

/// Renews when the time for it has come, or the server asked for it. True when it did.
///
/// # Errors
/// As [`renew`].
pub async fn renew_if_due<T: Transport>(
    now: Timestamp,
    asked: bool,
    transport: &mut T,
    dir: &StateDir,
    enrolment: &mut Enrolment,
) -> Result<bool, RenewError> {
    let due = asked || now >= enrolment.renew_after;
    if due {
        renew(transport, dir, enrolment).await?;
    }
    Ok(due)
}

/// Asks for a certificate for a new key, stores both, and speaks with them from now on.
///
/// # Errors
/// Then the old key and certificate stay in use.
pub async fn renew<T: Transport>(
    transport: &mut T,
    dir: &StateDir,
    enrolment: &mut Enrolment,
) -> Result<(), RenewError> {
    let key = DeviceKey::generate()?;
    let request = RenewRequest { csr_pem: key.certificate_request(&enrolment.device_name)? };
    let body = serde_json::to_vec(&request).expect("the request is plain data");
    let answer = transport.send(Request::post_json(path::RENEW, body)).await?.message::<RenewResponse>()?;
    let answer = answer.map_err(RenewError::Refused)?;
    let credential = Credential {
        key_pem: key.to_pem(),
        certificates_pem: format!("{}\n{}", answer.certificate_pem.trim_end(), answer.ca_pem),
    };
    if credential.not_after().is_none() {
        return Err(RenewError::BadCertificate);
    }
    transport.speak_as(Some(&credential))?;
    dir.set_credential(&credential)?;
    enrolment.renew_after = answer.renew_after;
    dir.set_enrolment(enrolment)?;
    Ok(())
}
