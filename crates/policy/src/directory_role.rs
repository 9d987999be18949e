//! Microsoft Entra directory roles that carry rights here, by their template ids.
//!
//! Source: the directory roles Intune honours. Directory roles are never limited by scope groups or tags. Service health
//! and the message center have roles of their own, and only those: whoever administers devices does not hold them by
//! that (seed 003 lines 3441-3455).

use uuid::{Uuid, uuid};

use crate::catalogue::Action;
use crate::role;

/// Everything.
pub const GLOBAL_ADMINISTRATOR: Uuid = uuid!("62e90394-69f5-4237-9190-012177145e10");
/// Everything.
pub const INTUNE_ADMINISTRATOR: Uuid = uuid!("3a2c62db-5318-420d-8d74-23affee5d9d5");
/// Reads everything; changes endpoint security.
pub const SECURITY_ADMINISTRATOR: Uuid = uuid!("194ae4cb-b126-40b2-bd5b-6091b380977d");
/// Reads everything.
pub const SECURITY_OPERATOR: Uuid = uuid!("5f2222b1-57c3-48ba-8ad5-d4759f1fde6f");
/// Reads everything.
pub const SECURITY_READER: Uuid = uuid!("5d6b6bb7-de71-4623-b4af-96380a352509");
/// Reads the audit log.
pub const COMPLIANCE_ADMINISTRATOR: Uuid = uuid!("17315797-102d-40b4-93e0-432062caca18");
/// Reads the audit log.
pub const COMPLIANCE_DATA_ADMINISTRATOR: Uuid = uuid!("e6d1a23a-da11-4be4-9570-befc86d067a7");
/// Reads what the help desk reads, and the audit log.
pub const GLOBAL_READER: Uuid = uuid!("f2ef992c-3afb-46b9-b7cf-a126ee74c451");
/// Reads everything.
pub const HELPDESK_ADMINISTRATOR: Uuid = uuid!("729827e3-9c14-49f7-bb1b-9608f156bbb8");
/// Reads the audit log.
pub const REPORTS_READER: Uuid = uuid!("4a5d8f65-41da-4de4-8968-e035b65339cf");
/// Nothing here.
pub const CONDITIONAL_ACCESS_ADMINISTRATOR: Uuid = uuid!("b1be1c3e-b65d-4f19-8427-f6fa0d97feb9");
/// Service health and issues that need action.
pub const SERVICE_SUPPORT_ADMINISTRATOR: Uuid = uuid!("f023fd81-a637-4b56-95fd-791ac0226033");
/// The message centre.
pub const MESSAGE_CENTER_READER: Uuid = uuid!("790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b");
/// The message centre with its privacy messages.
pub const MESSAGE_CENTER_PRIVACY_READER: Uuid = uuid!("ac16e43d-7b2d-40e0-ac05-243ff356ab5b");
/// The message centre (the role Intune News tells people to take).
pub const TEAMS_COMMUNICATIONS_ADMINISTRATOR: Uuid = uuid!("baf37b3a-610e-45da-9e62-d9d1e5e8914b");
/// May assign the roles above.
pub const PRIVILEGED_ROLE_ADMINISTRATOR: Uuid = uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814");

/// A directory role as lists and pickers show it.
#[derive(Clone, Copy, Debug)]
pub struct DirectoryRole {
    /// The role's template id, as in a token's `wids`.
    pub template_id: Uuid,
    /// Microsoft's name for it.
    pub display_name: &'static str,
}

const fn named(template_id: Uuid, display_name: &'static str) -> DirectoryRole {
    DirectoryRole { template_id, display_name }
}

const ALL: &[DirectoryRole] = &[
    named(GLOBAL_ADMINISTRATOR, "Global Administrator"),
    named(INTUNE_ADMINISTRATOR, "Intune Administrator"),
    named(SECURITY_ADMINISTRATOR, "Security Administrator"),
    named(SECURITY_OPERATOR, "Security Operator"),
    named(SECURITY_READER, "Security Reader"),
    named(COMPLIANCE_ADMINISTRATOR, "Compliance Administrator"),
    named(COMPLIANCE_DATA_ADMINISTRATOR, "Compliance Data Administrator"),
    named(GLOBAL_READER, "Global Reader"),
    named(HELPDESK_ADMINISTRATOR, "Helpdesk Administrator"),
    named(REPORTS_READER, "Reports Reader"),
    named(CONDITIONAL_ACCESS_ADMINISTRATOR, "Conditional Access Administrator"),
    named(SERVICE_SUPPORT_ADMINISTRATOR, "Service Support Administrator"),
    named(MESSAGE_CENTER_READER, "Message Center Reader"),
    named(MESSAGE_CENTER_PRIVACY_READER, "Message Center Privacy Reader"),
    named(TEAMS_COMMUNICATIONS_ADMINISTRATOR, "Teams Communications Administrator"),
    named(PRIVILEGED_ROLE_ADMINISTRATOR, "Privileged Role Administrator"),
];

const HELP_DESK_OPERATOR: Uuid = uuid!("9e0cc482-82df-4ab2-a24c-0c23a3f52e1e");

/// Every directory role known here.
#[must_use]
pub fn all() -> &'static [DirectoryRole] {
    ALL
}

/// Whether the directory role (by template id) holds the action. An unknown role holds nothing.
#[must_use]
pub fn holds(template_id: Uuid, action: Action) -> bool {
    if let Some(held) = holds_announcement(template_id, action) {
        return held;
    }
    let audit = action == crate::action::AUDIT_READ;
    match template_id {
        GLOBAL_ADMINISTRATOR | INTUNE_ADMINISTRATOR => true,
        SECURITY_ADMINISTRATOR => action.only_reads() || is_endpoint_security(action),
        SECURITY_OPERATOR | SECURITY_READER | HELPDESK_ADMINISTRATOR => action.only_reads(),
        GLOBAL_READER => audit || (action.only_reads() && help_desk_holds(action)),
        COMPLIANCE_ADMINISTRATOR | COMPLIANCE_DATA_ADMINISTRATOR | REPORTS_READER => audit,
        _ => false,
    }
}

/// Whether the role holds a permission of service health or the message center; None for any other permission.
fn holds_announcement(template_id: Uuid, action: Action) -> Option<bool> {
    let supports = matches!(template_id, GLOBAL_ADMINISTRATOR | SERVICE_SUPPORT_ADMINISTRATOR);
    let reads = matches!(
        template_id,
        MESSAGE_CENTER_READER | MESSAGE_CENTER_PRIVACY_READER | TEAMS_COMMUNICATIONS_ADMINISTRATOR
    );
    match (action.resource(), action.verb()) {
        ("ServiceHealth", _) | ("MessageCenter", "Update") => Some(supports),
        ("MessageCenter", "ReadPrivacy") => {
            Some(matches!(template_id, GLOBAL_ADMINISTRATOR | MESSAGE_CENTER_PRIVACY_READER))
        }
        ("MessageCenter", _) => Some(supports || reads),
        _ => None,
    }
}

fn is_endpoint_security(action: Action) -> bool {
    matches!(
        action.resource(),
        "ASRPolicy" | "AppControlPolicy" | "EDRPolicy" | "SecurityBaselines" | "SecurityTasks"
    )
}

fn help_desk_holds(action: Action) -> bool {
    role::find(HELP_DESK_OPERATOR).is_some_and(|role| role.holds(action))
}
