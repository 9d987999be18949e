//! How an operation says no: a code, a sentence, and what it is about.
//!
//! One table maps codes to HTTP statuses. The form depends on the door: Graph's and OData's `{"error": …}` under
//! `/graph`, `/warehouse` and `/ReportingService`; SCIM's under `/scim`; problem details (RFC 9457) elsewhere.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// The closed set of reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    Conflict,
    Gone,
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    TooManyRequests,
    Internal,
    NotImplemented,
    Unavailable,
}

impl Code {
    pub const ALL: [Code; 15] = [
        Code::BadRequest,
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::MethodNotAllowed,
        Code::NotAcceptable,
        Code::Conflict,
        Code::Gone,
        Code::PreconditionFailed,
        Code::TooLarge,
        Code::UnsupportedMediaType,
        Code::TooManyRequests,
        Code::Internal,
        Code::NotImplemented,
        Code::Unavailable,
    ];

    /// The status, and the word a machine reads when the operation gives no finer one.
    pub fn status(self) -> (StatusCode, &'static str) {
        match self {
            Code::BadRequest => (StatusCode::BAD_REQUEST, "malformed"),
            Code::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated"),
            Code::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Code::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Code::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Code::NotAcceptable => (StatusCode::NOT_ACCEPTABLE, "not_acceptable"),
            Code::Conflict => (StatusCode::CONFLICT, "conflict"),
            Code::Gone => (StatusCode::GONE, "gone"),
            Code::PreconditionFailed => (StatusCode::PRECONDITION_FAILED, "precondition_failed"),
            Code::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Code::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
            Code::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"),
            Code::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            Code::NotImplemented => (StatusCode::NOT_IMPLEMENTED, "not_implemented"),
            Code::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        }
    }
}

/// An operation's refusal. `message` is shown to people: what is wrong and what to change, never an inner error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub code: Code,
    /// The machine's word; by default the code's own.
    pub word: Cow<'static, str>,
    pub message: String,
    /// The field, option or header it is about.
    pub target: Option<String>,
    /// Where in the target, counted in characters from 0.
    pub position: Option<usize>,
    /// Permissions the caller lacks.
    pub missing: Vec<&'static str>,
    pub challenge: Option<String>,
    pub retry_after_seconds: Option<u32>,
}

impl Failure {
    pub fn new(code: Code, message: impl Into<String>) -> Failure {
        Failure {
            code,
            word: Cow::Borrowed(code.status().1),
            message: message.into(),
            target: None,
            position: None,
            missing: Vec::new(),
            challenge: None,
            retry_after_seconds: None,
        }
    }

    pub fn bad_request(message: impl Into<String>) -> Failure {
        Failure::new(Code::BadRequest, message)
    }

    pub fn not_found(message: impl Into<String>) -> Failure {
        Failure::new(Code::NotFound, message)
    }

    pub fn conflict(message: impl Into<String>) -> Failure {
        Failure::new(Code::Conflict, message)
    }

    /// Something of ours failed. The cause goes to the log, here, once; the caller learns only that it did.
    pub fn internal(cause: &dyn std::fmt::Display) -> Failure {
        tracing::error!(%cause, "an operation failed");
        Failure::new(
            Code::Internal,
            "Something failed on the server. The operator finds the cause in the log.",
        )
    }

    #[must_use]
    pub fn word(mut self, word: impl Into<Cow<'static, str>>) -> Failure {
        self.word = word.into();
        self
    }

    #[must_use]
    pub fn target(mut self, target: impl Into<String>) -> Failure {
        self.target = Some(target.into()).filter(|target| !target.is_empty());
        self
    }

    /// The body as problem details (RFC 9457).
    pub fn problem(&self) -> Value {
        let (status, _) = self.code.status();
        let mut body = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": self.message,
            "code": self.word,
        });
        if let Some(target) = &self.target {
            body["target"] = json!(target);
        }
        if let Some(position) = self.position {
            body["position"] = json!(position);
        }
        if !self.missing.is_empty() {
            body["missing"] = json!(self.missing);
        }
        body
    }

    /// The body as OData writes errors (OData JSON 4.01 §21.1).
    pub fn odata(&self) -> Value {
        let mut error = json!({ "code": self.word, "message": self.message });
        if let Some(target) = &self.target {
            error["target"] = json!(target);
        }
        if self.position.is_some() || !self.missing.is_empty() {
            error["innererror"] = json!({});
        }
        if let Some(position) = self.position {
            error["innererror"]["position"] = json!(position);
        }
        if !self.missing.is_empty() {
            error["innererror"]["missing"] = json!(self.missing);
        }
        json!({ "error": error })
    }

    /// The body as SCIM writes errors (RFC 7644 §3.12). What is missing stands under a name of our own.
    pub fn scim(&self) -> Value {
        let (status, own_word) = self.code.status();
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": status.as_u16().to_string(),
            "detail": self.message,
        });
        if self.word != own_word {
            body["scimType"] = json!(self.word);
        }
        if !self.missing.is_empty() {
            body["urn:quarterdeck:scim:Denied"] = json!({ "missing": self.missing });
        }
        body
    }

    /// The whole answer, in the form of the door that `path` belongs to.
    pub fn render(&self, path: &str) -> Response {
        let odata = ["/graph", "/warehouse", "/ReportingService"].iter().any(|root| path.starts_with(root));
        let (body, media_type) = if odata {
            (self.odata(), "application/json;odata.metadata=minimal")
        } else if path.starts_with("/scim/") {
            (self.scim(), "application/scim+json")
        } else {
            (self.problem(), "application/problem+json")
        };
        let mut response = (self.code.status().0, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if odata {
            headers.insert("odata-version", HeaderValue::from_static("4.0"));
        }
        if let Some(challenge) = self.challenge.as_deref().and_then(|c| HeaderValue::from_str(c).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for Failure {
    /// Carries the failure to the router's edge, which knows the path and renders it there.
    fn into_response(self) -> Response {
        let mut response = self.code.status().0.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<policy::Denied> for Failure {
    fn from(denied: policy::Denied) -> Failure {
        let mut text = denied.to_string();
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Failure { missing: denied.missing, ..Failure::new(Code::Forbidden, format!("{text}.")) }
    }
}

impl From<store::SqlError> for Failure {
    fn from(error: store::SqlError) -> Failure {
        match error {
            store::SqlError::Busy(_) => {
                tracing::warn!(%error, "the database did not take a transaction in time");
                let failure =
                    Failure::new(Code::Unavailable, "The server is busy. Try again in a few seconds.");
                Failure { retry_after_seconds: Some(5), ..failure }
            }
            other => Failure::internal(&other),
        }
    }
}

impl From<odata::QueryError> for Failure {
    fn from(error: odata::QueryError) -> Failure {
        let code = match error.kind {
            odata::ErrorKind::BadRequest => Code::BadRequest,
            odata::ErrorKind::NotImplemented => Code::NotImplemented,
            odata::ErrorKind::NotFound => Code::NotFound,
        };
        Failure { target: error.target, position: error.position, ..Failure::new(code, error.message) }
    }
}
