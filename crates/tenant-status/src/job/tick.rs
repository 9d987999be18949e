//! Looks again: health whose instant has come, early warnings, runs that are due, and Quarterdeck's own things.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jobs::{Tick, Trouble};
use store::{SqlError, TenantId, Tx};
use uuid::Uuid;

use crate::TenantStatus;
use crate::connector::{instance, keep, own};
use crate::job;
use crate::op::connector::page::TIMELINE;
use crate::sql::connector as sql;

const EVERY: Duration = Duration::from_secs(5);
const OWN_EVERY: Duration = Duration::from_secs(60);
const HOURLY: Duration = Duration::from_secs(3_600);
/// A run that is still going when the next is due.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// Heartbeats and probes leave many.
const RUNS_REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What is looked at, and how often.
pub fn ticks(status: &TenantStatus) -> Vec<Tick> {
    let (due, own, old) = (status.clone(), status.clone(), status.clone());
    let (counts, seals) = (status.clone(), status.clone());
    vec![
        Tick::new("connector.due", EVERY, move |tenant| look(due.clone(), tenant)),
        Tick::new("connector.own", OWN_EVERY, move |tenant| look_at_own(own.clone(), tenant)),
        Tick::new("connector.seals", HOURLY, move |tenant| job::seals::look(seals.clone(), tenant)),
        Tick::new("tenantStatus.counts", HOURLY, move |tenant| job::counts::mend(counts.clone(), tenant)),
        Tick::new("connector.forget", HOURLY, move |tenant| forget(old.clone(), tenant)),
    ]
}

/// Judges what is due and asks for runs that are. Twice does no harm: the second finds nothing due.
async fn look(status: TenantStatus, tenant: TenantId) -> Result<(), Trouble> {
    let now = status.world.clock.now();
    // Nearly always nothing is due: a look costs no write.
    let due = status.store.read(tenant, move |tx| due(tx, now)).await?;
    if due.0.is_empty() && due.1.is_empty() {
        return Ok(());
    }
    let inner = status.clone();
    let written = status.store.write(tenant, move |tx| {
        for id in due.0 {
            if let Some(instance) = instance::locked(tx, id)? {
                keep::record(tx, &inner.world, &instance, now)?;
            }
        }
        for id in due.1 {
            let Some(mut instance) = instance::locked(tx, id)? else { continue };
            let known = instance.sync.kind.is_some_and(|kind| inner.syncs.of(kind).is_some());
            if !known {
                instance.sync.next_run_at = None;
            } else if instance.is_running(now) {
                instance.sync.next_run_at = Some(now + LOOK_AGAIN);
            } else {
                job::sync::ask(tx, &mut instance, (inner.world.ids.guid(), "schedule"), now)?;
            }
            instance.update(tx)?;
        }
        keep::bump(tx)
    });
    written.await?;
    status.changes.tell(tenant);
    Ok(())
}

fn due(tx: &mut Tx<'_, '_>, now: Timestamp) -> Result<(Vec<Uuid>, Vec<Uuid>), SqlError> {
    let ids = |rows: Vec<store::Row>| rows.iter().map(|row| row.get(0)).collect::<Result<Vec<Uuid>, _>>();
    let health = ids(tx.rows(&sql::DUE, &[now.into()])?)?;
    let runs = ids(tx.rows(&sql::DUE_RUNS, &[now.into()])?)?;
    Ok((health, runs))
}

/// Brings Quarterdeck's own connectors to what the program knows.
async fn look_at_own(status: TenantStatus, tenant: TenantId) -> Result<(), Trouble> {
    let things = status.own.of(tenant).await.map_err(Trouble::passing)?;
    let (now, inner) = (status.world.clock.now(), status.clone());
    let written = status.store.read(tenant, move |tx| {
        let steps = own::steps(tx, (inner.own.server(), &things), now)?;
        Ok::<_, SqlError>((steps.is_empty(), things))
    });
    let (is_kept, things) = written.await?;
    if is_kept {
        return Ok(());
    }
    let inner = status.clone();
    let written =
        status.store.write(tenant, move |tx| own::keep(tx, &inner.world, (inner.own.server(), &things), now));
    if written.await? {
        status.changes.tell(tenant);
    }
    Ok(())
}

async fn forget(status: TenantStatus, tenant: TenantId) -> Result<(), Trouble> {
    let now = status.world.clock.now();
    let written = status.store.write(tenant, move |tx| {
        tx.exec(&sql::FORGET_CHANGES, &[now.saturating_sub(TIMELINE).unwrap_or(Timestamp::MIN).into()])?;
        tx.exec(&sql::FORGET_RUNS, &[now.saturating_sub(RUNS_REMEMBERED).unwrap_or(Timestamp::MIN).into()])?;
        Ok::<_, SqlError>(())
    });
    Ok(written.await?)
}
