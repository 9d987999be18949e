//! Looking resources up: one by its id, or those of a list.

use api::Failure;
use serde_json::{Map, Value, json};
use store::{Row, SqlError, Tx};
use uuid::Uuid;

use super::filter::Filter;
use super::path::Path;
use super::query::Query;
use super::refusal::{Reason, refuse};
use super::schema::{GROUPS, ResourceType, USERS};
use super::stored::Stored;
use super::{groups, statements, users};

/// More than this are not looked through for one answer.
const LOOKED_AT_MAX: i64 = 50_000;

/// One whole resource, or none.
pub(super) fn one(
    tx: &mut Tx<'_, '_>,
    ty: &ResourceType,
    id: Uuid,
    root: &str,
) -> Result<Option<Map<String, Value>>, Failure> {
    let statement = if *ty == USERS { &statements::USER } else { &statements::GROUP };
    let Some(row) = tx.row(statement, &[id.into()])? else { return Ok(None) };
    let stored = read(ty, &row, root)?;
    Ok(Some(whole(tx, ty, stored, root, true)?))
}

/// A `ListResponse`.
pub(super) fn list(
    tx: &mut Tx<'_, '_>,
    ty: &'static ResourceType,
    query: &Query,
    root: &str,
) -> Result<Value, Failure> {
    let (total, page) = match (&query.filter, query.sort_by) {
        (None, None) => unsorted(tx, ty, query, root)?,
        _ => looked_through(tx, ty, query, root)?,
    };
    let linked = if *ty == USERS { "groups" } else { "members" };
    let mut resources = Vec::with_capacity(page.len());
    for stored in page {
        let shown = whole(tx, ty, stored, root, query.shown.shows(linked))?;
        resources.push(Value::Object(query.shown.cut(shown)));
    }
    Ok(response(total, query.start_index, resources))
}

