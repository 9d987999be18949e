//! What somebody uploads, taken apart: certificates and perhaps a private key, whatever the form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p12_keystore::Pkcs12Archive;
use x509_parser::pem::Pem;
use zeroize::Zeroizing;

use crate::ber::{Broken, INTEGER, Node, SEQUENCE};
use crate::error::CredentialError;
use crate::key::PrivateKey;

/// The most a credential may weigh, in bytes.
pub const BYTES_MAX: usize = 1024 * 1024;
const CERTIFICATES_MAX: usize = 32;

/// What somebody uploads or pastes.
#[derive(Clone, Copy)]
pub struct Upload<'a> {
    /// The file: certificates in PEM or DER, or PKCS#12. A PEM file may hold the private key as well.
    pub bytes: &'a [u8],
    /// Opens PKCS#12 and encrypted private keys. An empty text counts as none where none is needed.
    pub password: Option<&'a str>,
    /// The private key in a file of its own, PEM or DER.
    pub private_key: Option<&'a [u8]>,
}

impl<'a> Upload<'a> {
    /// A file alone.
    pub fn of(bytes: &'a [u8]) -> Upload<'a> {
        Upload { bytes, password: None, private_key: None }
    }
}

/// An upload's parts: at least one certificate, in DER, in the file's order.
pub(crate) struct Parts {
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) key: Option<PrivateKey>,
}

/// Refuses what no reader should look at.
pub(crate) fn check_size(bytes: &[u8]) -> Result<(), CredentialError> {
    if bytes.is_empty() {
        return Err(CredentialError::Empty);
    }
    if bytes.len() > BYTES_MAX {
        return Err(CredentialError::TooLarge);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Err(CredentialError::Zip);
    }
    Ok(())
}

pub(crate) fn take_apart(upload: &Upload<'_>) -> Result<Parts, CredentialError> {
    check_size(upload.bytes)?;
    let mut parts = match upload.bytes {
        [SEQUENCE, ..] => from_der(upload.bytes, upload.password)?,
        bytes if contains(bytes, b"-----BEGIN ") => from_pem(bytes, upload.password)?,
        bytes => {
            let der = from_base64(bytes).ok_or(CredentialError::NotCertificate)?;
            from_der(&der, upload.password)?
        }
    };
    if let Some(bytes) = upload.private_key {
        check_size(bytes)?;
        parts.key = Some(PrivateKey::read(bytes, upload.password)?);
    }
    if parts.certificates.len() > CERTIFICATES_MAX {
        return Err(CredentialError::TooMany);
    }
    Ok(parts)
}

pub(crate) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Bytes of base64 text, line breaks allowed.
pub(crate) fn from_base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let tight: Zeroizing<Vec<u8>> =
        text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>().into();
    STANDARD.decode(&*tight).ok().filter(|bytes| !bytes.is_empty()).map(Zeroizing::new)
}

/// A certificate begins with a sequence in a sequence; PKCS#12 with its version, 3.
fn from_der(bytes: &[u8], password: Option<&str>) -> Result<Parts, CredentialError> {
    let node = match Node::read(bytes) {
        Ok((node, _)) => node,
        Err(Broken::Short) => return Err(CredentialError::Truncated),
        Err(Broken::Malformed) => return Err(CredentialError::NotCertificate),
    };
    match node.nodes().first() {
        Some(first) if first.tag == INTEGER && first.bytes() == [3] => from_pkcs12(bytes, password),
        Some(first) if first.tag == SEQUENCE => Ok(Parts { certificates: vec![bytes.to_vec()], key: None }),
        _ => Err(CredentialError::NotCertificate),
    }
}

fn from_pkcs12(bytes: &[u8], password: Option<&str>) -> Result<Parts, CredentialError> {
    use p12_keystore::error::Error;
    let archive = Pkcs12Archive::from_pkcs12(bytes, password.unwrap_or("")).map_err(|error| match error {
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_)
            if password.is_none_or(str::is_empty) =>
        {
            CredentialError::PasswordMissing
        }
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => CredentialError::WrongPassword,
        Error::InvalidPrivateKey => CredentialError::PrivateKeyUnreadable,
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm | Error::InvalidParameters => {
            CredentialError::Protection("PKCS#12".to_owned())
        }
        _ => CredentialError::NotCertificate,
    })?;
    if archive.certs.is_empty() {
        return Err(CredentialError::NotCertificate);
    }
    let certificates = archive.certs.iter().map(|bag| bag.cert.as_der().to_vec()).collect();
    let key = match archive.keys.first() {
        Some(bag) => Some(PrivateKey::from_der(bag.key.as_der())?),
        None => None,
    };
    Ok(Parts { certificates, key })
}

fn from_pem(bytes: &[u8], password: Option<&str>) -> Result<Parts, CredentialError> {
    let mut parts = Parts { certificates: Vec::new(), key: None };
    for block in blocks(bytes)? {
        let contents = Zeroizing::new(block.contents);
        match block.label.as_str() {
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                parts.certificates.push(contents.to_vec());
            }
            label if label.ends_with("PRIVATE KEY") && parts.key.is_none() => {
                parts.key = Some(PrivateKey::from_block(label, &contents, password)?);
            }
            _ => {}
        }
    }
    if parts.certificates.is_empty() {
        return Err(CredentialError::NotCertificate);
    }
    Ok(parts)
}

/// The blocks of a PEM text.
pub(crate) fn blocks(bytes: &[u8]) -> Result<Vec<Pem>, CredentialError> {
    let n_begun = bytes.windows(11).filter(|window| window == b"-----BEGIN ").count();
    let n_ended = bytes.windows(9).filter(|window| window == b"-----END ").count();
    if n_ended < n_begun {
        return Err(CredentialError::Truncated);
    }
    // Keys of before PKCS#8 name their cipher in lines that are no base64.
    if contains(bytes, b"Proc-Type: 4,ENCRYPTED") {
        return Err(CredentialError::Protection("the old PEM encryption".to_owned()));
    }
    let read: Result<Vec<Pem>, _> = Pem::iter_from_buffer(bytes).collect();
    read.map_err(|_| CredentialError::NotBase64)
}
