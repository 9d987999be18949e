//! Apple's volume-purchase location token ("content token"): base64 of a small JSON object.

use jiff::Timestamp;
use serde::Deserialize;

use crate::error::CredentialError;
use crate::secret::Secret;
use crate::upload::{check_size, from_base64};

/// A token that can be used.
#[derive(Clone, Debug)]
pub struct LocationToken {
    pub expires_at: Timestamp,
    /// The organisation it was given to.
    pub organization: String,
    /// The whole upload without white space: what Apple's API takes as its bearer token.
    pub bearer: Secret,
}

/// As Apple writes it. Fields that are added later do no harm.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inner {
    token: Option<String>,
    exp_date: Option<String>,
    org_name: Option<String>,
}

/// Reads the `.vpptoken` file, or its text pasted.
///
/// # Errors
/// The first thing wrong with it.
pub fn read_location_token(bytes: &[u8], now: Timestamp) -> Result<LocationToken, CredentialError> {
    check_size(bytes)?;
    let json = from_base64(bytes).ok_or(CredentialError::NotBase64)?;
    let inner: Inner = serde_json::from_slice(&json).map_err(|error| crate::error::json(&error))?;
    inner.token.filter(|token| !token.is_empty()).ok_or(CredentialError::FieldMissing("token"))?;
    let organization = inner.org_name.ok_or(CredentialError::FieldMissing("orgName"))?;
    let expiry = inner.exp_date.ok_or(CredentialError::FieldMissing("expDate"))?;
    let expires_at = apple_instant(&expiry).ok_or(CredentialError::NotTime("expDate"))?;
    if expires_at <= now {
        return Err(CredentialError::TokenExpired(expires_at));
    }
    let bearer =
        bytes.iter().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| char::from(*byte)).collect();
    Ok(LocationToken { expires_at, organization, bearer: Secret::new(bearer) })
}

/// A date and time in one of Apple's files or answers. Apple writes the offset without its colon (`2027-01-31T12:00:00-0700`); RFC 3339 is taken too.
pub fn apple_instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text).ok())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn a_token_tells_its_expiry_and_organisation() {
        let now = Timestamp::UNIX_EPOCH;
        let json = r#"{"token":"c2VjcmV0","expDate":"2027-01-31T12:00:00-0700","orgName":"Contoso"}"#;
        let text = STANDARD.encode(json);
        let (start, end) = text.split_at(40);
        let read = read_location_token(format!("{start}\n{end}\n").as_bytes(), now).unwrap();
        assert_eq!(read.expires_at.to_string(), "2027-01-31T19:00:00Z");
        assert_eq!((read.organization.as_str(), read.bearer.reveal()), ("Contoso", text.as_str()));
        assert!(!format!("{read:?}").contains(&text));
    }

    #[test]
    fn wrong_tokens_are_told_apart() {
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        for (json, why) in [
            (r#"{"expDate":"2027-01-31T12:00:00-0700","orgName":"C"}"#, "field_missing"),
            (r#"{"token":"","expDate":"2027-01-31T12:00:00-0700","orgName":"C"}"#, "field_missing"),
            (r#"{"token":"t","expDate":"soon","orgName":"C"}"#, "not_a_time"),
            (r#"{"token":"t","expDate":"2026-11-21T00:00:00+0000","orgName":"C"}"#, "token_expired"),
            (r#"{"token":7}"#, "not_json"),
            ("hello", "not_json"),
        ] {
            let refused = read_location_token(STANDARD.encode(json).as_bytes(), now).err().unwrap();
            assert_eq!(refused.code(), why, "{json}");
        }
        assert_eq!(read_location_token(b"!!", now).err(), Some(CredentialError::NotBase64));
        assert_eq!(read_location_token(b"PK\x03\x04", now).err(), Some(CredentialError::Zip));
        assert_eq!(read_location_token(b"", now).err(), Some(CredentialError::Empty));
    }
}
