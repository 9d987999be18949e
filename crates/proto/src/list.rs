//! Sections that are lists of keyed items: always sorted by key, each key once.

use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};

/// An item of a list section: its key names it within the list.
pub trait Item: Clone + PartialEq {
    fn key(&self) -> &str;
}

/// Items in ascending key order, each key once; one inventory has one written form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Item> List<T> {
    /// Sorts the items; of two with one key the later stays.
    pub fn new(mut items: Vec<T>) -> Self {
        items.reverse();
        items.sort_by(|a, b| a.key().cmp(b.key()));
        items.dedup_by(|a, b| a.key() == b.key());
        Self(items)
    }

    pub fn items(&self) -> &[T] {
        &self.0
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.binary_search_by(|item| item.key().cmp(key)).ok().map(|at| &self.0[at])
    }

    pub fn into_items(self) -> Vec<T> {
        self.0
    }
}

impl<T: Item> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::new(items.into_iter().collect())
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Item + Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::<T>::deserialize(deserializer)?;
        let count = items.len();
        let list = Self::new(items);
        if list.len() != count {
            return Err(de::Error::custom("two items have the same key; each key may appear once"));
        }
        Ok(list)
    }
}
