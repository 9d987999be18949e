//! Messages of the message center, written with their audit event and notice in one transaction.

use audit::{Category as Audited, Event, Resource};
use jiff::Timestamp;
use notify::{Notice, State, Topic, Words};
use serde_json::json;
use store::{SqlError, Tx};
use uuid::Uuid;

use crate::issue::Hand;
use crate::model::{Category, PRIVACY_TAG, Severity, Source};
use crate::sql;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub title: Words,
    /// Graph's `itemBody` as JSON text, in each language.
    pub body: Words,
    pub category: Category,
    pub severity: Severity,
    pub services: Vec<String>,
    pub tags: Vec<String>,
    pub is_major_change: bool,
    /// Graph's `actionRequiredByDateTime`.
    pub act_by_at: Option<Timestamp>,
    pub start_at: Timestamp,
    pub end_at: Option<Timestamp>,
}

/// A message with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub source_kind: String,
    pub source_name: String,
    pub message: Message,
    pub modified_at: Timestamp,
}

/// Plain text as Graph's `itemBody`.
pub fn plain(text: &Words) -> Words {
    let body = |text: &str| json!({ "contentType": "text", "content": text }).to_string();
    Words::new(body(&text.en), body(&text.nl), body(&text.sv))
}

/// Publishes a message. Answers false, and does nothing, when there is one of this id already.
///
/// # Errors
/// When the database refuses.
pub fn publish(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    (id, source): (&str, &Source),
    message: &Message,
) -> Result<bool, SqlError> {
    if !insert(tx, (id, source), message, hand.now)? {
        return Ok(false);
    }
    tell(tx, hand, id, message, State::Open)?;
    record_published(tx, hand, id, message)?;
    Ok(true)
}

/// The audit event of a message that was published.
pub(crate) fn record_published(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    id: &str,
    message: &Message,
) -> Result<(), SqlError> {
    let details = json!({ "category": message.category, "severity": message.severity });
    hand.audit(tx, &event(hand, "Publish message", id, &message.title).with(details))
}

/// Writes the row alone.
pub(crate) fn insert(
    tx: &mut Tx<'_, '_>,
    (id, source): (&str, &Source),
    message: &Message,
    modified_at: Timestamp,
) -> Result<bool, SqlError> {
    let mut params = vec![id.into(), source.kind().into(), source.name().into()];
    params.extend(columns(message));
    params.push(modified_at.into());
    Ok(tx.exec(&sql::INSERT_MESSAGE, &params)? == 1)
}

/// The message, locked for a change; None when there is none of this id.
///
/// # Errors
/// When the database refuses.
pub fn find(tx: &mut Tx<'_, '_>, id: &str) -> Result<Option<Found>, SqlError> {
    let Some(row) = tx.row(&sql::LOCK_MESSAGE, &[id.into()])? else { return Ok(None) };
    let words = |at: usize| {
        Ok::<_, SqlError>(Words::new(
            row.get::<String>(at)?,
            row.get::<String>(at + 1)?,
            row.get::<String>(at + 2)?,
        ))
    };
    let word = |at: usize| row.get::<String>(at).map(serde_json::Value::String);
    let message = Message {
        title: words(2)?,
        body: words(5)?,
        category: read(word(8)?)?,
        severity: read(word(9)?)?,
        services: read(parse(&row.get::<String>(10)?)?)?,
        tags: read(parse(&row.get::<String>(11)?)?)?,
        is_major_change: row.get(12)?,
        act_by_at: row.get(13)?,
        start_at: row.get(14)?,
        end_at: row.get(15)?,
    };
    Ok(Some(Found { source_kind: row.get(0)?, source_name: row.get(1)?, message, modified_at: row.get(16)? }))
}

/// Keeps what the message says now. Everybody who had read it has not read this; `is_told` raises a notice.
///
/// # Errors
/// When the database refuses.
pub fn change(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    id: &str,
    message: &Message,
    activity: &str,
    is_told: bool,
) -> Result<(), SqlError> {
    update(tx, id, message, hand.now)?;
    if is_told {
        tx.exec(&sql::UNREAD, &[id.into()])?;
        tell(tx, hand, id, message, State::Updated)?;
    }
    hand.audit(tx, &event(hand, activity, id, &message.title))
}

/// Writes the row alone.
pub(crate) fn update(
    tx: &mut Tx<'_, '_>,
    id: &str,
    message: &Message,
    modified_at: Timestamp,
) -> Result<(), SqlError> {
    let mut params = vec![id.into()];
    params.extend(columns(message));
    params.push(modified_at.into());
    tx.exec(&sql::UPDATE_MESSAGE, &params).map(drop)
}

fn columns(message: &Message) -> Vec<store::Value> {
    vec![
        (&message.title.en).into(),
        (&message.title.nl).into(),
        (&message.title.sv).into(),
        (&message.body.en).into(),
        (&message.body.nl).into(),
        (&message.body.sv).into(),
        message.category.as_str().into(),
        message.severity.as_str().into(),
        json!(message.services).to_string().into(),
        json!(message.tags).to_string().into(),
        message.tags.iter().any(|tag| tag.eq_ignore_ascii_case(PRIVACY_TAG)).into(),
        message.is_major_change.into(),
        message.act_by_at.into(),
        message.start_at.into(),
        message.end_at.into(),
    ]
}

fn parse(text: &str) -> Result<serde_json::Value, SqlError> {
    serde_json::from_str(text).map_err(|error| SqlError::Other(format!("a message's JSON: {error}")))
}

fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, SqlError> {
    serde_json::from_value(value).map_err(|error| SqlError::Other(format!("a message's word: {error}")))
}

/// The text of a body, for a notice.
fn text_of(body: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    value["content"].as_str().unwrap_or_default().to_owned()
}

/// What is about data privacy is not sent around: the channels do not know who may read it.
pub(crate) fn tell(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    id: &str,
    message: &Message,
    state: State,
) -> Result<(), SqlError> {
    if message.tags.iter().any(|tag| tag.eq_ignore_ascii_case(PRIVACY_TAG)) {
        return Ok(());
    }
    let text = Words::new(text_of(&message.body.en), text_of(&message.body.nl), text_of(&message.body.sv));
    hand.tell(
        tx,
        &Notice {
            topic: Topic::Message,
            subject: format!("message/{id}"),
            severity: message.severity.told_as(),
            state,
            title: message.title.clone(),
            text,
            link: format!("/tenant-status/service-health/messages/{id}"),
        },
    )
}

fn event(hand: &Hand, activity: &str, id: &str, title: &Words) -> Event {
    let resource = Resource::new("ServiceUpdateMessage", id).named(&title.en);
    Event::new(hand.actor.clone(), activity, Audited::Other).on(resource)
}

/// A fresh message's id.
pub fn fresh_id(seed: Uuid) -> String {
    crate::model::id_of("QM", seed)
}
