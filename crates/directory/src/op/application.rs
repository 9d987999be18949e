//! App registrations: list, create, delete; secrets are shown once. The rules are `identity`'s.

use api::{Body, Code, Failure, Permitted, id_in_path};
use audit::{Category, Event, Resource as Audited};
use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use identity::Resource;
use identity::applications::{
    self, Application, ApplicationError, ApplicationIds, NewApplication, NewPassword, Permission,
    PermissionKind,
};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use uuid::Uuid;

use crate::{Directory, view};

const LIST_MAX: u32 = 1_000;
const DAYS_MAX: i64 = 730;
/// What an app may be given here, and the resource that offers it.
const PERMISSIONS: &[(&str, Resource)] =
    &[("get_data_warehouse", Resource::Warehouse), ("Directory.ReadWrite.All", Resource::Quarterdeck)];

/// A new app registration.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "NewApplication")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    pub display_name: String,
    /// `get_data_warehouse`: read the data warehouse as itself. `Directory.ReadWrite.All`: provision users and groups.
    #[serde(default)]
    pub permissions: Vec<String>,
}

/// A new secret.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "NewApplicationPassword")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordInput {
    pub display_name: String,
    /// From 1 to 730.
    pub valid_for_days: i64,
}

fn failure(error: ApplicationError) -> Failure {
    let mut message = format!("{error}.");
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    match error {
        ApplicationError::NotFound(_) => Failure::not_found(message).target("id"),
        ApplicationError::PasswordCount | ApplicationError::PublicPassword => Failure::conflict(message),
        ApplicationError::PasswordLife => Failure::bad_request(message).target("validForDays"),
        ApplicationError::Name => Failure::bad_request(message).target("displayName"),
        ApplicationError::Permission(_) => Failure::bad_request(message).target("permissions"),
        ApplicationError::Redirect(..) | ApplicationError::RedirectCount => Failure::bad_request(message),
        ApplicationError::Store(error) => error.into(),
    }
}

pub async fn list(directory: Directory, permitted: Permitted) -> Result<Json<view::Applications>, Failure> {
    let read =
        directory.store.read(permitted.tenant(), |tx| applications::list(tx, LIST_MAX).map_err(failure));
    Ok(Json(view::Applications { value: read.await?.into_iter().map(shown).collect() }))
}

