//! Single JSON values, appended to a byte buffer without allocating.
//!
//! Commas and names are the caller's; write names once, escaped, with [`write_string`].

use std::io::Write as _;

use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use uuid::Uuid;

use crate::expr::Literal;
use crate::literal::{parse, temporal};

const NO_FAILURE: &str = "writing to a Vec cannot fail";

pub fn write_null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

pub fn write_bool(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// Text in quotes, with quotes, backslashes and control characters escaped.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut written = 0;
    for (index, byte) in bytes.iter().enumerate() {
        if *byte >= 0x20 && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[written..index]);
        written = index + 1;
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                let digits = [HEX[usize::from(control >> 4)], HEX[usize::from(control & 15)]];
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&digits);
            }
        }
    }
    out.extend_from_slice(&bytes[written..]);
    out.push(b'"');
}

/// A whole number of at most 53 bits, which every JSON reader holds exactly.
pub fn write_int(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    write_digits(out, value.unsigned_abs(), 1);
}

/// An `Edm.Int64`: a string when the client asked for IEEE 754 compatibility (JSON Format §3.2).
pub fn write_int64(out: &mut Vec<u8>, value: i64, ieee754: bool) {
    if ieee754 {
        out.push(b'"');
    }
    write_int(out, value);
    if ieee754 {
        out.push(b'"');
    }
}

/// An `Edm.Decimal` from its digits (`-12.50`): a string when the client asked for IEEE 754 compatibility.
pub fn write_decimal(out: &mut Vec<u8>, digits: &str, ieee754: bool) {
    if ieee754 {
        out.push(b'"');
    }
    out.extend_from_slice(digits.as_bytes());
    if ieee754 {
        out.push(b'"');
    }
}

/// The shortest digits that read back the same; `INF`, `-INF` and `NaN` are strings.
pub fn write_double(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"\"NaN\"");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"\"INF\"" } else { b"\"-INF\"" });
    } else if value != 0.0 && !(1e-5..1e17).contains(&value.abs()) {
        write!(out, "{value:e}").expect(NO_FAILURE);
    } else {
        write!(out, "{value}").expect(NO_FAILURE);
    }
}

/// `"01234567-89ab-cdef-0123-456789abcdef"`
pub fn write_guid(out: &mut Vec<u8>, value: Uuid) {
    let mut buffer = Uuid::encode_buffer();
    out.push(b'"');
    out.extend_from_slice(value.hyphenated().encode_lower(&mut buffer).as_bytes());
    out.push(b'"');
}

/// `"2024-01-31"`
pub fn write_date(out: &mut Vec<u8>, value: Date) {
    write!(out, "\"{value}\"").expect(NO_FAILURE);
}

/// `"23:59:59.5"`
pub fn write_time(out: &mut Vec<u8>, value: Time) {
    write!(out, "\"{value}\"").expect(NO_FAILURE);
}

/// `"PT5M"`
pub fn write_duration(out: &mut Vec<u8>, value: SignedDuration) {
    write!(out, "\"{}\"", temporal::iso_duration(value)).expect(NO_FAILURE);
}

/// base64url in quotes
pub fn write_binary(out: &mut Vec<u8>, value: &[u8]) {
    write!(out, "\"{}\"", parse::base64url(value)).expect(NO_FAILURE);
}

/// Microseconds since 1970 as `"2018-02-21T23:18:51.327727Z"`, trailing zeros of the fraction trimmed. Years outside
/// 0000 to 9999 are written with as many digits as they need.
pub fn write_instant(out: &mut Vec<u8>, unix_micros: i64) {
    let seconds = unix_micros.div_euclid(1_000_000);
    let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
    let second = small(seconds.rem_euclid(86_400).unsigned_abs());
    let mut text = *b"0000-00-00T00:00:00.000000Z\"";
    match u32::try_from(year) {
        Ok(year @ 0..=9999) => {
            pair(&mut text, 0, year / 100);
            pair(&mut text, 2, year % 100);
            out.push(b'"');
        }
        _ => {
            out.extend_from_slice(if year < 0 { b"\"-" } else { b"\"" });
            write_digits(out, year.unsigned_abs(), 4);
        }
    }
    let start = if (0..=9999).contains(&year) { 0 } else { 4 };
    for (at, value) in [(5, month), (8, day), (11, second / 3600), (14, second / 60 % 60), (17, second % 60)]
    {
        pair(&mut text, at, value);
    }
    let micros = small(unix_micros.rem_euclid(1_000_000).unsigned_abs());
    if micros == 0 {
        out.extend_from_slice(&text[start..19]);
    } else {
        for (at, value) in [(20, micros / 10_000), (22, micros / 100 % 100), (24, micros % 100)] {
            pair(&mut text, at, value);
        }
        let zeros = text[..26].iter().rev().take_while(|digit| **digit == b'0').count();
        out.extend_from_slice(&text[start..26 - zeros]);
    }
    out.extend_from_slice(b"Z\"");
}

/// A number known to be far below 2^32.
fn small(value: u64) -> u32 {
    u32::try_from(value).expect("parts of a day and of a second fit into 32 bits")
}

/// Two digits at a place.
fn pair(text: &mut [u8; 28], at: usize, value: u32) {
    let digit = |value: u32| b"0123456789"[(value % 10) as usize];
    text[at] = digit(value / 10);
    text[at + 1] = digit(value);
}

/// Year, month and day of the proleptic Gregorian calendar, `days` after 1970-01-01, counted in 400-year eras that start
/// on 1 March so that leap days come last.
fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = small(shifted.rem_euclid(146_097).unsigned_abs());
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (i64::from(year_of_era) + era * 400 + i64::from(month <= 2), month, day)
}

/// At least `width` digits.
fn write_digits(out: &mut Vec<u8>, mut value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while value > 0 {
        start -= 1;
        digits[start] = b'0' + u8::try_from(value % 10).expect("a digit is below 10");
        value /= 10;
    }
    out.extend_from_slice(&digits[start.min(digits.len() - width)..]);
}

/// Any value as JSON; records and collections nest.
pub fn write_literal(out: &mut Vec<u8>, value: &Literal, ieee754: bool) {
    match value {
        Literal::Null => write_null(out),
        Literal::Bool(value) => write_bool(out, *value),
        Literal::Int(value) => write_int64(out, *value, ieee754),
        Literal::Decimal(value) => write_decimal(out, &value.to_string(), ieee754),
        Literal::Double(value) => write_double(out, *value),
        Literal::String(text) | Literal::Geography(text) => write_string(out, text),
        Literal::Enum { members, .. } => write_string(out, members),
        Literal::Guid(value) => write_guid(out, *value),
        Literal::Date(value) => write_date(out, *value),
        Literal::TimeOfDay(value) => write_time(out, *value),
        Literal::DateTimeOffset(value) => write!(out, "\"{value}\"").expect(NO_FAILURE),
        Literal::Duration(value) => write_duration(out, *value),
        Literal::Binary(value) => write_binary(out, value),
        Literal::Collection(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                out.extend_from_slice(if index == 0 { b"" } else { b"," });
                write_literal(out, item, ieee754);
            }
            out.push(b']');
        }
        Literal::Record(members) => {
            out.push(b'{');
            for (index, (name, member)) in members.iter().enumerate() {
                out.extend_from_slice(if index == 0 { b"" } else { b"," });
                write_string(out, name);
                out.push(b':');
                write_literal(out, member, ieee754);
            }
            out.push(b'}');
        }
    }
}
