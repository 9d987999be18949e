//! Literals from text: numbers, dates, GUIDs and the inside of quoted forms.
//!
//! Whether a value fits a property is decided in [`crate::expr::check`].

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use uuid::Uuid;

use super::temporal::parse_duration;
use super::{DateTimeOffset, Decimal, Literal};
use crate::edm::EdmType;

/// Reads an unquoted number, date, time, instant or GUID that fills the whole token.
///
/// # Errors
/// A sentence that says what to write instead.
pub(crate) fn bare(token: &str) -> Result<Literal, String> {
    let token = token.strip_prefix('+').unwrap_or(token);
    let bytes = token.as_bytes();
    if let Some(guid) = guid(token) {
        return Ok(Literal::Guid(guid));
    }
    let unsigned = token.strip_prefix('-').unwrap_or(token);
    let year_digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    if year_digits >= 4 && unsigned.as_bytes().get(year_digits) == Some(&b'-') {
        return if token.contains(['T', 't']) { instant(token) } else { date(token) };
    }
    if bytes.len() > 2 && bytes[2] == b':' {
        return time(token)
            .map(Literal::TimeOfDay)
            .ok_or_else(|| format!("'{token}' is not a time of day; write it like 23:59:59.5."));
    }
    number(token)
}

/// The hyphenated form only; anything else is a number, a name or a mistake.
pub(crate) fn guid(token: &str) -> Option<Uuid> {
    let hyphenated = token.len() == 36
        && token.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if hyphenated { Uuid::parse_str(token).ok() } else { None }
}

fn number(token: &str) -> Result<Literal, String> {
    if token.contains(['e', 'E']) || token == "-INF" {
        let normal = token.replace("INF", "inf");
        let digits_only = normal.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
        let value = normal.parse::<f64>().ok().filter(|v| token == "-INF" || (digits_only && v.is_finite()));
        return value.map(Literal::Double).ok_or_else(|| format!("'{token}' is not a number."));
    }
    let digits = token.strip_prefix('-').unwrap_or(token);
    let has_point = digits.contains('.');
    let shaped = digits.split('.').count() <= 2
        && digits.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if !shaped {
        return Err(unreadable(token, digits));
    }
    if !has_point && let Ok(value) = token.parse::<i64>() {
        return Ok(Literal::Int(value));
    }
    match Decimal::parse(token) {
        Some(value) => Ok(Literal::Decimal(value)),
        None => token.parse::<f64>().ok().filter(|value| value.is_finite()).map(Literal::Double).ok_or_else(
            || format!("The number starting with '{}' is too long.", &token[..20.min(token.len())]),
        ),
    }
}

fn unreadable(token: &str, digits: &str) -> String {
    let without_suffix = digits.trim_end_matches(['L', 'l', 'M', 'm', 'D', 'd', 'F', 'f']);
    let is_v3 = without_suffix.len() + 1 == digits.len()
        && without_suffix.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if is_v3 {
        let number = &token[..token.len() - 1];
        format!("'{token}' is the notation of OData 3; write {number} without the letter.")
    } else {
        format!("'{token}' is not a number, date, time or GUID; write text in single quotes.")
    }
}

fn date(token: &str) -> Result<Literal, String> {
    civil_date(token)
        .map(Literal::Date)
        .ok_or_else(|| format!("'{token}' is not a date; write it like 2024-01-31."))
}

/// `YYYY-MM-DD`, checked by hand because `jiff` accepts more than OData does.
fn civil_date(text: &str) -> Option<Date> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut parts = rest.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let shaped = year.len() >= 4
        && month.len() == 2
        && day.len() == 2
        && parts.next().is_none()
        && [year, month, day].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !shaped {
        return None;
    }
    let year: i16 = year.parse().ok()?;
    Date::new(if negative { -year } else { year }, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `hh:mm[:ss[.fffffffff]]`; digits after the ninth are cut off, more than twelve refused.
fn time(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next().unwrap_or("00"));
    let (second, fraction) = match second.split_once('.') {
        Some((_, "")) => return None,
        Some((second, fraction)) => (second, fraction),
        None => (second, ""),
    };
    let shaped = parts.next().is_none()
        && fraction.len() <= 12
        && fraction.bytes().all(|b| b.is_ascii_digit())
        && [hour, minute, second]
            .iter()
            .all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()));
    if !shaped {
        return None;
    }
    let nanos: i32 = format!("{fraction:0<9}")[..9].parse().ok()?;
    // A leap second is read as the one before it.
    let second = if second == "60" { "59" } else { second };
    Time::new(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?, nanos).ok()
}

