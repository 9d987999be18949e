//! Who waits for changes, within this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use store::TenantId;
use tokio::sync::watch;

/// Wakes those who watch a tenant's connectors. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Changes(Arc<Mutex<HashMap<TenantId, watch::Sender<u64>>>>);

impl Changes {
    /// A change was kept.
    pub(crate) fn tell(&self, tenant: TenantId) {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = waiting.get(&tenant) {
            sender.send_modify(|n| *n = n.wrapping_add(1));
        }
    }

    pub(crate) fn listen(&self, tenant: TenantId) -> watch::Receiver<u64> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.entry(tenant).or_default().subscribe()
    }
}
