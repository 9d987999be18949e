//! The types of expressions (OData 4.01 URL Conventions §5.1.1) and what to write when they do not fit.
//!
//! Numbers of all kinds mix; everything else compares only with its own kind. Comparisons are in [`compare`].

mod compare;

pub(crate) use compare::capital;

use super::function::Kind;
use super::{Arithmetic, Expr, ExprKind, Function, Lambda, Literal};
use crate::edm::{EdmType, EnumType, Model};
use crate::error::{QueryError, code, did_you_mean};

/// The type of a node; `None` for null, which fits everywhere. Errors are boxed, because one lies on the stack per level.
type Typed = Result<Option<EdmType>, Box<QueryError>>;

pub(super) fn check(expr: &mut Expr, model: &Model) -> Result<Option<EdmType>, QueryError> {
    bottom_up(expr, model).map_err(|error| *error)
}

/// Checks something that must be true or false.
pub(crate) fn condition(expr: &mut Expr, model: &Model) -> Result<(), QueryError> {
    let ty = check(expr, model)?;
    must_hold(expr, ty.as_ref()).map_err(|error| *error)
}

/// Types the children, then the node itself; only this function recurses.
fn bottom_up(expr: &mut Expr, model: &Model) -> Typed {
    let (mut types, mut failure) = (Vec::new(), None);
    expr.for_each_child_mut(&mut |child| {
        if failure.is_none() {
            match bottom_up(child, model) {
                Ok(ty) => types.push(ty),
                Err(error) => failure = Some(error),
            }
        }
    });
    match failure {
        Some(error) => Err(error),
        None => node(expr, &types, model),
    }
}

/// The type of a node whose children have `types`, from left to right.
fn node(expr: &mut Expr, types: &[Option<EdmType>], model: &Model) -> Typed {
    let start = expr.span.start;
    match (&mut expr.kind, types) {
        (ExprKind::Literal(literal), _) => Ok(literal.ty()),
        (ExprKind::Path(path), _) => Ok(Some(path.ty.clone())),
        (ExprKind::And(terms) | ExprKind::Or(terms), types) => {
            terms.iter().zip(types).try_for_each(|(term, ty)| must_hold(term, ty.as_ref()))?;
            Ok(Some(EdmType::Boolean))
        }
        (ExprKind::Not(operand), [ty]) => must_hold(operand, ty.as_ref()).map(|()| Some(EdmType::Boolean)),
        (ExprKind::Negate(_), [ty]) => negated(ty.as_ref(), start),
        (ExprKind::Compare(op, left, right), [l, r]) => {
            compare::comparison(*op, left, right, (l.clone(), r.clone()), model)
        }
        (ExprKind::Has(left, right), [l, r]) => compare::has(left, right, (l.clone(), r.clone()), model),
        (ExprKind::In(left, items), [l, types @ ..]) => compare::membership(left, items, l, types, model),
        (ExprKind::Arithmetic(op, left, right), [left_ty, right_ty]) => {
            let [left, right] = [(left, left_ty), (right, right_ty)].map(|(side, ty)| as_duration(side, ty));
            let result = arithmetic(*op, &left, &right);
            result.ok_or_else(|| arithmetic_mismatch(*op, &left, &right, start).into())
        }
        (ExprKind::Call(Function::Case, arguments), types) => case(arguments, types),
        (ExprKind::Call(function, arguments), types) => call(*function, arguments, types),
        (ExprKind::Cast(_, ty), _) => Ok(Some(ty.clone())),
        (ExprKind::Invoke(call), _) => Ok(Some(call.ty.clone())),
        (ExprKind::Lambda(Lambda { condition: Some((_, body)), .. }), [ty]) => {
            must_hold(body, ty.as_ref()).map(|()| Some(EdmType::Boolean))
        }
        (ExprKind::Count(_, Some(filter)), [ty]) => {
            must_hold(filter, ty.as_ref()).map(|()| Some(EdmType::Int64))
        }
        (ExprKind::Count(..), _) => Ok(Some(EdmType::Int64)),
        // isof, any(): the rest is true or false whatever is inside.
        _ => Ok(Some(EdmType::Boolean)),
    }
}

fn negated(ty: Option<&EdmType>, start: usize) -> Typed {
    match ty {
        Some(ty) if !ty.is_numeric() && *ty != EdmType::Duration => {
            let message = format!("'-' needs a number or a duration after it, not {}.", ty.plain());
            Err(mismatch(start, message).into())
        }
        ty => Ok(ty.cloned()),
    }
}

