//! SHA-256 values as the protocol writes them: 64 lower-case hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::SectionName;

/// A SHA-256 value. Written and read as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 lower-case hexadecimal digits (SHA-256)")]
pub struct NotAHash;

impl Hash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes themselves.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The hash of a whole inventory: SHA-256 over one line `name=hash\n` per section, names ascending.
///
/// The caller gives sections in ascending name order, as every `BTreeMap` here does.
pub fn state_hash<'a>(sections: impl IntoIterator<Item = (SectionName, &'a Hash)>) -> Hash {
    let mut digest = Sha256::new();
    for (name, hash) in sections {
        digest.update(name.as_str());
        digest.update("=");
        digest.update(hash.hex());
        digest.update("\n");
    }
    Hash(digest.finalize().into())
}

impl Hash {
    fn hex(&self) -> [u8; 64] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut out = [0; 64];
        for (byte, pair) in self.0.iter().zip(out.as_chunks_mut::<2>().0) {
            *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
        }
        out
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.hex()).expect("hexadecimal digits are ASCII"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(NotAHash);
        }
        let mut out = [0; 32];
        for (byte, [high, low]) in out.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(Self(out))
    }
}

fn digit(byte: u8) -> Result<u8, NotAHash> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(NotAHash),
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HashText;
        impl Visitor<'_> for HashText {
            type Value = Hash;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("64 lower-case hexadecimal digits")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hash, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(HashText)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_what_it_writes_and_nothing_else() {
        let hash = Hash::of(b"abc");
        let text = hash.to_string();
        assert_eq!(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(text.parse(), Ok(hash));
        assert_eq!(text.to_uppercase().parse::<Hash>(), Err(NotAHash));
        assert_eq!(text[1..].parse::<Hash>(), Err(NotAHash));
        assert_eq!(format!("{text}00").parse::<Hash>(), Err(NotAHash));
    }

    #[test]
    fn the_state_hash_is_over_name_equals_hash_lines() {
        let (a, b) = (Hash::of(b"a"), Hash::of(b"b"));
        let lines = format!("disks={a}\nidentity={b}\n");
        assert_eq!(
            state_hash([(SectionName::Disks, &a), (SectionName::Identity, &b)]),
            Hash::of(lines.as_bytes())
        );
    }
}
