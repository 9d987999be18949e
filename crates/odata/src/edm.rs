//! The entity data model: what a service offers, as plain data with short builders.
//!
//! It follows CSDL 4.01 in names. Names are unqualified inside a [`Model`]; [`Model::qualified`] adds the namespace.
//! Lookups that follow base types are in [`inherit`], functions and actions in [`operation`].

mod annotation;
pub mod capabilities;
mod inherit;
mod operation;
mod ty;

pub use annotation::{Annotated, Annotation, Value};
pub use inherit::Members;
pub use operation::{Operation, OperationImport, OperationKind, Parameter, Returns};
pub use ty::{EdmType, Shape};

/// A whole service: its types and what its container offers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Model {
    /// Schema namespace, such as `Quarterdeck.Warehouse`.
    pub namespace: String,
    /// Name of the entity container, such as `Warehouse`.
    pub container: String,
    pub entity_types: Vec<EntityType>,
    pub enum_types: Vec<EnumType>,
    pub complex_types: Vec<ComplexType>,
    pub entity_sets: Vec<EntitySet>,
    pub singletons: Vec<Singleton>,
    /// Functions and actions with all their overloads.
    pub operations: Vec<Operation>,
    /// Function and action imports of the container.
    pub imports: Vec<OperationImport>,
    /// Annotations of the container: conformance level, supported formats.
    pub annotations: Vec<Annotation>,
    /// In XML, annotations of properties stand in `Annotations` elements beside the types (CSDL XML §14.2), for readers
    /// that look nowhere else.
    pub annotates_beside: bool,
}

/// A type with a key.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityType {
    pub name: String,
    /// Name of the type it inherits from.
    pub base: Option<String>,
    /// Has no entities of its own, only those of derived types.
    pub is_abstract: bool,
    /// May have properties the model does not name.
    pub is_open: bool,
    /// Names of the key properties, in key order; empty on derived types, see [`Model::key_of`].
    pub key: Vec<String>,
    pub properties: Vec<Property>,
    pub navigation: Vec<Navigation>,
    /// Entities are media streams themselves (`HasStream`).
    pub has_stream: bool,
    pub doc: String,
    pub annotations: Vec<Annotation>,
}

/// A structured value without a key.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ComplexType {
    pub name: String,
    /// Name of the type it inherits from.
    pub base: Option<String>,
    pub is_abstract: bool,
    pub is_open: bool,
    pub properties: Vec<Property>,
    pub navigation: Vec<Navigation>,
    pub doc: String,
    pub annotations: Vec<Annotation>,
}

/// A named set of integers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EnumType {
    pub name: String,
    /// Members may be combined.
    pub flags: bool,
    /// Member names with their values, in declared order.
    pub members: Vec<(String, i64)>,
    pub doc: String,
    pub annotations: Vec<Annotation>,
}

/// A structural property.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    pub name: String,
    pub ty: EdmType,
    /// May be null. Means nothing on collections, which are at most empty.
    pub nullable: bool,
    /// Largest length in characters (text) or bytes (binary).
    pub max_length: Option<u32>,
    /// Significant decimal digits (decimals) or digits of a second's fraction (times).
    pub precision: Option<u32>,
    /// Decimal digits right of the point; `None` on a decimal means a variable scale.
    pub scale: Option<u32>,
    /// What a new entity gets when nothing is said, as CSDL writes it.
    pub default: Option<String>,
    /// A short description, written as `Core.Description`.
    pub doc: String,
    pub annotations: Vec<Annotation>,
}

/// A navigation property.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Navigation {
    pub name: String,
    /// Name of the entity type it leads to.
    pub target: String,
    /// Leads to many.
    pub collection: bool,
    pub nullable: bool,
    /// The navigation property that leads back.
    pub partner: Option<String>,
    /// The related entities live inside this one and in no set of their own.
    pub contains_target: bool,
    /// Pairs of a property here and the property there it must equal.
    pub constraints: Vec<(String, String)>,
    pub doc: String,
    pub annotations: Vec<Annotation>,
}

/// A collection in the container.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntitySet {
    pub name: String,
    /// Name of its entity type.
    pub entity_type: String,
    /// Pairs of a navigation property and the set it leads to.
    pub bindings: Vec<(String, String)>,
    pub doc: String,
    pub annotations: Vec<Annotation>,
}

