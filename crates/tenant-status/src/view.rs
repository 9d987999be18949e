//! What the connectors' doors show. Instants are RFC 3339 in UTC; null where there is none.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use uuid::Uuid;
use words::Language;

use crate::catalogue::{ConnectorType, CredentialKind, Kind, Maker, SyncKind};
use crate::connector::instance::{CredentialState, Instance};
use crate::model::{Health, Judged, Reason};

/// A judgement and what it was made from: why the status is what it is, and when that changes by itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub health: Health,
    pub reason: Reason,
    /// The instant that the rule looks at: the page's time stamp. Null shows as N/A.
    #[schemars(with = "Option<String>")]
    pub timestamp: Option<Timestamp>,
    /// The limit that `timestamp` is held against, in seconds.
    pub threshold_seconds: Option<i64>,
    /// When the health changes if nothing new is heard.
    #[schemars(with = "Option<String>")]
    pub changes_at: Option<Timestamp>,
}

impl Status {
    pub(crate) fn of(judged: &Judged) -> Status {
        Status {
            health: judged.health,
            reason: judged.reason,
            timestamp: judged.value,
            threshold_seconds: judged.threshold.map(|threshold| threshold.as_secs()),
            changes_at: judged.changes_at,
        }
    }

    pub(crate) fn not_configured() -> Status {
        Status {
            health: Health::NotEnabled,
            reason: Reason::NoCredential,
            timestamp: None,
            threshold_seconds: None,
            changes_at: None,
        }
    }
}

/// One type of connector in the list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorSummary {
    /// The type's key: in addresses.
    #[serde(rename = "type")]
    pub type_key: &'static str,
    /// In the language asked for.
    pub label: &'static str,
    pub kind: Kind,
    pub made_by: Maker,
    pub is_retired: bool,
    /// The least healthy enabled instance's.
    pub status: Status,
    pub instance_count: usize,
    pub enabled_count: usize,
    /// The instance that the status is of.
    pub instance_id: Option<Uuid>,
    pub instance_name: Option<String>,
    /// Whether the caller may add, change and delete.
    pub may_write: bool,
}

/// All types: unhealthy, warning, healthy, not enabled; then by name in the reader's language.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorList {
    /// The instant the list was judged at.
    #[schemars(with = "String")]
    pub as_of: Timestamp,
    /// Rises with every change; `/api/tenantStatus/changes` tells it.
    pub sequence: i64,
    pub unhealthy_count: usize,
    pub warning_count: usize,
    /// The first instant at which something in the list changes by itself.
    #[schemars(with = "Option<String>")]
    pub changes_at: Option<Timestamp>,
    pub value: Vec<ConnectorSummary>,
}

/// One type with its instances.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorPage {
    #[schemars(with = "String")]
    pub as_of: Timestamp,
    pub sequence: i64,
    #[serde(flatten)]
    pub summary: ConnectorSummary,
    /// The title of the page.
    pub page_title: &'static str,
    /// The property that drives the health, by Graph's name.
    pub driven_by: &'static str,
    /// Where Graph has the same.
    pub graph_source: Option<&'static str>,
    pub credential_kind: Option<CredentialKind>,
    pub sync_kinds: &'static [SyncKind],
    /// The permission that adding and changing needs.
    pub write_permission: &'static str,
    pub early_warning_days: Vec<u16>,
    pub instances: Vec<ConnectorInstance>,
    /// Changes of health in the last 90 days, newest first.
    pub timeline: Vec<HealthChange>,
}

/// One instance.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorInstance {
    pub id: Uuid,
    #[serde(rename = "type")]
    pub type_key: &'static str,
    pub display_name: String,
    pub status: Status,
    pub is_enabled: bool,
    pub owner: Option<String>,
    pub how_to_renew: Option<String>,
    /// What its synchronisation was told; nothing secret.
    pub settings: Json,
    pub credential: CredentialView,
    pub sync: SyncView,
    #[schemars(with = "String")]
    pub created_date_time: Timestamp,
    #[schemars(with = "String")]
    pub last_modified_date_time: Timestamp,
}

