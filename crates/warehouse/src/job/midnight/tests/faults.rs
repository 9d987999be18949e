//! Two servers at once, late runs and full disks: a day is published once and whole.

use std::sync::Barrier;
use std::thread;

use lake::LakeConfig;

use super::*;
use crate::job::alone::{LEASE, LEASE_TIME};
use crate::testkit::{Bench, on_engines};

/// The same lake as another server has it.
fn other_server(bench: &Bench) -> Lake {
    let LakeConfig { catalogue, data_dir } = bench.config.clone();
    // Its own ids: two servers never make the same name.
    let world = world::World::seeded(8, bench.world.clock.now());
    Lake::open(&LakeConfig { catalogue, data_dir }, world).expect("the lake opens twice")
}

#[test]
fn two_servers_racing_publish_once() {
    on_engines(|bench| {
        let lists = Lists::of(&["a"], &[("1", "a"), ("2", "")]);
        bench.publish(DAY_1, &lists);
        bench.world.clock.set("2026-01-06T00:00:10Z".parse().expect("an instant"));
        let (lakes, barrier) = ([bench.lake.clone(), other_server(bench)], Barrier::new(2));
        let now = bench.world.clock.now();
        let race = |lake: &Lake, holder: &str| {
            let run = Run { day: DAY_2, ..Run::today(now, Mode::Once, holder) };
            barrier.wait();
            crate::job::midnight::run(lake, &run, |take| take(&mut lists.clone()))
        };
        let results = thread::scope(|threads| {
            let race = &race;
            let started = lakes.iter().zip(["one", "two"]);
            let started: Vec<_> =
                started.map(|(lake, holder)| threads.spawn(move || race(lake, holder))).collect();
            started.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
        });
        let n_published = results.iter().filter(|result| matches!(result, Ok(Outcome::Published(_)))).count();
        let refused = |result: &Result<Outcome, MidnightError>| {
            matches!(
                result,
                Ok(Outcome::AlreadyPublished(_) | Outcome::Published(_))
                    | Err(MidnightError::Lease(LeaseError::Held { .. }))
            )
        };
        assert_eq!(n_published, 1, "{results:?}");
        assert!(results.iter().all(refused), "{results:?}");
        assert_eq!(bench.ints("devicePropertyHistories", &["dateKey"]).len(), 4);
    });
}

#[test]
fn a_server_that_slept_through_its_lease_publishes_nothing() {
    on_engines(|bench| {
        let lists = Lists::of(&["a"], &[("1", "a")]);
        bench.publish(DAY_1, &lists);
        let now = bench.world.clock.now();
        let run = Run { day: DAY_2, ..Run::today(now, Mode::Once, "sleeper") };
        // While it reads, its time ends and another server takes over.
        let result = crate::job::midnight::run(&bench.lake, &run, |take| {
            bench.world.clock.advance(SignedDuration::from_hours(1));
            let later = world::World::seeded(9, bench.world.clock.now());
            let other = Lake::open(&bench.config, later).expect("the lake opens");
            other.lease(LEASE, "other", LEASE_TIME).expect("the lease has ended");
            take(&mut lists.clone())
        });
        assert!(matches!(result, Err(MidnightError::Publish(PublishError::LeaseLost(_)))), "{result:?}");
        assert_eq!(bench.ints("devicePropertyHistories", &["dateKey"]), [[20_260_105]]);
    });
}

#[test]
fn a_full_disk_keeps_the_old_day_and_says_so() {
    let bench = bench();
    bench.publish(DAY_1, &Lists::of(&["a"], &[("1", "a")]));
    let next = Lists::of(&["a", "b"], &[("1", "a"), ("2", "b")]);
    for room in [0, 100, 1_000, 3_000, 5_000] {
        bench.lake.file_faults().room(room);
        let error = bench.run_as(DAY_2, Mode::Once, false, &next).expect_err("the disk is full");
        assert!(bench.lake.file_faults().clear(), "{room} bytes are too many for this test");
        assert!(error.to_string().contains("no storage space"), "{error}");
        assert_eq!(bench.ints("devices", &["deviceKey"]), [[1]]);
    }
    // There is room again: the day is made, late.
    bench.publish(DAY_2, &next);
    assert_eq!(bench.ints("devices", &["deviceKey"]), [[1], [2]]);
    assert_eq!(bench.lake.verify().expect("readable"), []);
}

#[test]
fn a_late_day_is_made_and_days_that_passed_are_not() {
    on_engines(|bench| {
        let lists = Lists::of(&["a"], &[("1", "a")]);
        bench.publish(DAY_1, &lists);
        // Down for five days; up again at noon, and asked twice.
        let noon = "2026-01-10T12:00:00Z".parse().expect("an instant");
        bench.world.clock.set(noon);
        let run = Run::today(noon, Mode::Once, "late");
        let make = || crate::job::midnight::run(&bench.lake, &run, |take| take(&mut lists.clone()));
        assert!(matches!(make(), Ok(Outcome::Published(_))));
        assert!(matches!(make(), Ok(Outcome::AlreadyPublished(_))));
        assert_eq!(bench.ints("devicePropertyHistories", &["dateKey"]), [[20_260_105], [20_260_110]]);
    });
}
