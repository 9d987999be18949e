//! The plain in-memory meaning of expressions: slow, obvious, and the yardstick for translations to other engines.
//!
//! Values come from a function of the path; nothing is cached. Functions are in [`call`], numbers in [`number`].

mod call;
mod number;

pub(super) use number::arithmetic;

use std::cmp::Ordering;

use super::{Comparison, Expr, ExprKind, Invocation, Lambda, Literal, Path, Quantifier, Source};
use crate::edm::{EdmType, EnumType, Model};

/// What the row of an expression is.
#[derive(Clone, Copy)]
pub(super) enum Row<'r> {
    /// Only known by the answers to its paths.
    Paths(&'r dyn Fn(&str) -> Literal),
    Record(&'r Literal, &'r dyn Source),
}

pub(super) fn evaluate(expr: &Expr, value: &dyn Fn(&str) -> Literal) -> Literal {
    in_scope(expr, &Scope { row: Row::Paths(value), item: None, variables: None })
}

pub(super) fn evaluate_row(expr: &Expr, row: &Literal, source: &dyn Source) -> Literal {
    in_scope(expr, &Scope { row: Row::Record(row, source), item: None, variables: None })
}

impl<'r> Row<'r> {
    fn source(self) -> Option<&'r dyn Source> {
        match self {
            Row::Paths(_) => None,
            Row::Record(_, source) => Some(source),
        }
    }

    pub(super) fn now(self) -> Literal {
        match self {
            Row::Paths(value) => value("$now"),
            Row::Record(_, source) => Literal::DateTimeOffset(source.now()),
        }
    }

    fn path(self, variable: Option<&str>, segments: &[String]) -> Literal {
        match self {
            Row::Paths(value) => {
                let variable = variable.into_iter().map(str::to_owned);
                value(&variable.chain(segments.iter().cloned()).collect::<Vec<_>>().join("/"))
            }
            Row::Record(row, source) => {
                let from = variable.and_then(|variable| variable.strip_prefix("$root/"));
                along(
                    from.map_or_else(|| row.clone(), |address| source.root(address)),
                    segments,
                    Some(source),
                )
            }
        }
    }

    fn enum_type(self, name: &str) -> Option<&'r EnumType> {
        self.source().and_then(|source| source.model().find_enum_type(name))
    }
}

/// The text is a regular expression that `matchesPattern` can match with.
pub(super) fn is_pattern(text: &str) -> bool {
    call::pattern(text).is_ok()
}

/// What paths mean at one place.
#[derive(Clone, Copy)]
struct Scope<'s> {
    row: Row<'s>,
    /// Inside `$count($filter=…)`: the item that paths start at.
    item: Option<&'s Literal>,
    /// The innermost lambda variable.
    variables: Option<&'s Variable<'s>>,
}

struct Variable<'s> {
    name: &'s str,
    value: &'s Literal,
    outer: Option<&'s Variable<'s>>,
}

impl Scope<'_> {
    fn path(&self, path: &Path) -> Literal {
        let source = self.row.source();
        match (path.variable.as_deref(), self.item) {
            (Some("$it"), _) | (None | Some("$this"), None) => self.row.path(None, &path.segments),
            (Some("$this") | None, Some(item)) => along(item.clone(), &path.segments, source),
            (Some(root), _) if root.starts_with("$root/") => self.row.path(Some(root), &path.segments),
            (Some(name), _) => {
                let mut variables = std::iter::successors(self.variables, |variable| variable.outer);
                let found = variables.find(|variable| variable.name == name);
                found.map_or(Literal::Null, |variable| along(variable.value.clone(), &path.segments, source))
            }
        }
    }

    fn items(&self, path: &Path) -> Vec<Literal> {
        match self.path(path) {
            Literal::Collection(items) => items,
            _ => Vec::new(),
        }
    }
}

