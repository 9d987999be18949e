//! Comparisons, `in` and `has`: which types meet, which literals are converted, and the advice when they do not fit.
//!
//! Conversions happen only on literals, never on properties.

use super::{Typed, enum_literal, mismatch};
use crate::edm::{EdmType, Model};
use crate::error::{QueryError, code};
use crate::expr::{Comparison, DateTimeOffset, Expr, ExprKind, Literal};
use crate::literal::fit::fit;
use crate::literal::parse as literal;

/// The types of both sides; `None` is null.
type Sides = (Option<EdmType>, Option<EdmType>);

pub(super) fn comparison(
    op: Comparison,
    left: &mut Expr,
    right: &mut Expr,
    types: Sides,
    model: &Model,
) -> Typed {
    let is_equality = matches!(op, Comparison::Eq | Comparison::Ne);
    if is_equality
        && (is_structured(left, right, &types.0, model)? || is_structured(right, left, &types.1, model)?)
    {
        return Ok(Some(EdmType::Boolean));
    }
    let (left_ty, right_ty) = pair(left, right, types, model)?;
    if is_equality {
        not_both_collections(left, &left_ty, &right_ty)?;
    }
    for (side, ty) in [(&*left, &left_ty), (&*right, &right_ty)] {
        if let Some(ty) = ty {
            usable(side, ty, is_equality && (left_ty.is_none() || right_ty.is_none()), op)?;
        }
    }
    if let (Some(l), Some(r)) = (&left_ty, &right_ty)
        && !same_family(l, r)
    {
        return Err(different(left, l, right, r).into());
    }
    Ok(Some(EdmType::Boolean))
}

/// `address eq {"city":"x"}`: a structured value beside one in JSON, which is fitted to its type.
fn is_structured(
    side: &Expr,
    other: &mut Expr,
    ty: &Option<EdmType>,
    model: &Model,
) -> Result<bool, QueryError> {
    let (Some(ty @ EdmType::Complex(_)), ExprKind::Path(_)) = (ty, &side.kind) else { return Ok(false) };
    let position = other.span.start;
    let ExprKind::Literal(value @ Literal::Record(_)) = &mut other.kind else { return Ok(false) };
    *value = fit(value, ty, model).map_err(|message| mismatch(position, message))?;
    Ok(true)
}

pub(super) fn membership(
    left: &mut Expr,
    items: &mut [Expr],
    left_ty: &Option<EdmType>,
    types: &[Option<EdmType>],
    model: &Model,
) -> Typed {
    if let ([_], [Some(EdmType::Collection(inside))]) = (&*items, types) {
        return in_collection(left, left_ty, inside, model);
    }
    for (item, item_ty) in items.iter_mut().zip(types) {
        let (left_ty, item_ty) = pair(left, item, (left_ty.clone(), item_ty.clone()), model)?;
        not_both_collections(left, &left_ty, &item_ty)?;
        if let (Some(l), Some(i)) = (&left_ty, &item_ty) {
            usable(left, l, false, Comparison::Eq)?;
            if !same_family(l, i) {
                return Err(different(left, l, item, i).into());
            }
        }
    }
    Ok(Some(EdmType::Boolean))
}

/// `["a","b"] eq tags` is of the grammar, and not available.
fn not_both_collections(
    left: &Expr,
    left_ty: &Option<EdmType>,
    right_ty: &Option<EdmType>,
) -> Result<(), QueryError> {
    let (Some(EdmType::Collection(_)), Some(EdmType::Collection(_))) = (left_ty, right_ty) else {
        return Ok(());
    };
    let message = "Comparing two collections is not available; use hassubset, hassubsequence or /$count.";
    Err(QueryError::not_implemented(message).at(left.span.start))
}

