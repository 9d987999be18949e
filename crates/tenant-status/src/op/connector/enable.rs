//! Disable an instance, which takes it out of its type's health, and enable it again.

use api::{Failure, Permitted};
use axum::Json;
use axum::extract::Path;
use serde_json::json;

use super::{Target, change};
use crate::TenantStatus;
use crate::view::ConnectorInstance;

pub async fn enable(
    status: TenantStatus,
    permitted: Permitted,
    Path((key, id)): Path<(String, String)>,
) -> Result<Json<ConnectorInstance>, Failure> {
    let target = Target::to_change(&permitted, (&key, &id))?;
    let changed = change(&status, &permitted, target, "Enable connector", |changing| {
        if !changing.instance.is_enabled {
            changing.instance.is_enabled = true;
            // It is given the time again that a new one has for its first success.
            changing.instance.configured_at = changing.now;
        }
        Ok(json!({}))
    });
    changed.await.map(Json)
}

pub async fn disable(
    status: TenantStatus,
    permitted: Permitted,
    Path((key, id)): Path<(String, String)>,
) -> Result<Json<ConnectorInstance>, Failure> {
    let target = Target::to_change(&permitted, (&key, &id))?;
    let changed = change(&status, &permitted, target, "Disable connector", |changing| {
        changing.instance.is_enabled = false;
        Ok(json!({}))
    });
    changed.await.map(Json)
}
