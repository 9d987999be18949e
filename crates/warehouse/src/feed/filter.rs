//! `$filter`: the part that chooses whole days, and the part that looks at rows.

use std::ops::RangeInclusive;

use ::model::{EdmType, Table};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, BooleanArray, RecordBatch};
use odata::expr::{self, Comparison, DateTimeOffset, Expr, ExprKind, Literal};

/// Every day there can be.
pub(super) const ALL_DAYS: RangeInclusive<i64> = 0..=99_991_231;

/// A `$filter`, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    /// The days that can match.
    pub(super) days: RangeInclusive<i64>,
    /// Whether dateKey is mentioned; `maxhistorydays` is then ignored.
    pub(super) names_date_key: bool,
    /// What rows must satisfy besides.
    pub(super) terms: Vec<Term>,
}

impl Default for Filter {
    fn default() -> Self {
        Self { days: ALL_DAYS, names_date_key: false, terms: Vec::new() }
    }
}

/// A condition on a row.
#[derive(Clone, Debug)]
pub(super) enum Term {
    /// A column that is never null against a number or an instant.
    Compare { column: usize, op: Comparison, value: i64 },
    /// Anything else, evaluated for each row; `columns` are the ones it reads.
    Other { expr: Box<Expr>, columns: Vec<usize> },
    /// Never true: an instant between two microseconds.
    Never,
}

impl Filter {
    /// Takes `expr` apart for `table`: it must hold too.
    pub(super) fn add(&mut self, expr: &Expr, table: &Table) {
        if let ExprKind::And(terms) = &expr.kind {
            terms.iter().for_each(|term| self.add(term, table));
            return;
        }
        let mut columns = Vec::new();
        paths(expr, &mut |name| columns.extend(table.index(name)));
        columns.sort_unstable();
        columns.dedup();
        let date_key = table.index("dateKey");
        self.names_date_key |= columns.iter().any(|column| Some(*column) == date_key);
        let simple = simple(expr, table);
        match simple {
            Some((column, op, Value::At(value))) if table.is_dated() && Some(column) == date_key => {
                self.narrow(op, value, column);
            }
            Some((column, op, Value::At(value))) => self.terms.push(Term::Compare { column, op, value }),
            Some((column, op, Value::After(value))) => self.terms.push(after(column, op, value)),
            None => self.terms.push(Term::Other { expr: Box::new(expr.clone()), columns }),
        }
    }

    fn narrow(&mut self, op: Comparison, value: i64, column: usize) {
        let (first, last) = (*self.days.start(), *self.days.end());
        let value = value.clamp(-1, ALL_DAYS.end() + 1);
        self.days = match op {
            Comparison::Eq => first.max(value)..=last.min(value),
            Comparison::Ge => first.max(value)..=last,
            Comparison::Gt => first.max(value + 1)..=last,
            Comparison::Le => first..=last.min(value),
            Comparison::Lt => first..=last.min(value - 1),
            Comparison::Ne => {
                self.terms.push(Term::Compare { column, op, value });
                first..=last
            }
        };
    }

    /// Columns that must be read for the terms.
    pub(super) fn columns(&self) -> Vec<usize> {
        let of_term = |term: &Term| match term {
            Term::Compare { column, .. } => vec![*column],
            Term::Other { columns, .. } => columns.clone(),
            Term::Never => Vec::new(),
        };
        self.terms.iter().flat_map(of_term).collect()
    }
}

enum Value {
    At(i64),
    /// Between this microsecond and the next.
    After(i64),
}

/// `column op value`, either way around, where the column is a number or instant that is never null.
fn simple(expr: &Expr, table: &Table) -> Option<(usize, Comparison, Value)> {
    let ExprKind::Compare(op, left, right) = &expr.kind else { return None };
    let (path, literal, op) = match (left.as_path(), right.as_literal(), left.as_literal(), right.as_path()) {
        (Some(path), Some(literal), ..) => (path, literal, *op),
        (_, _, Some(literal), Some(path)) => (path, literal, flipped(*op)),
        _ => return None,
    };
    let column = table.index(path.as_property()?)?;
    let declared = &table.columns[column];
    if declared.nullable {
        return None;
    }
    let value = match (declared.edm, literal) {
        (EdmType::Int32 | EdmType::Int64, Literal::Int(number)) => Value::At(*number),
        (EdmType::DateTimeOffset, Literal::DateTimeOffset(instant)) if instant.is_whole_micros() => {
            Value::At(instant.unix_micros())
        }
        (EdmType::DateTimeOffset, Literal::DateTimeOffset(instant)) => Value::After(instant.unix_micros()),
        _ => return None,
    };
    Some((column, op, value))
}

const fn flipped(op: Comparison) -> Comparison {
    match op {
        Comparison::Eq => Comparison::Eq,
        Comparison::Ne => Comparison::Ne,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
    }
}

