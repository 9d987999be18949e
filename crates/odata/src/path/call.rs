//! Calls of functions: which overload the given names mean (CSDL 4.01 §12.5), and their arguments as values.
//!
//! Arguments stand in parentheses, or, when there are none, as query options with the names of parameters (4.01 §5.3).

use super::Call;
use super::walk::item;
use crate::cursor::Cursor;
use crate::edm::{EdmType, Model, Operation, OperationKind};
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::parse::{Aliases, Budget, Parser};
use crate::expr::scope::Scope;
use crate::expr::{ExprKind, Literal};
use crate::literal::fit::fit;
use crate::query::{Context, Limits};

/// What the query string says about parameters.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// `@p=5`
    pub(super) aliases: &'a Aliases,
    /// `count=5`: options that are neither system options with `$` nor aliases.
    pub(super) named: &'a [(String, String)],
}

/// Arguments as the URL gives them.
pub(super) struct Given {
    arguments: Vec<(String, Literal, usize)>,
    /// They may come from query options, whose other names belong to the service.
    is_implicit: bool,
}

/// Reads `a=1,b=@p` between parentheses; without any, the named options.
pub(super) fn given(
    inside: Option<&str>,
    at: usize,
    asked: &Asked<'_>,
    model: &Model,
) -> Result<Given, QueryError> {
    let mut arguments: Vec<(String, Literal, usize)> = Vec::new();
    let inside = inside.unwrap_or_default();
    if inside.trim().is_empty() {
        for (name, text) in asked.named {
            let mut cursor = Cursor::new(text);
            let value = value(&mut cursor, asked.aliases, model).ok().filter(|_| cursor.is_at_end());
            // Text need not be quoted here: real clients leave the quotes out.
            arguments.push((name.clone(), value.unwrap_or_else(|| Literal::String(text.clone())), at));
        }
        return Ok(Given { arguments, is_implicit: true });
    }
    let mut cursor = Cursor::new(inside);
    loop {
        cursor.skip_space();
        let start = cursor.position;
        let name = cursor.identifier().to_owned();
        if name.is_empty() || arguments.iter().any(|(known, ..)| *known == name) {
            let message = "Write each argument once, with its name: f(a=1,b='x').";
            return Err(QueryError::bad(code::SYNTAX, message).at(at + start));
        }
        cursor.skip_space();
        if !cursor.accept('=') {
            let message = format!("Put '=' and a value after '{name}'.");
            return Err(QueryError::bad(code::SYNTAX, message).at(at + cursor.position));
        }
        cursor.skip_space();
        let value =
            value(&mut cursor, asked.aliases, model).map_err(|error| super::walk::shifted(error, at))?;
        arguments.push((name, value, at + start));
        cursor.skip_space();
        if cursor.is_at_end() {
            return Ok(Given { arguments, is_implicit: false });
        }
        if !cursor.accept(',') {
            let message = "Put ',' between arguments.";
            return Err(QueryError::bad(code::SYNTAX, message).at(at + cursor.position));
        }
    }
}

/// A literal, an array or object in JSON, or an alias of one.
fn value(cursor: &mut Cursor<'_>, aliases: &Aliases, model: &Model) -> Result<Literal, QueryError> {
    let limits = Limits { depth: 10, nodes: 1_000, ..Limits::default() };
    let context = Context::of(model, &EdmType::Boolean).limits(limits);
    let budget = Budget::new(limits);
    let start = cursor.position;
    if cursor.accept('@') {
        let name = format!("@{}", cursor.identifier());
        if !aliases.contains_key(&name) {
            // A parameter whose alias has no value is null (Protocol §11.5.4.1.1).
            return Ok(Literal::Null);
        }
        cursor.position = start;
    }
    let scope = Scope::of(&context);
    let expr = Parser { cursor, scope, aliases, budget: &budget, reading: Vec::new(), height: 0 }
        .expression()
        .map_err(|error| *error)?;
    match expr.kind {
        ExprKind::Literal(value) => Ok(value),
        ExprKind::Path(_) | ExprKind::Compare(..) => {
            Err(QueryError::bad(code::SYNTAX, "Write a value here, such as 5 or 'text'.").at(start))
        }
        _ => Err(QueryError::not_implemented("Expressions are not available as arguments; write a value.")
            .at(start)),
    }
}

/// The functions and actions with this name that can be called on a value of `ty`, nearest type first.
pub(super) fn bound<'m>(name: &str, ty: &EdmType, model: &'m Model) -> Vec<(usize, &'m Operation)> {
    let exact = |operation: &Operation| operation.binding() == Some(ty);
    let mut found: Vec<(usize, &Operation)> = model
        .operations
        .iter()
        .enumerate()
        .filter(|(_, operation)| operation.name == name && applies(operation, ty, model))
        .collect();
    found.sort_by_key(|(_, operation)| !exact(operation));
    found
}

/// Names of everything that can be called on a value of `ty`.
pub(super) fn names<'m>(ty: &'m EdmType, model: &'m Model) -> impl Iterator<Item = &'m str> {
    model
        .operations
        .iter()
        .filter(|operation| operation.kind == OperationKind::Function && applies(operation, ty, model))
        .map(|operation| operation.name.as_str())
}

