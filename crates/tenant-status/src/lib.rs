//! Tenant status: the tenant at a glance.
//!
//! Today it has the tenant's details and what is new; connectors, service health and messages are not here yet. It
//! reads what the directory and the devices keep through its own statements and changes nothing.

pub mod catalogue;
pub mod changelog;
pub mod model;
pub mod op;
mod sql;
pub mod sync;

use std::sync::Arc;

use api::{Module, Route};
use policy::Need;
use store::Store;

/// What every operation of this feature works with. Cheap to clone.
#[derive(Clone)]
pub struct TenantStatus {
    pub store: Store,
    /// The running program's version: the service release.
    pub version: &'static str,
    /// CHANGELOG.md of this version.
    pub changelog: &'static str,
    pub last_snapshot: Arc<dyn LastSnapshot>,
}

/// The newest day the warehouse has: whoever keeps it.
pub trait LastSnapshot: Send + Sync + 'static {
    /// As `yyyymmdd`, or None when there is none yet. It may wait for the disk: not for an async thread.
    fn date_key(&self, tenant: store::TenantId) -> Option<i32>;
}

/// The feature's routes.
pub fn module(status: &TenantStatus) -> Module {
    let (details, news) = (status.clone(), status.clone());
    let routes = vec![
        Route::get(
            "/api/tenantStatus/details",
            Need::TENANT_STATUS,
            "Read the tenant's details",
            move |permitted| op::details::handle(details.clone(), permitted),
        )
        .answers::<op::details::Details>(200),
        Route::get(
            "/api/whatsNew",
            Need::SignedIn,
            "Read what is new in this and earlier releases",
            move |permitted| op::whats_new::handle(news.clone(), permitted),
        )
        .answers::<op::whats_new::WhatsNew>(200),
    ];
    Module { name: "tenant-status", routes }
}
