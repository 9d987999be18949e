//! What the monitors share between readings: where readings come from, what the sentinel saw, and the last minutes'
//! counters. It is this process's memory; what must outlive it is in the database.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use store::{Store, TenantId};
use world::World;

use crate::monitor::reading::{Rate, Readings};
use crate::sentinel::{Probe, Sentinel, Span};

/// How often the sentinel looks.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// What has not answered by then does not answer.
const LOOK_TIMEOUT: Duration = Duration::from_secs(10);
/// Rates are counted over this long.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Counters are remembered this far apart, however many tenants ask.
const APART: SignedDuration = SignedDuration::from_secs(30);

/// What another service's clock showed is believed this long.
const HEARD_LATELY: SignedDuration = SignedDuration::from_hours(1);

/// Which counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Counter {
    Feed,
    CheckIns,
}

/// How each counter stood at moments of the last minutes, oldest first.
type History = BTreeMap<Counter, VecDeque<(Timestamp, Rate)>>;

/// What the monitors share. Cheap to clone.
#[derive(Clone)]
pub struct Watch {
    pub(crate) readings: Arc<dyn Readings>,
    sentinel: Sentinel,
    seen: Arc<Mutex<BTreeMap<(TenantId, Probe), u64>>>,
    counters: Arc<Mutex<History>>,
    /// When another service last answered, and how far its clock was ahead of ours.
    peer: Arc<Mutex<Option<(Timestamp, SignedDuration)>>>,
}

impl Watch {
    pub fn new(readings: Arc<dyn Readings>) -> Watch {
        Watch {
            readings,
            sentinel: Sentinel::default(),
            seen: Arc::default(),
            counters: Arc::default(),
            peer: Arc::default(),
        }
    }

    /// What the sentinel saw that this tenant has not been told.
    pub(crate) fn unseen(&self, tenant: TenantId, probe: Probe) -> Vec<Span> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        self.sentinel.since(probe, seen.get(&(tenant, probe)).copied().unwrap_or(0))
    }

    /// What was seen until `last` is in the database now.
    pub(crate) fn told(&self, tenant: TenantId, probe: Probe, last: u64) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert((tenant, probe), last);
    }

    /// What a counter has counted in the last minutes, with the counter as it stands.
    pub(crate) fn window(&self, counter: Counter, now: Timestamp, standing: Rate) -> Rate {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let history = counters.entry(counter).or_default();
        // What lies in the future was counted by a clock that has been put right.
        history.retain(|(at, _)| (SignedDuration::ZERO..=WINDOW).contains(&now.duration_since(*at)));
        if history.back().is_none_or(|(at, _)| now.duration_since(*at) >= APART) {
            history.push_back((now, standing));
        }
        history.front().map_or_else(Rate::default, |(_, earlier)| standing.since(*earlier))
    }

    /// Another service has answered; its clock was so far ahead.
    pub(crate) fn heard(&self, now: Timestamp, ahead: SignedDuration) {
        *self.peer.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, ahead));
    }

    /// How far another service's clock is ahead of ours, if one has answered lately.
    pub(crate) fn peer_ahead(&self, now: Timestamp) -> Option<SignedDuration> {
        let heard = *self.peer.lock().unwrap_or_else(PoisonError::into_inner);
        heard.filter(|(at, _)| now.duration_since(*at) <= HEARD_LATELY).map(|(_, ahead)| ahead)
    }

    /// Looks once at the database and at the object store.
    pub async fn look(&self, store: &Store, world: &World) {
        let database = tokio::time::timeout(LOOK_TIMEOUT, store.tenants()).await;
        let outcome = match database {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no answer in {} seconds", LOOK_TIMEOUT.as_secs())),
        };
        let is_there = outcome.is_ok();
        self.sentinel.saw(Probe::Database, world.clock.now(), outcome);
        // Which files to look for is in the database: without it nothing is known about them.
        if !is_there {
            return;
        }
        let files = tokio::time::timeout(LOOK_TIMEOUT, self.readings.object_store()).await;
        let outcome =
            files.unwrap_or_else(|_| Err(format!("no answer in {} seconds", LOOK_TIMEOUT.as_secs())));
        self.sentinel.saw(Probe::ObjectStore, world.clock.now(), outcome);
    }

    /// Looks every few seconds; it ends with the runtime.
    pub fn start(&self, store: &Store, world: &World) {
        let (watch, store, world) = (self.clone(), store.clone(), world.clone());
        tokio::spawn(async move {
            let mut looks = tokio::time::interval(LOOK_EVERY);
            looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                looks.tick().await;
                watch.look(&store, &world).await;
            }
        });
    }
}
