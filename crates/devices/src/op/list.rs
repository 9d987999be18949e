//! The list of managed devices, in Graph's form.

use api::list::Page;
use api::{Failure, Permitted};
use axum::extract::RawQuery;

use crate::{Devices, view};

pub async fn handle(
    devices: Devices,
    permitted: Permitted,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let root = format!("{}/graph/v1.0", devices.config.origin);
    let query = query.unwrap_or_default();
    devices.store.read(permitted.tenant(), move |tx| view::MANAGED_DEVICES.page(tx, &root, &query)).await
}

/// How many there are, as plain text.
pub async fn count(
    devices: Devices,
    permitted: Permitted,
    RawQuery(query): RawQuery,
) -> Result<String, Failure> {
    let query = query.unwrap_or_default();
    let count =
        devices.store.read(permitted.tenant(), move |tx| view::MANAGED_DEVICES.count(tx, &query)).await?;
    Ok(count.to_string())
}
