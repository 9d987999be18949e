//! Which facts are issues that require action, and how much each matters. Pure.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use notify::Severity;

use super::facts::{Dropping, Expiring};
use super::{Found, Kind, words};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Who has so long to renew need not be told yet.
const EXPIRES_SOON_DAYS: i32 = 30;
/// Within seven days, as the connector's own health has it.
const EXPIRES_WARNING_DAYS: i32 = 7;
/// Microsoft's guidance: fewer than five.
const ADMINISTRATORS_MAX: i64 = 5;

/// A credential that has expired, or will within thirty days.
pub fn expiring(facts: &[Expiring], now: Timestamp) -> Vec<Found> {
    let soon = facts.iter().filter(|fact| fact.expires_at <= now + DAY * EXPIRES_SOON_DAYS);
    let found = soon.map(|fact| Found {
        kind: Kind::ExpiringCredential,
        subject: fact.subject.clone(),
        severity: if fact.expires_at <= now {
            Severity::Critical
        } else if fact.expires_at <= now + DAY * EXPIRES_WARNING_DAYS {
            Severity::Warning
        } else {
            Severity::Info
        },
        title: words::expiring(&fact.display_name, fact.expires_at, now),
        advice: words::renew(),
        link: fact.link.clone(),
        n_affected: 1,
    });
    found.collect()
}

/// Refused enrolments of the last days, by cause: the protocol's word and how many.
pub fn failed_enrollments(by_cause: &[(String, i64)]) -> Vec<Found> {
    let found = by_cause.iter().filter(|(_, n)| *n > 0).map(|(cause, n_failures)| Found {
        kind: Kind::FailedEnrollment,
        subject: format!("enrollment/{cause}"),
        severity: Severity::Warning,
        title: words::enrollments_failed(cause, *n_failures),
        advice: words::mend_enrollment(cause),
        link: "/devices/enrollment".to_owned(),
        n_affected: *n_failures,
    });
    found.collect()
}

/// Devices that have not reported for thirty days.
pub fn devices_not_seen(n_devices: i64) -> Vec<Found> {
    if n_devices <= 0 {
        return Vec::new();
    }
    vec![Found {
        kind: Kind::DevicesNotSeen,
        subject: "devices".to_owned(),
        severity: Severity::Warning,
        title: words::not_seen(n_devices),
        advice: words::look_for_devices(),
        link: "/devices".to_owned(),
        n_affected: n_devices,
    }]
}

/// Who holds the keys to everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Administrators {
    /// Global administrators whose account is enabled.
    pub n_enabled: i64,
    /// Accounts that are disabled or deleted and still hold a role of the directory.
    pub n_without_account: i64,
}

/// Groups of administrators that are not protected: against losing the last one, against too many keys, and against
/// keys that nobody holds any more.
pub fn unprotected_admins(admins: Administrators) -> Vec<Found> {
    let found = |subject: &str, severity, n_affected, (title, advice)| Found {
        kind: Kind::UnprotectedAdmins,
        subject: format!("administrators/{subject}"),
        severity,
        title,
        advice,
        link: "/users".to_owned(),
        n_affected,
    };
    let mut all = Vec::new();
    if admins.n_enabled <= 1 {
        let words = words::too_few_administrators(admins.n_enabled);
        all.push(found("tooFew", Severity::Warning, admins.n_enabled, words));
    }
    if admins.n_enabled > ADMINISTRATORS_MAX {
        let words = words::too_many_administrators(admins.n_enabled);
        all.push(found("tooMany", Severity::Info, admins.n_enabled, words));
    }
    if admins.n_without_account > 0 {
        let words = words::roles_without_account(admins.n_without_account);
        all.push(found("withoutAccount", Severity::Warning, admins.n_without_account, words));
    }
    all
}

/// A product's licences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licenses {
    pub sku_id: String,
    pub display_name: String,
    pub n_enabled: i64,
    pub n_consumed: i64,
}

/// Products of which no licence is left, or more are used than there are.
pub fn licenses_used_up(all: &[Licenses]) -> Vec<Found> {
    let used_up = all.iter().filter(|one| one.n_enabled > 0 && one.n_consumed >= one.n_enabled);
    let found = used_up.map(|one| Found {
        kind: Kind::LicensesUsedUp,
        subject: format!("license/{}", one.sku_id),
        severity: if one.n_consumed > one.n_enabled { Severity::Critical } else { Severity::Warning },
        title: words::licenses(&one.display_name, one.n_consumed, one.n_enabled),
        advice: words::buy_or_free(),
        link: "/users".to_owned(),
        n_affected: one.n_consumed,
    });
    found.collect()
}

/// Days that will be gone within a week, table by table.
pub fn dropping(facts: &[Dropping], today: Date) -> Vec<Found> {
    let soon = facts.iter().filter(|fact| fact.on <= today.saturating_add(jiff::Span::new().days(7)));
    let found = soon.map(|fact| Found {
        kind: Kind::RetentionDropping,
        subject: format!("retention/{}", fact.table),
        severity: Severity::Warning,
        title: words::days_go(&fact.table, fact.n_days, fact.on),
        advice: words::keep_or_export(),
        link: "/data-warehouse".to_owned(),
        n_affected: fact.n_days,
    });
    found.collect()
}
