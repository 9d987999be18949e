//! Who was erased, so that they stay erased: a backup from before the erasure, and what the operational store still
//! holds, must not bring anybody back.
//!
//! What is kept is no id but a digest of it under a key: it can tell that an id is meant when somebody shows it, and
//! gives nobody away who does not know the id already. The list, its key with it, goes into every backup. The ids
//! that take the place of erased ones come from a secret of the tenant that never leaves the operational store, so
//! that they are the same in every table, on every day and after every restore, and lead to nobody outside. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Bytes of a secret, a key or a digest.
const N_BYTES: usize = 32;
type Bytes = [u8; N_BYTES];

/// The digests of erased ids under one key, as a manifest has them: hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasedList {
    /// What the digests are made with.
    pub key: String,
    /// One for each id, in rising order.
    pub digests: Vec<String>,
}

/// Everybody who was erased from one tenant's warehouse.
#[derive(Clone, Debug)]
pub struct Suppression {
    aliases: Keyed,
    own_key: Bytes,
    lists: Vec<(Keyed, BTreeSet<Bytes>)>,
}

/// A secret that begins every message: SHA-256 has taken it in already, as a whole block of its own.
#[derive(Clone, Debug)]
struct Keyed(Sha256);

impl Keyed {
    fn new(key: &Bytes, purpose: &str) -> Self {
        let mut block = [0_u8; 64];
        block[..N_BYTES].copy_from_slice(key);
        for (place, byte) in block[N_BYTES..].iter_mut().zip(purpose.bytes()) {
            *place = byte;
        }
        Self(Sha256::new_with_prefix(block))
    }

    fn digest(&self, id: &str) -> Bytes {
        self.0.clone().chain_update(id).finalize().into()
    }
}

impl Suppression {
    /// Everybody of `lists`, with the tenant's own secret. Lists that cannot be read are left out: they have been
    /// checked when they came ([`ErasedList::is_sound`]).
    pub fn new(secret: &[u8; 32], lists: &[ErasedList]) -> Self {
        let list = |list: &ErasedList| {
            let digests = list.digests.iter().filter_map(|digest| bytes(digest)).collect();
            Some((Keyed::new(&bytes(&list.key)?, "erased"), digests))
        };
        Self {
            aliases: Keyed::new(secret, "alias"),
            own_key: Keyed::new(secret, "list").digest(""),
            lists: lists.iter().filter_map(list).collect(),
        }
    }

    /// The tenant's own list with just these ids, to be kept.
    pub fn list_of<'i>(&self, ids: impl IntoIterator<Item = &'i str>) -> ErasedList {
        let keyed = Keyed::new(&self.own_key, "erased");
        let digests: BTreeSet<_> = ids.into_iter().map(|id| hexadecimal(&keyed.digest(id))).collect();
        ErasedList { key: hexadecimal(&self.own_key), digests: digests.into_iter().collect() }
    }

    /// Whether nobody was erased.
    pub fn is_empty(&self) -> bool {
        self.lists.iter().all(|(_, digests)| digests.is_empty())
    }

    /// Whether this id was erased.
    pub fn holds(&self, id: &str) -> bool {
        self.lists.iter().any(|(keyed, digests)| !digests.is_empty() && digests.contains(&keyed.digest(id)))
    }

    /// What takes the place of an erased id: it stands among its neighbours where the id stands, by its first sign
    /// and no more.
    pub fn alias(&self, id: &str) -> String {
        let digest = self.aliases.digest(id);
        let other = Uuid::from_bytes(*digest.first_chunk().expect("a digest has more than 16 bytes"));
        let other = other.hyphenated().to_string();
        let first = id.chars().next().unwrap_or('0');
        std::iter::once(first).chain(other.chars().skip(1)).collect()
    }

    /// Of these ids the erased ones, and what takes their place.
    pub fn aliases<'i>(&self, ids: impl IntoIterator<Item = &'i str>) -> BTreeMap<String, String> {
        let erased = ids.into_iter().filter(|id| self.holds(id));
        erased.map(|id| (id.to_owned(), self.alias(id))).collect()
    }

    /// Tells one state of the lists from another.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for (keyed, digests) in &self.lists {
            hash.update(keyed.digest("fingerprint"));
            digests.iter().for_each(|digest| hash.update(digest));
        }
        hexadecimal(&hash.finalize())
    }
}

