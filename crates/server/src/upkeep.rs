//! Work without a caller: what the features offer, and keys and expired sign-ins every minute.

use std::time::Duration;

use jobs::Runner;

use crate::compose::House;

const EVERY: Duration = Duration::from_secs(60);

/// Starts the work; it ends with the process. What is being written then is kept whole or not at all.
pub(crate) fn start(house: &House) {
    runner(house).start();
    house.service_announcement.watch.start(&house.store, &house.world);
    tokio::spawn(tend_keys(house.clone()));
}

/// Everything the features offer to be done without a caller.
pub(crate) fn runner(house: &House) -> Runner {
    let holder = &house.warehouse.config.holder;
    Runner::new(house.store.clone(), house.world.clone(), holder, house.works(), house.ticks())
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

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use jobs::State;
    use store::TenantId;
    use warehouse::job::night::KIND;
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
