//! The one door.
//!
//! [`permit`] answers for a whole tenant, [`permit_on`] for one target. Both are pure: the same caller and need always
//! get the same answer, and nothing is looked up.

use uuid::Uuid;

use crate::caller::{Caller, Kind, Target};
use crate::catalogue::Action;
use crate::need::Need;
use crate::{directory_role, grant};

/// A need that lists nothing is a mistake in the route; it must not open the door to everyone.
const NOTHING: &str = "a permission this route forgot to name";

/// Proof that a caller may do what was asked. Made only by [`permit`] and [`permit_on`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    tenant: Uuid,
    actor: Actor,
    need: Need,
}

/// Who acted, for the audit record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, by object id.
    User(Uuid),
    /// An app registration, by client id.
    App(Uuid),
    /// A device, by management id.
    Device(Uuid),
    /// The server itself, by the name of its job or command.
    System(&'static str),
}

/// The caller may not. Names what would have been enough, in the words an administrator grants it by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this needs {}; ask an administrator of the tenant to grant it", self.words())]
pub struct Denied {
    /// Permission ids, published permissions (`scp`, `roles`), or "a device certificate", "a signed-in user". Never
    /// empty.
    pub missing: Vec<&'static str>,
    /// Whether one of them would do; otherwise all are missing.
    pub one_is_enough: bool,
}

impl Denied {
    fn words(&self) -> String {
        self.missing.join(if self.one_is_enough { " or " } else { " and " })
    }
}

impl Permit {
    /// The tenant the permit is good for. Statements bind this one, never one from the request.
    #[must_use]
    pub fn tenant(&self) -> Uuid {
        self.tenant
    }

    /// Who was permitted.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// What was permitted.
    #[must_use]
    pub fn need(&self) -> Need {
        self.need
    }
}

/// Asks for something in the whole tenant.
///
/// Target-bound actions ([`Action::is_target_bound`]) are given only to those who hold them for every device and every
/// user; to ask for one target use [`permit_on`].
///
/// # Errors
/// [`Denied`] with what is missing.
pub fn permit(caller: &Caller, need: Need) -> Result<Permit, Denied> {
    decide(caller, need, None)
}

/// Asks for something done to one user or device.
///
/// # Errors
/// [`Denied`] with what is missing; also when the right is held, but not for this target.
pub fn permit_on(caller: &Caller, need: Need, target: &Target) -> Result<Permit, Denied> {
    decide(caller, need, Some(target))
}

fn decide(caller: &Caller, need: Need, target: Option<&Target>) -> Result<Permit, Denied> {
    let missing = match need {
        Need::Action(action) => lacking(caller, action, target).into_iter().collect(),
        Need::All([]) | Need::Any([]) => vec![NOTHING],
        Need::All(actions) => actions.iter().filter_map(|action| lacking(caller, *action, target)).collect(),
        Need::Any(actions) => lacking_any(caller, actions, target),
        Need::Published { grant, action } => lacking_published(caller, grant, action, target),
        Need::Device => unless(matches!(caller.kind, Kind::Device { .. }), "a device certificate"),
        Need::SignedIn => unless(matches!(caller.kind, Kind::User { .. }), "a signed-in user"),
    };
    if missing.is_empty() {
        Ok(Permit { tenant: caller.tenant, actor: actor(&caller.kind), need })
    } else {
        Err(Denied { missing, one_is_enough: matches!(need, Need::Any(_)) })
    }
}

fn unless(given: bool, missing: &'static str) -> Vec<&'static str> {
    if given { Vec::new() } else { vec![missing] }
}

fn actor(kind: &Kind) -> Actor {
    match kind {
        Kind::User { id, .. } => Actor::User(*id),
        Kind::App { client_id, .. } => Actor::App(*client_id),
        Kind::Device { device_id } => Actor::Device(*device_id),
        Kind::System { name } => Actor::System(name),
    }
}

/// What the caller lacks for the action, or `None` when nothing.
fn lacking(caller: &Caller, action: Action, target: Option<&Target>) -> Option<&'static str> {
    match &caller.kind {
        Kind::System { .. } => None,
        Kind::Device { .. } => Some(action.id()),
        Kind::App { app_roles, .. } if grant::gives(app_roles, action) => None,
        Kind::App { .. } => Some(grant::covering(action).next().unwrap_or(action.id())),
        Kind::User { .. } if !person_holds(caller, action, target) => Some(action.id()),
        Kind::User { .. } => match &caller.delegated {
            Some(scopes) if !grant::lets_through(scopes, action) => {
                Some(grant::covering(action).next().unwrap_or(grant::USER_IMPERSONATION))
            }
            _ => None,
        },
    }
}

fn person_holds(caller: &Caller, action: Action, target: Option<&Target>) -> bool {
    let Kind::User { directory_roles, assignments, .. } = &caller.kind else {
        return false;
    };
    directory_roles.iter().any(|role| directory_role::holds(*role, action))
        || assignments.iter().any(|assignment| {
            assignment.holds(action) && (!action.is_target_bound() || assignment.scope.covers(target))
        })
}

fn lacking_any(caller: &Caller, actions: &[Action], target: Option<&Target>) -> Vec<&'static str> {
    let missing: Vec<_> = actions.iter().filter_map(|action| lacking(caller, *action, target)).collect();
    if missing.len() < actions.len() { Vec::new() } else { missing }
}

fn lacking_published(
    caller: &Caller,
    grant: &'static str,
    action: Action,
    target: Option<&Target>,
) -> Vec<&'static str> {
    let carries = |names: &[String]| names.iter().any(|name| name == grant);
    match &caller.kind {
        Kind::System { .. } => Vec::new(),
        Kind::Device { .. } => vec![grant],
        Kind::App { app_roles, .. } => unless(carries(app_roles), grant),
        Kind::User { .. } => {
            let narrowed = caller.delegated.as_ref().is_some_and(|scopes| !carries(scopes));
            let mut missing = unless(!narrowed, grant);
            missing.extend(unless(person_holds(caller, action, target), action.id()));
            missing
        }
    }
}
