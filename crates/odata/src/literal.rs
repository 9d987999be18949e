//! Values: what a URL can say and what an evaluator computes with.
//!
//! Text to value is `parse`; value to URL text is `Display`. Arithmetic lives in [`crate::expr::evaluate`].

mod decimal;
pub(crate) mod fit;
pub(crate) mod geo;
pub(crate) mod parse;
pub(crate) mod temporal;

use std::fmt;

pub use decimal::Decimal;

pub use temporal::DateTimeOffset;

use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use uuid::Uuid;

use crate::edm::{EdmType, Shape};

/// A typed value.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Null,
    Bool(bool),
    /// Any integer type.
    Int(i64),
    Decimal(Decimal),
    /// `Edm.Double` and `Edm.Single`.
    Double(f64),
    String(String),
    Guid(Uuid),
    Date(Date),
    TimeOfDay(Time),
    DateTimeOffset(DateTimeOffset),
    Duration(SignedDuration),
    Binary(Vec<u8>),
    /// One member name, or several with commas for a flags type, in metadata spelling once checked.
    Enum {
        type_name: String,
        members: String,
    },
    /// Well-known text of a shape, with its `SRID=…;` if given.
    Geography(String),
    /// `['a','b']`
    Collection(Vec<Literal>),
    /// A structured value; only as input to the evaluator.
    Record(Vec<(String, Literal)>),
}

impl Literal {
    /// The type, or `None` for null, records and empty collections.
    #[must_use]
    pub fn ty(&self) -> Option<EdmType> {
        Some(match self {
            Literal::Null | Literal::Record(_) => return None,
            Literal::Bool(_) => EdmType::Boolean,
            Literal::Int(_) => EdmType::Int64,
            Literal::Decimal(_) => EdmType::Decimal,
            Literal::Double(_) => EdmType::Double,
            Literal::String(_) => EdmType::String,
            Literal::Guid(_) => EdmType::Guid,
            Literal::Date(_) => EdmType::Date,
            Literal::TimeOfDay(_) => EdmType::TimeOfDay,
            Literal::DateTimeOffset(_) => EdmType::DateTimeOffset,
            Literal::Duration(_) => EdmType::Duration,
            Literal::Binary(_) => EdmType::Binary,
            Literal::Enum { type_name, .. } => EdmType::Enum(type_name.clone()),
            Literal::Geography(_) => EdmType::Geography(Shape::Any),
            Literal::Collection(items) => EdmType::collection_of(items.iter().find_map(Literal::ty)?),
        })
    }

    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Literal::Null)
    }
}

impl From<&str> for Literal {
    fn from(value: &str) -> Self {
        Literal::String(value.to_owned())
    }
}

impl From<i64> for Literal {
    fn from(value: i64) -> Self {
        Literal::Int(value)
    }
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Literal::Bool(value)
    }
}

/// URL syntax (OData 4.01 ABNF `primitiveLiteral`), not percent-encoded. Enum types are written unqualified;
/// [`crate::expr::render`] qualifies them.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Null => f.write_str("null"),
            Literal::Bool(value) => write!(f, "{value}"),
            Literal::Int(value) => write!(f, "{value}"),
            Literal::Decimal(value) => write!(f, "{value}"),
            Literal::Double(value) => write_double(f, *value),
            Literal::String(value) => write!(f, "'{}'", value.replace('\'', "''")),
            Literal::Guid(value) => write!(f, "{value}"),
            Literal::Date(value) => write!(f, "{value}"),
            Literal::TimeOfDay(value) => write!(f, "{value}"),
            Literal::DateTimeOffset(value) => write!(f, "{value}"),
            Literal::Duration(value) => write!(f, "duration'{}'", temporal::iso_duration(*value)),
            Literal::Binary(value) => write!(f, "binary'{}'", parse::base64url(value)),
            Literal::Enum { type_name, members } => write!(f, "{type_name}'{members}'"),
            Literal::Geography(value) => write!(f, "geography'{value}'"),
            Literal::Collection(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Literal::Record(_) => f.write_str("{…}"),
        }
    }
}

/// A double always carries a point or an exponent, so that it does not read back as an integer or decimal.
fn write_double(f: &mut fmt::Formatter<'_>, value: f64) -> fmt::Result {
    if value.is_nan() {
        f.write_str("NaN")
    } else if value.is_infinite() {
        f.write_str(if value > 0.0 { "INF" } else { "-INF" })
    } else {
        write!(f, "{value:e}")
    }
}
