//! Graph's `serviceHealthStatus`: how an issue stands, and a service with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Graph's seventeen words, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    ServiceOperational,
    Investigating,
    RestoringService,
    VerifyingService,
    ServiceRestored,
    PostIncidentReviewPublished,
    ServiceDegradation,
    ServiceInterruption,
    ExtendedRecovery,
    FalsePositive,
    InvestigationSuspended,
    Resolved,
    MitigatedExternal,
    Mitigated,
    ResolvedExternal,
    Confirmed,
    Reported,
}

/// A status, its word, and how bad it is among issues that are not over: a service shows its worst.
const ALL: [(Status, &str, i64); 17] = [
    (Status::ServiceOperational, "serviceOperational", 0),
    (Status::Investigating, "investigating", 5),
    (Status::RestoringService, "restoringService", 7),
    (Status::VerifyingService, "verifyingService", 6),
    (Status::ServiceRestored, "serviceRestored", 0),
    (Status::PostIncidentReviewPublished, "postIncidentReviewPublished", 0),
    (Status::ServiceDegradation, "serviceDegradation", 9),
    (Status::ServiceInterruption, "serviceInterruption", 10),
    (Status::ExtendedRecovery, "extendedRecovery", 8),
    (Status::FalsePositive, "falsePositive", 0),
    (Status::InvestigationSuspended, "investigationSuspended", 2),
    (Status::Resolved, "resolved", 0),
    (Status::MitigatedExternal, "mitigatedExternal", 0),
    (Status::Mitigated, "mitigated", 0),
    (Status::ResolvedExternal, "resolvedExternal", 0),
    (Status::Confirmed, "confirmed", 4),
    (Status::Reported, "reported", 3),
];

impl Status {
    pub fn as_str(self) -> &'static str {
        ALL[self as usize].1
    }

    /// The status of this word.
    pub fn read(word: &str) -> Option<Status> {
        ALL.iter().find(|(_, known, _)| *known == word).map(|(status, _, _)| *status)
    }

    /// From 0, over, to 10, the service does not work at all.
    pub fn rank(self) -> i64 {
        ALL[self as usize].2
    }

    /// Whether an issue of this status is over.
    pub fn is_over(self) -> bool {
        self.rank() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_serialises_alike() {
        for (index, (status, word, _)) in ALL.iter().enumerate() {
            assert_eq!(*status as usize, index);
            assert_eq!(Status::read(word), Some(*status));
            assert_eq!(serde_json::to_value(status).ok(), Some(serde_json::json!(word)));
        }
        assert_eq!(Status::read("operational"), None);
    }

    #[test]
    fn an_interruption_outranks_everything() {
        for (status, _, _) in ALL {
            assert!(status.rank() <= Status::ServiceInterruption.rank());
        }
        assert!(Status::Resolved.is_over() && !Status::Investigating.is_over());
    }
}
