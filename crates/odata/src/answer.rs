//! A service that reads: from a request to its answer, over a [`Source`] of entities held in memory.
//!
//! | part | in |
//! |---|---|
//! | documents, methods, batches, answers kept for later | this file and `route` |
//! | what a path leads to | `locate` |
//! | `$apply`, `$compute`, `$search`, `$filter`, `$orderby`, by the engine | `rows` |
//! | `$skip`, `$top`, pages | `page` |
//! | `$all`, `$crossjoin` | `several` |
//! | JSON with its control information | `write`, `structured`, `value`, `data` |
//!
//! It knows no HTTP server, no clock and no storage. It is the plain meaning of the protocol, for models and data that
//! fit in memory; an engine for large tables uses [`crate::query`], [`crate::json`] and [`crate::batch`] itself.
//! Nothing is ever changed: every other method than reading earns 405.

mod applicable;
mod data;
mod headers;
mod locate;
mod page;
mod route;
mod rows;
mod several;
mod source;
mod structured;
mod value;
mod write;

pub use source::{Change, Entity, Home, Media, Source, Value};

use jiff::Timestamp;

use crate::edm::Model;
use crate::error::{ErrorKind, QueryError};
use crate::json::ErrorBody;
use crate::negotiate::Version;
use crate::percent;

/// A request, its address relative to the service root.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// In upper case.
    pub method: &'a str,
    /// Percent-encoded, with or without a leading slash: `Products(5)/Name`.
    pub path: &'a str,
    /// What follows `?`, percent-encoded.
    pub query: &'a str,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    /// The time of the request, for `now()`.
    pub now: Timestamp,
}

impl Request<'_> {
    /// A header; several of one name are joined with commas.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let found: Vec<&str> = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect();
        (!found.is_empty()).then(|| found.join(","))
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// A service: what it offers, and where its data comes from.
#[derive(Clone, Copy)]
pub struct Service<'a> {
    pub model: &'a Model,
    pub source: &'a dyn Source,
    /// The absolute address of the service root without query, ending in `/`.
    pub root: &'a str,
    /// The most items of one answer; the rest is behind its next link.
    pub page_items: usize,
}

impl Service<'_> {
    /// Answers a request of any kind.
    #[must_use]
    pub fn answer(&self, request: &Request<'_>) -> Response {
        route::answer(self, request)
    }
}

/// An error answer (JSON Format §21), always JSON.
fn failed(status: u16, body: &ErrorBody, version: Version) -> Response {
    Response { status, headers: Vec::new(), body: body.to_json().to_string().into_bytes() }
        .with("Content-Type", "application/json;odata.metadata=minimal")
        .with("OData-Version", version.header())
}

/// A refusal, with what the client wrote where it is short enough to show.
fn refused(error: &QueryError, query: &str, version: Version) -> Response {
    let mut body = ErrorBody::from(error);
    if let Some(given) = error.target.as_ref().and_then(|target| given(query, target)) {
        let is_wrong = error.kind == ErrorKind::BadRequest;
        let given = if is_wrong { format!("Invalid {given}") } else { given };
        body.details.push(("Given".to_owned(), given));
    }
    failed(error.kind.status(), &body, version)
}

/// `$filter: …` as it was given, decoded.
fn given(query: &str, option: &str) -> Option<String> {
    const MOST_CHARS: usize = 200;
    let bare = |name: &str| name.trim().trim_start_matches('$').to_ascii_lowercase();
    let wanted = bare(option);
    query.split('&').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let name = percent::decode(name, true).ok().filter(|name| bare(name) == wanted)?;
        let value = percent::decode(value, true).ok()?;
        let shown: String = value.chars().take(MOST_CHARS).collect();
        Some(format!("{}: {shown}", name.trim()))
    })
}
