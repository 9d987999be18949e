//! Arithmetic: whole numbers stay whole, decimals exact, doubles win; times and durations combine.
//!
//! Division of decimals goes through doubles. What does not fit is null.

use jiff::SignedDuration;

use crate::expr::{Arithmetic, Literal};
use crate::literal::Decimal;

pub(super) fn negate(value: &Literal) -> Literal {
    let result = match value {
        Literal::Int(value) => value.checked_neg().map(Literal::Int),
        Literal::Decimal(value) => value.checked_neg().map(Literal::Decimal),
        Literal::Double(value) => Some(Literal::Double(-value)),
        Literal::Duration(value) => value.checked_neg().map(Literal::Duration),
        _ => None,
    };
    result.unwrap_or(Literal::Null)
}

pub(in crate::expr) fn arithmetic(op: Arithmetic, left: &Literal, right: &Literal) -> Literal {
    let result = match (left, right) {
        (Literal::Int(l), Literal::Int(r)) if op != Arithmetic::DivBy => whole(op, *l, *r),
        _ if matches!((left.to_f64(), right.to_f64()), (Some(_), Some(_))) => fractional(op, left, right),
        _ => temporal(op, left, right),
    };
    result.unwrap_or(Literal::Null)
}

fn whole(op: Arithmetic, left: i64, right: i64) -> Option<Literal> {
    match op {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Sub => left.checked_sub(right),
        Arithmetic::Mul => left.checked_mul(right),
        Arithmetic::Div | Arithmetic::DivBy => left.checked_div(right),
        Arithmetic::Mod => left.checked_rem(right),
    }
    .map(Literal::Int)
}

fn fractional(op: Arithmetic, left: &Literal, right: &Literal) -> Option<Literal> {
    if let (Some(l), Some(r)) = (left.to_decimal(), right.to_decimal()) {
        let exact = match op {
            Arithmetic::Add => l.checked_add(r),
            Arithmetic::Sub => r.checked_neg().and_then(|r| l.checked_add(r)),
            Arithmetic::Mul => l.checked_mul(r),
            Arithmetic::Div | Arithmetic::DivBy | Arithmetic::Mod => None,
        };
        if let Some(exact) = exact {
            return Some(Literal::Decimal(exact));
        }
        if r == Decimal::from(0) && !matches!(op, Arithmetic::Add | Arithmetic::Sub | Arithmetic::Mul) {
            return None;
        }
    }
    let (l, r) = (left.to_f64()?, right.to_f64()?);
    Some(Literal::Double(match op {
        Arithmetic::Add => l + r,
        Arithmetic::Sub => l - r,
        Arithmetic::Mul => l * r,
        Arithmetic::Div | Arithmetic::DivBy => l / r,
        Arithmetic::Mod => l % r,
    }))
}

fn temporal(op: Arithmetic, left: &Literal, right: &Literal) -> Option<Literal> {
    if let (Literal::DateTimeOffset(l), Literal::DateTimeOffset(r), Arithmetic::Sub) = (left, right, op) {
        return Some(Literal::Duration(l.since(*r)));
    }
    if let (Literal::Date(l), Literal::Date(r), Arithmetic::Sub) = (left, right, op) {
        return Some(Literal::Duration(l.duration_since(*r)));
    }
    if let (Literal::Duration(l), Some(factor)) = (left, right.to_f64()) {
        return scaled(op, *l, factor);
    }
    if let (Some(factor), Literal::Duration(r), Arithmetic::Mul) = (left.to_f64(), right, op) {
        return scaled(op, *r, factor);
    }
    let change = match op {
        Arithmetic::Add => right.duration(),
        Arithmetic::Sub => right.duration().and_then(SignedDuration::checked_neg),
        _ => return None,
    };
    match (left, change) {
        (Literal::Duration(l), Some(change)) => l.checked_add(change).map(Literal::Duration),
        (Literal::DateTimeOffset(l), Some(change)) => l.checked_add(change).map(Literal::DateTimeOffset),
        (Literal::Date(l), Some(change)) => {
            let moved = l.to_datetime(jiff::civil::Time::midnight()).checked_add(change).ok()?;
            Some(Literal::Date(moved.date()))
        }
        (Literal::Duration(l), None) => match right {
            Literal::DateTimeOffset(r) if op == Arithmetic::Add => {
                r.checked_add(*l).map(Literal::DateTimeOffset)
            }
            _ => None,
        },
        _ => None,
    }
}

fn scaled(op: Arithmetic, duration: SignedDuration, factor: f64) -> Option<Literal> {
    let seconds = match op {
        Arithmetic::Mul => duration.as_secs_f64() * factor,
        Arithmetic::Div | Arithmetic::DivBy => duration.as_secs_f64() / factor,
        _ => return None,
    };
    SignedDuration::try_from_secs_f64(seconds).ok().map(Literal::Duration)
}
