//! Synchronise now: 409 while it runs, 429 too soon after the last time, as Graph answers.

use api::{Code, Failure, Permitted};
use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{Changing, Target, change};
use crate::TenantStatus;
use crate::catalogue::SyncKind;
use crate::connector::instance::Instance;
use crate::job;

/// What was asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncAsked {
    pub run_id: Uuid,
}

pub async fn handle(
    status: TenantStatus,
    permitted: Permitted,
    Path((key, id)): Path<(String, String)>,
) -> Result<(StatusCode, Json<SyncAsked>), Failure> {
    let target = Target::to_change(&permitted, (&key, &id))?;
    let run_id = status.world.ids.guid();
    let by = serde_json::to_value(permitted.actor()).map_err(|error| Failure::internal(&error))?;
    let by = by["id"].as_str().unwrap_or("system").to_owned();
    let changed = change(&status, &permitted, target, "Synchronize connector", move |changing| {
        refuse(changing)?;
        let Changing { tx, instance, now, .. } = changing;
        job::sync::ask(tx, instance, (run_id, &by), *now)?;
        Ok(json!({ "run": run_id }))
    });
    changed.await?;
    Ok((StatusCode::ACCEPTED, Json(SyncAsked { run_id })))
}

fn refuse(changing: &Changing<'_, '_, '_>) -> Result<(), Failure> {
    let (instance, now) = (&*changing.instance, changing.now);
    let active =
        instance.sync.kind.filter(|kind| kind.is_active() && changing.status.syncs.of(*kind).is_some());
    let Some(kind) = active else {
        let message = "This connector is reported to by the other side; it cannot be asked from here.";
        return Err(Failure::conflict(message).word("not_asked"));
    };
    if !instance.is_enabled {
        return Err(Failure::conflict("The connector is disabled; enable it first.").word("disabled"));
    }
    if instance.is_running(now) {
        return Err(Failure::conflict("A synchronization is already running.").word("already_running"));
    }
    match too_soon(instance, kind, now) {
        None => Ok(()),
        Some(wait) => {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(0) + 1;
            let message = format!("It was synchronized a moment ago; wait {seconds} seconds.");
            let failure = Failure::new(Code::TooManyRequests, message);
            Err(Failure { retry_after_seconds: Some(seconds), ..failure })
        }
    }
}

/// How long to wait still. Graph's own limit is ten minutes; a probe burdens nobody.
fn too_soon(instance: &Instance, kind: SyncKind, now: Timestamp) -> Option<SignedDuration> {
    let pause = match kind {
        SyncKind::TlsProbe | SyncKind::HttpsProbe => SignedDuration::from_secs(5),
        _ => SignedDuration::from_mins(10),
    };
    let again_at = instance.sync.last_attempt_at?.saturating_add(pause).ok()?;
    Some(again_at.duration_since(now)).filter(|wait| wait.is_positive() && *wait <= pause)
}
