//! Tenant status: the tenant at a glance, and how well its connectors are.
//!
//! Details read what the directory and the devices keep. Connectors (`catalogue`, `model`, `connector`) are kept here:
//! their credentials sealed, their health judged by pure rules at the moment somebody looks, and written down when it
//! changes. How a synchronisation is done others know ([`sync::Sync`]); who hears of a change, `notify` decides. Service
//! health and messages are not here.

mod brought;
pub mod catalogue;
pub mod changelog;
mod changes;
mod connector;
mod expiring;
mod feed;
mod graph;
pub mod job;
pub mod model;
pub mod op;
mod routes;
mod sql;
pub mod sync;
mod upload;
pub mod view;

use std::pin::Pin;
use std::sync::Arc;

use identity::Seal;
use store::{SqlError, Store, TenantId};
use uuid::Uuid;
use world::World;

pub use brought::StoreShelf;
pub use changes::Changes;
pub use connector::own::OwnSeen;
pub use connector::{OwnThing, OwnThings, Server, forget_person};
pub use expiring::{Expiring, expiring};
pub use job::heard::heard;
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
    /// What people may do: whoever keeps the directory.
    pub people: Arc<dyn People>,
    pub syncs: sync::Syncs,
    pub changes: Changes,
}

/// The newest day the warehouse has: whoever keeps it.
pub trait LastSnapshot: Send + Sync + 'static {
    /// As `yyyymmdd`, or None when there is none yet. It may wait for the disk: not for an async thread.
    fn date_key(&self, tenant: store::TenantId) -> Option<i32>;
}

/// A person as a caller, or None when the account is gone or disabled.
pub type FoundCaller<'a> =
    Pin<Box<dyn Future<Output = Result<Option<policy::Caller>, SqlError>> + Send + 'a>>;

/// Finds what a person may do, for doors that a token in the address opens.
pub trait People: Send + Sync + 'static {
    fn caller(&self, tenant: TenantId, user: Uuid) -> FoundCaller<'_>;
}

/// The series that `/metrics` tells of connectors, in Prometheus' text format 0.0.4.
///
/// # Errors
/// When the database cannot be read.
pub async fn metrics(status: &TenantStatus) -> Result<String, SqlError> {
    let mut tenants = Vec::new();
    for tenant in status.store.tenants().await? {
        let instances = status.store.read(tenant, |tx| connector::instance::all(tx, "")).await?;
        tenants.push((tenant, instances));
    }
    Ok(feed::metrics::text(&tenants, status.world.clock.now()))
}

/// The kinds of work this feature offers.
pub fn works(status: &TenantStatus) -> Vec<jobs::Work> {
    vec![work(status)]
}