/// `'a' in tags`
fn in_collection(left: &mut Expr, left_ty: &Option<EdmType>, inside: &EdmType, model: &Model) -> Typed {
    let Some(own) = left_ty else { return Ok(Some(EdmType::Boolean)) };
    let own = convert(left, own, inside, model)?;
    if same_family(&own, inside) {
        return Ok(Some(EdmType::Boolean));
    }
    let message = format!("The collection holds {}, and this is {}.", inside.plain(), own.plain());
    Err(mismatch(left.span.start, message).into())
}

pub(super) fn has(left: &mut Expr, right: &mut Expr, types: Sides, model: &Model) -> Typed {
    let (left_ty, right_ty) = pair(left, right, types, model)?;
    for (side, ty) in [(&*left, &left_ty), (&*right, &right_ty)] {
        if let Some(ty) = ty
            && !matches!(ty, EdmType::Enum(_))
        {
            let message =
                format!("'has' needs an enumeration value on both sides, and this is {}.", ty.plain());
            return Err(mismatch(side.span.start, message).into());
        }
    }
    match (&left_ty, &right_ty) {
        (Some(l), Some(r)) if l != r => Err(different(left, l, right, r).into()),
        _ => Ok(Some(EdmType::Boolean)),
    }
}

/// Converts a literal on one side to the type of the other.
fn pair(left: &mut Expr, right: &mut Expr, types: Sides, model: &Model) -> Result<Sides, QueryError> {
    let (Some(l), Some(r)) = &types else {
        return Ok(types);
    };
    let right_ty = convert(right, r, l, model)?;
    let left_ty = convert(left, l, &right_ty, model)?;
    Ok((Some(left_ty), Some(right_ty)))
}

fn convert(expr: &mut Expr, own: &EdmType, wanted: &EdmType, model: &Model) -> Result<EdmType, QueryError> {
    let ExprKind::Literal(value) = &mut expr.kind else {
        return Ok(own.clone());
    };
    let position = expr.span.start;
    match coerce(value, wanted, model) {
        Ok(Some(converted)) => {
            *value = converted;
            Ok(wanted.clone())
        }
        Ok(None) => Ok(own.clone()),
        Err(message) => Err(QueryError::bad(code::INVALID_VALUE, message).at(position)),
    }
}

/// The literal as `wanted`, where that needs no second thought; `None` leaves it alone.
///
/// # Errors
/// Text that names no member of the wanted enumeration.
pub(crate) fn coerce(value: &Literal, wanted: &EdmType, model: &Model) -> Result<Option<Literal>, String> {
    match (value, wanted) {
        (Literal::String(text), EdmType::Enum(name)) => match model.find_enum_type(name) {
            Some(ty) => enum_literal(ty, text).map(Some),
            None => Ok(None),
        },
        (Literal::Int(number), EdmType::Enum(name)) => match model.find_enum_type(name) {
            Some(ty) => enum_literal(ty, &number.to_string()).map(Some),
            None => Ok(None),
        },
        (Literal::Decimal(number), wanted) if wanted.is_integer() && number.scale() == 0 => {
            match number.trunc() {
                Some(number) => Ok(Some(Literal::Int(number))),
                None => Err(
                    "This number is larger than any whole number can be; write at most 9223372036854775807."
                        .to_owned(),
                ),
            }
        }
        (Literal::String(text), EdmType::Guid) => match literal::as_type(text, wanted) {
            Some(guid) => Ok(Some(guid)),
            None => {
                Err(format!("'{text}' is not a GUID; write it like 01234567-89ab-cdef-0123-456789abcdef."))
            }
        },
        (Literal::String(text), EdmType::Duration) => Ok(literal::as_type(text, wanted)),
        (Literal::Date(date), EdmType::DateTimeOffset) => {
            let midnight = date.to_datetime(jiff::civil::Time::midnight());
            Ok(Some(Literal::DateTimeOffset(DateTimeOffset::from_utc(midnight))))
        }
        _ => Ok(None),
    }
}

