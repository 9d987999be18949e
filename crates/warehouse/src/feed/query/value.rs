//! OData's values as columns of the engine, there and back.
//!
//! | OData | engine |
//! |---|---|
//! | whole numbers | Int32 in tables, Int64 when computed |
//! | Decimal | Decimal128 with nine fractional digits |
//! | Duration | Int64 microseconds |
//! | Guid | text in lower case |

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringBuilder,
    Time64NanosecondBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, Time64NanosecondType,
    TimestampMicrosecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use datafusion::scalar::ScalarValue;
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, ToSpan as _};
use odata::edm::EdmType;
use odata::expr::{DateTimeOffset, Decimal, Literal};

/// Fractional digits of a computed decimal.
pub(in crate::feed) const DECIMAL_SCALE: u32 = 9;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// The engine's type of a computed value; nothing for types that no column can hold.
pub(in crate::feed) fn arrow_type(ty: &EdmType) -> Option<DataType> {
    Some(match ty {
        EdmType::Boolean => DataType::Boolean,
        ty if ty.is_integer() => DataType::Int64,
        EdmType::Duration => DataType::Int64,
        EdmType::Decimal => DataType::Decimal128(38, DECIMAL_SCALE as i8),
        EdmType::Double | EdmType::Single => DataType::Float64,
        EdmType::String | EdmType::Guid => DataType::Utf8,
        EdmType::Date => DataType::Date32,
        EdmType::TimeOfDay => DataType::Time64(TimeUnit::Nanosecond),
        EdmType::DateTimeOffset => instant_type(),
        _ => return None,
    })
}

fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// A constant; nothing when it loses something on the way.
pub(super) fn scalar(literal: &Literal) -> Option<ScalarValue> {
    Some(match literal {
        Literal::Bool(value) => ScalarValue::Boolean(Some(*value)),
        Literal::Int(value) => ScalarValue::Int64(Some(*value)),
        Literal::String(value) => ScalarValue::Utf8(Some(value.clone())),
        Literal::Date(date) => ScalarValue::Date32(Some(day_number(*date)?)),
        Literal::DateTimeOffset(instant) if instant.is_whole_micros() => {
            ScalarValue::TimestampMicrosecond(Some(instant.unix_micros()), Some("UTC".into()))
        }
        _ => return None,
    })
}

/// Values of `ty` as a column; what does not fit is null.
pub(super) fn column(ty: &EdmType, values: impl Iterator<Item = Literal>) -> Option<ArrayRef> {
    macro_rules! gathered {
        ($builder:expr, $value:ident => $convert:expr) => {{
            let mut builder = $builder;
            values.for_each(|$value| builder.append_option($convert));
            Arc::new(builder.finish()) as ArrayRef
        }};
    }
    Some(match arrow_type(ty)? {
        DataType::Boolean => gathered!(BooleanBuilder::new(), value => truth(&value)),
        DataType::Int64 if *ty == EdmType::Duration => {
            gathered!(Int64Builder::new(), value => micros(&value))
        }
        DataType::Int64 => gathered!(Int64Builder::new(), value => whole(&value)),
        DataType::Float64 => gathered!(Float64Builder::new(), value => fraction(&value)),
        DataType::Utf8 => gathered!(StringBuilder::new(), value => text(value)),
        DataType::Date32 => gathered!(Date32Builder::new(), value => match value {
            Literal::Date(date) => day_number(date),
            _ => None,
        }),
        DataType::Time64(_) => gathered!(Time64NanosecondBuilder::new(), value => nanos(&value)),
        DataType::Timestamp(..) => {
            let builder = TimestampMicrosecondBuilder::new().with_timezone("UTC");
            gathered!(builder, value => match value {
                Literal::DateTimeOffset(instant) => Some(instant.unix_micros()),
                _ => None,
            })
        }
        ty => gathered!(Decimal128Builder::new().with_data_type(ty), value => scaled(&value)),
    })
}

