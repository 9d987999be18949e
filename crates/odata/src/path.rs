//! Resource paths (OData 4.01 URL Conventions §4): what a URL names, checked against the model.
//!
//! Paths start after the service root. Functions, actions and `$crossjoin` are refused as not implemented.

use crate::edm::Model;
use crate::error::QueryError;
use crate::expr::Literal;

/// What a path names.
#[derive(Debug, Clone, PartialEq)]
pub enum Resource {
    /// The service root.
    ServiceDocument,
    /// `$metadata`
    Metadata,
    /// `$batch`
    Batch,
    /// `$entity`, with the address in `$id`.
    Entity,
    Data(DataPath),
}

/// A path into the data.
///
/// ```text
/// devices            Set("devices"), []
/// devices(5)/name    Set("devices"), [Key([("id", 5)]), Property("name")]
/// devices/$count     Set("devices"), [Count]
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DataPath {
    pub root: Root,
    pub segments: Vec<Segment>,
}

/// Where it starts. Names are in metadata spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    Set(String),
    Singleton(String),
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub enum Segment {
    /// Key properties with their values, in key order.
    Key(Vec<(String, Literal)>),
    Property(String),
    Navigation(String),
    /// `$value`
    Value,
    /// `$count`
    Count,
    /// `$ref`
    Reference,
}

/// Reads a path relative to the service root, still percent-encoded, with or without a leading slash.
///
/// # Errors
/// 404 with the nearest name for anything the model does not have, 400 for a malformed key, 501 for parts of OData this
/// crate does not serve.
pub fn parse_path(raw_path: &str, model: &Model) -> Result<Resource, QueryError> {
    let _ = model;
    if raw_path.trim_matches('/').is_empty() {
        return Ok(Resource::ServiceDocument);
    }
    Err(QueryError::not_implemented("Paths are not read yet."))
}
