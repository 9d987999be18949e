//! What the doors show.

use api::list::{Column, Kind, View};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::sql;

/// A device's inventory as its agent reported it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    pub device_id: Uuid,
    /// When the newest section was collected; null when nothing was reported yet.
    #[schemars(with = "Option<String>")]
    pub collected_at: Option<Timestamp>,
    /// By name, each in the form the agent protocol gives.
    pub sections: Map<String, Value>,
}

/// An enrolment token without its secret.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnrollmentToken")]
#[serde(rename_all = "camelCase")]
pub struct Token {
    pub id: Uuid,
    pub description: String,
    #[schemars(with = "String")]
    pub created_date_time: Timestamp,
    #[schemars(with = "String")]
    pub expiration_date_time: Timestamp,
    pub uses_remaining: i64,
    pub is_revoked: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnrollmentTokens")]
pub struct Tokens {
    pub value: Vec<Token>,
}

/// A new enrolment token; the secret is shown this once.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MadeEnrollmentToken")]
pub struct NewToken {
    #[serde(flatten)]
    pub properties: Token,
    pub token: String,
}

const COMPLIANCE: &[(i64, &str)] = &[
    (0, "unknown"),
    (1, "compliant"),
    (2, "noncompliant"),
    (3, "conflict"),
    (4, "error"),
    (254, "inGracePeriod"),
    (255, "configManager"),
];
const OWNER: &[(i64, &str)] = &[(0, "unknown"), (1, "company"), (2, "personal")];
const AGENT: &[(i64, &str)] =
    &[(1, "eas"), (2, "mdm"), (3, "easMdm"), (4, "intuneClient"), (8, "configurationManagerClient")];
const ENROLLMENT: &[(i64, &str)] = &[
    (0, "unknown"),
    (1, "userEnrollment"),
    (2, "deviceEnrollmentManager"),
    (3, "appleBulkWithUser"),
    (4, "appleBulkWithoutUser"),
    (5, "windowsAzureADJoin"),
    (6, "windowsBulkUserless"),
    (7, "windowsAutoEnrollment"),
    (8, "windowsBulkAzureDomainJoin"),
    (9, "windowsCoManagement"),
];
const REGISTRATION: &[(i64, &str)] =
    &[(0, "notRegistered"), (2, "registered"), (3, "revoked"), (8, "unknown")];

const fn column(name: &'static str, sql: &'static str, kind: Kind, nullable: bool) -> Column {
    Column { name, sql, kind, nullable }
}

/// Graph's `managedDevice`, with `isSimulated` of our own.
pub(crate) static MANAGED_DEVICES: View = View {
    set: "deviceManagement/managedDevices",
    base: sql::MANAGED_DEVICES,
    searched: &[
        "device_name",
        "serial_number",
        "user_principal_name",
        "user_display_name",
        "model",
        "manufacturer",
    ],
    order: "device_name",
    columns: &[
        column("id", "id", Kind::Guid, false),
        column("deviceName", "device_name", Kind::Text, false),
        column("operatingSystem", "operating_system", Kind::Text, false),
        column("osVersion", "os_version", Kind::Text, true),
        column("complianceState", "compliance_state_id", Kind::Choice(COMPLIANCE), false),
        column("managedDeviceOwnerType", "owner_type_id", Kind::Choice(OWNER), false),
        column("enrolledDateTime", "enrolled_at", Kind::Time, false),
        column("lastSyncDateTime", "last_sync_at", Kind::Time, false),
        column("serialNumber", "serial_number", Kind::Text, true),
        column("manufacturer", "manufacturer", Kind::Text, true),
        column("model", "model", Kind::Text, true),
        column("userId", "user_id", Kind::Guid, true),
        column("userPrincipalName", "user_principal_name", Kind::Text, true),
        column("userDisplayName", "user_display_name", Kind::Text, true),
        column("emailAddress", "mail", Kind::Text, true),
        column("isEncrypted", "is_encrypted", Kind::Bool, false),
        column("isSupervised", "is_supervised", Kind::Bool, false),
        column("totalStorageSpaceInBytes", "total_storage_bytes", Kind::Int, true),
        column("freeStorageSpaceInBytes", "free_storage_bytes", Kind::Int, true),
        column("physicalMemoryInBytes", "physical_memory_bytes", Kind::Int, true),
        column("wiFiMacAddress", "wifi_mac_address", Kind::Text, true),
        column("ethernetMacAddress", "ethernet_mac_address", Kind::Text, true),
        column("managementAgent", "management_agent_id", Kind::Choice(AGENT), false),
        column("deviceEnrollmentType", "enrollment_type_id", Kind::Choice(ENROLLMENT), false),
        column("deviceRegistrationState", "registration_state_id", Kind::Choice(REGISTRATION), false),
        column("azureADRegistered", "azure_ad_registered", Kind::Bool, false),
        column("azureADDeviceId", "azure_ad_device_id", Kind::Text, true),
        column("imei", "imei", Kind::Text, true),
        column("meid", "meid", Kind::Text, true),
        column("phoneNumber", "phone_number", Kind::Text, true),
        column("subscriberCarrier", "subscriber_carrier", Kind::Text, true),
        column("iccid", "iccid", Kind::Text, true),
        column("androidSecurityPatchLevel", "android_security_patch_level", Kind::Text, true),
        column("managementCertificateExpirationDate", "certificate_not_after", Kind::Time, true),
        column("isSimulated", "is_simulated", Kind::Bool, false),
    ],
};
