//! Set on which days before an expiry people are told, for one type. Health does not depend on it.

use api::{Body, Failure, Permitted};
use audit::{Category, Event, Resource};
use axum::Json;
use axum::extract::Path;
use policy::{Need, permit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::type_in_path;
use crate::TenantStatus;
use crate::catalogue::Kind;
use crate::connector::{instance, keep};
use crate::model::EarlyWarnings;
use crate::sql::connector as sql;

/// Days before the expiry.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EarlyWarningDays {
    /// At most 12, each from 1 to 730; an empty list tells nobody early.
    pub days: Vec<u16>,
}

pub async fn handle(
    status: TenantStatus,
    permitted: Permitted,
    Path(key): Path<String>,
    Body(input): Body<EarlyWarningDays>,
) -> Result<Json<EarlyWarningDays>, Failure> {
    let ty = type_in_path(&key)?;
    permit(&permitted.caller, Need::Action(ty.write))?;
    if ty.kind != Kind::Expiry {
        return Err(Failure::bad_request("Only what expires has early warnings.").target("type"));
    }
    let refused = |error: crate::model::WarningsError| Failure::bad_request(error.to_string()).target("days");
    let warnings = EarlyWarnings::new(input.days).map_err(refused)?;
    let days = warnings.days().to_vec();
    let (tenant, actor, inner) = (permitted.tenant(), permitted.actor(), status.clone());
    let written = status.store.write(tenant, move |tx| {
        let now = inner.world.clock.now();
        tx.exec(&sql::PUT_EARLY_WARNINGS, &[ty.key.into(), warnings.text().into()])?;
        for instance in instance::all(tx, ty.family)? {
            keep::record(tx, &inner.world, &instance, now)?;
        }
        keep::bump(tx)?;
        let event = Event::new(actor, "Update connector early warnings", Category::Other)
            .on(Resource::new("ConnectorType", ty.key))
            .with(json!({ "days": warnings.days() }));
        Ok::<_, Failure>(audit::record(tx, now, inner.world.ids.guid(), &event)?)
    });
    written.await?;
    status.changes.tell(tenant);
    Ok(Json(EarlyWarningDays { days }))
}
