//! Comparing, and the limits of what is found.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::facts::{Dropping, Expiring};
use super::find::{self, Administrators, Licenses};
use super::*;

fn found(kind: Kind, subject: &str, severity: Severity) -> Found {
    let words = Words::same(subject);
    Found {
        kind,
        subject: subject.to_owned(),
        severity,
        title: words.clone(),
        advice: words,
        link: "/".to_owned(),
        n_affected: 1,
    }
}

fn known(found: &Found, is_mended: bool) -> Known {
    Known {
        kind: found.kind.as_str().to_owned(),
        subject: found.subject.clone(),
        severity: found.severity.as_str().to_owned(),
        title: found.title.clone(),
        is_mended,
    }
}

fn any_found() -> impl Strategy<Value = Found> {
    let kinds = prop::sample::select(Kind::ALL.to_vec());
    (kinds, "[a-d]", prop::sample::select(Severity::ALL.to_vec()))
        .prop_map(|(kind, subject, severity)| found(kind, &subject, severity))
}

fn by_name(found: Vec<Found>) -> Vec<Found> {
    let mut by_name = BTreeMap::new();
    for one in found {
        by_name.entry((one.kind, one.subject.clone())).or_insert(one);
    }
    by_name.into_values().collect()
}

proptest! {
    #[test]
    fn after_the_changes_exactly_what_was_found_stands(
        before in prop::collection::vec((any_found(), any::<bool>()), 0..10),
        now in prop::collection::vec(any_found(), 0..10),
        looked_for in prop::collection::btree_set(prop::sample::select(Kind::ALL.to_vec()), 0..6),
    ) {
        let mended: BTreeMap<_, _> =
            before.iter().map(|(f, mended)| ((f.kind, f.subject.clone()), *mended)).collect();
        let before = by_name(before.into_iter().map(|(found, _)| found).collect());
        let known: Vec<Known> =
            before.iter().map(|f| known(f, mended[&(f.kind, f.subject.clone())])).collect();
        let mut standing: BTreeSet<(String, String)> = known
            .iter()
            .filter(|one| !one.is_mended)
            .map(|one| (one.kind.clone(), one.subject.clone()))
            .collect();
        let untouched: BTreeSet<_> = standing
            .iter()
            .filter(|(kind, _)| !looked_for.iter().any(|k| k.as_str() == kind))
            .cloned()
            .collect();
        for change in compare(&now, &known, &looked_for) {
            let (name, is_new) = match change {
                Change::Begin(f) => ((f.kind.as_str().to_owned(), f.subject.clone()), true),
                Change::Worsen(f) | Change::Keep(f) => ((f.kind.as_str().to_owned(), f.subject.clone()), false),
                Change::Mend(k) => {
                    prop_assert!(standing.remove(&(k.kind.clone(), k.subject.clone())));
                    continue;
                }
            };
            prop_assert_eq!(standing.insert(name), is_new, "only what was not standing begins");
        }
        let expected: BTreeSet<(String, String)> = now
            .iter()
            .filter(|f| looked_for.contains(&f.kind))
            .map(|f| (f.kind.as_str().to_owned(), f.subject.clone()))
            .chain(untouched)
            .collect();
        prop_assert_eq!(standing, expected);
    }
}

#[test]
fn what_matters_more_is_told_and_what_matters_less_is_not() {
    let kind = Kind::ExpiringCredential;
    let warning = found(kind, "a", Severity::Warning);
    let all = BTreeSet::from(Kind::ALL);
    for (severity, expected) in
        [(Severity::Critical, true), (Severity::Warning, false), (Severity::Info, false)]
    {
        let now = [found(kind, "a", severity)];
        let before = [known(&warning, false)];
        let changes = compare(&now, &before, &all);
        assert_eq!(matches!(changes[..], [Change::Worsen(_)]), expected, "{severity:?}");
        assert_eq!(matches!(changes[..], [Change::Keep(_)]), !expected, "{severity:?}");
    }
}

#[test]
fn credentials_are_found_thirty_days_before() {
    let now: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
    let severity = |left: SignedDuration| {
        let fact = Expiring {
            subject: "s".to_owned(),
            display_name: Words::same("Push certificate"),
            expires_at: now + left,
            link: "/".to_owned(),
        };
        find::expiring(&[fact], now).first().map(|found| (found.severity, found.title.nl.clone()))
    };
    let days = |n: i64| SignedDuration::from_hours(24 * n);
    let tick = SignedDuration::from_micros(1);
    assert_eq!(severity(days(30) + tick), None);
    assert_eq!(severity(days(30)).map(|s| s.0), Some(Severity::Info));
    assert_eq!(severity(days(7) + tick).map(|s| s.0), Some(Severity::Info));
    assert_eq!(severity(days(7)).map(|s| s.0), Some(Severity::Warning));
    assert_eq!(severity(tick).map(|s| s.0), Some(Severity::Warning));
    let expired = severity(SignedDuration::ZERO);
    assert_eq!(expired, Some((Severity::Critical, "Push certificate is verlopen op 2026-11-20".to_owned())));
}

#[test]
fn licences_administrators_and_days_have_their_limits() {
    let sku = |n_enabled, n_consumed| Licenses {
        sku_id: "s".to_owned(),
        display_name: "Product".to_owned(),
        n_enabled,
        n_consumed,
    };
    let severities = |licenses: &[Licenses]| {
        find::licenses_used_up(licenses).iter().map(|found| found.severity).collect::<Vec<_>>()
    };
    assert_eq!(severities(&[sku(5, 4), sku(0, 0)]), []);
    assert_eq!(severities(&[sku(5, 5), sku(5, 6)]), [Severity::Warning, Severity::Critical]);
    let subjects = |n_enabled, n_without_account| {
        let admins = Administrators { n_enabled, n_without_account };
        find::unprotected_admins(admins).into_iter().map(|found| found.subject).collect::<Vec<_>>()
    };
    assert_eq!(subjects(2, 0), Vec::<String>::new());
    assert_eq!(subjects(5, 0), Vec::<String>::new());
    assert_eq!(subjects(1, 0), ["administrators/tooFew"]);
    assert_eq!(subjects(6, 1), ["administrators/tooMany", "administrators/withoutAccount"]);
    let today = "2026-11-20".parse().expect("a day");
    let drop = |on: &str| {
        let fact = Dropping { table: "devices".to_owned(), on: on.parse().expect("a day"), n_days: 3 };
        find::dropping(&[fact], today).len()
    };
    assert_eq!((drop("2026-11-27"), drop("2026-11-28")), (1, 0));
    assert_eq!(find::devices_not_seen(0), []);
    assert_eq!(find::devices_not_seen(3)[0].n_affected, 3);
    let failed = find::failed_enrollments(&[("token_expired".to_owned(), 4), ("csr_invalid".to_owned(), 0)]);
    assert_eq!(failed.len(), 1);
    assert!(failed[0].title.sv.contains("4") && failed[0].advice.en.contains("token"), "{failed:?}");
}
