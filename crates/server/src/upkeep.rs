//! Work without a caller: keys and expired sign-ins every minute, the warehouse's day at midnight UTC.
//!
//! The day is a durable job: it is tried again when it fails, also after a restart, and of several servers one does it.
//! A server that was down at midnight makes the day when it starts; days it missed whole are not invented.

use std::time::Duration;

use audit::Actor;
use jiff::{SignedDuration, Timestamp};
use jobs::{NewJob, Runner, Tick, Trouble, Work};
use serde_json::json;
use store::TenantId;
use warehouse::Warehouse;
use warehouse::job::midnight::{Mode, Outcome};

use crate::compose::House;

const EVERY: Duration = Duration::from_secs(60);
pub(crate) const KIND: &str = "warehouse.midnight";
/// A million devices take less than a tenth of it; a server that ends in between is followed by another after it.
const LEASE: SignedDuration = SignedDuration::from_mins(30);
/// Tries wait up to an hour: enough for the whole day.
const ATTEMPTS_MAX: i64 = 40;
/// How long finished jobs are remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Starts the work; it ends with the process. What is being written then is kept whole or not at all.
pub(crate) fn start(house: &House) {
    runner(house).start();
    house.service_announcement.watch.start(&house.store, &house.world);
    tokio::spawn(tend_keys(house.clone()));
}

/// Everything the features offer to be done without a caller, and the warehouse's night.
pub(crate) fn runner(house: &House) -> Runner {
    let works = [vec![night(house)], house.works()].concat();
    let ticks = [vec![ask_for_today(house)], house.ticks()].concat();
    Runner::new(house.store.clone(), house.world.clone(), &house.warehouse.config.holder, works, ticks)
}

async fn tend_keys(house: House) {
    let mut beats = tokio::time::interval(EVERY);
    loop {
        beats.tick().await;
        if let Err(error) = house.identity.tend().await {
            tracing::error!(%error, "keys and expired sign-ins could not be looked after");
        }
    }
}

/// Asks for today's snapshot, which is remembered once.
fn ask_for_today(house: &House) -> Tick {
    let (store, world) = (house.store.clone(), house.world.clone());
    Tick::new("warehouse.midnight", EVERY, move |tenant| {
        let (store, world) = (store.clone(), world.clone());
        async move {
            let now = world.clock.now();
            let job = NewJob {
                id: world.ids.guid(),
                kind: KIND,
                dedupe_key: day_of(now),
                payload: json!({}),
                due_at: now,
            };
            let asked = store.write(tenant, move |tx| {
                if jobs::enqueue(tx, &job, now)? {
                    jobs::forget(tx, now - REMEMBERED)?;
                }
                Ok::<_, store::SqlError>(())
            });
            asked.await
        }
    })
}

/// The snapshot itself. A day that has passed is given up; today is tried again.
fn night(house: &House) -> Work {
    let (warehouse, clock) = (house.warehouse.clone(), house.world.clock.clone());
    Work::new(KIND, LEASE, ATTEMPTS_MAX, move |assignment| {
        let (warehouse, now) = (warehouse.clone(), clock.now());
        async move {
            if assignment.job.dedupe_key != day_of(now) {
                return Err(Trouble::lasting("the day passed before it could be published"));
            }
            let work = tokio::task::spawn_blocking(move || publish(&warehouse, assignment.tenant));
            let outcome = work.await.unwrap_or_else(|_| Err("the snapshot ended unexpectedly".to_owned()));
            outcome.map_err(Trouble::passing)
        }
    })
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

/// What today's job is known by.
pub(crate) fn day_of(now: Timestamp) -> String {
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
        let runner = runner(&house);
        runner.settle().await.expect("published");
        runner.settle().await.expect("nothing to do");
        assert_eq!(jobs_of(&house, tenant).await, [("2026-11-20".to_owned(), State::Done)]);
        world.clock.advance(SignedDuration::from_hours(72));
        runner.settle().await.expect("published");
        let days = jobs_of(&house, tenant).await;
        assert_eq!(days[0], ("2026-11-23".to_owned(), State::Done));
        assert_eq!(days.len(), 2, "the days between are not invented");
    }

    /// How full this machine's disk is, is not the house's doing.
    const ISSUES: store::Sql = store::Sql::tenant(
        "select source_name from service_issue where tenant_id = $1 and source_name <> 'diskSpace'
         order by source_name",
    );
    const ITEMS: store::Sql =
        store::Sql::tenant("select subject from action_item where tenant_id = $1 order by subject");

    async fn texts(house: &House, tenant: TenantId, statement: store::Sql) -> Vec<String> {
        let read = house.store.read(tenant, move |tx| {
            let rows = tx.rows(&statement, &[])?;
            rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, store::SqlError>>()
        });
        read.await.unwrap_or_else(|error| panic!("{error}"))
    }

    #[tokio::test]
    async fn a_house_that_is_well_has_no_incident_and_one_that_missed_its_night_or_lost_its_files_has() {
        let folder = tempfile::tempdir().expect("a folder");
        let world = World::with_set_clock("2026-11-20T14:00:00Z".parse().expect("a time"));
        let config = load(&Sources::default()).expect("the defaults are valid");
        let origin = Origin::new("localhost", 443);
        let site = Site { config: &config, data_dir: folder.path(), origin: &origin, authority_file: None };
        let house = House::open(&site, &world).await.expect("opened");
        let plan = Plan::from(&config, None).expect("a plan");
        let tenant = found(&house, &plan).await.expect("founded").tenant;
        let (runner, watch) = (runner(&house), &house.service_announcement.watch);
        for _ in 0..6 {
            watch.look(&house.store, &world).await;
            runner.settle().await.expect("done");
            world.clock.advance(SignedDuration::from_mins(1));
        }
        assert_eq!(texts(&house, tenant, ISSUES).await, Vec::<String>::new());
        assert_eq!(texts(&house, tenant, ITEMS).await, ["administrators/tooFew"]);
        // A day without its night: the ticks go on, the snapshot does not come.
        world.clock.advance(SignedDuration::from_hours(24));
        for _ in 0..3 {
            service_announcement::job::watch::run(&house.service_announcement, tenant).await.expect("read");
            world.clock.advance(SignedDuration::from_mins(1));
        }
        assert_eq!(texts(&house, tenant, ISSUES).await, ["snapshot"]);
        // The catalogue still answers, and the files are away.
        std::fs::rename(folder.path().join("lake"), folder.path().join("away"))
            .expect("a folder can be moved");
        for _ in 0..3 {
            watch.look(&house.store, &world).await;
        }
        service_announcement::job::watch::run(&house.service_announcement, tenant).await.expect("read");
        assert_eq!(texts(&house, tenant, ISSUES).await, ["objectStore", "snapshot"]);
    }
}
