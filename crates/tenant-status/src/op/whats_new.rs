//! What is new: the changelog, as the page shows it.

use api::{Failure, Permitted};
use axum::Json;
use schemars::JsonSchema;
use serde::Serialize;

use crate::TenantStatus;
use crate::changelog::{Release, releases};

/// Releases, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WhatsNew {
    pub releases: Vec<Release>,
}

pub async fn handle(status: TenantStatus, _: Permitted) -> Result<Json<WhatsNew>, Failure> {
    Ok(Json(WhatsNew { releases: releases(status.changelog) }))
}
