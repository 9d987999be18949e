//! The plain in-memory meaning of expressions: slow, obvious, and the yardstick for translations to other engines.
//!
//! Values come from a function of the path; nothing is cached. Functions are in [`call`], numbers in [`number`].

mod call;
mod number;

use std::cmp::Ordering;

use super::{Comparison, Expr, ExprKind, Lambda, Literal, Path, Quantifier};

/// Answers paths with values.
pub(super) type Values<'v> = dyn Fn(&str) -> Literal + 'v;

pub(super) fn evaluate(expr: &Expr, value: &Values<'_>) -> Literal {
    match &expr.kind {
        ExprKind::Literal(literal) => literal.clone(),
        ExprKind::Path(path) => value(&path.to_string()),
        ExprKind::And(terms) => all(terms.iter().map(|term| truth(&evaluate(term, value)))),
        ExprKind::Or(terms) => any(terms.iter().map(|term| truth(&evaluate(term, value)))),
        ExprKind::Not(operand) => from_truth(truth(&evaluate(operand, value)).map(|held| !held)),
        ExprKind::Negate(operand) => number::negate(&evaluate(operand, value)),
        ExprKind::Compare(op, left, right) => {
            Literal::Bool(compare(*op, &evaluate(left, value), &evaluate(right, value)))
        }
        ExprKind::Has(left, right) => has(&evaluate(left, value), &evaluate(right, value)),
        ExprKind::In(left, items) => {
            let left = evaluate(left, value);
            Literal::Bool(items.iter().any(|item| compare(Comparison::Eq, &left, &evaluate(item, value))))
        }
        ExprKind::Arithmetic(op, left, right) => {
            number::arithmetic(*op, &evaluate(left, value), &evaluate(right, value))
        }
        ExprKind::Call(function, arguments) => {
            let arguments: Vec<Literal> =
                arguments.iter().map(|argument| evaluate(argument, value)).collect();
            call::call(*function, &arguments, value)
        }
        ExprKind::Cast(operand, ty) => call::cast(evaluate(operand, value), ty),
        ExprKind::IsOf(operand, ty) => call::is_of(&evaluate(operand, value), ty),
        ExprKind::Lambda(lambda) => quantified(lambda, value),
        ExprKind::Count(path, filter) => count(path, filter.as_deref(), value),
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

fn items(path: &Path, value: &Values<'_>) -> Vec<Literal> {
    match value(&path.to_string()) {
        Literal::Collection(items) => items,
        _ => Vec::new(),
    }
}

fn quantified(lambda: &Lambda, value: &Values<'_>) -> Literal {
    let items = items(&lambda.collection, value);
    let Some((variable, body)) = &lambda.condition else {
        return Literal::Bool(!items.is_empty());
    };
    let prefix = format!("{variable}/");
    let holds = items.iter().map(|item| {
        let inner = |path: &str| match path.strip_prefix(&prefix) {
            Some(inside) => member(item, inside),
            None if path == variable => item.clone(),
            None => value(path),
        };
        truth(&evaluate(body, &inner))
    });
    match lambda.quantifier {
        Quantifier::Any => any(holds),
        Quantifier::All => all(holds),
    }
}

fn count(path: &Path, filter: Option<&Expr>, value: &Values<'_>) -> Literal {
    let matching = items(path, value)
        .iter()
        .filter(|item| {
            let inner = |path: &str| match path {
                "$this" => (*item).clone(),
                "$now" => value(path),
                path => member(item, path),
            };
            filter.is_none_or(|filter| truth(&evaluate(filter, &inner)) == Some(true))
        })
        .count();
    Literal::Int(i64::try_from(matching).unwrap_or(i64::MAX))
}

/// The value at `a/b` inside a structured value; null where there is none.
fn member(value: &Literal, path: &str) -> Literal {
    path.split('/')
        .try_fold(value, |value, name| match value {
            Literal::Record(members) => {
                members.iter().find(|(known, _)| known == name).map(|(_, inner)| inner)
            }
            _ => None,
        })
        .cloned()
        .unwrap_or(Literal::Null)
}

#[cfg(test)]
mod tests;
