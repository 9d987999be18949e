//! Change what people may say of an instance: its name, owner, note, settings and rhythm.

use api::{Body, Failure, Permitted};
use axum::Json;
use axum::extract::Path;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Target, change, refuse_own};
use crate::TenantStatus;
use crate::catalogue::{ConnectorType, SyncKind};
use crate::connector::instance::Instance;
use crate::view::ConnectorInstance;

const NAME_CHARS_MAX: usize = 128;
const OWNER_CHARS_MAX: usize = 256;
const NOTE_CHARS_MAX: usize = 4_000;
const SETTINGS_BYTES_MAX: usize = 16 * 1024;
const EVERY_SECONDS_MIN: i64 = 60;
const EVERY_SECONDS_MAX: i64 = 366 * 24 * 3_600;

/// What is not given stays as it is; an empty text takes away.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ConnectorChange")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// 1 to 128 characters on one line.
    pub display_name: Option<String>,
    /// Who looks after it: at most 256 characters.
    pub owner: Option<String>,
    /// How to renew it: at most 4000 characters.
    pub how_to_renew: Option<String>,
    /// What its synchronisation needs to know; an object.
    pub settings: Option<Value>,
    /// One of the type's `syncKinds`.
    pub sync_kind: Option<SyncKind>,
    /// How often it is asked, or a heartbeat is expected: 60 seconds to 366 days.
    pub sync_every_seconds: Option<i64>,
}

pub async fn handle(
    status: TenantStatus,
    permitted: Permitted,
    Path((key, id)): Path<(String, String)>,
    Body(input): Body<Input>,
) -> Result<Json<ConnectorInstance>, Failure> {
    let target = Target::to_note(&permitted, (&key, &id))?;
    let ty = target.ty;
    if input.is_more_than_a_note() {
        refuse_own(ty)?;
    }
    let changed = change(&status, &permitted, target, "Update connector", move |changing| {
        let status = changing.status;
        input.apply(changing.instance, ty, status)?;
        Ok(json!({ "fields": input.fields() }))
    });
    changed.await.map(Json)
}

impl Input {
    fn is_more_than_a_note(&self) -> bool {
        self.display_name.is_some()
            || self.settings.is_some()
            || self.sync_kind.is_some()
            || self.sync_every_seconds.is_some()
    }

    /// The names of what is given: what the audit record tells.
    pub(super) fn fields(&self) -> Vec<&'static str> {
        let given = [
            (self.display_name.is_some(), "displayName"),
            (self.owner.is_some(), "owner"),
            (self.how_to_renew.is_some(), "howToRenew"),
            (self.settings.is_some(), "settings"),
            (self.sync_kind.is_some(), "syncKind"),
            (self.sync_every_seconds.is_some(), "syncEverySeconds"),
        ];
        given.into_iter().filter_map(|(is_given, name)| is_given.then_some(name)).collect()
    }

    /// Puts what is given into `instance`.
    pub(super) fn apply(
        &self,
        instance: &mut Instance,
        ty: &ConnectorType,
        status: &TenantStatus,
    ) -> Result<(), Failure> {
        if let Some(name) = &self.display_name {
            instance.display_name = line(name, "displayName", NAME_CHARS_MAX)?
                .ok_or_else(|| Failure::bad_request("Give the connector a name.").target("displayName"))?;
        }
        if let Some(owner) = &self.owner {
            instance.owner = line(owner, "owner", OWNER_CHARS_MAX)?;
        }
        if let Some(note) = &self.how_to_renew {
            instance.how_to_renew = note_of(note)?;
        }
        if let Some(kind) = self.sync_kind {
            if !ty.syncs.contains(&kind) {
                let known: Vec<&str> = ty.syncs.iter().map(|kind| kind.as_str()).collect();
                let message = format!("This type synchronises by one of: {}.", known.join(", "));
                return Err(Failure::bad_request(message).target("syncKind"));
            }
            instance.sync.kind = Some(kind);
            if kind != SyncKind::Heartbeat {
                // Its address must not go on working unseen.
                instance.sync.token_hash = None;
            }
        }
        if let Some(seconds) = self.sync_every_seconds {
            if !(EVERY_SECONDS_MIN..=EVERY_SECONDS_MAX).contains(&seconds) {
                let message = "Choose from 60 seconds to 31622400 (366 days).";
                return Err(Failure::bad_request(message).target("syncEverySeconds"));
            }
            instance.sync.every_seconds = Some(seconds);
        }
        if let Some(settings) = &self.settings {
            instance.settings = settings.clone();
        }
        if self.settings.is_some() || self.sync_kind.is_some() {
            check_settings(instance, status)?;
            instance.sync.next_run_at =
                instance.sync.kind.filter(|k| k.is_active()).map(|_| instance.modified_at);
        }
        Ok(())
    }
}

fn check_settings(instance: &Instance, status: &TenantStatus) -> Result<(), Failure> {
    let bad = |message: String| Failure::bad_request(message).target("settings");
    if !instance.settings.is_object() || instance.settings.to_string().len() > SETTINGS_BYTES_MAX {
        return Err(bad(format!("The settings are one JSON object of at most {SETTINGS_BYTES_MAX} bytes.")));
    }
    let Some(kind) = instance.sync.kind.filter(|kind| kind.is_active()) else { return Ok(()) };
    let Some(sync) = status.syncs.of(kind) else {
        let message = format!("This server does not synchronise by {} yet; choose heartbeat.", kind.as_str());
        return Err(Failure::bad_request(message).target("syncKind"));
    };
    let check = sync.check(&instance.settings);
    check.map_err(|(field, said)| Failure::bad_request(said.en).target(format!("settings.{field}")))
}

fn line(text: &str, field: &'static str, chars_max: usize) -> Result<Option<String>, Failure> {
    let text = text.trim();
    if text.chars().count() > chars_max || text.contains(char::is_control) {
        let message = format!("Write at most {chars_max} characters, on one line.");
        return Err(Failure::bad_request(message).target(field));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn note_of(text: &str) -> Result<Option<String>, Failure> {
    let text = text.trim();
    if text.chars().count() > NOTE_CHARS_MAX || text.contains(|c: char| c.is_control() && c != '\n') {
        let message = format!("Write at most {NOTE_CHARS_MAX} characters.");
        return Err(Failure::bad_request(message).target("howToRenew"));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}
