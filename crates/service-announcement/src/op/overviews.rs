//! Lists the services and how they are, with `$expand=issues`.

use api::list::Page;
use api::{Failure, Permitted, Reader};
use axum::extract::{Path, RawQuery};
use serde_json::Value;
use store::{Tx, Value as Bound};

use super::issues::bound;
use crate::{ServiceAnnouncement, view};

pub async fn list(
    feature: ServiceAnnouncement,
    version: &'static str,
    permitted: Permitted,
    Reader(language): Reader,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let (query, is_expanded) = without_expand(query.as_deref().unwrap_or(""))?;
    let (root, bound) = (feature.root(version), bound(&feature, language));
    let read = feature.store.read(permitted.tenant(), move |tx| {
        let mut page = view::OVERVIEWS.page(tx, &root, &asked(&query, is_expanded))?;
        if is_expanded {
            for overview in page.0["value"].as_array_mut().into_iter().flatten() {
                expand(tx, overview, &root, &bound, &query)?;
            }
        }
        Ok::<_, Failure>(page)
    });
    read.await
}

pub async fn show(
    feature: ServiceAnnouncement,
    version: &'static str,
    permitted: Permitted,
    Reader(language): Reader,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let (query, is_expanded) = without_expand(query.as_deref().unwrap_or(""))?;
    let (root, bound) = (feature.root(version), bound(&feature, language));
    let missing = format!("There is no service '{id}' here; healthOverviews lists them.");
    let read = feature.store.read(permitted.tenant(), move |tx| {
        let page = view::OVERVIEWS.one(tx, &root, &id, &asked(&query, is_expanded))?;
        let Some(mut page) = page else { return Ok(None) };
        if is_expanded {
            expand(tx, &mut page.0, &root, &bound, &query)?;
        }
        Ok::<_, Failure>(Some(page))
    });
    read.await?.ok_or_else(|| Failure::not_found(missing).target("id"))
}

/// The issues of a service, in place.
fn expand(
    tx: &mut Tx<'_, '_>,
    overview: &mut Value,
    root: &str,
    bound: &[Bound],
    query: &str,
) -> Result<(), Failure> {
    let service = overview["service"].as_str().unwrap_or_default().replace('\'', "''");
    let filter = format!("$top=1000&$filter=service%20eq%20'{}'", escaped(&service));
    let mut issues = crate::view::ISSUES.page_with(tx, root, &filter, bound)?;
    overview["issues"] = issues.0["value"].take();
    // It was read for the expansion's sake.
    if let Some(object) = overview.as_object_mut().filter(|_| !selects_service(query)) {
        object.remove("service");
    }
    Ok(())
}

/// A text within a query's string literal.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'\'' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// The query without its `$expand`, and whether it had one.
fn without_expand(query: &str) -> Result<(String, bool), Failure> {
    let (mut kept, mut is_expanded) = (Vec::new(), false);
    for option in query.split('&').filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        if !matches!(name.replace("%24", "$").as_str(), "$expand" | "expand") {
            kept.push(option);
        } else if value == "issues" {
            is_expanded = true;
        } else {
            let message = format!("'{value}' cannot be expanded here; $expand=issues can.");
            return Err(Failure::bad_request(message).target("$expand"));
        }
    }
    Ok((kept.join("&"), is_expanded))
}

fn selected(query: &str) -> Option<&str> {
    query.split('&').find_map(|option| {
        let (name, value) = option.split_once('=')?;
        (name.replace("%24", "$") == "$select").then_some(value)
    })
}

fn selects_service(query: &str) -> bool {
    selected(query).is_none_or(|names| {
        names.replace("%2C", ",").replace("%20", "").split(',').any(|name| name.trim() == "service")
    })
}

/// An expansion finds its issues by the service's name, selected or not.
fn asked(query: &str, is_expanded: bool) -> String {
    if !is_expanded || selects_service(query) {
        return query.to_owned();
    }
    let add = |option: &str| {
        let is_select = option.split('=').next().is_some_and(|name| name.replace("%24", "$") == "$select");
        if is_select { format!("{option},service") } else { option.to_owned() }
    };
    query.split('&').map(add).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expand_is_taken_out_and_refused_when_unknown() {
        let taken = without_expand("$top=1&%24expand=issues").map_err(|failure| failure.message);
        assert_eq!(taken, Ok(("$top=1".to_owned(), true)));
        assert!(without_expand("$expand=posts").is_err());
        assert_eq!(asked("$select=id&$top=2", true), "$select=id,service&$top=2");
        assert_eq!(asked("$select=id", false), "$select=id");
    }
}
