//! Annotations: terms of the standard vocabularies applied to a model element.
//!
//! Values cover what the vocabularies need for reading services; dynamic expressions are absent.

/// One applied term, such as `Org.OData.Capabilities.V1.FilterFunctions`.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// Fully qualified term: `Org.OData.Core.V1.Description`.
    pub term: String,
    pub value: Value,
}

/// A constant annotation value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Bool(bool),
    Int(i64),
    String(String),
    /// Qualified enum type and member: `("Org.OData.Capabilities.V1.ConformanceLevelType", "Advanced")`.
    Enum(String, String),
    /// The path of a property.
    PropertyPath(String),
    Collection(Vec<Value>),
    /// Named members of a record.
    Record(Vec<(String, Value)>),
}

impl Annotation {
    #[must_use]
    pub fn new(term: &str, value: Value) -> Self {
        Self { term: term.to_owned(), value }
    }

    /// A term of the Core vocabulary by its short name.
    #[must_use]
    pub fn core(term: &str, value: Value) -> Self {
        Self { term: format!("Org.OData.Core.V1.{term}"), value }
    }

    /// A term of the Capabilities vocabulary by its short name.
    #[must_use]
    pub fn capability(term: &str, value: Value) -> Self {
        Self { term: format!("Org.OData.Capabilities.V1.{term}"), value }
    }
}

impl Value {
    /// A collection of texts.
    #[must_use]
    pub fn texts(texts: &[&str]) -> Self {
        Self::Collection(texts.iter().map(|text| Self::from(*text)).collect())
    }

    /// A record of these members.
    #[must_use]
    pub fn record<const N: usize>(members: [(&str, Value); N]) -> Self {
        Self::Record(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::String(value.to_owned())
    }
}

/// Model elements that carry annotations: `Property::new(…).annotate(Annotation::core("Computed", true.into()))`.
pub trait Annotated: Sized {
    /// Where its annotations are.
    fn annotations_mut(&mut self) -> &mut Vec<Annotation>;

    /// Adds one.
    #[must_use]
    fn annotate(mut self, annotation: Annotation) -> Self {
        self.annotations_mut().push(annotation);
        self
    }
}

macro_rules! annotated {
    ($($element:ident)*) => {$(
        impl Annotated for super::$element {
            fn annotations_mut(&mut self) -> &mut Vec<Annotation> {
                &mut self.annotations
            }
        }
    )*};
}

annotated! { Model EntityType ComplexType EnumType Property Navigation EntitySet Singleton Operation }
