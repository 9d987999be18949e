//! The one error a request can earn from its URL, and the nearest-name search behind "Did you mean …?".
//!
//! It knows no HTTP server; [`ErrorKind::status`] gives the number a server should answer with.

use std::fmt;

/// What went wrong in broad terms; decides the HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request is malformed or names something that does not exist inside an option: 400.
    BadRequest,
    /// OData defines it, this service does not offer it: 501 (OData 4.0 Protocol §9.3.1).
    NotImplemented,
    /// The resource path names nothing: 404.
    NotFound,
}

impl ErrorKind {
    /// The HTTP status code.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            ErrorKind::BadRequest => 400,
            ErrorKind::NotImplemented => 501,
            ErrorKind::NotFound => 404,
        }
    }
}

/// A refused URL: one plain sentence that says what to change, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct QueryError {
    /// Decides the status.
    pub kind: ErrorKind,
    /// A stable word for programs, such as `UnknownProperty`; see [`code`].
    pub code: &'static str,
    /// One English sentence that says what is wrong and what to change.
    pub message: String,
    /// The option at fault (`$filter`), an alias (`@p`), or `None` for the path or the whole query.
    pub target: Option<String>,
    /// Byte offset into the percent-decoded value of `target`, counted from 0.
    pub position: Option<usize>,
}

/// The values of [`QueryError::code`].
pub mod code {
    /// The text does not follow the grammar.
    pub const SYNTAX: &str = "InvalidSyntax";
    /// No such system query option.
    pub const UNKNOWN_OPTION: &str = "UnknownQueryOption";
    /// The same system query option twice.
    pub const DUPLICATE_OPTION: &str = "DuplicateQueryOption";
    /// No such property on the type.
    pub const UNKNOWN_PROPERTY: &str = "UnknownProperty";
    /// No such function.
    pub const UNKNOWN_FUNCTION: &str = "UnknownFunction";
    /// Operands or arguments of types that do not fit together.
    pub const TYPE_MISMATCH: &str = "TypeMismatch";
    /// A value outside its type: a 13th month, a number too large.
    pub const INVALID_VALUE: &str = "InvalidValue";
    /// Longer, deeper or more than the service accepts.
    pub const LIMIT_EXCEEDED: &str = "LimitExceeded";
    /// Defined by OData, not offered here.
    pub const NOT_IMPLEMENTED: &str = "NotImplemented";
    /// The path names nothing.
    pub const NOT_FOUND: &str = "ResourceNotFound";
}

impl QueryError {
    /// A 400 without a place; add one with [`QueryError::at`] and [`QueryError::in_option`].
    #[must_use]
    pub fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::BadRequest, code, message: message.into(), target: None, position: None }
    }

    /// A 501 for something OData defines and the service does not offer.
    #[must_use]
    pub fn not_implemented(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::NotImplemented,
            code: code::NOT_IMPLEMENTED,
            message: message.into(),
            target: None,
            position: None,
        }
    }

    /// A 404 for a path that names nothing.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::NotFound,
            code: code::NOT_FOUND,
            message: message.into(),
            target: None,
            position: None,
        }
    }

    /// Sets the place in the decoded option value, unless one is already known.
    #[must_use]
    pub fn at(mut self, position: usize) -> Self {
        self.position.get_or_insert(position);
        self
    }

    /// Names the option, unless one is already named.
    #[must_use]
    pub fn in_option(mut self, option: &str) -> Self {
        self.target.get_or_insert_with(|| option.to_owned());
        self
    }
}

/// The sentence, then the option and the place (counted from 1, as people do).
impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (&self.target, self.position) {
            (Some(target), Some(position)) => write!(f, " ({target}, position {})", position + 1),
            (Some(target), None) => write!(f, " ({target})"),
            (None, Some(position)) => write!(f, " (position {})", position + 1),
            (None, None) => Ok(()),
        }
    }
}

/// `" Did you mean 'x'?"` for the closest candidate, or nothing when none is close.
pub(crate) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates).map(|best| format!(" Did you mean '{best}'?")).unwrap_or_default()
}

/// The candidate with the smallest edit distance, if that is at most a third of the longer name (and at least
/// a difference of case or one letter counts as near).
fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().take(64).flat_map(char::to_lowercase).collect();
    candidates
        .into_iter()
        .map(|candidate| {
            let letters: Vec<char> = candidate.chars().take(64).flat_map(char::to_lowercase).collect();
            (distance(&wanted, &letters), letters.len().max(wanted.len()), candidate)
        })
        .filter(|(edits, length, _)| *edits <= (length / 3).max(1) && edits < length)
        .min_by_key(|(edits, ..)| *edits)
        .map(|(.., candidate)| candidate)
}

/// Edit distance with swaps of neighbours counted as one.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let substitution = above[j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut best = substitution.min(above[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if swapped {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        let names = ["dateKey", "deviceKey", "deviceName"];
        let cases = [
            ("dateKye", Some("dateKey")),
            ("datekey", Some("dateKey")),
            ("devceName", Some("deviceName")),
            ("serialNumber", None),
            ("", None),
            ("x", None),
        ];
        for (typed, expected) in cases {
            assert_eq!(nearest(typed, names), expected, "{typed}");
        }
    }

    #[test]
    fn an_error_reads_as_a_sentence_with_its_place() {
        let error = QueryError::bad(code::SYNTAX, "Close the parenthesis.").at(4).in_option("$filter");
        assert_eq!(error.to_string(), "Close the parenthesis. ($filter, position 5)");
    }
}
