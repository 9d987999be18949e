//! Requests and answers as SCIM has them: their media type, entity tags, and nothing kept by caches.

use api::{Code, Failure};
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

use super::refusal::{Reason, refuse};
use super::stored::tag;

const MEDIA_TYPE: &str = "application/scim+json";

/// A request's body: JSON, under either of its names.
pub(crate) struct Payload(pub(crate) Value);

impl<S: Send + Sync> FromRequest<S> for Payload {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Payload, Failure> {
        let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = given.unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        if essence != MEDIA_TYPE && essence != "application/json" {
            let message = format!("Send the body with the header Content-Type: {MEDIA_TYPE}.");
            return Err(Failure::new(Code::UnsupportedMediaType, message).target("Content-Type"));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Failure::new(Code::TooLarge, "The body is larger than 2 MiB, or was cut off."))?;
        let body = serde_json::from_slice(&bytes).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            refuse(Reason::InvalidSyntax, format!("The body is no JSON: see {place}."))
        })?;
        Ok(Payload(body))
    }
}

/// An answer with a body.
pub(crate) fn document(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer with one resource: its address and entity tag come as headers too.
pub(crate) fn resource(
    status: StatusCode,
    whole: &Map<String, Value>,
    shown: Map<String, Value>,
) -> Response {
    let mut response = document(status, &Value::Object(shown));
    let text = |value: &str| HeaderValue::try_from(value).ok();
    let location = whole.get("meta").and_then(|meta| meta["location"].as_str()).and_then(text);
    let headers = response.headers_mut();
    if let Some(location) = location {
        let name = if status == StatusCode::CREATED { header::LOCATION } else { header::CONTENT_LOCATION };
        headers.insert(name, location);
    }
    if let Some(tag) = text(tag(whole)) {
        headers.insert(header::ETAG, tag);
    }
    response
}
