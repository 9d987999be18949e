//! Connectors' secrets at rest: sealed, under a name that holds the tenant, the instance and the purpose.

use identity::Seal;
use jiff::Timestamp;
use store::{SqlError, Tx};
use uuid::Uuid;

use crate::sql::connector as sql;

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The credential in use.
    Credential,
    /// The key of a signing request or key pair whose answer is awaited.
    PendingKey,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Purpose::Credential => "credential",
            Purpose::PendingKey => "pendingKey",
        }
    }
}

/// A kept secret.
pub(crate) struct Kept {
    /// None when the key file is not the one it was sealed with.
    pub(crate) secret: Option<Vec<u8>>,
    /// What goes with it and is no secret: the signing request, the certificate.
    pub(crate) public_text: String,
}

pub(crate) fn put(
    tx: &mut Tx<'_, '_>,
    seal: &dyn Seal,
    (instance, purpose): (Uuid, Purpose),
    (secret, public_text): (&[u8], &str),
    now: Timestamp,
) -> Result<(), SqlError> {
    let sealed = seal.seal(&name(tx, instance, purpose), secret);
    let params = [instance.into(), purpose.as_str().into(), sealed.into(), public_text.into(), now.into()];
    tx.exec(&sql::PUT_SECRET, &params).map(drop)
}

pub(crate) fn find(
    tx: &mut Tx<'_, '_>,
    seal: &dyn Seal,
    instance: Uuid,
    purpose: Purpose,
) -> Result<Option<Kept>, SqlError> {
    let Some(row) = tx.row(&sql::FIND_SECRET, &[instance.into(), purpose.as_str().into()])? else {
        return Ok(None);
    };
    let sealed: Vec<u8> = row.get(0)?;
    let secret = seal.unseal(&name(tx, instance, purpose), &sealed);
    Ok(Some(Kept { secret, public_text: row.get(1)? }))
}

pub(crate) fn delete(tx: &mut Tx<'_, '_>, instance: Uuid, purpose: Purpose) -> Result<(), SqlError> {
    tx.exec(&sql::DELETE_SECRET, &[instance.into(), purpose.as_str().into()]).map(drop)
}

fn name(tx: &Tx<'_, '_>, instance: Uuid, purpose: Purpose) -> String {
    format!("connector:{}:{instance}:{}", tx.tenant(), purpose.as_str())
}

/// SHA-256 in hex: how tokens are kept.
pub(crate) fn token_hash(token: &str) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
