//! Reports that carry only what changed, and the proof that both sides then hold the same inventory.
//!
//! A report names the hash of the inventory it changes (its base). A server that holds another one, since
//! a report was lost or came twice, refuses with `base_mismatch`, and the agent sends everything.

pub(crate) mod wire;

use std::collections::BTreeMap;

use crate::limits::{self, MAX_KEY_CHARS, MAX_PACKAGES};
use crate::sections::validate_items;
use crate::{
    Disk, Hash, Interface, Item, List, LoggedOnUser, Malformed, Package, Section, SectionName, Sections,
    Validate,
};

/// What a report changes, by section.
pub type Changes = BTreeMap<SectionName, SectionChange>;

/// What happens to one section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SectionChange {
    /// The section is now this.
    Content { hash: Hash, section: Section },
    /// The list of hash `base_hash`, changed so, is now the list of hash `hash`.
    Patch { hash: Hash, base_hash: Hash, patch: Patch },
    /// The device no longer reports the section.
    Removed,
}

/// A change to one of the sections that are lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patch {
    Disks(ListPatch<Disk>),
    Interfaces(ListPatch<Interface>),
    LoggedOnUsers(ListPatch<LoggedOnUser>),
    Packages(ListPatch<Package>),
}

/// Items to put in, replacing those of the same key, and keys to take out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPatch<T> {
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub upsert: Vec<T>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

/// Why a change cannot be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeltaError {
    /// The change is to another inventory than the one held.
    #[error(
        "the report changes an inventory that is not the one held; send a full report with \"base\": null"
    )]
    BaseMismatch,
    /// The content is not what its hash says.
    #[error(
        "sections.{0} does not have the hash the report gives for it; the hash is SHA-256 of the canonical JSON"
    )]
    HashMismatch(SectionName),
}

/// The changes that make `new` out of `old`. Empty when they are equal.
pub fn diff(old: &Sections, new: &Sections) -> Changes {
    let mut changes = Changes::new();
    for (name, section) in new.iter() {
        match old.get(name) {
            Some(before) if before == section => {}
            before => {
                changes.insert(name, change(before, section));
            }
        }
    }
    let gone = old.iter().filter(|(name, _)| new.get(*name).is_none());
    changes.extend(gone.map(|(name, _)| (name, SectionChange::Removed)));
    changes
}

/// Everything: the changes of a full report, whose base is null.
pub fn full(new: &Sections) -> Changes {
    diff(&Sections::default(), new)
}

/// One section after its change; `None` when it was removed.
///
/// # Errors
/// [`DeltaError::BaseMismatch`] when a patch is for another list than `old`;
/// [`DeltaError::HashMismatch`] when the outcome is not what the report says it is.
pub fn apply(
    name: SectionName,
    old: Option<&Section>,
    change: SectionChange,
) -> Result<Option<Section>, DeltaError> {
    let (hash, section) = match change {
        SectionChange::Removed => return Ok(None),
        SectionChange::Content { hash, section } => (hash, section),
        SectionChange::Patch { hash, base_hash, patch } => {
            let old = old.filter(|old| old.hash() == base_hash).ok_or(DeltaError::BaseMismatch)?;
            (hash, patched(old, patch).ok_or(DeltaError::BaseMismatch)?)
        }
    };
    if section.name() != name || section.hash() != hash {
        return Err(DeltaError::HashMismatch(name));
    }
    Ok(Some(section))
}

/// The inventory after a report: `base` is what the report gives, `None` for a full one.
///
/// # Errors
/// As [`apply`]; also [`DeltaError::BaseMismatch`] when `base` is not the hash of `old`.
pub fn apply_all(old: &Sections, base: Option<Hash>, changes: Changes) -> Result<Sections, DeltaError> {
    let mut new = match base {
        None => Sections::default(),
        Some(base) if base == old.state_hash() => old.clone(),
        Some(_) => return Err(DeltaError::BaseMismatch),
    };
    for (name, change) in changes {
        let before = new.remove(name);
        if let Some(section) = apply(name, before.as_ref(), change)? {
            new.insert(section);
        }
    }
    Ok(new)
}