/// A credential without its secrets.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialView {
    /// `none`, `readable` or `unreadable`.
    pub state: &'static str,
    /// What it says of itself: subject, topic, serial, organisation …
    pub facts: Json,
    #[schemars(with = "Option<String>")]
    pub valid_from_date_time: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    pub expiration_date_time: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    pub uploaded_date_time: Option<Timestamp>,
}

/// How an instance synchronises.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncView {
    pub kind: Option<SyncKind>,
    /// As set; null is the kind's own.
    pub every_seconds: Option<i64>,
    #[schemars(with = "Option<String>")]
    pub last_success_date_time: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    pub last_attempt_date_time: Option<Timestamp>,
    /// In plain words, in the reader's language; null since the last success.
    pub last_error: Option<String>,
    #[schemars(with = "Option<String>")]
    pub next_expected_date_time: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    pub next_run_date_time: Option<Timestamp>,
    pub is_running: bool,
    pub has_heartbeat_token: bool,
}

/// A change of health.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthChange {
    pub instance_id: Uuid,
    pub instance_name: String,
    #[serde(rename = "type")]
    pub type_key: String,
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Null for the first.
    pub health_before: Option<String>,
    pub health: String,
    pub reason: String,
}

/// One run of a synchronisation, or one heartbeat.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncRun {
    pub id: Uuid,
    /// `schedule`, `heartbeat`, or the person's id.
    pub requested_by: String,
    #[schemars(with = "String")]
    pub started_date_time: Timestamp,
    #[schemars(with = "Option<String>")]
    pub finished_date_time: Option<Timestamp>,
    /// `running`, `succeeded` or `failed`.
    pub outcome: String,
    pub message: String,
    pub counts: Json,
}

/// One instance, its history and its runs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstancePage {
    #[serde(flatten)]
    pub instance: ConnectorInstance,
    /// Changes of health in the last 90 days, newest first.
    pub timeline: Vec<HealthChange>,
    /// The last 50.
    pub runs: Vec<SyncRun>,
    /// What its synchronisation brought and is kept here.
    pub brought: Vec<Brought>,
    pub may_write: bool,
}

/// One kind of what a synchronisation brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Brought {
    pub kind: BroughtKind,
    pub count: u64,
    /// The list in Graph's form: a path on this server.
    pub list: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum BroughtKind {
    AutopilotIdentities,
    AppleDevices,
    Apps,
    Books,
}

/// An instance under one of its types.
pub(crate) fn instance(
    ty: &ConnectorType,
    instance: &Instance,
    (now, language): (Timestamp, Language),
) -> ConnectorInstance {
    let (credential, sync) = (&instance.credential, &instance.sync);
    ConnectorInstance {
        id: instance.id,
        type_key: ty.key,
        display_name: instance.display_name.clone(),
        status: Status::of(&instance.judge(ty, now)),
        is_enabled: instance.is_enabled,
        owner: instance.owner.clone(),
        how_to_renew: instance.how_to_renew.clone(),
        settings: instance.settings.clone(),
        credential: CredentialView {
            state: credential.state.as_str(),
            facts: credential.facts.clone(),
            valid_from_date_time: credential.valid_from,
            expiration_date_time: credential.expires_at.filter(|_| credential.state != CredentialState::None),
            uploaded_date_time: credential.at,
        },
        sync: SyncView {
            kind: sync.kind,
            every_seconds: sync.every_seconds,
            last_success_date_time: sync.last_success_at,
            last_attempt_date_time: sync.last_attempt_at,
            last_error: sync.last_error.as_ref().map(|said| said.in_language(language).to_owned()),
            next_expected_date_time: sync.next_expected_at,
            next_run_date_time: sync.next_run_at,
            is_running: instance.is_running(now),
            has_heartbeat_token: sync.token_hash.is_some(),
        },
        created_date_time: instance.created_at,
        last_modified_date_time: instance.modified_at,
    }
}
