//! One's own mail: whether, of what, to at most two addresses, at once or as a digest.
//!
//! A person hears only of what they may read; that is asked again each time something is sent.

use api::{Body, Code, Failure, Permitted};
use audit::{Category, Event, Resource};
use axum::Json;
use policy::Denied;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::channel::{Kind, Settings};
use crate::op::channel::{insert, update};
use crate::{Notify, Topic, row, sql};

/// What a person wants.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "NotificationPreferencesInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// Mail on or off.
    pub is_enabled: bool,
    pub settings: Settings,
}

/// What a person wants, and what they may choose from.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NotificationPreferences")]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    pub is_enabled: bool,
    /// None until they were saved once.
    pub settings: Option<Settings>,
    /// The topics this person may read.
    pub available_topics: Vec<Topic>,
    /// Whether the operator has set a mail server.
    pub has_mail_server: bool,
}

pub async fn read(notify: Notify, permitted: Permitted) -> Result<Json<Preferences>, Failure> {
    let owner = person(&permitted)?;
    let found = notify.store.read(permitted.tenant(), move |tx| tx.row(&sql::OWN_CHANNEL, &[owner.into()]));
    let channel = found.await?.map(|row| row::Channel::read(&row)).transpose()?;
    Ok(Json(Preferences {
        is_enabled: channel.as_ref().is_some_and(|channel| channel.is_enabled),
        settings: channel.map(|channel| channel.settings),
        available_topics: available(&permitted),
        has_mail_server: notify.post.has_mail(),
    }))
}

pub async fn write(
    notify: Notify,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<Json<Preferences>, Failure> {
    input.settings.check(Kind::Mail)?;
    for topic in &input.settings.topics {
        policy::permit(&permitted.caller, topic.need()).map_err(|denied| unreadable(*topic, &denied))?;
    }
    let (owner, now) = (person(&permitted)?, notify.world.clock.now());
    let (id, event_id) = (notify.world.ids.guid(), notify.world.ids.guid());
    let details = json!({ "isEnabled": input.is_enabled, "topics": input.settings.topics });
    let event = Event::new(permitted.actor(), "Update notification preferences", Category::Other)
        .on(Resource::new("User", owner.to_string()))
        .with(details);
    let (is_enabled, settings) = (input.is_enabled, input.settings);
    let written = notify.store.write(permitted.tenant(), move |tx| {
        let found = tx.row(&sql::OWN_CHANNEL, &[owner.into()])?;
        match found.map(|row| row::Channel::read(&row)).transpose()? {
            Some(known) => update(tx, &row::Channel { settings, is_enabled, modified_at: now, ..known })?,
            None => insert(tx, &own(id, owner, settings, is_enabled, now))?,
        }
        Ok::<_, Failure>(audit::record(tx, now, event_id, &event)?)
    });
    written.await?;
    read(notify, permitted).await
}

fn own(id: Uuid, owner: Uuid, settings: Settings, is_enabled: bool, now: jiff::Timestamp) -> row::Channel {
    row::Channel {
        id,
        owner_user_id: Some(owner),
        kind: Kind::Mail,
        display_name: "Own mail".to_owned(),
        settings,
        secret: None,
        is_enabled,
        created_at: now,
        modified_at: now,
        last_sent_at: None,
    }
}

fn available(permitted: &Permitted) -> Vec<Topic> {
    let may = |topic: &Topic| policy::permit(&permitted.caller, topic.need()).is_ok();
    Topic::ALL.into_iter().filter(may).collect()
}

fn unreadable(topic: Topic, denied: &Denied) -> Failure {
    let message = format!(
        "You may not read what '{}' is about, so it cannot be sent to you. Leave it out, or ask for the permission.",
        topic.as_str()
    );
    let mut failure = Failure::new(Code::Forbidden, message).target("topics");
    failure.missing = denied.missing.clone();
    failure
}

fn person(permitted: &Permitted) -> Result<Uuid, Failure> {
    match permitted.permit.actor() {
        policy::Actor::User(id) => Ok(id),
        _ => Err(Failure::new(Code::Forbidden, "Preferences belong to people; sign in as one.")),
    }
}
