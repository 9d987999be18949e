//! Reading filters and the paths of changes: a small recursive-descent reader over the text.

use api::Failure;
use serde_json::Value;

use super::{Filter, Operator, Part};
use crate::scim::path::Path;
use crate::scim::refusal::{Reason, refuse};
use crate::scim::schema::{Attribute, Kind, ResourceType};

const CHARS_MAX: usize = 8 * 1024;
const DEPTH_MAX: usize = 40;

/// Reads a whole filter.
///
/// # Errors
/// `invalidFilter`, with what is wrong.
pub(crate) fn parse(ty: &'static ResourceType, text: &str) -> Result<Filter, Failure> {
    let mut reader = Reader::new(ty, text, Reason::InvalidFilter)?;
    let filter = reader.filter()?;
    reader.end()?;
    Ok(filter)
}

/// A place in a text.
pub(crate) struct Reader<'a> {
    ty: &'static ResourceType,
    rest: &'a str,
    reason: Reason,
    depth: usize,
}

/// What a level of the grammar makes: conditions on resources, or on elements of a list.
trait Level: Sized {
    fn and(left: Self, right: Self) -> Self;
    fn or(left: Self, right: Self) -> Self;
    fn not(inner: Self) -> Self;
    fn condition(reader: &mut Reader<'_>, of: Option<&'static Attribute>) -> Result<Self, Failure>;
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        ty: &'static ResourceType,
        text: &'a str,
        reason: Reason,
    ) -> Result<Reader<'a>, Failure> {
        let reader = Reader { ty, rest: text, reason, depth: 0 };
        if text.len() > CHARS_MAX { Err(reader.refused("it is too long")) } else { Ok(reader) }
    }

    pub(crate) fn refused(&self, what: &str) -> Failure {
        let noun = if self.reason == Reason::InvalidFilter { "filter" } else { "path" };
        let left: String = self.rest.chars().take(40).collect();
        let place = if left.is_empty() { "at its end".to_owned() } else { format!("before '{left}'") };
        refuse(self.reason, format!("The {noun} cannot be read {place}: {what}."))
    }

    pub(crate) fn filter(&mut self) -> Result<Filter, Failure> {
        self.either(None)
    }

    /// The condition between brackets, on elements of `attribute`.
    pub(crate) fn part(&mut self, attribute: &'static Attribute) -> Result<Part, Failure> {
        let part = self.either(Some(attribute))?;
        if self.takes("]") { Ok(part) } else { Err(self.refused("a ']' is missing")) }
    }

    pub(crate) fn end(&mut self) -> Result<(), Failure> {
        if self.rest.trim().is_empty() { Ok(()) } else { Err(self.refused("nothing was expected there")) }
    }

    fn either<L: Level>(&mut self, of: Option<&'static Attribute>) -> Result<L, Failure> {
        let mut left: L = self.both(of)?;
        while self.takes_word("or") {
            left = L::or(left, self.both(of)?);
        }
        Ok(left)
    }

    fn both<L: Level>(&mut self, of: Option<&'static Attribute>) -> Result<L, Failure> {
        let mut left: L = self.single(of)?;
        while self.takes_word("and") {
            left = L::and(left, self.single(of)?);
        }
        Ok(left)
    }

    fn single<L: Level>(&mut self, of: Option<&'static Attribute>) -> Result<L, Failure> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.refused("it is nested too deeply"));
        }
        let is_not = self.takes_word("not");
        let found = if self.takes("(") {
            let inner: L = self.either(of)?;
            if !self.takes(")") {
                return Err(self.refused("a ')' is missing"));
            }
            if is_not { L::not(inner) } else { inner }
        } else if is_not {
            return Err(self.refused("'not' is followed by '('"));
        } else {
            L::condition(self, of)?
        };
        self.depth -= 1;
        Ok(found)
    }

    /// Takes a sign, after any space.
    pub(crate) fn takes(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start();
        rest.strip_prefix(sign).is_some_and(|rest| {
            self.rest = rest;
            true
        })
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let before = self.rest;
        if self.word().eq_ignore_ascii_case(word) {
            return true;
        }
        self.rest = before;
        false
    }

    /// The next name or keyword; empty when there is none.
    pub(crate) fn word(&mut self) -> &'a str {
        let rest = self.rest.trim_start();
        let ends = |c: char| c.is_whitespace() || "()[]\"".contains(c);
        let (word, rest) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        self.rest = rest;
        word
    }

    fn operator(&mut self) -> Result<Option<Operator>, Failure> {
        let before = self.rest;
        let found = match self.word().to_ascii_lowercase().as_str() {
            "pr" => None,
            "eq" => Some(Operator::Eq),
            "ne" => Some(Operator::Ne),
            "co" => Some(Operator::Co),
            "sw" => Some(Operator::Sw),
            "ew" => Some(Operator::Ew),
            "gt" => Some(Operator::Gt),
            "ge" => Some(Operator::Ge),
            "lt" => Some(Operator::Lt),
            "le" => Some(Operator::Le),
            _ => {
                self.rest = before;
                return Err(self.refused("an operator is one of eq ne co sw ew pr gt ge lt le"));
            }
        };
        Ok(found)
    }

    /// The value to compare with: it has to fit the attribute.
    fn value(&mut self, attribute: &Attribute, operator: Operator) -> Result<Value, Failure> {
        let rest = self.rest.trim_start();
        let length = if rest.starts_with('"') { quoted(rest) } else { None };
        let text = match length {
            Some(length) => {
                self.rest = &rest[length..];
                &rest[..length]
            }
            None => self.word(),
        };
        let value: Value = serde_json::from_str(text)
            .map_err(|_| self.refused("a value is a text in quotes, true, false, null or a number"))?;
        let is_equality = matches!(operator, Operator::Eq | Operator::Ne);
        let fits = match (attribute.kind, &value) {
            (_, Value::Null) | (Kind::Flag, Value::Bool(_)) => is_equality,
            (Kind::Text | Kind::Reference(_) | Kind::Time, Value::String(_)) => true,
            _ => false,
        };
        if fits { Ok(value) } else { Err(self.refused(&format!("{} is not compared so", attribute.name))) }
    }
}

