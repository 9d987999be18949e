//! Batches (OData 4.01 Protocol §11.7, JSON Format §19): many requests in one body, as `multipart/mixed` or JSON.
//!
//! It takes bodies apart, says which request comes next, and puts answers together; it executes nothing. Change sets
//! are recognised, so that a reading service can refuse them one by one.

mod json;
mod multipart;
mod run;

pub use json::{parse_json, write_json};
pub use multipart::{boundary, parse_multipart, write_multipart};
pub use run::{Batch, Form, Run};

/// One request inside a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// `Content-ID` or `id`; JSON batches always have one.
    pub id: Option<String>,
    /// In upper case.
    pub method: String,
    /// As given: absolute, from the host (`/service/devices`), or relative to the service root (`devices`).
    pub url: String,
    /// Names as given, in order; compare them without case.
    pub headers: Vec<(String, String)>,
    /// Empty for reading requests. JSON bodies are serialised.
    pub body: Vec<u8>,
    /// The change set or atomicity group it belongs to; requests of one group succeed or fail together.
    pub group: Option<String>,
    /// Ids of requests or groups that must succeed first (JSON batches).
    pub depends_on: Vec<String>,
}

impl Request {
    /// The first header with this name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// One answer inside a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// The id of its request.
    pub id: Option<String>,
    /// The change set or atomicity group of its request.
    pub group: Option<String>,
    /// HTTP status code.
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The most a batch may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub requests: usize,
    pub headers_per_request: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests: 100, headers_per_request: 50 }
    }
}

/// A batch that cannot be taken apart: 400 for the whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The body does not follow its format.
    #[error("{0}")]
    Malformed(String),
    /// More requests or headers than allowed.
    #[error("{0}")]
    TooLarge(String),
}

fn malformed<T>(message: impl Into<String>) -> Result<T, BatchError> {
    Err(BatchError::Malformed(message.into()))
}

fn check_count(requests: usize, limits: &Limits) -> Result<(), BatchError> {
    if requests <= limits.requests {
        return Ok(());
    }
    Err(BatchError::TooLarge(format!(
        "A batch may hold at most {} requests; send several batches.",
        limits.requests
    )))
}

/// The reason phrase of common statuses; readers go by the number.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        412 => "Precondition Failed",
        415 => "Unsupported Media Type",
        424 => "Failed Dependency",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests;