fn change(old: Option<&Section>, new: &Section) -> SectionChange {
    let hash = new.hash();
    match old.and_then(|old| Some((old, patch(old, new)?))) {
        Some((old, patch)) => SectionChange::Patch { hash, base_hash: old.hash(), patch },
        None => SectionChange::Content { hash, section: new.clone() },
    }
}

fn patch(old: &Section, new: &Section) -> Option<Patch> {
    match (old, new) {
        (Section::Disks(old), Section::Disks(new)) => Some(Patch::Disks(list_patch(old, new)?)),
        (Section::Interfaces(old), Section::Interfaces(new)) => {
            Some(Patch::Interfaces(list_patch(old, new)?))
        }
        (Section::LoggedOnUsers(old), Section::LoggedOnUsers(new)) => {
            Some(Patch::LoggedOnUsers(list_patch(old, new)?))
        }
        (Section::Packages(old), Section::Packages(new)) => Some(Patch::Packages(list_patch(old, new)?)),
        _ => None,
    }
}

/// `None` when sending the whole list is the smaller message.
fn list_patch<T: Item>(old: &List<T>, new: &List<T>) -> Option<ListPatch<T>> {
    let upsert: Vec<T> =
        new.items().iter().filter(|item| old.get(item.key()) != Some(item)).cloned().collect();
    let gone = old.items().iter().filter(|item| new.get(item.key()).is_none());
    let remove: Vec<String> = gone.map(|item| item.key().to_owned()).collect();
    (upsert.len() + remove.len() < new.len()).then_some(ListPatch { upsert, remove })
}

fn patched(old: &Section, patch: Patch) -> Option<Section> {
    match (old, patch) {
        (Section::Disks(old), Patch::Disks(patch)) => Some(Section::Disks(patched_list(old, patch))),
        (Section::Interfaces(old), Patch::Interfaces(patch)) => {
            Some(Section::Interfaces(patched_list(old, patch)))
        }
        (Section::LoggedOnUsers(old), Patch::LoggedOnUsers(patch)) => {
            Some(Section::LoggedOnUsers(patched_list(old, patch)))
        }
        (Section::Packages(old), Patch::Packages(patch)) => Some(Section::Packages(patched_list(old, patch))),
        _ => None,
    }
}

fn patched_list<T: Item>(old: &List<T>, mut patch: ListPatch<T>) -> List<T> {
    patch.remove.sort_unstable();
    let stays = |item: &&T| patch.remove.binary_search_by(|key| key.as_str().cmp(item.key())).is_err();
    old.items().iter().filter(stays).cloned().chain(patch.upsert).collect()
}

impl Patch {
    pub fn name(&self) -> SectionName {
        match self {
            Self::Disks(_) => SectionName::Disks,
            Self::Interfaces(_) => SectionName::Interfaces,
            Self::LoggedOnUsers(_) => SectionName::LoggedOnUsers,
            Self::Packages(_) => SectionName::Packages,
        }
    }
}

impl Validate for SectionChange {
    fn validate(&self) -> Result<(), Malformed> {
        match self {
            Self::Content { section, .. } => section.validate().map_err(|e| e.under("content")),
            Self::Patch { patch, .. } => patch.validate().map_err(|e| e.under("patch")),
            Self::Removed => Ok(()),
        }
    }
}

impl Validate for Patch {
    fn validate(&self) -> Result<(), Malformed> {
        match self {
            Self::Disks(patch) => validate_patch(patch),
            Self::Interfaces(patch) => validate_patch(patch),
            Self::LoggedOnUsers(patch) => validate_patch(patch),
            Self::Packages(patch) => validate_patch(patch),
        }
    }
}

fn validate_patch<T: Validate>(patch: &ListPatch<T>) -> Result<(), Malformed> {
    limits::count("upsert", patch.upsert.len(), MAX_PACKAGES)?;
    limits::count("remove", patch.remove.len(), MAX_PACKAGES)?;
    patch.remove.iter().try_for_each(|key| limits::required("remove", key, MAX_KEY_CHARS))?;
    validate_items(&patch.upsert).map_err(|malformed| malformed.under("upsert"))
}

#[cfg(test)]
mod tests;
