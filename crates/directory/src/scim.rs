//! SCIM 2.0: another directory makes, changes and deletes users and groups here (RFC 7643, RFC 7644).
//!
//! One set of operations serves both types of resource: what differs is in `users` and `groups`. Bulk requests, groups
//! in groups, passwords and `/Me` are not here; `/ServiceProviderConfig` says so.

mod answer;
mod clean;
mod filter;
mod find;
mod groups;
mod import;
pub mod op;
mod patch;
mod path;
mod query;
mod refusal;
mod schema;
mod statements;
mod stored;
mod users;

use api::Route;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use policy::{Need, action};
use store::{SqlError, Tx};

use crate::Directory;
pub(crate) use import::import;
use schema::{GROUPS, ResourceType, USERS};

/// Calls closer together than this are told as one: reading must not write each time.
const TOLD_EVERY: SignedDuration = SignedDuration::from_secs(30);

/// When a provisioning service last called, whatever it asked.
///
/// # Errors
/// When the database cannot be read.
pub fn last_call(tx: &mut Tx<'_, '_>) -> Result<Option<Timestamp>, SqlError> {
    Ok(tx.row(&statements::LAST_CALL, &[])?.map(|row| row.get(0)).transpose()?.flatten())
}

fn called(tx: &mut Tx<'_, '_>, caller: &str, now: Timestamp) -> Result<(), SqlError> {
    tx.exec(&statements::CALLED, &[caller.into(), now.into()])?;
    Ok(())
}

/// Whether the last call is long enough ago to be told anew.
fn is_worth_telling(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_none_or(|last| now < last || now.duration_since(last) >= TOLD_EVERY)
}

macro_rules! handler {
    ($directory:expr, $ty:expr, $handle:path, $($argument:ident),*) => {{
        let directory = $directory.clone();
        move |$($argument),*| $handle(directory.clone(), $ty, $($argument),*)
    }};
}

/// The doors of provisioning.
pub(crate) fn routes(directory: &Directory) -> Vec<Route> {
    let mut routes = about(directory);
    routes.extend(of_type(directory, &USERS, USER_DOORS));
    routes.extend(of_type(directory, &GROUPS, GROUP_DOORS));
    routes
}

struct Doors {
    collection: &'static str,
    one: &'static str,
    search: &'static str,
    /// To read, make, change and delete.
    needs: [Need; 4],
    /// List, search, read, make, replace, change, delete.
    summaries: [&'static str; 7],
}

const USER_DOORS: &Doors = &Doors {
    collection: "/scim/v2/Users",
    one: "/scim/v2/Users/{id}",
    search: "/scim/v2/Users/.search",
    needs: [
        Need::Action(action::USERS_READ),
        Need::Action(action::USERS_CREATE),
        Need::Action(action::USERS_UPDATE),
        Need::Action(action::USERS_DELETE),
    ],
    summaries: [
        "List the users, for provisioning",
        "List the users as a body asks, for provisioning",
        "Read a user, for provisioning",
        "Make a user",
        "Replace what is known of a user",
        "Change a user",
        "Delete a user",
    ],
};

const GROUP_DOORS: &Doors = &Doors {
    collection: "/scim/v2/Groups",
    one: "/scim/v2/Groups/{id}",
    search: "/scim/v2/Groups/.search",
    needs: [
        Need::Action(action::GROUPS_READ),
        Need::Action(action::GROUPS_CREATE),
        Need::Action(action::GROUPS_UPDATE),
        Need::Action(action::GROUPS_DELETE),
    ],
    summaries: [
        "List the groups, for provisioning",
        "List the groups as a body asks, for provisioning",
        "Read a group, for provisioning",
        "Make a group",
        "Replace a group and its members",
        "Change a group",
        "Delete a group",
    ],
};

fn of_type(directory: &Directory, ty: &'static ResourceType, doors: &'static Doors) -> Vec<Route> {
    let [read, create, update, delete] = doors.needs;
    let [s_list, s_search, s_read, s_create, s_replace, s_change, s_delete] = doors.summaries;
    let list = handler!(directory, ty, op::list::handle, permitted, query);
    let search = handler!(directory, ty, op::list::search, permitted, body);
    let one = handler!(directory, ty, op::read::handle, permitted, id, query, headers);
    let make = handler!(directory, ty, op::write::create, permitted, query, body);
    let replace = handler!(directory, ty, op::write::replace, permitted, id, query, headers, body);
    let change = handler!(directory, ty, op::write::change, permitted, id, query, headers, body);
    let remove = handler!(directory, ty, op::write::delete, permitted, id, headers);
    vec![
        Route::get(doors.collection, read, s_list, list)
            .parameter("filter", "A condition: userName eq \"ann@contoso.example\"")
            .parameter("sortBy", "The attribute to sort by")
            .parameter("sortOrder", "ascending or descending")
            .parameter("startIndex", "The first to show, from 1")
            .parameter("count", "How many at most, up to 1000")
            .parameter("attributes", "The attributes to show, with commas between")
            .parameter("excludedAttributes", "The attributes not to show")
            .answers_plain(200),
        Route::post(doors.search, read, s_search, search).answers_plain(200),
        Route::get(doors.one, read, s_read, one).answers_plain(200).answers_plain(304),
        Route::post(doors.collection, create, s_create, make).answers_plain(201),
        Route::put(doors.one, update, s_replace, replace).answers_plain(200),
        Route::new(Method::PATCH, doors.one, api::Door::Need(update), s_change, change).answers_plain(200),
        Route::delete(doors.one, delete, s_delete, remove).answers_plain(204),
    ]
}

fn about(directory: &Directory) -> Vec<Route> {
    let read = Need::Any(&[action::USERS_READ, action::GROUPS_READ]);
    let config = handler!(directory, (), op::about::config, permitted);
    let types = handler!(directory, (), op::about::types, permitted, query);
    let one_type = handler!(directory, (), op::about::one_type, permitted, id);
    let schemas = handler!(directory, (), op::about::schemas, permitted, query);
    let one_schema = handler!(directory, (), op::about::one_schema, permitted, id);
    let me = handler!(directory, (), op::about::me, permitted);
    let search = handler!(directory, (), op::list::search_all, permitted, body);
    let both = Need::All(&[action::USERS_READ, action::GROUPS_READ]);
    vec![
        Route::post("/scim/v2/.search", both, "List users and groups as a body asks", search)
            .answers_plain(200),
        Route::get("/scim/v2/ServiceProviderConfig", read, "Read what provisioning can do here", config)
            .answers_plain(200),
        Route::get("/scim/v2/ResourceTypes", read, "List the types of resource", types).answers_plain(200),
        Route::get("/scim/v2/ResourceTypes/{id}", read, "Read a type of resource", one_type)
            .answers_plain(200),
        Route::get("/scim/v2/Schemas", read, "List the schemas", schemas).answers_plain(200),
        Route::get("/scim/v2/Schemas/{id}", read, "Read a schema", one_schema).answers_plain(200),
        Route::get("/scim/v2/Me", read, "Say that there is no self here", me).answers_plain(501),
    ]
}
