//! A webhook's body and its signature. Source: Standard Webhooks 1.0 (headers `webhook-id`, `webhook-timestamp`,
//! `webhook-signature`; signed content `id.timestamp.body`; secrets `whsec_` and base64).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use crate::summary::Summary;

const PREFIX: &str = "whsec_";

/// Everything, for machines.
pub(crate) fn body(summary: &Summary) -> Json {
    let notices = summary.lines.iter().map(|line| {
        json!({
            "topic": line.topic,
            "subject": line.subject,
            "severity": line.severity,
            "state": line.state,
            "title": line.title,
            "text": line.text,
            "link": line.link,
        })
    });
    json!({
        "type": if summary.is_reminder { "quarterdeck.reminder" } else { "quarterdeck.notices" },
        "id": summary.id,
        "timestamp": summary.at,
        "tenant": summary.tenant_name,
        "title": summary.title(),
        "notices": notices.collect::<Vec<_>>(),
    })
}

/// A new secret of 32 random bytes, as its owner keeps it.
pub(crate) fn secret(random: &[u8; 32]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(random))
}

/// The three headers. None when the secret is not one.
pub(crate) fn signed(
    secret: &str,
    id: &str,
    timestamp_seconds: i64,
    body: &str,
) -> Option<[(&'static str, String); 3]> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = hmac::sign(&key, format!("{id}.{timestamp_seconds}.{body}").as_bytes());
    Some([
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp_seconds.to_string()),
        ("webhook-signature", format!("v1,{}", STANDARD.encode(tag))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn the_specifications_example_is_signed_alike() {
        let headers = signed(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        let signature = headers.map(|[_, _, (_, signature)]| signature);
        assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn a_new_secret_signs_and_other_text_does_not() {
        assert!(signed(&secret(&[7; 32]), "a", 1, "{}").is_some());
        assert!(signed("not a secret", "a", 1, "{}").is_none());
    }
}
