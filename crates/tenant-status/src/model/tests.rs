//! Every rule at every boundary, a microsecond before, at and after it, and the laws that hold for all inputs.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::health::{AHEAD_MAX, EXPIRES_SOON, PERIODS_UNHEALTHY, SYNC_PERIOD};
use super::*;

const MICRO: SignedDuration = SignedDuration::from_micros(1);

fn at(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap()
}

fn enabled(seen: Seen) -> Facts {
    Facts { is_enabled: true, seen }
}

fn expiring(expires_at: Timestamp) -> Facts {
    enabled(Seen::Credential { valid_from: None, expires_at: Some(expires_at) })
}

fn around(boundary: Timestamp) -> [Timestamp; 3] {
    [boundary - MICRO, boundary, boundary + MICRO]
}

proptest! {
    #[test]
    fn expiry_turns_exactly_at_its_boundaries(micros in 0_i64..4_000_000_000_000_000) {
        let expires_at = at(micros);
        let healths = |boundary| around(boundary).map(|now| judge(Rule::Expiry, expiring(expires_at), now).health);
        prop_assert_eq!(healths(expires_at), [Health::Warning, Health::Unhealthy, Health::Unhealthy]);
        let soon = healths(expires_at - EXPIRES_SOON);
        prop_assert_eq!(soon, [Health::Healthy, Health::Warning, Health::Warning]);
    }

    #[test]
    fn sync_turns_exactly_at_its_boundaries(micros in 0_i64..4_000_000_000_000_000, period_micros in 10_i64..1 << 50) {
        let (success, period) = (at(micros), SignedDuration::from_micros(period_micros));
        for (rule, period) in [(Rule::Sync, SYNC_PERIOD), (Rule::Heartbeat { period }, period)] {
            let healths = |boundary| {
                around(boundary).map(|now| judge(rule, enabled(Seen::Succeeded { at: success }), now).health)
            };
            prop_assert_eq!(healths(success + period), [Health::Healthy, Health::Healthy, Health::Warning]);
            let long = healths(success + period * PERIODS_UNHEALTHY);
            prop_assert_eq!(long, [Health::Warning, Health::Unhealthy, Health::Unhealthy]);
            let ahead = healths(success - AHEAD_MAX);
            prop_assert_eq!(ahead, [Health::Warning, Health::Healthy, Health::Healthy]);
        }
    }

    #[test]
    fn never_synchronised_turns_exactly_at_its_boundary(micros in 0_i64..4_000_000_000_000_000) {
        let configured_at = at(micros);
        let facts = enabled(Seen::NeverSucceeded { configured_at });
        prop_assert_eq!(judge(Rule::Sync, facts, configured_at).health, Health::Warning);
        let healths = around(configured_at + SYNC_PERIOD * PERIODS_UNHEALTHY)
            .map(|now| judge(Rule::Sync, facts, now).health);
        prop_assert_eq!(healths, [Health::Warning, Health::Unhealthy, Health::Unhealthy]);
    }

    /// What `changes_at` promises: the same health until a microsecond before it, another one at it.
    #[test]
    fn health_changes_when_it_says(seen in seen(), period_micros in 10_i64..1 << 45, now in instant(), part in 0_u8..=100) {
        let period = SignedDuration::from_micros(period_micros);
        for rule in [Rule::Expiry, Rule::Sync, Rule::Heartbeat { period }] {
            let judged = judge(rule, enabled(seen), now);
            let health_at = |now| judge(rule, enabled(seen), now).health;
            match judged.changes_at {
                Some(changes_at) => {
                    prop_assert!(changes_at > now);
                    prop_assert_ne!(health_at(changes_at), judged.health);
                    let between = now + (changes_at - MICRO).duration_since(now) * i32::from(part) / 100;
                    prop_assert_eq!(health_at(between), judged.health);
                    prop_assert_eq!(health_at(changes_at - MICRO), judged.health);
                }
                None => prop_assert_eq!(health_at(now + SignedDuration::from_hours(24 * 365 * 50)), judged.health),
            }
        }
    }

    #[test]
    fn disabled_is_not_enabled_whatever_is_known(seen in seen(), now in instant()) {
        let judged = judge(Rule::Sync, Facts { is_enabled: false, seen }, now);
        prop_assert_eq!((judged.health, judged.changes_at), (Health::NotEnabled, None));
    }

    #[test]
    fn a_group_is_as_its_least_healthy_member(all in prop::collection::vec((seen(), any::<bool>()), 1..12), now in instant()) {
        let judged: Vec<Judged> = all
            .into_iter()
            .map(|(seen, is_enabled)| judge(Rule::Expiry, Facts { is_enabled, seen }, now))
            .collect();
        let group = roll_up(&judged).unwrap();
        prop_assert_eq!(Some(group.health), judged.iter().map(|judged| judged.health).min());
        for member in judged.iter().filter(|member| member.health == group.health) {
            prop_assert!(group.changes_at.unwrap_or(Timestamp::MAX) <= member.changes_at.unwrap_or(Timestamp::MAX));
        }
    }

    /// Early warnings are told from exactly their day on, and never move health.
    #[test]
    fn early_warnings_come_on_their_days(micros in 0_i64..4_000_000_000_000_000, days in prop::collection::vec(1_u16..=730, 0..10)) {
        let expires_at = at(micros);
        let warnings = EarlyWarnings::new(days.clone()).unwrap();
        prop_assert_eq!(EarlyWarnings::read(&warnings.text()), warnings.clone());
        for day in days {
            let comes = expires_at - SignedDuration::from_hours(24 * i64::from(day));
            prop_assert_ne!(warnings.due(expires_at, comes - MICRO), Some(day));
            prop_assert_eq!(warnings.due(expires_at, comes), Some(day));
            prop_assert_eq!(warnings.next_at(expires_at, comes - MICRO), Some(comes));
        }
        prop_assert_eq!(warnings.due(expires_at, expires_at), None);
    }
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0_i64..2_000_000_000_000_000).prop_map(at)
}

