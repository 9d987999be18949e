//! Percent-decoding and -encoding of URL parts (RFC 3986 §2.1).
//!
//! Decoding refuses what could not have been meant: broken escapes, bytes that are not UTF-8, and NUL characters but in
//! the values of parameter aliases.

use crate::error::{QueryError, code};

/// Decodes one name, value or path segment. With `plus_is_space`, `+` is a space as in HTML forms.
///
/// # Errors
/// 400; the position counts bytes of the raw text.
pub fn decode(raw: &str, plus_is_space: bool) -> Result<String, QueryError> {
    let text = decode_any(raw, plus_is_space)?;
    if text.contains('\0') {
        // Only an escape can bring one, so each stands where its escape does.
        let at = raw.find("%00").unwrap_or_default();
        return Err(QueryError::bad(code::INVALID_VALUE, "Remove the NUL character (%00).").at(at));
    }
    Ok(text)
}

/// As [`decode`], with NUL characters: 4.01 wants them in parameter aliases (URL Conventions §5.3).
pub(crate) fn decode_any(raw: &str, plus_is_space: bool) -> Result<String, QueryError> {
    let bytes = raw.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let byte = match bytes[index] {
            b'%' => {
                let escaped =
                    raw.get(index + 1..index + 3).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
                let value = escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                let message = "'%' must be followed by two hexadecimal digits; write %25 for a percent sign.";
                index += 2;
                value.ok_or_else(|| QueryError::bad(code::SYNTAX, message).at(index - 2))?
            }
            b'+' if plus_is_space => b' ',
            other => other,
        };
        out.push(byte);
        index += 1;
    }
    String::from_utf8(out).map_err(|error| {
        let message = "The escaped bytes are not UTF-8 text; encode the text as UTF-8 first.";
        QueryError::bad(code::SYNTAX, message).at(error.utf8_error().valid_up_to())
    })
}

/// Encodes everything but unreserved characters and those in `keep`.
#[must_use]
pub fn encode(text: &str, keep: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if byte.is_ascii_alphanumeric() || "-._~".contains(c) || (byte.is_ascii() && keep.contains(c)) {
            out.push(c);
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_plus_decode() {
        assert_eq!(decode("a%20b+c%2Bd%C3%A9", true).expect("valid"), "a b c+dé");
        assert_eq!(decode("a+b", false).expect("valid"), "a+b");
    }

    #[test]
    fn broken_escapes_are_refused_with_their_place() {
        for (raw, position) in [("ab%2", 2), ("%zz", 0), ("a%+1", 1), ("%é", 0), ("x%00", 1), ("ok%FF", 2)] {
            let error = decode(raw, true).expect_err(raw);
            assert_eq!(error.position, Some(position), "{raw}: {error}");
        }
    }

    #[test]
    fn encoding_goes_back() {
        let text = "a b+c/é'%&=";
        assert_eq!(decode(&encode(text, ""), true).expect("valid"), text);
        assert_eq!(encode("a/b", "/"), "a/b");
    }
}
