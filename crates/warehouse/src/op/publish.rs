//! Publishing today's snapshot now instead of at midnight.

use api::{Body, Code, Failure, Permitted};
use axum::Json;
use lake::{LeaseError, SnapshotError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Warehouse;
use crate::job::midnight::{MidnightError, Mode, Outcome};

/// How to publish.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "PublishSnapshot")]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Input {
    /// Whether to compute today anew when it is published already.
    pub refresh: bool,
    /// Whether to believe a read that is implausibly small.
    pub force: bool,
}

/// What happened.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PublishedSnapshot")]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// `published`, or `alreadyPublished`: then nothing changed.
    pub outcome: &'static str,
    /// The lake's number of the snapshot.
    pub snapshot_id: i64,
    /// yyyymmdd; null when nothing changed.
    pub date_key: Option<i32>,
    /// Enrolled devices; null when nothing changed.
    pub devices: Option<u64>,
    /// Licensed users; null when nothing changed.
    pub users: Option<u64>,
}

/// Publishes today.
pub async fn handle(
    warehouse: Warehouse,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<Json<View>, Failure> {
    let mode = if input.refresh { Mode::Refresh } else { Mode::Once };
    let (tenant, actor) = (permitted.tenant(), permitted.actor());
    let run = move || warehouse.publish(tenant, &warehouse.run_today(mode, input.force), actor);
    let done = tokio::task::spawn_blocking(run).await.map_err(|error| Failure::internal(&error))?;
    Ok(Json(view(&done.map_err(failure)?)))
}

const fn view(outcome: &Outcome) -> View {
    match outcome {
        Outcome::Published(report) => View {
            outcome: "published",
            snapshot_id: report.snapshot.0,
            date_key: Some(report.date_key),
            devices: Some(report.devices),
            users: Some(report.users),
        },
        Outcome::AlreadyPublished(snapshot) => View {
            outcome: "alreadyPublished",
            snapshot_id: snapshot.0,
            date_key: None,
            devices: None,
            users: None,
        },
    }
}

fn failure(error: MidnightError) -> Failure {
    match &error {
        MidnightError::Implausible { .. } => {
            Failure::conflict(error.to_string()).word("implausible").target("force")
        }
        MidnightError::Before(SnapshotError::NotPublished(_) | SnapshotError::Gone(_)) => {
            let message = "The state before today is no longer kept, so that today cannot be computed anew. \
                           The next snapshot is made at midnight UTC.";
            Failure::conflict(message).word("base_gone")
        }
        MidnightError::Past { .. } => Failure::conflict(error.to_string()).word("past"),
        MidnightError::Lease(LeaseError::Held { .. }) => Failure {
            retry_after_seconds: Some(30),
            ..Failure::new(Code::Unavailable, "Another snapshot is being made. Try again when it is done.")
        },
        _ => Failure::internal(&error),
    }
}
