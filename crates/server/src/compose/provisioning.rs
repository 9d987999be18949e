//! The directory hears from provisioning services; the connector that waits for them is tenant status's.

use std::time::Duration;

use jobs::{Tick, Trouble};
use store::{Store, TenantId};
use tenant_status::TenantStatus;
use tenant_status::catalogue::SyncKind;

const EVERY: Duration = Duration::from_secs(30);

/// Tells the connectors that wait for SCIM when it was last heard of.
pub(super) fn tick(store: &Store, status: &TenantStatus) -> Tick {
    let (store, status) = (store.clone(), status.clone());
    Tick::new("directory.provisioning", EVERY, move |tenant| tell(store.clone(), status.clone(), tenant))
}

async fn tell(store: Store, status: TenantStatus, tenant: TenantId) -> Result<(), Trouble> {
    if let Some(at) = store.read(tenant, directory::scim::last_call).await? {
        tenant_status::heard(&status, tenant, SyncKind::Scim, at).await?;
    }
    Ok(())
}
