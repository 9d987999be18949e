//! Encrypted messages (RFC 5652 `EnvelopedData`, S/MIME), opened with an RSA key.
//!
//! Key transport by RSA (PKCS#1 v1.5, or OAEP with SHA-1 or SHA-256); content in AES-CBC or 3DES-CBC. Nothing is
//! authenticated by this format: whoever has the public key could have written the message.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, Pkcs1PrivateDecryptingKey,
    PrivateDecryptingKey,
};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use zeroize::Zeroizing;

use crate::ber::{Broken, INTEGER, Node, OCTET_STRING, OID, SEQUENCE, SET};
use crate::error::CredentialError;
use crate::upload::{blocks, contains, from_base64};

const ENVELOPED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const RSA_OAEP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x07];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const AES_128_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02];
const AES_192_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16];
const AES_256_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a];
const DES_EDE3_CBC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07];

/// `[0]`, constructed and primitive.
const CONTEXT_0: [u8; 2] = [0xa0, 0x80];

/// What was encrypted, given the message in DER, BER, PEM, S/MIME or bare base64, and the key in PKCS#8.
pub(crate) fn decrypt(message: &[u8], key_der: &[u8]) -> Result<Zeroizing<Vec<u8>>, CredentialError> {
    let der = binary(message)?;
    let (root, _) = Node::read(&der).map_err(|broken| match broken {
        Broken::Short => CredentialError::Truncated,
        Broken::Malformed => CredentialError::NotEnvelope,
    })?;
    let envelope = Envelope::of(&root).ok_or(CredentialError::NotEnvelope)?;
    let key = PrivateDecryptingKey::from_pkcs8(key_der).map_err(|_| CredentialError::PrivateKeyUnreadable)?;
    // The key may fit any of the recipients; trying all tells as much as comparing names would.
    let mut keys = envelope.recipients.iter().filter_map(|recipient| recipient.content_key(&key));
    keys.find_map(|content_key| envelope.open(&content_key)).unwrap_or(Err(CredentialError::OtherRecipient))
}

fn binary(message: &[u8]) -> Result<Vec<u8>, CredentialError> {
    if message.first() == Some(&SEQUENCE) {
        return Ok(message.to_vec());
    }
    if contains(message, b"-----BEGIN ") {
        let found = blocks(message)?.into_iter().next();
        return found.map(|block| block.contents).ok_or(CredentialError::NotEnvelope);
    }
    // Headers end at the first empty line; without headers there is none of them before the text.
    let has_headers = message.iter().take_while(|byte| **byte != b'\n').any(|byte| *byte == b':');
    let text = if has_headers { after_headers(message) } else { message };
    match from_base64(text) {
        Some(bytes) => Ok(bytes.to_vec()),
        None if contains(message, b"pkcs7-mime") => Err(CredentialError::Truncated),
        None => Err(CredentialError::NotEnvelope),
    }
}

fn after_headers(message: &[u8]) -> &[u8] {
    let ends: [&[u8]; 2] = [b"\r\n\r\n", b"\n\n"];
    let places = ends.iter().filter_map(|end| {
        message.windows(end.len()).position(|window| window == *end).map(|place| place + end.len())
    });
    places.min().map_or(&[], |place| &message[place..])
}

struct Envelope<'a> {
    recipients: Vec<Recipient<'a>>,
    cipher: &'a [u8],
    vector: &'a [u8],
    content: Zeroizing<Vec<u8>>,
}

struct Recipient<'a> {
    algorithm: &'a [u8],
    is_sha256: bool,
    encrypted_key: Vec<u8>,
}