fn in_scope(expr: &Expr, scope: &Scope<'_>) -> Literal {
    let value = |expr: &Expr| in_scope(expr, scope);
    match &expr.kind {
        ExprKind::Literal(literal) => literal.clone(),
        ExprKind::Path(path) => scope.path(path),
        ExprKind::And(terms) => all(terms.iter().map(|term| truth(&value(term)))),
        ExprKind::Or(terms) => any(terms.iter().map(|term| truth(&value(term)))),
        ExprKind::Not(operand) => from_truth(truth(&value(operand)).map(|held| !held)),
        ExprKind::Negate(operand) => number::negate(&value(operand)),
        ExprKind::Compare(op, left, right) => {
            let [left, right] = [left, right].map(|side| numbered(value(side), *op, scope.row));
            Literal::Bool(compare(*op, &left, &right))
        }
        ExprKind::Has(left, right) => has(&value(left), &value(right), scope.row),
        ExprKind::In(left, items) => {
            let same = |expr: &Expr| numbered(value(expr), Comparison::Eq, scope.row);
            is_in(&same(left), items.iter().map(same))
        }
        ExprKind::Arithmetic(op, left, right) => number::arithmetic(*op, &value(left), &value(right)),
        ExprKind::Call(function, arguments) => {
            let arguments: Vec<Literal> = arguments.iter().map(value).collect();
            call::call(*function, &arguments, scope.row)
        }
        ExprKind::Cast(operand, ty) if is_structured(ty) => {
            let value = value(operand);
            if is_of(&value, operand, ty, scope.row) { value } else { Literal::Null }
        }
        ExprKind::Cast(operand, ty) => cast(value(operand), ty, scope.row),
        ExprKind::IsOf(operand, ty) => Literal::Bool(is_of(&value(operand), operand, ty, scope.row)),
        ExprKind::Invoke(call) => invoke(call, scope),
        ExprKind::Lambda(lambda) => quantified(lambda, scope),
        ExprKind::Count(path, filter) => count(path, filter.as_deref(), scope),
        ExprKind::Search(search) => {
            Literal::Bool(scope.item.is_some_and(|item| crate::query::engine::matches(search, item)))
        }
    }
}

fn truth(value: &Literal) -> Option<bool> {
    match value {
        Literal::Bool(held) => Some(*held),
        _ => None,
    }
}

fn from_truth(held: Option<bool>) -> Literal {
    held.map_or(Literal::Null, Literal::Bool)
}

/// False if any is false, else null if any is null.
fn all(terms: impl Iterator<Item = Option<bool>>) -> Literal {
    let mut result = Some(true);
    for term in terms {
        match term {
            Some(false) => return Literal::Bool(false),
            Some(true) => {}
            None => result = None,
        }
    }
    from_truth(result)
}

/// True if any is true, else null if any is null.
fn any(terms: impl Iterator<Item = Option<bool>>) -> Literal {
    let mut result = Some(false);
    for term in terms {
        match term {
            Some(true) => return Literal::Bool(true),
            Some(false) => {}
            None => result = None,
        }
    }
    from_truth(result)
}

/// §5.1.1.1: null equals only null; an order with null is false.
pub(super) fn compare(op: Comparison, left: &Literal, right: &Literal) -> bool {
    match op {
        Comparison::Eq => equal(left, right),
        Comparison::Ne => !equal(left, right),
        Comparison::Gt => order(left, right) == Some(Ordering::Greater),
        Comparison::Ge => order(left, right).is_some_and(Ordering::is_ge),
        Comparison::Lt => order(left, right) == Some(Ordering::Less),
        Comparison::Le => order(left, right).is_some_and(Ordering::is_le),
    }
}

fn equal(left: &Literal, right: &Literal) -> bool {
    match order(left, right) {
        Some(order) => order.is_eq(),
        None => match (left, right) {
            (Literal::Double(_), _) | (_, Literal::Double(_)) => false,
            _ => left == right,
        },
    }
}

