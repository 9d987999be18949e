//! A device's inventory, section by section.

use api::{Failure, Permitted, id_in_path};
use axum::Json;
use axum::extract::Path;
use jiff::Timestamp;
use serde_json::Map;

use super::no_device;
use crate::{Devices, sql, view};

pub async fn handle(
    devices: Devices,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<Json<view::Inventory>, Failure> {
    let id = id_in_path(&id)?;
    let read = devices.store.read(permitted.tenant(), move |tx| {
        tx.row(&sql::ME, &[id.into()])?.ok_or_else(|| no_device(id))?;
        let (mut sections, mut collected_at) = (Map::new(), None::<Timestamp>);
        for row in tx.rows(&sql::INVENTORY, &[id.into()])? {
            let content: String = row.get(1)?;
            let content = serde_json::from_str(&content).map_err(|error| Failure::internal(&error))?;
            sections.insert(row.get(0)?, content);
            collected_at = collected_at.max(Some(row.get(2)?));
        }
        Ok::<_, Failure>(view::Inventory { device_id: id, collected_at, sections })
    });
    Ok(Json(read.await?))
}