/// Structured values and collections compare only with null; bytes and shapes have no order.
fn usable(side: &Expr, ty: &EdmType, with_null: bool, op: Comparison) -> Result<(), QueryError> {
    let position = side.span.start;
    let is_equality = matches!(op, Comparison::Eq | Comparison::Ne);
    match ty {
        EdmType::Collection(_) => Err(mismatch(
            position,
            "A collection cannot be compared; ask about its items with any(x:x eq …), or write /$count.",
        )),
        EdmType::Complex(_) | EdmType::Entity(_) if !with_null => Err(mismatch(
            position,
            format!(
                "{} can only be compared with null; name one of its properties after '/'.",
                capital(ty.plain())
            ),
        )),
        EdmType::Binary | EdmType::Geography(_) | EdmType::Geometry(_) | EdmType::Stream if !is_equality => {
            Err(mismatch(position, format!("{} has no order; use eq or ne.", capital(ty.plain()))))
        }
        _ => Ok(()),
    }
}

pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Types that compare with each other: equal ones, numbers, shapes.
pub(super) fn same_family(left: &EdmType, right: &EdmType) -> bool {
    let is_shape = |ty: &EdmType| matches!(ty, EdmType::Geography(_) | EdmType::Geometry(_));
    left == right || (left.is_numeric() && right.is_numeric()) || (is_shape(left) && is_shape(right))
}

/// Advice for two sides of different types; a literal is what people can change, so the error points at it.
fn different(left: &Expr, left_ty: &EdmType, right: &Expr, right_ty: &EdmType) -> QueryError {
    let (fixed, fixed_ty, value) = match (left.as_literal(), right.as_literal()) {
        (_, Some(_)) => (left, left_ty, right),
        (Some(_), None) => (right, right_ty, left),
        (None, None) => {
            let message = format!(
                "{} cannot be compared with {}.",
                capital(&describe(left, left_ty)),
                describe(right, right_ty)
            );
            return mismatch(right.span.start, message);
        }
    };
    let literal = value.as_literal().expect("one side is a literal in both arms above");
    mismatch(value.span.start, format!("{}: {}.", described(fixed, fixed_ty), advice(literal, fixed_ty)))
}

fn described(expr: &Expr, ty: &EdmType) -> String {
    match expr.as_path() {
        Some(path) => format!("'{path}' is {}", ty.plain()),
        None => format!("The other side is {}", ty.plain()),
    }
}

fn describe(expr: &Expr, ty: &EdmType) -> String {
    match expr.as_path() {
        Some(path) => format!("'{path}' ({})", ty.plain()),
        None => ty.plain().to_owned(),
    }
}

fn advice(literal: &Literal, wanted: &EdmType) -> String {
    match (literal, wanted) {
        (Literal::String(text), wanted) if crate::literal::parse::as_type(text, wanted).is_some() => {
            format!("write {text} without quotes")
        }
        (Literal::Int(0 | 1), EdmType::Boolean) => "write true or false without quotes".to_owned(),
        (Literal::String(_) | Literal::Enum { .. } | Literal::Collection(_), EdmType::String) => {
            "write text in single quotes".to_owned()
        }
        (value, EdmType::String) => format!("write '{value}' in single quotes"),
        (Literal::DateTimeOffset(instant), EdmType::Date) => {
            format!("write {} without a time", instant.utc().date())
        }
        (_, wanted) => format!("write {}", example(wanted)),
    }
}

fn example(ty: &EdmType) -> &'static str {
    match ty {
        EdmType::Boolean => "true or false",
        EdmType::Date => "a date such as 2024-01-31",
        EdmType::DateTimeOffset => "a date and time such as 2024-01-31T23:59:59Z",
        EdmType::Duration => "a duration such as duration'PT5M'",
        EdmType::Guid => "a GUID such as 01234567-89ab-cdef-0123-456789abcdef",
        EdmType::TimeOfDay => "a time of day such as 23:59:59",
        EdmType::Binary => "bytes such as binary'AQID'",
        EdmType::Enum(_) => "the name of a member in single quotes",
        EdmType::String => "text in single quotes",
        _ => "a number such as 5",
    }
}
