//! The canonical functions on values. Null in, null out.
//!
//! Positions and lengths count Unicode code points. `round` takes halves away from zero.

use jiff::civil::{Date, Time};
use regex::{Regex, RegexBuilder};

use super::Row;
use crate::edm::EdmType;
use crate::expr::{DateTimeOffset, Function, Literal};
use crate::literal::fit::range;
use crate::literal::{Decimal, geo, parse};

pub(super) fn call(function: Function, arguments: &[Literal], row: Row<'_>) -> Literal {
    match function {
        Function::Now => return row.now(),
        Function::MaxDateTime => {
            return Literal::DateTimeOffset(DateTimeOffset::from_utc(jiff::civil::DateTime::MAX));
        }
        Function::MinDateTime => {
            let first = Date::constant(1, 1, 1).to_datetime(Time::midnight());
            return Literal::DateTimeOffset(DateTimeOffset::from_utc(first));
        }
        Function::Case => {
            let chosen = arguments.chunks(2).find(|pair| pair[0] == Literal::Bool(true));
            return chosen.and_then(|pair| pair.get(1)).cloned().unwrap_or(Literal::Null);
        }
        _ => {}
    }
    let result = match arguments {
        [first] => unary(function, first),
        [first, second] => binary(function, first, second),
        [Literal::String(text), Literal::Int(start), Literal::Int(length)]
            if function == Function::Substring =>
        {
            let taken = usize::try_from((*length).max(0)).unwrap_or(usize::MAX);
            Some(Literal::String(after(text, *start).chars().take(taken).collect()))
        }
        [Literal::Collection(items), Literal::Int(start), Literal::Int(length)]
            if function == Function::Substring =>
        {
            let taken = usize::try_from((*length).max(0)).unwrap_or(usize::MAX);
            let start = place(*start, items.len());
            Some(Literal::Collection(items.iter().skip(start).take(taken).cloned().collect()))
        }
        _ => None,
    };
    result.unwrap_or(Literal::Null)
}

fn unary(function: Function, value: &Literal) -> Option<Literal> {
    match value {
        Literal::String(text) => of_text(function, text),
        Literal::Collection(items) if function == Function::Length => count(items.len()),
        Literal::Date(date) => of_date(function, *date),
        Literal::TimeOfDay(time) => of_time(function, *time),
        Literal::DateTimeOffset(instant) if function == Function::TotalOffsetMinutes => {
            Some(Literal::Int(instant.offset_minutes().into()))
        }
        // Days and hours are those of the offset the instant was written with (§5.1.1.8).
        Literal::DateTimeOffset(instant) => {
            let local = instant.local();
            of_date(function, local.date()).or_else(|| of_time(function, local.time()))
        }
        Literal::Duration(duration) if function == Function::TotalSeconds => {
            Decimal::new(duration.as_nanos(), 9).map(Literal::Decimal)
        }
        Literal::Geography(text) if function == Function::GeoLength => {
            geo::parse(text).ok().map(|shape| Literal::Double(shape.length()))
        }
        Literal::Int(value) if is_rounding(function) => Some(Literal::Int(*value)),
        Literal::Decimal(value) => rounded(function, *value),
        Literal::Double(value) => match function {
            Function::Ceiling => Some(Literal::Double(value.ceil())),
            Function::Floor => Some(Literal::Double(value.floor())),
            Function::Round => Some(Literal::Double(value.round())),
            _ => None,
        },
        _ => None,
    }
}

fn is_rounding(function: Function) -> bool {
    matches!(function, Function::Ceiling | Function::Floor | Function::Round)
}

fn rounded(function: Function, value: Decimal) -> Option<Literal> {
    let one = 10_i128.checked_pow(value.scale())?;
    let floor = value.unscaled().div_euclid(one);
    let rest = value.unscaled().rem_euclid(one);
    let is_half_up = if value.unscaled() < 0 { rest > one - rest } else { rest >= one - rest };
    let whole = match function {
        Function::Floor => floor,
        Function::Ceiling => floor + i128::from(rest > 0),
        Function::Round => floor + i128::from(rest > 0 && is_half_up),
        _ => return None,
    };
    Decimal::new(whole, 0).map(Literal::Decimal)
}

