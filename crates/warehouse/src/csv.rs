//! Rows as CSV (RFC 4180): a header, CRLF, quotes where they are needed. Null is empty, empty text is `""`.

use jiff::Span;
use jiff::civil::{Date, date};

use crate::cell::Cell;

const DAY_MICROS: i64 = 86_400_000_000;

/// Appends the names of the columns.
pub fn header(out: &mut Vec<u8>, names: &[&str]) {
    row(out, names.iter().map(|name| Cell::Text(name)));
}

/// Appends one row.
pub fn row<'a>(out: &mut Vec<u8>, cells: impl Iterator<Item = Cell<'a>>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        match cell {
            Cell::Null => {}
            Cell::Bool(flag) => out.extend_from_slice(if flag { b"true" } else { b"false" }),
            Cell::Int(number) => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
            Cell::Time(micros) => out.extend_from_slice(instant(micros).as_bytes()),
            Cell::Text(value) => text(out, value),
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn text(out: &mut Vec<u8>, value: &str) {
    let is_plain = !value.is_empty() && !value.contains([',', '"', '\r', '\n']) && value.trim() == value;
    if is_plain {
        out.extend_from_slice(value.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in value.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// `2026-01-31T00:00:00Z`, with six digits of a second where there are some; up to the end of 9999.
fn instant(micros: i64) -> String {
    let days = Span::new().try_days(micros.div_euclid(DAY_MICROS));
    let day = days.and_then(|days| date(1970, 1, 1).checked_add(days)).unwrap_or(Date::MAX);
    let rest = micros.rem_euclid(DAY_MICROS);
    let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction == 0 {
        format!("{day}T{hours:02}:{minutes:02}:{seconds:02}Z")
    } else {
        format!("{day}T{hours:02}:{minutes:02}:{seconds:02}.{fraction:06}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_so_that_they_can_be_told_apart() {
        let mut out = Vec::new();
        header(&mut out, &["a", "b c"]);
        let cells = [
            Cell::Null,
            Cell::Text(""),
            Cell::Text("plain"),
            Cell::Text(" x"),
            Cell::Text("a,\"b\"\r\n"),
            Cell::Bool(true),
            Cell::Int(-7),
            Cell::Time(model::OPEN_END_MICROS),
            Cell::Time(1_500_000),
        ];
        row(&mut out, cells.into_iter());
        let expected = "a,b c\r\n,\"\",plain,\" x\",\"a,\"\"b\"\"\r\n\",true,-7,9999-12-31T00:00:00Z,1970-01-01T00:00:01.500000Z\r\n";
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }
}
