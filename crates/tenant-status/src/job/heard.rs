//! Others that write to a door of ours, such as SCIM: whoever keeps the door tells when it last heard from them.

use jiff::Timestamp;
use store::{SqlError, TenantId, Tx};
use uuid::Uuid;

use crate::TenantStatus;
use crate::catalogue::SyncKind;
use crate::connector::{instance, keep};

/// The last success of every enabled connector that waits to hear in this way is `at`, unless it knows of a later one.
///
/// # Errors
/// When the database refuses.
pub async fn heard(
    status: &TenantStatus,
    tenant: TenantId,
    kind: SyncKind,
    at: Timestamp,
) -> Result<(), SqlError> {
    // Nearly always there is nothing new: a look costs no write.
    let late = status.store.read(tenant, move |tx| late(tx, kind, at)).await?;
    if late.is_empty() {
        return Ok(());
    }
    let inner = status.clone();
    let written = status.store.write(tenant, move |tx| {
        let now = inner.world.clock.now();
        for id in late {
            let Some(mut instance) = instance::locked(tx, id)? else { continue };
            instance.sync.last_attempt_at = Some(at);
            instance.sync.last_success_at = Some(at);
            instance.sync.last_error = None;
            instance.update(tx)?;
            keep::record(tx, &inner.world, &instance, now)?;
        }
        keep::bump(tx)
    });
    written.await?;
    status.changes.tell(tenant);
    Ok(())
}

fn late(tx: &mut Tx<'_, '_>, kind: SyncKind, at: Timestamp) -> Result<Vec<Uuid>, SqlError> {
    let all = instance::all(tx, "")?;
    let waits = all.iter().filter(|instance| instance.is_enabled && instance.sync.kind == Some(kind));
    let late = waits.filter(|instance| instance.sync.last_success_at.is_none_or(|last| last < at));
    Ok(late.map(|instance| instance.id).collect())
}