fn must_hold(expr: &Expr, ty: Option<&EdmType>) -> Result<(), Box<QueryError>> {
    let ty = match ty {
        None | Some(EdmType::Boolean) => return Ok(()),
        Some(ty) => ty.plain(),
    };
    let advice = "and put a comparison after 'not' in parentheses.";
    let message = match &expr.kind {
        ExprKind::Path(path) => format!(
            "A condition is needed here, but '{path}' is {ty}; compare it with a value, such as '{path}' eq …, {advice}"
        ),
        _ => format!(
            "A condition is needed here, but this is {ty}; compare it with eq or another operator, {advice}"
        ),
    };
    Err(mismatch(expr.span.start, message).into())
}

fn mismatch(position: usize, message: impl Into<String>) -> QueryError {
    QueryError::bad(code::TYPE_MISMATCH, message).at(position)
}

/// Text that reads as a duration is one: `'P1D'` (4.01 has no prefix).
fn as_duration(side: &mut Expr, ty: &Option<EdmType>) -> Option<EdmType> {
    if let ExprKind::Literal(value @ Literal::String(_)) = &mut side.kind
        && let Literal::String(text) = &*value
        && let Some(duration) = crate::literal::parse::as_type(text, &EdmType::Duration)
    {
        *value = duration;
        return Some(EdmType::Duration);
    }
    ty.clone()
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
    left: &Option<EdmType>,
    right: &Option<EdmType>,
    start: usize,
) -> QueryError {
    let plain = |ty: &Option<EdmType>| ty.as_ref().map_or("null", EdmType::plain);
    let texts = [left, right].iter().any(|ty| **ty == Some(EdmType::String));
    let hint = if texts && op == Arithmetic::Add { " Join texts with concat(a,b)." } else { "" };
    let (left, right) = (plain(left), plain(right));
    mismatch(start, format!("'{}' cannot combine {left} with {right}.{hint}", op.keyword()))
}

fn call(function: Function, arguments: &[Expr], types: &[Option<EdmType>]) -> Typed {
    let signature = function.signature();
    for ((argument, ty), kind) in arguments.iter().zip(types).zip(signature.arguments) {
        let Some(ty) = ty.as_ref().filter(|ty| !fits(*kind, ty)) else { continue };
        let what = match &argument.kind {
            ExprKind::Path(path) => format!("'{path}' is {}", ty.plain()),
            ExprKind::Literal(literal) if matches!(kind, Kind::Text | Kind::TextOrCollection) => {
                format!("{literal} is {}; write '{literal}' in single quotes", ty.plain())
            }
            _ => format!("this is {}", ty.plain()),
        };
        let message = format!("{}() needs {} here, and {what}.", signature.name, wanted(*kind));
        return Err(mismatch(argument.span.start, message).into());
    }
    let is_collection = |ty: &Option<EdmType>| matches!(ty, Some(EdmType::Collection(_)));
    if let ([_, second], [Some(left), Some(right)], [Kind::TextOrCollection, Kind::TextOrCollection]) =
        (arguments, types, signature.arguments)
        && is_collection(&types[0]) != is_collection(&types[1])
    {
        let (left, right) = (left.plain(), right.plain());
        let advice =
            if is_collection(&types[0]) { " To look for an item, write any(x:x eq …)." } else { "" };
        let message = format!(
            "{}() needs two texts or two collections, not {left} and {right}.{advice}",
            signature.name
        );
        return Err(mismatch(second.span.start, message).into());
    }
    let first = || types.first().cloned().flatten();
    Ok(signature.result.clone().or_else(first))
}

/// Conditions and values in turn; all values must be alike.
fn case(arguments: &[Expr], types: &[Option<EdmType>]) -> Typed {
    let mut result: Option<EdmType> = None;
    for (index, (argument, ty)) in arguments.iter().zip(types).enumerate() {
        if index % 2 == 0 {
            must_hold(argument, ty.as_ref())?;
            continue;
        }
        match (&result, ty) {
            (Some(known), Some(ty)) if !compare::same_family(known, ty) => {
                let (known, ty) = (known.plain(), ty.plain());
                let message = format!("All values of case() must be alike, but here {known} meets {ty}.");
                return Err(mismatch(argument.span.start, message).into());
            }
            (None, Some(ty)) => result = Some(ty.clone()),
            _ => {}
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
            None if part.parse::<i64>().is_ok() => members.push(part.trim_start_matches('+')),
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
