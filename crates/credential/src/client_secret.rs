//! A client secret: a text that another service made, and the day it stops working.

use jiff::Timestamp;

use crate::error::CredentialError;
use crate::secret::Secret;

const CHARS_MAX: usize = 4_096;
/// Shorter secrets show no hint: it would be a good part of them.
const HINTED_CHARS_MIN: usize = 12;

/// A secret that can be used.
#[derive(Clone, Debug)]
pub struct ClientSecret {
    pub value: Secret,
    /// Its first three characters, by which people tell secrets apart.
    pub hint: Option<String>,
    pub expires_at: Timestamp,
}

/// Reads a secret as somebody pasted it.
///
/// # Errors
/// [`CredentialError::SecretShape`], [`CredentialError::TooLarge`] or [`CredentialError::SecretExpired`].
pub fn read_client_secret(
    text: &str,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<ClientSecret, CredentialError> {
    if text.len() > CHARS_MAX {
        return Err(CredentialError::TooLarge);
    }
    if text.is_empty() || text.trim() != text || text.chars().any(char::is_control) {
        return Err(CredentialError::SecretShape);
    }
    if expires_at <= now {
        return Err(CredentialError::SecretExpired);
    }
    let is_long = text.chars().count() >= HINTED_CHARS_MIN;
    let hint = is_long.then(|| text.chars().take(3).collect());
    Ok(ClientSecret { value: Secret::new(text.to_owned()), hint, expires_at })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn secrets_are_kept_whole_and_not_shown() {
        let now = Timestamp::UNIX_EPOCH;
        let later = now + SignedDuration::from_secs(1);
        let read = read_client_secret("abcdefghijkl", later, now).unwrap();
        assert_eq!((read.value.reveal(), read.hint.as_deref()), ("abcdefghijkl", Some("abc")));
        assert!(!format!("{read:?}").contains("defghijkl"));
        assert_eq!(read_client_secret("short", later, now).unwrap().hint, None);
        for text in ["", " a", "a\n", "a\nb", "a\0b"] {
            assert_eq!(read_client_secret(text, later, now).err(), Some(CredentialError::SecretShape));
        }
        assert_eq!(read_client_secret("a", now, now).err(), Some(CredentialError::SecretExpired));
        assert_eq!(read_client_secret(&"a".repeat(5_000), later, now).err(), Some(CredentialError::TooLarge));
    }
}
