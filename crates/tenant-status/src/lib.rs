//! Tenant status: the tenant at a glance, and how well its connectors are.
//!
//! Details read what the directory and the devices keep. Connectors (`catalogue`, `model`, `connector`) are kept here:
//! their credentials sealed, their health judged by pure rules at the moment somebody looks, and written down when it
//! changes. How a synchronisation is done others know ([`sync::Sync`]); who hears of a change, `notify` decides. Service
//! health and messages are not here.

pub mod catalogue;
pub mod changelog;
mod changes;
mod connector;
pub mod job;
pub mod model;
pub mod op;
mod routes;
mod sql;
pub mod sync;
mod upload;
pub mod view;

use std::sync::Arc;

use store::Store;
use world::World;

pub use changes::Changes;
pub use connector::own::OwnSeen;
pub use connector::{OwnThing, OwnThings, Seal};
pub use job::sync::work;
pub use job::tick::ticks;
pub use routes::module;

/// What every operation of this feature works with. Cheap to clone.
#[derive(Clone)]
pub struct TenantStatus {
    pub store: Store,
    pub world: World,
    /// The running program's version: the service release.
    pub version: &'static str,
    /// CHANGELOG.md of this version.
    pub changelog: &'static str,
    /// `https://host:port`, without a slash at the end.
    pub origin: Arc<str>,
    pub last_snapshot: Arc<dyn LastSnapshot>,
    pub seal: Arc<dyn Seal>,
    /// Quarterdeck's own certificates, secrets and jobs.
    pub own: Arc<dyn OwnThings>,
    pub syncs: sync::Syncs,
    pub changes: Changes,
}

/// The newest day the warehouse has: whoever keeps it.
pub trait LastSnapshot: Send + Sync + 'static {
    /// As `yyyymmdd`, or None when there is none yet. It may wait for the disk: not for an async thread.
    fn date_key(&self, tenant: store::TenantId) -> Option<i32>;
}

/// The kinds of work this feature offers.
pub fn works(status: &TenantStatus) -> Vec<jobs::Work> {
    vec![work(status)]
}
