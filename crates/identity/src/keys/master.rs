//! The master key: 32 random bytes in a file that only the owner can read.
//!
//! From it come, by HMAC with a purpose, the key that seals private signing keys (AES-256-GCM) and the key of the
//! forms' tokens. Losing the file means new signing keys and new sign-ins, nothing more.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use world::World;

use crate::codec;

/// The keys derived from the master key file.
#[derive(Clone)]
pub(crate) struct Master {
    seal: [u8; 32],
    forms: [u8; 32],
}

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MasterError {
    #[error("cannot read or create the key file {path}: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("the key file {path} can be read by others; run: chmod 600 {path}")]
    Permissions { path: String },
    #[error("the key file {path} must hold exactly 32 bytes; restore it from a backup")]
    Length { path: String },
}

impl Master {
    /// Reads the key file, or makes one (mode 0600) when there is none.
    pub(crate) fn open(path: &Path, world: &World) -> Result<Master, MasterError> {
        let shown = path.display().to_string();
        let io = |source| MasterError::Io { path: shown.clone(), source };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(mut file) => {
                let bytes: [u8; 32] = world.entropy.bytes();
                file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(io)?;
                Ok(Master::derive(&bytes))
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Master::read(path, &shown),
            Err(error) => Err(io(error)),
        }
    }

    fn read(path: &Path, shown: &str) -> Result<Master, MasterError> {
        let io = |source| MasterError::Io { path: shown.to_owned(), source };
        let file = std::fs::File::open(path).map_err(io)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            if file.metadata().map_err(io)?.permissions().mode() & 0o077 != 0 {
                return Err(MasterError::Permissions { path: shown.to_owned() });
            }
        }
        let mut bytes = Vec::new();
        file.take(33).read_to_end(&mut bytes).map_err(io)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| MasterError::Length { path: shown.to_owned() })?;
        Ok(Master::derive(&bytes))
    }

    fn derive(bytes: &[u8; 32]) -> Master {
        Master {
            seal: codec::hmac_sha256(bytes, b"quarterdeck identity: sealed keys"),
            forms: codec::hmac_sha256(bytes, b"quarterdeck identity: form tokens"),
        }
    }

    /// Seals a secret under a name; the answer is nonce, ciphertext and tag.
    pub(crate) fn seal(&self, name: &str, secret: &[u8], world: &World) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = world.entropy.bytes();
        let mut sealed = secret.to_vec();
        self.cipher()
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name), &mut sealed)
            .expect("secrets here are far below the cipher's length limit");
        [&nonce[..], &sealed].concat()
    }

    /// Opens what [`Master::seal`] made under the same name; `None` when key, name or bytes differ.
    pub(crate) fn unseal(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let length = self.cipher().open_in_place(nonce, Aad::from(name), &mut body).ok()?.len();
        body.truncate(length);
        Some(body)
    }

    /// The token of a form: tied to the browser's cookie and the form's purpose.
    pub(crate) fn form_token(&self, purpose: &str, cookie: &str) -> String {
        codec::encode(&codec::hmac_sha256(&self.forms, format!("{purpose}\n{cookie}").as_bytes()))
    }

    fn cipher(&self) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.seal).expect("the key has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn the_file_is_made_once_private_and_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("identity.key");
        let world = World::seeded(1, Timestamp::UNIX_EPOCH);
        let first = Master::open(&path, &world).expect("made");
        let sealed = first.seal("kid", b"secret", &world);
        let second = Master::open(&path, &world).expect("read");
        assert_eq!(second.unseal("kid", &sealed).as_deref(), Some(&b"secret"[..]));
        assert_eq!(second.unseal("other", &sealed), None);
        assert_eq!(second.unseal("kid", &sealed[1..]), None);
        assert_eq!(second.unseal("kid", b""), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("ours");
            assert!(matches!(Master::open(&path, &world), Err(MasterError::Permissions { .. })));
        }
    }
}
