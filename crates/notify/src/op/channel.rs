//! The tenant's channels: list, add, change, delete.

use api::{Body, Failure, Permitted, id_in_path};
use audit::{Category, Event, Resource};
use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use identity::Seal as _;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use uuid::Uuid;

use crate::channel::{self, Kind, Settings, Target};
use crate::post::{seal_name, unsealed};
use crate::render::webhook;
use crate::{Notify, row, sql};

/// So many channels serve everybody; more would be a list nobody keeps in order.
const CHANNELS_MAX: usize = 50;

/// A channel as given.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "ChannelInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// Cannot be changed later.
    pub kind: Kind,
    pub display_name: String,
    /// Webhook, Slack and Teams: where it goes. Left out in a change keeps the one there is.
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default = "yes")]
    pub is_enabled: bool,
    pub settings: Settings,
}

fn yes() -> bool {
    true
}

/// A channel as shown: never its address's path nor its key.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    pub id: Uuid,
    pub kind: Kind,
    pub display_name: String,
    pub is_enabled: bool,
    /// The host a webhook goes to.
    pub host: Option<String>,
    pub settings: Settings,
    #[schemars(with = "String")]
    pub created_date_time: Timestamp,
    #[schemars(with = "String")]
    pub last_modified_date_time: Timestamp,
    #[schemars(with = "Option<String>")]
    pub last_sent_date_time: Option<Timestamp>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Channels {
    pub value: Vec<Channel>,
    /// Whether the operator has set a mail server.
    pub has_mail_server: bool,
}

/// A new channel, and the key its webhooks are signed with: shown this once.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CreatedChannel")]
#[serde(rename_all = "camelCase")]
pub struct Created {
    #[serde(flatten)]
    pub channel: Channel,
    pub signing_secret: Option<String>,
}

pub async fn list(notify: Notify, permitted: Permitted) -> Result<Json<Channels>, Failure> {
    let rows = notify.store.read(permitted.tenant(), all).await?;
    let shared = rows.iter().filter(|channel| channel.owner_user_id.is_none());
    let value = shared.map(|channel| shown(&notify, channel)).collect();
    Ok(Json(Channels { value, has_mail_server: notify.post.has_mail() }))
}

