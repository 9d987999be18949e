//! Keys: `(5)`, `(id=5,day='x')`, or a segment of plain text.
//!
//! A value is checked as if it were compared with its property, so that conversions and advice are the same.

use crate::cursor::Cursor;
use crate::edm::{EdmType, EntityType, Model};
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::parse::{Aliases, Budget, Parser};
use crate::expr::scope::Scope;
use crate::expr::{self, Comparison, Expr, ExprKind, Literal, Path, Span};
use crate::literal::parse::as_type;
use crate::query::{Context, Limits};

pub(super) type Key = Vec<(String, Literal)>;

/// The text between the parentheses.
pub(super) fn in_parentheses(inside: &str, entity: &EntityType, model: &Model) -> Result<Key, QueryError> {
    if inside.trim().is_empty() {
        return Err(wrong_key(entity, 0));
    }
    let mut cursor = Cursor::new(inside);
    let mut given: Key = Vec::new();
    loop {
        cursor.skip_space();
        let position = cursor.position;
        let name = key_name(&mut cursor, entity)?;
        let name = match (name, entity.key.as_slice()) {
            (Some(name), _) => name,
            (None, [only]) if given.is_empty() => only.clone(),
            (None, _) => return Err(wrong_key(entity, position)),
        };
        if given.iter().any(|(known, _)| *known == name) {
            return Err(wrong_key(entity, position));
        }
        let value = key_value(&mut cursor, &name, entity, model)?;
        given.push((name, value));
        cursor.skip_space();
        if cursor.is_at_end() {
            break;
        }
        if !cursor.accept(',') || given.len() > entity.key.len() {
            return Err(wrong_key(entity, position));
        }
    }
    let ordered: Option<Key> =
        entity.key.iter().map(|name| given.iter().find(|(known, _)| known == name).cloned()).collect();
    ordered.ok_or_else(|| wrong_key(entity, 0))
}

/// A whole segment; only for types with one key property, and only where the text fits its type.
pub(super) fn as_segment(text: &str, entity: &EntityType, model: &Model) -> Option<Key> {
    let [name] = entity.key.as_slice() else {
        return None;
    };
    let property = entity.find(name)?;
    let value = match &property.ty {
        EdmType::Enum(ty) => expr::check::enum_literal(model.find_enum_type(ty)?, text).ok()?,
        ty => as_type(text, ty)?,
    };
    Some(vec![(name.clone(), value)])
}

/// Reads `name=` if it is there.
fn key_name(cursor: &mut Cursor<'_>, entity: &EntityType) -> Result<Option<String>, QueryError> {
    let start = cursor.position;
    let name = cursor.identifier();
    cursor.skip_space();
    if name.is_empty() || !cursor.accept('=') {
        cursor.position = start;
        return Ok(None);
    }
    cursor.skip_space();
    let exact = entity.key.iter().find(|known| *known == name);
    let found = exact.or_else(|| entity.key.iter().find(|known| known.eq_ignore_ascii_case(name)));
    found.cloned().map(Some).ok_or_else(|| {
        let hint = did_you_mean(name, entity.key.iter().map(String::as_str));
        let message = format!("'{name}' is not part of the key.{hint}");
        QueryError::bad(code::UNKNOWN_PROPERTY, message).at(start)
    })
}

fn key_value(
    cursor: &mut Cursor<'_>,
    name: &str,
    entity: &EntityType,
    model: &Model,
) -> Result<Literal, QueryError> {
    let start = cursor.position;
    let limits = Limits { depth: 5, nodes: 5, ..Limits::default() };
    let context = Context::new(model, entity).limits(limits);
    let (aliases, budget) = (Aliases::new(), Budget::new(limits));
    let scope = Scope::of(&context);
    let value = Parser { cursor, scope, aliases: &aliases, budget: &budget, reading: Vec::new(), height: 0 }
        .expression()
        .map_err(|error| *error)?;
    let (name, ty) = Scope::of(&context).member(&Scope::of(&context).root, true, name, start)?;
    let property = Expr::new(ExprKind::Path(Path::property(&name, ty)), Span::default());
    let mut comparison = Expr::new(
        ExprKind::Compare(Comparison::Eq, Box::new(property), value),
        Span { start, end: cursor.position },
    );
    expr::check(&mut comparison, &context)?;
    match comparison.kind {
        ExprKind::Compare(_, _, value) => {
            match value.kind {
                ExprKind::Literal(value) if !value.is_null() => Ok(value),
                _ => Err(QueryError::bad(code::SYNTAX, format!("Write a value for '{name}' in the key."))
                    .at(start)),
            }
        }
        _ => Err(wrong_key(entity, start)),
    }
}

fn wrong_key(entity: &EntityType, position: usize) -> QueryError {
    let form = match entity.key.as_slice() {
        [only] => format!("({only}=…)"),
        several => {
            let parts: Vec<String> = several.iter().map(|name| format!("{name}=…")).collect();
            format!("({})", parts.join(","))
        }
    };
    let message = format!("Write the key of '{}' as {form}.", entity.name);
    QueryError::bad(code::SYNTAX, message).at(position)
}
