//! `$search` (OData 4.01 URL Conventions §5.1.7): words, phrases, AND, OR, NOT and parentheses.
//!
//! What a word matches is the service's affair.

use std::fmt;

use super::read::Reader;
use crate::cursor::Cursor;
use crate::error::{QueryError, code};
use crate::expr::parse::Budget;

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

impl Reader<'_, '_> {
    pub(super) fn search(&self, cursor: &mut Cursor<'_>) -> Result<SearchExpr, QueryError> {
        read(cursor, self.budget, self.level > 0)
    }
}

/// A search up to the end or a parenthesis; among nested options also up to `;`.
pub(crate) fn read(
    cursor: &mut Cursor<'_>,
    budget: &Budget,
    is_nested: bool,
) -> Result<SearchExpr, QueryError> {
    if let Some(unfinished) = unfinished(cursor) {
        return Ok(SearchExpr::Phrase(unfinished));
    }
    let mut terms = vec![all_of(cursor, budget, is_nested)?];
    while accept_keyword(cursor, "OR") {
        terms.push(all_of(cursor, budget, is_nested)?);
    }
    Ok(single_or(terms, SearchExpr::Or))
}

fn all_of(cursor: &mut Cursor<'_>, budget: &Budget, is_nested: bool) -> Result<SearchExpr, QueryError> {
    let mut terms = vec![term(cursor, budget, is_nested)?];
    loop {
        let has_and = accept_keyword(cursor, "AND");
        cursor.skip_space();
        let is_over = cursor.is_at_end()
            || cursor.rest().starts_with(')')
            || (is_nested && cursor.rest().starts_with(';'));
        let goes_on = !is_over && !at_keyword(cursor, "OR");
        if !has_and && !goes_on {
            return Ok(single_or(terms, SearchExpr::And));
        }
        terms.push(term(cursor, budget, is_nested)?);
    }
}

fn term(cursor: &mut Cursor<'_>, budget: &Budget, is_nested: bool) -> Result<SearchExpr, QueryError> {
    cursor.skip_space();
    let start = cursor.position;
    budget.node(start)?;
    if accept_keyword(cursor, "NOT") {
        budget.enter(start)?;
        let negated = term(cursor, budget, is_nested)?;
        budget.leave();
        return Ok(SearchExpr::Not(Box::new(negated)));
    }
    if cursor.accept('(') {
        budget.enter(start)?;
        let inner = read(cursor, budget, is_nested)?;
        budget.leave();
        cursor.skip_space();
        if !cursor.accept(')') {
            return Err(QueryError::bad(code::SYNTAX, "Close the parenthesis with ')'.").at(start));
        }
        return Ok(inner);
    }
    if cursor.peek() == Some('"') {
        return phrase(cursor).map(SearchExpr::Phrase);
    }
    // Between options inside $expand, `;` is no part of a word.
    let word = cursor.take_while(|c| is_word_part(c) && !(is_nested && c == ';'));
    if word.is_empty() {
        return Err(QueryError::bad(code::SYNTAX, "A word to search for is missing here.").at(start));
    }
    Ok(SearchExpr::Word(word.to_owned()))
}

/// As it is read back: words as they are, phrases in quotes, what has parts in parentheses.
impl fmt::Display for SearchExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, terms: &[SearchExpr], between: &str| {
            terms.iter().enumerate().try_for_each(|(index, term)| {
                write!(f, "{}{term}", if index == 0 { "(" } else { between })
            })?;
            f.write_str(")")
        };
        match self {
            SearchExpr::Word(word) => f.write_str(word),
            SearchExpr::Phrase(text) => {
                write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            }
            SearchExpr::Not(inner) => write!(f, "NOT {inner}"),
            SearchExpr::And(terms) => joined(f, terms, " AND "),
            SearchExpr::Or(terms) => joined(f, terms, " OR "),
        }
    }
}

/// What somebody is still typing, whole in single quotes: `'"blue gre'`. Double quotes in it are no text.
fn unfinished(cursor: &mut Cursor<'_>) -> Option<String> {
    let start = cursor.position;
    cursor.skip_space();
    let mut text = String::new();
    let mut is_open = cursor.accept('\'');
    while is_open && !cursor.is_at_end() {
        text.push_str(cursor.take_while(|c| c != '\''));
        is_open = cursor.accept('\'') && cursor.accept('\'');
        if is_open {
            text.push('\'');
        }
    }
    let is_whole = !text.is_empty() && matches!(cursor.peek(), None | Some(')' | ';'));
    if is_whole && cursor.since(start).ends_with('\'') {
        return Some(text.replace('"', "").trim().to_owned());
    }
    cursor.position = start;
    None
}

fn single_or(mut terms: Vec<SearchExpr>, many: fn(Vec<SearchExpr>) -> SearchExpr) -> SearchExpr {
    if terms.len() == 1 { terms.remove(0) } else { many(terms) }
}

fn is_word_part(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '"' | '(' | ')')
}

/// Operators stand before something to search for; elsewhere they are words, as the standard's test cases have it.
fn at_keyword(cursor: &Cursor<'_>, keyword: &str) -> bool {
    let after = cursor.rest().strip_prefix(keyword);
    after.is_some_and(|after| {
        let next = after.trim_start().chars().next();
        !after.starts_with(is_word_part) && !matches!(next, None | Some(')' | ';'))
    })
}

fn accept_keyword(cursor: &mut Cursor<'_>, keyword: &str) -> bool {
    cursor.skip_space();
    let found = at_keyword(cursor, keyword);
    if found {
        cursor.position += keyword.len();
    }
    found
}

/// Text in double quotes; `\"` is a quote and `\\` a backslash inside it.
fn phrase(cursor: &mut Cursor<'_>) -> Result<String, QueryError> {
    let start = cursor.position;
    cursor.accept('"');
    let mut text = String::new();
    loop {
        text.push_str(cursor.take_while(|c| c != '"' && c != '\\'));
        if cursor.accept('"') {
            break;
        }
        if !cursor.accept('\\') {
            let message = "Close the phrase with a double quote.";
            return Err(QueryError::bad(code::SYNTAX, message).at(start));
        }
        match cursor.peek() {
            Some(escaped @ ('"' | '\\')) => {
                cursor.accept(escaped);
                text.push(escaped);
            }
            _ => text.push('\\'),
        }
    }
    if text.trim().is_empty() {
        return Err(QueryError::bad(code::SYNTAX, "Put words between the double quotes.").at(start));
    }
    Ok(text)
}
