//! The caller: who asks, as the authenticating layer found them.
//!
//! Facts only. Nothing here decides; `permit` does.

use uuid::Uuid;

use crate::catalogue::Action;
use crate::role;

/// Who asks, and in which tenant. Everything a decision needs is loaded once, at authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant the caller was authenticated in; a permit is good for this tenant only.
    pub tenant: Uuid,
    /// What kind of caller, with the rights it brings.
    pub kind: Kind,
    /// The scopes of a delegated token (`scp`), which narrow what the user may do through that client. `None` when the
    /// user signed in to Quarterdeck's own pages, or when there is no user.
    pub delegated: Option<Vec<String>>,
}

/// The kinds of caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A signed-in person.
    User {
        /// The user's object id.
        id: Uuid,
        /// Template ids of the directory roles held (`directory_role`).
        directory_roles: Vec<Uuid>,
        /// Role assignments whose members include one of the user's groups.
        assignments: Vec<Assignment>,
    },
    /// An application acting as itself (client credentials).
    App {
        /// The app registration's client id.
        client_id: Uuid,
        /// The token's `roles`: application permissions an administrator consented to.
        app_roles: Vec<String>,
    },
    /// An enrolled device, known by its client certificate.
    Device {
        /// The device's management id.
        device_id: Uuid,
    },
    /// The server itself, for work no one asked for: the midnight job, retention.
    System {
        /// The job or command, for the audit record.
        name: &'static str,
    },
}

/// One role assignment that reaches the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The assignment's id.
    pub id: Uuid,
    /// What it allows.
    pub held: Held,
    /// On whom it allows target-bound actions.
    pub scope: Scope,
}

/// What an assignment's role holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// A built-in role, by role definition id. An id that is not built in holds nothing.
    BuiltIn(Uuid),
    /// A tenant's own role.
    Custom {
        /// `allowedResourceActions` found in the catalogue.
        allowed: Vec<Action>,
        /// `notAllowedResourceActions` found in the catalogue.
        not_allowed: Vec<Action>,
    },
}

/// Graph's `scopeType` with `resourceScopes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Members of these groups, users or devices.
    Groups(Vec<Uuid>),
    /// Every enrolled device. Does not cover devices that are not enrolled.
    AllDevices,
    /// Every licensed user.
    AllLicensedUsers,
    /// Both of the above.
    AllDevicesAndLicensedUsers,
}

/// What a target-bound action is done to. Fill in each side that exists: a Remote Help sharer is both a user and, when
/// the machine is enrolled, a device; either one being covered is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Groups of the enrolled device; `None` when there is no enrolled device.
    pub device_groups: Option<Vec<Uuid>>,
    /// Groups of the licensed user; `None` when there is no such user.
    pub user_groups: Option<Vec<Uuid>>,
}

impl Assignment {
    pub(crate) fn holds(&self, action: Action) -> bool {
        match &self.held {
            Held::BuiltIn(id) => role::find(*id).is_some_and(|role| role.holds(action)),
            Held::Custom { allowed, not_allowed } => role::holds(allowed, not_allowed, action),
        }
    }
}

impl Scope {
    /// Whether the scope covers the target. Without a named target only the widest scope does: what is asked for
    /// everyone must be held for everyone.
    pub(crate) fn covers(&self, target: Option<&Target>) -> bool {
        let Some(target) = target else {
            return *self == Scope::AllDevicesAndLicensedUsers;
        };
        let (device, user) = (&target.device_groups, &target.user_groups);
        match self {
            Scope::AllDevices => device.is_some(),
            Scope::AllLicensedUsers => user.is_some(),
            Scope::AllDevicesAndLicensedUsers => device.is_some() || user.is_some(),
            Scope::Groups(groups) => {
                device.iter().chain(user).flatten().any(|member_of| groups.contains(member_of))
            }
        }
    }
}
