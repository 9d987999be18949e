//! Delete an instance with its secrets and its history. The audit record stays.

use api::{Failure, Permitted};
use axum::extract::Path;
use http::StatusCode;
use serde_json::json;

use super::{Target, record};
use crate::TenantStatus;
use crate::connector::keep;

pub async fn handle(
    status: TenantStatus,
    permitted: Permitted,
    Path((key, id)): Path<(String, String)>,
) -> Result<StatusCode, Failure> {
    let target = Target::to_change(&permitted, (&key, &id))?;
    let (tenant, actor, inner) = (permitted.tenant(), permitted.actor(), status.clone());
    let written = status.store.write(tenant, move |tx| {
        let now = inner.world.clock.now();
        let instance = target.find(tx)?;
        keep::delete(tx, &inner.world, &instance, now)?;
        let details = json!({ "type": target.ty.key });
        record(tx, &inner.world, actor, "Delete connector", (target.ty, &instance), details, now)
    });
    written.await?;
    status.changes.tell(tenant);
    Ok(StatusCode::NO_CONTENT)
}
