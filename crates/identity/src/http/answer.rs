//! Shaping answers: JSON, errors, redirects, and their headers.

use axum::body::Body;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde_json::Value;

use crate::oauth_error::{OAuthError, Trace};

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) error: OAuthError,
    pub(crate) trace: Trace,
    /// The client used HTTP Basic, so a 401 names it (RFC 6749 §5.2).
    pub(crate) basic: bool,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response<Body> {
        let Refused { error, trace, basic } = self;
        tracing::info!(error = error.kind.code(), trace_id = %trace.trace_id, "identity request refused");
        let mut response =
            json(StatusCode::from_u16(error.kind.status()).unwrap_or_default(), &error.body(&trace));
        traced(&mut response, &trace);
        if basic && error.kind.status() == 401 {
            set(&mut response, header::WWW_AUTHENTICATE, "Basic realm=\"Quarterdeck\", charset=\"UTF-8\"");
        }
        if let Some(seconds) = error.retry_after_seconds {
            set(&mut response, header::RETRY_AFTER, &seconds.to_string());
        }
        response
    }
}

/// JSON that must not be cached.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    set(&mut response, header::CONTENT_TYPE, "application/json; charset=utf-8");
    private(&mut response);
    response
}

/// A public document that may be kept for `seconds`.
pub(crate) fn document(body: &Value, seconds: u32) -> Response<Body> {
    let mut response = json(StatusCode::OK, body);
    set(&mut response, header::CACHE_CONTROL, &format!("public, max-age={seconds}"));
    response.headers_mut().remove(header::PRAGMA);
    response
}

/// `303 See Other`: the next request is a GET and carries no form (RFC 9700 §4.12).
pub(crate) fn see_other(location: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    set(&mut response, header::LOCATION, location);
    private(&mut response);
    response
}

/// Ids that tie the answer to the client's log and ours.
pub(crate) fn traced(response: &mut Response<Body>, trace: &Trace) {
    set(response, HeaderName::from_static("client-request-id"), &trace.correlation_id.to_string());
    set(response, HeaderName::from_static("x-ms-request-id"), &trace.trace_id.to_string());
}

/// Adds a cookie. The `__Host-` prefix needs `Secure`, `Path=/` and no domain; a missing age lasts for the browser.
pub(crate) fn cookie(
    response: &mut Response<Body>,
    name: &str,
    value: &str,
    same_site: &str,
    age: Option<i64>,
) {
    let age = age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}{age}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Sets a header; a value that is no header text is left out.
pub(crate) fn set(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

pub(crate) fn private(response: &mut Response<Body>) {
    set(response, header::CACHE_CONTROL, "no-store");
    set(response, header::PRAGMA, "no-cache");
    set(response, header::REFERRER_POLICY, "no-referrer");
    set(response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
}
