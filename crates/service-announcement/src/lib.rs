//! Service health, messages, and issues that require action, in Microsoft Graph's shapes.
//!
//! Incidents and advisories come from our own monitors, from an operator's hand and from other services; messages from
//! operators, other services and our release notes; issues that require action are computed from what the deck keeps.
//! Every change raises a notice in its own transaction. It sends nothing itself (that is `notify`'s), keeps no
//! connector (that is `tenant-status`'s), and asks the program for what other features know.

pub mod action;
pub mod hysteresis;
pub mod import;
pub mod issue;
pub mod job;
pub mod message;
pub mod model;
pub mod monitor;
pub mod op;
mod routes;
pub mod sentinel;
mod sql;
mod view;
pub mod watch;

use std::sync::Arc;

use api::Permitted;
use identity::Seal;
use issue::Hand;
use store::{SqlError, Store, Tx};
use uuid::Uuid;
use world::World;

pub use job::{ticks, works};
pub use routes::module;

/// What every operation of this feature works with. Cheap to clone.
#[derive(Clone)]
pub struct ServiceAnnouncement {
    pub store: Store,
    pub world: World,
    /// `https://host:port`, without a slash at the end.
    pub origin: Arc<str>,
    pub watch: watch::Watch,
    /// What other features know of issues that require action.
    pub facts: Arc<dyn action::facts::Facts>,
    /// The release notes of this version and of earlier ones.
    pub releases: Arc<[job::releases::Release]>,
    /// Asks other services.
    pub client: outbound::Client,
    pub seal: Arc<dyn Seal>,
}

/// Forgets what a person who is deleted read and marked. In the transaction of the deletion.
///
/// # Errors
/// When the database refuses.
pub fn forget_person(tx: &mut Tx<'_, '_>, user: Uuid) -> Result<(), SqlError> {
    tx.exec(&sql::FORGET_MARKS, &[user.into()]).map(drop)
}

impl ServiceAnnouncement {
    /// What Graph's context and next links start with: `version` is `v1.0` or `beta`.
    pub(crate) fn root(&self, version: &str) -> String {
        format!("{}/graph/{version}", self.origin)
    }

    /// The caller's hand, for a change.
    pub(crate) fn hand_of(&self, permitted: &Permitted) -> Hand {
        Hand { world: self.world.clone(), actor: permitted.actor(), now: self.world.clock.now() }
    }
}
