//! When the midnight job runs: as soon as the server is up, and at every midnight UTC after that, for every tenant.
//!
//! A day is published once however often this asks, so it keeps no memory: after a failure it asks again a few minutes
//! later, and a server that was down at midnight makes the day when it is back, if it is still that day.

use std::time::Duration;

use jiff::{SignedDuration, Span, Timestamp};
use store::{Sql, SqlError, Store, TenantId};
use tokio::sync::watch;

use crate::Warehouse;
use crate::job::midnight::{Mode, Outcome};

/// Waits no longer than this at once, so that a clock that was set is noticed.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// After a failure.
const RETRY: SignedDuration = SignedDuration::from_mins(3);

const TENANTS: Sql = Sql::global("select tenant_id from tenant order by tenant_id");

/// Runs until `stop` becomes true or its sender is gone.
pub async fn run(warehouse: Warehouse, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let all_well = every_tenant(&warehouse).await;
        let wait = wait(warehouse.world.clock.now(), all_well);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

/// How long to wait: until midnight at most.
fn wait(now: Timestamp, all_well: bool) -> Duration {
    let most = if all_well { LOOK_AGAIN } else { RETRY };
    let today = now.to_zoned(jiff::tz::TimeZone::UTC);
    let midnight = today.start_of_day().and_then(|start| start.checked_add(Span::new().days(1)));
    let left = midnight.map_or(most, |midnight| midnight.timestamp().duration_since(now));
    // Not before midnight by a rounding: the day would be yesterday's.
    let wait = left.min(most).saturating_add(SignedDuration::from_millis(20));
    wait.try_into().unwrap_or(Duration::from_secs(60))
}

/// Whether every tenant has today's snapshot now.
async fn every_tenant(warehouse: &Warehouse) -> bool {
    let tenants = match tenants(&warehouse.store).await {
        Ok(tenants) => tenants,
        Err(error) => {
            tracing::error!(%error, "the tenants to snapshot could not be read");
            return false;
        }
    };
    let mut all_well = true;
    for tenant in tenants {
        let warehouse = warehouse.clone();
        let publish = move || {
            let run = warehouse.run_today(Mode::Once, false);
            warehouse.publish(tenant, &run, audit::Actor::System("warehouse".to_owned()))
        };
        match tokio::task::spawn_blocking(publish).await {
            Ok(Ok(Outcome::Published(report))) => {
                tracing::info!(%tenant, report.date_key, report.devices, report.users, "published a snapshot");
            }
            Ok(Ok(Outcome::AlreadyPublished(_))) => {}
            Ok(Err(error)) => {
                all_well = false;
                tracing::error!(%tenant, %error, "a snapshot was not published");
            }
            Err(error) => {
                all_well = false;
                tracing::error!(%tenant, %error, "a snapshot stopped unexpectedly");
            }
        }
    }
    all_well
}

async fn tenants(store: &Store) -> Result<Vec<TenantId>, SqlError> {
    let read = store.read_global(|conn| {
        let rows = conn.rows(&TENANTS, &[])?;
        rows.iter().map(|row| row.get(0).map(TenantId)).collect::<Result<_, SqlError>>()
    });
    read.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_until_just_after_midnight_at_most() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        assert_eq!(wait(at("2026-11-20T23:59:30Z"), true), Duration::from_millis(30_020));
        assert_eq!(wait(at("2026-11-20T12:00:00Z"), true), Duration::from_millis(600_020));
        assert_eq!(wait(at("2026-11-20T12:00:00Z"), false), Duration::from_millis(180_020));
        assert_eq!(wait(at("2026-11-20T00:00:00Z"), true), Duration::from_millis(600_020));
    }
}
