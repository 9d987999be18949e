//! Compact JSON Web Signatures with RS256 and nothing else (RFC 7515, RFC 8725).
//!
//! There is one algorithm, so there is none to negotiate: `alg` must be exactly `RS256`. Keys named or carried by a
//! token's header (`jwk`, `jku`, `x5u`, `x5c`) are never looked at. Does not judge claims.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{self, KeyPair as _, RsaPublicKeyComponents};
use serde_json::{Map, Value, json};

use crate::{codec, strict_json};

/// The largest token read, in bytes. Ours are below 3 KiB.
pub(crate) const LIMIT_BYTES: usize = 16 * 1024;
/// The smallest modulus accepted, in bytes (2048 bits).
const MODULUS_MIN_BYTES: usize = 256;

/// The header type of an access token (RFC 9068).
pub(crate) const ACCESS_TOKEN: &str = "at+jwt";
/// The header type of an ID token.
pub(crate) const ID_TOKEN: &str = "JWT";

/// The public half of a signing key: big-endian modulus and exponent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    n: Vec<u8>,
    e: Vec<u8>,
}

impl PublicKey {
    /// `None` when the modulus is shorter than 2048 bits.
    pub(crate) fn new(n: Vec<u8>, e: Vec<u8>) -> Option<PublicKey> {
        (n.len() >= MODULUS_MIN_BYTES && !e.is_empty()).then_some(PublicKey { n, e })
    }

    /// The RFC 7638 thumbprint, used as `kid`.
    pub(crate) fn thumbprint(&self) -> String {
        let canonical =
            format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, codec::encode(&self.e), codec::encode(&self.n));
        codec::encode(&codec::sha256(canonical.as_bytes()))
    }

    /// The key as a JWKS member.
    pub(crate) fn jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.thumbprint(),
            "n": codec::encode(&self.n),
            "e": codec::encode(&self.e),
        })
    }

    /// Modulus and exponent, big-endian.
    pub(crate) fn parts(&self) -> (&[u8], &[u8]) {
        (&self.n, &self.e)
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = RsaPublicKeyComponents { n: &self.n, e: &self.e };
        key.verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    }
}

/// A private RSA key of 2048 bits with its public half.
pub(crate) struct PrivateKey {
    pair: KeyPair,
    public: PublicKey,
}

/// A key could not be made or read.
#[derive(Debug, thiserror::Error)]
#[error("the signing key cannot be used: {0}")]
pub struct KeyError(String);

impl PrivateKey {
    /// Makes a key with the cryptographic library's own randomness.
    pub(crate) fn generate() -> Result<PrivateKey, KeyError> {
        KeyPair::generate(KeySize::Rsa2048).map_err(|e| KeyError(e.to_string())).and_then(PrivateKey::of)
    }

    /// Reads PKCS#8.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<PrivateKey, KeyError> {
        KeyPair::from_pkcs8(der).map_err(|e| KeyError(e.to_string())).and_then(PrivateKey::of)
    }

    /// The key as PKCS#8; only to be sealed.
    pub(crate) fn to_pkcs8(&self) -> Result<Vec<u8>, KeyError> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().map_err(|e| KeyError(e.to_string()))?;
        Ok(der.as_ref().to_vec())
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    fn of(pair: KeyPair) -> Result<PrivateKey, KeyError> {
        let n = pair.public_key().modulus().big_endian_without_leading_zero().to_vec();
        let e = pair.public_key().exponent().big_endian_without_leading_zero().to_vec();
        let public =
            PublicKey::new(n, e).ok_or_else(|| KeyError("it is shorter than 2048 bits".to_owned()))?;
        Ok(PrivateKey { pair, public })
    }

    /// Signs claims as a token of the given header type.
    pub(crate) fn sign(&self, typ: &str, claims: &Value) -> Result<String, KeyError> {
        let header = json!({"typ": typ, "alg": "RS256", "kid": self.public.thumbprint()});
        let mut token = codec::encode(header.to_string().as_bytes());
        token.push('.');
        token.push_str(&codec::encode(claims.to_string().as_bytes()));
        let mut bytes = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut bytes)
            .map_err(|e| KeyError(e.to_string()))?;
        token.push('.');
        token.push_str(&codec::encode(&bytes));
        Ok(token)
    }
}

/// Why a token's form or signature was refused; for the log only (RFC 8725 §3.1, §3.6, §3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    TooLong,
    NotCompact,
    Header,
    Algorithm,
    Type,
    UnknownKey,
    Signature,
    Claims,
}

/// Checks form, header and signature of a token and gives its claims. `key` finds a public key by `kid`.
pub(crate) fn verify<'k>(
    token: &str,
    typ: &str,
    key: impl FnOnce(&str) -> Option<&'k PublicKey>,
) -> Result<Map<String, Value>, Refusal> {
    if token.len() > LIMIT_BYTES {
        return Err(Refusal::TooLong);
    }
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::NotCompact);
    };
    let kid = check_header(header, typ)?;
    let public = key(&kid).ok_or(Refusal::UnknownKey)?;
    let signed = &token[..header.len() + 1 + payload.len()];
    let signature = codec::decode(signature).ok_or(Refusal::NotCompact)?;
    if !public.verify(signed.as_bytes(), &signature) {
        return Err(Refusal::Signature);
    }
    codec::decode(payload).as_deref().and_then(strict_json::object).ok_or(Refusal::Claims)
}

