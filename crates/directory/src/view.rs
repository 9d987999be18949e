//! What the doors show.

use api::list::{Column, Kind, View};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::sql;

const fn column(name: &'static str, sql: &'static str, kind: Kind, nullable: bool) -> Column {
    Column { name, sql, kind, nullable }
}

/// Graph's `organization`.
pub(crate) static ORGANIZATION: View = View {
    set: "organization",
    base: sql::ORGANIZATION,
    searched: &["display_name"],
    order: "display_name",
    columns: &[
        column("id", "id", Kind::Guid, false),
        column("displayName", "display_name", Kind::Text, false),
        column("countryLetterCode", "country_letter_code", Kind::Text, false),
        column("mobileDeviceManagementAuthority", "mdm_authority", Kind::Text, false),
        column("createdDateTime", "created_at", Kind::Time, false),
        column("verifiedDomains", "verified_domains", Kind::Json, false),
    ],
};

/// Graph's `user`, with `isSimulated` of our own.
pub(crate) static USERS: View = View {
    set: "users",
    base: sql::USERS,
    searched: &["display_name", "user_principal_name", "mail"],
    order: "display_name",
    columns: &[
        column("id", "id", Kind::Guid, false),
        column("displayName", "display_name", Kind::Text, false),
        column("userPrincipalName", "user_principal_name", Kind::Text, false),
        column("mail", "mail", Kind::Text, true),
        column("givenName", "given_name", Kind::Text, true),
        column("surname", "surname", Kind::Text, true),
        column("accountEnabled", "account_enabled", Kind::Bool, false),
        column("createdDateTime", "created_at", Kind::Time, false),
        column("assignedLicenses", "assigned_licenses", Kind::Json, false),
        column("isSimulated", "is_simulated", Kind::Bool, false),
    ],
};

/// Graph's `subscribedSku`, its units as plain numbers.
pub(crate) static SKUS: View = View {
    set: "subscribedSkus",
    base: sql::SKUS,
    searched: &["sku_part_number", "display_name"],
    order: "sku_part_number",
    columns: &[
        column("skuId", "sku_id", Kind::Guid, false),
        column("skuPartNumber", "sku_part_number", Kind::Text, false),
        column("displayName", "display_name", Kind::Text, false),
        column("appliesTo", "applies_to", Kind::Text, false),
        column("enabledUnits", "enabled_units", Kind::Int, false),
        column("consumedUnits", "consumed_units", Kind::Int, false),
    ],
};

/// An app registration. `id` is its client id.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    pub id: Uuid,
    pub app_id: Uuid,
    pub display_name: String,
    #[schemars(with = "String")]
    pub created_date_time: Timestamp,
    pub permissions: Vec<String>,
    pub password_credentials: Vec<PasswordCredential>,
}

/// A secret, known by its first characters only.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCredential {
    pub key_id: Uuid,
    pub display_name: String,
    #[schemars(with = "String")]
    pub end_date_time: Timestamp,
    pub hint: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Applications {
    pub value: Vec<Application>,
}

/// A new secret; `secretText` is shown this once.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewPassword {
    pub key_id: Uuid,
    pub display_name: String,
    #[schemars(with = "String")]
    pub end_date_time: Timestamp,
    pub secret_text: String,
}

/// Graph's `auditEvent`, as far as the record knows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    pub id: Uuid,
    #[schemars(with = "String")]
    pub activity_date_time: Timestamp,
    pub activity: String,
    pub category: String,
    pub activity_result: String,
    pub actor: AuditActor,
    pub resources: Vec<AuditResource>,
    pub details: Value,
    pub correlation_id: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditActor {
    pub audit_actor_type: String,
    pub id: Option<String>,
    pub user_principal_name: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditResource {
    pub audit_resource_type: String,
    pub resource_id: String,
    pub display_name: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct AuditEvents {
    #[serde(rename = "@odata.count")]
    pub count: i64,
    pub value: Vec<AuditEvent>,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    pub next_link: Option<String>,
}