pub async fn create(
    notify: Notify,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<(StatusCode, Json<Created>), Failure> {
    input.check(true)?;
    let (channel, signing_secret) = new(&notify, input)?;
    let event = event(&permitted, "Create notification channel", &channel);
    let (kept, event_id, now) = (channel.clone(), notify.world.ids.guid(), channel.created_at);
    let written = notify.store.write(permitted.tenant(), move |tx| {
        if all(tx)?.iter().filter(|channel| channel.owner_user_id.is_none()).count() >= CHANNELS_MAX {
            let message = format!("There are {CHANNELS_MAX} channels already; delete one that nobody needs.");
            return Err(Failure::conflict(message));
        }
        insert(tx, &kept)?;
        Ok(audit::record(tx, now, event_id, &event)?)
    });
    written.await?;
    Ok((StatusCode::CREATED, Json(Created { channel: shown(&notify, &channel), signing_secret })))
}

fn new(notify: &Notify, input: Input) -> Result<(row::Channel, Option<String>), Failure> {
    let (id, now) = (notify.world.ids.guid(), notify.world.clock.now());
    let signing_secret =
        (input.kind == Kind::Webhook).then(|| webhook::secret(&notify.world.entropy.bytes::<32>()));
    let target = input.url.map(|url| Target { url, signing_secret: signing_secret.clone() });
    let channel = row::Channel {
        id,
        owner_user_id: None,
        kind: input.kind,
        display_name: input.display_name.trim().to_owned(),
        settings: input.settings,
        secret: target.map(|target| sealed(notify, id, &target)).transpose()?,
        is_enabled: input.is_enabled,
        created_at: now,
        modified_at: now,
        last_sent_at: None,
    };
    Ok((channel, signing_secret))
}

pub async fn replace(
    notify: Notify,
    permitted: Permitted,
    Path(id): Path<String>,
    Body(input): Body<Input>,
) -> Result<Json<Channel>, Failure> {
    input.check(false)?;
    let (id, now, event_id) = (id_in_path(&id)?, notify.world.clock.now(), notify.world.ids.guid());
    let (sealing, by) = (notify.clone(), permitted.clone());
    let written = notify.store.write(permitted.tenant(), move |tx| {
        let mut channel = shared(tx, id)?;
        if channel.kind != input.kind {
            let message = "The kind of a channel cannot be changed; add another channel.";
            return Err(Failure::bad_request(message).target("kind"));
        }
        if let Some(url) = input.url {
            let signing_secret =
                unsealed(&sealing.identity, &channel).and_then(|target| target.signing_secret);
            channel.secret = Some(sealed(&sealing, id, &Target { url, signing_secret })?);
        }
        channel.display_name = input.display_name.trim().to_owned();
        channel.settings = input.settings;
        channel.is_enabled = input.is_enabled;
        channel.modified_at = now;
        update(tx, &channel)?;
        audit::record(tx, now, event_id, &event(&by, "Update notification channel", &channel))?;
        Ok(channel)
    });
    Ok(Json(shown(&notify, &written.await?)))
}

pub async fn delete(
    notify: Notify,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let (id, now, event_id) = (id_in_path(&id)?, notify.world.clock.now(), notify.world.ids.guid());
    let by = permitted.clone();
    let written = notify.store.write(permitted.tenant(), move |tx| {
        let channel = shared(tx, id)?;
        tx.exec(&sql::FREE_DELIVERIES, &[id.into()])?;
        tx.exec(&sql::DELETE_CHANNEL, &[id.into()])?;
        let event = event(&by, "Delete notification channel", &channel);
        Ok::<_, Failure>(audit::record(tx, now, event_id, &event)?)
    });
    written.await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Input {
    fn check(&self, is_new: bool) -> Result<(), Failure> {
        channel::check_name(&self.display_name)?;
        self.settings.check(self.kind)?;
        match (&self.url, self.kind) {
            (Some(_), Kind::Mail) => {
                Err(Failure::bad_request("Mail has addresses, no url; leave it out.").target("url"))
            }
            (Some(url), _) => Ok(channel::check_url(url)?),
            (None, Kind::Mail) => Ok(()),
            (None, _) if is_new => {
                Err(Failure::bad_request("Give the address that the other side showed you.").target("url"))
            }
            (None, _) => Ok(()),
        }
    }
}

pub(super) fn event(permitted: &Permitted, activity: &'static str, channel: &row::Channel) -> Event {
    let resource = Resource::new("NotificationChannel", channel.id.to_string()).named(&*channel.display_name);
    let details = json!({
        "kind": channel.kind, "isEnabled": channel.is_enabled, "topics": channel.settings.topics,
    });
    Event::new(permitted.actor(), activity, Category::Other).on(resource).with(details)
}

pub(super) fn all(tx: &mut Tx<'_, '_>) -> Result<Vec<row::Channel>, Failure> {
    let rows = tx.rows(&sql::CHANNELS, &[])?;
    Ok(rows.iter().map(row::Channel::read).collect::<Result<_, _>>()?)
}

/// A channel of the tenant's. People's own preferences are theirs alone.
pub(super) fn shared(tx: &mut Tx<'_, '_>, id: Uuid) -> Result<row::Channel, Failure> {
    let found = tx.row(&sql::CHANNEL, &[id.into()])?.map(|row| row::Channel::read(&row)).transpose()?;
    found
        .filter(|channel| channel.owner_user_id.is_none())
        .ok_or_else(|| Failure::not_found("There is no such channel; it may have been deleted.").target("id"))
}

pub(crate) fn insert(tx: &mut Tx<'_, '_>, channel: &row::Channel) -> Result<(), Failure> {
    let params = [
        channel.id.into(),
        channel.owner_user_id.into(),
        channel.kind.as_str().into(),
        (&channel.display_name).into(),
        written(&channel.settings)?.into(),
        channel.secret.clone().into(),
        channel.is_enabled.into(),
        channel.created_at.into(),
    ];
    tx.exec(&sql::INSERT_CHANNEL, &params)?;
    Ok(())
}

pub(super) fn update(tx: &mut Tx<'_, '_>, channel: &row::Channel) -> Result<(), Failure> {
    let params = [
        channel.id.into(),
        (&channel.display_name).into(),
        written(&channel.settings)?.into(),
        channel.secret.clone().into(),
        channel.is_enabled.into(),
        channel.modified_at.into(),
    ];
    tx.exec(&sql::UPDATE_CHANNEL, &params)?;
    Ok(())
}

fn written(settings: &Settings) -> Result<String, Failure> {
    serde_json::to_string(settings).map_err(|error| Failure::internal(&error))
}

fn sealed(notify: &Notify, id: Uuid, target: &Target) -> Result<Vec<u8>, Failure> {
    let text = serde_json::to_vec(target).map_err(|error| Failure::internal(&error))?;
    Ok(notify.identity.seal(&seal_name(id), &text))
}

fn shown(notify: &Notify, channel: &row::Channel) -> Channel {
    Channel {
        id: channel.id,
        kind: channel.kind,
        display_name: channel.display_name.clone(),
        is_enabled: channel.is_enabled,
        host: unsealed(&notify.identity, channel).map(|target| target.host()),
        settings: channel.settings.clone(),
        created_date_time: channel.created_at,
        last_modified_date_time: channel.modified_at,
        last_sent_date_time: channel.last_sent_at,
    }
}