impl ErasedList {
    /// Whether key and digests are what they should be.
    pub fn is_sound(&self) -> bool {
        std::iter::once(&self.key).chain(&self.digests).all(|text| bytes(text).is_some())
    }
}

/// Bytes as a table or a manifest has them.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that are written so; nothing when it is something else.
pub(crate) fn bytes(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; N_BYTES];
    let digits = text.as_bytes();
    if digits.len() != 2 * N_BYTES || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (place, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *place = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: &str = "b1f0c7aa-0000-4000-8000-000000000001";
    const BOB: &str = "b1f0c7aa-0000-4000-8000-000000000002";

    fn erased(secret: u8, ids: &[&str]) -> (ErasedList, Suppression) {
        let list = Suppression::new(&[secret; 32], &[]).list_of(ids.iter().copied());
        let suppression = Suppression::new(&[secret; 32], std::slice::from_ref(&list));
        (list, suppression)
    }

    #[test]
    fn a_list_knows_whom_it_means_and_says_nothing_of_them() {
        let (list, suppression) = erased(1, &[ANN]);
        assert!(suppression.holds(ANN) && !suppression.holds(BOB) && !suppression.holds(""));
        let text = serde_json::to_string(&list).expect("JSON");
        assert!(!text.contains("b1f0c7aa") && list.is_sound(), "{text}");
        assert!(!text.contains(&suppression.alias(ANN)[1..]), "nor which rows are theirs");
    }

    #[test]
    fn the_list_of_another_tenant_means_the_same_ids_and_has_other_digests() {
        let (list, _) = erased(1, &[ANN]);
        let elsewhere = Suppression::new(&[2; 32], std::slice::from_ref(&list));
        assert!(elsewhere.holds(ANN) && !elsewhere.holds(BOB));
        assert_ne!(erased(2, &[ANN]).0, list);
        assert_ne!(elsewhere.alias(ANN), erased(1, &[ANN]).1.alias(ANN), "aliases are each tenant's own");
    }

    #[test]
    fn an_alias_is_the_same_each_time_and_stands_in_the_same_part() {
        let (_, suppression) = erased(1, &[ANN]);
        let alias = suppression.alias(ANN);
        assert_eq!(alias, erased(1, &[]).1.alias(ANN));
        assert!(alias.starts_with('b') && alias != ANN && alias.len() == ANN.len(), "{alias}");
        assert_ne!(alias[1..], suppression.alias(BOB)[1..]);
        assert_eq!(suppression.aliases([ANN, BOB]), BTreeMap::from([(ANN.to_owned(), alias)]));
    }

    #[test]
    fn each_erasure_changes_the_fingerprint() {
        let states = [erased(1, &[]).1, erased(1, &[ANN]).1, erased(1, &[ANN, BOB]).1, erased(2, &[ANN]).1];
        let fingerprints: BTreeSet<_> = states.iter().map(Suppression::fingerprint).collect();
        assert_eq!(fingerprints.len(), states.len());
        assert_eq!(states[1].fingerprint(), erased(1, &[ANN]).1.fingerprint());
    }

    #[test]
    fn what_is_no_digest_is_found_out() {
        let sound = "ab".repeat(32);
        assert!(bytes(&sound).is_some_and(|bytes| hexadecimal(&bytes) == sound));
        for text in ["", "ab", &"zz".repeat(32), &"é".repeat(32), &"ab".repeat(33)] {
            assert_eq!(bytes(text), None, "{text}");
            assert!(!ErasedList { key: sound.clone(), digests: vec![text.to_owned()] }.is_sound());
        }
    }
}
