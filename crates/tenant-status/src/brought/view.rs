//! How what was brought looks as Graph's resources (reference: Graph's `windowsAutopilotDeviceIdentity`,
//! `importedAppleDeviceIdentity`, `iosVppApp` and `iosVppEBook`), with a few properties of our own.

use api::list::{Column, Kind, View};

use crate::sql::brought as sql;

const fn column(name: &'static str, sql: &'static str, kind: Kind) -> Column {
    Column { name, sql, kind, nullable: true }
}

const fn given(name: &'static str, sql: &'static str, kind: Kind) -> Column {
    Column { name, sql, kind, nullable: false }
}

const AUTOPILOT: &[Column] = &[
    given("id", "id", Kind::Guid),
    column("groupTag", "group_tag", Kind::Text),
    column("purchaseOrderIdentifier", "purchase_order_identifier", Kind::Text),
    given("serialNumber", "serial_number", Kind::Text),
    column("productKey", "product_key", Kind::Text),
    column("manufacturer", "manufacturer", Kind::Text),
    column("model", "model", Kind::Text),
    given("enrollmentState", "enrollment_state", Kind::Text),
    column("lastContactedDateTime", "last_contacted_at", Kind::Time),
    column("addressableUserName", "addressable_user_name", Kind::Text),
    column("userPrincipalName", "user_principal_name", Kind::Text),
    column("resourceName", "resource_name", Kind::Text),
    column("skuNumber", "sku_number", Kind::Text),
    column("systemFamily", "system_family", Kind::Text),
    column("azureActiveDirectoryDeviceId", "azure_ad_device_id", Kind::Text),
    column("managedDeviceId", "managed_device_id", Kind::Text),
    column("displayName", "display_name", Kind::Text),
    column("deploymentProfileAssignmentStatus", "profile_assignment_status", Kind::Text),
    column("deploymentProfileAssignedDateTime", "profile_assigned_at", Kind::Time),
];
/// The properties that only beta has come last.
const AUTOPILOT_RELEASED: &[Column] = AUTOPILOT.split_at(17).0;

const fn autopilot(columns: &'static [Column]) -> View {
    View {
        set: "deviceManagement/windowsAutopilotDeviceIdentities",
        base: sql::AUTOPILOT_IDENTITIES,
        searched: &[
            "serial_number",
            "display_name",
            "group_tag",
            "model",
            "manufacturer",
            "user_principal_name",
        ],
        order: "serial_number",
        columns,
    }
}

pub(crate) static AUTOPILOT_V1: View = autopilot(AUTOPILOT_RELEASED);
pub(crate) static AUTOPILOT_BETA: View = autopilot(AUTOPILOT);

/// Below the setting whose token they came by.
pub(crate) static APPLE_DEVICES: View = View {
    set: "importedAppleDeviceIdentities",
    base: sql::APPLE_DEVICES,
    searched: &["serial_number", "model", "description", "asset_tag"],
    order: "serial_number",
    columns: &[
        given("id", "id", Kind::Guid),
        given("serialNumber", "serial_number", Kind::Text),
        column("requestedEnrollmentProfileId", "profile_id", Kind::Text),
        column("requestedEnrollmentProfileAssignmentDateTime", "profile_assigned_at", Kind::Time),
        given("discoverySource", "discovery_source", Kind::Text),
        given("isDeleted", "is_deleted", Kind::Bool),
        given("createdDateTime", "created_at", Kind::Time),
        column("lastContactedDateTime", "last_contacted_at", Kind::Time),
        column("description", "description", Kind::Text),
        given("enrollmentState", "enrollment_state", Kind::Text),
        given("platform", "platform", Kind::Text),
        column("model", "model", Kind::Text),
        column("color", "color", Kind::Text),
        column("assetTag", "asset_tag", Kind::Text),
        column("deviceFamily", "device_family", Kind::Text),
        column("profileStatus", "profile_status", Kind::Text),
        column("profilePushedDateTime", "profile_pushed_at", Kind::Time),
        column("assignedDateTime", "assigned_at", Kind::Time),
    ],
};

const ASSETS: &[Column] = &[
    given("id", "id", Kind::Guid),
    given("adamId", "adam_id", Kind::Text),
    given("usedLicenseCount", "assigned_count", Kind::Int),
    column("totalLicenseCount", "total_count", Kind::Int),
    column("availableLicenseCount", "available_count", Kind::Int),
    given("retiredLicenseCount", "retired_count", Kind::Int),
    given("appStoreUrl", "store_url", Kind::Text),
    given("licensingType", "licensing_type", Kind::Json),
    given("vppTokenId", "instance_id", Kind::Guid),
    given("vppTokenDisplayName", "token_name", Kind::Text),
    given("isRevocable", "is_revocable", Kind::Bool),
    given("pricingParam", "pricing_param", Kind::Text),
    given("supportedPlatforms", "supported_platforms", Kind::Json),
    given("createdDateTime", "created_at", Kind::Time),
    given("lastModifiedDateTime", "seen_at", Kind::Time),
];

const fn assets(set: &'static str) -> View {
    View { set, base: sql::ASSETS, searched: &["adam_id", "token_name"], order: "adam_id", columns: ASSETS }
}

pub(crate) static APPS: View = assets("deviceAppManagement/mobileApps/microsoft.graph.iosVppApp");
pub(crate) static BOOKS: View = assets("deviceAppManagement/managedEBooks/microsoft.graph.iosVppEBook");
