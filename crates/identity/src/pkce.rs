//! Proof Key for Code Exchange (RFC 7636), method S256 only.
//!
//! Pure. `plain` is refused: a challenge that equals its verifier proves nothing to whoever saw the request.

use crate::codec;

/// A stored S256 challenge: 43 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge(String);

impl Challenge {
    /// Reads `code_challenge`; `None` when it cannot be the base64url of a SHA-256.
    pub(crate) fn parse(text: &str) -> Option<Challenge> {
        let valid = text.len() == 43 && codec::decode(text).is_some_and(|bytes| bytes.len() == 32);
        valid.then(|| Challenge(text.to_owned()))
    }

    /// The challenge of a verifier.
    pub(crate) fn of(verifier: &str) -> Challenge {
        Challenge(codec::encode(&codec::sha256(verifier.as_bytes())))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the verifier belongs to this challenge; also checks the verifier's form (RFC 7636 §4.1).
    pub(crate) fn accepts(&self, verifier: &str) -> bool {
        is_verifier(verifier) && codec::same(Challenge::of(verifier).0.as_bytes(), self.0.as_bytes())
    }
}

fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_holds() {
        // RFC 7636 appendix B.
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").expect("well formed");
        assert!(challenge.accepts("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.accepts("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
        assert!(!challenge.accepts(""));
    }

    #[test]
    fn refuses_what_is_no_sha256() {
        for text in ["", "short", &"a".repeat(44), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"] {
            assert_eq!(Challenge::parse(text), None, "{text}");
        }
    }
}
