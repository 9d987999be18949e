//! Form and query parameters of the protocol endpoints.
//!
//! Knows size limits, percent-decoding and RFC 6749 §3.1 (no parameter twice, empty means absent). Does not know
//! what any parameter means.

/// The largest form or query we read, in bytes. Real requests are below 8 KiB.
pub(crate) const LIMIT_BYTES: usize = 64 * 1024;
const LIMIT_COUNT: usize = 100;

/// Decoded parameters; every name occurs once and every value is non-empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
}

/// Why parameters could not be read. The text is safe to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParamsError {
    #[error("the request is longer than {LIMIT_BYTES} bytes")]
    TooLong,
    #[error("the request has more than {LIMIT_COUNT} parameters")]
    TooMany,
    #[error("the request is not percent-encoded UTF-8; encode it as application/x-www-form-urlencoded")]
    Encoding,
    #[error("the parameter '{0}' occurs more than once; send it once")]
    Duplicate(String),
}

impl Params {
    /// Reads `a=b&c=d` in form encoding.
    pub(crate) fn parse(text: &[u8]) -> Result<Params, ParamsError> {
        if text.len() > LIMIT_BYTES {
            return Err(ParamsError::TooLong);
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        for part in text.split(|&b| b == b'&').filter(|part| !part.is_empty()) {
            let (name, value) = match part.iter().position(|&b| b == b'=') {
                Some(at) => (&part[..at], &part[at + 1..]),
                None => (part, &part[part.len()..]),
            };
            let name = decode(name).ok_or(ParamsError::Encoding)?;
            let value = decode(value).ok_or(ParamsError::Encoding)?;
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(ParamsError::Duplicate(shorten(&name)));
            }
            if pairs.len() == LIMIT_COUNT {
                return Err(ParamsError::TooMany);
            }
            pairs.push((name, value));
        }
        pairs.retain(|(_, value)| !value.is_empty());
        Ok(Params { pairs })
    }

    /// The value of a parameter, `None` when absent or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// These parameters with one replaced, or removed when `value` is `None`.
    pub(crate) fn with(mut self, name: &str, value: Option<&str>) -> Params {
        self.pairs.retain(|(known, _)| known != name);
        if let Some(value) = value {
            self.pairs.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// The parameters in form encoding again.
    pub(crate) fn encode(&self) -> String {
        encode_pairs(self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// Form-encodes pairs.
pub(crate) fn encode_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        encode_into(&mut text, name);
        text.push('=');
        encode_into(&mut text, value);
    }
    text
}

/// Decodes one form-encoded component; `None` when it is not percent-encoded UTF-8 or holds a NUL.
pub(crate) fn decode(bytes: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'+' => out.push(b' '),
            b'%' => {
                let high = hex(*bytes.get(at + 1)?)?;
                let low = hex(*bytes.get(at + 2)?)?;
                out.push(high << 4 | low);
                at += 2;
            }
            byte => out.push(byte),
        }
        at += 1;
    }
    // PostgreSQL cannot store a NUL in text; nothing in the protocol needs one.
    String::from_utf8(out).ok().filter(|text| !text.contains('\0'))
}

fn hex(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|digit| digit as u8)
}

fn encode_into(text: &mut String, value: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(byte as char);
        } else {
            text.push('%');
            text.push(HEX[usize::from(byte >> 4)] as char);
            text.push(HEX[usize::from(byte & 15)] as char);
        }
    }
}

fn shorten(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_values_and_treats_empty_as_absent() {
        let params = Params::parse(b"a=1&b=&c=x+y%2Fz&d").expect("well formed");
        assert_eq!(params.get("a"), Some("1"));
        assert_eq!(params.get("b"), None);
        assert_eq!(params.get("c"), Some("x y/z"));
        assert_eq!(params.get("d"), None);
    }

    #[test]
    fn refuses_duplicates_bad_encoding_and_size() {
        assert_eq!(Params::parse(b"a=1&a=1"), Err(ParamsError::Duplicate("a".into())));
        assert_eq!(Params::parse(b"a=1&%61=2"), Err(ParamsError::Duplicate("a".into())));
        for text in [&b"a=%zz"[..], b"a=%f", b"a=%ff", b"a=%00", b"\xff=1"] {
            assert_eq!(Params::parse(text), Err(ParamsError::Encoding));
        }
        assert_eq!(Params::parse(&vec![b'a'; LIMIT_BYTES + 1]), Err(ParamsError::TooLong));
        let many: String = (0..=LIMIT_COUNT).map(|n| format!("a{n}=1&")).collect();
        assert_eq!(Params::parse(many.as_bytes()), Err(ParamsError::TooMany));
    }

    proptest! {
        #[test]
        fn encoding_and_decoding_agree(value in "[^\0]{1,40}") {
            let text = encode_pairs([("state", value.as_str())]);
            let params = Params::parse(text.as_bytes()).expect("own encoding");
            prop_assert_eq!(params.get("state"), Some(value.as_str()));
            prop_assert_eq!(params.encode(), text);
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Params::parse(&bytes);
        }
    }
}
