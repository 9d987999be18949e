//! The types of the data model and their names.
//!
//! Values of these types are in [`crate::literal`].

use std::fmt;

/// A primitive, enumerated, structured or collection type. Named types are unqualified.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EdmType {
    Binary,
    Boolean,
    Byte,
    Date,
    DateTimeOffset,
    Decimal,
    Double,
    Duration,
    Guid,
    Int16,
    Int32,
    Int64,
    SByte,
    Single,
    Stream,
    String,
    TimeOfDay,
    Geography(Shape),
    Geometry(Shape),
    Enum(String),
    Complex(String),
    Entity(String),
    Collection(Box<EdmType>),
}

/// The shapes of spatial types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    Any,
    Point,
    LineString,
    Polygon,
    MultiPoint,
    MultiLineString,
    MultiPolygon,
    Collection,
}

impl Shape {
    const ALL: [Shape; 8] = [
        Shape::Any,
        Shape::Point,
        Shape::LineString,
        Shape::Polygon,
        Shape::MultiPoint,
        Shape::MultiLineString,
        Shape::MultiPolygon,
        Shape::Collection,
    ];

    fn of(suffix: &str) -> Option<Shape> {
        Self::ALL.into_iter().find(|shape| shape.suffix() == suffix)
    }

    fn suffix(self) -> &'static str {
        match self {
            Shape::Any => "",
            Shape::Point => "Point",
            Shape::LineString => "LineString",
            Shape::Polygon => "Polygon",
            Shape::MultiPoint => "MultiPoint",
            Shape::MultiLineString => "MultiLineString",
            Shape::MultiPolygon => "MultiPolygon",
            Shape::Collection => "Collection",
        }
    }
}

const PRIMITIVES: [(EdmType, &str); 17] = [
    (EdmType::Binary, "Edm.Binary"),
    (EdmType::Boolean, "Edm.Boolean"),
    (EdmType::Byte, "Edm.Byte"),
    (EdmType::Date, "Edm.Date"),
    (EdmType::DateTimeOffset, "Edm.DateTimeOffset"),
    (EdmType::Decimal, "Edm.Decimal"),
    (EdmType::Double, "Edm.Double"),
    (EdmType::Duration, "Edm.Duration"),
    (EdmType::Guid, "Edm.Guid"),
    (EdmType::Int16, "Edm.Int16"),
    (EdmType::Int32, "Edm.Int32"),
    (EdmType::Int64, "Edm.Int64"),
    (EdmType::SByte, "Edm.SByte"),
    (EdmType::Single, "Edm.Single"),
    (EdmType::Stream, "Edm.Stream"),
    (EdmType::String, "Edm.String"),
    (EdmType::TimeOfDay, "Edm.TimeOfDay"),
];

impl EdmType {
    #[must_use]
    pub fn collection_of(item: EdmType) -> Self {
        EdmType::Collection(Box::new(item))
    }

    /// A number of any kind.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        self.is_integer() || matches!(self, EdmType::Decimal | EdmType::Double | EdmType::Single)
    }

    /// A whole number of any width.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        matches!(self, EdmType::Byte | EdmType::SByte | EdmType::Int16 | EdmType::Int32 | EdmType::Int64)
    }

    /// The name with `namespace` in front of the model's own types, as CSDL XML and `isof` write it.
    #[must_use]
    pub fn qualified(&self, namespace: &str) -> String {
        match self {
            EdmType::Enum(name) | EdmType::Complex(name) | EdmType::Entity(name) => {
                format!("{namespace}.{name}")
            }
            EdmType::Collection(item) => format!("Collection({})", item.qualified(namespace)),
            primitive => primitive.to_string(),
        }
    }

    /// The primitive type with this name (`Edm.String`).
    #[must_use]
    pub fn primitive(name: &str) -> Option<EdmType> {
        let plain = PRIMITIVES.iter().find(|(_, known)| *known == name).map(|(ty, _)| ty.clone());
        plain
            .or_else(|| Shape::of(name.strip_prefix("Edm.Geography")?).map(EdmType::Geography))
            .or_else(|| Shape::of(name.strip_prefix("Edm.Geometry")?).map(EdmType::Geometry))
    }

    /// What a person calls it, with an article: "a whole number", "text".
    #[must_use]
    pub fn plain(&self) -> &'static str {
        match self {
            EdmType::Binary => "binary data",
            EdmType::Boolean => "true or false",
            EdmType::Date => "a date",
            EdmType::DateTimeOffset => "a date and time",
            EdmType::Duration => "a duration",
            EdmType::Guid => "a GUID",
            EdmType::Stream => "a stream",
            EdmType::String => "text",
            EdmType::TimeOfDay => "a time of day",
            EdmType::Geography(_) | EdmType::Geometry(_) => "a place or shape",
            EdmType::Enum(_) => "an enumeration value",
            EdmType::Complex(_) => "a structured value",
            EdmType::Entity(_) => "an entity",
            EdmType::Collection(_) => "a collection",
            _ => "a number",
        }
    }
}

/// The unqualified name.
impl fmt::Display for EdmType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EdmType::Enum(name) | EdmType::Complex(name) | EdmType::Entity(name) => f.write_str(name),
            EdmType::Collection(item) => write!(f, "Collection({item})"),
            EdmType::Geography(shape) => write!(f, "Edm.Geography{}", shape.suffix()),
            EdmType::Geometry(shape) => write!(f, "Edm.Geometry{}", shape.suffix()),
            primitive => {
                let name =
                    PRIMITIVES.iter().find(|(ty, _)| ty == primitive).map_or("Edm.Untyped", |(_, n)| n);
                f.write_str(name)
            }
        }
    }
}
