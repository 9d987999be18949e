//! A job's life on both databases.

use super::*;
use store::{Sql, Store, TenantId, testkit};

const TENANT: TenantId = TenantId(Uuid::from_u128(1));
const OTHER: TenantId = TenantId(Uuid::from_u128(2));
const MAKE_TENANT: Sql = Sql::tenant(
    "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
     created_at) values ($1, 'T', 'NL', 'here', 'intune', 'active', 0)",
);
const LEASE: SignedDuration = SignedDuration::from_mins(5);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn job(n: u8, key: &str) -> NewJob {
    let payload = serde_json::json!({ "n": n });
    NewJob {
        id: Uuid::from_u128(n.into()),
        kind: "test",
        dedupe_key: key.to_owned(),
        payload,
        due_at: at(10),
    }
}

fn check(test: impl AsyncFn(Store)) {
    testkit::check(async |store| {
        for tenant in [TENANT, OTHER] {
            store.write(tenant, |tx| tx.exec(&MAKE_TENANT, &[])).await.unwrap();
        }
        test(store).await;
    });
}

async fn claim_at(store: &Store, second: i64) -> Option<Claim> {
    store.write(TENANT, move |tx| claim(tx, "test", "worker", at(second), LEASE)).await.unwrap()
}

async fn ask(store: &Store, new: NewJob) -> bool {
    store.write(TENANT, move |tx| enqueue(tx, &new, at(0))).await.unwrap()
}

#[test]
fn the_same_work_is_remembered_once_and_done_once() {
    check(async |store| {
        assert!(ask(&store, job(1, "2026-11-20")).await);
        assert!(!ask(&store, job(2, "2026-11-20")).await);
        assert_eq!(claim_at(&store, 9).await, None, "it is not due yet");
        let claimed = claim_at(&store, 10).await.unwrap();
        assert_eq!((claimed.job.id, claimed.job.attempts), (Uuid::from_u128(1), 1));
        let found = store.read(TENANT, |tx| find(tx, "test", "2026-11-20")).await.unwrap();
        assert_eq!(found.as_ref(), Some(&claimed.job));
        for (tenant, kind, key) in
            [(OTHER, "test", "2026-11-20"), (TENANT, "other", "2026-11-20"), (TENANT, "test", "2026-11-21")]
        {
            assert_eq!(store.read(tenant, move |tx| find(tx, kind, key)).await.unwrap(), None);
        }
        assert_eq!(claim_at(&store, 11).await, None, "one worker at a time");
        store.write(TENANT, move |tx| complete(tx, &claimed, at(20))).await.unwrap();
        assert_eq!(claim_at(&store, 100_000).await, None);
        assert!(!ask(&store, job(3, "2026-11-20")).await, "done work is not asked for again");
    });
}

#[test]
fn a_worker_that_was_away_has_lost_its_job() {
    check(async |store| {
        ask(&store, job(1, "a")).await;
        let first = claim_at(&store, 10).await.unwrap();
        let second = claim_at(&store, 10 + 301).await.unwrap();
        assert_eq!(second.job.attempts, 2);
        for late in [
            store
                .write(TENANT, {
                    let first = first.clone();
                    move |tx| complete(tx, &first, at(400))
                })
                .await,
            store
                .write(TENANT, {
                    let first = first.clone();
                    move |tx| renew(tx, &first, at(400), LEASE)
                })
                .await,
            store
                .write(TENANT, move |tx| fail(tx, &first, &Trouble::passing("late"), 9, at(400)).map(drop))
                .await,
        ] {
            assert!(matches!(late, Err(ClaimError::Lost)), "{late:?}");
        }
        store
            .write(TENANT, {
                let second = second.clone();
                move |tx| renew(tx, &second, at(400), LEASE)
            })
            .await
            .unwrap();
        assert_eq!(claim_at(&store, 650).await, None, "the renewed lease holds");
        store.write(TENANT, move |tx| complete(tx, &second, at(660))).await.unwrap();
    });
}

#[test]
fn failures_wait_longer_and_are_given_up() {
    check(async |store| {
        ask(&store, job(1, "a")).await;
        let mut now = 10;
        for attempt in 1..=3 {
            let claimed = claim_at(&store, now).await.unwrap();
            let state = store
                .write(TENANT, move |tx| fail(tx, &claimed, &Trouble::passing("no disk"), 3, at(now)))
                .await
                .unwrap();
            assert_eq!(state, if attempt < 3 { State::Queued } else { State::Failed });
            assert_eq!(claim_at(&store, now + wait(attempt).as_secs() - 1).await, None);
            now += wait(attempt).as_secs();
        }
        assert_eq!(claim_at(&store, 1_000_000).await, None);
        let listed = store.read(TENANT, |tx| list(tx, "test", 5)).await.unwrap();
        assert_eq!((listed[0].state, listed[0].last_error.as_deref()), (State::Failed, Some("no disk")));
        assert_eq!(store.write(TENANT, |tx| forget(tx, at(2_000_000))).await.unwrap(), 1);
    });
}

