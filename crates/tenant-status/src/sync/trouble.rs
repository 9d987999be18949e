//! What goes wrong with others, as the page shows it; and reading settings.

use jiff::Timestamp;
use outbound::{Answer, OutboundError, Target};
use serde_json::Value;

use super::SyncError;

impl From<OutboundError> for SyncError {
    fn from(error: OutboundError) -> SyncError {
        // What only a change of the settings can mend.
        let is_final = matches!(
            error,
            OutboundError::Address(_) | OutboundError::Plain { .. } | OutboundError::Private { .. }
        );
        SyncError { is_final, ..SyncError::new(error.to_string()) }
    }
}

impl SyncError {
    /// Trying again without a change is of no use.
    pub(super) fn lasting(sentence: impl Into<String>) -> SyncError {
        SyncError { is_final: true, ..SyncError::new(sentence) }
    }
}

/// An answer that is no success, in general words. What it asks to wait is kept.
pub(super) fn refused(answer: &Answer, now: Timestamp) -> SyncError {
    let (host, status) = (&answer.host, answer.status.as_u16());
    let sentence = match status {
        401 => format!("{host} does not accept the credential; renew it."),
        403 => format!("{host} does not permit this with the credential; check what it may do."),
        429 => format!("{host} asks for a pause: too many requests."),
        500.. => format!("{host} has trouble of its own (status {status})."),
        _ => format!("{host} answered with status {status}."),
    };
    let retry_after = answer.retry_after(now).map(|at| at.duration_since(now));
    SyncError { sentence, retry_after, is_final: matches!(status, 401 | 403) }
}

/// Why a setting is refused: the field, and a sentence.
pub(super) type Refused = (String, String);

/// A text setting; empty counts as not there.
pub(super) fn text<'a>(settings: &'a Value, field: &str) -> Result<Option<&'a str>, Refused> {
    match &settings[field] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        _ => Err((field.to_owned(), format!("{field} is a text."))),
    }
}

/// A setting that has to be there.
pub(super) fn required<'a>(settings: &'a Value, field: &str) -> Result<&'a str, Refused> {
    text(settings, field)?.ok_or_else(|| (field.to_owned(), format!("Fill in {field}.")))
}

/// A whole number within bounds.
pub(super) fn number(
    settings: &Value,
    field: &str,
    (least, most): (u16, u16),
) -> Result<Option<u16>, Refused> {
    let value = &settings[field];
    if value.is_null() {
        return Ok(None);
    }
    let number = value.as_u64().and_then(|number| u16::try_from(number).ok());
    let number = number.filter(|number| (least..=most).contains(number));
    number
        .map(Some)
        .ok_or_else(|| (field.to_owned(), format!("{field} is a whole number from {least} to {most}.")))
}

/// An address.
pub(super) fn address(settings: &Value, field: &str) -> Result<Target, Refused> {
    Target::parse(required(settings, field)?).map_err(|error| (field.to_owned(), error.to_string()))
}

/// An address under a root that may be set, for those who stand in for the real service.
pub(super) fn under(settings: &Value, default_root: &str, path: &str) -> Result<Target, SyncError> {
    let root = text(settings, "root").ok().flatten().unwrap_or(default_root);
    Ok(Target::parse(&format!("{}{path}", root.trim_end_matches('/')))?)
}

/// Refuses a root that is no address.
pub(super) fn check_root(settings: &Value) -> Result<(), Refused> {
    match text(settings, "root")? {
        Some(root) => Target::parse(root).map(drop).map_err(|error| ("root".to_owned(), error.to_string())),
        None => Ok(()),
    }
}