pub(super) fn order(left: &Literal, right: &Literal) -> Option<Ordering> {
    match (left, right) {
        (Literal::Bool(l), Literal::Bool(r)) => Some(l.cmp(r)),
        (Literal::String(l), Literal::String(r)) => Some(l.cmp(r)),
        (Literal::Guid(l), Literal::Guid(r)) => Some(l.cmp(r)),
        (Literal::Date(l), Literal::Date(r)) => Some(l.cmp(r)),
        (Literal::TimeOfDay(l), Literal::TimeOfDay(r)) => Some(l.cmp(r)),
        (Literal::DateTimeOffset(l), Literal::DateTimeOffset(r)) => Some(l.cmp(r)),
        (Literal::Duration(l), Literal::Duration(r)) => Some(l.cmp(r)),
        _ => match (left.to_decimal(), right.to_decimal()) {
            (Some(l), Some(r)) => Some(l.cmp(&r)),
            _ => left.to_f64()?.partial_cmp(&right.to_f64()?),
        },
    }
}

/// A flags value has another if all its bits are there; without a model, if all its names are.
fn has(left: &Literal, right: &Literal, row: Row<'_>) -> Literal {
    let (Literal::Enum { type_name, members: all }, Literal::Enum { members: wanted, .. }) = (left, right)
    else {
        return Literal::Null;
    };
    let bits = |members: &str| row.enum_type(type_name).and_then(|ty| enum_number(ty, members));
    let has = match (bits(all), bits(wanted)) {
        (Some(all), Some(wanted)) => all & wanted == wanted,
        _ => wanted.split(',').all(|member| all.split(',').any(|known| known == member)),
    };
    Literal::Bool(has)
}

/// The number of one or several members together.
pub(super) fn enum_number(ty: &EnumType, members: &str) -> Option<i64> {
    members.split(',').map(str::trim).try_fold(0, |sum, member| {
        let known = ty.members.iter().find(|(name, _)| name == member).map(|(_, value)| *value);
        known.or_else(|| member.parse().ok()).map(|value: i64| sum | value)
    })
}

/// Enumeration values are compared by their numbers, if the model is there to ask.
fn numbered(value: Literal, op: Comparison, row: Row<'_>) -> Literal {
    let Literal::Enum { type_name, members } = &value else { return value };
    match row.enum_type(type_name).and_then(|ty| enum_number(ty, members)) {
        Some(number) => Literal::Int(number),
        None if matches!(op, Comparison::Eq | Comparison::Ne) => value,
        None => Literal::Null,
    }
}

fn is_in(left: &Literal, items: impl Iterator<Item = Literal>) -> Literal {
    let mut items = items.peekable();
    let single = items.next();
    let found = match (single, items.peek()) {
        (Some(Literal::Collection(inside)), None) => {
            inside.iter().any(|item| compare(Comparison::Eq, left, item))
        }
        (first, _) => first.into_iter().chain(items).any(|item| compare(Comparison::Eq, left, &item)),
    };
    Literal::Bool(found)
}

fn is_structured(ty: &EdmType) -> bool {
    match ty {
        EdmType::Entity(_) | EdmType::Complex(_) => true,
        EdmType::Collection(item) => is_structured(item),
        _ => false,
    }
}

/// A value is of the type its property is declared with; a record may be of a derived type.
fn is_of(value: &Literal, operand: &Expr, ty: &EdmType, row: Row<'_>) -> bool {
    let declared = match &operand.kind {
        ExprKind::Path(path) => Some(&path.ty),
        ExprKind::Invoke(call) => Some(&call.ty),
        _ => None,
    };
    match (value, ty, declared) {
        (Literal::Null, ..) => false,
        (
            record @ Literal::Record(_),
            EdmType::Entity(wanted) | EdmType::Complex(wanted),
            Some(EdmType::Entity(declared) | EdmType::Complex(declared)),
        ) => match row.source() {
            Some(source) => super::is_record_of(record, declared, wanted, source.model()),
            None => declared == wanted,
        },
        (_, ty, Some(declared)) => ty == declared,
        (value, ty, None) => call::is_of(value, ty) == Literal::Bool(true),
    }
}

