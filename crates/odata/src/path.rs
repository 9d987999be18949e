//! Resource paths (OData 4.01 URL Conventions §4): what a URL names, checked against the model.
//!
//! Paths start after the service root. Keys stand in parentheses or as a segment of their own (§4.3.6). Functions,
//! actions, `$crossjoin`, `$all` and `$filter` in paths are refused as not implemented.

mod key;
mod walk;

use crate::edm::{EdmType, Model};
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
    /// `$entity`, with the address in the option `$id`.
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
    /// The type of what the path names, before a final `$count`, `$value` or `$ref`: `Collection(Entity(…))` for a set.
    pub ty: EdmType,
}

impl DataPath {
    /// The set or singleton it starts at.
    #[must_use]
    pub fn root_name(&self) -> &str {
        match &self.root {
            Root::Set(name) | Root::Singleton(name) => name,
        }
    }

    /// The entity type the query options apply to: that of the named or counted entities, if it names entities.
    #[must_use]
    pub fn entity_type<'m>(&self, model: &'m Model) -> Option<&'m crate::edm::EntityType> {
        match &self.ty {
            EdmType::Entity(name) => model.find_entity_type(name),
            EdmType::Collection(item) => match &**item {
                EdmType::Entity(name) => model.find_entity_type(name),
                _ => None,
            },
            _ => None,
        }
    }
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
    /// Key properties with their values, in key order; values have the type of the property.
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
/// crate does not serve. Positions count bytes of `raw_path`.
pub fn parse_path(raw_path: &str, model: &Model) -> Result<Resource, QueryError> {
    walk::resource(raw_path, model)
}

#[cfg(test)]
mod tests;
