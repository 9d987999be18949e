//! What only OData 4.01 has: refused for readers who ask for no more than OData 4.0 with `OData-MaxVersion`.
//!
//! They may not know what they asked for: a 4.0 client library that meets these words has made a mistake.

use crate::error::{QueryError, code};
use crate::expr::{Arithmetic, Expr, ExprKind, Function};
use crate::path::{DataPath, Root, Segment};
use crate::query::{Options, SystemOption};

const NEEDED: &str = "not supported in OData 4.0; ask for OData-MaxVersion 4.01";

fn refused(what: &str, option: SystemOption) -> QueryError {
    QueryError::bad(code::UNKNOWN_OPTION, format!("{what} is {NEEDED}.")).in_option(option.name())
}

/// # Errors
/// 400 with the first thing that OData 4.0 does not have.
pub(super) fn check(path: &DataPath, written: &str, options: &Options) -> Result<(), QueryError> {
    let is_call = match path.segments.last() {
        Some(segment) => matches!(segment, Segment::Function(_)),
        None => matches!(path.root, Root::Function(_)),
    };
    if is_call && !written.ends_with(')') {
        let message = format!("Put parentheses after the name of the function: without them it is {NEEDED}.");
        return Err(QueryError::bad(code::SYNTAX, message));
    }
    if options.index {
        let message = format!("This is an unknown query option in OData 4.0: it is {NEEDED}.");
        return Err(QueryError::bad(code::UNKNOWN_OPTION, message).in_option(SystemOption::Index.name()));
    }
    check_options(options)
}

fn check_options(options: &Options) -> Result<(), QueryError> {
    if !options.compute.is_empty() {
        return Err(refused("$compute", SystemOption::Compute));
    }
    if let Some(word) = options.filter.as_ref().and_then(newer) {
        return Err(refused(word, SystemOption::Filter));
    }
    if let Some(word) = options.orderby.iter().find_map(|item| newer(&item.expr)) {
        return Err(refused(word, SystemOption::OrderBy));
    }
    options.expand.iter().try_for_each(|item| check_options(&item.options))
}

/// The first word in it that OData 4.0 does not know.
fn newer(expr: &Expr) -> Option<&'static str> {
    let inside = |exprs: &[Expr]| exprs.iter().find_map(newer);
    match &expr.kind {
        ExprKind::In(..) => Some("The operator in"),
        ExprKind::Arithmetic(Arithmetic::DivBy, ..) => Some("The operator divby"),
        ExprKind::Call(Function::MatchesPattern, _) => Some("matchesPattern"),
        ExprKind::Call(Function::Case, _) => Some("case"),
        ExprKind::And(terms) | ExprKind::Or(terms) | ExprKind::Call(_, terms) => inside(terms),
        ExprKind::Compare(_, left, right)
        | ExprKind::Has(left, right)
        | ExprKind::Arithmetic(_, left, right) => newer(left).or_else(|| newer(right)),
        ExprKind::Not(inner)
        | ExprKind::Negate(inner)
        | ExprKind::Cast(inner, _)
        | ExprKind::IsOf(inner, _) => newer(inner),
        ExprKind::Lambda(lambda) => lambda.condition.as_ref().and_then(|(_, condition)| newer(condition)),
        ExprKind::Count(_, condition) => condition.as_deref().and_then(newer),
        ExprKind::Invoke(call) => call.arguments.iter().find_map(|(_, argument)| newer(argument)),
        ExprKind::Literal(_) | ExprKind::Path(_) => None,
    }
}
