//! How a change is written: `{hash, content}`, `{hash, baseHash, patch}` or `{removed: true}`, where the
//! type of content and patch follows from the section's name.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::{Changes, ListPatch, Patch, SectionChange};
use crate::{
    Disk, Encryption, Hardware, Hash, Identity, Interface, Item, List, LoggedOnUser, OperatingSystem,
    Package, Section, SectionName,
};

impl Serialize for SectionChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Content { hash, section } => {
                map.serialize_entry("hash", hash)?;
                map.serialize_entry("content", section)?;
            }
            Self::Patch { hash, base_hash, patch } => {
                map.serialize_entry("hash", hash)?;
                map.serialize_entry("baseHash", base_hash)?;
                match patch {
                    Patch::Disks(patch) => map.serialize_entry("patch", patch)?,
                    Patch::Interfaces(patch) => map.serialize_entry("patch", patch)?,
                    Patch::LoggedOnUsers(patch) => map.serialize_entry("patch", patch)?,
                    Patch::Packages(patch) => map.serialize_entry("patch", patch)?,
                }
            }
            Self::Removed => map.serialize_entry("removed", &true)?,
        }
        map.end()
    }
}

/// Reads [`Changes`], for `#[serde(deserialize_with)]`.
pub(crate) fn changes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Changes, D::Error> {
    struct ByName;
    impl<'de> Visitor<'de> for ByName {
        type Value = Changes;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of changes by section name")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Changes, A::Error> {
            let mut changes = Changes::new();
            while let Some(name) = map.next_key::<SectionName>()? {
                let change = map.next_value_seed(Named(name))?;
                if changes.insert(name, change).is_some() {
                    return Err(de::Error::custom(format!("the section {name} is there twice")));
                }
            }
            Ok(changes)
        }
    }
    deserializer.deserialize_map(ByName)
}

struct Named(SectionName);

impl<'de> DeserializeSeed<'de> for Named {
    type Value = SectionChange;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<SectionChange, D::Error> {
        match self.0 {
            SectionName::Disks => list::<Disk, D>(from, Section::Disks, Patch::Disks),
            SectionName::Encryption => plain::<Encryption, D>(from, Section::Encryption),
            SectionName::Hardware => plain::<Hardware, D>(from, Section::Hardware),
            SectionName::Identity => plain::<Identity, D>(from, Section::Identity),
            SectionName::Interfaces => list::<Interface, D>(from, Section::Interfaces, Patch::Interfaces),
            SectionName::LoggedOnUsers => {
                list::<LoggedOnUser, D>(from, Section::LoggedOnUsers, Patch::LoggedOnUsers)
            }
            SectionName::OperatingSystem => plain::<OperatingSystem, D>(from, Section::OperatingSystem),
            SectionName::Packages => list::<Package, D>(from, Section::Packages, Patch::Packages),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, bound = "C: Deserialize<'de>, P: Deserialize<'de>")]
struct Change<C, P> {
    hash: Option<Hash>,
    content: Option<C>,
    base_hash: Option<Hash>,
    patch: Option<P>,
    removed: Option<bool>,
}

/// The patch of a section that takes none.
struct NoPatch;

impl<'de> Deserialize<'de> for NoPatch {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(de::Error::custom("this section is not a list; send its whole content"))
    }
}

fn plain<'de, C: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
    section: impl Fn(C) -> Section,
) -> Result<SectionChange, D::Error> {
    let change = Change::<C, NoPatch>::deserialize(from)?;
    decide(change, section, |NoPatch, _, _| None)
}

fn list<'de, T: Item + Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
    section: impl Fn(List<T>) -> Section,
    patch: impl Fn(ListPatch<T>) -> Patch,
) -> Result<SectionChange, D::Error> {
    let change = Change::<List<T>, ListPatch<T>>::deserialize(from)?;
    decide(change, section, |content, hash, base_hash| {
        Some(SectionChange::Patch { hash, base_hash, patch: patch(content) })
    })
}

fn decide<C, P, E: de::Error>(
    change: Change<C, P>,
    section: impl Fn(C) -> Section,
    patched: impl Fn(P, Hash, Hash) -> Option<SectionChange>,
) -> Result<SectionChange, E> {
    let decided = match change {
        Change { hash: Some(hash), content: Some(content), base_hash: None, patch: None, removed: None } => {
            Some(SectionChange::Content { hash, section: section(content) })
        }
        Change {
            hash: Some(hash),
            content: None,
            base_hash: Some(base_hash),
            patch: Some(patch),
            removed: None,
        } => patched(patch, hash, base_hash),
        Change { hash: None, content: None, base_hash: None, patch: None, removed: Some(true) } => {
            Some(SectionChange::Removed)
        }
        _ => None,
    };
    decided.ok_or_else(|| {
        E::custom(
            "send either hash and content, or hash, baseHash and patch (lists only), or \"removed\": true",
        )
    })
}
