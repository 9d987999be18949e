//! Enrolment tokens: list, create (the secret is shown once), revoke.

use api::{Body, Failure, Permitted, id_in_path};
use audit::{Category, Event, Resource};
use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use store::{Row, Tx};
use uuid::Uuid;

use crate::ca::token_hash;
use crate::{Devices, sql, view};

const DESCRIPTION_CHARS_MAX: usize = 256;
const HOURS_MAX: i64 = 24 * 365;
const USES_MAX: i64 = 1_000_000;

/// A new token.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "NewEnrollmentToken")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// What it is for; at most 256 characters.
    pub description: String,
    /// From 1 to 8760.
    pub valid_for_hours: i64,
    /// How many devices it may enrol: from 1 to 1,000,000.
    pub max_uses: i64,
}

impl Input {
    fn check(&self) -> Result<(), Failure> {
        let n_chars = self.description.chars().count();
        if self.description.trim().is_empty()
            || n_chars > DESCRIPTION_CHARS_MAX
            || self.description.contains(char::is_control)
        {
            let message =
                format!("Describe the token in 1 to {DESCRIPTION_CHARS_MAX} characters, on one line.");
            return Err(Failure::bad_request(message).target("description"));
        }
        if !(1..=HOURS_MAX).contains(&self.valid_for_hours) {
            let message = format!("A token is valid for 1 to {HOURS_MAX} hours.");
            return Err(Failure::bad_request(message).target("validForHours"));
        }
        if !(1..=USES_MAX).contains(&self.max_uses) {
            return Err(
                Failure::bad_request(format!("A token enrols 1 to {USES_MAX} devices.")).target("maxUses")
            );
        }
        Ok(())
    }
}

pub async fn list(devices: Devices, permitted: Permitted) -> Result<Json<view::Tokens>, Failure> {
    let read = devices.store.read(permitted.tenant(), |tx| {
        let rows = tx.rows(&sql::LIST_TOKENS, &[])?;
        rows.iter().map(token).collect::<Result<Vec<_>, _>>()
    });
    Ok(Json(view::Tokens { value: read.await? }))
}

pub async fn create(
    devices: Devices,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<(StatusCode, Json<view::NewToken>), Failure> {
    input.check()?;
    let new = New::of(&devices, &input);
    let (tenant, actor, secret) = (permitted.tenant(), permitted.actor(), new.secret.clone());
    let properties = devices.store.write(tenant, move |tx| new.insert(tx, &input, actor)).await?;
    Ok((StatusCode::CREATED, Json(view::NewToken { properties, token: secret })))
}

struct New {
    id: Uuid,
    secret: String,
    event_id: Uuid,
    now: Timestamp,
}

impl New {
    fn of(devices: &Devices, _: &Input) -> New {
        let world = &devices.world;
        let secret = format!("qdet_{}", world.entropy.token(24));
        New { id: world.ids.guid(), secret, event_id: world.ids.guid(), now: world.clock.now() }
    }

    fn insert(
        &self,
        tx: &mut Tx<'_, '_>,
        input: &Input,
        actor: audit::Actor,
    ) -> Result<view::Token, Failure> {
        let by = serde_json::to_string(&actor).map_err(|error| Failure::internal(&error))?;
        let expires_at = self.now + SignedDuration::from_hours(input.valid_for_hours);
        let params = [
            self.id.into(),
            token_hash(&self.secret).into(),
            (&input.description).into(),
            self.now.into(),
            by.into(),
            expires_at.into(),
            input.max_uses.into(),
        ];
        tx.exec(&sql::INSERT_TOKEN, &params)?;
        let event = Event::new(actor, "Create enrollment token", Category::Enrollment)
            .on(Resource::new("EnrollmentToken", self.id.to_string()).named(&input.description))
            .with(json!({ "validForHours": input.valid_for_hours, "maxUses": input.max_uses }));
        audit::record(tx, self.now, self.event_id, &event)?;
        one(tx, self.id)
    }
}

/// Makes a token in-process: the first one of a new installation.
///
/// # Errors
/// When the input is out of bounds or the database refuses.
pub async fn create_in_process(
    devices: &Devices,
    tenant: store::TenantId,
    actor: audit::Actor,
    input: Input,
) -> Result<String, Failure> {
    input.check()?;
    let new = New::of(devices, &input);
    let secret = new.secret.clone();
    devices.store.write(tenant, move |tx| new.insert(tx, &input, actor)).await?;
    Ok(secret)
}

pub async fn revoke(
    devices: Devices,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<Json<view::Token>, Failure> {
    let id = id_in_path(&id)?;
    let (now, event_id) = (devices.world.clock.now(), devices.world.ids.guid());
    let (tenant, actor) = (permitted.tenant(), permitted.actor());
    let written = devices.store.write(tenant, move |tx| {
        if tx.exec(&sql::REVOKE_TOKEN, &[id.into(), now.into()])? > 0 {
            let event = Event::new(actor, "Revoke enrollment token", Category::Enrollment)
                .on(Resource::new("EnrollmentToken", id.to_string()));
            audit::record(tx, now, event_id, &event)?;
        }
        one(tx, id)
    });
    Ok(Json(written.await?))
}

fn one(tx: &mut Tx<'_, '_>, id: Uuid) -> Result<view::Token, Failure> {
    let row = tx.row(&sql::ONE_TOKEN, &[id.into()])?;
    let row = row.ok_or_else(|| {
        Failure::not_found(format!("This tenant has no enrolment token {id}.")).target("id")
    })?;
    Ok(token(&row)?)
}

fn token(row: &Row) -> Result<view::Token, store::SqlError> {
    Ok(view::Token {
        id: row.get(0)?,
        description: row.get(1)?,
        created_date_time: row.get(2)?,
        expiration_date_time: row.get(3)?,
        uses_remaining: row.get::<i64>(4)?.max(0),
        is_revoked: row.get::<Option<i64>>(5)?.is_some(),
    })
}
