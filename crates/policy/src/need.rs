//! What an operation needs. Each route and each operation declares one.

use crate::action;
use crate::catalogue::Action;

/// What the caller must bring. All variants are constants, so a route can carry its need as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// This permission.
    Action(Action),
    /// Every one of these.
    All(&'static [Action]),
    /// At least one of these.
    Any(&'static [Action]),
    /// A published application permission. An app needs it among its consented roles; a user whose token is delegated
    /// needs it among the scopes *and* the permission; a user on our own pages needs the permission.
    Published {
        /// The name as `roles` and `scp` carry it.
        grant: &'static str,
        /// The permission a person needs.
        action: Action,
    },
    /// A device certificate.
    Device,
    /// Any signed-in person, whatever their rights: their own profile, their own sign-out.
    SignedIn,
}

impl Need {
    /// Reading the data warehouse. Source: Intune's `get_data_warehouse` permission, and "Intune data warehouse/Read"
    /// for people.
    pub const DATA_WAREHOUSE: Need =
        Need::Published { grant: "get_data_warehouse", action: action::REPORTS_READ };

    /// The tenant status page. Source: the page's own permission list.
    pub const TENANT_STATUS: Need =
        Need::All(&[action::ORGANIZATION_READ, action::MANAGED_DEVICES_READ, action::MANAGED_APPS_READ]);

    /// Service health, and the issues that require action. Source: seed 003 lines 3441 and 3447.
    pub const SERVICE_HEALTH: Need = Need::Action(action::SERVICE_HEALTH_READ);

    /// The message center. Source: seed 003 line 3455.
    pub const MESSAGE_CENTER: Need = Need::Action(action::MESSAGE_CENTER_READ);
}