/// The binding parameter has this type or a base of it.
fn applies(operation: &Operation, ty: &EdmType, model: &Model) -> bool {
    let Some(binding) = operation.binding() else { return false };
    let same_shape = matches!(binding, EdmType::Collection(_)) == matches!(ty, EdmType::Collection(_));
    same_shape
        && match (item(binding), item(ty)) {
            (EdmType::Entity(base), EdmType::Entity(own))
            | (EdmType::Complex(base), EdmType::Complex(own)) => model.is_kind_of(own, base),
            (base, own) => base == own,
        }
}

/// The unbound overload of `name` that takes what is given.
pub(super) fn unbound<'m>(
    name: &str,
    given: Given,
    at: usize,
    model: &'m Model,
) -> Result<(Call, &'m Operation), QueryError> {
    let overloads: Vec<(usize, &Operation)> = model
        .operations
        .iter()
        .enumerate()
        .filter(|(_, o)| o.kind == OperationKind::Function && !o.is_bound && o.name == name)
        .collect();
    choose(name, &overloads, given, at, model)
}

/// The overload whose parameters are those given; optional ones may be missing.
pub(super) fn choose<'m>(
    name: &str,
    overloads: &[(usize, &'m Operation)],
    given: Given,
    at: usize,
    model: &'m Model,
) -> Result<(Call, &'m Operation), QueryError> {
    let is_parameter =
        |name: &str| overloads.iter().any(|(_, o)| o.arguments().iter().any(|p| p.name == *name));
    let mut arguments = given.arguments;
    // Options that no overload knows belong to the service, as long as no argument stands beside them.
    if given.is_implicit && !arguments.iter().any(|(name, ..)| is_parameter(name)) {
        arguments.clear();
    }
    let takes = |operation: &Operation| {
        takes(operation, &arguments.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>())
    };
    let fitting = overloads
        .iter()
        .filter(|(_, operation)| operation.kind == OperationKind::Function && takes(operation));
    let Some((overload, operation)) = fitting.min_by_key(|(_, operation)| operation.arguments().len()) else {
        return Err(no_overload(name, overloads, &arguments, at));
    };
    let mut values = Vec::new();
    for parameter in operation.arguments() {
        let Some((_, value, place)) = arguments.iter().find(|(given, ..)| *given == parameter.name) else {
            continue;
        };
        if value.is_null() && !parameter.nullable {
            let message = format!("'{}' must not be null.", parameter.name);
            return Err(QueryError::bad(code::INVALID_VALUE, message).at(*place));
        }
        let value = fit(value, &parameter.ty, model).map_err(|message| {
            let message = format!("'{}': {message}", parameter.name);
            QueryError::bad(code::TYPE_MISMATCH, message).at(*place)
        })?;
        values.push((parameter.name.clone(), value));
    }
    let is_implicit = given.is_implicit && !values.is_empty();
    let call =
        Call { name: name.to_owned(), import: None, overload: *overload, arguments: values, is_implicit };
    Ok((call, operation))
}

/// The operation knows all these names, and needs no others.
fn takes(operation: &Operation, names: &[&str]) -> bool {
    let known = |name: &str| operation.arguments().iter().any(|parameter| parameter.name == *name);
    names.iter().all(|name| known(name))
        && operation.arguments().iter().all(|p| p.is_optional || names.contains(&p.name.as_str()))
}

/// The function that `name` with arguments of these names means in an expression, called on a value of `on` or on nothing.
pub(crate) fn in_expression<'m>(
    name: &str,
    on: Option<&EdmType>,
    arguments: &[&str],
    model: &'m Model,
) -> Option<(usize, &'m Operation)> {
    let candidates: Vec<(usize, &Operation)> = match on {
        Some(ty) => bound(name, ty, model),
        None => model.operations.iter().enumerate().filter(|(_, o)| !o.is_bound && o.name == name).collect(),
    };
    let fitting = candidates
        .into_iter()
        .filter(|(_, operation)| operation.kind == OperationKind::Function && takes(operation, arguments));
    fitting.min_by_key(|(_, operation)| operation.arguments().len())
}

fn no_overload(
    name: &str,
    overloads: &[(usize, &Operation)],
    arguments: &[(String, Literal, usize)],
    at: usize,
) -> QueryError {
    let parameters = || overloads.iter().flat_map(|(_, o)| o.arguments()).map(|p| p.name.as_str());
    let unknown = arguments.iter().find(|(given, ..)| !parameters().any(|known| known == given));
    if let Some((unknown, _, at)) = unknown {
        let hint = did_you_mean(unknown, parameters());
        let message = format!("'{name}' has no parameter '{unknown}'.{hint}");
        return QueryError::bad(code::UNKNOWN_FUNCTION, message).at(*at);
    }
    let forms: Vec<String> = overloads
        .iter()
        .map(|(_, o)| {
            let names: Vec<String> = o.arguments().iter().map(|p| format!("{}=…", p.name)).collect();
            format!("{name}({})", names.join(","))
        })
        .collect();
    let message = format!("Call it as {}.", forms.join(" or "));
    QueryError::bad(code::UNKNOWN_FUNCTION, message).at(at)
}
