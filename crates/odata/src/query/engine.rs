//! Options executed on rows in memory: the plain meaning of `$apply`, `$compute`, `$search`, `$filter`, `$orderby`,
//! `$skip` and `$top`.
//!
//! It is the engine of the example services and the yardstick for real ones: slow, obvious, without state. Rows are
//! records; what they do not hold comes from a [`Source`]. It does not select or expand: what an answer shows is its
//! writer's affair. `$apply` is in [`transform`].

mod aggregate;
mod transform;

use std::cmp::Ordering;

use super::{ComputeItem, Options, OrderItem, SearchExpr};
use crate::expr::{self, Expr, Literal, Source};

pub use transform::transformed;

/// The rows that answer a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    pub rows: Vec<Literal>,
    /// How many there were before `$skip` and `$top`, for `$count=true` and `/$count`.
    pub count: usize,
}

/// Executes the options in the order of the standard (Protocol §11.2.1). `$skiptoken`, `$select` and `$expand` are left to
/// the caller.
#[must_use]
pub fn run(rows: Vec<Literal>, options: &Options, source: &dyn Source) -> Rows {
    let rows = transformed(rows, &options.apply, source);
    let rows = computed(rows, &options.compute, source);
    let rows = match &options.search {
        Some(search) => searched(rows, search),
        None => rows,
    };
    let rows = match &options.filter {
        Some(condition) => filtered(rows, condition, source),
        None => rows,
    };
    let count = rows.len();
    let rows = sorted(rows, &options.orderby, source);
    let skip = options.skip.map_or(0, as_count);
    let top = options.top.map_or(usize::MAX, as_count);
    Rows { rows: rows.into_iter().skip(skip).take(top).collect(), count }
}

fn as_count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Those for which the condition is true; false and null are out.
#[must_use]
pub fn filtered(rows: Vec<Literal>, condition: &Expr, source: &dyn Source) -> Vec<Literal> {
    let holds = |row: &Literal| expr::evaluate_row(condition, row, source) == Literal::Bool(true);
    rows.into_iter().filter(holds).collect()
}

/// With the computed members added.
#[must_use]
pub fn computed(rows: Vec<Literal>, items: &[ComputeItem], source: &dyn Source) -> Vec<Literal> {
    let with_items = |mut row: Literal| {
        for item in items {
            let value = expr::evaluate_row(&item.expr, &row, source);
            set(&mut row, &item.name, value);
        }
        row
    };
    rows.into_iter().map(with_items).collect()
}

/// In order, stable; null before everything (§11.2.6.2).
#[must_use]
pub fn sorted(rows: Vec<Literal>, items: &[OrderItem], source: &dyn Source) -> Vec<Literal> {
    if items.is_empty() {
        return rows;
    }
    let keys = |row: &Literal| -> Vec<Literal> {
        items.iter().map(|item| sort_key(expr::evaluate_row(&item.expr, row, source), source)).collect()
    };
    let mut keyed: Vec<(Vec<Literal>, Literal)> = rows.into_iter().map(|row| (keys(&row), row)).collect();
    keyed.sort_by(|(left, _), (right, _)| {
        let pairs = left.iter().zip(right).zip(items);
        let mut orders = pairs.map(|((left, right), item)| {
            let order = null_first(left, right);
            if item.descending { order.reverse() } else { order }
        });
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// Enumeration values sort by their numbers.
fn sort_key(value: Literal, source: &dyn Source) -> Literal {
    expr::enum_number(&value, source.model()).map_or(value, Literal::Int)
}

fn null_first(left: &Literal, right: &Literal) -> Ordering {
    expr::order(left, right).unwrap_or_else(|| right.is_null().cmp(&left.is_null()))
}

/// Those that match, as [`matches`] sees it.
#[must_use]
pub fn searched(rows: Vec<Literal>, search: &SearchExpr) -> Vec<Literal> {
    rows.into_iter().filter(|row| matches(search, row)).collect()
}

/// A word or phrase is found anywhere in a text the row holds itself, in any case.
#[must_use]
pub fn matches(search: &SearchExpr, row: &Literal) -> bool {
    match search {
        SearchExpr::Word(text) | SearchExpr::Phrase(text) => mentions(row, &text.to_lowercase()),
        SearchExpr::Not(inner) => !matches(inner, row),
        SearchExpr::And(terms) => terms.iter().all(|term| matches(term, row)),
        SearchExpr::Or(terms) => terms.iter().any(|term| matches(term, row)),
    }
}

fn mentions(value: &Literal, wanted: &str) -> bool {
    match value {
        Literal::String(text) => text.to_lowercase().contains(wanted),
        Literal::Collection(items) => items.iter().any(|item| mentions(item, wanted)),
        Literal::Record(members) => {
            members.iter().any(|(name, value)| !name.contains('@') && mentions(value, wanted))
        }
        _ => false,
    }
}

/// Gives the record a member, in the place of one with the same name.
fn set(record: &mut Literal, name: &str, value: Literal) {
    let Literal::Record(members) = record else { return };
    match members.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => *old = value,
        None => members.push((name.to_owned(), value)),
    }
}

#[cfg(test)]
mod tests;
