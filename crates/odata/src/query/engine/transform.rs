//! The transformations of `$apply` on rows (Data Aggregation §3).

use std::collections::HashMap;

use super::aggregate::aggregated;
use super::{as_count, computed, filtered, null_first, searched, set, sorted};
use crate::expr::{self, Expr, Literal, Path, Source};
use crate::query::{Grouping, Ranking, Step, Transformation};

/// The rows after all transformations.
#[must_use]
pub fn transformed(rows: Vec<Literal>, steps: &[Step], source: &dyn Source) -> Vec<Literal> {
    let mut rows = steps.iter().fold(rows, |rows, step| transform(rows, step, source));
    // The number of rows of a group is for the next steps, not for the answer.
    for row in &mut rows {
        if let Literal::Record(members) = row {
            members.retain(|(name, _)| name != "$count");
        }
    }
    rows
}

fn transform(rows: Vec<Literal>, step: &Step, source: &dyn Source) -> Vec<Literal> {
    match &step.kind {
        Transformation::Identity => rows,
        Transformation::Filter(condition) => filtered(rows, condition, source),
        Transformation::Search(search) => searched(rows, search),
        Transformation::Compute(items) => computed(rows, items, source),
        Transformation::OrderBy(items) => sorted(rows, items, source),
        Transformation::Skip(count) => rows.into_iter().skip(as_count(*count)).collect(),
        Transformation::Top(count) => rows.into_iter().take(as_count(*count)).collect(),
        Transformation::Aggregate(items) => {
            let members = items.iter().map(|item| (item.name.clone(), aggregated(&rows, item, source)));
            vec![Literal::Record(members.collect())]
        }
        Transformation::Concat(sequences) => {
            let each = sequences.iter().map(|steps| run(rows.clone(), steps, source));
            each.flatten().collect()
        }
        Transformation::Nest(nested) => {
            let each = nested.iter().map(|(steps, name)| {
                (name.clone(), Literal::Collection(transformed(rows.clone(), steps, source)))
            });
            vec![Literal::Record(each.collect())]
        }
        Transformation::GroupBy(paths, steps) => grouped(&rows, &[], paths, steps, source),
        Transformation::GroupByRollup(groupings, steps) => rolled_up(&rows, groupings, steps, source),
        Transformation::Ranked(ranking, bound, by) => ranked(rows, *ranking, bound, by, source),
        Transformation::Join { path, name, steps, outer } => {
            let each = rows.into_iter().flat_map(|row| joined(&row, path, name, steps, *outer, source));
            each.collect()
        }
        Transformation::Expand(path, steps) => {
            let expand = |mut row: Literal| {
                let related = match expr::member(&row, &path.segments, source) {
                    Literal::Collection(items) => Literal::Collection(run(items, steps, source)),
                    single => single,
                };
                insert(&mut row, &path.segments, related);
                row
            };
            rows.into_iter().map(expand).collect()
        }
    }
}

fn run(rows: Vec<Literal>, steps: &[Step], source: &dyn Source) -> Vec<Literal> {
    steps.iter().fold(rows, |rows, step| transform(rows, step, source))
}

/// Rows with equal values at all paths, in the order of their first row.
pub(super) fn groups<'r>(
    rows: &'r [Literal],
    paths: &[Path],
    source: &dyn Source,
) -> Vec<(Vec<Literal>, Vec<&'r Literal>)> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<(Vec<Literal>, Vec<&Literal>)> = Vec::new();
    for row in rows {
        let values: Vec<Literal> =
            paths.iter().map(|path| expr::member(row, &path.segments, source)).collect();
        let place = *places.entry(format!("{values:?}")).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, members)) => members.push(row),
            None => groups.push((values, vec![row])),
        }
    }
    groups
}

/// One row for each group, or what the steps make of it, with null for what is rolled up.
fn grouped(
    rows: &[Literal],
    nulls: &[Path],
    paths: &[Path],
    steps: &[Step],
    source: &dyn Source,
) -> Vec<Literal> {
    let mut results = Vec::new();
    for (values, members) in groups(rows, paths, source) {
        let mut head = Literal::Record(Vec::new());
        paths.iter().zip(values).for_each(|(path, value)| insert(&mut head, &path.segments, value));
        nulls.iter().for_each(|path| insert(&mut head, &path.segments, Literal::Null));
        if steps.is_empty() {
            let count = i64::try_from(members.len()).unwrap_or(i64::MAX);
            set(&mut head, "$count", Literal::Int(count));
            results.push(head);
            continue;
        }
        let inside = run(members.into_iter().cloned().collect(), steps, source);
        results.extend(inside.into_iter().map(|row| merged(head.clone(), row)));
    }
    results
}

