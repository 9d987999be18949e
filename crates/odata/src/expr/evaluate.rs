//! The plain in-memory meaning of expressions: slow, obvious, and the yardstick for translations to other engines.
//!
//! Values come from a function of the path; nothing is cached. Functions are in [`call`], numbers in [`number`].

mod call;
mod number;

use std::cmp::Ordering;

use super::{Comparison, Expr, ExprKind, Lambda, Literal, Path, Quantifier};

/// Answers paths of the entity itself with values.
pub(super) type Values<'v> = dyn Fn(&str) -> Literal + 'v;

pub(super) fn evaluate(expr: &Expr, value: &Values<'_>) -> Literal {
    in_scope(expr, &Scope { value, item: None, variables: None })
}

/// What paths mean at one place.
#[derive(Clone, Copy)]
struct Scope<'s> {
    value: &'s Values<'s>,
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
        match (path.variable.as_deref(), self.item) {
            (Some("$it"), _) => (self.value)(&path.segments.join("/")),
            (Some("$this") | None, Some(item)) => member(item, &path.segments),
            (None, None) => (self.value)(&path.to_string()),
            (Some(name), _) => {
                let mut variables = std::iter::successors(self.variables, |variable| variable.outer);
                let found = variables.find(|variable| variable.name == name);
                found.map_or(Literal::Null, |variable| member(variable.value, &path.segments))
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
        ExprKind::Compare(op, left, right) => Literal::Bool(compare(*op, &value(left), &value(right))),
        ExprKind::Has(left, right) => has(&value(left), &value(right)),
        ExprKind::In(left, items) => {
            let left = value(left);
            Literal::Bool(items.iter().any(|item| compare(Comparison::Eq, &left, &value(item))))
        }
        ExprKind::Arithmetic(op, left, right) => number::arithmetic(*op, &value(left), &value(right)),
        ExprKind::Call(function, arguments) => {
            let arguments: Vec<Literal> = arguments.iter().map(value).collect();
            call::call(*function, &arguments, scope.value)
        }
        ExprKind::Cast(operand, ty) => call::cast(value(operand), ty),
        ExprKind::IsOf(operand, ty) => call::is_of(&value(operand), ty),
        ExprKind::Lambda(lambda) => quantified(lambda, scope),
        ExprKind::Count(path, filter) => count(path, filter.as_deref(), scope),
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

fn has(left: &Literal, right: &Literal) -> Literal {
    match (left, right) {
        (Literal::Enum { members: all, .. }, Literal::Enum { members: wanted, .. }) => {
            Literal::Bool(wanted.split(',').all(|member| all.split(',').any(|known| known == member)))
        }
        _ => Literal::Null,
    }
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

/// The value along `segments` inside a structured value; null where there is none.
fn member(value: &Literal, segments: &[String]) -> Literal {
    let found = segments.iter().try_fold(value, |value, name| match value {
        Literal::Record(members) => members.iter().find(|(known, _)| known == name).map(|(_, inner)| inner),
        _ => None,
    });
    found.cloned().unwrap_or(Literal::Null)
}

#[cfg(test)]
mod tests;
