//! The whole inventory: the eight sections by name, their written form and their hashes.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::limits::{self, MAX_DISKS, MAX_INTERFACES, MAX_LOGGED_ON_USERS, MAX_PACKAGES};
use crate::{
    Disk, Encryption, Hardware, Hash, Identity, Interface, Item, List, LoggedOnUser, Malformed,
    OperatingSystem, Package, Validate, state_hash,
};

/// The names of the sections, in ascending order of their written form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionName {
    Disks,
    Encryption,
    Hardware,
    Identity,
    Interfaces,
    LoggedOnUsers,
    OperatingSystem,
    Packages,
}

/// There is no section of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no section of this name; the sections are disks, encryption, hardware, identity, interfaces, loggedOnUsers, operatingSystem and packages"
)]
pub struct UnknownSection;

impl SectionName {
    pub const ALL: [Self; 8] = [
        Self::Disks,
        Self::Encryption,
        Self::Hardware,
        Self::Identity,
        Self::Interfaces,
        Self::LoggedOnUsers,
        Self::OperatingSystem,
        Self::Packages,
    ];

    /// The name as the wire writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disks => "disks",
            Self::Encryption => "encryption",
            Self::Hardware => "hardware",
            Self::Identity => "identity",
            Self::Interfaces => "interfaces",
            Self::LoggedOnUsers => "loggedOnUsers",
            Self::OperatingSystem => "operatingSystem",
            Self::Packages => "packages",
        }
    }
}

impl fmt::Display for SectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SectionName {
    type Err = UnknownSection;

    fn from_str(text: &str) -> Result<Self, UnknownSection> {
        Self::ALL.into_iter().find(|name| name.as_str() == text).ok_or(UnknownSection)
    }
}

impl Serialize for SectionName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Reads the name as a text, not as an enum: so a refused message can tell the path to its member.
impl<'de> Deserialize<'de> for SectionName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameText;
        impl Visitor<'_> for NameText {
            type Value = SectionName;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a section")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<SectionName, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(NameText)
    }
}

/// One section with its content. Written as its content alone; the name goes beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Section {
    Disks(List<Disk>),
    Encryption(Encryption),
    Hardware(Hardware),
    Identity(Identity),
    Interfaces(List<Interface>),
    LoggedOnUsers(List<LoggedOnUser>),
    OperatingSystem(OperatingSystem),
    Packages(List<Package>),
}

impl Section {
    pub fn name(&self) -> SectionName {
        match self {
            Self::Disks(_) => SectionName::Disks,
            Self::Encryption(_) => SectionName::Encryption,
            Self::Hardware(_) => SectionName::Hardware,
            Self::Identity(_) => SectionName::Identity,
            Self::Interfaces(_) => SectionName::Interfaces,
            Self::LoggedOnUsers(_) => SectionName::LoggedOnUsers,
            Self::OperatingSystem(_) => SectionName::OperatingSystem,
            Self::Packages(_) => SectionName::Packages,
        }
    }

    /// Reads the content of the named section from JSON text, as [`Section::canonical`] wrote it.
    ///
    /// # Errors
    /// When the text is not the content of that section. Limits are not checked: see [`Validate`].
    pub fn read(name: SectionName, content: &str) -> Result<Self, serde_json::Error> {
        Self::deserialize(name, &mut serde_json::Deserializer::from_str(content))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        name: SectionName,
        content: D,
    ) -> Result<Self, D::Error> {
        Ok(match name {
            SectionName::Disks => Self::Disks(Deserialize::deserialize(content)?),
            SectionName::Encryption => Self::Encryption(Deserialize::deserialize(content)?),
            SectionName::Hardware => Self::Hardware(Deserialize::deserialize(content)?),
            SectionName::Identity => Self::Identity(Deserialize::deserialize(content)?),
            SectionName::Interfaces => Self::Interfaces(Deserialize::deserialize(content)?),
            SectionName::LoggedOnUsers => Self::LoggedOnUsers(Deserialize::deserialize(content)?),
            SectionName::OperatingSystem => Self::OperatingSystem(Deserialize::deserialize(content)?),
            SectionName::Packages => Self::Packages(Deserialize::deserialize(content)?),
        })
    }

    /// The canonical JSON of the content: members ascending, no spaces, absent and null members left
    /// out, lists ascending by key.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).expect("sections have text keys and no failing serialiser")
    }

    /// SHA-256 of the canonical JSON.
    pub fn hash(&self) -> Hash {
        Hash::of(self.canonical().as_bytes())
    }
}

impl Validate for Section {
    fn validate(&self) -> Result<(), Malformed> {
        match self {
            Self::Disks(list) => validate_list(list, MAX_DISKS),
            Self::Encryption(content) => content.validate(),
            Self::Hardware(content) => content.validate(),
            Self::Identity(content) => content.validate(),
            Self::Interfaces(list) => validate_list(list, MAX_INTERFACES),
            Self::LoggedOnUsers(list) => validate_list(list, MAX_LOGGED_ON_USERS),
            Self::OperatingSystem(content) => content.validate(),
            Self::Packages(list) => validate_list(list, MAX_PACKAGES),
        }
    }
}

