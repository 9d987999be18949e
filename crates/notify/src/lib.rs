//! Notifications: people hear of what happened, through the channels they chose, at least once and never in a storm.
//!
//! A feature raises a [`Notice`] in the transaction of the change. Routing, grouping, quiet hours, digests, reminders
//! and sending are done here afterwards, as durable jobs; what was sent, what failed and why can be looked up. It does
//! not know what the notices are about, and does not show them: the pages they link to do.

mod channel;
mod job;
mod notice;
pub mod op;
mod pace;
mod post;
mod render;
mod row;
mod sql;
mod summary;

use std::sync::Arc;

use api::{Module, Route};
use identity::Identity;
use jobs::{Tick, Work};
use policy::{Need, action};
use store::{SqlError, Store, Tx};
use uuid::Uuid;
use world::World;

pub use channel::{ADDRESSES_MAX, Kind, Pace, QuietHours, Settings};
pub use notice::{Language, Notice, Severity, State, Topic, Words, raise};
pub use post::{Https, MailError, MailSecurity, MailSettings, Post, Sending, Web, WebAnswer};

/// What every operation works with. Cheap to clone.
#[derive(Clone)]
pub struct Notify {
    pub store: Store,
    pub world: World,
    pub identity: Identity,
    /// `https://host:port`, without a slash at the end.
    pub origin: Arc<str>,
    pub post: Post,
    pub audience: Arc<dyn Audience>,
}

/// Who may know what: whoever keeps people's rights.
pub trait Audience: Send + Sync + 'static {
    /// Whether a person may, at this moment, read what the topic is about.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn may_know(&self, tx: &mut Tx<'_, '_>, user: Uuid, topic: Topic) -> Result<bool, SqlError>;
}

impl Topic {
    /// What a person needs to read what the topic is about.
    pub fn need(self) -> Need {
        match self {
            Topic::ConnectorHealth | Topic::EarlyWarning => Need::TENANT_STATUS,
            Topic::Incident | Topic::ActionItem => Need::SERVICE_HEALTH,
            Topic::Message => Need::MESSAGE_CENTER,
        }
    }
}

/// Forgets a person who is deleted: their own channel and the addresses in it. In the transaction of the deletion. What
/// was sent stays in the record, without addresses.
///
/// # Errors
/// When the database refuses.
pub fn forget_person(tx: &mut Tx<'_, '_>, user: Uuid) -> Result<(), SqlError> {
    let Some(row) = tx.row(&sql::OWN_CHANNEL, &[user.into()])? else { return Ok(()) };
    let channel: Uuid = row.get(0)?;
    tx.exec(&sql::FREE_DELIVERIES, &[channel.into()])?;
    tx.exec(&sql::DELETE_CHANNEL, &[channel.into()]).map(drop)
}

/// The work done without a caller.
pub fn works(notify: &Notify) -> Vec<Work> {
    vec![job::route::work(notify), job::deliver::work(notify)]
}

/// What is looked at every so often.
pub fn ticks(notify: &Notify) -> Vec<Tick> {
    vec![job::remind::tick(notify), job::forget::tick(notify)]
}

macro_rules! handler {
    ($notify:expr, $handle:path, $($argument:ident),*) => {{
        let notify = $notify.clone();
        move |$($argument),*| $handle(notify.clone(), $($argument),*)
    }};
}

/// The routes.
pub fn module(notify: &Notify) -> Module {
    let (read, update) =
        (Need::Action(action::NOTIFICATIONS_READ), Need::Action(action::NOTIFICATIONS_UPDATE));
    let root = "/api/notifications/channels";
    let one = "/api/notifications/channels/{id}";
    let routes = vec![
        Route::get(root, read, "List the channels", handler!(notify, op::channel::list, permitted))
            .answers::<op::channel::Channels>(200),
        Route::post(root, update, "Add a channel", handler!(notify, op::channel::create, permitted, body))
            .accepts::<op::channel::Input>()
            .answers::<op::channel::Created>(201),
        Route::put(
            one,
            update,
            "Change a channel",
            handler!(notify, op::channel::replace, permitted, id, body),
        )
        .accepts::<op::channel::Input>()
        .answers::<op::channel::Channel>(200),
        Route::delete(one, update, "Delete a channel", handler!(notify, op::channel::delete, permitted, id))
            .answers_plain(204),
        Route::post(
            "/api/notifications/channels/{id}/test",
            update,
            "Send a test through a channel",
            handler!(notify, op::test::handle, permitted, reader, id),
        )
        .answers_plain(204),
        Route::get(
            "/api/notifications/deliveries",
            read,
            "List what was sent, newest first",
            handler!(notify, op::deliveries::list, permitted, reader, query),
        )
        .lists(),
        Route::post(
            "/api/notifications/deliveries/{id}/retry",
            update,
            "Send a failed delivery again",
            handler!(notify, op::deliveries::retry, permitted, id),
        )
        .answers_plain(202),
        Route::get(
            "/api/notifications/preferences",
            Need::SignedIn,
            "Read one's own mail preferences",
            handler!(notify, op::preferences::read, permitted),
        )
        .answers::<op::preferences::Preferences>(200),
        Route::put(
            "/api/notifications/preferences",
            Need::SignedIn,
            "Change one's own mail preferences",
            handler!(notify, op::preferences::write, permitted, body),
        )
        .accepts::<op::preferences::Input>()
        .answers::<op::preferences::Preferences>(200),
    ];
    Module { name: "notify", routes }
}

#[cfg(test)]
mod tests;
