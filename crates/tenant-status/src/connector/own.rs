//! Quarterdeck's own certificates, secrets and jobs as connectors: computed from what the program tells, never typed in.

use std::collections::BTreeSet;
use std::pin::Pin;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::{SqlError, TenantId, Tx};
use uuid::Uuid;
use world::World;

use super::instance::{self, Credential, CredentialState, Instance, Syncing};
use super::keep;
use crate::catalogue::{self, Maker};

/// One of the server's own things.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnThing {
    /// Its type in the catalogue; one that Quarterdeck makes.
    pub type_key: &'static str,
    /// Tells it from others of its type; the same every time.
    pub name: String,
    pub display_name: String,
    pub seen: OwnSeen,
}

/// What is known of it.
#[derive(Clone, Debug, PartialEq)]
pub enum OwnSeen {
    /// A certificate or secret; `facts` are shown and hold nothing secret.
    Credential { valid_from: Option<Timestamp>, expires_at: Option<Timestamp>, facts: Value },
    /// It should be there and cannot be read; one plain sentence.
    Unreadable { why: String },
    /// A job that should succeed every `period`.
    Job { last_success_at: Option<Timestamp>, last_error: Option<String>, period: SignedDuration },
}

/// Tells a tenant's own things: the program, which knows them all.
pub trait OwnThings: Send + Sync + 'static {
    /// All of them, or one sentence that says why they cannot be told; then what is known stays.
    fn of(
        &self,
        tenant: TenantId,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<OwnThing>, String>> + Send + '_>>;
}

/// Brings the rows to what was told. Answers whether anything people see changed.
pub(crate) fn keep(
    tx: &mut Tx<'_, '_>,
    world: &World,
    things: &[OwnThing],
    now: Timestamp,
) -> Result<bool, SqlError> {
    let mut is_new = false;
    let mut told = BTreeSet::new();
    for thing in things {
        let Some(ty) = catalogue::find(thing.type_key).filter(|ty| ty.maker == Maker::Quarterdeck) else {
            return Err(SqlError::Other(format!("{} is no type of Quarterdeck's own", thing.type_key)));
        };
        let id = id_of(tx.tenant(), thing);
        told.insert(id);
        let known = instance::one(tx, id)?;
        let mut fresh = known.clone().unwrap_or_else(|| made(id, ty.family, thing, now));
        see(&mut fresh, thing);
        if known.as_ref() == Some(&fresh) {
            continue;
        }
        if known.is_some() {
            fresh.update(tx)?
        } else {
            fresh.insert(tx)?
        }
        is_new |= keep::record(tx, world, &fresh, now)?;
    }
    for gone in instance::all(tx, "")? {
        let is_own = catalogue::of_family(&gone.family).any(|ty| ty.maker == Maker::Quarterdeck);
        if is_own && !told.contains(&gone.id) {
            keep::delete(tx, world, &gone, now)?;
            is_new = true;
        }
    }
    Ok(is_new)
}

fn made(id: Uuid, family: &str, thing: &OwnThing, now: Timestamp) -> Instance {
    Instance {
        id,
        family: family.to_owned(),
        display_name: thing.display_name.clone(),
        is_enabled: true,
        owner: None,
        how_to_renew: None,
        settings: serde_json::json!({}),
        configured_at: now,
        created_at: now,
        modified_at: now,
        credential: Credential::none(),
        sync: Syncing::default(),
    }
}

fn see(instance: &mut Instance, thing: &OwnThing) {
    instance.display_name.clone_from(&thing.display_name);
    match &thing.seen {
        OwnSeen::Credential { valid_from, expires_at, facts } => {
            instance.credential = Credential {
                state: CredentialState::Readable,
                facts: facts.clone(),
                valid_from: *valid_from,
                expires_at: *expires_at,
                at: None,
            };
            instance.sync.last_error = None;
        }
        OwnSeen::Unreadable { why } => {
            instance.credential.state = CredentialState::Unreadable;
            instance.sync.last_error = Some(why.clone());
        }
        OwnSeen::Job { last_success_at, last_error, period } => {
            // Who cannot tell the last success has not made it undone.
            if last_success_at.is_some() || last_error.is_none() {
                instance.sync.last_success_at = *last_success_at;
            }
            instance.sync.last_error.clone_from(last_error);
            instance.sync.every_seconds = Some(period.as_secs());
        }
    }
}

/// The same thing has the same id every time, on every server.
fn id_of(tenant: TenantId, thing: &OwnThing) -> Uuid {
    let name = format!("{tenant}/{}/{}", thing.type_key, thing.name);
    let hash: [u8; 32] = Sha256::digest(name.as_bytes()).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
