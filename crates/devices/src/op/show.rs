//! One managed device, in Graph's form.

use api::list::Page;
use api::{Failure, Permitted, id_in_path};
use axum::extract::{Path, RawQuery};

use super::no_device;
use crate::{Devices, view};

pub async fn handle(
    devices: Devices,
    permitted: Permitted,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let id = id_in_path(&id)?;
    let root = format!("{}/graph/v1.0", devices.config.origin);
    let query = query.unwrap_or_default();
    let read = devices
        .store
        .read(permitted.tenant(), move |tx| view::MANAGED_DEVICES.one(tx, &root, &id.to_string(), &query));
    read.await?.ok_or_else(|| no_device(id))
}