/// A single entity in the container.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Singleton {
    pub name: String,
    pub entity_type: String,
    pub bindings: Vec<(String, String)>,
    pub doc: String,
    pub annotations: Vec<Annotation>,
}

impl Model {
    #[must_use]
    pub fn new(namespace: &str, container: &str) -> Self {
        Self { namespace: namespace.to_owned(), container: container.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn entity_type(mut self, ty: EntityType) -> Self {
        self.entity_types.push(ty);
        self
    }

    #[must_use]
    pub fn enum_type(mut self, ty: EnumType) -> Self {
        self.enum_types.push(ty);
        self
    }

    #[must_use]
    pub fn complex_type(mut self, ty: ComplexType) -> Self {
        self.complex_types.push(ty);
        self
    }

    #[must_use]
    pub fn entity_set(mut self, set: EntitySet) -> Self {
        self.entity_sets.push(set);
        self
    }

    #[must_use]
    pub fn singleton(mut self, singleton: Singleton) -> Self {
        self.singletons.push(singleton);
        self
    }

    #[must_use]
    pub fn operation(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }

    #[must_use]
    pub fn import(mut self, import: OperationImport) -> Self {
        self.imports.push(import);
        self
    }

    /// `name` with the namespace in front.
    #[must_use]
    pub fn qualified(&self, name: &str) -> String {
        format!("{}.{name}", self.namespace)
    }

    /// The name inside this model that `name` means: with or without the namespace.
    #[must_use]
    pub fn unqualified<'n>(&self, name: &'n str) -> &'n str {
        name.strip_prefix(self.namespace.as_str()).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
    }

    /// The entity type with exactly this unqualified name.
    #[must_use]
    pub fn find_entity_type(&self, name: &str) -> Option<&EntityType> {
        self.entity_types.iter().find(|ty| ty.name == name)
    }

    #[must_use]
    pub fn find_complex_type(&self, name: &str) -> Option<&ComplexType> {
        self.complex_types.iter().find(|ty| ty.name == name)
    }

    #[must_use]
    pub fn find_enum_type(&self, name: &str) -> Option<&EnumType> {
        self.enum_types.iter().find(|ty| ty.name == name)
    }

    #[must_use]
    pub fn find_entity_set(&self, name: &str) -> Option<&EntitySet> {
        self.entity_sets.iter().find(|set| set.name == name)
    }

    /// The entity type of the set with exactly this name.
    #[must_use]
    pub fn type_of_set(&self, name: &str) -> Option<&EntityType> {
        self.find_entity_set(name).and_then(|set| self.find_entity_type(&set.entity_type))
    }
}

impl EntityType {
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Inherits from the type with this name.
    #[must_use]
    pub fn based_on(mut self, base: &str) -> Self {
        self.base = Some(base.to_owned());
        self
    }

    /// Entities are media streams themselves.
    #[must_use]
    pub fn with_stream(mut self) -> Self {
        self.has_stream = true;
        self
    }

    /// Adds a non-null property that is part of the key.
    #[must_use]
    pub fn key(mut self, name: &str, ty: EdmType) -> Self {
        self.key.push(name.to_owned());
        self.properties.push(Property::new(name, ty).required());
        self
    }

    /// Names an already added property as part of the key.
    #[must_use]
    pub fn key_of(mut self, name: &str) -> Self {
        self.key.push(name.to_owned());
        self
    }

    #[must_use]
    pub fn property(mut self, property: Property) -> Self {
        self.properties.push(property);
        self
    }

    /// Adds a nullable property without facets.
    #[must_use]
    pub fn plain(self, name: &str, ty: EdmType) -> Self {
        self.property(Property::new(name, ty))
    }

    #[must_use]
    pub fn navigation(mut self, navigation: Navigation) -> Self {
        self.navigation.push(navigation);
        self
    }

    #[must_use]
    pub fn doc(mut self, doc: &str) -> Self {
        doc.clone_into(&mut self.doc);
        self
    }

