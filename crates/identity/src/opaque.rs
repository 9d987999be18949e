//! Random secrets handed out as codes, refresh tokens, links and cookies.
//!
//! Each begins with its tenant's id, so that a cookie or token finds its tenant without a lookup across tenants.
//! At rest only the SHA-256 is kept.

use store::TenantId;
use uuid::Uuid;
use world::World;

use crate::codec;

const TENANT_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;

/// A secret in the form it is handed out: base64url of tenant id and 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Opaque {
    text: String,
    tenant: TenantId,
}

impl Opaque {
    pub(crate) fn new(tenant: TenantId, world: &World) -> Opaque {
        let secret: [u8; SECRET_BYTES] = world.entropy.bytes();
        let text = codec::encode(&[&tenant.0.as_bytes()[..], &secret].concat());
        Opaque { text, tenant }
    }

    /// Reads one that came back; `None` when it has another form.
    pub(crate) fn parse(text: &str) -> Option<Opaque> {
        if text.len() > 2 * (TENANT_BYTES + SECRET_BYTES) {
            return None;
        }
        let bytes = codec::decode(text)?;
        let (tenant, secret) = bytes.split_at_checked(TENANT_BYTES)?;
        let tenant = TenantId(Uuid::from_slice(tenant).ok()?);
        (secret.len() == SECRET_BYTES).then(|| Opaque { text: text.to_owned(), tenant })
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// What is handed out.
    pub(crate) fn reveal(&self) -> &str {
        &self.text
    }

    /// What is kept.
    pub(crate) fn hash(&self) -> String {
        codec::digest_hex(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_out_is_read_back_and_nothing_else() {
        let world = World::seeded(1, jiff::Timestamp::UNIX_EPOCH);
        let made = Opaque::new(TenantId(Uuid::from_u128(5)), &world);
        let read = Opaque::parse(made.reveal()).expect("ours");
        assert_eq!(read.tenant(), TenantId(Uuid::from_u128(5)));
        assert_eq!(read.hash(), made.hash());
        for text in ["", "abc", &made.reveal()[1..], &"a".repeat(10_000), "ä"] {
            assert!(Opaque::parse(text).is_none());
        }
    }
}
