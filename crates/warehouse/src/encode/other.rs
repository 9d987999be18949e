//! Values that only queries make: fractions, decimals, dates, times of day, durations.

use arrow_array::ArrayRef;
use odata::edm::EdmType;
use odata::expr::Literal;

use super::text;

/// A double, with the names JSON has no numbers for (OData JSON 4.01, section 7.1).
pub(super) fn double(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"\"NaN\"");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"\"INF\"" } else { b"\"-INF\"" });
    } else {
        match serde_json::Number::from_f64(value) {
            Some(number) => out.extend_from_slice(number.to_string().as_bytes()),
            None => out.extend_from_slice(b"null"),
        }
    }
}

/// Any other value; decimals become text when the client cannot hold them as numbers.
pub(super) fn literal(out: &mut Vec<u8>, array: &ArrayRef, row: usize, ty: &EdmType, ieee754: bool) {
    match crate::feed::literal(array.as_ref(), row, ty) {
        Literal::Null => out.extend_from_slice(b"null"),
        Literal::Decimal(number) if ieee754 => text::quoted(out, &number.to_string()),
        Literal::Decimal(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Literal::Duration(duration) => {
            let written = Literal::Duration(duration).to_string();
            text::quoted(out, written.trim_start_matches("duration'").trim_end_matches('\''));
        }
        other => text::quoted(out, &other.to_string()),
    }
}
