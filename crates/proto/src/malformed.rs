//! Reading a message from bytes: the one way a bad body becomes a sentence that names its member.

use serde::de::DeserializeOwned;

use crate::{Code, Validate};

/// A message that is not well-formed: which member, and what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", if target.is_empty() { String::new() } else { format!("{target} ") })]
pub struct Malformed {
    /// The member, as a dotted path (`sections.disks.content[2].key`); empty for the whole body.
    pub target: String,
    /// What is wrong and what to send instead; reads as the rest of a sentence after the target.
    pub message: String,
}

impl Malformed {
    pub fn new(target: impl Into<String>, message: impl Into<String>) -> Self {
        Self { target: target.into(), message: message.into() }
    }

    /// Always [`Code::Malformed`]; here so that a caller need not know.
    pub fn code(&self) -> Code {
        Code::Malformed
    }

    pub(crate) fn under(mut self, parent: &str) -> Self {
        let separator = if self.target.is_empty() || self.target.starts_with('[') { "" } else { "." };
        self.target = format!("{parent}{separator}{}", self.target);
        self
    }
}

/// Reads and validates one message.
///
/// # Errors
/// [`Malformed`] when the bytes are not JSON, a member is missing, unknown or of the wrong type, or a
/// value is outside its limits.
pub fn parse<T: DeserializeOwned + Validate>(body: &[u8]) -> Result<T, Malformed> {
    let message: T = serde_json::from_slice(body).map_err(|_| explain::<T>(body))?;
    message.validate()?;
    Ok(message)
}

/// Reads again, this time keeping the path: only a refused message pays for its explanation.
fn explain<T: DeserializeOwned>(body: &[u8]) -> Malformed {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let outcome = serde_path_to_error::deserialize::<_, T>(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let target = if path == "." { String::new() } else { path };
        Malformed::new(target, format!("is not valid: {}", error.inner()))
    });
    match outcome.and_then(|_| {
        deserializer
            .end()
            .map_err(|error| Malformed::new("", format!("the body has more after the message: {error}")))
    }) {
        Err(malformed) if malformed.target.is_empty() && malformed.message.starts_with("is not") => {
            Malformed::new("", format!("the body {}", malformed.message))
        }
        Err(malformed) => malformed,
        Ok(()) => Malformed::new("", "the body is not valid JSON"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EnrollRequest, RenewRequest};

    fn check<T: DeserializeOwned + Validate + std::fmt::Debug>(body: &str, target: &str, says: &str) {
        let error = parse::<T>(body.as_bytes()).unwrap_err();
        assert_eq!(error.target, target, "{error}");
        assert!(error.message.contains(says), "{error}");
    }

    #[test]
    fn a_bad_body_names_the_member_and_what_to_send() {
        check::<RenewRequest>("", "", "the body is not valid: EOF");
        check::<RenewRequest>("{}", "", "missing field `csrPem`");
        check::<RenewRequest>(r#"{"csrPem":"x"} {}"#, "", "more after the message");
        check::<RenewRequest>(r#"{"csrPem":7}"#, "csrPem", "expected a string");
        check::<RenewRequest>(r#"{"csrPem":"x","extra":1}"#, "extra", "unknown field `extra`");
        check::<RenewRequest>(r#"{"csrPem":""}"#, "csrPem", "must not be empty");
        check::<EnrollRequest>(
            r#"{"csrPem":"x","requestId":"not-a-guid","identity":{"deviceName":"a"},"simulated":false}"#,
            "requestId",
            "UUID",
        );
    }
}
