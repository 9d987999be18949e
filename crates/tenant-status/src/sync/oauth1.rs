//! OAuth 1.0 signatures (RFC 5849 §3.4.2, HMAC-SHA1): what Apple's enrolment service asks for.

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The four parts of a token.
pub(super) struct Token<'a> {
    pub(super) consumer_key: &'a str,
    pub(super) consumer_secret: &'a str,
    pub(super) access_token: &'a str,
    pub(super) access_secret: &'a str,
}

/// The `Authorization` header of a request without a body, whose address is `url` and whose query has `parameters`.
pub(super) fn authorization(
    token: &Token<'_>,
    (method, url): (&str, &str),
    parameters: &[(&str, &str)],
    (nonce, second): (&str, i64),
) -> String {
    let second = second.to_string();
    let own = [
        ("oauth_consumer_key", token.consumer_key),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", &second),
        ("oauth_token", token.access_token),
        ("oauth_version", "1.0"),
    ];
    let mut pairs: Vec<(String, String)> =
        own.iter().chain(parameters).map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort();
    let joined = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let base = format!("{method}&{}&{}", encoded(url), encoded(&joined));
    let key = format!("{}&{}", encoded(token.consumer_secret), encoded(token.access_secret));
    let tag = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes()), base.as_bytes());
    let signature = STANDARD.encode(tag.as_ref());
    let own = own.iter().copied().chain([("oauth_signature", signature.as_str())]);
    let fields: Vec<String> = own.map(|(name, value)| format!("{name}=\"{}\"", encoded(value))).collect();
    format!("OAuth realm=\"ADM\", {}", fields.join(", "))
}

/// RFC 5849 §3.6.
pub(super) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_implementation_signs_the_same() {
        // Signed by another implementation, Python's hmac, with the same values.
        let token = Token {
            consumer_key: "xvz1evFS4wEEPTHEFPHBog",
            consumer_secret: "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
            access_token: "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
            access_secret: "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
        };
        let parameters =
            [("status", "Hello Ladies + Gentlemen, a signed OAuth request!"), ("include_entities", "true")];
        let url = "https://api.twitter.com/1.1/statuses/update.json";
        let nonce = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg";
        let header = authorization(&token, ("POST", url), &parameters, (nonce, 1_318_622_958));
        assert!(header.ends_with("oauth_signature=\"EWXqgeT77Vvfq8jxvSy961spLmI%3D\""), "{header}");
        assert!(!header.contains("status") && !header.contains(token.access_secret), "{header}");
    }
}
