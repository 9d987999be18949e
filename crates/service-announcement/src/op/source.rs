//! Connections to other services whose health and messages are imported: list, add, delete with what they brought, run
//! now.

use api::{Body, Failure, Permitted, id_in_path};
use audit::{Category, Event, Resource};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use outbound::Target;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{SqlError, Value};
use uuid::Uuid;

use super::typed;
use crate::job::import;
use crate::{ServiceAnnouncement, sql};

const NAME_CHARS_MAX: usize = 200;
const ADDRESS_CHARS_MAX: usize = 500;

/// A connection to another Graph-shaped service. The secret is kept sealed and never shown.
#[derive(Clone, Deserialize, JsonSchema)]
#[schemars(rename = "NewAnnouncementSource")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    pub display_name: String,
    /// What the lists' paths follow: `https://graph.microsoft.com/v1.0`.
    pub service_url: String,
    /// Where tokens are issued: `https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token`.
    pub token_url: String,
    pub client_id: String,
    pub client_secret: String,
    /// Such as `https://graph.microsoft.com/.default`.
    pub scope: String,
}

/// A connection, as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AnnouncementSource")]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    pub id: Uuid,
    pub display_name: String,
    pub service_url: String,
    pub token_url: String,
    pub client_id: String,
    pub scope: String,
    pub is_enabled: bool,
    #[schemars(with = "String")]
    pub created_date_time: Timestamp,
    /// When it was last asked for an import.
    #[schemars(with = "Option<String>")]
    pub last_asked_date_time: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    pub last_success_date_time: Option<Timestamp>,
    /// Why the last import failed; null after one that succeeded.
    pub last_error: Option<String>,
}

/// Every connection.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AnnouncementSources")]
pub struct Sources {
    pub value: Vec<Shown>,
}

pub async fn list(feature: ServiceAnnouncement, permitted: Permitted) -> Result<Json<Sources>, Failure> {
    let read = feature.store.read(permitted.tenant(), |tx| {
        let rows = tx.rows(&sql::SOURCES, &[])?;
        rows.iter().map(shown).collect::<Result<Vec<_>, SqlError>>()
    });
    Ok(Json(Sources { value: read.await? }))
}

fn shown(row: &store::Row) -> Result<Shown, SqlError> {
    Ok(Shown {
        id: row.get(0)?,
        display_name: row.get(1)?,
        service_url: row.get(2)?,
        token_url: row.get(3)?,
        client_id: row.get(4)?,
        scope: row.get(5)?,
        is_enabled: row.get(6)?,
        created_date_time: row.get(7)?,
        last_asked_date_time: row.get(8)?,
        last_success_date_time: row.get(9)?,
        last_error: row.get(10)?,
    })
}

pub async fn create(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<(StatusCode, Json<Shown>), Failure> {
    let (id, hand) = (feature.world.ids.guid(), feature.hand_of(&permitted));
    let shown = begun(&input, id, hand.now)?;
    let sealed = feature.seal.seal(&import::secret_name(id), secret(&input.client_secret)?.as_bytes());
    let params: [Value; 8] = [
        id.into(),
        (&shown.display_name).into(),
        (&shown.service_url).into(),
        (&shown.token_url).into(),
        (&shown.client_id).into(),
        (&shown.scope).into(),
        sealed.into(),
        hand.now.into(),
    ];
    let name = shown.display_name.clone();
    let service_url = shown.service_url.clone();
    let kept = feature.store.write(permitted.tenant(), move |tx| {
        tx.exec(&sql::INSERT_SOURCE, &params)?;
        let event = Event::new(hand.actor.clone(), "Add announcement source", Category::Other)
            .on(Resource::new("AnnouncementSource", id.to_string()).named(name))
            .with(json!({ "serviceUrl": service_url }));
        hand.audit(tx, &event)
    });
    kept.await.map_err(|error: SqlError| Failure::from(error))?;
    Ok((StatusCode::CREATED, Json(shown)))
}

pub async fn delete(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let (id, hand) = (id_in_path(&id)?, feature.hand_of(&permitted));
    let kept = feature.store.write(permitted.tenant(), move |tx| {
        let row = tx.row(&sql::LOCK_SOURCE, &[id.into()])?.ok_or_else(|| missing(id))?;
        let brought: Value = id.to_string().into();
        for statement in [
            &sql::DELETE_SOURCE_POSTS,
            &sql::DELETE_SOURCE_ISSUES,
            &sql::DELETE_SOURCE_MARKS,
            &sql::DELETE_SOURCE_MESSAGES,
        ] {
            tx.exec(statement, std::slice::from_ref(&brought))?;
        }
        tx.exec(&sql::DELETE_SOURCE, &[id.into()])?;
        let event = Event::new(hand.actor.clone(), "Delete announcement source", Category::Other)
            .on(Resource::new("AnnouncementSource", id.to_string()).named(row.get::<String>(0)?));
        Ok::<_, Failure>(hand.audit(tx, &event)?)
    });
    kept.await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn run(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let (id, job, hand) = (id_in_path(&id)?, feature.world.ids.guid(), feature.hand_of(&permitted));
    let kept = feature.store.write(permitted.tenant(), move |tx| {
        let row = tx.row(&sql::LOCK_SOURCE, &[id.into()])?.ok_or_else(|| missing(id))?;
        if import::is_busy(tx, id)? {
            return Err(Failure::conflict("An import of this connection waits or runs already."));
        }
        import::ask(tx, id, job, hand.now)?;
        let event = Event::new(hand.actor.clone(), "Run announcement import", Category::Other)
            .on(Resource::new("AnnouncementSource", id.to_string()).named(row.get::<String>(0)?));
        Ok(hand.audit(tx, &event)?)
    });
    kept.await?;
    Ok(StatusCode::ACCEPTED)
}

fn missing(id: Uuid) -> Failure {
    Failure::not_found(format!("There is no connection {id} here.")).target("id")
}

fn secret(text: &str) -> Result<&str, Failure> {
    let is_fine = !text.is_empty() && text.len() <= 4_096;
    is_fine.then_some(text).ok_or_else(|| {
        Failure::bad_request("The client secret is empty or longer than 4096 bytes.").target("clientSecret")
    })
}

fn begun(input: &Input, id: Uuid, now: Timestamp) -> Result<Shown, Failure> {
    Ok(Shown {
        id,
        display_name: typed(&input.display_name, "displayName", NAME_CHARS_MAX)?,
        service_url: address(&input.service_url, "serviceUrl")?,
        token_url: address(&input.token_url, "tokenUrl")?,
        client_id: typed(&input.client_id, "clientId", NAME_CHARS_MAX)?,
        scope: typed(&input.scope, "scope", ADDRESS_CHARS_MAX)?,
        is_enabled: true,
        created_date_time: now,
        last_asked_date_time: None,
        last_success_date_time: None,
        last_error: None,
    })
}

/// An absolute address without a query. A secret goes there: plain http only to this machine itself.
fn address(text: &str, field: &'static str) -> Result<String, Failure> {
    let text = typed(text, field, ADDRESS_CHARS_MAX)?;
    let refused = |why: String| Failure::bad_request(why).target(field);
    let target = Target::parse(&text).map_err(|error| refused(format!("{error}.")))?;
    let is_here = matches!(target.host(), "localhost" | "127.0.0.1" | "::1");
    if !target.is_tls() && !is_here {
        return Err(refused("The secret would travel readable for all; use an https address.".to_owned()));
    }
    if text.contains(['?', '#']) {
        return Err(refused("Leave out what follows a '?' or '#'.".to_owned()));
    }
    Ok(text.trim_end_matches('/').to_owned())
}
