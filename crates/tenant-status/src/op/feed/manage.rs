//! Make, list and revoke one's own feed addresses.

use api::{Body, Failure, Permitted, id_in_path};
use audit::{Category, Event, Resource};
use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use jiff::Timestamp;
use policy::Actor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::SqlError;
use uuid::Uuid;

use crate::TenantStatus;
use crate::connector::secret::token_hash;
use crate::sql::connector as sql;

const DESCRIPTION_CHARS_MAX: usize = 128;

/// A new feed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewExpiryFeed")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// What reads it: 1 to 128 characters.
    pub description: String,
}

/// A feed's addresses, told this once.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExpiryFeedAddresses {
    pub id: Uuid,
    pub rss_address: String,
    pub calendar_address: String,
}

/// A feed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExpiryFeed {
    pub id: Uuid,
    pub description: String,
    #[schemars(with = "String")]
    pub created_date_time: Timestamp,
    pub is_revoked: bool,
}

/// The caller's feeds, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExpiryFeeds {
    pub value: Vec<ExpiryFeed>,
}

pub async fn create(
    status: TenantStatus,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<(StatusCode, Json<ExpiryFeedAddresses>), Failure> {
    let user = person(&permitted)?;
    let description = input.description.trim().to_owned();
    let n_chars = description.chars().count();
    if !(1..=DESCRIPTION_CHARS_MAX).contains(&n_chars) || description.contains(char::is_control) {
        let message = format!("Describe the feed in 1 to {DESCRIPTION_CHARS_MAX} characters, on one line.");
        return Err(Failure::bad_request(message).target("description"));
    }
    let world = &status.world;
    let (id, event_id, now) = (world.ids.guid(), world.ids.guid(), world.clock.now());
    let token = format!("qdfd_{}", world.entropy.token(24));
    let (hash, actor) = (token_hash(&token), permitted.actor());
    let written = status.store.write(permitted.tenant(), move |tx| {
        let params = [id.into(), user.into(), (&description).into(), hash.into(), now.into()];
        tx.exec(&sql::INSERT_FEED, &params)?;
        let event = Event::new(actor, "Create expiry feed", Category::Other).on(Resource::new(
            "ExpiryFeed",
            id.to_string(),
        )
        .named(&description));
        audit::record(tx, now, event_id, &event)
    });
    written.await?;
    let address = |end| format!("{}/feeds/expiry/{token}/{end}", status.origin);
    let (rss_address, calendar_address) = (address("rss.xml"), address("calendar.ics"));
    Ok((StatusCode::CREATED, Json(ExpiryFeedAddresses { id, rss_address, calendar_address })))
}

pub async fn list(status: TenantStatus, permitted: Permitted) -> Result<Json<ExpiryFeeds>, Failure> {
    let user = person(&permitted)?;
    let read = status.store.read(permitted.tenant(), move |tx| {
        let rows = tx.rows(&sql::FEEDS, &[user.into()])?;
        let feed = |row: &store::Row| {
            Ok::<_, SqlError>(ExpiryFeed {
                id: row.get(0)?,
                description: row.get(1)?,
                created_date_time: row.get(2)?,
                is_revoked: row.get::<Option<i64>>(3)?.is_some(),
            })
        };
        rows.iter().map(feed).collect::<Result<Vec<_>, _>>()
    });
    Ok(Json(ExpiryFeeds { value: read.await? }))
}

pub async fn revoke(
    status: TenantStatus,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let (user, id) = (person(&permitted)?, id_in_path(&id)?);
    let (now, event_id, actor) = (status.world.clock.now(), status.world.ids.guid(), permitted.actor());
    let written = status.store.write(permitted.tenant(), move |tx| {
        if tx.exec(&sql::REVOKE_FEED, &[id.into(), user.into(), now.into()])? == 0 {
            return Err(Failure::not_found(format!("You have no feed {id} that still works.")).target("id"));
        }
        let event = Event::new(actor, "Revoke expiry feed", Category::Other)
            .on(Resource::new("ExpiryFeed", id.to_string()))
            .with(json!({}));
        Ok(audit::record(tx, now, event_id, &event)?)
    });
    written.await?;
    Ok(StatusCode::NO_CONTENT)
}

fn person(permitted: &Permitted) -> Result<Uuid, Failure> {
    match permitted.permit.actor() {
        Actor::User(id) => Ok(id),
        _ => {
            Err(Failure::conflict("A feed belongs to a person; sign in as one to make it.").word("no_person"))
        }
    }
}