/// Enumeration values go through their numbers and names, where the model is there to ask.
fn cast(value: Literal, ty: &EdmType, row: Row<'_>) -> Literal {
    match (&value, ty) {
        (Literal::Enum { .. }, ty) if ty.is_numeric() => call::cast(numbered(value, Comparison::Gt, row), ty),
        (Literal::String(_) | Literal::Int(_), EdmType::Enum(name)) => {
            let text = match &value {
                Literal::String(text) => text.clone(),
                other => other.to_string(),
            };
            let known = row.enum_type(name).and_then(|ty| super::check::enum_literal(ty, &text).ok());
            known.unwrap_or(Literal::Null)
        }
        _ => call::cast(value, ty),
    }
}

fn invoke(call: &Invocation, scope: &Scope<'_>) -> Literal {
    let Some(source) = scope.row.source() else { return Literal::Null };
    let on = call.on.as_ref().map(|path| scope.path(path));
    let arguments: Vec<(String, Literal)> =
        call.arguments.iter().map(|(name, argument)| (name.clone(), in_scope(argument, scope))).collect();
    along(source.call(call, on.as_ref(), &arguments), &call.segments, Some(source))
}

fn quantified(lambda: &Lambda, scope: &Scope<'_>) -> Literal {
    let items = scope.items(&lambda.collection);
    let Some((name, body)) = &lambda.condition else {
        return Literal::Bool(!items.is_empty());
    };
    let holds = items.iter().map(|value| {
        let variable = Variable { name, value, outer: scope.variables };
        truth(&in_scope(body, &Scope { variables: Some(&variable), ..*scope }))
    });
    match lambda.quantifier {
        Quantifier::Any => any(holds),
        Quantifier::All => all(holds),
    }
}

fn count(path: &Path, filter: Option<&Expr>, scope: &Scope<'_>) -> Literal {
    let items = scope.items(path);
    let holds = |item: &&Literal| {
        let inner = Scope { item: Some(item), ..*scope };
        filter.is_none_or(|filter| truth(&in_scope(filter, &inner)) == Some(true))
    };
    Literal::Int(i64::try_from(items.iter().filter(holds).count()).unwrap_or(i64::MAX))
}

/// The value along `segments`; null where there is none. From a collection, what its items have, in one collection.
pub(super) fn along(value: Literal, segments: &[String], source: Option<&dyn Source>) -> Literal {
    let Some((name, rest)) = segments.split_first() else { return value };
    if let Literal::Collection(items) = value {
        let mut found = Vec::new();
        for item in items {
            match along(item, std::slice::from_ref(name), source) {
                Literal::Collection(inner) => found.extend(inner),
                Literal::Null => {}
                single => found.push(single),
            }
        }
        return along(Literal::Collection(found), rest, source);
    }
    let next = match (&value, name.contains('.'), source) {
        (Literal::Record(_), true, Some(source)) => {
            let model = source.model();
            let is_of = super::is_record_of(&value, "", model.unqualified(name), model);
            if is_of { value } else { Literal::Null }
        }
        (Literal::Record(members), false, source) => {
            let own = members.iter().find(|(known, _)| known == name).map(|(_, inner)| inner.clone());
            let source = source.filter(|source| is_navigation(source.model(), name));
            own.or_else(|| source.map(|source| source.related(&value, name))).unwrap_or(Literal::Null)
        }
        _ => Literal::Null,
    };
    along(next, rest, source)
}

/// Some type of the model has a navigation property with this name.
fn is_navigation(model: &Model, name: &str) -> bool {
    let of_entities = model.entity_types.iter().flat_map(|ty| &ty.navigation);
    of_entities.chain(model.complex_types.iter().flat_map(|ty| &ty.navigation)).any(|n| n.name == name)
}

/// What the record says in `@odata.type` or `@type`, without `#`.
pub(super) fn record_type(record: &Literal) -> Option<&str> {
    let Literal::Record(members) = record else { return None };
    members.iter().find(|(name, _)| name == "@odata.type" || name == "@type").and_then(|(_, ty)| match ty {
        Literal::String(name) => Some(name.trim_start_matches('#')),
        _ => None,
    })
}

#[cfg(test)]
mod rows;
#[cfg(test)]
mod tests;
