//! Keys: `(5)`, `(id=5,day='x')`, or a segment of plain text.
//!
//! A value that cannot be of the type of its property is no mistake of grammar: no entity has it.

use crate::cursor::Cursor;
use crate::edm::{EdmType, EntityType, Model};
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::parse::{Aliases, Budget, Parser};
use crate::expr::scope::Scope;
use crate::expr::{self, ExprKind, Literal};
use crate::literal::fit::fit;
use crate::literal::parse::as_type;
use crate::query::{Context, Limits};

pub(super) type Key = Vec<(String, Literal)>;

/// The text between the parentheses.
pub(super) fn in_parentheses(
    inside: &str,
    entity: &EntityType,
    aliases: &Aliases,
    model: &Model,
) -> Result<Key, QueryError> {
    let names = model.key_of(entity);
    let wrong_key = |position: usize| wrong_key(entity, names, position);
    if inside.trim().is_empty() {
        return Err(wrong_key(0));
    }
    let mut cursor = Cursor::new(inside);
    let mut given: Key = Vec::new();
    loop {
        cursor.skip_space();
        let position = cursor.position;
        let name = key_name(&mut cursor, names)?;
        let name = match (name, names) {
            (Some(name), _) => name,
            (None, [only]) if given.is_empty() => only.clone(),
            (None, _) => return Err(wrong_key(position)),
        };
        if given.iter().any(|(known, _)| *known == name) {
            return Err(wrong_key(position));
        }
        let value = key_value(&mut cursor, &name, entity, aliases, model)?;
        given.push((name, value));
        cursor.skip_space();
        if cursor.is_at_end() {
            break;
        }
        if !cursor.accept(',') || given.len() > names.len() {
            return Err(wrong_key(position));
        }
    }
    let ordered: Option<Key> =
        names.iter().map(|name| given.iter().find(|(known, _)| known == name).cloned()).collect();
    ordered.ok_or_else(|| wrong_key(0))
}

/// Whole segments, one for each key property, where the texts fit their types.
pub(super) fn as_segments(texts: &[&str], entity: &EntityType, model: &Model) -> Option<Key> {
    let names = model.key_of(entity);
    let members = model.members(entity);
    if names.is_empty() || names.len() != texts.len() {
        return None;
    }
    let value = |name: &str, text: &str| match &members.find(name)?.ty {
        EdmType::Enum(ty) => expr::check::enum_literal(model.find_enum_type(ty)?, text).ok(),
        ty if ty.is_integer() => fit(&as_type(text, ty)?, ty, model).ok(),
        ty => as_type(text, ty),
    };
    names.iter().zip(texts).map(|(name, text)| Some((name.clone(), value(name, text)?))).collect()
}

/// Reads `name=` if it is there.
fn key_name(cursor: &mut Cursor<'_>, names: &[String]) -> Result<Option<String>, QueryError> {
    let start = cursor.position;
    let name = cursor.identifier();
    cursor.skip_space();
    if name.is_empty() || !cursor.accept('=') {
        cursor.position = start;
        return Ok(None);
    }
    cursor.skip_space();
    let exact = names.iter().find(|known| *known == name);
    let found = exact.or_else(|| names.iter().find(|known| known.eq_ignore_ascii_case(name)));
    found.cloned().map(Some).ok_or_else(|| {
        let hint = did_you_mean(name, names.iter().map(String::as_str));
        let message = format!("'{name}' is not part of the key.{hint}");
        QueryError::bad(code::UNKNOWN_PROPERTY, message).at(start)
    })
}

fn key_value(
    cursor: &mut Cursor<'_>,
    name: &str,
    entity: &EntityType,
    aliases: &Aliases,
    model: &Model,
) -> Result<Literal, QueryError> {
    let start = cursor.position;
    let limits = Limits { depth: 5, nodes: 5, ..Limits::default() };
    let context = Context::new(model, entity).limits(limits);
    let budget = Budget::new(limits);
    let scope = Scope::of(&context);
    let (name, ty) = scope.member(&scope.root, true, name, start)?;
    let value = Parser { cursor, scope, aliases, budget: &budget, reading: Vec::new(), height: 0 }
        .expression()
        .map_err(|error| *error)?;
    let ExprKind::Literal(value) = value.kind else {
        let message = format!("Write a value for '{name}' in the key.");
        return Err(QueryError::bad(code::SYNTAX, message).at(start));
    };
    if value.is_null() {
        return Err(
            QueryError::bad(code::SYNTAX, format!("Write a value for '{name}' in the key.")).at(start)
        );
    }
    // Well written, but no entity can have it.
    fit(&value, &ty, model).map_err(|message| {
        QueryError::not_found(format!("An entity with this '{name}' does not exist: {message}")).at(start)
    })
}

fn wrong_key(entity: &EntityType, names: &[String], position: usize) -> QueryError {
    let form = match names {
        [only] => format!("({only}=…)"),
        several => {
            let parts: Vec<String> = several.iter().map(|name| format!("{name}=…")).collect();
            format!("({})", parts.join(","))
        }
    };
    let message = format!("Write the key of '{}' as {form}.", entity.name);
    QueryError::bad(code::SYNTAX, message).at(position)
}
