//! Marks messages for one person: read, archived, favourite, and their opposites. Graph's six actions.
//!
//! A mark is the person's own view of a message and changes nothing for others, so it leaves no audit event.

use api::{Body, Failure, Permitted};
use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Sql, Tx};
use uuid::Uuid;

use super::messages::{may_read_privacy, reader};
use crate::{ServiceAnnouncement, sql};

/// Messages marked at once.
const IDS_MAX: usize = 1_000;

/// Which messages.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "MessageIds")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    pub message_ids: Vec<String>,
}

/// Graph's answer of an action that answers a Boolean.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Marked {
    #[serde(rename = "@odata.context")]
    pub context: String,
    pub value: bool,
}

/// One of the six actions.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Graph's name.
    pub action: &'static str,
    pub summary: &'static str,
    statement: &'static Sql,
    sets: bool,
}

static READ: Sql = sql::MARK_READ;
static ARCHIVED: Sql = sql::MARK_ARCHIVED;
static FAVORITED: Sql = sql::MARK_FAVORITED;

const fn mark(action: &'static str, summary: &'static str, statement: &'static Sql, sets: bool) -> Mark {
    Mark { action, summary, statement, sets }
}

pub const MARKS: [Mark; 6] = [
    mark("markRead", "Mark messages as read, for oneself", &READ, true),
    mark("markUnread", "Mark messages as unread, for oneself", &READ, false),
    mark("archive", "Archive messages, for oneself", &ARCHIVED, true),
    mark("unarchive", "Take messages out of the archive, for oneself", &ARCHIVED, false),
    mark("favorite", "Mark messages as favourites, for oneself", &FAVORITED, true),
    mark("unfavorite", "Mark messages as no favourites any more, for oneself", &FAVORITED, false),
];

pub async fn handle(
    feature: ServiceAnnouncement,
    (version, mark): (&'static str, Mark),
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<Json<Marked>, Failure> {
    let user = reader(&permitted).ok_or_else(|| {
        Failure::bad_request("Messages are marked by people; an app has no view of its own.")
    })?;
    if input.message_ids.is_empty() || input.message_ids.len() > IDS_MAX {
        let message = format!("Name from 1 to {IDS_MAX} messages.");
        return Err(Failure::bad_request(message).target("messageIds"));
    }
    let sees_privacy = may_read_privacy(&permitted);
    let written = feature.store.write(permitted.tenant(), move |tx| {
        input.message_ids.iter().try_for_each(|id| set(tx, mark, (user, sees_privacy), id))
    });
    written.await?;
    Ok(Json(Marked { context: format!("{}/$metadata#Edm.Boolean", feature.root(version)), value: true }))
}

fn set(tx: &mut Tx<'_, '_>, mark: Mark, (user, sees_privacy): (Uuid, bool), id: &str) -> Result<(), Failure> {
    if tx.row(&sql::SEES_MESSAGE, &[id.into(), sees_privacy.into()])?.is_none() {
        let message = format!("There is no message '{id}' here; nothing was marked.");
        return Err(Failure::not_found(message).target("messageIds"));
    }
    tx.exec(&sql::BEGIN_VIEW_POINT, &[id.into(), user.into()])?;
    Ok(tx.exec(mark.statement, &[id.into(), user.into(), mark.sets.into()]).map(drop)?)
}
