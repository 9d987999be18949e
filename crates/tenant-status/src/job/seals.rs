//! Tries whether kept credentials can still be opened: a restored database with another key file cannot use them, and
//! that should show before somebody needs one.

use jobs::Trouble;
use store::{SqlError, TenantId, Tx};
use uuid::Uuid;

use crate::TenantStatus;
use crate::connector::instance::{self, CredentialState, Instance};
use crate::connector::keep;
use crate::connector::secret::{self, Purpose};

/// Brings each credential's state to what was found. Twice does no harm.
pub(super) async fn look(status: TenantStatus, tenant: TenantId) -> Result<(), Trouble> {
    let seal = status.seal.clone();
    let wrong = status.store.read(tenant, move |tx| {
        let mut wrong = Vec::new();
        for found in instance::all(tx, "")? {
            if differs(tx, &*seal, &found)? {
                wrong.push(found.id);
            }
        }
        Ok::<_, SqlError>(wrong)
    });
    let wrong = wrong.await?;
    if wrong.is_empty() {
        return Ok(());
    }
    let inner = status.clone();
    let written = status.store.write(tenant, move |tx| {
        let now = inner.world.clock.now();
        for id in wrong {
            mend(tx, &inner, id, now)?;
        }
        keep::bump(tx)
    });
    written.await?;
    status.changes.tell(tenant);
    Ok(())
}

fn mend(tx: &mut Tx<'_, '_>, status: &TenantStatus, id: Uuid, now: jiff::Timestamp) -> Result<(), SqlError> {
    let Some(mut found) = instance::locked(tx, id)? else { return Ok(()) };
    if !differs(tx, &*status.seal, &found)? {
        return Ok(());
    }
    found.credential.state = match found.credential.state {
        CredentialState::Unreadable => CredentialState::Readable,
        _ => CredentialState::Unreadable,
    };
    found.update(tx)?;
    keep::record(tx, &status.world, &found, now).map(drop)
}

/// Whether the state says other than what opening the credential says. What has none kept here is left alone.
fn differs(tx: &mut Tx<'_, '_>, seal: &dyn identity::Seal, found: &Instance) -> Result<bool, SqlError> {
    let kept = secret::find(tx, seal, found.id, Purpose::Credential)?;
    Ok(kept
        .is_some_and(|kept| kept.secret.is_some() != (found.credential.state == CredentialState::Readable)))
}
