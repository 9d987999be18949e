//! Quarterdeck's own certificates, secrets and jobs as connectors: computed from what the program tells, never typed in.

use std::collections::BTreeSet;
use std::pin::Pin;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::{SqlError, TenantId, Tx};
use uuid::Uuid;
use words::Words;
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
    /// One server of the installation has it: each of them tells its own. What all of them see alike has none.
    pub is_of_server: bool,
    pub seen: OwnSeen,
}

/// One server of an installation that may have several over one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Stays the same when it is started again.
    pub id: Uuid,
    /// The machine's name, for people.
    pub name: String,
}

/// What is known of it.
#[derive(Clone, Debug, PartialEq)]
pub enum OwnSeen {
    /// A certificate or secret; `facts` are shown and hold nothing secret.
    Credential { valid_from: Option<Timestamp>, expires_at: Option<Timestamp>, facts: Value },
    /// It should be there and cannot be read; one plain sentence.
    Unreadable { why: Words },
    /// A job that should succeed every `period`.
    Job { last_success_at: Option<Timestamp>, last_error: Option<Words>, period: SignedDuration },
}

/// Tells a tenant's own things: the program, which knows them all.
pub trait OwnThings: Send + Sync + 'static {
    /// Who tells.
    fn server(&self) -> &Server;

    /// All of them, or one sentence that says why they cannot be told; then what is known stays.
    fn of(
        &self,
        tenant: TenantId,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<OwnThing>, String>> + Send + '_>>;
}

/// A server that has told nothing for so long is gone, and what it told of with it.
const SILENT: SignedDuration = SignedDuration::from_hours(24);
/// How often a server says that it is still there.
const TOLD_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What has to change in the rows.
#[derive(Debug)]
pub(crate) enum Step {
    Make(Instance),
    Change(Instance),
    Delete(Instance),
}

/// What has to change so that the rows say what `server` told. Reads only: nearly always nothing has to.
pub(crate) fn steps(
    tx: &mut Tx<'_, '_>,
    (server, things): (&Server, &[OwnThing]),
    now: Timestamp,
) -> Result<Vec<Step>, SqlError> {
    let (mut steps, mut told) = (Vec::new(), BTreeSet::new());
    for thing in things {
        let Some(ty) = catalogue::find(thing.type_key).filter(|ty| ty.maker == Maker::Quarterdeck) else {
            return Err(SqlError::Other(format!("{} is no type of Quarterdeck's own", thing.type_key)));
        };
        let id = id_of(tx.tenant(), server, thing);
        told.insert(id);
        let known = instance::one(tx, id)?;
        let mut fresh = known.clone().unwrap_or_else(|| made(id, ty.family, thing, now));
        see(&mut fresh, thing);
        if thing.is_of_server {
            is_there(&mut fresh, server, now);
        }
        match known {
            None => steps.push(Step::Make(fresh)),
            Some(known) if known != fresh => steps.push(Step::Change(fresh)),
            Some(_) => {}
        }
    }
    for kept in instance::all(tx, "")? {
        let is_own = catalogue::of_family(&kept.family).any(|ty| ty.maker == Maker::Quarterdeck);
        if is_own && !told.contains(&kept.id) && is_gone(&kept, server, now) {
            steps.push(Step::Delete(kept));
        }
    }
    Ok(steps)
}

/// Brings the rows to what was told. Answers whether anything people see changed.
pub(crate) fn keep(
    tx: &mut Tx<'_, '_>,
    world: &World,
    told: (&Server, &[OwnThing]),
    now: Timestamp,
) -> Result<bool, SqlError> {
    let mut is_new = false;
    for step in steps(tx, told, now)? {
        match step {
            Step::Make(fresh) => {
                fresh.insert(tx)?;
                is_new |= keep::record(tx, world, &fresh, now)?;
            }
            Step::Change(fresh) => {
                fresh.update(tx)?;
                is_new |= keep::record(tx, world, &fresh, now)?;
            }
            Step::Delete(gone) => {
                keep::delete(tx, world, &gone, now)?;
                is_new = true;
            }
        }
    }
    Ok(is_new)
}

/// Notes whose it is, and now and then that the server is still there.
fn is_there(instance: &mut Instance, server: &Server, now: Timestamp) {
    instance.settings = serde_json::json!({ "server": server.name, "serverId": server.id });
    let told_at = instance.sync.last_attempt_at;
    if told_at.is_none_or(|at| now.duration_since(at) >= TOLD_EVERY) {
        instance.sync.last_attempt_at = Some(now);
    }
}

/// Whether what `server` did not tell of is no more: another server's may well be there.
fn is_gone(kept: &Instance, server: &Server, now: Timestamp) -> bool {
    let of = kept.settings["serverId"].as_str().and_then(|id| Uuid::try_parse(id).ok());
    let is_of_another = of.is_some_and(|id| id != server.id);
    !is_of_another || kept.sync.last_attempt_at.is_none_or(|at| now.duration_since(at) >= SILENT)
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

/// The same thing has the same id every time, on every server that sees it.
fn id_of(tenant: TenantId, server: &Server, thing: &OwnThing) -> Uuid {
    let mut name = format!("{tenant}/{}/{}", thing.type_key, thing.name);
    if thing.is_of_server {
        name = format!("{name}/{}", server.id);
    }
    instance::named_id(&name)
}
