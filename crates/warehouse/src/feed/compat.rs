//! The original's refusals, for those who test their clients against it: asked for with the custom option
//! `compat=strict`, or for all by the operator.
//!
//! The original filters by DateKey and RowLastModifiedDateTimeUTC only, takes no other option than `$select`, `$skip`,
//! `$top`, `$filter` and `$orderby`, and answers anything else with 400 and a text inside a text that does not say what
//! was wrong.

use api::Failure;
use odata::query::Options;
use serde_json::json;

/// What the original filters by.
const FILTERED: [&str; 2] = ["datekey", "rowlastmodifieddatetimeutc"];

/// Whether the query asks for the original's manners.
pub fn is_asked(query: &str) -> bool {
    super::token::option(query, "compat").is_some_and(|value| value.eq_ignore_ascii_case("strict"))
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
    ];
    if let Some((option, _)) = unknown.iter().find(|(_, is_given)| *is_given) {
        return Err(Failure::bad_request(format!("{option} is refused in strict mode.")).target(*option));
    }
    let mut refused = None;
    if let Some(filter) = &options.filter {
        super::filter::paths(filter, &mut |name| {
            if !FILTERED.contains(&name.to_lowercase().as_str()) {
                refused = Some(name.to_owned());
            }
        });
    }
    match refused {
        Some(name) => {
            let message = format!("A filter on {name} is refused in strict mode.");
            Err(Failure::bad_request(message).target("$filter"))
        }
        None => Ok(()),
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