/// Every combination of the levels of all rollups.
fn rolled_up(rows: &[Literal], groupings: &[Grouping], steps: &[Step], source: &dyn Source) -> Vec<Literal> {
    let mut combinations: Vec<(Vec<Path>, Vec<Path>)> = vec![(Vec::new(), Vec::new())];
    for grouping in groupings {
        let choices: Vec<(&[Path], &[Path])> = match grouping {
            Grouping::Path(path) => vec![(std::slice::from_ref(path), &[])],
            Grouping::Rollup { with_total, levels } => {
                let least = usize::from(!with_total);
                (least..=levels.len()).rev().map(|kept| levels.split_at(kept)).collect()
            }
        };
        let extended = combinations.iter().flat_map(|(paths, nulls)| {
            choices.iter().map(|(kept, rolled)| ([paths, *kept].concat(), [nulls, *rolled].concat()))
        });
        combinations = extended.collect();
    }
    combinations.iter().flat_map(|(paths, nulls)| grouped(rows, nulls, paths, steps, source)).collect()
}

/// The members of both; those of `row` win.
fn merged(mut head: Literal, row: Literal) -> Literal {
    let Literal::Record(members) = row else { return head };
    for (name, value) in members {
        let both = match (&mut head, &value) {
            (Literal::Record(known), Literal::Record(_)) => known
                .iter_mut()
                .find(|(other, inner)| *other == name && matches!(inner, Literal::Record(_)))
                .map(|(_, inner)| merged(inner.clone(), value.clone())),
            _ => None,
        };
        set(&mut head, &name, both.unwrap_or(value));
    }
    head
}

/// Sets the value at `a/b`, making the records on the way.
fn insert(record: &mut Literal, segments: &[String], value: Literal) {
    let Some((name, rest)) = segments.split_first() else { return };
    if name.contains('.') {
        return insert(record, rest, value);
    }
    if rest.is_empty() {
        return set(record, name, value);
    }
    let Literal::Record(members) = record else { return };
    if !members.iter().any(|(known, inner)| known == name && matches!(inner, Literal::Record(_))) {
        set(record, name, Literal::Record(Vec::new()));
    }
    let Literal::Record(members) = record else { return };
    if let Some((_, inner)) = members.iter_mut().find(|(known, _)| known == name) {
        insert(inner, rest, value);
    }
}

fn joined(
    row: &Literal,
    path: &Path,
    name: &str,
    steps: &[Step],
    outer: bool,
    source: &dyn Source,
) -> Vec<Literal> {
    let items = match expr::member(row, &path.segments, source) {
        Literal::Collection(items) => run(items, steps, source),
        _ => Vec::new(),
    };
    let with = |item: Literal| {
        let mut row = row.clone();
        set(&mut row, name, item);
        row
    };
    if items.is_empty() && outer {
        return vec![with(Literal::Null)];
    }
    items.into_iter().map(with).collect()
}

/// The first rows by the measure, until there are enough of them or of it. Null counts as nothing and comes last.
fn ranked(
    rows: Vec<Literal>,
    ranking: Ranking,
    bound: &Expr,
    by: &Expr,
    source: &dyn Source,
) -> Vec<Literal> {
    let is_top = matches!(ranking, Ranking::TopCount | Ranking::TopSum | Ranking::TopPercent);
    let nothing = Literal::Record(Vec::new());
    let bound = expr::evaluate_row(bound, &nothing, source).to_f64().unwrap_or(0.0);
    let mut measured: Vec<(Literal, Literal)> =
        rows.into_iter().map(|row| (expr::evaluate_row(by, &row, source), row)).collect();
    measured.sort_by(|(left, _), (right, _)| match (left.is_null(), right.is_null()) {
        (false, false) if is_top => null_first(right, left),
        (false, false) => null_first(left, right),
        (left, right) => left.cmp(&right),
    });
    let size = |value: &Literal| value.to_f64().unwrap_or(0.0);
    let total: f64 = measured.iter().map(|(value, _)| size(value)).sum();
    let enough = match ranking {
        Ranking::TopPercent | Ranking::BottomPercent => total * bound / 100.0,
        _ => bound,
    };
    let (mut so_far, mut count) = (0.0, 0.0);
    let mut taken = Vec::new();
    for (value, row) in measured {
        let reached = match ranking {
            Ranking::TopCount | Ranking::BottomCount => count,
            _ => so_far,
        };
        if reached >= enough {
            break;
        }
        so_far += size(&value);
        count += 1.0;
        taken.push(row);
    }
    taken
}