fn instant(token: &str) -> Result<Literal, String> {
    let wrong = || format!("'{token}' is not a date and time; write it like 2024-01-31T23:59:59Z.");
    let (day, clock) = token.split_once(['T', 't']).ok_or_else(wrong)?;
    let (clock, offset_minutes) = split_offset(clock).ok_or_else(|| {
        format!("'{token}' has no time zone; end it with Z for UTC, or with an offset such as %2B01:00.")
    })?;
    let day = civil_date(day).ok_or_else(wrong)?;
    let local: DateTime = day.to_datetime(time(clock).ok_or_else(wrong)?);
    DateTimeOffset::from_local(local, offset_minutes).map(Literal::DateTimeOffset).ok_or_else(wrong)
}

/// The time before the zone, and the zone in minutes east of Greenwich.
fn split_offset(clock: &str) -> Option<(&str, i16)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let at = clock.rfind(['+', '-'])?;
    let (clock, zone) = clock.split_at(at);
    let (hours, minutes) = zone[1..].split_once(':')?;
    let shaped = hours.len() == 2 && minutes.len() == 2;
    let minutes = hours.parse::<u8>().ok().filter(|h| shaped && *h <= 14).map(i16::from)? * 60
        + minutes.parse::<u8>().ok().filter(|m| *m < 60).map(i16::from)?;
    Some((clock, if zone.starts_with('-') { -minutes } else { minutes }))
}

/// Reads text (without quotes) as a value of `ty`, as `cast` and key predicates in text form do.
pub(crate) fn as_type(text: &str, ty: &EdmType) -> Option<Literal> {
    match ty {
        EdmType::String => Some(Literal::String(text.to_owned())),
        EdmType::Boolean => text.to_ascii_lowercase().parse().ok().map(Literal::Bool),
        EdmType::Guid => Uuid::parse_str(text).ok().map(Literal::Guid),
        EdmType::Date => civil_date(text).map(Literal::Date),
        EdmType::TimeOfDay => time(text).map(Literal::TimeOfDay),
        EdmType::DateTimeOffset => instant(text).ok(),
        EdmType::Duration => parse_duration(text).map(Literal::Duration),
        EdmType::Binary => binary(text).map(Literal::Binary),
        ty if ty.is_integer() => text.parse().ok().map(Literal::Int),
        EdmType::Decimal => Decimal::parse(text).map(Literal::Decimal),
        EdmType::Double | EdmType::Single => match text {
            "INF" => Some(Literal::Double(f64::INFINITY)),
            "NaN" => Some(Literal::Double(f64::NAN)),
            _ => number(text).ok().and_then(|value| value.to_f64()).map(Literal::Double),
        },
        _ => None,
    }
}

/// The inside of `duration'…'` and its kin.
///
/// # Errors
/// A sentence that says what to write instead.
pub(crate) fn prefixed(prefix: &str, inside: &str) -> Result<Literal, String> {
    match prefix.to_ascii_lowercase().as_str() {
        "duration" => parse_duration(inside)
            .map(Literal::Duration)
            .ok_or_else(|| format!("'{inside}' is not a duration; write it like duration'P1DT2H30M'.")),
        "binary" => {
            binary(inside).map(Literal::Binary).ok_or_else(|| format!("'{inside}' is not base64url text."))
        }
        "geography" | "geometry" => {
            super::geo::parse(inside)?;
            let is_plane = prefix.eq_ignore_ascii_case("geometry") && !inside.contains(';');
            Ok(Literal::Geography(if is_plane { format!("SRID=0;{inside}") } else { inside.to_owned() }))
        }
        "guid" | "datetime" | "datetimeoffset" | "date" | "time" | "timeofday" => Err(format!(
            "{prefix}'…' is the notation of OData 3; write the value bare, such as \
             2024-01-31T23:59:59Z or 01234567-89ab-cdef-0123-456789abcdef."
        )),
        _ => Err(format!("There is no type '{prefix}' to read '{inside}' as.")),
    }
}

