//! The monitors: they open, worsen and resolve by themselves, and keep what they find while the database is away.

use jiff::SignedDuration;
use serde_json::Value;
use service_announcement::job;
use service_announcement::monitor::reading::Rate;

use super::{Deck, HOME, check};

const ISSUES: &str = "/graph/v1.0/admin/serviceAnnouncement/issues";

impl Deck {
    /// A minute passes, and every monitor is read.
    pub(super) async fn minutes(&self, n: usize) {
        for _ in 0..n {
            self.world.clock.advance(SignedDuration::from_mins(1));
            job::watch::run(&self.feature, HOME).await.unwrap();
        }
    }

    /// The issues a monitor has made, newest first.
    pub(super) async fn issues_of(&self, who: &str, monitor: &str) -> Vec<Value> {
        let body = self.get(who, &format!("{ISSUES}?$filter=sourceName%20eq%20'{monitor}'")).await;
        body["value"].as_array().unwrap().clone()
    }
}

#[test]
fn a_disk_that_fills_up_is_told_once_worsens_and_is_over_when_there_is_room() {
    check(async |deck: Deck| {
        deck.minutes(5).await;
        deck.readings.set().free_bytes = 4 << 30;
        deck.minutes(2).await;
        assert_eq!(deck.issues_of("admin", "diskSpace").await.len(), 0, "two readings are not enough");
        deck.minutes(5).await;
        let issue = deck.issues_of("admin/nl", "diskSpace").await.remove(0);
        assert_eq!(
            (issue["title"].as_str(), issue["classification"].as_str(), issue["status"].as_str()),
            (Some("Een schijf is bijna vol"), Some("advisory"), Some("serviceDegradation"))
        );
        assert_eq!(issue["startDateTime"], "2026-11-20T12:06:00Z", "it began with the first bad reading");
        assert_eq!(issue["posts"].as_array().map(Vec::len), Some(1), "it is not told every minute");
        deck.readings.set().free_bytes = 1 << 20;
        deck.minutes(3).await;
        let issue = deck.issues_of("admin", "diskSpace").await.remove(0);
        assert_eq!(
            (issue["classification"].as_str(), issue["status"].as_str()),
            (Some("incident"), Some("serviceInterruption"))
        );
        let said = issue["posts"][1]["description"]["content"].as_str().unwrap();
        assert_eq!(said, "It has become worse. On the disk of 'data', 0.0 GiB of 500.0 GiB is free.");
        deck.readings.set().free_bytes = 60 << 30;
        deck.minutes(4).await;
        deck.readings.set().disks_cannot_be_read = true;
        deck.minutes(3).await;
        deck.readings.set().disks_cannot_be_read = false;
        assert_eq!(deck.issues_of("admin", "diskSpace").await[0]["isResolved"], false);
        deck.minutes(1).await;
        let issues = deck.issues_of("admin", "diskSpace").await;
        assert_eq!(
            (issues.len(), issues[0]["isResolved"].as_bool(), issues[0]["status"].as_str()),
            (1, Some(true), Some("serviceRestored"))
        );
        let notices = deck.notices().await;
        let told: Vec<_> = notices.iter().filter(|notice| notice.contains("schijf")).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(
            told[0].starts_with("incident open warning") && told[2].starts_with("incident resolved info")
        );
    });
}

#[test]
fn trouble_that_lasts_is_told_of_again_every_six_hours() {
    check(async |deck: Deck| {
        deck.readings.set().certificate_expires_at =
            Some(deck.world.clock.now() + SignedDuration::from_hours(24 * 3));
        deck.minutes(2).await;
        let posts = async || {
            let issue = deck.issues_of("admin", "certificate").await.remove(0);
            issue["posts"].as_array().unwrap().len()
        };
        assert_eq!(posts().await, 1);
        deck.world.clock.advance(SignedDuration::from_hours(6) - SignedDuration::from_mins(2));
        deck.minutes(1).await;
        assert_eq!(posts().await, 1);
        deck.minutes(1).await;
        assert_eq!(posts().await, 2);
    });
}