fn truth(value: &Literal) -> Option<bool> {
    if let Literal::Bool(held) = value { Some(*held) } else { None }
}

fn whole(value: &Literal) -> Option<i64> {
    match value {
        Literal::Int(number) => Some(*number),
        Literal::Decimal(number) => number.trunc(),
        _ => None,
    }
}

fn micros(value: &Literal) -> Option<i64> {
    if let Literal::Duration(duration) = value { i64::try_from(duration.as_micros()).ok() } else { None }
}

fn fraction(value: &Literal) -> Option<f64> {
    match value {
        Literal::Double(number) => Some(*number),
        Literal::Int(number) => Some(*number as f64),
        Literal::Decimal(number) => Some(number.to_f64()),
        _ => None,
    }
}

fn text(value: Literal) -> Option<String> {
    match value {
        Literal::String(text) => Some(text),
        Literal::Guid(id) => Some(id.to_string()),
        _ => None,
    }
}

fn nanos(value: &Literal) -> Option<i64> {
    if let Literal::TimeOfDay(time) = value {
        i64::try_from(time.duration_since(Time::midnight()).as_nanos()).ok()
    } else {
        None
    }
}

fn scaled(value: &Literal) -> Option<i128> {
    let number = match value {
        Literal::Decimal(number) => *number,
        Literal::Int(number) => Decimal::from(*number),
        // Division goes through doubles.
        Literal::Double(number) => Decimal::parse(&format!("{number:.9}"))?,
        _ => return None,
    };
    match number.scale() {
        scale if scale <= DECIMAL_SCALE => number.unscaled().checked_mul(10_i128.pow(DECIMAL_SCALE - scale)),
        scale => Some(number.unscaled() / 10_i128.checked_pow(scale - DECIMAL_SCALE)?),
    }
}

fn day_number(date: Date) -> Option<i32> {
    i32::try_from(date.duration_since(EPOCH).as_hours() / 24).ok()
}

/// The value of a column whose OData type is `ty`.
pub(crate) fn literal(array: &dyn Array, row: usize, ty: &EdmType) -> Literal {
    if array.is_null(row) {
        return Literal::Null;
    }
    match array.data_type() {
        DataType::Boolean => Literal::Bool(array.as_boolean().value(row)),
        DataType::Int32 => Literal::Int(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => {
            let number = array.as_primitive::<Int64Type>().value(row);
            if *ty == EdmType::Duration {
                Literal::Duration(SignedDuration::from_micros(number))
            } else {
                Literal::Int(number)
            }
        }
        DataType::Float64 => Literal::Double(array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8 => text_literal(array.as_string::<i32>().value(row), ty),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value(row);
            EPOCH.checked_add(days.days()).map_or(Literal::Null, Literal::Date)
        }
        DataType::Time64(_) => {
            let since = array.as_primitive::<Time64NanosecondType>().value(row);
            let time = Time::midnight().checked_add(SignedDuration::from_nanos(since));
            time.map_or(Literal::Null, Literal::TimeOfDay)
        }
        DataType::Timestamp(..) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            DateTimeOffset::from_unix_micros(micros).map_or(Literal::Null, Literal::DateTimeOffset)
        }
        DataType::Decimal128(_, scale) => {
            let number = array.as_primitive::<Decimal128Type>().value(row);
            let scale = u32::try_from(*scale).unwrap_or_default();
            Decimal::new(number, scale).map_or(Literal::Null, Literal::Decimal)
        }
        DataType::Dictionary(..) => {
            let words = array.as_dictionary_opt::<Int32Type>();
            let word = words.and_then(|words| words.key(row).zip(words.values().as_string_opt::<i32>()));
            word.map_or(Literal::Null, |(key, texts)| text_literal(texts.value(key), ty))
        }
        _ => Literal::Null,
    }
}

fn text_literal(text: &str, ty: &EdmType) -> Literal {
    match ty {
        EdmType::Guid => text.parse().map_or(Literal::Null, Literal::Guid),
        _ => Literal::from(text),
    }
}
