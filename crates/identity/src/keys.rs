//! The signing keys: one ring for all tenants, `next → active → retired`, then gone.
//!
//! A key is published (`next`) for at least [`PUBLISH_SECONDS`] before it signs, and stays published (`retired`) until
//! the last token it signed has expired. [`plan`] is the rule, pure; `sql` keeps the rows; private keys rest sealed.

pub(crate) mod master;
pub(crate) mod sql;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::jws::{PrivateKey, PublicKey};

/// How long a key signs before the next one takes over: 90 days.
pub const ACTIVE_SECONDS: i64 = 90 * 86_400;
/// How long a key is published before it signs: one day, the longest a client keeps the key document.
pub const PUBLISH_SECONDS: i64 = 86_400;
/// How long a retired key stays published: the longest token life plus clock skew.
pub const RETIRED_SECONDS: i64 = 86_400;

/// Where a key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    Next,
    Active,
    Retired,
}

impl KeyState {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            KeyState::Next => "next",
            KeyState::Active => "active",
            KeyState::Retired => "retired",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<KeyState> {
        [KeyState::Next, KeyState::Active, KeyState::Retired].into_iter().find(|state| state.name() == name)
    }
}

/// What the rotation rule looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLife {
    pub kid: String,
    pub state: KeyState,
    /// When the key entered its state.
    pub since: Timestamp,
}

/// One step of a rotation, in the order to carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Create(KeyState),
    Enter(String, KeyState),
    Delete(String),
}

/// What the ring needs at `now`. `force` rotates at once, however young the keys are.
pub fn plan(keys: &[KeyLife], now: Timestamp, force: bool) -> Vec<Step> {
    let older =
        |key: &KeyLife, seconds: i64| now.duration_since(key.since) >= SignedDuration::from_secs(seconds);
    let find = |state| keys.iter().filter(move |key| key.state == state);
    let mut steps: Vec<Step> = find(KeyState::Retired)
        .filter(|key| older(key, RETIRED_SECONDS))
        .map(|key| Step::Delete(key.kid.clone()))
        .collect();
    let active = find(KeyState::Active).min_by_key(|key| key.since);
    let next = find(KeyState::Next).min_by_key(|key| key.since);
    match (active, next) {
        (None, None) => steps.extend([Step::Create(KeyState::Active), Step::Create(KeyState::Next)]),
        (None, Some(next)) => {
            steps.extend([Step::Enter(next.kid.clone(), KeyState::Active), Step::Create(KeyState::Next)]);
        }
        (Some(_), None) => steps.push(Step::Create(KeyState::Next)),
        (Some(active), Some(next)) => {
            if force || (older(active, ACTIVE_SECONDS) && older(next, PUBLISH_SECONDS)) {
                steps.push(Step::Enter(active.kid.clone(), KeyState::Retired));
                steps.push(Step::Enter(next.kid.clone(), KeyState::Active));
                steps.push(Step::Create(KeyState::Next));
            }
        }
    }
    steps
}

/// The keys in memory: all public ones, and the private one that signs.
#[derive(Clone)]
pub(crate) struct KeyRing {
    signing: Arc<PrivateKey>,
    published: Vec<(String, PublicKey)>,
}

impl KeyRing {
    pub(crate) fn new(signing: Arc<PrivateKey>, published: Vec<PublicKey>) -> KeyRing {
        let published = published.into_iter().map(|key| (key.thumbprint(), key)).collect();
        KeyRing { signing, published }
    }

    pub(crate) fn signing(&self) -> &PrivateKey {
        &self.signing
    }

    pub(crate) fn find(&self, kid: &str) -> Option<&PublicKey> {
        self.published.iter().find(|(known, _)| known == kid).map(|(_, key)| key)
    }

    /// The JWKS document (RFC 7517 §5).
    pub(crate) fn jwks(&self) -> Value {
        json!({"keys": self.published.iter().map(|(_, key)| key.jwk()).collect::<Vec<_>>()})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn key(kid: &str, state: KeyState, day: i64) -> KeyLife {
        KeyLife { kid: kid.to_owned(), state, since: at(day) }
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * DAY).expect("in range")
    }

    #[test]
    fn an_empty_ring_gets_an_active_and_a_next_key() {
        assert_eq!(plan(&[], at(0), false), [Step::Create(KeyState::Active), Step::Create(KeyState::Next)]);
    }

    #[test]
    fn nothing_happens_before_ninety_days_and_rotation_after() {
        let ring = [key("a", KeyState::Active, 0), key("b", KeyState::Next, 0)];
        assert_eq!(plan(&ring, at(89), false), []);
        let rotated = [
            Step::Enter("a".into(), KeyState::Retired),
            Step::Enter("b".into(), KeyState::Active),
            Step::Create(KeyState::Next),
        ];
        assert_eq!(plan(&ring, at(90), false), rotated);
        assert_eq!(plan(&ring, at(1), true), rotated);
    }

    #[test]
    fn a_key_is_published_for_a_day_before_it_signs_and_a_day_after() {
        let ring = [key("a", KeyState::Active, 0), key("b", KeyState::Next, 95)];
        assert_eq!(plan(&ring, at(95), false), []);
        assert_eq!(plan(&ring, at(96), false).len(), 3);
        let ring =
            [key("a", KeyState::Active, 0), key("b", KeyState::Next, 0), key("c", KeyState::Retired, 5)];
        assert_eq!(plan(&ring, at(5), false), []);
        assert_eq!(plan(&ring, at(6), false), [Step::Delete("c".into())]);
    }
}
