//! What this provider is and has (RFC 7644 §4).

use api::{Code, Failure, Permitted};
use axum::extract::{Path, RawQuery};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::Directory;
use crate::scim::answer::document;
use crate::scim::query::COUNT_MAX;
use crate::scim::schema::{ENTERPRISE, GROUP, GROUPS, USER, USERS};

fn root(directory: &Directory) -> String {
    format!("{}/scim/v2", directory.origin)
}

pub(crate) async fn config(directory: Directory, (): (), _permitted: Permitted) -> Response {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "https://datatracker.ietf.org/doc/html/rfc7644",
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": COUNT_MAX },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth bearer token",
            "description": "A token of an app that may provision, got with its client credentials.",
            "specUri": "https://datatracker.ietf.org/doc/html/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", root(&directory)),
        },
    });
    document(StatusCode::OK, &body)
}

pub(crate) async fn types(
    directory: Directory,
    (): (),
    _permitted: Permitted,
    query: RawQuery,
) -> Result<Response, Failure> {
    all(&query, [&USERS, &GROUPS].map(|ty| ty.document(&root(&directory))).to_vec())
}

pub(crate) async fn schemas(
    directory: Directory,
    (): (),
    _permitted: Permitted,
    query: RawQuery,
) -> Result<Response, Failure> {
    all(&query, [&USER, &GROUP, &ENTERPRISE].map(|schema| schema.document(&root(&directory))).to_vec())
}

/// A `ListResponse` of all there is. It cannot be filtered (RFC 7644 §4).
fn all(RawQuery(query): &RawQuery, documents: Vec<Value>) -> Result<Response, Failure> {
    if query.as_deref().is_some_and(|query| query.split('&').any(|part| part.starts_with("filter="))) {
        return Err(
            Failure::new(Code::Forbidden, "This list cannot be filtered; leave filter out.").target("filter")
        );
    }
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": documents.len(),
        "startIndex": 1,
        "itemsPerPage": documents.len(),
        "Resources": documents,
    });
    Ok(document(StatusCode::OK, &body))
}

pub(crate) async fn one_type(
    directory: Directory,
    (): (),
    _permitted: Permitted,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let found = [&USERS, &GROUPS].into_iter().find(|ty| ty.name.eq_ignore_ascii_case(&id));
    let found = found.ok_or_else(|| Failure::not_found(format!("There is no type of resource '{id}'.")))?;
    Ok(document(StatusCode::OK, &found.document(&root(&directory))))
}

pub(crate) async fn one_schema(
    directory: Directory,
    (): (),
    _permitted: Permitted,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let found = [&USER, &GROUP, &ENTERPRISE].into_iter().find(|schema| schema.urn.eq_ignore_ascii_case(&id));
    let found = found.ok_or_else(|| Failure::not_found(format!("There is no schema '{id}'.")))?;
    Ok(document(StatusCode::OK, &found.document(&root(&directory))))
}

pub(crate) async fn me(_: Directory, (): (), _permitted: Permitted) -> Failure {
    Failure::new(Code::NotImplemented, "A provisioning service is nobody here; read the user by its id.")
}