#[test]
fn jobs_stay_in_their_tenant() {
    check(async |store| {
        ask(&store, job(1, "a")).await;
        let other = store.write(OTHER, |tx| claim(tx, "test", "worker", at(100), LEASE)).await.unwrap();
        assert_eq!(other, None);
    });
}

#[test]
fn many_workers_claim_each_job_once() {
    check(async |store| {
        for n in 1..=20 {
            ask(&store, job(n, &n.to_string())).await;
        }
        let mut claimed = Vec::new();
        for _ in 0..25 {
            claimed.extend(claim_at(&store, 50).await.map(|claim| claim.job.id));
        }
        claimed.sort();
        claimed.dedup();
        assert_eq!(claimed.len(), 20);
    });
}

proptest::proptest! {
    #[test]
    fn waits_never_shrink_and_are_bounded(attempts in -5_i64..100_000) {
        proptest::prop_assert!(wait(attempts) <= wait(attempts + 1));
        proptest::prop_assert!(wait(attempts) >= FIRST_WAIT && wait(attempts) <= LONGEST_WAIT);
    }
}

/// A runner whose only work counts its runs and ends as `outcome` says.
fn runner(
    store: &Store,
    world: &world::World,
    outcome: impl Fn(i64) -> Result<(), Trouble> + Send + Sync + 'static,
) -> Runner {
    let outcome = std::sync::Arc::new(outcome);
    let work = Work::new("test", LEASE, 3, move |assignment: Assignment| {
        let outcome = std::sync::Arc::clone(&outcome);
        async move { outcome(assignment.job.attempts) }
    });
    Runner::new(store.clone(), world.clone(), "worker", vec![work], Vec::new())
}

async fn only_job(store: &Store) -> Job {
    store.read(TENANT, |tx| list(tx, "test", 5)).await.unwrap().remove(0)
}

#[test]
fn the_runner_does_what_is_due_and_writes_down_how_it_went() {
    check(async |store| {
        let world = world::World::seeded(1, at(10));
        let runner = runner(&store, &world, |attempt| match attempt {
            1 => Err(Trouble::until("asked to wait", at(5_000))),
            2 => panic!("a bug in the work"),
            _ => Ok(()),
        });
        ask(&store, job(1, "a")).await;
        runner.settle().await.unwrap();
        let waiting = only_job(&store).await;
        assert_eq!((waiting.state, waiting.due_at), (State::Queued, at(5_000)));
        assert_eq!(waiting.last_error.as_deref(), Some("asked to wait"));
        world.clock.set(at(5_000));
        runner.settle().await.unwrap();
        let failed = only_job(&store).await;
        assert_eq!(failed.last_error.as_deref(), Some("the work ended unexpectedly"));
        world.clock.set(failed.due_at);
        runner.settle().await.unwrap();
        let done = only_job(&store).await;
        assert_eq!((done.state, done.attempts, done.last_error), (State::Done, 3, None));
    });
}

#[test]
fn trouble_that_cannot_pass_is_not_tried_again() {
    check(async |store| {
        let world = world::World::seeded(1, at(10));
        let runner = runner(&store, &world, |_| Err(Trouble::lasting("no such host")));
        ask(&store, job(1, "a")).await;
        runner.settle().await.unwrap();
        let failed = only_job(&store).await;
        assert_eq!((failed.state, failed.attempts), (State::Failed, 1));
    });
}

#[test]
fn ticks_run_for_every_tenant_and_may_ask_for_work() {
    check(async |store| {
        let world = world::World::seeded(1, at(10));
        let (asking, ids) = (store.clone(), world.ids.clone());
        let tick = Tick::new("test", std::time::Duration::from_secs(60), move |tenant| {
            let new = NewJob { id: ids.guid(), ..job(1, "today") };
            let store = asking.clone();
            async move { store.write(tenant, move |tx| enqueue(tx, &new, at(0)).map(drop)).await }
        });
        let work = Work::new("test", LEASE, 3, |_| async { Ok::<_, Trouble>(()) });
        let runner = Runner::new(store.clone(), world, "worker", vec![work], vec![tick]);
        runner.settle().await.unwrap();
        runner.settle().await.unwrap();
        for tenant in [TENANT, OTHER] {
            let jobs = store.read(tenant, |tx| list(tx, "test", 5)).await.unwrap();
            assert_eq!(jobs.iter().map(|job| job.state).collect::<Vec<_>>(), [State::Done]);
        }
    });
}
