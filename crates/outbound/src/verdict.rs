//! What is to be said of a server's certificate chain.

use std::fmt;

use rustls::CertificateError;

/// Whether a chain leads from the certificate to a trusted root, now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Trusted,
    Expired,
    NotYetValid,
    /// Its issuer is unknown, or did not sign it.
    UnknownIssuer,
    /// Trusted, but for other names than the one it was asked by.
    OtherName,
    /// Its issuer took it back.
    Revoked,
    /// Anything else, in the TLS library's words.
    Wrong(String),
}

impl Verdict {
    pub(crate) fn of(error: &CertificateError) -> Verdict {
        match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Verdict::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Verdict::NotYetValid
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Verdict::UnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Verdict::OtherName
            }
            CertificateError::Revoked => Verdict::Revoked,
            other => Verdict::Wrong(other.to_string()),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Trusted => "it is trusted",
            Verdict::Expired => "it, or one of its issuers, has expired",
            Verdict::NotYetValid => "it is not valid yet",
            Verdict::UnknownIssuer => {
                "no trusted authority issued it, or the chain the server sends is not complete"
            }
            Verdict::OtherName => "it is for other names",
            Verdict::Revoked => "it was revoked",
            Verdict::Wrong(why) => why,
        })
    }
}
