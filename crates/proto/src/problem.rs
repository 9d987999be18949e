//! Refusals: RFC 9457 problem details with a closed set of codes.

use serde::{Deserialize, Serialize};

use crate::Malformed;

/// Why the server refused. Closed: an agent decides by it what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The body is not a well-formed message of this door.
    Malformed,
    /// The body is larger than 8 MiB after inflating.
    TooLarge,
    /// The body is neither JSON nor gzip of JSON.
    UnsupportedMediaType,
    /// No such enrolment token, or the user token is not for enrolling here.
    TokenInvalid,
    /// The token's time is over.
    TokenExpired,
    /// The enrolment token has enrolled as many devices as it may.
    TokenUsedUp,
    /// The certificate request is not a signed PKCS#10 request with a P-256 key.
    CsrInvalid,
    /// The door wants a client certificate and none was shown.
    CertificateMissing,
    /// The certificate is not from a tenant of this server.
    CertificateUntrusted,
    /// The certificate's time is over.
    CertificateExpired,
    /// The certificate was revoked.
    CertificateRevoked,
    /// The server knows no such device.
    DeviceUnknown,
    /// An administrator retired the device.
    DeviceRetired,
    /// The device or token belongs to another tenant.
    WrongTenant,
    /// Reports between the last accepted and this one are missing.
    SequenceGap,
    /// The server does not hold the state the delta applies to: send a full report.
    BaseMismatch,
    /// There is no such door.
    NotFound,
    /// The server failed; trying again later may help.
    Internal,
}

impl Code {
    /// Every code, in the order of the enum.
    pub const ALL: [Self; 18] = [
        Self::Malformed,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::TokenInvalid,
        Self::TokenExpired,
        Self::TokenUsedUp,
        Self::CsrInvalid,
        Self::CertificateMissing,
        Self::CertificateUntrusted,
        Self::CertificateExpired,
        Self::CertificateRevoked,
        Self::DeviceUnknown,
        Self::DeviceRetired,
        Self::WrongTenant,
        Self::SequenceGap,
        Self::BaseMismatch,
        Self::NotFound,
        Self::Internal,
    ];

    /// The code as the wire writes it.
    pub fn as_str(self) -> &'static str {
        self.parts().0
    }

    /// The HTTP status that goes with it.
    pub fn status(self) -> u16 {
        self.parts().1
    }

    /// A short sentence, the same for every occurrence.
    pub fn title(self) -> &'static str {
        self.parts().2
    }

    fn parts(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::Malformed => ("malformed", 400, "The message is not well-formed."),
            Self::TooLarge => ("too_large", 413, "The message is too large."),
            Self::UnsupportedMediaType => ("unsupported_media_type", 415, "Send JSON, or gzip of JSON."),
            Self::TokenInvalid => ("token_invalid", 401, "The token is not valid."),
            Self::TokenExpired => ("token_expired", 401, "The token has expired."),
            Self::TokenUsedUp => {
                ("token_used_up", 403, "The enrolment token has enrolled all the devices it may.")
            }
            Self::CsrInvalid => ("csr_invalid", 400, "The certificate request is not valid."),
            Self::CertificateMissing => ("certificate_missing", 401, "Show the device certificate."),
            Self::CertificateUntrusted => {
                ("certificate_untrusted", 401, "The device certificate is not from this server.")
            }
            Self::CertificateExpired => ("certificate_expired", 401, "The device certificate has expired."),
            Self::CertificateRevoked => ("certificate_revoked", 401, "The device certificate was revoked."),
            Self::DeviceUnknown => ("device_unknown", 404, "The server knows no such device."),
            Self::DeviceRetired => ("device_retired", 410, "The device was retired."),
            Self::WrongTenant => ("wrong_tenant", 403, "The device belongs to another tenant."),
            Self::SequenceGap => ("sequence_gap", 409, "Reports are missing before this one."),
            Self::BaseMismatch => {
                ("base_mismatch", 409, "The server does not hold the state this report changes.")
            }
            Self::NotFound => ("not_found", 404, "There is no such door."),
            Self::Internal => ("internal", 500, "The server failed; try again later."),
        }
    }
}

/// The body of every refusal (RFC 9457, `application/problem+json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    pub code: Code,
    /// The member of the request at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

impl Problem {
    /// A refusal with this code; `detail` says what is wrong here and what to change.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:quarterdeck:problem:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            target: None,
        }
    }
}

impl From<Malformed> for Problem {
    fn from(malformed: Malformed) -> Self {
        let detail = malformed.to_string();
        let target = (!malformed.target.is_empty()).then_some(malformed.target);
        Self { target, ..Self::new(Code::Malformed, detail) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_written_as_it_says() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).expect("a string"), code.as_str());
            assert!((400..600).contains(&code.status()));
        }
    }

    #[test]
    fn a_malformed_message_becomes_a_problem_with_its_target() {
        let problem = Problem::from(Malformed::new("csrPem", "must not be empty"));
        assert_eq!(
            serde_json::to_string(&problem).expect("plain data"),
            r#"{"type":"urn:quarterdeck:problem:malformed","title":"The message is not well-formed.","status":400,"detail":"csrPem must not be empty","code":"malformed","target":"csrPem"}"#
        );
    }
}
