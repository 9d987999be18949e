//! The requests and answers of the doors, and what makes a request valid.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::delta::wire;
use crate::limits::{MAX_CSR_CHARS, MAX_TEXT_CHARS, MAX_TOKEN_CHARS, optional, required};
use crate::{Changes, Hash, Malformed, OsFamily, SectionChange};

/// A message whose values can be outside their limits though its shape is right.
pub trait Validate {
    /// # Errors
    /// The first value outside its limits.
    fn validate(&self) -> Result<(), Malformed>;
}

/// `POST enroll`, without a client certificate. Who may is said by `enrollmentToken` or by a user token
/// in the `Authorization` header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnrollRequest {
    /// Checked against the token's tenant when given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrollment_token: Option<String>,
    /// PKCS#10 in PEM, a P-256 key.
    pub csr_pem: String,
    /// The same id with the same public key gives the same device again.
    pub request_id: Uuid,
    pub identity: EnrollIdentity,
    /// True for devices that do not exist.
    pub simulated: bool,
}

/// What the device calls itself when it enrols; its first report tells the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnrollIdentity {
    pub device_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operating_system: Option<OsFamily>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
}

/// `201` to [`EnrollRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrollResponse {
    pub tenant_id: Uuid,
    pub device_id: Uuid,
    /// The leaf: CN is the device id, SAN URI `quarterdeck:tenant:<tenant>:device:<device>`.
    pub certificate_pem: String,
    /// The tenant's device CA.
    pub ca_pem: String,
    /// What to trust the server by from now on, when it is not publicly trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_ca_pem: Option<String>,
    pub check_in_interval_seconds: u32,
    pub renew_after: Timestamp,
    pub channel_path: String,
}

/// `POST renew`, shown the old certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenewRequest {
    pub csr_pem: String,
}

/// `200` to [`RenewRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenewResponse {
    pub certificate_pem: String,
    pub ca_pem: String,
    pub renew_after: Timestamp,
}

/// Why a device reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// The agent started.
    Start,
    Scheduled,
    /// The server asked over the channel.
    Told,
    /// Someone at the device asked.
    Manual,
}

impl Reason {
    /// The reason as the wire writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Scheduled => "scheduled",
            Self::Told => "told",
            Self::Manual => "manual",
        }
    }
}

/// `POST checkin`: what changed since the inventory of hash `base`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckInRequest {
    /// Strictly increasing per device, from 1.
    pub sequence: u64,
    pub report_id: Uuid,
    pub collected_at: Timestamp,
    pub reason: Reason,
    /// The hash of the inventory the changes apply to; `None` for a full report.
    pub base: Option<Hash>,
    #[serde(deserialize_with = "wire::changes")]
    pub sections: Changes,
}

/// `200` to [`CheckInRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckInResponse {
    /// The highest sequence accepted from this device: that of the report, or for a duplicate maybe a later
    /// one, which tells a device that came back from an older copy of itself where to go on.
    pub accepted: u64,
    /// The hash of the inventory now held.
    pub state_hash: Hash,
    /// The report was there already; nothing changed.
    pub duplicate: bool,
    pub next_check_in_seconds: u32,
    pub renew_now: bool,
}

/// `200` to `GET me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MeResponse {
    pub tenant_id: Uuid,
    pub device_id: Uuid,
    pub device_name: Option<String>,
    pub enrolled_date_time: Timestamp,
    pub last_sync_date_time: Option<Timestamp>,
    pub certificate_not_after: Timestamp,
    pub state: String,
}

impl Validate for EnrollRequest {
    fn validate(&self) -> Result<(), Malformed> {
        if let Some(token) = &self.enrollment_token {
            required("enrollmentToken", token, MAX_TOKEN_CHARS)?;
        }
        pem("csrPem", &self.csr_pem)?;
        self.identity.validate().map_err(|malformed| malformed.under("identity"))
    }
}

impl Validate for EnrollIdentity {
    fn validate(&self) -> Result<(), Malformed> {
        required("deviceName", &self.device_name, MAX_TEXT_CHARS)?;
        optional("serialNumber", self.serial_number.as_deref())?;
        optional("manufacturer", self.manufacturer.as_deref())?;
        optional("model", self.model.as_deref())?;
        optional("osVersion", self.os_version.as_deref())
    }
}

impl Validate for RenewRequest {
    fn validate(&self) -> Result<(), Malformed> {
        pem("csrPem", &self.csr_pem)
    }
}

impl Validate for CheckInRequest {
    fn validate(&self) -> Result<(), Malformed> {
        if self.sequence == 0 || i64::try_from(self.sequence).is_err() {
            return Err(Malformed::new("sequence", "must be from 1 to 9223372036854775807"));
        }
        for (name, change) in &self.sections {
            let target = format!("sections.{name}");
            if self.base.is_none() && !matches!(change, SectionChange::Content { .. }) {
                return Err(Malformed::new(
                    target,
                    "must carry its whole content, since \"base\" is null and the report is a full one",
                ));
            }
            change.validate().map_err(|malformed| malformed.under(&target))?;
        }
        Ok(())
    }
}

/// PEM has line breaks, which [`required`] refuses.
fn pem(target: &str, text: &str) -> Result<(), Malformed> {
    if text.is_empty() {
        return Err(Malformed::new(target, "must not be empty"));
    }
    if text.len() > MAX_CSR_CHARS {
        return Err(Malformed::new(target, format!("is longer than {MAX_CSR_CHARS} bytes")));
    }
    if text.contains('\0') || !text.contains("-----BEGIN CERTIFICATE REQUEST-----") {
        return Err(Malformed::new(target, "must be a PKCS#10 certificate request in PEM"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
