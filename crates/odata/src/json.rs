//! JSON payload parts (OData JSON Format 4.01): service document, context URLs, error bodies, and writers for single
//! values that append to a byte buffer.
//!
//! Rows are written by whoever has them; nothing here knows where they come from.

use serde_json::{Value, json};

use crate::edm::Model;
use crate::error::QueryError;
use crate::negotiate::Metadata;

/// The body of an error answer: `{"error":{"code","message","target"?,"details"?}}`.
#[must_use]
pub fn error_body(error: &QueryError) -> Value {
    let mut body = json!({"code": error.code, "message": error.to_string()});
    if let Some(target) = &error.target {
        body["target"] = json!(target);
    }
    json!({"error": body})
}

/// The service document. `root` is the absolute service root without query, ending in `/`.
#[must_use]
pub fn service_document(model: &Model, root: &str, metadata: Metadata) -> Value {
    let _ = metadata;
    json!({"@odata.context": format!("{root}$metadata"), "value": model.entity_sets.iter().map(|s| json!({"name": s.name, "kind": "EntitySet", "url": s.name})).collect::<Vec<_>>()})
}
