//! The types of expressions (OData 4.01 URL Conventions §5.1.1) and what to write when they do not fit.
//!
//! Numbers of all kinds mix; everything else compares only with its own kind. Comparisons are in [`compare`].

mod compare;

use super::function::Kind;
use super::{Arithmetic, Expr, ExprKind, Function, Lambda, Literal};
use crate::edm::{EdmType, EnumType, Model};
use crate::error::{QueryError, code, did_you_mean};

/// The type of a node; `None` for null, which fits everywhere.
pub(super) type Typed = Result<Option<EdmType>, QueryError>;

pub(super) fn check(expr: &mut Expr, model: &Model) -> Typed {
    let start = expr.span.start;
    match &mut expr.kind {
        ExprKind::Literal(literal) => Ok(literal.ty()),
        ExprKind::Path(path) => Ok(Some(path.ty.clone())),
        ExprKind::And(terms) | ExprKind::Or(terms) => {
            terms.iter_mut().try_for_each(|term| condition(term, model))?;
            Ok(Some(EdmType::Boolean))
        }
        ExprKind::Not(operand) => {
            condition(operand, model)?;
            Ok(Some(EdmType::Boolean))
        }
        ExprKind::Negate(operand) => match check(operand, model)? {
            Some(ty) if !ty.is_numeric() && ty != EdmType::Duration => Err(mismatch(
                start,
                format!("'-' needs a number or a duration after it, not {}.", ty.plain()),
            )),
            ty => Ok(ty),
        },
        ExprKind::Compare(op, left, right) => compare::comparison(*op, left, right, model),
        ExprKind::Has(left, right) => compare::has(left, right, model),
        ExprKind::In(left, items) => compare::membership(left, items, model),
        ExprKind::Arithmetic(op, left, right) => {
            let types = (check(left, model)?, check(right, model)?);
            arithmetic(*op, &types.0, &types.1).ok_or_else(|| arithmetic_mismatch(*op, &types, start))
        }
        ExprKind::Call(function, arguments) => call(*function, arguments, start, model),
        ExprKind::Cast(operand, ty) => {
            check(operand, model)?;
            Ok(Some(ty.clone()))
        }
        ExprKind::IsOf(operand, _) => {
            check(operand, model)?;
            Ok(Some(EdmType::Boolean))
        }
        ExprKind::Lambda(Lambda { condition: body, .. }) => {
            body.iter_mut().try_for_each(|(_, body)| condition(body, model))?;
            Ok(Some(EdmType::Boolean))
        }
        ExprKind::Count(_, filter) => {
            filter.iter_mut().try_for_each(|filter| condition(filter, model))?;
            Ok(Some(EdmType::Int64))
        }
    }
}

/// Checks something that must be true or false.
pub(crate) fn condition(expr: &mut Expr, model: &Model) -> Result<(), QueryError> {
    let ty = check(expr, model)?;
    match ty {
        None | Some(EdmType::Boolean) => Ok(()),
        Some(ty) => {
            let what = match &expr.kind {
                ExprKind::Path(path) => format!("'{path}'"),
                _ => "this".to_owned(),
            };
            let message = format!(
                "A condition is needed here, but {what} is {}; compare it with a value, such as {what} eq …, \
                 and put a comparison after 'not' in parentheses.",
                ty.plain()
            );
            Err(mismatch(
                expr.span.start,
                message.replace("such as this eq …", "with eq or another operator"),
            ))
        }
    }
}

fn mismatch(position: usize, message: impl Into<String>) -> QueryError {
    QueryError::bad(code::TYPE_MISMATCH, message).at(position)
}

/// Numbers promote to the widest; times and durations combine as §5.1.1.2 lists.
fn arithmetic(op: Arithmetic, left: &Option<EdmType>, right: &Option<EdmType>) -> Option<Option<EdmType>> {
    use EdmType::{Date, DateTimeOffset, Duration};
    let (left, right) = match (left, right) {
        (None, other) | (other, None) => return Some(other.clone()),
        (Some(left), Some(right)) => (left, right),
    };
    if left.is_numeric() && right.is_numeric() {
        return Some(Some(promoted(op, left, right)));
    }
    let result = match (op, left, right) {
        (Arithmetic::Add, DateTimeOffset, Duration) | (Arithmetic::Sub, DateTimeOffset, Duration) => {
            DateTimeOffset
        }
        (Arithmetic::Add | Arithmetic::Sub, Date, Duration) => Date,
        (Arithmetic::Add | Arithmetic::Sub, Duration, Duration) => Duration,
        (Arithmetic::Add, Duration, DateTimeOffset) => DateTimeOffset,
        (Arithmetic::Sub, DateTimeOffset, DateTimeOffset) | (Arithmetic::Sub, Date, Date) => Duration,
        (Arithmetic::Mul, Duration, number) | (Arithmetic::Mul, number, Duration) if number.is_numeric() => {
            Duration
        }
        (Arithmetic::Div | Arithmetic::DivBy, Duration, number) if number.is_numeric() => Duration,
        _ => return None,
    };
    Some(Some(result))
}

fn promoted(op: Arithmetic, left: &EdmType, right: &EdmType) -> EdmType {
    let either = |wanted: &[EdmType]| wanted.contains(left) || wanted.contains(right);
    if either(&[EdmType::Double, EdmType::Single]) {
        EdmType::Double
    } else if either(&[EdmType::Decimal]) || op == Arithmetic::DivBy {
        EdmType::Decimal
    } else {
        EdmType::Int64
    }
}

