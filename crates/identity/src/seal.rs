//! Keeping secrets at rest: what other parts of the house ask of the installation's key file.

use crate::Identity;

/// Keeps secrets at rest: whoever holds the key file.
pub trait Seal: Send + Sync + 'static {
    /// `secret`, readable only with the key and under the same name.
    fn seal(&self, name: &str, secret: &[u8]) -> Vec<u8>;
    /// What [`Seal::seal`] was given, or None when key, name or bytes differ.
    fn unseal(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>>;
}

/// The secrets of the house are named apart from the authorization server's own.
impl Seal for Identity {
    fn seal(&self, name: &str, secret: &[u8]) -> Vec<u8> {
        self.inner.master.seal(&format!("house:{name}"), secret, &self.inner.world)
    }

    fn unseal(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        self.inner.master.unseal(&format!("house:{name}"), sealed)
    }
}
