//! The day at midnight UTC as a durable job: it is tried again when it fails, also after a restart, and of several
//! servers one does it.
//!
//! A server that was down at midnight makes the day when it starts; days it missed whole are not invented.

use std::time::Duration;

use audit::Actor;
use jiff::{SignedDuration, Timestamp};
use jobs::{Job, NewJob, Tick, Trouble, Work};
use serde_json::json;
use store::{SqlError, TenantId, Tx};

use super::midnight::{Mode, Outcome};
use crate::Warehouse;

/// What the job is called.
pub const KIND: &str = "warehouse.midnight";
/// How often it is looked whether today was asked for.
const EVERY: Duration = Duration::from_secs(60);
/// A million devices take less than a tenth of it; a server that ends in between is followed by another after it.
const LEASE: SignedDuration = SignedDuration::from_mins(30);
/// Tries wait up to an hour: enough for the whole day.
const ATTEMPTS_MAX: i64 = 40;
/// How long finished jobs are remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 90);

/// The snapshot itself. A day that has passed is given up; today is tried again.
pub fn works(warehouse: &Warehouse) -> Vec<Work> {
    let warehouse = warehouse.clone();
    let night = Work::new(KIND, LEASE, ATTEMPTS_MAX, move |assignment| {
        let (warehouse, now) = (warehouse.clone(), warehouse.world.clock.now());
        async move {
            if assignment.job.dedupe_key != day_of(now) {
                return Err(Trouble::lasting("the day passed before it could be published"));
            }
            let work = tokio::task::spawn_blocking(move || publish(&warehouse, assignment.tenant));
            let outcome = work.await.unwrap_or_else(|_| Err("the snapshot ended unexpectedly".to_owned()));
            outcome.map_err(Trouble::passing)
        }
    });
    vec![night]
}

/// Asks for today's snapshot, which is remembered once.
pub fn ticks(warehouse: &Warehouse) -> Vec<Tick> {
    let (store, world) = (warehouse.store.clone(), warehouse.world.clone());
    let ask = Tick::new(KIND, EVERY, move |tenant| {
        let (store, world) = (store.clone(), world.clone());
        async move {
            let now = world.clock.now();
            let (id, dedupe_key) = (world.ids.guid(), day_of(now));
            let job = NewJob { id, kind: KIND, dedupe_key, payload: json!({}), due_at: now };
            let asked = store.write(tenant, move |tx| {
                if jobs::enqueue(tx, &job, now)? {
                    jobs::forget(tx, now - REMEMBERED)?;
                }
                Ok::<_, SqlError>(())
            });
            asked.await
        }
    });
    vec![ask]
}

/// How the day of `now` goes, once it was asked for.
///
/// # Errors
/// When the database cannot be read.
pub fn of_today(tx: &mut Tx<'_, '_>, now: Timestamp) -> Result<Option<Job>, SqlError> {
    jobs::find(tx, KIND, &day_of(now))
}

fn publish(warehouse: &Warehouse, tenant: TenantId) -> Result<(), String> {
    let run = warehouse.run_today(Mode::Once, false);
    let outcome = warehouse.publish(tenant, &run, Actor::System("midnight".to_owned()));
    if let Outcome::Published(report) = outcome.map_err(|error| error.to_string())? {
        let (date_key, devices, users) = (report.date_key, report.devices, report.users);
        tracing::info!(%tenant, date_key, devices, users, "the day was published");
    }
    Ok(())
}

/// What the job of a day is known by.
fn day_of(now: Timestamp) -> String {
    now.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}
