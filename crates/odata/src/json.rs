//! JSON payload parts (OData JSON Format 4.01): service document, context URLs, error bodies, and writers for single
//! values that append to a byte buffer.
//!
//! Names of control information always carry the prefix `odata.`, which both versions read. Rows are written by whoever
//! has them; nothing here knows where they come from.

mod context;
mod geo;
mod write;

pub use context::{context_url, entity_context, set_context};
pub use geo::geo_json;
pub use write::{
    write_binary, write_bool, write_date, write_decimal, write_double, write_duration, write_guid,
    write_instant, write_int, write_int64, write_literal, write_null, write_string, write_time,
};

use serde_json::{Map, Value, json};

use crate::edm::Model;
use crate::error::QueryError;
use crate::negotiate::Metadata;

/// An error answer (JSON Format §21): code and message, and where they help target, details and inner facts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ErrorBody {
    /// A stable word for programs.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// The option or property at fault.
    pub target: Option<String>,
    /// Further code and message pairs.
    pub details: Vec<(String, String)>,
    /// Facts for whoever investigates, such as a request id. Empty: left out.
    pub inner: Map<String, Value>,
}

impl ErrorBody {
    #[must_use]
    pub fn new(code: &str, message: &str) -> Self {
        Self { code: code.to_owned(), message: message.to_owned(), ..Self::default() }
    }

    /// `{"error":{"code","message","target"?,"details"?,"innerError"?}}`
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut error = Map::new();
        error.insert("code".to_owned(), self.code.clone().into());
        error.insert("message".to_owned(), self.message.clone().into());
        error.extend(self.target.iter().map(|target| ("target".to_owned(), target.clone().into())));
        if !self.details.is_empty() {
            let details =
                self.details.iter().map(|(code, message)| json!({"code": code, "message": message}));
            error.insert("details".to_owned(), details.collect());
        }
        if !self.inner.is_empty() {
            error.insert("innerError".to_owned(), self.inner.clone().into());
        }
        json!({ "error": error })
    }
}

/// The message carries the place, the body the option: `… ($filter, position 5)`.
impl From<&QueryError> for ErrorBody {
    fn from(error: &QueryError) -> Self {
        Self { target: error.target.clone(), ..Self::new(error.code, &error.to_string()) }
    }
}

/// The service document (JSON Format §5). `root` is the absolute address of the service root without query, ending in
/// `/`; the addresses of the sets are relative to it.
#[must_use]
pub fn service_document(model: &Model, root: &str, metadata: Metadata) -> Value {
    let mut document = Map::new();
    if metadata != Metadata::None {
        document.insert("@odata.context".to_owned(), format!("{root}$metadata").into());
    }
    let sets =
        model.entity_sets.iter().map(|set| json!({"name": set.name, "kind": "EntitySet", "url": set.name}));
    let singletons = model
        .singletons
        .iter()
        .map(|singleton| json!({"name": singleton.name, "kind": "Singleton", "url": singleton.name}));
    let is_listed = |import: &&crate::edm::OperationImport| import.is_listed;
    let functions = model
        .imports
        .iter()
        .filter(is_listed)
        .map(|import| json!({"name": import.name, "kind": "FunctionImport", "url": import.name}));
    document.insert("value".to_owned(), sets.chain(singletons).chain(functions).collect());
    document.into()
}

#[cfg(test)]
mod tests;
