//! Every type of connector, declared once: what it is called, what its health depends on, what it takes, who may change
//! it, and which Graph resource it is (reference: intune-facts §4.1). A family is what Graph has one resource of: its
//! instances may show under two types (a volume-purchase token expires, and is synchronised).

mod apple;
mod general;
mod own;
mod partners;
mod windows;

use std::time::Duration;

use policy::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::DAYS_DEFAULT;

/// The same words in the languages of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    pub en: &'static str,
    pub nl: &'static str,
    pub sv: &'static str,
}

impl Words {
    pub const fn new(en: &'static str, nl: &'static str, sv: &'static str) -> Words {
        Words { en, nl, sv }
    }

    /// English when the language is none of the three.
    pub fn in_language(self, lang: &str) -> &'static str {
        match lang {
            "nl" => self.nl,
            "sv" => self.sv,
            _ => self.en,
        }
    }
}

/// What drives a type's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ConnectorKind")]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    Expiry,
    Sync,
    Heartbeat,
}

/// What an instance of a family is given to connect with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CredentialKind")]
#[serde(rename_all = "camelCase")]
pub enum CredentialKind {
    /// Apple's push certificate; its key was made here with the signing request, or comes along.
    ApplePush,
    /// Apple's location token for volume purchases.
    AppleLocationToken,
    /// Apple's server token for automated enrolment, encrypted for our key pair.
    AppleEnrolmentToken,
    /// A certificate, with or without its key.
    Certificate,
    /// A certificate that is used, and so needs its key.
    CertificateWithKey,
    /// A service account's JSON key.
    ServiceAccount,
    /// A secret with an expiry that its issuer told.
    ClientSecret,
}

/// How an instance hears from the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SyncKind {
    /// The other side reports at the heartbeat door.
    Heartbeat,
    TlsProbe,
    HttpsProbe,
    AppleVpp,
    AppleDep,
    GraphImport,
    /// The other side writes to the SCIM doors.
    Scim,
}

impl SyncKind {
    pub const ALL: [SyncKind; 7] = [
        SyncKind::Heartbeat,
        SyncKind::TlsProbe,
        SyncKind::HttpsProbe,
        SyncKind::AppleVpp,
        SyncKind::AppleDep,
        SyncKind::GraphImport,
        SyncKind::Scim,
    ];

    /// The word it is kept and answered as.
    pub fn as_str(self) -> &'static str {
        match self {
            SyncKind::Heartbeat => "heartbeat",
            SyncKind::TlsProbe => "tlsProbe",
            SyncKind::HttpsProbe => "httpsProbe",
            SyncKind::AppleVpp => "appleVpp",
            SyncKind::AppleDep => "appleDep",
            SyncKind::GraphImport => "graphImport",
            SyncKind::Scim => "scim",
        }
    }

    pub fn read(word: &str) -> Option<SyncKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether we do the work: the other kinds wait to hear.
    pub fn is_active(self) -> bool {
        !matches!(self, SyncKind::Heartbeat | SyncKind::Scim)
    }

    /// How often it is done when nothing else is set.
    pub fn every(self) -> Duration {
        let minutes = match self {
            SyncKind::HttpsProbe => 5,
            SyncKind::TlsProbe => 60,
            _ => 8 * 60,
        };
        Duration::from_secs(60 * minutes)
    }
}

/// Who makes a type's instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Maker {
    Administrator,
    /// Computed from what the server knows of itself; people may only note who looks after them.
    Quarterdeck,
}

/// A type of connector.
#[derive(Clone, Copy, Debug)]
pub struct ConnectorType {
    /// In addresses and tables; never changed.
    pub key: &'static str,
    /// The key of what its instances are.
    pub family: &'static str,
    pub label: Words,
    /// The title of the page that lists its instances.
    pub page: Words,
    pub kind: Kind,
    /// The property that its health is read from, by Graph's name.
    pub driven_by: &'static str,
    pub credential: Option<CredentialKind>,
    /// The first is what a new instance gets.
    pub syncs: &'static [SyncKind],
    /// The permission to add, change and delete instances.
    pub write: Action,
    /// Where Graph has the same: below `/graph/v1.0` or `/graph/beta`.
    pub graph: Option<&'static str>,
    pub maker: Maker,
    /// The service behind it has ended; kept for those who still have one.
    pub is_retired: bool,
    /// The early-warning days where nothing else was set. What renews itself is worth a word only when it did not.
    pub early_days: &'static [u16],
}

