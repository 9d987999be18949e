//! Options read from the raw query, the place in a download, and the link to the next page.
//!
//! A place is `<snapshot>-<row>-<day>`: the lake's snapshot, how many rows of the table's files are behind, and the
//! day the download began, which `maxhistorydays` counts from. Where rows are sorted, `-<values>` may follow: what the
//! row before the place is sorted by. The rows that are behind then count from there.

use lake::SnapshotId;

use crate::lifetime::{date_key, date_of_key};
use jiff::civil::Date;

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) snapshot: SnapshotId,
    /// Rows of the files to leave out, in file order.
    pub(super) row: u64,
    /// The day the download began.
    pub(super) day: Date,
    /// What the row before it is sorted by.
    pub(super) after: Option<String>,
}

impl Place {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '-');
        let snapshot = digits(parts.next())?.parse().ok()?;
        let row = digits(parts.next())?.parse().ok()?;
        let day = date_of_key(digits(parts.next())?.parse().ok()?)?;
        let after = parts.next().map(str::to_owned);
        Some(Self { snapshot: SnapshotId(snapshot), row, day, after })
    }
}

/// Digits only: `parse` alone would take a sign too.
fn digits(part: Option<&str>) -> Option<&str> {
    part.filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{}", self.snapshot, self.row, date_key(self.day))?;
        match &self.after {
            Some(after) => write!(f, "-{}", odata::percent::encode(after, "")),
            None => Ok(()),
        }
    }
}

/// The first value of the option `name` (without `$`), decoded; letters of the name count the same in either case.
pub(super) fn option(query: &str, name: &str) -> Option<String> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find_map(|(given, value)| {
        let given = decode(given);
        given.strip_prefix('$').unwrap_or(&given).eq_ignore_ascii_case(name).then(|| decode(value))
    })
}

/// The address of the next page: the same request, going on at `place`, with `top` rows still wanted.
pub(super) fn next_link(address: &str, query: &str, place: &Place, top: Option<u64>) -> String {
    let mut pairs = same_request(query);
    pairs.extend(top.map(|top| format!("$top={top}")));
    pairs.push(format!("$skiptoken={place}"));
    format!("{address}?{}", pairs.join("&"))
}

/// The options of a request without those about a part of the rows.
pub(super) fn same_request(query: &str) -> Vec<String> {
    let is_kept = |pair: &&str| {
        let name = decode(pair.split_once('=').map_or(*pair, |(name, _)| name));
        let name = name.strip_prefix('$').unwrap_or(&name).to_ascii_lowercase();
        !pair.is_empty() && !["top", "skip", "skiptoken", "deltatoken"].contains(&name.as_str())
    };
    query.split('&').filter(is_kept).map(str::to_owned).collect()
}

/// Percent-decoding that leaves alone what it does not understand: strict reading is the parser's work.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_text() {
        let place =
            Place { snapshot: SnapshotId(12), row: 100_000, day: Date::constant(2018, 2, 21), after: None };
        assert_eq!(place.to_string(), "12-100000-20180221");
        assert_eq!(Place::parse("12-100000-20180221").as_ref(), Some(&place));
        let sorted = Place { row: 0, after: Some("[\"a-b\",null]".to_owned()), ..place };
        assert_eq!(sorted.to_string(), "12-0-20180221-%5B%22a-b%22%2Cnull%5D");
        assert_eq!(Place::parse("12-0-20180221-[\"a-b\",null]"), Some(sorted));
        for text in ["", "12", "12-1", "12-1-20180230", "12--20180221", "a-1-20180221", "+1-1-20180221"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_next_link_keeps_the_request() {
        let place = Place { snapshot: SnapshotId(3), row: 7, day: Date::constant(2018, 2, 21), after: None };
        let link =
            next_link("https://x/devices", "api-version=v1.0&%24skip=5&$top=9&$select=a", &place, Some(4));
        assert_eq!(link, "https://x/devices?api-version=v1.0&$select=a&$top=4&$skiptoken=3-7-20180221");
    }

    #[test]
    fn options_are_found_in_any_spelling() {
        assert_eq!(option("%24Format=json&API-Version=v1%2E0", "api-version").as_deref(), Some("v1.0"));
        assert_eq!(option("$format=json", "format").as_deref(), Some("json"));
        assert_eq!(option("format", "format"), None);
    }
}
