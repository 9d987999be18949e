//! What a service must be able to say about its data, and the shapes it says it in.

use crate::edm::Operation;
use crate::error::QueryError;
use crate::expr::Literal;

use super::Response;

/// One entity with its structural values; related entities are asked for by [`Source::related`].
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Its own type, unqualified: the derived one where it is of a derived type. Empty for results of aggregation.
    pub ty: String,
    pub home: Home,
    /// Structural properties by name, in the order of the model. Streams have no value.
    pub values: Vec<(String, Literal)>,
}

/// Where an entity is addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// In the set with this name, by its key.
    Set(String),
    Singleton(String),
    /// Nowhere: it was made by the request.
    Nowhere,
}

impl Entity {
    #[must_use]
    pub fn new(ty: &str, home: Home, values: Vec<(String, Literal)>) -> Self {
        Self { ty: ty.to_owned(), home, values }
    }

    /// The value of a structural property.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Literal> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// What a function gives or is called on.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Null, or no entity.
    Nothing,
    /// A primitive or structured value, or a collection of those.
    Plain(Literal),
    One(Entity),
    Many(Vec<Entity>),
}

/// A stream: the content of a media entity or of a stream property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    pub content_type: String,
    pub content: Vec<u8>,
}

/// What happened to a set since a state of it (Protocol §11.3).
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Added or changed.
    Present(Entity),
    /// Gone; its key is among the values.
    Removed(Entity),
}

/// The data behind a service. Everything but the first three has a default: the service then does not offer it.
pub trait Source {
    /// All entities of a set, always in the same order.
    fn entities(&self, set: &str) -> Vec<Entity>;

    /// The entity of a singleton.
    fn singleton(&self, name: &str) -> Option<Entity>;

    /// The entities a navigation property leads to; at most one for a single-valued one. One inside a structured value
    /// comes with its path: `address/country`.
    fn related(&self, entity: &Entity, navigation: &str) -> Vec<Entity>;

    /// The stream of a media entity, or of its stream property.
    fn media(&self, _entity: &Entity, _property: Option<&str>) -> Option<Media> {
        None
    }

    /// The entity tag with its quotes, such as `W/"5"`.
    fn etag(&self, _entity: &Entity) -> Option<String> {
        None
    }

    /// Runs one overload of a function. Arguments have the type of their parameter; `on` is what a bound one is called
    /// on.
    ///
    /// # Errors
    /// Whatever is wrong with the arguments.
    fn call(
        &self,
        function: &Operation,
        _on: Option<&Value>,
        _arguments: &[(String, Literal)],
    ) -> Result<Value, QueryError> {
        Err(QueryError::not_implemented(format!("The function '{}' is not available.", function.name)))
    }

    /// Runs an action that was called with this body.
    ///
    /// # Errors
    /// 501 unless the source has actions.
    fn act(&self, action: &str, _body: &[u8]) -> Result<Value, QueryError> {
        Err(QueryError::not_implemented(format!("The action '{action}' is not available; only reading is.")))
    }

    /// A text that stands for the present state of a set, if its changes can be asked for later.
    fn state(&self, _set: &str) -> Option<String> {
        None
    }

    /// What changed since a state that [`Source::state`] gave; `None` for a state it never gave or has forgotten.
    fn changes(&self, _set: &str, _since: &str) -> Option<Vec<Change>> {
        None
    }

    /// Keeps an answer to be fetched later, and gives the name to ask for it by; `None` when answers are given at once.
    fn keep(&self, _response: &Response) -> Option<String> {
        None
    }

    /// An answer kept under this name.
    fn kept(&self, _name: &str) -> Option<Response> {
        None
    }

    /// Throws a kept answer away; `false` when there was none.
    fn forget(&self, _name: &str) -> bool {
        false
    }
}