impl ConnectorType {
    const fn new(key: &'static str, family: &'static str, kind: Kind, write: Action) -> ConnectorType {
        const NONE: Words = Words::new("", "", "");
        ConnectorType {
            key,
            family,
            label: NONE,
            page: NONE,
            kind,
            driven_by: match kind {
                Kind::Expiry => "expirationDateTime",
                Kind::Sync => "lastSyncDateTime",
                Kind::Heartbeat => "lastHeartbeatDateTime",
            },
            credential: None,
            syncs: &[],
            write,
            graph: None,
            maker: Maker::Administrator,
            is_retired: false,
            early_days: &DAYS_DEFAULT,
        }
    }

    const fn named(mut self, en: &'static str, nl: &'static str, sv: &'static str) -> ConnectorType {
        self.label = Words::new(en, nl, sv);
        if self.page.en.is_empty() {
            self.page = self.label;
        }
        self
    }

    const fn on_page(mut self, en: &'static str, nl: &'static str, sv: &'static str) -> ConnectorType {
        self.page = Words::new(en, nl, sv);
        self
    }

    const fn taking(mut self, credential: CredentialKind) -> ConnectorType {
        self.credential = Some(credential);
        self
    }

    const fn syncing(mut self, syncs: &'static [SyncKind]) -> ConnectorType {
        self.syncs = syncs;
        self
    }

    const fn graph(mut self, source: &'static str, driven_by: &'static str) -> ConnectorType {
        self.graph = Some(source);
        self.driven_by = driven_by;
        self
    }

    const fn retired(mut self) -> ConnectorType {
        self.is_retired = true;
        self
    }

    const fn warning_at(mut self, days: &'static [u16]) -> ConnectorType {
        self.early_days = days;
        self
    }

    const fn of_quarterdeck(mut self) -> ConnectorType {
        self.maker = Maker::Quarterdeck;
        self
    }
}

/// All types.
pub fn all() -> impl Iterator<Item = &'static ConnectorType> {
    [apple::TYPES, windows::TYPES, partners::TYPES, general::TYPES, own::TYPES].into_iter().flatten()
}

/// The type of this key.
pub fn find(key: &str) -> Option<&'static ConnectorType> {
    all().find(|ty| ty.key == key)
}

/// The types that instances of this family show under.
pub fn of_family(family: &str) -> impl Iterator<Item = &'static ConnectorType> {
    all().filter(move |ty| ty.family == family)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::model::EarlyWarnings;

    #[test]
    fn every_type_is_declared_whole_and_once() {
        let mut keys = BTreeSet::new();
        for ty in all() {
            assert!(keys.insert(ty.key), "{} is there twice", ty.key);
            assert!(ty.key.chars().all(|c| c.is_ascii_alphanumeric()), "{}", ty.key);
            let days =
                EarlyWarnings::new(ty.early_days.to_vec()).expect("the declared days are within bounds");
            assert_eq!(days.days(), ty.early_days, "{}'s days fall", ty.key);
            for words in [ty.label, ty.page] {
                for word in [words.en, words.nl, words.sv] {
                    assert!(!word.trim().is_empty(), "{} lacks a word", ty.key);
                }
            }
            let hears = ty.maker == Maker::Quarterdeck || !ty.syncs.is_empty() || ty.credential.is_some();
            assert!(hears, "nothing would ever change the health of {}", ty.key);
            if ty.kind != Kind::Expiry && ty.maker == Maker::Administrator {
                assert!(
                    ty.syncs.contains(&SyncKind::Heartbeat)
                        || ty.syncs.contains(&SyncKind::Scim)
                        || ty.syncs.iter().all(|sync| sync.is_active()),
                    "{}",
                    ty.key
                );
            }
        }
        assert!(keys.len() >= 40, "{} types", keys.len());
    }

    #[test]
    fn labels_tell_types_apart_in_every_language() {
        for lang in ["en", "nl", "sv"] {
            let labels: BTreeSet<&str> = all().map(|ty| ty.label.in_language(lang)).collect();
            assert_eq!(labels.len(), all().count(), "two types have one name in {lang}");
        }
    }

    /// What one instance is given and does is the same under whichever of its types it is shown.
    #[test]
    fn types_of_one_family_agree() {
        let mut families: BTreeMap<&str, &ConnectorType> = BTreeMap::new();
        for ty in all() {
            let first = families.entry(ty.family).or_insert(ty);
            assert_eq!(
                (first.credential, first.syncs, first.write, first.maker),
                (ty.credential, ty.syncs, ty.write, ty.maker),
                "{} and {}",
                first.key,
                ty.key
            );
        }
    }
}
