//! JSON string escaping, eight bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Appends `text` in quotes.
#[inline]
pub(super) fn quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escaped(out, text);
    out.push(b'"');
}

/// Appends `text` without quotes, escaped.
#[inline]
pub(super) fn escaped(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
    } else {
        escape_slowly(out, bytes);
    }
}

/// Whether no byte needs escaping: no control character, quote or backslash.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    let mut chunks = bytes.chunks_exact(8);
    let mut found = 0;
    for chunk in &mut chunks {
        found |= special(u64::from_le_bytes(chunk.try_into().expect("chunks of eight")));
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut last = [b' '; 8];
        last[..rest.len()].copy_from_slice(rest);
        found |= special(u64::from_le_bytes(last));
    }
    found == 0
}

/// Not zero if a byte of `word` is below 0x20, a quote or a backslash ("Bit Twiddling Hacks", zero in a word).
#[inline]
const fn special(word: u64) -> u64 {
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (control | zero(word ^ (ONES * b'"' as u64)) | zero(word ^ (ONES * b'\\' as u64))) & HIGHS
}

#[inline]
const fn zero(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word
}

fn escape_slowly(out: &mut Vec<u8>, bytes: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for &byte in bytes {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            0..0x20 => {
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
            _ => out.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_serde_json(text in any::<String>(), extra in "[\\x00-\\x7f]{0,20}") {
            let text = text + &extra;
            let mut out = Vec::new();
            super::quoted(&mut out, &text);
            prop_assert_eq!(String::from_utf8(out).expect("UTF-8"), serde_json::to_string(&text).expect("text"));
        }
    }
}
