//! The server's no, as a sentence that says what to do.

use std::fmt;

use proto::Code;

/// A refusal by the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// `None` when the answer was not one of this protocol, from a proxy for instance.
    pub code: Option<Code>,
    /// The server's own words.
    pub detail: String,
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// Trying the same again cannot help: somebody has to act.
    pub fn is_final(&self) -> bool {
        match self.code {
            Some(Code::Internal) => false,
            Some(_) => true,
            None => !matches!(self.status, 408 | 429 | 500..),
        }
    }

    /// The device itself is no longer welcome: it stops reporting until it is enrolled again.
    pub fn ends_enrolment(&self) -> bool {
        matches!(
            self.code,
            Some(
                Code::CertificateRevoked
                    | Code::CertificateExpired
                    | Code::CertificateUntrusted
                    | Code::DeviceUnknown
                    | Code::DeviceRetired
                    | Code::WrongTenant
            )
        )
    }

    /// The server lost its place in this device's reports: a full report mends it.
    pub(crate) fn wants_full_report(&self) -> bool {
        matches!(self.code, Some(Code::BaseMismatch | Code::SequenceGap | Code::Malformed | Code::TooLarge))
    }

    fn sentence(&self) -> &'static str {
        match self.code {
            Some(Code::TokenInvalid) => {
                "The server does not know this enrolment token. Ask an administrator for a new one, or sign in with --device-code."
            }
            Some(Code::TokenExpired) => {
                "The enrolment token has expired. Ask an administrator for a new one, or sign in with --device-code."
            }
            Some(Code::TokenUsedUp) => {
                "The enrolment token has enrolled all the devices it may. Ask an administrator for a new one."
            }
            Some(Code::CertificateMissing) => {
                "The server saw no device certificate. A proxy between device and server must pass TLS through untouched."
            }
            Some(Code::CertificateUntrusted) => {
                "The device's certificate is not from this server. Enrol the device again: quarterdeck-agent unenroll, then enroll."
            }
            Some(Code::CertificateExpired) => {
                "The device's certificate has expired; it was away for too long. Enrol it again: quarterdeck-agent unenroll, then enroll."
            }
            Some(Code::CertificateRevoked) => {
                "An administrator revoked this device's certificate. If that was a mistake, ask for an enrolment token and enrol again."
            }
            Some(Code::DeviceUnknown) => {
                "The server knows no such device; it may have been deleted. Enrol it again: quarterdeck-agent unenroll, then enroll."
            }
            Some(Code::DeviceRetired) => {
                "An administrator retired this device. Remove the agent, or ask for an enrolment token and enrol again."
            }
            Some(Code::WrongTenant) => {
                "The device or the token belongs to another tenant. Check --tenant and the token's tenant."
            }
            Some(Code::CsrInvalid) => "The server refuses the certificate request. Update the agent.",
            Some(Code::Malformed | Code::TooLarge | Code::UnsupportedMediaType) => {
                "The server cannot read what the agent sent. Update the agent or the server, so that their versions match."
            }
            Some(Code::SequenceGap | Code::BaseMismatch) => {
                "The server lost its place in this device's reports. The next report is a full one."
            }
            Some(Code::NotFound) => "There are no agent doors at this address. Check --server.",
            Some(Code::Internal) => "The server has a problem. The agent tries again later.",
            None if self.status == 404 => "There is no Quarterdeck server at this address. Check --server.",
            None if self.status >= 500 || self.status == 429 => {
                "The server is busy or starting. The agent tries again later."
            }
            None => {
                "Something between the device and the server answered instead of the server. Check --server and proxies."
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())?;
        match (self.code, self.detail.is_empty()) {
            (Some(code), false) => write!(f, " The server said: {} ({})", self.detail, code.as_str()),
            (Some(code), true) => write!(f, " ({})", code.as_str()),
            (None, _) => write!(f, " (HTTP {})", self.status),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: Code) -> Refusal {
        Refusal { status: code.status(), code: Some(code), detail: "Because.".to_owned() }
    }

    #[test]
    fn every_refusal_is_a_sentence_with_the_servers_words() {
        for code in Code::ALL {
            let text = refusal(code).to_string();
            assert!(text.contains(". The server said: Because. ("), "{text}");
        }
        let proxy = Refusal { status: 502, code: None, detail: String::new() };
        assert_eq!(
            proxy.to_string(),
            "The server is busy or starting. The agent tries again later. (HTTP 502)"
        );
        assert!(!proxy.is_final());
    }

    #[test]
    fn only_what_concerns_the_device_ends_its_enrolment() {
        assert!(refusal(Code::DeviceRetired).ends_enrolment());
        assert!(!refusal(Code::BaseMismatch).ends_enrolment());
        assert!(refusal(Code::BaseMismatch).wants_full_report());
        assert!(!refusal(Code::Internal).is_final());
    }
}
