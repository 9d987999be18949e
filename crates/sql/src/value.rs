//! The closed set of values that go into and come out of a statement.

use jiff::Timestamp;
use uuid::Uuid;

use crate::SqlError;

/// A parameter or a column's value. Instants are `Int`: microseconds since 1970 in UTC. GUIDs are lower-case text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

macro_rules! from {
    ($($ty:ty => |$v:ident| $value:expr;)*) => {$(
        impl From<$ty> for Value {
            fn from($v: $ty) -> Value {
                $value
            }
        }
    )*};
}

from! {
    bool => |v| Value::Bool(v);
    i32 => |v| Value::Int(i64::from(v));
    u32 => |v| Value::Int(i64::from(v));
    i64 => |v| Value::Int(v);
    f64 => |v| Value::Real(v);
    &str => |v| Value::Text(v.to_owned());
    &String => |v| Value::Text(v.clone());
    String => |v| Value::Text(v);
    Vec<u8> => |v| Value::Bytes(v);
    &[u8] => |v| Value::Bytes(v.to_owned());
    Timestamp => |v| Value::Int(v.as_microsecond());
    Uuid => |v| Value::Text(v.hyphenated().to_string());
    &Uuid => |v| Value::Text(v.hyphenated().to_string());
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// One row of an answer; columns by position, from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// The column's value as `T`.
    ///
    /// # Errors
    /// [`SqlError::Column`] when there is no such column, it is null and `T` is not an `Option`, or its value
    /// is no `T`: the statement and the code that reads it disagree.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T, SqlError> {
        let value = self.0.get(index).ok_or_else(|| SqlError::Column {
            index,
            message: format!("the row has {} columns", self.0.len()),
        })?;
        T::from_value(value).ok_or_else(|| SqlError::Column {
            index,
            message: format!("expected {}, got {}", std::any::type_name::<T>(), kind(value)),
        })
    }

    pub fn values(&self) -> &[Value] {
        &self.0
    }
}

/// The value's type only: a message may end in a log, and a value may be personal.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) => "an integer",
        Value::Real(_) => "a real number",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytes",
    }
}

/// A type that can be read from a column.
pub trait FromValue: Sized {
    /// None when `value` is no `Self`.
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Option<i64> {
        match value {
            Value::Int(v) => Some(*v),
            _ => None,
        }
    }
}

impl FromValue for i32 {
    fn from_value(value: &Value) -> Option<i32> {
        i64::from_value(value).and_then(|v| v.try_into().ok())
    }
}

impl FromValue for bool {
    /// SQLite has no boolean type: it keeps 0 and 1.
    fn from_value(value: &Value) -> Option<bool> {
        match value {
            Value::Bool(v) => Some(*v),
            Value::Int(v @ (0 | 1)) => Some(*v == 1),
            _ => None,
        }
    }
}

impl FromValue for f64 {
    fn from_value(value: &Value) -> Option<f64> {
        match value {
            Value::Real(v) => Some(*v),
            #[expect(clippy::cast_precision_loss, reason = "SQLite gives whole reals back as integers")]
            Value::Int(v) => Some(*v as f64),
            _ => None,
        }
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Option<String> {
        match value {
            Value::Text(v) => Some(v.clone()),
            _ => None,
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> Option<Vec<u8>> {
        match value {
            Value::Bytes(v) => Some(v.clone()),
            _ => None,
        }
    }
}

impl FromValue for Timestamp {
    fn from_value(value: &Value) -> Option<Timestamp> {
        i64::from_value(value).and_then(|v| Timestamp::from_microsecond(v).ok())
    }
}

impl FromValue for Uuid {
    fn from_value(value: &Value) -> Option<Uuid> {
        match value {
            Value::Text(v) => Uuid::try_parse(v).ok(),
            _ => None,
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Option<T>> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}
