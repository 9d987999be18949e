//! Apple's push certificate for device management: its topic is what devices listen to, for ever.

use jiff::Timestamp;

use crate::certificate::{Certificate, KeyRule, Purpose, read_unchecked};
use crate::error::CredentialError;
use crate::upload::Upload;

/// What an MDM topic begins with.
const TOPIC_START: &str = "com.apple.mgmt.";

/// A push certificate that can be used.
#[derive(Clone, Debug)]
pub struct ApplePush {
    pub certificate: Certificate,
    /// `com.apple.mgmt.External.` and a GUID: the `UID` of the subject.
    pub topic: String,
}

/// Reads a push certificate. Its key comes in the file, beside it, or is the one that the caller made the signing
/// request with. `expected_topic` is that of the certificate it renews.
///
/// # Errors
/// The first thing wrong with it; [`CredentialError::TopicDiffers`] when it is another certificate than the one that
/// devices enrolled with.
pub fn read_apple_push(
    upload: &Upload<'_>,
    expected_topic: Option<&str>,
    now: Timestamp,
) -> Result<ApplePush, CredentialError> {
    // Its kind is told first: whoever uploads the signing request's answer of another service has no fitting key.
    let certificate = match read_unchecked(upload, Purpose::Any, KeyRule::Required) {
        Err(CredentialError::PrivateKeyMissing) => {
            let alone = read_unchecked(upload, Purpose::Any, KeyRule::Optional)?;
            topic(&alone)?;
            return Err(CredentialError::PrivateKeyMissing);
        }
        read => read?,
    };
    let topic = topic(&certificate)?;
    if let Some(expected) = expected_topic.filter(|expected| *expected != topic) {
        return Err(CredentialError::TopicDiffers { expected: expected.to_owned(), found: topic });
    }
    certificate.check_time(now)?;
    Ok(ApplePush { certificate, topic })
}

fn topic(certificate: &Certificate) -> Result<String, CredentialError> {
    let topic = certificate.facts.topic.clone().ok_or(CredentialError::TopicMissing)?;
    if topic.starts_with(TOPIC_START) {
        return Ok(topic);
    }
    let found = format!("a push certificate for {topic}");
    Err(CredentialError::WrongKind { wanted: "the push certificate for device management (MDM)", found })
}
