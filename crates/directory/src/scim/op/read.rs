//! Reads one user or group.

use api::{Failure, Permitted};
use axum::extract::{Path, Query as Parameters, RawQuery};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Map, Value};
use store::Tx;
use uuid::Uuid;

use super::list::heard;
use crate::Directory;
use crate::scim::query::Query;
use crate::scim::refusal::{Reason, refuse};
use crate::scim::schema::ResourceType;
use crate::scim::stored::Known;
use crate::scim::{answer, find, last_call};

pub(crate) async fn handle(
    directory: Directory,
    ty: &'static ResourceType,
    permitted: Permitted,
    Path(id): Path<String>,
    query: RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = Query::read(ty, &parameters(&query)?)?;
    let root = format!("{}/scim/v2", directory.origin);
    let read = directory.store.read(permitted.tenant(), move |tx| {
        Ok::<_, Failure>((existing(tx, ty, &id, &root)?.1, last_call(tx)?))
    });
    let (whole, last) = read.await?;
    heard(&directory, &permitted, last).await?;
    if Known::of(&headers).has(&whole) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(answer::resource(StatusCode::OK, &whole, query.shown.cut(whole.clone())))
}

/// The resource with this id.
///
/// # Errors
/// 404.
pub(super) fn existing(
    tx: &mut Tx<'_, '_>,
    ty: &ResourceType,
    id: &str,
    root: &str,
) -> Result<(Uuid, Map<String, Value>), Failure> {
    let shown: String = id.chars().take(80).collect();
    let missing =
        || Failure::not_found(format!("There is no {} with the id '{shown}'.", ty.name.to_lowercase()));
    let id = Uuid::try_parse(id).map_err(|_| missing())?;
    let found = find::one(tx, ty, id, root)?.ok_or_else(missing)?;
    Ok((id, found))
}

/// The parameters of an address, decoded.
///
/// # Errors
/// `invalidSyntax`.
pub(super) fn parameters(RawQuery(query): &RawQuery) -> Result<Vec<(String, String)>, Failure> {
    let refused = || refuse(Reason::InvalidSyntax, "The parameters of the address cannot be read.");
    let uri: Uri = format!("/?{}", query.as_deref().unwrap_or_default()).parse().map_err(|_| refused())?;
    Parameters::try_from_uri(&uri).map(|Parameters(pairs)| pairs).map_err(|_| refused())
}