pub async fn create(
    directory: Directory,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<(StatusCode, Json<view::Application>), Failure> {
    let ids = ApplicationIds::draw(&directory.world);
    let (actor, now, event_id) = (permitted.actor(), directory.world.clock.now(), directory.world.ids.guid());
    let written = directory
        .store
        .write(permitted.tenant(), move |tx| register(tx, ids, &input, (actor, event_id), now));
    Ok((StatusCode::CREATED, Json(shown(written.await?))))
}

/// Registers an app within the caller's transaction.
///
/// # Errors
/// What is wrong with the input.
pub fn register(
    tx: &mut Tx<'_, '_>,
    ids: ApplicationIds,
    input: &Input,
    (actor, event_id): (audit::Actor, Uuid),
    now: Timestamp,
) -> Result<Application, Failure> {
    let new = NewApplication {
        display_name: input.display_name.clone(),
        is_public: false,
        redirect_uris: Vec::new(),
    };
    let application = applications::create(tx, ids, now, &new).map_err(failure)?;
    for name in &input.permissions {
        let known = PERMISSIONS.iter().find(|(known, _)| known == name);
        let (_, resource) = known.ok_or_else(|| {
            let message = format!(
                "There is no permission '{name}' to give; get_data_warehouse and Directory.ReadWrite.All are."
            );
            Failure::bad_request(message).target("permissions")
        })?;
        let role =
            Permission { resource: *resource, kind: PermissionKind::Role, name: name.clone(), granted: true };
        applications::set_permission(tx, application.app_id, &role, now).map_err(failure)?;
    }
    let event = Event::new(actor, "Register application", Category::Application)
        .on(Audited::new("Application", application.app_id.to_string()).named(&application.display_name))
        .with(json!({ "permissions": input.permissions }));
    audit::record(tx, now, event_id, &event)?;
    applications::get(tx, application.app_id).map_err(failure)
}

pub async fn delete(
    directory: Directory,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let id = id_in_path(&id)?;
    let (actor, now, event_id) = (permitted.actor(), directory.world.clock.now(), directory.world.ids.guid());
    let written = directory.store.write(permitted.tenant(), move |tx| {
        let application = applications::get(tx, id).map_err(failure)?;
        applications::delete(tx, id, now).map_err(failure)?;
        let event = Event::new(actor, "Delete application", Category::Application).on(Audited::new(
            "Application",
            id.to_string(),
        )
        .named(application.display_name));
        audit::record(tx, now, event_id, &event)?;
        Ok::<_, Failure>(())
    });
    written.await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn add_password(
    directory: Directory,
    permitted: Permitted,
    Path(id): Path<String>,
    Body(input): Body<PasswordInput>,
) -> Result<(StatusCode, Json<view::NewPassword>), Failure> {
    let id = id_in_path(&id)?;
    if !(1..=DAYS_MAX).contains(&input.valid_for_days) {
        return Err(Failure::bad_request(format!("A secret is valid for 1 to {DAYS_MAX} days."))
            .target("validForDays"));
    }
    let (actor, now, event_id) = (permitted.actor(), directory.world.clock.now(), directory.world.ids.guid());
    let ends_at = now + SignedDuration::from_hours(24 * input.valid_for_days);
    let new = NewPassword::draw(&directory.world, input.display_name, ends_at);
    let shown = view::NewPassword {
        key_id: new.key_id,
        display_name: new.display_name.clone(),
        end_date_time: ends_at,
        secret_text: new.reveal().to_owned(),
    };
    let written = directory
        .store
        .write(permitted.tenant(), move |tx| insert_password(tx, id, &new, (actor, event_id), now));
    written.await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Adds a secret within the caller's transaction.
///
/// # Errors
/// What is wrong with the input.
pub fn insert_password(
    tx: &mut Tx<'_, '_>,
    id: Uuid,
    new: &NewPassword,
    (actor, event_id): (audit::Actor, Uuid),
    now: Timestamp,
) -> Result<(), Failure> {
    applications::add_password(tx, id, new, now).map_err(failure)?;
    let event = Event::new(actor, "Add application secret", Category::Application)
        .on(Audited::new("Application", id.to_string()))
        .with(json!({ "keyId": new.key_id, "endDateTime": new.ends_at.to_string() }));
    Ok(audit::record(tx, now, event_id, &event)?)
}

pub async fn remove_password(
    directory: Directory,
    permitted: Permitted,
    Path((id, key_id)): Path<(String, String)>,
) -> Result<StatusCode, Failure> {
    let (id, key_id) = (id_in_path(&id)?, id_in_path(&key_id)?);
    let (actor, now, event_id) = (permitted.actor(), directory.world.clock.now(), directory.world.ids.guid());
    let written = directory.store.write(permitted.tenant(), move |tx| {
        if !applications::remove_password(tx, id, key_id).map_err(failure)? {
            return Err(Failure::new(Code::NotFound, format!("The application has no secret {key_id}."))
                .target("keyId"));
        }
        let event = Event::new(actor, "Remove application secret", Category::Application)
            .on(Audited::new("Application", id.to_string()))
            .with(json!({ "keyId": key_id }));
        Ok(audit::record(tx, now, event_id, &event)?)
    });
    written.await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(application: Application) -> view::Application {
    let credential = |password: applications::Password| view::PasswordCredential {
        key_id: password.key_id,
        display_name: password.display_name,
        end_date_time: password.ends_at,
        hint: password.hint,
    };
    view::Application {
        id: application.app_id,
        app_id: application.app_id,
        display_name: application.display_name,
        created_date_time: application.created_at,
        permissions: application.permissions.into_iter().filter(|p| p.granted).map(|p| p.name).collect(),
        password_credentials: application.passwords.into_iter().map(credential).collect(),
    }
}
