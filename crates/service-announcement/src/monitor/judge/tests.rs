//! The limits, from both sides.

use proptest::prelude::*;

use super::*;

const NOW: &str = "2026-11-20T12:00:00Z";
const DEGRADED: Verdict = Verdict::Bad(Grade::Degraded);
const DOWN: Verdict = Verdict::Bad(Grade::Down);

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn day(text: &str) -> Option<Date> {
    Some(text.parse().expect("a day"))
}

#[test]
fn a_snapshot_is_missed_two_hours_after_midnight() {
    let reading = |newest: Option<Date>, attempts, error: Option<&str>| SnapshotReading {
        newest,
        tenant_since: at("2026-11-01T08:00:00Z"),
        attempts,
        last_error: error.map(str::to_owned),
    };
    for (now, reading, verdict) in [
        ("2026-11-20T01:59:59Z", reading(day("2026-11-19"), 0, None), Verdict::Good),
        ("2026-11-20T02:00:00Z", reading(day("2026-11-19"), 0, None), DOWN),
        ("2026-11-20T02:00:00Z", reading(day("2026-11-20"), 1, None), Verdict::Good),
        ("2026-11-20T00:30:00Z", reading(day("2026-11-19"), 2, Some("disk")), Verdict::Good),
        ("2026-11-20T00:30:00Z", reading(day("2026-11-19"), 3, Some("disk")), DEGRADED),
        ("2026-11-20T12:00:00Z", reading(None, 0, None), DOWN),
    ] {
        assert_eq!(snapshot(&reading, at(now)).verdict, verdict, "{now} {reading:?}");
    }
    let young = SnapshotReading { tenant_since: at("2026-11-20T09:00:00Z"), ..reading(None, 0, None) };
    assert_eq!(snapshot(&young, at(NOW)).verdict, Verdict::Good, "no day before the tenant is missed");
    let told = snapshot(&reading(None, 1, Some("the lake is locked")), at(NOW)).fact;
    assert!(told.en.contains("2026-11-20") && told.sv.contains("the lake is locked"), "{told:?}");
}

#[test]
fn a_few_failures_say_nothing_and_many_say_how_bad() {
    for (requests, failures, verdict) in [
        (0, 0, Verdict::Good),
        (19, 0, Verdict::Good),
        (19, 19, Verdict::Unknown),
        (100, 4, Verdict::Good),
        (100, 5, DEGRADED),
        (100, 49, DEGRADED),
        (100, 50, DOWN),
    ] {
        assert_eq!(feed(Rate { requests, failures }).verdict, verdict, "{failures} of {requests}");
    }
    let rate = |requests, failures| Rate { requests, failures };
    assert_eq!(rate(10, 2).since(rate(4, 1)), rate(6, 1));
    assert_eq!(rate(3, 0).since(rate(4, 1)), rate(3, 0), "the counters began anew");
}

#[test]
fn work_is_late_by_how_long_the_oldest_waits() {
    for (n_overdue, minutes, verdict) in [
        (0, 0, Verdict::Good),
        (900, 4, Verdict::Good),
        (1, 5, Verdict::Unknown),
        (1, 15, DEGRADED),
        (1, 119, DEGRADED),
        (1, 120, DOWN),
    ] {
        let due = at(NOW) - SignedDuration::from_mins(minutes);
        let reading = Backlog { n_overdue, oldest_due_at: Some(due) };
        assert_eq!(backlog(&reading, at(NOW)).verdict, verdict, "{minutes} minutes");
    }
}

#[test]
fn the_fullest_disk_decides() {
    let disk = |free_gib: u64, total_gib: u64| Disk {
        name: "data".to_owned(),
        free_bytes: free_gib * GIB,
        total_bytes: total_gib * GIB,
    };
    for (disk, verdict) in [
        (Disk { free_bytes: GIB - 1, ..disk(0, 10) }, DOWN),
        (disk(1, 10), DEGRADED),
        (disk(4, 20), DEGRADED),
        (disk(5, 20), Verdict::Unknown),
        (disk(6, 20), Verdict::Good),
        (disk(20, 1_000), DEGRADED),
        (disk(55, 1_000), Verdict::Good),
        (disk(60, 100_000), Verdict::Good),
    ] {
        assert_eq!(disks(std::slice::from_ref(&disk)).verdict, verdict, "{disk:?}");
        assert_eq!(disks(&[Disk { free_bytes: 900 * GIB, ..disk.clone() }, disk]).verdict, verdict);
    }
    assert_eq!(disks(&[]).verdict, Verdict::Unknown);
}

