//! Lists users or groups.

use api::{Failure, Permitted};
use axum::extract::RawQuery;
use axum::response::Response;
use http::StatusCode;

use super::read::parameters;
use crate::Directory;
use crate::scim::answer::{Payload, document};
use crate::scim::query::Query;
use crate::scim::schema::{GROUPS, ResourceType, USERS};
use crate::scim::{called, find, is_worth_telling, last_call};

pub(crate) async fn handle(
    directory: Directory,
    ty: &'static ResourceType,
    permitted: Permitted,
    query: RawQuery,
) -> Result<Response, Failure> {
    list(&directory, ty, &permitted, Query::read(ty, &parameters(&query)?)?).await
}

pub(crate) async fn search(
    directory: Directory,
    ty: &'static ResourceType,
    permitted: Permitted,
    Payload(body): Payload,
) -> Result<Response, Failure> {
    list(&directory, ty, &permitted, Query::read(ty, &Query::parameters(&body)?)?).await
}

/// Searches all types of resource at once (RFC 7644 §3.4.3): the users come first. A type that has not what is asked
/// about has nothing to show.
pub(crate) async fn search_all(
    directory: Directory,
    (): (),
    permitted: Permitted,
    Payload(body): Payload,
) -> Result<Response, Failure> {
    let parameters = Query::parameters(&body)?;
    let (users, groups) = (Query::read(&USERS, &parameters), Query::read(&GROUPS, &parameters));
    let (users, groups) = match (users, groups) {
        (Err(why), Err(_)) => return Err(why),
        (users, groups) => (users.ok(), groups.ok()),
    };
    let root = format!("{}/scim/v2", directory.origin);
    let read = directory.store.read(permitted.tenant(), move |tx| {
        let found = find::across(tx, [(&USERS, users), (&GROUPS, groups)], &root)?;
        Ok::<_, Failure>((found, last_call(tx)?))
    });
    let (body, last) = read.await?;
    heard(&directory, &permitted, last).await?;
    Ok(document(StatusCode::OK, &body))
}

async fn list(
    directory: &Directory,
    ty: &'static ResourceType,
    permitted: &Permitted,
    query: Query,
) -> Result<Response, Failure> {
    let root = format!("{}/scim/v2", directory.origin);
    let read = directory.store.read(permitted.tenant(), move |tx| {
        Ok::<_, Failure>((find::list(tx, ty, &query, &root)?, last_call(tx)?))
    });
    let (body, last) = read.await?;
    heard(directory, permitted, last).await?;
    Ok(document(StatusCode::OK, &body))
}

/// Remembers that a provisioning service called. Reading by people is no call of one.
pub(super) async fn heard(
    directory: &Directory,
    permitted: &Permitted,
    last: Option<jiff::Timestamp>,
) -> Result<(), Failure> {
    let now = directory.world.clock.now();
    let Some(caller) = application(permitted).filter(|_| is_worth_telling(last, now)) else { return Ok(()) };
    directory.store.write(permitted.tenant(), move |tx| Ok(called(tx, &caller, now)?)).await
}

/// The app that calls, if it is one.
pub(super) fn application(permitted: &Permitted) -> Option<String> {
    match permitted.permit.actor() {
        policy::Actor::App(id) => Some(id.to_string()),
        _ => None,
    }
}
