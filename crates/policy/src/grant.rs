//! Published permissions: the names apps consent to (`roles`, `scp`), and which actions each one covers.
//!
//! For an app alone a grant gives the right; for a user it only narrows what the app may do in the user's name.
//! Source of the names: Microsoft Graph's permission reference, so that existing clients can ask for what they know.

use crate::action::*;
use crate::catalogue::Action;

/// Everything the user may do; meaningless without a user.
pub const USER_IMPERSONATION: &str = "user_impersonation";

/// One published permission and the actions it covers.
type Grant = (&'static str, &'static [Action]);

const DEVICES_READ: &[Action] = &[MANAGED_DEVICES_READ, MANAGED_DEVICES_QUERY, MANAGED_DEVICES_VIEW_REPORTS];
const DEVICES_WRITE: &[Action] = &[
    MANAGED_DEVICES_READ,
    MANAGED_DEVICES_QUERY,
    MANAGED_DEVICES_VIEW_REPORTS,
    MANAGED_DEVICES_UPDATE,
    MANAGED_DEVICES_DELETE,
    MANAGED_DEVICES_SET_PRIMARY_USER,
];
const APPS_READ: &[Action] = &[MANAGED_APPS_READ, MOBILE_APPS_READ, MOBILE_APPS_VIEW_REPORTS, AUDIT_READ];
const CONFIGURATION_READ: &[Action] = &[
    DEVICE_CONFIGURATIONS_READ,
    DEVICE_CONFIGURATIONS_VIEW_REPORTS,
    DEVICE_COMPLIANCE_POLICES_READ,
    DEVICE_COMPLIANCE_POLICES_VIEW_REPORTS,
];
const USERS_WRITE: &[Action] = &[USERS_READ, USERS_CREATE, USERS_UPDATE, USERS_DELETE];
const GROUPS_WRITE: &[Action] = &[GROUPS_READ, GROUPS_CREATE, GROUPS_UPDATE, GROUPS_DELETE];
const DIRECTORY_WRITE: &[Action] = &[
    USERS_READ,
    USERS_CREATE,
    USERS_UPDATE,
    USERS_DELETE,
    GROUPS_READ,
    GROUPS_CREATE,
    GROUPS_UPDATE,
    GROUPS_DELETE,
    ORGANIZATION_READ,
    LICENSES_READ,
];
const SERVICE_CONFIG_READ: &[Action] =
    &[ORGANIZATION_READ, LICENSES_READ, APPLE_DEVICE_SERIAL_NUMBERS_READ, ENROLLMENT_PROGRAM_TOKEN_READ];
const ORGANIZATION: &[Action] = &[ORGANIZATION_READ, LICENSES_READ];

const GRANTS: &[Grant] = &[
    ("DeviceManagementManagedDevices.Read.All", DEVICES_READ),
    ("DeviceManagementManagedDevices.ReadWrite.All", DEVICES_WRITE),
    ("DeviceManagementApps.Read.All", APPS_READ),
    ("DeviceManagementConfiguration.Read.All", CONFIGURATION_READ),
    ("DeviceManagementRBAC.Read.All", &[ROLES_READ]),
    ("DeviceManagementServiceConfig.Read.All", SERVICE_CONFIG_READ),
    ("Organization.Read.All", ORGANIZATION),
    ("ServiceHealth.Read.All", &[SERVICE_HEALTH_READ]),
    ("ServiceMessage.Read.All", &[MESSAGE_CENTER_READ]),
    ("ServiceMessageViewpoint.Write", &[MESSAGE_CENTER_MARK]),
    ("User.Read.All", &[USERS_READ]),
    ("User.ReadWrite.All", USERS_WRITE),
    ("Group.Read.All", &[GROUPS_READ]),
    ("Group.ReadWrite.All", GROUPS_WRITE),
    ("Directory.Read.All", &[USERS_READ, GROUPS_READ, ORGANIZATION_READ, LICENSES_READ]),
    ("Directory.ReadWrite.All", DIRECTORY_WRITE),
    ("Application.Read.All", &[APPLICATIONS_READ]),
];

/// Names of the published permissions that cover actions of the management API. `get_data_warehouse` is not among
/// them: it opens the feed alone.
pub fn known() -> impl Iterator<Item = &'static str> {
    GRANTS.iter().map(|(name, _)| *name)
}

/// Whether one of the consented application permissions covers the action.
pub(crate) fn gives(app_roles: &[String], action: Action) -> bool {
    covering(action).any(|name| app_roles.iter().any(|role| role == name))
}

/// Whether the scopes of a delegated token let the action through.
pub(crate) fn lets_through(scopes: &[String], action: Action) -> bool {
    scopes.iter().any(|scope| scope == USER_IMPERSONATION) || gives(scopes, action)
}

/// Published permissions that cover the action; the first is the narrowest, to be named in a refusal.
pub(crate) fn covering(action: Action) -> impl Iterator<Item = &'static str> {
    GRANTS.iter().filter(move |(_, actions)| actions.contains(&action)).map(|(name, _)| *name)
}
