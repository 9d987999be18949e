//! The heartbeat door: whoever has an instance's token reports how its work went. Reports are not audited (RFD 4): the
//! run history keeps them.

use api::{Code, Failure};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Request};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{SqlError, TenantId, Tx};
use uuid::Uuid;
use words::Words;

use crate::TenantStatus;
use crate::connector::instance::{self, Instance};
use crate::connector::keep;
use crate::connector::secret::token_hash;
use crate::job::sync::shortened;
use crate::sql::connector as sql;

const BODY_BYTES_MAX: usize = 16 * 1024;
/// Reports of one connector come no closer together.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
const NEXT_MAX: SignedDuration = SignedDuration::from_hours(24 * 366);

/// How it went. No body at all is a success.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Heartbeat {
    #[serde(default)]
    pub status: Outcome,
    /// In plain words; the first 1000 characters are kept.
    #[serde(default)]
    pub message: String,
    /// When the next one is to be expected; after three times as long the connector is unhealthy.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub next_expected_date_time: Option<Timestamp>,
}

/// Whether it worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "HeartbeatStatus")]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    #[default]
    Success,
    Failure,
}

/// What was kept.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Heard {
    #[schemars(with = "String")]
    pub received_date_time: Timestamp,
    pub status: Outcome,
}

pub async fn handle(
    status: TenantStatus,
    Path(token): Path<String>,
    request: Request,
) -> Result<(StatusCode, Json<Heard>), Failure> {
    let beat = read(request).await?;
    let now = status.world.clock.now();
    let (tenant, id) = whose(&status, &token).await?;
    let heard = Heard { received_date_time: now, status: beat.status };
    check_next(&beat, now)?;
    let inner = status.clone();
    let written = status.store.write(tenant, move |tx| {
        let mut instance = instance::locked(tx, id)?.ok_or_else(unknown)?;
        refuse(&instance, now)?;
        learn(&mut instance, &beat, now);
        instance.update(tx)?;
        put_run(tx, inner.world.ids.guid(), &instance, &beat, now)?;
        keep::record(tx, &inner.world, &instance, now)?;
        keep::bump(tx)?;
        Ok::<_, Failure>(())
    });
    written.await?;
    status.changes.tell(tenant);
    Ok((StatusCode::ACCEPTED, Json(heard)))
}

async fn read(request: Request) -> Result<Heartbeat, Failure> {
    let body: Bytes = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await.map_err(|_| {
        Failure::new(Code::TooLarge, format!("A heartbeat weighs at most {BODY_BYTES_MAX} bytes."))
    })?;
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Heartbeat::default());
    }
    serde_json::from_slice(&body).map_err(|error| {
        let message =
            format!("A heartbeat is {{\"status\": \"success\"}} or \"failure\", with message: {error}.");
        Failure::bad_request(message)
    })
}

async fn whose(status: &TenantStatus, token: &str) -> Result<(TenantId, Uuid), Failure> {
    let hash = token_hash(token);
    let read = status.store.read_global(move |conn| {
        let row = conn.row(&sql::OF_HEARTBEAT, &[hash.into()])?;
        row.map(|row| Ok::<_, SqlError>((TenantId(row.get(0)?), row.get(1)?))).transpose()
    });
    read.await?.ok_or_else(unknown)
}

fn unknown() -> Failure {
    Failure::not_found("No connector has this token; make a new one on the connector's page.").target("token")
}

fn check_next(beat: &Heartbeat, now: Timestamp) -> Result<(), Failure> {
    let Some(next) = beat.next_expected_date_time else { return Ok(()) };
    if next > now && next.duration_since(now) <= NEXT_MAX {
        return Ok(());
    }
    Err(Failure::bad_request("The next heartbeat is expected within 366 days from now.")
        .target("nextExpectedDateTime"))
}

fn refuse(instance: &Instance, now: Timestamp) -> Result<(), Failure> {
    if !instance.is_enabled {
        return Err(Failure::conflict("This connector is disabled; enable it first.").word("disabled"));
    }
    let again_at = instance.sync.last_attempt_at.and_then(|at| at.saturating_add(PAUSE).ok());
    if again_at.is_some_and(|at| now < at && at.duration_since(now) <= PAUSE) {
        let message = "This connector reported a moment ago; wait five seconds between two reports.";
        let failure = Failure::new(Code::TooManyRequests, message);
        return Err(Failure { retry_after_seconds: Some(5), ..failure });
    }
    Ok(())
}

fn learn(instance: &mut Instance, beat: &Heartbeat, now: Timestamp) {
    let sync = &mut instance.sync;
    sync.last_attempt_at = Some(now);
    match beat.status {
        Outcome::Success => {
            sync.last_success_at = Some(now);
            sync.last_error = None;
            sync.next_expected_at = beat.next_expected_date_time;
        }
        Outcome::Failure => {
            let message = shortened(&beat.message);
            sync.last_error = Some(if message.is_empty() { unsaid() } else { Words::same(message) });
        }
    }
}

fn unsaid() -> Words {
    Words::new(
        "It reported a failure without saying why.",
        "Er werd een fout gemeld zonder te zeggen waarom.",
        "Ett fel rapporterades utan att orsaken angavs.",
    )
}

fn put_run(
    tx: &mut Tx<'_, '_>,
    id: Uuid,
    instance: &Instance,
    beat: &Heartbeat,
    now: Timestamp,
) -> Result<(), SqlError> {
    let outcome = if beat.status == Outcome::Success { "succeeded" } else { "failed" };
    // What it says of itself is shown as it said it.
    let own_words: Option<String> = None;
    let params = [
        id.into(),
        instance.id.into(),
        "heartbeat".into(),
        now.into(),
        now.into(),
        outcome.into(),
        shortened(&beat.message).into(),
        own_words.clone().into(),
        own_words.into(),
        "{}".into(),
    ];
    tx.exec(&sql::INSERT_RUN, &params).map(drop)
}
