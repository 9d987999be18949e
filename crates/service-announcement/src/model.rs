//! Graph's words for service health and messages, and the rules between them. Pure.
//!
//! Source: Graph's `serviceHealthIssue` and `serviceUpdateMessage` (reference: intune-facts §5).

mod status;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use status::Status;

/// How much of the service an issue takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Classification {
    /// The service works, with something to know about it.
    Advisory,
    /// Something does not work.
    Incident,
}

impl Classification {
    pub fn as_str(self) -> &'static str {
        match self {
            Classification::Advisory => "advisory",
            Classification::Incident => "incident",
        }
    }
}

/// Graph's `postType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PostType {
    #[default]
    Regular,
    Quick,
    Strategic,
}

/// What a message asks of its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Category {
    PreventOrFixIssue,
    PlanForChange,
    StayInformed,
}

impl Category {
    pub fn as_str(self) -> &'static str {
        match self {
            Category::PreventOrFixIssue => "preventOrFixIssue",
            Category::PlanForChange => "planForChange",
            Category::StayInformed => "stayInformed",
        }
    }
}

/// How much a message matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    #[default]
    Normal,
    High,
    Critical,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Normal => "normal",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    pub(crate) fn told_as(self) -> notify::Severity {
        match self {
            Severity::Normal => notify::Severity::Info,
            Severity::High => notify::Severity::Warning,
            Severity::Critical => notify::Severity::Critical,
        }
    }
}

/// Where an issue or a message comes from; who may change it follows from that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// One of our own monitors, by name: it opens and resolves by itself.
    Monitor(String),
    /// An operator's hand.
    Operator,
    /// The release notes of this program.
    Release,
    /// Another service, by the id of its connection: changed only by what that service says.
    Import(String),
}

impl Source {
    /// The kind, as kept and shown.
    pub fn kind(&self) -> &'static str {
        match self {
            Source::Monitor(_) => "monitor",
            Source::Operator => "operator",
            Source::Release => "release",
            Source::Import(_) => "import",
        }
    }

    /// The monitor's name or the connection's id; else empty.
    pub fn name(&self) -> &str {
        match self {
            Source::Monitor(name) | Source::Import(name) => name,
            Source::Operator | Source::Release => "",
        }
    }
}

/// Issues of this tag are shown only to those who may read about data privacy.
pub const PRIVACY_TAG: &str = "Data privacy";

/// The id of an issue or message of ours: two letters of its own and eight digits out of `seed`, a random number.
///
/// Ids of two decks that import from each other must not meet, so they are drawn, not counted.
pub fn id_of(prefix: &str, seed: uuid::Uuid) -> String {
    format!("{prefix}{:08}", seed.as_u128() % 100_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_eight_digits() {
        assert_eq!(id_of("QD", uuid::Uuid::from_u128(7)), "QD00000007");
        assert_eq!(id_of("QM", uuid::Uuid::from_u128(u128::MAX)).len(), 10);
    }
}