fn arithmetic_mismatch(
    op: Arithmetic,
    types: &(Option<EdmType>, Option<EdmType>),
    start: usize,
) -> QueryError {
    let plain = |ty: &Option<EdmType>| ty.as_ref().map_or("null", EdmType::plain);
    let texts = [&types.0, &types.1].iter().any(|ty| **ty == Some(EdmType::String));
    let hint = if texts && op == Arithmetic::Add { " Join texts with concat(a,b)." } else { "" };
    let (left, right) = (plain(&types.0), plain(&types.1));
    mismatch(start, format!("'{}' cannot combine {left} with {right}.{hint}", op.keyword()))
}

fn call(function: Function, arguments: &mut [Expr], start: usize, model: &Model) -> Typed {
    if function == Function::Case {
        return case(arguments, start, model);
    }
    let signature = function.signature();
    let mut first = None;
    for (index, argument) in arguments.iter_mut().enumerate() {
        let ty = check(argument, model)?;
        let kind = signature.arguments[index];
        if let Some(ty) = &ty
            && !fits(kind, ty)
        {
            let what = match &argument.kind {
                ExprKind::Path(path) => format!("'{path}' is {}", ty.plain()),
                ExprKind::Literal(literal) if kind == Kind::Text => {
                    format!("{literal} is {}; write '{literal}' in single quotes", ty.plain())
                }
                _ => format!("this is {}", ty.plain()),
            };
            let message = format!("{}() needs {} here, and {what}.", signature.name, wanted(kind));
            return Err(mismatch(argument.span.start, message));
        }
        if index == 0 {
            first = ty;
        }
    }
    Ok(signature.result.clone().or(first))
}

fn case(arguments: &mut [Expr], start: usize, model: &Model) -> Typed {
    let mut result: Option<EdmType> = None;
    for pair in arguments.chunks_mut(2) {
        let [when, then] = pair else {
            return Err(mismatch(start, "case() takes pairs of a condition and a value."));
        };
        condition(when, model)?;
        if let Some(ty) = check(then, model)? {
            match &result {
                Some(known) if !compare::same_family(known, &ty) => {
                    let message = format!(
                        "All values of case() must be alike, but here {} meets {}.",
                        known.plain(),
                        ty.plain()
                    );
                    return Err(mismatch(then.span.start, message));
                }
                Some(_) => {}
                None => result = Some(ty),
            }
        }
    }
    Ok(result)
}

fn fits(kind: Kind, ty: &EdmType) -> bool {
    let is_collection = matches!(ty, EdmType::Collection(_));
    match kind {
        Kind::Text => *ty == EdmType::String,
        Kind::TextOrCollection => *ty == EdmType::String || is_collection,
        Kind::Collection => is_collection,
        Kind::Whole => ty.is_integer(),
        Kind::Number => ty.is_numeric(),
        Kind::HasDate => matches!(ty, EdmType::Date | EdmType::DateTimeOffset),
        Kind::HasTime => matches!(ty, EdmType::TimeOfDay | EdmType::DateTimeOffset),
        Kind::Instant => *ty == EdmType::DateTimeOffset,
        Kind::Duration => *ty == EdmType::Duration,
        Kind::Geography => matches!(ty, EdmType::Geography(_) | EdmType::Geometry(_)),
        Kind::Any => true,
    }
}

fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::TextOrCollection => "text or a collection",
        Kind::Collection => "a collection",
        Kind::Whole => "a whole number",
        Kind::Number => "a number",
        Kind::HasDate => "a date or an instant",
        Kind::HasTime => "a time of day or an instant",
        Kind::Instant => "an instant",
        Kind::Duration => "a duration",
        Kind::Geography => "a place or shape",
        Kind::Any => "a value",
    }
}

/// An enumeration value from its members' names (in any case) or numbers, in metadata spelling and declared order.
///
/// # Errors
/// A sentence that names the nearest member.
pub(crate) fn enum_literal(ty: &EnumType, text: &str) -> Result<Literal, String> {
    let mut members: Vec<&str> = Vec::new();
    for part in text.split(',').map(str::trim) {
        let exact = ty.members.iter().find(|(name, _)| name == part);
        let found = exact.or_else(|| {
            let number: Option<i64> = part.parse().ok();
            ty.members.iter().find(|(name, value)| name.eq_ignore_ascii_case(part) || Some(*value) == number)
        });
        match found {
            Some((name, _)) => members.push(name),
            // Values without a name are allowed as numbers.
            None if part.parse::<i64>().is_ok() => members.push(part),
            None => {
                let hint = did_you_mean(part, ty.members.iter().map(|(name, _)| name.as_str()));
                return Err(format!("'{}' has no member '{part}'.{hint}", ty.name));
            }
        }
    }
    if members.len() > 1 && !ty.flags {
        return Err(format!("'{}' takes one member, not several.", ty.name));
    }
    members
        .sort_by_key(|member| ty.members.iter().position(|(name, _)| name == member).unwrap_or(usize::MAX));
    members.dedup();
    Ok(Literal::Enum { type_name: ty.name.clone(), members: members.join(",") })
}