fn validate_list<T: Item + Validate>(list: &List<T>, max: usize) -> Result<(), Malformed> {
    limits::count("", list.len(), max)?;
    validate_items(list.items())
}

pub(crate) fn validate_items<T: Validate>(items: &[T]) -> Result<(), Malformed> {
    for (at, item) in items.iter().enumerate() {
        item.validate().map_err(|malformed| malformed.under(&format!("[{at}]")))?;
    }
    Ok(())
}

/// An inventory: any of the eight sections, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Sections(BTreeMap<SectionName, Section>);

impl Sections {
    /// Puts a section in, replacing the one of its name.
    pub fn insert(&mut self, section: Section) -> Option<Section> {
        self.0.insert(section.name(), section)
    }

    pub fn remove(&mut self, name: SectionName) -> Option<Section> {
        self.0.remove(&name)
    }

    pub fn get(&self, name: SectionName) -> Option<&Section> {
        self.0.get(&name)
    }

    /// Ascending by name.
    pub fn iter(&self) -> impl Iterator<Item = (SectionName, &Section)> {
        self.0.iter().map(|(name, section)| (*name, section))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn hashes(&self) -> BTreeMap<SectionName, Hash> {
        self.0.iter().map(|(name, section)| (*name, section.hash())).collect()
    }

    /// The hash of the whole inventory, see [`state_hash`](fn@crate::state_hash).
    pub fn state_hash(&self) -> Hash {
        let hashes = self.hashes();
        state_hash(hashes.iter().map(|(name, hash)| (*name, hash)))
    }

    pub fn identity(&self) -> Option<&Identity> {
        match self.get(SectionName::Identity)? {
            Section::Identity(identity) => Some(identity),
            _ => None,
        }
    }

    pub fn operating_system(&self) -> Option<&OperatingSystem> {
        match self.get(SectionName::OperatingSystem)? {
            Section::OperatingSystem(system) => Some(system),
            _ => None,
        }
    }
}

impl FromIterator<Section> for Sections {
    fn from_iter<I: IntoIterator<Item = Section>>(sections: I) -> Self {
        Self(sections.into_iter().map(|section| (section.name(), section)).collect())
    }
}

impl<'de> Deserialize<'de> for Sections {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByName;
        impl<'de> Visitor<'de> for ByName {
            type Value = Sections;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of sections by name")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sections, A::Error> {
                let mut sections = Sections::default();
                while let Some(name) = map.next_key::<SectionName>()? {
                    let section = map.next_value_seed(Content(name))?;
                    if sections.insert(section).is_some() {
                        return Err(de::Error::custom(format!("the section {name} is there twice")));
                    }
                }
                Ok(sections)
            }
        }
        deserializer.deserialize_map(ByName)
    }
}

struct Content(SectionName);

impl<'de> de::DeserializeSeed<'de> for Content {
    type Value = Section;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Section, D::Error> {
        Section::deserialize(self.0, deserializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::testing;

    /// Canonical JSON by its definition, independent of how the structs are declared.
    fn by_definition(value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let sorted: BTreeMap<&String, &Value> = members.iter().collect();
                let written: Vec<String> = sorted
                    .into_iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), by_definition(value)))
                    .collect();
                format!("{{{}}}", written.join(","))
            }
            Value::Array(items) => {
                format!("[{}]", items.iter().map(by_definition).collect::<Vec<_>>().join(","))
            }
            other => other.to_string(),
        }
    }

    #[test]
    fn names_are_ascending_and_read_what_they_write() {
        assert!(SectionName::ALL.is_sorted_by_key(|name| name.as_str()));
        for name in SectionName::ALL {
            assert_eq!(name.as_str().parse(), Ok(name));
            assert_eq!(serde_json::to_value(name).expect("a string"), name.as_str());
        }
        assert_eq!("disk".parse::<SectionName>(), Err(UnknownSection));
    }

    proptest! {
        #[test]
        fn the_written_form_is_canonical_and_reads_back(sections in testing::sections()) {
            for (name, section) in sections.iter() {
                let text = section.canonical();
                let value: Value = serde_json::from_str(&text).expect("JSON");
                prop_assert_eq!(&by_definition(&value), &text);
                prop_assert_eq!(&Section::read(name, &text).expect("its own form"), section);
            }
            let text = serde_json::to_string(&sections).expect("plain data");
            prop_assert_eq!(serde_json::from_str::<Sections>(&text).expect("its own form"), sections);
        }

        #[test]
        fn the_state_hash_tells_inventories_apart(a in testing::sections(), b in testing::sections()) {
            prop_assert_eq!(a == b, a.state_hash() == b.state_hash());
        }
    }

    #[test]
    fn null_and_absent_are_one() {
        let absent = Section::read(SectionName::Identity, r#"{"deviceName":"a"}"#).expect("content");
        let null =
            Section::read(SectionName::Identity, r#"{"model":null,"deviceName":"a"}"#).expect("content");
        assert_eq!(absent.hash(), null.hash());
    }

    #[test]
    fn one_key_twice_is_refused() {
        let text = r#"[{"key":"a","name":"a"},{"key":"a","name":"b"}]"#;
        let error = Section::read(SectionName::LoggedOnUsers, text).unwrap_err();
        assert!(error.to_string().contains("each key may appear once"), "{error}");
    }
}
