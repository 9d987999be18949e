//! A place in decoded text, shared by the small hand-written parsers.
//!
//! It knows letters and spaces, no grammar.

use crate::error::{QueryError, code};

/// Text and how far it has been read.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'t> {
    text: &'t str,
    /// Byte offset, always on a character boundary.
    pub(crate) position: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, position: 0 }
    }

    pub(crate) fn rest(&self) -> &'t str {
        &self.text[self.position..]
    }

    pub(crate) fn since(&self, start: usize) -> &'t str {
        &self.text[start..self.position]
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.position >= self.text.len()
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn skip_space(&mut self) {
        self.take_while(|c| c == ' ' || c == '\t');
    }

    /// Reads `c` if it is next.
    pub(crate) fn accept(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.position += c.len_utf8();
        }
        found
    }

    /// Reads `c` after optional spaces, or says that it is missing.
    pub(crate) fn expect(&mut self, c: char, message: &str) -> Result<(), QueryError> {
        self.skip_space();
        if self.accept(c) { Ok(()) } else { Err(self.syntax(message)) }
    }

    pub(crate) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let start = self.position;
        let rest = self.rest();
        self.position += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.since(start)
    }

    /// Reads a simple identifier, or nothing.
    pub(crate) fn identifier(&mut self) -> &'t str {
        if self.peek().is_some_and(is_identifier_start) { self.take_while(is_identifier_part) } else { "" }
    }

    /// Reads identifiers joined by dots (`Edm.String`), or nothing.
    pub(crate) fn dotted(&mut self) -> &'t str {
        let start = self.position;
        if self.identifier().is_empty() {
            return "";
        }
        loop {
            let before_dot = self.position;
            if !self.accept('.') || self.identifier().is_empty() {
                self.position = before_dot;
                return self.since(start);
            }
        }
    }

    /// Reads `keyword` in any case when it stands alone as a word.
    pub(crate) fn accept_word(&mut self, keyword: &str) -> bool {
        let before = self.position;
        if self.identifier().eq_ignore_ascii_case(keyword) {
            return true;
        }
        self.position = before;
        false
    }

    /// A syntax error here.
    pub(crate) fn syntax(&self, message: impl Into<String>) -> QueryError {
        QueryError::bad(code::SYNTAX, message).at(self.position)
    }

    /// What stands here, short enough for a message.
    pub(crate) fn found(&self) -> String {
        let word: String = self.rest().chars().take_while(|c| !c.is_whitespace()).take(20).collect();
        if word.is_empty() { "the end".to_owned() } else { format!("'{word}'") }
    }
}

pub(crate) fn is_identifier_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

pub(crate) fn is_identifier_part(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
