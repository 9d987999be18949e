//! Becoming a device of a tenant: a key made here, a certificate given there.

use proto::{EnrollIdentity, EnrollRequest, EnrollResponse, path};
use uuid::Uuid;
use world::World;

use crate::state_dir::Pending;
use crate::{
    Credential, DeviceKey, Enrolment, KeyError, Origin, Refusal, Request, StateDir, StateError, Transport,
    TransportError,
};

/// By what right the device enrols.
#[derive(Clone, PartialEq, Eq)]
pub enum Authority {
    /// An enrolment token from an administrator.
    Token(String),
    /// The access token of a user who signed in.
    User(String),
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Authority::Token(…)",
            Self::User(_) => "Authority::User(…)",
        })
    }
}

/// What to enrol, where, and by what right.
#[derive(Debug, Clone)]
pub struct Enrolling {
    pub server: Origin,
    pub authority: Authority,
    /// Refuse when the authority is of another tenant.
    pub tenant_id: Option<Uuid>,
    /// What the server is trusted by; `None` for the authorities of the system.
    pub server_ca_pem: Option<String>,
    pub identity: EnrollIdentity,
    pub simulated: bool,
}

/// Why the device is not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    #[error("this device is enrolled at {0} already; to enrol it anew, run quarterdeck-agent unenroll first")]
    AlreadyEnrolled(Origin),
    #[error(transparent)]
    Refused(Refusal),
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the server gave a certificate that cannot be read; nothing was changed here")]
    BadCertificate,
}

/// Enrols the device and stores what came back. Hold the [`crate::Lock`].
///
/// Asked again after a failure it sends the same request id and key, so that a lost answer does not make
/// a second device.
///
/// # Errors
/// Then the device is not enrolled, and the call may be repeated.
pub async fn enrol<T: Transport>(
    world: &World,
    transport: &mut T,
    dir: &StateDir,
    enrolling: &Enrolling,
) -> Result<Enrolment, EnrolError> {
    if let Some(enrolment) = dir.enrolment()? {
        return Err(EnrolError::AlreadyEnrolled(enrolment.server));
    }
    let (pending, key) = begin(world, dir, &enrolling.server)?;
    let body = request_body(enrolling, &pending, &key)?;
    let mut request = Request::post_json(path::ENROLL, body);
    if let Authority::User(token) = &enrolling.authority {
        request.bearer = Some(token.clone());
    }
    let answer = transport.send(request).await?.message::<EnrollResponse>()?;
    let answer = answer.map_err(EnrolError::Refused)?;
    let credential = Credential {
        key_pem: pending.key_pem,
        certificates_pem: format!("{}\n{}", answer.certificate_pem.trim_end(), answer.ca_pem),
    };
    if credential.not_after().is_none() {
        return Err(EnrolError::BadCertificate);
    }
    transport.speak_as(Some(&credential))?;
    let enrolment = Enrolment {
        server: enrolling.server.clone(),
        tenant_id: answer.tenant_id,
        device_id: answer.device_id,
        device_name: enrolling.identity.device_name.clone(),
        enrolled_at: world.clock.now(),
        check_in_interval_seconds: answer.check_in_interval_seconds,
        renew_after: answer.renew_after,
        channel_path: answer.channel_path,
        server_ca_pem: answer.server_ca_pem.or_else(|| enrolling.server_ca_pem.clone()),
    };
    dir.set_credential(&credential)?;
    dir.set_enrolment(&enrolment)?;
    dir.remove("pending.json")?;
    Ok(enrolment)
}

fn begin(world: &World, dir: &StateDir, server: &Origin) -> Result<(Pending, DeviceKey), EnrolError> {
    if let Some(pending) = dir.pending()?.filter(|pending| pending.server == *server) {
        let key = DeviceKey::from_pem(&pending.key_pem)?;
        return Ok((pending, key));
    }
    let key = DeviceKey::generate()?;
    let pending = Pending { server: server.clone(), request_id: world.ids.guid(), key_pem: key.to_pem() };
    dir.set_pending(&pending)?;
    Ok((pending, key))
}

fn request_body(enrolling: &Enrolling, pending: &Pending, key: &DeviceKey) -> Result<Vec<u8>, KeyError> {
    let request = EnrollRequest {
        tenant_id: enrolling.tenant_id,
        enrollment_token: match &enrolling.authority {
            Authority::Token(token) => Some(token.clone()),
            Authority::User(_) => None,
        },
        csr_pem: key.certificate_request(&enrolling.identity.device_name)?,
        request_id: pending.request_id,
        identity: enrolling.identity.clone(),
        simulated: enrolling.simulated,
    };
    Ok(serde_json::to_vec(&request).expect("the request is plain data"))
}

#[cfg(test)]
mod tests;