impl<'a> Envelope<'a> {
    /// Reads `ContentInfo { OID, [0] EnvelopedData { version, [0]?, SET, EncryptedContentInfo, … } }`.
    fn of(root: &Node<'a>) -> Option<Envelope<'a>> {
        let [kind, wrapped] = root.nodes() else { return None };
        if kind.tag != OID || kind.bytes() != ENVELOPED_DATA {
            return None;
        }
        let inner = wrapped.nodes().first().filter(|node| node.tag == SEQUENCE)?;
        let set = inner.nodes().iter().find(|node| node.tag == SET)?;
        let info = inner.nodes().iter().find(|node| node.tag == SEQUENCE)?;
        let algorithm = info.nodes().get(1)?;
        let content = info.nodes().iter().find(|node| CONTEXT_0.contains(&node.tag))?;
        Some(Envelope {
            recipients: set.nodes().iter().filter_map(Recipient::of).collect(),
            cipher: algorithm.nodes().first()?.bytes(),
            vector: algorithm.nodes().get(1).map_or(&[], Node::bytes),
            content: Zeroizing::new(content.octets()),
        })
    }

    /// The content under this key; none when the key is of another length or does not open it.
    fn open(&self, key: &[u8]) -> Option<Result<Zeroizing<Vec<u8>>, CredentialError>> {
        let opened = match self.cipher {
            AES_128_CBC => open_aes(&AES_128, key, self.vector, &self.content),
            AES_192_CBC => open_aes(&AES_192, key, self.vector, &self.content),
            AES_256_CBC => open_aes(&AES_256, key, self.vector, &self.content),
            DES_EDE3_CBC => open_3des(key, self.vector, &self.content),
            other => {
                let name = other.iter().map(|byte| format!("{byte:02x}")).collect();
                return Some(Err(CredentialError::Cipher(name)));
            }
        };
        opened.map(Ok)
    }
}

impl<'a> Recipient<'a> {
    /// A `KeyTransRecipientInfo { version, recipient, algorithm, key }`; other kinds of recipient are tagged.
    fn of(node: &Node<'a>) -> Option<Recipient<'a>> {
        let [version, _, algorithm, key] = node.nodes() else { return None };
        if node.tag != SEQUENCE || version.tag != INTEGER || key.tag & 0x1f != OCTET_STRING {
            return None;
        }
        Some(Recipient {
            algorithm: algorithm.nodes().first()?.bytes(),
            is_sha256: algorithm.nodes().get(1).is_some_and(names_sha256),
            encrypted_key: key.octets(),
        })
    }

    fn content_key(&self, key: &PrivateDecryptingKey) -> Option<Zeroizing<Vec<u8>>> {
        let mut out = Zeroizing::new(vec![0; key.key_size_bytes()]);
        let n_bytes = match self.algorithm {
            RSA => {
                let key = Pkcs1PrivateDecryptingKey::new(key.clone()).ok()?;
                key.decrypt(&self.encrypted_key, &mut out).ok()?.len()
            }
            RSA_OAEP => {
                let key = OaepPrivateDecryptingKey::new(key.clone()).ok()?;
                let hash = if self.is_sha256 { &OAEP_SHA256_MGF1SHA256 } else { &OAEP_SHA1_MGF1SHA1 };
                key.decrypt(hash, &self.encrypted_key, &mut out, None).ok()?.len()
            }
            _ => return None,
        };
        out.truncate(n_bytes);
        Some(out)
    }
}

fn names_sha256(node: &Node<'_>) -> bool {
    (node.tag == OID && node.bytes() == SHA256) || node.nodes().iter().any(names_sha256)
}

fn open_aes(
    algorithm: &'static Algorithm,
    key: &[u8],
    iv: &[u8],
    content: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let key = UnboundCipherKey::new(algorithm, key).ok()?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
    let iv = FixedLength::from(<&[u8; 16]>::try_from(iv).ok()?);
    let mut content = Zeroizing::new(content.to_vec());
    let n_bytes = key.decrypt(&mut content, DecryptionContext::Iv128(iv)).ok()?.len();
    content.truncate(n_bytes);
    Some(content)
}

fn open_3des(key: &[u8], iv: &[u8], content: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = cbc::Decryptor::<des::TdesEde3>::new_from_slices(key, iv).ok()?;
    cipher.decrypt_padded_vec::<Pkcs7>(content).ok().map(Zeroizing::new)
}
