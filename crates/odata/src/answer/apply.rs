//! `$apply` in memory (OData Extension for Data Aggregation 4.0 §3): slow, obvious, right.

use std::cmp::Ordering;

use super::rows::{Item, World, compare, mentions};
use super::source::{Entity, Home};
use crate::error::{QueryError, code};
use crate::expr::{Expr, Literal, Path};
use crate::literal::Decimal;
use crate::query::{Aggregate, AggregateMethod, Ranking, Transformation};

type Items = Result<Vec<Item>, QueryError>;

/// The items after each transformation in turn.
pub(super) fn apply(world: World<'_>, items: Vec<Item>, steps: &[Transformation]) -> Items {
    steps.iter().try_fold(items, |items, step| transform(world, items, step))
}

fn transform(world: World<'_>, mut items: Vec<Item>, step: &Transformation) -> Items {
    Ok(match step {
        Transformation::Identity => items,
        Transformation::Filter(condition) => {
            items.retain(|item| world.holds(condition, item));
            items
        }
        Transformation::Search(search) => {
            items.retain(|item| mentions(search, item));
            items
        }
        Transformation::Compute(computed) => {
            world.compute(&mut items, computed);
            items
        }
        Transformation::OrderBy(orders) => world.sort(items, orders),
        Transformation::Top(count) => items.into_iter().take(size(*count)).collect(),
        Transformation::Skip(count) => items.into_iter().skip(size(*count)).collect(),
        Transformation::Aggregate(aggregates) => vec![made(aggregated(world, &items, aggregates))],
        Transformation::GroupBy(paths, inner) => grouped(world, items, paths, inner)?,
        Transformation::Concat(sequences) => {
            let mut all = Vec::new();
            for sequence in sequences {
                all.extend(apply(world, items.clone(), sequence)?);
            }
            all
        }
        Transformation::Ranked(ranking, amount, measure) => ranked(world, items, *ranking, amount, measure)?,
        Transformation::GroupByRollup(..)
        | Transformation::Expand(..)
        | Transformation::Join { .. }
        | Transformation::Nest(_) => {
            let message = "This transformation is not available here; leave it out.";
            return Err(QueryError::not_implemented(message).in_option("$apply"));
        }
    })
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// An item without a home.
fn made(values: Vec<(String, Literal)>) -> Item {
    Item::Entity(Entity::new("", Home::Nowhere, values))
}

fn grouped(world: World<'_>, items: Vec<Item>, paths: &[Path], inner: &[Transformation]) -> Items {
    let mut groups: Vec<(Vec<Literal>, Vec<Item>)> = Vec::new();
    for item in items {
        let key: Vec<Literal> = paths.iter().map(|path| world.member(&item, &path.segments)).collect();
        let is_same = |known: &[Literal]| known.iter().zip(&key).all(|(l, r)| is_equal(l, r));
        match groups.iter_mut().find(|(known, _)| is_same(known)) {
            Some((_, members)) => members.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    let mut result = Vec::new();
    for (key, members) in groups {
        let rows = match inner {
            [] => vec![made(Vec::new())],
            inner => apply(world, members, inner)?,
        };
        for mut row in rows {
            let mut values = Vec::new();
            for (path, value) in paths.iter().zip(&key) {
                put(&mut values, &path.segments, value.clone());
            }
            if let Item::Entity(Entity { home: Home::Nowhere, values: own, .. }) = &mut row {
                values.append(own);
                *own = values;
            }
            result.push(row);
        }
    }
    Ok(result)
}

/// Null groups with null.
fn is_equal(left: &Literal, right: &Literal) -> bool {
    left == right
        || (!left.is_null()
            && !right.is_null()
            && compare(left, right) == Ordering::Equal
            && same_kind(left, right))
}

fn same_kind(left: &Literal, right: &Literal) -> bool {
    let is_number =
        |value: &Literal| matches!(value, Literal::Int(_) | Literal::Decimal(_) | Literal::Double(_));
    is_number(left) && is_number(right)
}

/// Sets a value at a path of members, making the structured values around it. Type names are no members.
fn put(values: &mut Vec<(String, Literal)>, path: &[String], value: Literal) {
    let mut path = path.iter().filter(|segment| !segment.contains('.'));
    let Some(first) = path.next() else { return };
    let rest: Vec<String> = path.cloned().collect();
    if rest.is_empty() {
        values.push((first.clone(), value));
        return;
    }
    if !values.iter().any(|(known, _)| known == first) {
        values.push((first.clone(), Literal::Record(Vec::new())));
    }
    for (_, known) in values.iter_mut().filter(|(known, _)| known == first) {
        if let Literal::Record(members) = known {
            put(members, &rest, value.clone());
        }
    }
}

fn aggregated(world: World<'_>, items: &[Item], aggregates: &[Aggregate]) -> Vec<(String, Literal)> {
    let value = |aggregate: &Aggregate| match &aggregate.expr {
        None => count(items.len()),
        Some(expr) => {
            let values: Vec<Literal> = items.iter().flat_map(|item| measured(world, expr, item)).collect();
            combined(aggregate.method, values)
        }
    };
    aggregates.iter().map(|aggregate| (aggregate.name.clone(), value(aggregate))).collect()
}

/// The value for one item, or all values a path through collections leads to; nulls do not count.
fn measured(world: World<'_>, expr: &Expr, item: &Item) -> Vec<Literal> {
    let values = match expr.as_path() {
        Some(path) => world.member(item, &path.segments),
        None => world.evaluate(expr, item),
    };
    let values = match values {
        Literal::Collection(items) => items,
        single => vec![single],
    };
    values.into_iter().filter(|value| !value.is_null()).collect()
}

fn count(length: usize) -> Literal {
    Literal::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

fn combined(method: AggregateMethod, values: Vec<Literal>) -> Literal {
    match method {
        AggregateMethod::Count => count(values.len()),
        AggregateMethod::CountDistinct => {
            let mut distinct: Vec<Literal> = Vec::new();
            for value in values {
                if !distinct.iter().any(|known| is_equal(known, &value)) {
                    distinct.push(value);
                }
            }
            count(distinct.len())
        }
        AggregateMethod::Min => values.into_iter().min_by(compare).unwrap_or(Literal::Null),
        AggregateMethod::Max => values.into_iter().max_by(compare).unwrap_or(Literal::Null),
        AggregateMethod::Sum => sum(&values),
        AggregateMethod::Average => match (sum(&values).to_f64(), values.len()) {
            (Some(sum), length @ 1..) => Literal::Double(sum / float(length)),
            _ => Literal::Null,
        },
    }
}

fn float(length: usize) -> f64 {
    u32::try_from(length).map_or(f64::MAX, f64::from)
}

/// Exact where all values are; nothing added up is null.
fn sum(values: &[Literal]) -> Literal {
    if values.is_empty() {
        return Literal::Null;
    }
    if let Some(sum) = values.iter().try_fold(0_i64, |sum, value| match value {
        Literal::Int(value) => sum.checked_add(*value),
        _ => None,
    }) {
        return Literal::Int(sum);
    }
    let is_exact = !values.iter().any(|value| matches!(value, Literal::Double(_)));
    let exact = values.iter().try_fold(Decimal::from(0), |sum, value| sum.checked_add(value.to_decimal()?));
    match exact.filter(|_| is_exact) {
        Some(sum) => Literal::Decimal(sum),
        None => Literal::Double(values.iter().filter_map(Literal::to_f64).sum()),
    }
}

/// §3.3: the first items by measure until there are enough, their sum or their share is large enough.
fn ranked(world: World<'_>, items: Vec<Item>, ranking: Ranking, amount: &Expr, measure: &Expr) -> Items {
    let amount = world.evaluate(amount, &made(Vec::new())).to_f64().filter(|amount| *amount > 0.0);
    let Some(amount) = amount else {
        let message = "Write a number above 0 as the first argument.";
        return Err(QueryError::bad(code::INVALID_VALUE, message).in_option("$apply"));
    };
    let is_top = matches!(ranking, Ranking::TopCount | Ranking::TopSum | Ranking::TopPercent);
    let mut keyed: Vec<(Literal, Item)> =
        items.into_iter().map(|item| (world.evaluate(measure, &item), item)).collect();
    keyed.sort_by(|(left, _), (right, _)| if is_top { compare(right, left) } else { compare(left, right) });
    let value = |literal: &Literal| literal.to_f64().unwrap_or(0.0);
    let total: f64 = keyed.iter().map(|(measured, _)| value(measured)).sum();
    let enough = match ranking {
        Ranking::TopPercent | Ranking::BottomPercent => total * amount / 100.0,
        _ => amount,
    };
    let is_count = matches!(ranking, Ranking::TopCount | Ranking::BottomCount);
    let mut reached = 0.0;
    let mut result = Vec::new();
    for (measured, item) in keyed {
        if reached >= enough {
            break;
        }
        reached += if is_count { 1.0 } else { value(&measured) };
        result.push(item);
    }
    Ok(result)
}