/// The length of the quoted text at the start, its quotes included.
fn quoted(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some(place + 1),
            _ => {}
        }
    }
    None
}

impl Level for Filter {
    fn and(left: Filter, right: Filter) -> Filter {
        Filter::And(Box::new(left), Box::new(right))
    }

    fn or(left: Filter, right: Filter) -> Filter {
        Filter::Or(Box::new(left), Box::new(right))
    }

    fn not(inner: Filter) -> Filter {
        Filter::Not(Box::new(inner))
    }

    fn condition(reader: &mut Reader<'_>, _: Option<&'static Attribute>) -> Result<Filter, Failure> {
        let before = reader.rest;
        let Some(path) = Path::find(reader.ty, reader.word()) else {
            reader.rest = before;
            return Err(reader.refused("there is no such attribute"));
        };
        if path.attribute.is_multi && path.part.is_none() && reader.takes("[") {
            return Ok(Filter::Element(path, Box::new(reader.part(path.attribute)?)));
        }
        Ok(match reader.operator()? {
            None => Filter::Present(path),
            Some(operator) => Filter::Compare(path, operator, reader.value(path.leaf(), operator)?),
        })
    }
}

impl Level for Part {
    fn and(left: Part, right: Part) -> Part {
        Part::And(Box::new(left), Box::new(right))
    }

    fn or(left: Part, right: Part) -> Part {
        Part::Or(Box::new(left), Box::new(right))
    }

    fn not(inner: Part) -> Part {
        Part::Not(Box::new(inner))
    }

    fn condition(reader: &mut Reader<'_>, of: Option<&'static Attribute>) -> Result<Part, Failure> {
        let before = reader.rest;
        let Some(attribute) = of.and_then(|of| of.part(reader.word())) else {
            reader.rest = before;
            return Err(reader.refused("the attribute has no such part"));
        };
        Ok(match reader.operator()? {
            None => Part::Present(attribute),
            Some(operator) => Part::Compare(attribute, operator, reader.value(attribute, operator)?),
        })
    }
}
