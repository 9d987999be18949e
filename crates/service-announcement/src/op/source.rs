//! Connections to other services whose health and messages are imported: list, add, change, delete with what they
//! brought, run now.

use api::{Body, Failure, Permitted, Reader, id_in_path};
use audit::{Category, Event, Resource};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use notify::{Language, Words};
use outbound::Target;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{SqlError, Tx, Value};
use uuid::Uuid;

use super::typed;
use crate::issue::Hand;
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

/// What changes of a connection; what is not named stays. A secret is only ever sent where it was given for: with
/// another address or client id comes the secret again.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AnnouncementSourceChange")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeInput {
    pub display_name: Option<String>,
    pub service_url: Option<String>,
    pub token_url: Option<String>,
    pub client_id: Option<String>,
    pub client_secret: Option<String>,
    pub scope: Option<String>,
    /// Whether it is asked by itself.
    pub is_enabled: Option<bool>,
}

/// A connection, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
    /// Whether an import waits or runs.
    pub is_running: bool,
    #[schemars(with = "String")]
    pub created_date_time: Timestamp,
    /// When it was last asked for an import.
    #[schemars(with = "Option<String>")]
    pub last_asked_date_time: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    pub last_success_date_time: Option<Timestamp>,
    /// Why the last import failed, in the reader's language; null after one that succeeded.
    pub last_error: Option<String>,
}

impl Shown {
    /// Where the secret goes, and for whom.
    fn place(&self) -> [&str; 3] {
        [&self.service_url, &self.token_url, &self.client_id]
    }
}

/// Every connection.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AnnouncementSources")]
pub struct Sources {
    pub value: Vec<Shown>,
}

pub async fn list(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Reader(language): Reader,
) -> Result<Json<Sources>, Failure> {
    let read = feature.store.read(permitted.tenant(), move |tx| {
        let rows = tx.rows(&sql::SOURCES, &[import::KIND.into(), "".into()])?;
        rows.iter().map(|row| shown(row, language)).collect::<Result<Vec<_>, SqlError>>()
    });
    Ok(Json(Sources { value: read.await? }))
}

fn shown(row: &store::Row, language: Language) -> Result<Shown, SqlError> {
    let error = Words::of_columns([row.get(10)?, row.get(11)?, row.get(12)?]);
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
        last_error: error.map(|error| error.into_language(language)),
        is_running: row.get(13)?,
    })
}

/// The connection, locked for a change.
fn locked(tx: &mut Tx<'_, '_>, id: Uuid, language: Language) -> Result<Shown, Failure> {
    tx.row(&sql::LOCK_SOURCE, &[id.into()])?;
    let row = tx.row(&sql::SOURCES, &[import::KIND.into(), id.into()])?.ok_or_else(|| missing(id))?;
    Ok(shown(&row, language)?)
}

