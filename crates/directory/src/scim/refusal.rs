//! SCIM's own reasons for saying no, as the kit's failures: the word is the `scimType` (RFC 7644 §3.12).

use api::{Code, Failure};

/// The reasons that are used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    InvalidFilter,
    TooMany,
    Uniqueness,
    Mutability,
    InvalidSyntax,
    InvalidPath,
    NoTarget,
    InvalidValue,
}

/// A refusal for this reason.
pub(crate) fn refuse(reason: Reason, message: impl Into<String>) -> Failure {
    let (code, word) = match reason {
        Reason::InvalidFilter => (Code::BadRequest, "invalidFilter"),
        Reason::TooMany => (Code::BadRequest, "tooMany"),
        Reason::Uniqueness => (Code::Conflict, "uniqueness"),
        Reason::Mutability => (Code::BadRequest, "mutability"),
        Reason::InvalidSyntax => (Code::BadRequest, "invalidSyntax"),
        Reason::InvalidPath => (Code::BadRequest, "invalidPath"),
        Reason::NoTarget => (Code::BadRequest, "noTarget"),
        Reason::InvalidValue => (Code::BadRequest, "invalidValue"),
    };
    Failure::new(code, message).word(word)
}
