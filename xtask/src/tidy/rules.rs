//! The rules as data: `docs/layers.toml`, typed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    /// Lowest first.
    #[serde(rename = "floor", default)]
    pub(crate) floors: Vec<Floor>,
    #[serde(rename = "external", default)]
    pub(crate) externals: Vec<External>,
    #[serde(rename = "word", default)]
    pub(crate) words: Vec<Word>,
    /// Path to length in lines, for files over the limit.
    #[serde(default)]
    pub(crate) long: BTreeMap<String, usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Floor {
    pub(crate) name: String,
    pub(crate) crates: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct External {
    pub(crate) names: Vec<String>,
    #[serde(default)]
    pub(crate) only: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) not: Vec<String>,
    /// Tests and examples of any crate may use them.
    #[serde(default)]
    pub(crate) tests_may: bool,
    pub(crate) why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Word {
    pub(crate) words: Vec<String>,
    pub(crate) only: Vec<String>,
    pub(crate) why: String,
}

impl Rules {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("parsing {}", path.display()))
    }

    /// The floor's place in the file, 0 lowest.
    pub(crate) fn level(&self, name: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.crates.iter().any(|member| member == name))
    }

    /// Whether a list of crate names and `@floor` names includes the crate.
    pub(crate) fn lists(&self, list: &[String], name: &str) -> bool {
        list.iter().any(|entry| match entry.strip_prefix('@') {
            Some(floor) => self.floors.iter().any(|f| f.name == floor && f.crates.iter().any(|c| c == name)),
            None => entry == name,
        })
    }
}

impl External {
    pub(crate) fn names(&self, dependency: &str) -> bool {
        self.names.iter().any(|name| match name.strip_suffix('*') {
            Some(prefix) => dependency.starts_with(prefix),
            None => name == dependency,
        })
    }
}