    /// The property the type itself declares; [`Model::members`] has the inherited ones too.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// As [`EntityType::find`].
    #[must_use]
    pub fn find_navigation(&self, name: &str) -> Option<&Navigation> {
        self.navigation.iter().find(|navigation| navigation.name == name)
    }
}

impl ComplexType {
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Inherits from the type with this name.
    #[must_use]
    pub fn based_on(mut self, base: &str) -> Self {
        self.base = Some(base.to_owned());
        self
    }

    #[must_use]
    pub fn navigation(mut self, navigation: Navigation) -> Self {
        self.navigation.push(navigation);
        self
    }

    #[must_use]
    pub fn property(mut self, property: Property) -> Self {
        self.properties.push(property);
        self
    }
}

impl EnumType {
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn member(mut self, name: &str, value: i64) -> Self {
        self.members.push((name.to_owned(), value));
        self
    }

    #[must_use]
    pub fn flags(mut self) -> Self {
        self.flags = true;
        self
    }
}

impl Property {
    /// A nullable property without facets.
    #[must_use]
    pub fn new(name: &str, ty: EdmType) -> Self {
        Self {
            name: name.to_owned(),
            ty,
            nullable: true,
            max_length: None,
            precision: None,
            scale: None,
            default: None,
            doc: String::new(),
            annotations: Vec::new(),
        }
    }

    /// Never null.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.nullable = false;
        self
    }

    #[must_use]
    pub fn nullable(mut self, nullable: bool) -> Self {
        self.nullable = nullable;
        self
    }

    #[must_use]
    pub fn max_length(mut self, length: u32) -> Self {
        self.max_length = Some(length);
        self
    }

    #[must_use]
    pub fn precision(mut self, digits: u32) -> Self {
        self.precision = Some(digits);
        self
    }

    #[must_use]
    pub fn scale(mut self, digits: u32) -> Self {
        self.scale = Some(digits);
        self
    }

    /// `text` as CSDL writes the value: `true`, `5`, `New`.
    #[must_use]
    pub fn default_value(mut self, text: &str) -> Self {
        self.default = Some(text.to_owned());
        self
    }

    #[must_use]
    pub fn doc(mut self, doc: &str) -> Self {
        doc.clone_into(&mut self.doc);
        self
    }
}

impl Navigation {
    /// Leads to at most one entity.
    #[must_use]
    pub fn one(name: &str, target: &str) -> Self {
        Self { name: name.to_owned(), target: target.to_owned(), nullable: true, ..Self::default() }
    }

    /// Leads to any number of entities.
    #[must_use]
    pub fn many(name: &str, target: &str) -> Self {
        Self { name: name.to_owned(), target: target.to_owned(), collection: true, ..Self::default() }
    }

    #[must_use]
    pub fn constraint(mut self, here: &str, there: &str) -> Self {
        self.constraints.push((here.to_owned(), there.to_owned()));
        self
    }
}

impl Navigation {
    /// Names the navigation property that leads back.
    #[must_use]
    pub fn partner(mut self, name: &str) -> Self {
        self.partner = Some(name.to_owned());
        self
    }

    /// The related entities live inside this one.
    #[must_use]
    pub fn contained(mut self) -> Self {
        self.contains_target = true;
        self
    }

    /// What a path through it has: the target, or a collection of targets.
    #[must_use]
    pub fn ty(&self) -> EdmType {
        let target = EdmType::Entity(self.target.clone());
        if self.collection { EdmType::collection_of(target) } else { target }
    }
}

impl EntitySet {
    #[must_use]
    pub fn new(name: &str, entity_type: &str) -> Self {
        Self { name: name.to_owned(), entity_type: entity_type.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn binding(mut self, navigation: &str, set: &str) -> Self {
        self.bindings.push((navigation.to_owned(), set.to_owned()));
        self
    }

    #[must_use]
    pub fn doc(mut self, doc: &str) -> Self {
        doc.clone_into(&mut self.doc);
        self
    }
}

impl Singleton {
    #[must_use]
    pub fn new(name: &str, entity_type: &str) -> Self {
        Self { name: name.to_owned(), entity_type: entity_type.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn binding(mut self, navigation: &str, set: &str) -> Self {
        self.bindings.push((navigation.to_owned(), set.to_owned()));
        self
    }
}