/// A `ListResponse` over several types, one after the other.
pub(super) fn across(
    tx: &mut Tx<'_, '_>,
    types: [(&'static ResourceType, Option<Query>); 2],
    root: &str,
) -> Result<Value, Failure> {
    let (mut resources, mut total, mut start_index) = (Vec::new(), 0, 1);
    for (ty, query) in types.into_iter().filter_map(|(ty, query)| Some((ty, query?))) {
        start_index = query.start_index;
        // What came before counts towards the first to show, and towards how many.
        let before = usize::try_from(total).unwrap_or(usize::MAX);
        let page = Query {
            start_index: query.start_index.saturating_sub(before).max(1),
            count: query.count.saturating_sub(resources.len()),
            ..query
        };
        let mut found = list(tx, ty, &page, root)?;
        total += found["totalResults"].as_i64().unwrap_or_default();
        if let Value::Array(more) = found["Resources"].take() {
            resources.extend(more);
        }
    }
    Ok(response(total, start_index, resources))
}

fn response(total: i64, start_index: usize, resources: Vec<Value>) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

fn read(ty: &ResourceType, row: &Row, root: &str) -> Result<Stored, SqlError> {
    if *ty == USERS { users::read(row, root) } else { groups::read(row) }
}

fn link(tx: &mut Tx<'_, '_>, ty: &ResourceType, stored: &mut Stored, root: &str) -> Result<(), SqlError> {
    if *ty == USERS { users::with_groups(tx, stored, root) } else { groups::with_members(tx, stored, root) }
}

fn whole(
    tx: &mut Tx<'_, '_>,
    ty: &ResourceType,
    mut stored: Stored,
    root: &str,
    is_linked: bool,
) -> Result<Map<String, Value>, Failure> {
    if is_linked {
        link(tx, ty, &mut stored, root)?;
    }
    Ok(if *ty == USERS { users::shown(stored, root) } else { groups::shown(stored, root) })
}

fn unsorted(
    tx: &mut Tx<'_, '_>,
    ty: &ResourceType,
    query: &Query,
    root: &str,
) -> Result<(i64, Vec<Stored>), Failure> {
    let (rows, count) = statements_of(ty);
    let total: i64 = tx.row(count, &[])?.map_or(Ok(0), |row| row.get(0))?;
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let params = [number(query.count).into(), number(query.start_index - 1).into()];
    let found = tx.rows(rows, &params)?;
    Ok((total, found.iter().map(|row| read(ty, row, root)).collect::<Result<_, _>>()?))
}

fn statements_of(ty: &ResourceType) -> (&'static store::Sql, &'static store::Sql) {
    if *ty == GROUPS {
        (&statements::GROUPS, &statements::COUNT_GROUPS)
    } else {
        (&statements::USERS, &statements::COUNT_USERS)
    }
}

/// Fewer resources when the filter says plainly which; otherwise all of them, if they are not too many.
fn candidates(tx: &mut Tx<'_, '_>, ty: &ResourceType, filter: Option<&Filter>) -> Result<Vec<Row>, Failure> {
    let required = |name| filter.and_then(|filter| filter.required(name));
    if let Some(id) = required("id") {
        let statement = if *ty == USERS { &statements::USER } else { &statements::GROUP };
        let Ok(id) = Uuid::try_parse(id) else { return Ok(Vec::new()) };
        return Ok(tx.rows(statement, &[id.into()])?);
    }
    let (named, known_as) = if *ty == USERS {
        (("userName", &statements::USERS_NAMED), &statements::USERS_KNOWN_AS)
    } else {
        (("displayName", &statements::GROUPS_NAMED), &statements::GROUPS_KNOWN_AS)
    };
    if let Some(name) = required(named.0) {
        return Ok(tx.rows(named.1, &[name.to_lowercase().into()])?);
    }
    if let Some(external) = required("externalId") {
        return Ok(tx.rows(known_as, &[external.into()])?);
    }
    let (rows, count) = statements_of(ty);
    let total: i64 = tx.row(count, &[])?.map_or(Ok(0), |row| row.get(0))?;
    if total > LOOKED_AT_MAX {
        let message = format!(
            "There are more than {LOOKED_AT_MAX} to look through; compare {}, externalId or id with eq.",
            named.0
        );
        return Err(refuse(Reason::TooMany, message).target("filter"));
    }
    Ok(tx.rows(rows, &[LOOKED_AT_MAX.into(), 0_i64.into()])?)
}

fn looked_through(
    tx: &mut Tx<'_, '_>,
    ty: &'static ResourceType,
    query: &Query,
    root: &str,
) -> Result<(i64, Vec<Stored>), Failure> {
    let filter = query.filter.as_ref();
    let linked = if *ty == USERS { "groups" } else { "members" };
    let mentions = filter.is_some_and(|filter| filter.mentions(linked))
        || query.sort_by.is_some_and(|path| path.attribute.name == linked);
    let mut found: Vec<(Map<String, Value>, Stored)> = Vec::new();
    for row in candidates(tx, ty, filter)? {
        let mut stored = read(ty, &row, root)?;
        if mentions {
            link(tx, ty, &mut stored, root)?;
        }
        let shown = if *ty == USERS {
            users::shown(stored.clone(), root)
        } else {
            groups::shown(stored.clone(), root)
        };
        if filter.is_none_or(|filter| filter.holds(&shown)) {
            found.push((shown, stored));
        }
    }
    if let Some(path) = query.sort_by {
        // Resources without the attribute come last, whichever way round (RFC 7644 §3.4.2.3).
        found.sort_by_cached_key(|(shown, _)| sort_key(&path, shown));
        if query.is_descending {
            let n_with = found.partition_point(|(shown, _)| !sort_key(&path, shown).0);
            found[..n_with].reverse();
        }
    }
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let page = found.into_iter().skip(query.start_index - 1).take(query.count);
    Ok((total, page.map(|(_, stored)| stored).collect()))
}

/// Whether there is nothing to sort by, and what there is: of a list, the primary or first value.
fn sort_key(path: &Path, resource: &Map<String, Value>) -> (bool, String) {
    let elements = path.holder(resource).and_then(|holder| holder.get(path.attribute.name));
    let primary =
        elements.and_then(Value::as_array).and_then(|list| list.iter().find(|e| e["primary"] == true));
    let leaf = path.leaf();
    let value = primary.and_then(|element| element.get(leaf.name)).or(path.values(resource).first().copied());
    match value {
        None | Some(Value::Null) => (true, String::new()),
        Some(Value::String(text)) if leaf.is_case_exact => (false, text.clone()),
        Some(Value::String(text)) => (false, text.to_lowercase()),
        Some(other) => (false, other.to_string()),
    }
}