pub async fn create(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<(StatusCode, Json<Shown>), Failure> {
    let (id, job, hand) = (feature.world.ids.guid(), feature.world.ids.guid(), feature.hand_of(&permitted));
    let shown = begun(&input, id, hand.now)?;
    let sealed = sealed(&feature, id, &input.client_secret)?;
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
    let event = event(&hand, "Add announcement source", id, &shown.display_name)
        .with(json!({ "serviceUrl": shown.service_url }));
    let kept = feature.store.write(permitted.tenant(), move |tx| {
        tx.exec(&sql::INSERT_SOURCE, &params)?;
        import::ask(tx, id, job, hand.now)?;
        hand.audit(tx, &event)
    });
    kept.await.map_err(|error: SqlError| Failure::from(error))?;
    Ok((StatusCode::CREATED, Json(shown)))
}

pub async fn change(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Reader(language): Reader,
    Path(id): Path<String>,
    Body(input): Body<ChangeInput>,
) -> Result<Json<Shown>, Failure> {
    let (id, job, hand) = (id_in_path(&id)?, feature.world.ids.guid(), feature.hand_of(&permitted));
    let secret = input.client_secret.as_deref().map(|secret| sealed(&feature, id, secret)).transpose()?;
    let kept = feature.store.write(permitted.tenant(), move |tx| {
        let before = locked(tx, id, language)?;
        let after = changed(&before, &input)?;
        let params: [Value; 9] = [
            id.into(),
            (&after.display_name).into(),
            (&after.service_url).into(),
            (&after.token_url).into(),
            (&after.client_id).into(),
            (&after.scope).into(),
            secret.into(),
            after.is_enabled.into(),
            (after.place() != before.place()).into(),
        ];
        tx.exec(&sql::UPDATE_SOURCE, &params)?;
        // What may have mended it is tried at once.
        let is_fresh = input.client_secret.is_some() || after.place() != before.place();
        if after.is_enabled && (is_fresh || !before.is_enabled) {
            ask_now(tx, &before, job, hand.now)?;
        }
        let event = event(&hand, "Change announcement source", id, &after.display_name)
            .with(json!({ "serviceUrl": after.service_url, "isEnabled": after.is_enabled }));
        hand.audit(tx, &event)?;
        locked(tx, id, language)
    });
    Ok(Json(kept.await?))
}

pub async fn delete(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let (id, hand) = (id_in_path(&id)?, feature.hand_of(&permitted));
    let kept = feature.store.write(permitted.tenant(), move |tx| {
        let source = locked(tx, id, Language::En)?;
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
        let event = event(&hand, "Delete announcement source", id, &source.display_name);
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
        let source = locked(tx, id, Language::En)?;
        if !source.is_enabled {
            return Err(
                Failure::conflict("This connection is switched off; switch it on first.").word("disabled")
            );
        }
        if !ask_now(tx, &source, job, hand.now)? {
            let message = "An import of this connection waits or runs already.";
            return Err(Failure::conflict(message).word("already_running"));
        }
        Ok(hand.audit(tx, &event(&hand, "Run announcement import", id, &source.display_name))?)
    });
    kept.await?;
    Ok(StatusCode::ACCEPTED)
}

/// Asks for an import now; what waits to be tried again does not wait any longer. False when one is due or runs already.
fn ask_now(tx: &mut Tx<'_, '_>, source: &Shown, job: Uuid, now: Timestamp) -> Result<bool, SqlError> {
    if import::hasten(tx, source.id, now)? {
        return Ok(true);
    }
    if source.is_running {
        return Ok(false);
    }
    import::ask(tx, source.id, job, now)?;
    Ok(true)
}

fn event(hand: &Hand, activity: &str, id: Uuid, name: &str) -> Event {
    let resource = Resource::new("AnnouncementSource", id.to_string()).named(name);
    Event::new(hand.actor.clone(), activity, Category::Other).on(resource)
}

fn missing(id: Uuid) -> Failure {
    Failure::not_found(format!("There is no connection {id} here.")).target("id")
}

fn sealed(feature: &ServiceAnnouncement, id: Uuid, secret: &str) -> Result<Vec<u8>, Failure> {
    if secret.is_empty() || secret.len() > 4_096 {
        let message = "The client secret is empty or longer than 4096 bytes.";
        return Err(Failure::bad_request(message).target("clientSecret"));
    }
    Ok(feature.seal.seal(&import::secret_name(id), secret.as_bytes()))
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
        // It is asked at once.
        is_running: true,
        created_date_time: now,
        last_asked_date_time: Some(now),
        last_success_date_time: None,
        last_error: None,
    })
}

/// The connection as the change leaves it.
fn changed(before: &Shown, input: &ChangeInput) -> Result<Shown, Failure> {
    let mut after = before.clone();
    if let Some(name) = &input.display_name {
        after.display_name = typed(name, "displayName", NAME_CHARS_MAX)?;
    }
    if let Some(url) = &input.service_url {
        after.service_url = address(url, "serviceUrl")?;
    }
    if let Some(url) = &input.token_url {
        after.token_url = address(url, "tokenUrl")?;
    }
    if let Some(client_id) = &input.client_id {
        after.client_id = typed(client_id, "clientId", NAME_CHARS_MAX)?;
    }
    if let Some(scope) = &input.scope {
        after.scope = typed(scope, "scope", ADDRESS_CHARS_MAX)?;
    }
    after.is_enabled = input.is_enabled.unwrap_or(before.is_enabled);
    if after.place() != before.place() && input.client_secret.is_none() {
        let message = "The secret would go to another place than it was given for; give it again.";
        return Err(Failure::bad_request(message).target("clientSecret").word("secret_needed"));
    }
    Ok(after)
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
