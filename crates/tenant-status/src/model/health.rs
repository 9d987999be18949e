//! Health by the rules of seed 000 ("Connector status"), with what the seeds leave open decided in RFD 9.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A certificate or credential that expires within this gives a warning; exactly this is within.
pub(super) const EXPIRES_SOON: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What is synchronised is expected this often; exactly a day ago is still healthy.
pub(super) const SYNC_PERIOD: SignedDuration = SignedDuration::from_hours(24);
/// So many periods without success are unhealthy.
pub(super) const PERIODS_UNHEALTHY: i32 = 3;
/// Clocks of two machines may differ by this; a success further ahead is not believed.
pub const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(5);
/// The least step of time that is kept.
const TICK: SignedDuration = SignedDuration::from_micros(1);

/// How a connector is; least healthy first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ConnectorHealth")]
#[serde(rename_all = "camelCase")]
pub enum Health {
    Unhealthy,
    Warning,
    Healthy,
    NotEnabled,
}

impl Health {
    pub const ALL: [Health; 4] = [Health::Unhealthy, Health::Warning, Health::Healthy, Health::NotEnabled];

    /// The word it is kept and answered as.
    pub fn as_str(self) -> &'static str {
        match self {
            Health::Unhealthy => "unhealthy",
            Health::Warning => "warning",
            Health::Healthy => "healthy",
            Health::NotEnabled => "notEnabled",
        }
    }

    pub fn read(word: &str) -> Option<Health> {
        Self::ALL.into_iter().find(|health| health.as_str() == word)
    }
}

/// What a connector's health depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The expiry of a certificate or credential.
    Expiry,
    /// The last successful synchronisation.
    Sync,
    /// The last sign of life, expected every so often. With a day it is the rule of [`Rule::Sync`].
    Heartbeat { period: SignedDuration },
}

/// What is known of one connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    pub is_enabled: bool,
    pub seen: Seen,
}

/// The fact that the rule reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing has been given yet: a request for a certificate waits for its answer.
    NoCredential,
    /// There is one, but it cannot be opened or read.
    Unreadable,
    /// `expires_at` None: it does not expire.
    Credential {
        valid_from: Option<Timestamp>,
        expires_at: Option<Timestamp>,
    },
    /// Never successful since it was configured.
    NeverSucceeded {
        configured_at: Timestamp,
    },
    Succeeded {
        at: Timestamp,
    },
}

/// Why the health is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "HealthReason")]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    Disabled,
    NoCredential,
    CredentialUnreadable,
    NotYetValid,
    Expired,
    ExpiresSoon,
    ExpiresLater,
    DoesNotExpire,
    NeverSucceeded,
    SuccessInTheFuture,
    SuccessLongAgo,
    SuccessNotRecent,
    SuccessRecent,
}

/// A judgement, with what it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    pub health: Health,
    pub reason: Reason,
    /// The instant that was looked at: the expiry, the last success, or when it was configured.
    pub value: Option<Timestamp>,
    /// How near or how old it may be: the limit that was or will be crossed.
    pub threshold: Option<SignedDuration>,
    /// The first instant with another health when nothing new is heard; None when time alone changes nothing.
    pub changes_at: Option<Timestamp>,
}

impl Judged {
    fn lasting(health: Health, reason: Reason) -> Judged {
        Judged { health, reason, value: None, threshold: None, changes_at: None }
    }
}

/// The health at `now`.
pub fn judge(rule: Rule, facts: Facts, now: Timestamp) -> Judged {
    if !facts.is_enabled {
        return Judged::lasting(Health::NotEnabled, Reason::Disabled);
    }
    let period = match rule {
        Rule::Expiry | Rule::Sync => SYNC_PERIOD,
        Rule::Heartbeat { period } => period.max(TICK),
    };
    match facts.seen {
        Seen::NoCredential => Judged::lasting(Health::NotEnabled, Reason::NoCredential),
        Seen::Unreadable => Judged::lasting(Health::Unhealthy, Reason::CredentialUnreadable),
        Seen::Credential { valid_from, expires_at } => by_expiry(valid_from, expires_at, now),
        Seen::NeverSucceeded { configured_at } => never(configured_at, period, now),
        Seen::Succeeded { at } => by_success(at, period, now),
    }
}

fn by_expiry(valid_from: Option<Timestamp>, expires_at: Option<Timestamp>, now: Timestamp) -> Judged {
    if let Some(expires_at) = expires_at.filter(|at| *at <= now) {
        let expired = Judged::lasting(Health::Unhealthy, Reason::Expired);
        return Judged { value: Some(expires_at), threshold: Some(SignedDuration::ZERO), ..expired };
    }
    let begins = valid_from.map(|from| minus(from, AHEAD_MAX)).filter(|begins| *begins > now);
    if let Some(begins) = begins {
        let soon = expires_at.map(|at| minus(at, EXPIRES_SOON)).is_some_and(|soon| soon <= begins);
        // Once it is valid it may already be about to expire: then the warning goes on.
        let changes_at = if soon { expires_at } else { Some(begins) };
        let early = Judged::lasting(Health::Warning, Reason::NotYetValid);
        return Judged { value: valid_from, threshold: Some(AHEAD_MAX), changes_at, ..early };
    }
    let Some(expires_at) = expires_at else {
        return Judged::lasting(Health::Healthy, Reason::DoesNotExpire);
    };
    let soon_at = minus(expires_at, EXPIRES_SOON);
    let (health, reason, changes_at) = if soon_at <= now {
        (Health::Warning, Reason::ExpiresSoon, expires_at)
    } else {
        (Health::Healthy, Reason::ExpiresLater, soon_at)
    };
    Judged {
        health,
        reason,
        value: Some(expires_at),
        threshold: Some(EXPIRES_SOON),
        changes_at: Some(changes_at),
    }
}

fn never(configured_at: Timestamp, period: SignedDuration, now: Timestamp) -> Judged {
    let unhealthy_at = plus(configured_at, period * PERIODS_UNHEALTHY);
    let (health, changes_at) =
        if unhealthy_at <= now { (Health::Unhealthy, None) } else { (Health::Warning, Some(unhealthy_at)) };
    Judged {
        health,
        reason: Reason::NeverSucceeded,
        value: Some(configured_at),
        threshold: Some(period * PERIODS_UNHEALTHY),
        changes_at,
    }
}

fn by_success(at: Timestamp, period: SignedDuration, now: Timestamp) -> Judged {
    let believed_from = minus(at, AHEAD_MAX);
    let late_after = plus(at, period);
    let unhealthy_at = plus(at, period * PERIODS_UNHEALTHY);
    let (health, reason, threshold, changes_at) = if now < believed_from {
        (Health::Warning, Reason::SuccessInTheFuture, AHEAD_MAX, Some(believed_from))
    } else if now <= late_after {
        (Health::Healthy, Reason::SuccessRecent, period, Some(plus(late_after, TICK)))
    } else if now < unhealthy_at {
        (Health::Warning, Reason::SuccessNotRecent, period * PERIODS_UNHEALTHY, Some(unhealthy_at))
    } else {
        (Health::Unhealthy, Reason::SuccessLongAgo, period * PERIODS_UNHEALTHY, None)
    };
    Judged { health, reason, value: Some(at), threshold: Some(threshold), changes_at }
}

fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn minus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}