#[test]
fn clocks_and_certificates_have_their_limits() {
    for (seconds, verdict) in [
        (0, Verdict::Good),
        (3, Verdict::Good),
        (4, Verdict::Unknown),
        (5, DEGRADED),
        (-299, DEGRADED),
        (300, DOWN),
        (-300, DOWN),
    ] {
        let judged = clock(Some(SignedDuration::from_secs(seconds)));
        assert_eq!(judged.verdict, verdict, "{seconds} seconds");
    }
    assert!(clock(Some(SignedDuration::from_secs(-9))).fact.en.contains("ahead"), "theirs is behind");
    assert_eq!(clock(None).verdict, Verdict::Unknown);
    for (expires, verdict) in [
        ("2026-12-04T12:00:00Z", Verdict::Good),
        ("2026-12-04T11:59:59Z", DEGRADED),
        ("2026-11-20T12:00:01Z", DEGRADED),
        ("2026-11-20T12:00:00Z", DOWN),
    ] {
        assert_eq!(certificate(Some(at(expires)), at(NOW)).verdict, verdict, "{expires}");
    }
}

#[test]
fn silent_devices_are_judged_against_the_same_hour_of_the_week() {
    let fleet = |n_silent| Fleet { n_active: 100, n_silent };
    let learnt = |share| Habits::default().learnt(at(NOW), share);
    let fine = Rate::default();
    for (habits, n_silent, verdict) in [
        (Habits::default(), 99, Verdict::Good),
        (learnt(0.9), 95, Verdict::Good),
        (learnt(0.1), 24, Verdict::Good),
        (learnt(0.1), 29, Verdict::Unknown),
        (learnt(0.1), 31, DEGRADED),
        (learnt(0.1), 80, DOWN),
    ] {
        assert_eq!(agents(fleet(n_silent), fine, &habits, at(NOW)).verdict, verdict, "{n_silent} silent");
    }
    let few = Fleet { n_active: 19, n_silent: 19 };
    assert_eq!(agents(few, fine, &learnt(0.1), at(NOW)).verdict, Verdict::Good);
    let refused = Rate { requests: 100, failures: 80 };
    assert_eq!(agents(fleet(0), refused, &learnt(0.1), at(NOW)).verdict, DOWN, "we fail to answer them");
    let next_week = at(NOW) + SignedDuration::from_hours(168);
    assert_eq!(learnt(0.3).usual(next_week), Some(0.3));
    assert_eq!(learnt(0.3).usual(at("2026-11-20T13:00:00Z")), None);
}

proptest! {
    #[test]
    fn habits_stay_between_what_was_seen(shares in prop::collection::vec(0.0_f64..=1.0, 1..50)) {
        let mut habits = Habits::default();
        for share in &shares {
            habits = habits.learnt(at(NOW), *share);
        }
        let usual = habits.usual(at(NOW)).expect("it was seen");
        let (low, high) = shares.iter().fold((1.0_f64, 0.0_f64), |(low, high), s| (low.min(*s), high.max(*s)));
        prop_assert!(usual >= low - 1e-9 && usual <= high + 1e-9);
    }

    #[test]
    fn more_room_is_never_worse(free in 0_u64..200, more in 0_u64..50, total in 200_u64..4_000) {
        let judge = |free: u64| {
            let disk = Disk { name: "data".to_owned(), free_bytes: free * GIB, total_bytes: total * GIB };
            match disks(&[disk]).verdict {
                Verdict::Good => 0,
                Verdict::Unknown => 1,
                Verdict::Bad(Grade::Degraded) => 2,
                Verdict::Bad(Grade::Down) => 3,
            }
        };
        prop_assert!(judge(free + more) <= judge(free));
    }
}
