//! Credentials of people: passwords (Argon2id) and one-time sign-in links.
//!
//! People themselves are rows of the directory; this adds how they prove who they are. There is no default password:
//! the first administrator gets a link. Slow hashing never runs inside a transaction.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use jiff::{SignedDuration, Timestamp};
use sql::{Sql, SqlError};
use store::Tx;
use uuid::Uuid;
use world::World;

use crate::opaque::Opaque;

/// How long a one-time sign-in link works: one day.
pub const LINK_SECONDS: i64 = 86_400;
/// The shortest password, in characters.
pub const PASSWORD_MIN_CHARS: usize = 12;
/// The longest password, in bytes; bounds the work of hashing.
const PASSWORD_MAX_BYTES: usize = 512;

const SET_PASSWORD: Sql = Sql::tenant(
    "insert into user_credential (tenant_id, user_id, password_hash, changed_at) values ($1, $2, $3, $4)
     on conflict (tenant_id, user_id) do update
       set password_hash = excluded.password_hash, changed_at = excluded.changed_at",
);
const PASSWORD: Sql =
    Sql::tenant("select password_hash from user_credential where tenant_id = $1 and user_id = $2");
const INSERT_LINK: Sql = Sql::tenant(
    "insert into sign_in_link (tenant_id, token_hash, user_id, created_at, expires_at) values ($1, $2, $3, $4, $5)",
);
const DROP_LINKS: Sql = Sql::tenant("delete from sign_in_link where tenant_id = $1 and user_id = $2");
const LINK: Sql = Sql::tenant(
    "select user_id from sign_in_link
     where tenant_id = $1 and token_hash = $2 and used_at is null and expires_at > $3",
);
const USE_LINK: Sql = Sql::tenant(
    "update sign_in_link set used_at = $3
     where tenant_id = $1 and token_hash = $2 and used_at is null and expires_at > $3 returning user_id",
);

/// Why a password was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("the password must have at least {PASSWORD_MIN_CHARS} characters")]
    TooShort,
    #[error("the password can have at most {PASSWORD_MAX_BYTES} bytes")]
    TooLong,
    #[error("the password must not contain the user name or be one character repeated")]
    TooEasy,
}

/// A password's Argon2id hash (PHC string), ready to be stored.
#[derive(Clone)]
pub struct HashedPassword(String);

/// Checks the rules for a new password.
pub fn check_password(password: &str, user_principal_name: &str) -> Result<(), PasswordError> {
    if password.chars().count() < PASSWORD_MIN_CHARS {
        return Err(PasswordError::TooShort);
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    let name = user_principal_name.split('@').next().unwrap_or_default().to_lowercase();
    let contains_name = name.chars().count() >= 3 && password.to_lowercase().contains(&name);
    let first = password.chars().next();
    if contains_name || password.chars().all(|c| Some(c) == first) {
        return Err(PasswordError::TooEasy);
    }
    Ok(())
}

/// Hashes a password: about 20 ms of work and 19 MiB (OWASP's minimum for Argon2id).
pub fn hash_password(password: &str, salt: [u8; 16]) -> HashedPassword {
    let salt = SaltString::encode_b64(&salt).expect("16 bytes are a valid salt");
    let hash =
        argon2().hash_password(password.as_bytes(), &salt).expect("the parameters are valid constants");
    HashedPassword(hash.to_string())
}

/// Whether the password belongs to the hash. Without a hash it does the same work and answers no, so that the time
/// does not tell whether an account exists.
pub(crate) fn verify_password(password: &str, hash: Option<&HashedPassword>) -> bool {
    const NOBODY: [u8; 16] = [7; 16];
    if password.len() > PASSWORD_MAX_BYTES {
        return false;
    }
    let Some(hash) = hash else {
        drop(hash_password(password, NOBODY));
        return false;
    };
    PasswordHash::new(&hash.0)
        .is_ok_and(|parsed| argon2().verify_password(password.as_bytes(), &parsed).is_ok())
}

/// Stores a password.
pub fn set_password(
    tx: &mut Tx<'_, '_>,
    user: Uuid,
    hash: &HashedPassword,
    now: Timestamp,
) -> Result<(), SqlError> {
    tx.exec(&SET_PASSWORD, &[user.into(), (&hash.0).into(), now.into()])?;
    // An unused link would let an old holder in beside the new password.
    tx.exec(&DROP_LINKS, &[user.into()]).map(drop)
}

pub(crate) fn password(tx: &mut Tx<'_, '_>, user: Uuid) -> Result<Option<HashedPassword>, SqlError> {
    tx.row(&PASSWORD, &[user.into()])?.map(|row| row.get(0).map(HashedPassword)).transpose()
}

/// Makes a one-time sign-in link for a person; any earlier one stops working. The answer is the link's secret, to be
/// shown once: [`crate::Identity::link_url`] makes it an address.
pub fn create_link(
    tx: &mut Tx<'_, '_>,
    world: &World,
    user: Uuid,
    now: Timestamp,
) -> Result<String, SqlError> {
    let token = Opaque::new(tx.tenant(), world);
    let expires = now + SignedDuration::from_secs(LINK_SECONDS);
    tx.exec(&DROP_LINKS, &[user.into()])?;
    tx.exec(&INSERT_LINK, &[token.hash().into(), user.into(), now.into(), expires.into()])?;
    Ok(token.reveal().to_owned())
}

/// The person of a link that still works; does not use it up.
pub(crate) fn link(tx: &mut Tx<'_, '_>, token: &Opaque, now: Timestamp) -> Result<Option<Uuid>, SqlError> {
    tx.row(&LINK, &[token.hash().into(), now.into()])?.map(|row| row.get(0)).transpose()
}

/// Uses a link up. One of several callers at once gets the person, the others nothing.
pub(crate) fn use_link(
    tx: &mut Tx<'_, '_>,
    token: &Opaque,
    now: Timestamp,
) -> Result<Option<Uuid>, SqlError> {
    tx.row(&USE_LINK, &[token.hash().into(), now.into()])?.map(|row| row.get(0)).transpose()
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("19 MiB, 2 passes, 1 lane are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_for_passwords() {
        for (password, expected) in [
            ("correct horse battery", Ok(())),
            ("elevenchars", Err(PasswordError::TooShort)),
            ("aaaaaaaaaaaaaaaa", Err(PasswordError::TooEasy)),
            ("my name is Lovelace", Err(PasswordError::TooEasy)),
        ] {
            assert_eq!(check_password(password, "lovelace@deck.example"), expected, "{password}");
        }
        assert_eq!(check_password(&"ab".repeat(300), "x@y"), Err(PasswordError::TooLong));
    }

    #[test]
    fn only_the_password_itself_verifies() {
        let hash = hash_password("correct horse battery", [1; 16]);
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify_password("correct horse battery", Some(&hash)));
        assert!(!verify_password("Correct horse battery", Some(&hash)));
        assert!(!verify_password("correct horse battery", None));
        assert!(!verify_password(&"a".repeat(1 << 20), Some(&hash)));
    }
}
