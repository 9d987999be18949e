//! Work without a caller: keys and expired sign-ins every minute, the warehouse's day at midnight UTC.
//!
//! The day is a durable job: it is tried again when it fails, also after a restart, and of several servers one does it.
//! A server that was down at midnight makes the day when it starts; days it missed whole are not invented.

use std::time::Duration;

use audit::Actor;
use jiff::{SignedDuration, Timestamp};
use jobs::{Claim, ClaimError, NewJob};
use serde_json::json;
use store::TenantId;
use warehouse::Warehouse;
use warehouse::job::midnight::{Mode, Outcome};

use crate::compose::{House, tenants};

const EVERY: Duration = Duration::from_secs(60);
const KIND: &str = "warehouse.midnight";
/// A million devices take less than a tenth of it; a server that ends in between is followed by another after it.
const LEASE: SignedDuration = SignedDuration::from_mins(30);
/// Tries wait up to an hour: enough for the whole day.
const ATTEMPTS_MAX: i64 = 40;
/// How long finished jobs are remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Starts the work; it ends with the process. What is being written then is kept whole or not at all.
pub(crate) fn start(house: &House) {
    tokio::spawn(run(house.clone()));
}

async fn run(house: House) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = house.identity.tend().await {
            tracing::error!(%error, "keys and expired sign-ins could not be looked after");
        }
        match tenants(&house.store).await {
            Ok(tenants) => {
                for tenant in tenants {
                    if let Err(error) = night(&house, tenant).await {
                        tracing::error!(%tenant, %error, "the night's work could not be looked after");
                    }
                }
            }
            Err(error) => tracing::error!(%error, "the tenants could not be read"),
        }
    }
}

/// Asks for today's snapshot, which is remembered once, and does what is due.
async fn night(house: &House, tenant: TenantId) -> Result<(), ClaimError> {
    let (now, owner) = (house.world.clock.now(), house.warehouse.config.holder.clone());
    let key = day_of(now);
    let job = NewJob {
        id: house.world.ids.guid(),
        kind: KIND,
        dedupe_key: key.clone(),
        payload: json!({}),
        due_at: now,
    };
    let claimed = house.store.write(tenant, move |tx| {
        if jobs::enqueue(tx, &job, now)? {
            jobs::forget(tx, now - REMEMBERED)?;
        }
        jobs::claim(tx, KIND, &owner, now, LEASE)
    });
    let Some(claim) = claimed.await? else { return Ok(()) };
    let outcome = if claim.job.dedupe_key == key {
        let warehouse = house.warehouse.clone();
        let work = tokio::task::spawn_blocking(move || publish(&warehouse, tenant));
        work.await.unwrap_or_else(|_| Err("the snapshot ended unexpectedly".to_owned()))
    } else {
        Err("the day passed before it could be published".to_owned())
    };
    finish(house, tenant, claim, &key, outcome).await
}

/// Writes down how it went. A day that has passed is given up; today is tried again.
async fn finish(
    house: &House,
    tenant: TenantId,
    claim: Claim,
    today: &str,
    outcome: Result<(), String>,
) -> Result<(), ClaimError> {
    let now = house.world.clock.now();
    let attempts_max = if claim.job.dedupe_key == today { ATTEMPTS_MAX } else { 0 };
    if let Err(error) = &outcome {
        tracing::error!(%tenant, day = claim.job.dedupe_key, error, "the day was not published");
    }
    let written = house.store.write(tenant, move |tx| match outcome {
        Ok(()) => jobs::complete(tx, &claim, now),
        Err(error) => jobs::fail(tx, &claim, &error, attempts_max, now).map(drop),
    });
    written.await
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

fn day_of(now: Timestamp) -> String {
    now.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

#[cfg(test)]
mod tests {
    use jobs::State;
    use world::World;

    use super::*;
    use crate::compose::Site;
    use crate::config::{Origin, Sources, load};
    use crate::setup::{Plan, found};

    async fn jobs_of(house: &House, tenant: TenantId) -> Vec<(String, State)> {
        let listed = house.store.read(tenant, |tx| jobs::list(tx, KIND, 9)).await;
        let listed = listed.unwrap_or_else(|error: store::SqlError| panic!("{error}"));
        listed.into_iter().map(|job| (job.dedupe_key, job.state)).collect()
    }

    #[tokio::test]
    async fn a_day_is_published_once_and_a_missed_one_is_not_invented() {
        let folder = tempfile::tempdir().expect("a folder");
        let world = World::with_set_clock("2026-11-20T14:00:00Z".parse().expect("a time"));
        let config = load(&Sources::default()).expect("the defaults are valid");
        let origin = Origin::new("localhost", 443);
        let site = Site { config: &config, data_dir: folder.path(), origin: &origin, authority_file: None };
        let house = House::open(&site, &world).await.expect("opened");
        let plan = Plan::from(&config, None).expect("a plan");
        let tenant = found(&house, &plan).await.expect("founded").tenant;
        night(&house, tenant).await.expect("published");
        night(&house, tenant).await.expect("nothing to do");
        assert_eq!(jobs_of(&house, tenant).await, [("2026-11-20".to_owned(), State::Done)]);
        world.clock.advance(SignedDuration::from_hours(72));
        night(&house, tenant).await.expect("published");
        let days = jobs_of(&house, tenant).await;
        assert_eq!(days[0], ("2026-11-23".to_owned(), State::Done));
        assert_eq!(days.len(), 2, "the days between are not invented");
    }
}
