//! The original's refusals, for those who test their clients against it: asked for with the custom option
//! `compat=strict`, or for all by the operator.
//!
//! The original filters by DateKey and RowLastModifiedDateTimeUTC only, and only by what maps to a begin and an end. It
//! takes no other option than `$select`, `$skip`, `$top`, `$filter` and `$orderby`, and answers anything else with 400
//! and a text inside a text that does not say what was wrong.

use api::Failure;
use odata::expr::{Comparison, Expr, ExprKind, Span};
use odata::query::Options;
use serde_json::json;

/// What the original filters by.
const FILTERED: [&str; 2] = ["datekey", "rowlastmodifieddatetimeutc"];

/// The format the original writes.
const JSON: [&str; 2] = ["json", "application/json"];

/// Whether the query asks for the original's manners.
pub fn is_asked(query: &str) -> bool {
    super::token::option(query, "compat").is_some_and(|value| value.eq_ignore_ascii_case("strict"))
}

/// The refusal of a part of a request, by its name.
pub(super) fn refusal(name: &str) -> Failure {
    Failure::bad_request(format!("{name} is refused in strict mode.")).target(name)
}

/// Refuses what the original refuses.
pub(super) fn check(options: &Options) -> Result<(), Failure> {
    let unknown = [
        ("$apply", !options.apply.is_empty()),
        ("$compute", !options.compute.is_empty()),
        ("$count", options.count),
        ("$expand", !options.expand.is_empty()),
        ("$search", options.search.is_some()),
        ("$deltatoken", options.deltatoken.is_some()),
        ("$index", options.index),
        ("$schemaversion", options.schemaversion.is_some()),
        (
            "$format",
            options.format.as_deref().is_some_and(|format| !JSON.iter().any(|json| format.starts_with(json))),
        ),
    ];
    if let Some((option, _)) = unknown.iter().find(|(_, is_given)| *is_given) {
        return Err(refusal(option));
    }
    match options.filter.as_ref().and_then(refused) {
        Some(place) => {
            let message = "Strict mode takes DateKey or RowLastModifiedDateTimeUTC, compared with eq, lt, le, gt or ge \
                           and joined by and.";
            Err(Failure { position: Some(place.start), ..Failure::bad_request(message).target("$filter") })
        }
        None => Ok(()),
    }
}

/// The first part of a filter that cannot be mapped to a begin and an end.
fn refused(filter: &Expr) -> Option<Span> {
    let is_named = |expr: &Expr| {
        let name = expr.as_path().and_then(|path| path.as_property());
        name.is_some_and(|name| FILTERED.contains(&name.to_lowercase().as_str()))
    };
    let is_value = |expr: &Expr| expr.as_literal().is_some_and(|literal| !literal.is_null());
    match &filter.kind {
        ExprKind::And(terms) => terms.iter().find_map(refused),
        ExprKind::Compare(op, left, right) if *op != Comparison::Ne => {
            let fits = is_named(left) && is_value(right) || is_value(left) && is_named(right);
            (!fits).then_some(filter.span)
        }
        _ => Some(filter.span),
    }
}

/// The original's error body (recorded by its users): JSON in a JSON string.
pub fn error_body(url: &str, activity: uuid::Uuid) -> String {
    let none = uuid::Uuid::nil();
    let message = format!(
        "An error has occurred - Operation ID (for customer support): {none} - Activity ID: {activity} - Url: {url}"
    );
    let inner = format!(
        "{{\r\n  \"_version\": 3,\r\n  \"Message\": {},\r\n  \"CustomApiErrorPhrase\": \"\",\r\n  \"RetryAfter\": null,\r\n  \"ErrorSourceService\": \"\",\r\n  \"HttpHeaders\": \"{{}}\"\r\n}}",
        json!(message)
    );
    json!({ "Message": inner }).to_string()
}
