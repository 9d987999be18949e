//! What is to be said of a server's certificate chain.

use std::fmt;

use rustls::CertificateError;
use words::Words;

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

impl Verdict {
    /// The end of a sentence about the certificate.
    pub fn words(&self) -> Words {
        let (en, nl, sv) = match self {
            Verdict::Trusted => ("it is trusted", "het wordt vertrouwd", "det är betrott"),
            Verdict::Expired => (
                "it, or one of its issuers, has expired",
                "het certificaat, of een van de uitgevers ervan, is verlopen",
                "det, eller en av dess utfärdare, har upphört att gälla",
            ),
            Verdict::NotYetValid => {
                ("it is not valid yet", "het is nog niet geldig", "det är inte giltigt än")
            }
            Verdict::UnknownIssuer => (
                "no trusted authority issued it, or the chain the server sends is not complete",
                "geen vertrouwde instantie heeft het uitgegeven, of de keten die de server stuurt is niet volledig",
                "ingen betrodd utfärdare har utfärdat det, eller så är kedjan som servern skickar inte fullständig",
            ),
            Verdict::OtherName => {
                ("it is for other names", "het is voor andere namen", "det gäller för andra namn")
            }
            Verdict::Revoked => ("it was revoked", "het is ingetrokken", "det har återkallats"),
            Verdict::Wrong(why) => return Words::same(why),
        };
        Words::new(en, nl, sv)
    }
}

/// In English, as in a log.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_of_ours_is_said_in_each_language() {
        for verdict in [
            Verdict::Trusted,
            Verdict::Expired,
            Verdict::NotYetValid,
            Verdict::UnknownIssuer,
            Verdict::OtherName,
            Verdict::Revoked,
        ] {
            let words = verdict.words();
            assert!(words.en != words.nl && words.nl != words.sv && words.sv != words.en, "{words:?}");
        }
        assert_eq!(Verdict::Wrong("odd".to_owned()).words(), Words::same("odd"));
    }
}
