//! `Prefer: respond-async`: the answer is fetched from an address of its own (OData 4.01 Protocol §11.6).
//!
//! The address holds the request itself, so that any server can answer it and nothing waits in memory; the rows are read
//! when they are fetched.

use api::Failure;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use odata::negotiate::Preferences;

use super::feed::root_path;
use crate::Warehouse;
use crate::feed::Root;

/// The segment below a root that such addresses begin with.
const SEGMENT: &str = "/$status/";

/// Where to fetch the answer, when the request prefers that.
pub(super) fn location(warehouse: &Warehouse, root: Root, parts: &Parts) -> Option<String> {
    let prefer = parts.headers.get("prefer")?.to_str().ok()?;
    let root_path = root_path(root);
    let path = parts.uri.path().strip_prefix(root_path.as_str())?;
    let wants = Preferences::parse(prefer).respond_async && parts.method == Method::GET;
    if !wants || path.starts_with(SEGMENT) {
        return None;
    }
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let request = odata::percent::encode(&format!("{}{query}", path.trim_start_matches('/')), "");
    // The version stands in the query of one root, and has to be there before anything is read.
    Some(format!("{}{root_path}{SEGMENT}{request}", warehouse.config.origin))
}

/// 202 with the address.
pub(super) fn accepted(location: &str) -> Response {
    let mut response = StatusCode::ACCEPTED.into_response();
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response.headers_mut().insert("preference-applied", HeaderValue::from_static("respond-async"));
    response.headers_mut().insert("odata-version", HeaderValue::from_static("4.0"));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("0"));
    response
}

/// Puts the request that an address holds in the place of the address; tells whether there was one.
pub(super) fn resolve(root: Root, parts: &mut Parts) -> Result<bool, Failure> {
    let root_path = root_path(root);
    let held = parts.uri.path().strip_prefix(root_path.as_str()).and_then(|path| path.strip_prefix(SEGMENT));
    let Some(held) = held else { return Ok(false) };
    let wrong =
        || Failure::not_found("This is no address of an answer. Use the Location exactly as it was given.");
    let request = odata::percent::decode(held, false).map_err(|_| wrong())?;
    parts.uri = format!("{root_path}/{request}").parse().map_err(|_| wrong())?;
    Ok(true)
}

/// The answer, marked as that of the request.
pub(super) fn done(mut response: Response) -> Response {
    let status = HeaderValue::from(response.status().as_u16());
    response.headers_mut().insert("asyncresult", status);
    response
}