/// The comparison with an instant just after `value`, for columns that hold whole microseconds.
const fn after(column: usize, op: Comparison, value: i64) -> Term {
    match op {
        Comparison::Eq => Term::Never,
        Comparison::Ne => Term::Compare { column, op: Comparison::Ge, value: i64::MIN },
        Comparison::Gt | Comparison::Ge => Term::Compare { column, op: Comparison::Gt, value },
        Comparison::Lt | Comparison::Le => Term::Compare { column, op: Comparison::Le, value },
    }
}

/// Calls `found` with every property of the entity that `expr` reads.
pub(super) fn paths(expr: &Expr, found: &mut dyn FnMut(&str)) {
    let mut each = |exprs: &[Expr]| exprs.iter().for_each(|expr| paths(expr, found));
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Search(_) => {}
        ExprKind::Path(path) | ExprKind::Count(path, None) => {
            if let (None, Some(name)) = (&path.variable, path.segments.first()) {
                found(name);
            }
        }
        ExprKind::And(exprs) | ExprKind::Or(exprs) | ExprKind::Call(_, exprs) => each(exprs),
        ExprKind::Not(inner)
        | ExprKind::Negate(inner)
        | ExprKind::Cast(inner, _)
        | ExprKind::IsOf(inner, _) => {
            paths(inner, found);
        }
        ExprKind::Compare(_, left, right)
        | ExprKind::Has(left, right)
        | ExprKind::Arithmetic(_, left, right) => {
            paths(left, found);
            paths(right, found);
        }
        ExprKind::In(left, items) => {
            each(items);
            paths(left, found);
        }
        ExprKind::Lambda(lambda) => {
            if let Some((_, condition)) = &lambda.condition {
                paths(condition, found);
            }
        }
        ExprKind::Count(_, Some(condition)) => paths(condition, found),
        ExprKind::Invoke(call) => call.arguments.iter().for_each(|(_, argument)| paths(argument, found)),
    }
}

/// Which rows of `batch` satisfy all terms. `place` says where a column of the table is in the batch.
pub(super) fn matching(
    terms: &[Term],
    batch: &RecordBatch,
    table: &Table,
    place: &dyn Fn(usize) -> Option<usize>,
) -> BooleanArray {
    let mut matches = vec![true; batch.num_rows()];
    for term in terms {
        match term {
            Term::Never => matches.fill(false),
            Term::Compare { column, op, value } => {
                if let Some(at) = place(*column) {
                    compare(batch.column(at), *op, *value, &mut matches);
                }
            }
            Term::Other { expr, .. } => {
                for (row, is_match) in matches.iter_mut().enumerate().filter(|(_, is_match)| **is_match) {
                    let value = |name: &str| {
                        let column = table.index(name);
                        column
                            .and_then(place)
                            .map_or(Literal::Null, |at| literal(batch.column(at).as_ref(), row))
                    };
                    *is_match = expr::evaluate(expr, &value) == Literal::Bool(true);
                }
            }
        }
    }
    matches.into()
}

fn compare(array: &dyn Array, op: Comparison, value: i64, matches: &mut [bool]) {
    let holds = |left: i64| match op {
        Comparison::Eq => left == value,
        Comparison::Ne => left != value,
        Comparison::Gt => left > value,
        Comparison::Ge => left >= value,
        Comparison::Lt => left < value,
        Comparison::Le => left <= value,
    };
    if let Some(array) = array.as_primitive_opt::<Int32Type>() {
        matches
            .iter_mut()
            .zip(array.values())
            .for_each(|(is_match, value)| *is_match &= holds((*value).into()));
    } else if let Some(array) = array.as_primitive_opt::<Int64Type>() {
        matches.iter_mut().zip(array.values()).for_each(|(is_match, value)| *is_match &= holds(*value));
    } else if let Some(array) = array.as_primitive_opt::<TimestampMicrosecondType>() {
        matches.iter_mut().zip(array.values()).for_each(|(is_match, value)| *is_match &= holds(*value));
    }
}

fn literal(array: &dyn Array, row: usize) -> Literal {
    if array.is_null(row) {
        return Literal::Null;
    }
    if let Some(array) = array.as_primitive_opt::<Int32Type>() {
        return Literal::Int(array.value(row).into());
    }
    if let Some(array) = array.as_primitive_opt::<Int64Type>() {
        return Literal::Int(array.value(row));
    }
    if let Some(array) = array.as_primitive_opt::<TimestampMicrosecondType>() {
        let instant = DateTimeOffset::from_unix_micros(array.value(row));
        return instant.map_or(Literal::Null, Literal::DateTimeOffset);
    }
    if let Some(array) = array.as_boolean_opt() {
        return Literal::Bool(array.value(row));
    }
    if let Some(words) = array.as_dictionary_opt::<Int32Type>() {
        let texts = words.values().as_string_opt::<i32>();
        let text = texts.zip(words.key(row)).map(|(texts, key)| texts.value(key));
        return text.map_or(Literal::Null, Literal::from);
    }
    array.as_string_opt::<i32>().map_or(Literal::Null, |array| Literal::from(array.value(row)))
}