const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(crate) fn base64url(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0_u32, |acc, byte| acc << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            let six = (group >> (18 - 6 * index)) & 63;
            out.push(char::from(BASE64URL[six as usize]));
        }
    }
    out
}

fn binary(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    if text.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.as_bytes().chunks(4) {
        let mut group = 0_u32;
        for byte in chunk {
            group = group << 6 | u32::try_from(BASE64URL.iter().position(|b| b == byte)?).ok()?;
        }
        group <<= 6 * (4 - chunk.len());
        out.extend_from_slice(&group.to_be_bytes()[1..chunk.len()]);
    }
    Some(out)
}

impl Literal {
    /// A number of any kind as a double.
    pub fn to_f64(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "doubles are asked for, and OData promotes so")]
            Literal::Int(value) => Some(*value as f64),
            Literal::Decimal(value) => Some(value.to_f64()),
            Literal::Double(value) => Some(*value),
            _ => None,
        }
    }

    /// A whole number or decimal exactly.
    pub(crate) fn to_decimal(&self) -> Option<Decimal> {
        match self {
            Literal::Int(value) => Some(Decimal::from(*value)),
            Literal::Decimal(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn duration(&self) -> Option<SignedDuration> {
        match self {
            Literal::Duration(value) => Some(*value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_tokens_become_typed_values() {
        let cases = [
            ("5", "Int 5"),
            ("-5", "Int -5"),
            ("9223372036854775808", "Decimal 9223372036854775808.0"),
            ("1.50", "Decimal 1.5"),
            ("1e3", "Double 1e3"),
            ("-INF", "Double -INF"),
            ("2024-02-29", "Date 2024-02-29"),
            ("20180214", "Int 20180214"),
            ("23:59:59.5", "TimeOfDay 23:59:59.5"),
            ("10:30", "TimeOfDay 10:30:00"),
            ("2018-02-21T23:18:51.3277273Z", "DateTimeOffset 2018-02-21T23:18:51.3277273Z"),
            ("2018-02-21T23:18:51.123456789012Z", "DateTimeOffset 2018-02-21T23:18:51.123456789Z"),
            ("2018-02-21T23:18+01:00", "DateTimeOffset 2018-02-21T23:18:00+01:00"),
            ("2018-02-21T23:18-00:30", "DateTimeOffset 2018-02-21T23:18:00-00:30"),
            ("2018-02-21T23:18+00:00", "DateTimeOffset 2018-02-21T23:18:00Z"),
            ("9999-12-31T23:59:59Z", "DateTimeOffset 9999-12-31T23:59:59Z"),
            ("01234567-89AB-cdef-0123-456789abcdef", "Guid 01234567-89ab-cdef-0123-456789abcdef"),
        ];
        for (token, expected) in cases {
            let value = bare(token).expect(token);
            let kind = format!("{value:?}");
            let kind = kind.split('(').next().unwrap_or_default();
            assert_eq!(format!("{kind} {value}"), expected);
        }
    }

    #[test]
    fn broken_tokens_say_what_to_write() {
        let cases = [
            ("2024-02-30", "write it like 2024-01-31"),
            ("2024-1-1", "write it like 2024-01-31"),
            ("2024-01-01T00:00:00", "end it with Z"),
            ("2024-01-01T25:00:00Z", "write it like 2024-01-31T23:59:59Z"),
            ("9999-12-31T23:59:59-01:00", "write it like"),
            ("25:00", "write it like 23:59:59.5"),
            ("5L", "write 5 without the letter"),
            ("5x", "write text in single quotes"),
            ("1.", "write text in single quotes"),
            ("1e", "not a number"),
            ("1e999", "not a number"),
        ];
        for (token, expected) in cases {
            let message = bare(token).expect_err(token);
            assert!(message.contains(expected), "{token}: {message}");
        }
    }

    #[test]
    fn base64url_goes_both_ways() {
        for bytes in [&b""[..], b"a", b"ab", b"abc", &[255, 254, 253, 0]] {
            assert_eq!(binary(&base64url(bytes)).as_deref(), Some(bytes));
        }
        assert_eq!(binary("a"), None);
        assert_eq!(binary("a/b+"), None);
    }
}
