//! The methods of `aggregate(…)` on values. Null is left out of everything but `$count`.

use std::collections::HashSet;

use super::transform::groups;
use crate::expr::{self, Arithmetic, Literal, Path, Source};
use crate::query::{Aggregate, AggregateMethod};

/// The result of one item over all rows.
pub(super) fn aggregated(rows: &[Literal], item: &Aggregate, source: &dyn Source) -> Literal {
    let Some((last, before)) = item.from.split_last() else {
        return over(rows, item, source);
    };
    // `with sum from a with max from b with average`: sums by a and b, their maxima by b, the average of those.
    let mut paths: Vec<Path> = Vec::new();
    for path in item.from.iter().flat_map(|from| &from.paths) {
        if !paths.contains(path) {
            paths.push(path.clone());
        }
    }
    let mut level: Vec<(Vec<Literal>, Literal)> = groups(rows, &paths, source)
        .into_iter()
        .map(|(values, members)| {
            let members: Vec<Literal> = members.into_iter().cloned().collect();
            (values, over(&members, item, source))
        })
        .collect();
    for (index, from) in before.iter().enumerate() {
        let kept: Vec<usize> = (0..paths.len())
            .filter(|place| item.from[index + 1..].iter().any(|later| later.paths.contains(&paths[*place])))
            .collect();
        let mut next: Vec<(Vec<Literal>, Vec<Literal>)> = Vec::new();
        for (values, result) in level {
            let values: Vec<Literal> = kept.iter().map(|place| values[*place].clone()).collect();
            match next.iter_mut().find(|(known, _)| *known == values) {
                Some((_, results)) => results.push(result),
                None => next.push((values, vec![result])),
            }
        }
        paths = kept.iter().map(|place| paths[*place].clone()).collect();
        level = next.into_iter().map(|(values, results)| (values, combined(&results, from.method))).collect();
    }
    let results: Vec<Literal> = level.into_iter().map(|(_, result)| result).collect();
    combined(&results, last.method)
}

/// Without `from`.
fn over(rows: &[Literal], item: &Aggregate, source: &dyn Source) -> Literal {
    let Some(expr) = &item.expr else { return count(rows.len()) };
    let values: Vec<Literal> = rows
        .iter()
        .flat_map(|row| match expr::evaluate_row(expr, row, source) {
            Literal::Collection(items) => items,
            single => vec![single],
        })
        .collect();
    combined(&values, item.method)
}

fn count(length: usize) -> Literal {
    Literal::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

fn combined(values: &[Literal], method: AggregateMethod) -> Literal {
    let known = || values.iter().filter(|value| !value.is_null());
    let add = |left: Literal, right: &Literal| expr::arithmetic(Arithmetic::Add, &left, right);
    let sum = || known().skip(1).fold(known().next().cloned().unwrap_or(Literal::Null), add);
    let extreme = |wanted: std::cmp::Ordering| {
        known().fold(Literal::Null, |best: Literal, value| match expr::order(value, &best) {
            Some(order) if order != wanted => best,
            _ => value.clone(),
        })
    };
    match method {
        AggregateMethod::Count => count(known().count()),
        AggregateMethod::CountDistinct => {
            count(known().map(|value| format!("{value:?}")).collect::<HashSet<String>>().len())
        }
        AggregateMethod::Sum => sum(),
        AggregateMethod::Min => extreme(std::cmp::Ordering::Less),
        AggregateMethod::Max => extreme(std::cmp::Ordering::Greater),
        AggregateMethod::Average => match sum() {
            Literal::Null => Literal::Null,
            total @ Literal::Duration(_) => {
                expr::arithmetic(Arithmetic::DivBy, &total, &count(known().count()))
            }
            total => {
                let total = total.to_f64().map(Literal::Double).unwrap_or(Literal::Null);
                expr::arithmetic(Arithmetic::DivBy, &total, &count(known().count()))
            }
        },
    }
}
