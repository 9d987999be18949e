//! What a host answered.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use words::Words;

use crate::error::OutboundError;

/// A host that asks for a longer pause is asked again the next day.
const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(24);

/// A complete answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The host that answered, after redirects.
    pub host: String,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`OutboundError::NotJson`], without any of the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, OutboundError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let why = Words::new(
                format!("{:?} at line {line} column {column}", error.classify()).to_lowercase(),
                format!("regel {line}, kolom {column}"),
                format!("rad {line}, kolumn {column}"),
            );
            OutboundError::NotJson { host: self.host.clone(), why }
        })
    }

    /// A header's text, if it is there and readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// When the host wants to be asked again: its `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3). At most a
    /// day from now, and never in the past.
    pub fn retry_after(&self, now: Timestamp) -> Option<Timestamp> {
        let text = self.header(header::RETRY_AFTER.as_str())?.trim();
        let latest = now.saturating_add(PAUSE_MAX).unwrap_or(Timestamp::MAX);
        let at = match text.parse::<u32>() {
            Ok(seconds) => {
                now.saturating_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
            }
            Err(_) => jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?,
        };
        Some(at.clamp(now, latest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_seconds_or_a_date_and_never_long() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        for (text, at) in [
            ("0", Some("2026-11-21T12:00:00Z")),
            (" 90 ", Some("2026-11-21T12:01:30Z")),
            ("Sat, 21 Nov 2026 12:30:00 GMT", Some("2026-11-21T12:30:00Z")),
            ("Sat, 21 Nov 2020 12:30:00 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some("2026-11-21T12:00:00Z")),
            ("4294967295", Some("2026-11-22T12:00:00Z")),
            ("soon", None),
            ("-1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            let (status, body) = (StatusCode::TOO_MANY_REQUESTS, Bytes::new());
            let answer = Answer { status, headers, body, host: String::new() };
            let expected = if text.contains("2020") { Some(now) } else { at.map(|at| at.parse().unwrap()) };
            assert_eq!(answer.retry_after(now), expected, "{text}");
        }
    }
}
