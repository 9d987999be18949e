//! Private keys: read, and compared with a certificate.

use der::Reader as _;
use rcgen::KeyPair;
use rustls_pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use crate::error::CredentialError;
use crate::secret::Secret;
use crate::upload::blocks;

/// More rounds than any tool asks for; it bounds how long a forged file keeps the processor.
const ROUNDS_MAX: u32 = 5_000_000;

/// A private key that can be used.
pub(crate) struct PrivateKey(KeyPair);

impl PrivateKey {
    /// A key in a file of its own.
    pub(crate) fn read(bytes: &[u8], password: Option<&str>) -> Result<PrivateKey, CredentialError> {
        if !bytes.windows(11).any(|window| window == b"-----BEGIN ") {
            return PrivateKey::from_der(bytes)
                .or_else(|error| from_encrypted(bytes, password).map_or(Err(error), |found| found));
        }
        let found = blocks(bytes)?.into_iter().find(|block| block.label.ends_with("PRIVATE KEY"));
        let block = found.ok_or(CredentialError::PrivateKeyUnreadable)?;
        PrivateKey::from_block(&block.label, &Zeroizing::new(block.contents), password)
    }

    pub(crate) fn from_block(
        label: &str,
        der: &[u8],
        password: Option<&str>,
    ) -> Result<PrivateKey, CredentialError> {
        if label == "ENCRYPTED PRIVATE KEY" {
            return from_encrypted(der, password).unwrap_or(Err(CredentialError::PrivateKeyUnreadable));
        }
        PrivateKey::from_der(der)
    }

    /// A key in PKCS#8, PKCS#1 or SEC1.
    pub(crate) fn from_der(der: &[u8]) -> Result<PrivateKey, CredentialError> {
        let unreadable = CredentialError::PrivateKeyUnreadable;
        let key = PrivateKeyDer::try_from(der).map_err(|_| unreadable.clone())?;
        KeyPair::try_from(&key).map(PrivateKey).map_err(|_| unreadable)
    }

    /// Whether the certificate with this public key, as in its `subjectPublicKey`, is this key's.
    pub(crate) fn is_of(&self, public_key: &[u8]) -> bool {
        self.0.public_key_raw() == public_key
    }

    /// PKCS#8, in PEM.
    pub(crate) fn to_pem(&self) -> Secret {
        Secret::new(self.0.serialize_pem())
    }

    pub(crate) fn to_der(&self) -> &[u8] {
        self.0.serialized_der()
    }
}

/// An encrypted key (RFC 5958), or none when the bytes are no such thing.
fn from_encrypted(der: &[u8], password: Option<&str>) -> Option<Result<PrivateKey, CredentialError>> {
    let mut reader = der::SliceReader::new(der).ok()?;
    let (scheme, data) = reader
        .sequence(|inner| {
            let scheme: pkcs5::EncryptionScheme = inner.decode()?;
            let data: &der::asn1::OctetStringRef = inner.decode()?;
            Ok::<_, der::Error>((scheme, data.as_bytes().to_vec()))
        })
        .ok()?;
    let rounds = scheme.pbes2().and_then(|p| p.kdf.pbkdf2()).map(|kdf| kdf.iteration_count);
    if rounds.is_none_or(|rounds| rounds > ROUNDS_MAX) {
        return Some(Err(CredentialError::Protection("the private key's".to_owned())));
    }
    let Some(password) = password.filter(|password| !password.is_empty()) else {
        return Some(Err(CredentialError::PasswordMissing));
    };
    // A wrong password shows as wrong padding, or, one time in 256, as a key that is none.
    let opened = scheme.decrypt(password, &data).map(Zeroizing::new);
    Some(match opened.map(|der| PrivateKey::from_der(&der)) {
        Ok(Ok(key)) => Ok(key),
        _ => Err(CredentialError::WrongPassword),
    })
}