fn of_text(function: Function, text: &str) -> Option<Literal> {
    match function {
        Function::Length => count(text.chars().count()),
        Function::ToLower => Some(Literal::String(text.to_lowercase())),
        Function::ToUpper => Some(Literal::String(text.to_uppercase())),
        Function::Trim => Some(Literal::String(text.trim().to_owned())),
        _ => None,
    }
}

fn of_date(function: Function, date: Date) -> Option<Literal> {
    match function {
        Function::Date => Some(Literal::Date(date)),
        Function::Year => Some(Literal::Int(date.year().into())),
        Function::Month => Some(Literal::Int(date.month().into())),
        Function::Day => Some(Literal::Int(date.day().into())),
        _ => None,
    }
}

fn of_time(function: Function, time: Time) -> Option<Literal> {
    match function {
        Function::Time => Some(Literal::TimeOfDay(time)),
        Function::Hour => Some(Literal::Int(time.hour().into())),
        Function::Minute => Some(Literal::Int(time.minute().into())),
        Function::Second => Some(Literal::Int(time.second().into())),
        Function::FractionalSeconds => {
            Decimal::new(i128::from(time.subsec_nanosecond()), 9).map(Literal::Decimal)
        }
        _ => None,
    }
}

fn count(length: usize) -> Option<Literal> {
    i64::try_from(length).ok().map(Literal::Int)
}

fn binary(function: Function, left: &Literal, right: &Literal) -> Option<Literal> {
    match (left, right) {
        (Literal::String(left), Literal::String(right)) => of_texts(function, left, right),
        (Literal::Geography(left), Literal::Geography(right)) => {
            let (left, right) = (geo::parse(left).ok()?, geo::parse(right).ok()?);
            match function {
                Function::GeoDistance => left.distance(&right).map(Literal::Double),
                Function::GeoIntersects => Some(Literal::Bool(left.intersects(&right))),
                _ => None,
            }
        }
        (Literal::String(text), Literal::Int(start)) if function == Function::Substring => {
            Some(Literal::String(after(text, *start).to_owned()))
        }
        (Literal::Collection(items), Literal::Int(start)) if function == Function::Substring => {
            let start = place(*start, items.len());
            Some(Literal::Collection(items.iter().skip(start).cloned().collect()))
        }
        (Literal::Collection(left), Literal::Collection(right)) => match function {
            Function::Concat => Some(Literal::Collection(left.iter().chain(right).cloned().collect())),
            Function::HasSubset => Some(Literal::Bool(is_subset(left, right))),
            Function::HasSubsequence => Some(Literal::Bool(is_subsequence(left, right))),
            Function::Contains => Some(Literal::Bool(place_of(left, right).is_some())),
            Function::StartsWith => Some(Literal::Bool(left.starts_with(right))),
            Function::EndsWith => Some(Literal::Bool(left.ends_with(right))),
            Function::IndexOf => place_of(left, right).map_or(Some(Literal::Int(-1)), count),
            _ => None,
        },
        _ => None,
    }
}

fn of_texts(function: Function, left: &str, right: &str) -> Option<Literal> {
    match function {
        Function::Concat => Some(Literal::String(format!("{left}{right}"))),
        Function::Contains => Some(Literal::Bool(left.contains(right))),
        Function::StartsWith => Some(Literal::Bool(left.starts_with(right))),
        Function::EndsWith => Some(Literal::Bool(left.ends_with(right))),
        Function::MatchesPattern => pattern(right).ok().map(|pattern| Literal::Bool(pattern.is_match(left))),
        Function::IndexOf => match left.find(right) {
            Some(bytes) => count(left[..bytes].chars().count()),
            None => Some(Literal::Int(-1)),
        },
        _ => None,
    }
}

