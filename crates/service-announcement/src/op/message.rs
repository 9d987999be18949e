//! The operator's hand on the message center: publish, change, end.

use api::{Body, Failure, Permitted};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use notify::Words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Tx;

use super::typed;
use crate::ServiceAnnouncement;
use crate::message::{self, Message, plain};
use crate::model::{Category, Severity, Source};

const TITLE_CHARS_MAX: usize = 200;
const BODY_CHARS_MAX: usize = 20_000;
const WORDS_MAX: usize = 20;

/// A new message.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "NewServiceUpdateMessage")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    pub title: String,
    /// Plain text.
    pub body: String,
    pub category: Category,
    #[serde(default)]
    pub severity: Severity,
    #[serde(default)]
    pub services: Vec<String>,
    /// `Data privacy` keeps the message to those who may read about it.
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub is_major_change: bool,
    /// Act by.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub action_required_by_date_time: Option<Timestamp>,
    /// By default now.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub start_date_time: Option<Timestamp>,
    /// After it the message is a past one; by default it stays.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub end_date_time: Option<Timestamp>,
}

/// What changes of a message; what is not named stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ServiceUpdateMessageChange")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeInput {
    pub title: Option<String>,
    pub body: Option<String>,
    pub category: Option<Category>,
    pub severity: Option<Severity>,
    pub services: Option<Vec<String>>,
    pub tags: Option<Vec<String>>,
    pub is_major_change: Option<bool>,
    #[schemars(with = "Option<String>")]
    pub action_required_by_date_time: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    pub end_date_time: Option<Timestamp>,
}

/// Which message was written; read it at `/graph/v1.0/admin/serviceAnnouncement/messages/{id}`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WrittenServiceUpdateMessage")]
#[serde(rename_all = "camelCase")]
pub struct Written {
    pub id: String,
}

pub async fn publish(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<(StatusCode, Json<Written>), Failure> {
    let hand = feature.hand_of(&permitted);
    let (message, id) = (begun(&input, hand.now)?, message::fresh_id(feature.world.ids.guid()));
    let written = Written { id: id.clone() };
    let kept = feature.store.write(permitted.tenant(), move |tx| {
        if message::publish(tx, &hand, (&id, &Source::Operator), &message)? {
            return Ok(());
        }
        Err(Failure::conflict(format!("There is a message {id} already; publish it again.")))
    });
    kept.await?;
    Ok((StatusCode::CREATED, Json(written)))
}

pub async fn change(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Path(id): Path<String>,
    Body(input): Body<ChangeInput>,
) -> Result<Json<Written>, Failure> {
    let hand = feature.hand_of(&permitted);
    let kept = feature.store.write(permitted.tenant(), move |tx| {
        let message = changed(ours(tx, &id)?, &input)?;
        message::change(tx, &hand, &id, &message, "Change message", true)?;
        Ok::<_, Failure>(Written { id })
    });
    Ok(Json(kept.await?))
}

pub async fn end(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<Json<Written>, Failure> {
    let hand = feature.hand_of(&permitted);
    let kept = feature.store.write(permitted.tenant(), move |tx| {
        let message = ours(tx, &id)?;
        if message.end_at.is_some_and(|end| end <= hand.now) {
            return Err(Failure::conflict("This message has ended already.").target("id"));
        }
        let message = Message { end_at: Some(hand.now), ..message };
        message::change(tx, &hand, &id, &message, "End message", false)?;
        Ok(Written { id })
    });
    Ok(Json(kept.await?))
}

/// The message, when a hand may change it.
fn ours(tx: &mut Tx<'_, '_>, id: &str) -> Result<Message, Failure> {
    let found = message::find(tx, id)?
        .ok_or_else(|| Failure::not_found(format!("There is no message '{id}' here.")).target("id"))?;
    if found.source_kind == "import" {
        let why = "This message comes from another service; only that service changes it.";
        return Err(Failure::conflict(why).target("id"));
    }
    Ok(found.message)
}

fn begun(input: &Input, now: Timestamp) -> Result<Message, Failure> {
    let message = Message {
        title: Words::same(typed(&input.title, "title", TITLE_CHARS_MAX)?),
        body: plain(&Words::same(typed(&input.body, "body", BODY_CHARS_MAX)?)),
        category: input.category,
        severity: input.severity,
        services: names(&input.services, "services")?,
        tags: names(&input.tags, "tags")?,
        is_major_change: input.is_major_change,
        act_by_at: input.action_required_by_date_time,
        start_at: input.start_date_time.unwrap_or(now),
        end_at: input.end_date_time,
    };
    ordered(message)
}

fn changed(message: Message, input: &ChangeInput) -> Result<Message, Failure> {
    let mut message = message;
    if let Some(title) = &input.title {
        message.title = Words::same(typed(title, "title", TITLE_CHARS_MAX)?);
    }
    if let Some(body) = &input.body {
        message.body = plain(&Words::same(typed(body, "body", BODY_CHARS_MAX)?));
    }
    if let Some(services) = &input.services {
        message.services = names(services, "services")?;
    }
    if let Some(tags) = &input.tags {
        message.tags = names(tags, "tags")?;
    }
    message.category = input.category.unwrap_or(message.category);
    message.severity = input.severity.unwrap_or(message.severity);
    message.is_major_change = input.is_major_change.unwrap_or(message.is_major_change);
    message.act_by_at = input.action_required_by_date_time.or(message.act_by_at);
    message.end_at = input.end_date_time.or(message.end_at);
    ordered(message)
}

/// Services or tags: a few short names, each once.
fn names(given: &[String], field: &'static str) -> Result<Vec<String>, Failure> {
    if given.len() > WORDS_MAX {
        let message = format!("'{field}' has more than {WORDS_MAX} names; leave some out.");
        return Err(Failure::bad_request(message).target(field));
    }
    let mut names = Vec::new();
    for name in given {
        let name = typed(name, field, TITLE_CHARS_MAX)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

fn ordered(message: Message) -> Result<Message, Failure> {
    let refused = |why: &str, field: &str| Err(Failure::bad_request(why).target(field));
    if message.end_at.is_some_and(|end| end <= message.start_at) {
        return refused("The message would end before it begins; give a later end.", "endDateTime");
    }
    if message.act_by_at.is_some_and(|act_by| act_by < message.start_at) {
        let why = "The day to act by is before the message begins; give a later day.";
        return refused(why, "actionRequiredByDateTime");
    }
    Ok(message)
}
