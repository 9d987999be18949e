//! Lists and single entities in Graph's form: the tenant, its users, its licences.

use api::list::{Page, View};
use api::{Failure, Permitted};
use axum::extract::{Path, RawQuery};

use crate::{Directory, sql, view};

pub async fn organizations(
    directory: Directory,
    permitted: Permitted,
    query: RawQuery,
) -> Result<Page, Failure> {
    page(directory, permitted, query, &view::ORGANIZATION).await
}

pub async fn users(directory: Directory, permitted: Permitted, query: RawQuery) -> Result<Page, Failure> {
    page(directory, permitted, query, &view::USERS).await
}

pub async fn skus(directory: Directory, permitted: Permitted, query: RawQuery) -> Result<Page, Failure> {
    page(directory, permitted, query, &view::SKUS).await
}

async fn page(
    directory: Directory,
    permitted: Permitted,
    RawQuery(query): RawQuery,
    view: &'static View,
) -> Result<Page, Failure> {
    let root = format!("{}/graph/v1.0", directory.origin);
    let query = query.unwrap_or_default();
    directory.store.read(permitted.tenant(), move |tx| view.page(tx, &root, &query)).await
}

pub async fn organization(
    directory: Directory,
    permitted: Permitted,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let root = format!("{}/graph/v1.0", directory.origin);
    let (query, missing) = (query.unwrap_or_default(), format!("There is no tenant {id} here."));
    let read =
        directory.store.read(permitted.tenant(), move |tx| view::ORGANIZATION.one(tx, &root, &id, &query));
    read.await?.ok_or_else(|| Failure::not_found(missing).target("id"))
}

/// Graph finds a user by id or by user principal name.
pub async fn user(
    directory: Directory,
    permitted: Permitted,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let root = format!("{}/graph/v1.0", directory.origin);
    let (query, missing) = (query.unwrap_or_default(), format!("This tenant has no user '{name}'."));
    let read = directory.store.read(permitted.tenant(), move |tx| {
        let Some(row) = tx.row(&sql::FIND_USER, &[name.to_lowercase().into()])? else { return Ok(None) };
        view::USERS.one(tx, &root, &row.get::<String>(0)?, &query)
    });
    read.await?.ok_or_else(|| Failure::not_found(missing).target("id"))
}
