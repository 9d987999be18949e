//! Make a heartbeat token: shown once, kept as a hash, and the one before it no longer counts.

use api::{Failure, Permitted};
use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{Target, change};
use crate::TenantStatus;
use crate::catalogue::SyncKind;
use crate::connector::secret::token_hash;

/// A new token, told this once.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeartbeatToken {
    pub token: String,
    /// Where to report: `POST` with `{"status": "success"}`.
    pub address: String,
}

pub async fn handle(
    status: TenantStatus,
    permitted: Permitted,
    Path((key, id)): Path<(String, String)>,
) -> Result<(StatusCode, Json<HeartbeatToken>), Failure> {
    let target = Target::to_change(&permitted, (&key, &id))?;
    let token = format!("qdhb_{}", status.world.entropy.token(24));
    let hash = token_hash(&token);
    let changed = change(&status, &permitted, target, "Create connector heartbeat token", move |changing| {
        if changing.instance.sync.kind != Some(SyncKind::Heartbeat) {
            let message = "This connector is not reported to; set its syncKind to heartbeat first.";
            return Err(Failure::conflict(message).target("syncKind"));
        }
        changing.instance.sync.token_hash = Some(hash);
        Ok(json!({}))
    });
    changed.await?;
    let address = format!("{}/api/heartbeat/{token}", status.origin);
    Ok((StatusCode::CREATED, Json(HeartbeatToken { token, address })))
}
