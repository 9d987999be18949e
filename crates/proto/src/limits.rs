//! How large a message may be, and the checks that hold it to that.

use crate::Malformed;

/// A body after inflating.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// Names, versions, models: anything a person reads on one line.
pub(crate) const MAX_TEXT_CHARS: usize = 256;
/// Mount points and keys may be paths.
pub(crate) const MAX_KEY_CHARS: usize = 1024;
pub(crate) const MAX_TOKEN_CHARS: usize = 4096;
pub(crate) const MAX_CSR_CHARS: usize = 16 * 1024;
pub(crate) const MAX_PACKAGES: usize = 20_000;
pub(crate) const MAX_DISKS: usize = 512;
pub(crate) const MAX_INTERFACES: usize = 1024;
pub(crate) const MAX_ADDRESSES: usize = 256;
pub(crate) const MAX_LOGGED_ON_USERS: usize = 1024;

/// A text that must be there, on one line, within `max` characters.
pub(crate) fn required(target: &str, text: &str, max: usize) -> Result<(), Malformed> {
    if text.is_empty() {
        return Err(Malformed::new(target, "must not be empty"));
    }
    within(target, text, max)
}

/// A text that, if there, is on one line and within 256 characters.
pub(crate) fn optional(target: &str, text: Option<&str>) -> Result<(), Malformed> {
    text.map_or(Ok(()), |text| within(target, text, MAX_TEXT_CHARS))
}

fn within(target: &str, text: &str, max: usize) -> Result<(), Malformed> {
    // A text of at most `max` bytes has at most `max` characters: count only when it may be too long.
    if text.len() > max {
        let count = text.chars().count();
        if count > max {
            return Err(Malformed::new(target, format!("has {count} characters; send at most {max}")));
        }
    }
    if text.chars().any(char::is_control) {
        return Err(Malformed::new(target, "contains a control character; send one line of plain text"));
    }
    Ok(())
}

/// A number of items.
pub(crate) fn count(target: &str, count: usize, max: usize) -> Result<(), Malformed> {
    if count > max {
        return Err(Malformed::new(target, format!("has {count} items; send at most {max}")));
    }
    Ok(())
}

/// A size or counter: it must fit the signed 64-bit column it is stored in.
pub(crate) fn size(target: &str, value: Option<u64>) -> Result<(), Malformed> {
    match value {
        Some(value) if i64::try_from(value).is_err() => {
            Err(Malformed::new(target, format!("is {value}; send at most {}", i64::MAX)))
        }
        _ => Ok(()),
    }
}

/// The text as the protocol takes it: control characters out, outer white space off, at most 256
/// characters. `None` when nothing is left.
///
/// Machines put anything into their firmware tables and package names; an agent passes what it reads
/// through this, so that an odd machine still reports.
pub fn clean_text(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|c| !c.is_control()).collect();
    let short: String = kept.trim().chars().take(MAX_TEXT_CHARS).collect();
    let short = short.trim_end();
    (!short.is_empty()).then(|| short.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_held_to_characters_not_bytes() {
        let wide = "é".repeat(256);
        assert_eq!(required("x", &wide, 256), Ok(()));
        let error = required("identity.deviceName", &"é".repeat(257), 256).unwrap_err();
        assert_eq!(error.to_string(), "identity.deviceName has 257 characters; send at most 256");
        assert!(required("x", "", 256).is_err());
        assert!(optional("x", Some("a\u{0}b")).is_err());
        assert_eq!(optional("x", None), Ok(()));
    }

    #[test]
    fn clean_text_is_always_acceptable() {
        assert_eq!(clean_text("  To Be\u{0} Filled\n"), Some("To Be Filled".to_owned()));
        assert_eq!(clean_text(" \u{1}\t"), None);
        let long = clean_text(&format!("{} x", "a".repeat(255))).expect("not empty");
        assert_eq!(long.len(), 255);
    }

    #[test]
    fn sizes_fit_a_signed_column() {
        assert_eq!(size("x", Some(i64::MAX as u64)), Ok(()));
        assert!(size("x", Some(i64::MAX as u64 + 1)).is_err());
    }
}
