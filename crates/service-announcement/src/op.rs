//! The operations, one file each.

pub mod action_items;
pub mod issue;
pub mod issues;
pub mod mark;
pub mod message;
pub mod messages;
pub mod overviews;
pub mod source;

use api::Failure;
use axum::http::{HeaderMap, header};
use notify::Language;

use crate::model::language;

/// What a reader's request says about how to answer.
pub(crate) fn reader_language(headers: &HeaderMap) -> Language {
    language(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
}

/// A text a person typed: not empty, not endless, without control characters other than line ends and tabs.
///
/// # Errors
/// A sentence that names the field.
pub(crate) fn typed(text: &str, field: &'static str, chars_max: usize) -> Result<String, Failure> {
    let text = text.trim();
    let refused = |why: String| Err(Failure::bad_request(why).target(field));
    if text.is_empty() {
        return refused(format!("Say something in '{field}': it is empty."));
    }
    if text.chars().count() > chars_max {
        return refused(format!("'{field}' has more than {chars_max} characters; shorten it."));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return refused(format!("'{field}' has control characters; take them out."));
    }
    Ok(text.to_owned())
}