#[test]
fn a_feed_that_fails_is_counted_over_the_last_minutes() {
    check(async |deck: Deck| {
        let mut rate = Rate { requests: 1_000, failures: 900 };
        deck.readings.set().feed = rate;
        deck.minutes(20).await;
        assert_eq!(
            deck.issues_of("admin", "feed").await.len(),
            0,
            "what was before the start does not count"
        );
        for _ in 0..5 {
            rate = Rate { requests: rate.requests + 30, failures: rate.failures + 20 };
            deck.readings.set().feed = rate;
            deck.minutes(1).await;
        }
        let issue = deck.issues_of("support", "feed").await.remove(0);
        assert_eq!(
            (issue["service"].as_str(), issue["classification"].as_str()),
            (Some("Data warehouse"), Some("incident"))
        );
        deck.minutes(30).await;
        assert_eq!(deck.issues_of("support", "feed").await[0]["isResolved"], true);
    });
}

#[test]
fn what_was_seen_while_the_database_was_away_is_written_when_it_is_back() {
    check(async |deck: Deck| {
        let look = async || {
            deck.world.clock.advance(SignedDuration::from_secs(15));
            deck.feature.watch.look(&deck.store, &deck.world).await;
        };
        look().await;
        deck.minutes(1).await;
        for _ in 0..20 {
            // The look's own statement fails, as it does when the server is away.
            deck.store.database().faults().fail_nth(1);
            look().await;
            deck.store.database().faults().clear();
        }
        assert_eq!(deck.issues_of("admin", "database").await.len(), 0, "nothing was written meanwhile");
        for _ in 0..8 {
            look().await;
        }
        deck.minutes(1).await;
        let issue = deck.issues_of("admin/sv", "database").await.remove(0);
        assert_eq!(
            (issue["title"].as_str(), issue["isResolved"].as_bool()),
            (Some("Databasen svarade inte"), Some(true))
        );
        assert_eq!(issue["startDateTime"], "2026-11-20T12:01:30Z", "when it went away");
        assert_eq!(issue["posts"].as_array().map(Vec::len), Some(2));
        deck.minutes(3).await;
        assert_eq!(deck.issues_of("admin", "database").await.len(), 1, "it is told once");
        assert_eq!(
            deck.issues_of("admin", "objectStore").await.len(),
            0,
            "nothing is known of the files then"
        );
        deck.readings.set().files = Err("403 Forbidden".to_owned());
        for _ in 0..3 {
            look().await;
        }
        deck.minutes(1).await;
        let issue = deck.issues_of("admin", "objectStore").await.remove(0);
        let said = issue["posts"][0]["description"]["content"].as_str().unwrap();
        assert_eq!(said, "It does not answer: 403 Forbidden.");
    });
}

#[test]
fn a_reading_whose_transaction_fails_is_not_half_kept() {
    check(async |deck: Deck| {
        deck.readings.set().free_bytes = 1 << 20;
        deck.minutes(2).await;
        let before = (deck.notices().await, deck.n_audited().await);
        for n in 1..200 {
            deck.world.clock.advance(SignedDuration::from_mins(1));
            deck.store.database().faults().fail_nth(n);
            let outcome = job::watch::run(&deck.feature, HOME).await;
            let happened = deck.store.database().faults().clear();
            let issues = deck.issues_of("admin", "diskSpace").await;
            if issues.is_empty() {
                assert_eq!((deck.notices().await, deck.n_audited().await), before, "at statement {n}");
                assert!(happened, "it opens when nothing fails: {outcome:?}");
                continue;
            }
            let notices = deck.notices().await;
            let told = notices.iter().filter(|notice| notice.contains("schijf")).count();
            assert_eq!((issues.len(), issues[0]["posts"].as_array().map(Vec::len), told), (1, Some(1), 1));
            return;
        }
        panic!("the issue was never opened");
    });
}

#[test]
fn a_clock_that_is_put_back_stops_no_monitor() {
    check(async |deck: Deck| {
        let now = deck.world.clock.now();
        deck.world.clock.advance(SignedDuration::from_hours(24 * 30));
        deck.minutes(2).await;
        deck.world.clock.set(now);
        deck.readings.set().free_bytes = 1 << 20;
        deck.minutes(3).await;
        assert_eq!(deck.issues_of("admin", "diskSpace").await.len(), 1);
    });
}