/// A regular expression of ECMAScript, without look-around and back references.
///
/// # Errors
/// What the pattern does wrong.
pub(super) fn pattern(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).size_limit(1 << 20).build()
}

/// Where all items of `right` follow each other in `left`.
fn place_of(left: &[Literal], right: &[Literal]) -> Option<usize> {
    (0..=left.len()).find(|start| left[*start..].starts_with(right))
}

/// Each item of `right` is matched by another item of `left`.
fn is_subset(left: &[Literal], right: &[Literal]) -> bool {
    let mut remaining: Vec<&Literal> = left.iter().collect();
    right.iter().all(|item| {
        let found = remaining.iter().position(|candidate| *candidate == item);
        found.map(|index| remaining.swap_remove(index)).is_some()
    })
}

fn is_subsequence(left: &[Literal], right: &[Literal]) -> bool {
    let mut rest = left.iter();
    right.iter().all(|item| rest.any(|candidate| candidate == item))
}

/// Where a part begins. A negative start counts from the end, as OData 4.01 defines it; one before the beginning means
/// the beginning.
fn place(start: i64, length: usize) -> usize {
    let distance = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
    if start < 0 { length.saturating_sub(distance) } else { distance }
}

/// Text from the code point `start`.
fn after(text: &str, start: i64) -> &str {
    let start = if start < 0 { place(start, text.chars().count()) } else { place(start, 0) };
    text.char_indices().nth(start).map_or("", |(bytes, _)| &text[bytes..])
}

/// §5.1.1.10.1: through text, between numbers, or null.
pub(super) fn cast(value: Literal, ty: &EdmType) -> Literal {
    let result = match (&value, ty) {
        _ if value.ty().as_ref() == Some(ty) => Some(value.clone()),
        (Literal::Null | Literal::Collection(_) | Literal::Record(_), _) => None,
        (Literal::String(text), ty) => parse::as_type(text, ty),
        (Literal::Enum { members, .. }, EdmType::String) => Some(Literal::String(members.clone())),
        (Literal::Duration(duration), EdmType::String) => {
            Some(Literal::String(crate::literal::temporal::iso_duration(*duration)))
        }
        (Literal::Double(double), EdmType::String) if double.is_finite() => {
            Some(Literal::String(double.to_string()))
        }
        (_, EdmType::String) => Some(Literal::String(value.to_string())),
        (Literal::DateTimeOffset(instant), EdmType::Date) => Some(Literal::Date(instant.local().date())),
        (Literal::DateTimeOffset(instant), EdmType::TimeOfDay) => {
            Some(Literal::TimeOfDay(instant.local().time()))
        }
        (Literal::Int(number), ty) if ty.is_integer() => within(*number, ty),
        (Literal::Decimal(decimal), ty) if ty.is_integer() => {
            decimal.trunc().and_then(|number| within(number, ty))
        }
        (Literal::Double(double), ty) if ty.is_integer() => {
            let whole = Decimal::parse(&format!("{:.0}", double.trunc()));
            whole.and_then(Decimal::trunc).and_then(|number| within(number, ty))
        }
        (_, EdmType::Decimal) => value.to_decimal().map(Literal::Decimal),
        (_, EdmType::Double | EdmType::Single) => value.to_f64().map(Literal::Double),
        _ => None,
    };
    result.unwrap_or(Literal::Null)
}

/// Outside the range of its type a number is null.
fn within(number: i64, ty: &EdmType) -> Option<Literal> {
    let (least, most) = range(ty);
    (least..=most).contains(&number).then_some(Literal::Int(number))
}

/// Integers are of every integer type they fit in name; null is of no type.
pub(super) fn is_of(value: &Literal, ty: &EdmType) -> Literal {
    let is = match value.ty() {
        None => false,
        Some(own) => own == *ty || (own.is_integer() && ty.is_integer()),
    };
    Literal::Bool(is)
}