fn seen() -> impl Strategy<Value = Seen> {
    prop_oneof![
        Just(Seen::NoCredential),
        Just(Seen::Unreadable),
        (prop::option::of(instant()), prop::option::of(instant()))
            .prop_map(|(valid_from, expires_at)| Seen::Credential { valid_from, expires_at }),
        instant().prop_map(|configured_at| Seen::NeverSucceeded { configured_at }),
        instant().prop_map(|at| Seen::Succeeded { at }),
    ]
}

#[test]
fn what_cannot_be_read_is_unhealthy_and_what_is_missing_is_not_enabled() {
    let health = |seen| judge(Rule::Expiry, enabled(seen), at(0)).health;
    assert_eq!(health(Seen::Unreadable), Health::Unhealthy);
    assert_eq!(health(Seen::NoCredential), Health::NotEnabled);
    assert_eq!(health(Seen::Credential { valid_from: None, expires_at: None }), Health::Healthy);
}

#[test]
fn a_certificate_of_tomorrow_is_a_warning() {
    let now = at(1_000_000_000_000_000);
    let tomorrow = now + SignedDuration::from_hours(24);
    let expires_at = Some(now + SignedDuration::from_hours(24 * 365));
    let seen = Seen::Credential { valid_from: Some(tomorrow), expires_at };
    let judged = judge(Rule::Expiry, enabled(seen), now);
    assert_eq!((judged.health, judged.reason), (Health::Warning, Reason::NotYetValid));
    assert_eq!(judged.changes_at, Some(tomorrow - AHEAD_MAX));
}

#[test]
fn names_sort_as_their_language_does() {
    let sorted = |lang: &str, mut names: Vec<&'static str>| {
        names.sort_by_key(|name| Place::new(Health::Healthy, name, lang, name));
        names
    };
    assert_eq!(
        sorted("sv", vec!["Ölmärke", "Zebra", "Ärende", "Åtgärd", "apa"]),
        ["apa", "Zebra", "Åtgärd", "Ärende", "Ölmärke"]
    );
    assert_eq!(sorted("nl", vec!["Zebra", "Édité", "eend", "Fiets"]), ["Édité", "eend", "Fiets", "Zebra"]);
    let mut places = Health::ALL.map(|health| Place::new(health, "a", "en", "a"));
    places.reverse();
    places.sort();
    assert_eq!(places, Health::ALL.map(|health| Place::new(health, "a", "en", "a")));
}

#[test]
fn early_warnings_out_of_bounds_are_refused_in_words() {
    assert_eq!(EarlyWarnings::new(vec![7, 30, 7]).unwrap().days(), [30, 7]);
    assert_eq!(EarlyWarnings::new(vec![0]).unwrap_err(), WarningsError::OutOfRange(0));
    assert_eq!(EarlyWarnings::new((1..=13).collect()).unwrap_err(), WarningsError::TooMany(13));
    assert_eq!(EarlyWarnings::read("nonsense"), EarlyWarnings::default());
}
