//! The tenant's details: name, place, authority, release, devices, people, licences (seed 003 lines 3369-3379).

use api::{Failure, Permitted};
use axum::Json;
use schemars::JsonSchema;
use serde::Serialize;
use store::Tx;

use crate::{TenantStatus, sql};

/// What the page shows. Counts are whole numbers; licences for devices are not counted.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TenantDetails")]
#[serde(rename_all = "camelCase")]
pub struct Details {
    pub tenant_name: String,
    pub tenant_location: String,
    /// `intune` or `unknown`.
    pub mdm_authority: String,
    /// `active`, `warning`, `disabled` …
    pub account_status: String,
    /// The program's version.
    pub service_release: String,
    pub total_enrolled_devices: i64,
    pub total_licensed_users: i64,
    pub total_licenses: i64,
    pub assigned_licenses: i64,
    pub licenses: Vec<License>,
    /// The newest day in the warehouse, as yyyymmdd.
    pub last_snapshot_date_key: Option<i32>,
}

/// A product the tenant has licences of.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct License {
    pub sku_part_number: String,
    pub display_name: String,
    pub enabled_units: i64,
    pub consumed_units: i64,
}

pub async fn handle(status: TenantStatus, permitted: Permitted) -> Result<Json<Details>, Failure> {
    let tenant = permitted.tenant();
    let version = status.version;
    let mut details = status.store.read(tenant, move |tx| read(tx, version)).await?;
    let newest = std::sync::Arc::clone(&status.last_snapshot);
    let read = tokio::task::spawn_blocking(move || newest.date_key(tenant));
    details.last_snapshot_date_key = read.await.map_err(|error| Failure::internal(&error))?;
    Ok(Json(details))
}

fn read(tx: &mut Tx<'_, '_>, version: &str) -> Result<Details, Failure> {
    let row = tx
        .row(&sql::TENANT, &[])?
        .ok_or_else(|| Failure::not_found("This tenant does not exist any more."))?;
    let licensed = tx.row(&sql::LICENSED_USERS, &[])?.map_or(Ok(0), |row| row.get(0))?;
    let mut licenses = Vec::new();
    for sku in tx.rows(&sql::LICENCES, &[])? {
        licenses.push(License {
            sku_part_number: sku.get(0)?,
            display_name: sku.get(1)?,
            enabled_units: sku.get(2)?,
            consumed_units: sku.get(3)?,
        });
    }
    Ok(Details {
        tenant_name: row.get(0)?,
        tenant_location: row.get(1)?,
        mdm_authority: row.get(2)?,
        account_status: row.get(3)?,
        service_release: version.to_owned(),
        total_enrolled_devices: row.get(4)?,
        total_licensed_users: licensed,
        total_licenses: licenses.iter().map(|license| license.enabled_units).sum(),
        assigned_licenses: licenses.iter().map(|license| license.consumed_units).sum(),
        licenses,
        last_snapshot_date_key: None,
    })
}
