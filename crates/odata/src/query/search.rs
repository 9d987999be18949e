//! `$search` (OData 4.01 URL Conventions §5.1.7): words, phrases, AND, OR, NOT and parentheses.
//!
//! What a word matches is the service's affair.

/// A free-text search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchExpr {
    Word(String),
    Phrase(String),
    Not(Box<SearchExpr>),
    /// Two or more; written with `AND` or only with a space.
    And(Vec<SearchExpr>),
    Or(Vec<SearchExpr>),
}