fn check_header(header: &str, typ: &str) -> Result<String, Refusal> {
    let header = codec::decode(header).as_deref().and_then(strict_json::object).ok_or(Refusal::Header)?;
    if ["crit", "zip", "enc", "b64"].into_iter().any(|name| header.contains_key(name)) {
        return Err(Refusal::Header);
    }
    if header.get("alg").and_then(Value::as_str) != Some("RS256") {
        return Err(Refusal::Algorithm);
    }
    if header.get("typ").and_then(Value::as_str) != Some(typ) {
        return Err(Refusal::Type);
    }
    header.get("kid").and_then(Value::as_str).map(str::to_owned).ok_or(Refusal::Header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn forged(header: &Value, claims: &Value, signature: &[u8]) -> String {
        [header.to_string().into_bytes(), claims.to_string().into_bytes(), signature.to_vec()]
            .map(|part| codec::encode(&part))
            .join(".")
    }

    #[test]
    fn the_thumbprint_is_that_of_the_standard() {
        // RFC 7638 §3.1.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX\
                 jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZ\
                 gnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqb\
                 w0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let key = PublicKey::new(codec::decode(n).expect("base64url"), vec![1, 0, 1]).expect("2048 bits");
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn other_algorithms_and_carried_keys_are_refused() {
        let key = PrivateKey::generate().expect("a key");
        let (public, kid) = (key.public().clone(), key.public().thumbprint());
        let claims = json!({"aud": "x"});
        let find = |wanted: &str| (wanted == kid).then_some(&public);
        let good = key.sign(ACCESS_TOKEN, &claims).expect("signs");
        assert_eq!(verify(&good, ACCESS_TOKEN, find).map(|map| map.len()), Ok(1));
        assert_eq!(verify(&good, ID_TOKEN, find), Err(Refusal::Type));

        for alg in ["none", "NONE", "", "HS256", "ES256", "PS256", "RS512", "rs256"] {
            let header = json!({"typ": ACCESS_TOKEN, "alg": alg, "kid": kid});
            let message = forged(&header, &claims, b"");
            let mac = codec::hmac_sha256(public.jwk().to_string().as_bytes(), message.as_bytes());
            for signature in [&b""[..], &mac] {
                assert_eq!(
                    verify(&forged(&header, &claims, signature), ACCESS_TOKEN, find),
                    Err(Refusal::Algorithm)
                );
            }
        }
        let other = PrivateKey::generate().expect("a key");
        let foreign = other.sign(ACCESS_TOKEN, &claims).expect("signs");
        assert_eq!(verify(&foreign, ACCESS_TOKEN, find), Err(Refusal::UnknownKey));
        let carried = json!({"typ": ACCESS_TOKEN, "alg": "RS256", "kid": kid, "jwk": other.public().jwk()});
        assert_eq!(
            verify(&forged(&carried, &claims, &[1; 256]), ACCESS_TOKEN, find),
            Err(Refusal::Signature)
        );
        for odd in ["../../etc/passwd", "' or 1=1 --", "\u{0}"] {
            let header = json!({"typ": ACCESS_TOKEN, "alg": "RS256", "kid": odd});
            assert_eq!(verify(&forged(&header, &claims, b"x"), ACCESS_TOKEN, find), Err(Refusal::UnknownKey));
        }
        for name in ["crit", "zip", "enc", "b64"] {
            let header = json!({"typ": ACCESS_TOKEN, "alg": "RS256", "kid": kid, name: "x"});
            assert_eq!(verify(&forged(&header, &claims, b"x"), ACCESS_TOKEN, find), Err(Refusal::Header));
        }
    }

    #[test]
    fn a_changed_or_oversized_token_is_refused() {
        let key = PrivateKey::generate().expect("a key");
        let public = key.public().clone();
        let token = key.sign(ACCESS_TOKEN, &json!({"aud": "x"})).expect("signs");
        let (head, tail) = token.split_once('.').expect("three parts");
        let (_, signature) = tail.split_once('.').expect("three parts");
        let changed = format!("{head}.{}.{signature}", codec::encode(br#"{"aud":"y"}"#));
        assert_eq!(verify(&changed, ACCESS_TOKEN, |_| Some(&public)), Err(Refusal::Signature));
        assert_eq!(verify(&"a".repeat(1 << 20), ACCESS_TOKEN, |_| Some(&public)), Err(Refusal::TooLong));
        assert_eq!(verify("a.b.c.d.e", ACCESS_TOKEN, |_| Some(&public)), Err(Refusal::NotCompact));
        let again = PrivateKey::from_pkcs8(&key.to_pkcs8().expect("der")).expect("reads");
        assert_eq!(again.public(), &public);
    }

    #[test]
    fn short_keys_are_refused() {
        assert_eq!(PublicKey::new(vec![0xff; 128], vec![1, 0, 1]), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "[A-Za-z0-9_.=\\-]{0,120}") {
            prop_assert!(verify(&text, ACCESS_TOKEN, |_| None).is_err());
        }
    }
}
