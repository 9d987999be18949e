//! Resource paths (OData 4.01 URL Conventions §4): what a URL names, checked against the model.
//!
//! Paths start after the service root. Keys stand in parentheses or as segments of their own (§4.3.6). Actions are named
//! so that a service can say that it does not run them.

pub(crate) mod call;
mod key;
mod render;
mod walk;

use crate::edm::{EdmType, Model};
use crate::error::QueryError;
use crate::expr::{Expr, Literal};

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
    /// `$entity/Example.device`: the entity must be of this type, named unqualified.
    EntityAs(String),
    /// `$all`, or `$all/Example.device` for the entities of one type, named unqualified.
    All(Option<String>),
    /// `$crossjoin(devices,users)`: names of sets.
    CrossJoin(Vec<String>),
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
    /// The set, singleton or import it starts at.
    #[must_use]
    pub fn root_name(&self) -> &str {
        match &self.root {
            Root::Set(name) | Root::Singleton(name) | Root::Action(name) => name,
            Root::Function(call) => call.import.as_deref().unwrap_or(&call.name),
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
#[derive(Debug, Clone, PartialEq)]
pub enum Root {
    Set(String),
    Singleton(String),
    /// A function import called.
    Function(Call),
    /// The name of an action import.
    Action(String),
}

/// A function with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Unqualified.
    pub name: String,
    /// The import it was called by; `None` for a bound function.
    pub import: Option<String>,
    /// The overload, as an index into [`Model::operations`].
    pub overload: usize,
    /// Without the binding parameter, in declared order; optional ones may be missing. Values have the type of the
    /// parameter; structured ones are records.
    pub arguments: Vec<(String, Literal)>,
    /// The arguments stood in the query string under their own names, which are therefore no query options;
    /// [`crate::query::Context::for_path`] takes care of that.
    pub is_implicit: bool,
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub enum Segment {
    /// Key properties with their values, in key order; values have the type of the property.
    Key(Vec<(String, Literal)>),
    Property(String),
    Navigation(String),
    /// A derived type, unqualified: only what is of it.
    Cast(String),
    /// A bound function called on what is before it.
    Function(Call),
    /// A bound action; nothing follows it.
    Action(String),
    /// `$filter(condition)`: only the items for which it holds.
    Filter(Box<Expr>),
    /// The item at this place from 0, or from the end for negative numbers.
    Index(i64),
    /// `$value`
    Value,
    /// `$count`
    Count,
    /// `$ref`
    Reference,
    /// `$each`: each item, for changes.
    Each,
    /// `$query`: options follow in the body of a POST.
    Query,
}

/// Reads a path relative to the service root, still percent-encoded, with or without a leading slash. Parameter aliases
/// have no values; see [`parse_path_with`].
///
/// # Errors
/// 404 with the nearest name for anything the model does not have and for keys that no entity can have, 400 for a
/// malformed key or argument, 501 for parts of OData this crate does not serve. Positions count bytes of `raw_path`.
pub fn parse_path(raw_path: &str, model: &Model) -> Result<Resource, QueryError> {
    walk::resource(raw_path, "", model)
}

/// As [`parse_path`]; aliases such as `@p` in keys and arguments get their values from the raw query string.
///
/// # Errors
/// As [`parse_path`], and 400 for a broken alias value, with the alias as target.
pub fn parse_path_with(raw_path: &str, raw_query: &str, model: &Model) -> Result<Resource, QueryError> {
    walk::resource(raw_path, raw_query, model)
}

/// Writes the path relative to the service root, percent-encoded, as [`parse_path`] reads it back.
#[must_use]
pub fn render_path(path: &DataPath, model: &Model) -> String {
    render::path(path, model)
}

/// The path of `$root/…` in an expression, from decoded text.
pub(crate) fn in_expression(
    text: &str,
    aliases: &crate::expr::parse::Aliases,
    model: &Model,
) -> Result<DataPath, QueryError> {
    walk::in_expression(text, aliases, model)
}

/// As [`render_path`], not percent-encoded.
pub(crate) fn plain_path(path: &DataPath, model: &Model) -> String {
    render::plain(path, model)
}

#[cfg(test)]
mod tests;
