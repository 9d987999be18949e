//! Opens, updates and resolves issues: each change with its post, its audit event and its notice, in one transaction.

use audit::{Category as Audited, Event, Resource};
use jiff::Timestamp;
use notify::{Notice, Severity, State, Topic, Words};
use serde_json::json;
use store::{SqlError, Tx};
use uuid::Uuid;
use world::World;

use crate::model::{Classification, PostType, Source, Status};
use crate::sql;

/// An issue as it begins.
#[derive(Clone, Debug)]
pub struct NewIssue {
    pub id: String,
    pub source: Source,
    /// Graph's word for whose trouble it is: `customer` for ours, as told for an imported one.
    pub origin: String,
    pub title: Words,
    pub service: String,
    pub feature: String,
    pub feature_group: String,
    pub classification: Classification,
    pub status: Status,
    pub impact: Words,
    pub start_at: Timestamp,
    /// Graph's `details`: names and values.
    pub details: serde_json::Value,
}

/// What is told about an issue at one moment.
#[derive(Clone, Debug)]
pub struct NewPost {
    pub text: Words,
    pub post_type: PostType,
}

/// A change to an issue.
#[derive(Clone, Debug)]
pub struct Change {
    pub status: Status,
    /// None leaves it as it is.
    pub classification: Option<Classification>,
    pub impact: Option<Words>,
    pub post: NewPost,
}

/// An issue as a change finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub source_kind: String,
    pub source_name: String,
    pub is_resolved: bool,
    pub title: Words,
    pub classification: String,
    pub status: Status,
    pub service: String,
    pub modified_at: Timestamp,
}

/// Who changes something, and when.
#[derive(Clone, Debug)]
pub struct Hand {
    pub world: World,
    pub actor: audit::Actor,
    pub now: Timestamp,
}

impl Hand {
    /// The program's own hand.
    pub fn of_system(world: &World, part: &str) -> Hand {
        let actor = audit::Actor::System(part.to_owned());
        Hand { world: world.clone(), actor, now: world.clock.now() }
    }

    pub(crate) fn audit(&self, tx: &mut Tx<'_, '_>, event: &Event) -> Result<(), SqlError> {
        audit::record(tx, self.now, self.world.ids.guid(), event)
    }

    pub(crate) fn tell(&self, tx: &mut Tx<'_, '_>, notice: &Notice) -> Result<(), SqlError> {
        notify::raise(tx, self.world.ids.guid(), self.now, notice)
    }
}

/// Opens an issue with its first post.
///
/// # Errors
/// [`SqlError::Unique`] when there is an issue of this id.
pub fn open(tx: &mut Tx<'_, '_>, hand: &Hand, new: &NewIssue, post: &NewPost) -> Result<(), SqlError> {
    insert(tx, new, hand.now, None)?;
    add_post(tx, &new.id, &graph_post(post, hand.now), hand.now)?;
    let severity = match new.classification {
        Classification::Incident => Severity::Critical,
        Classification::Advisory => Severity::Warning,
    };
    hand.tell(tx, &notice(&new.id, &new.title, &new.impact, severity, State::Open))?;
    let details =
        json!({ "classification": new.classification, "status": new.status, "service": new.service });
    hand.audit(tx, &event(hand, "Open service issue", &new.id, &new.title).with(details))
}

/// Writes the row alone: an import brings its own posts.
pub(crate) fn insert(
    tx: &mut Tx<'_, '_>,
    new: &NewIssue,
    modified_at: Timestamp,
    end_at: Option<Timestamp>,
) -> Result<(), SqlError> {
    let params = [
        (&new.id).into(),
        new.source.kind().into(),
        new.source.name().into(),
        (&new.origin).into(),
        (&new.title.en).into(),
        (&new.title.nl).into(),
        (&new.title.sv).into(),
        (&new.service).into(),
        (&new.feature).into(),
        (&new.feature_group).into(),
        new.classification.as_str().into(),
        new.status.as_str().into(),
        new.status.rank().into(),
        (&new.impact.en).into(),
        (&new.impact.nl).into(),
        (&new.impact.sv).into(),
        new.status.is_over().into(),
        new.start_at.into(),
        end_at.into(),
        modified_at.into(),
        new.details.to_string().into(),
    ];
    tx.exec(&sql::INSERT_ISSUE, &params).map(drop)
}

/// The issue, locked for a change; None when there is none of this id.
///
/// # Errors
/// When the database refuses.
pub fn find(tx: &mut Tx<'_, '_>, id: &str) -> Result<Option<Found>, SqlError> {
    let Some(row) = tx.row(&sql::LOCK_ISSUE, &[id.into()])? else { return Ok(None) };
    let status: String = row.get(7)?;
    Ok(Some(Found {
        source_kind: row.get(0)?,
        source_name: row.get(1)?,
        is_resolved: row.get(2)?,
        title: Words::new(row.get::<String>(3)?, row.get::<String>(4)?, row.get::<String>(5)?),
        classification: row.get(6)?,
        status: Status::read(&status)
            .ok_or_else(|| SqlError::Other(format!("the issue {id} has the status '{status}'")))?,
        service: row.get(8)?,
        modified_at: row.get(9)?,
    }))
}

/// Changes an issue and tells about it. A status that is over resolves it.
///
/// # Errors
/// When the database refuses.
pub fn change(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    (id, found): (&str, &Found),
    change: &Change,
) -> Result<(), SqlError> {
    let is_over = change.status.is_over();
    let classification = change.classification.map_or(found.classification.as_str(), |new| new.as_str());
    let params = [
        id.into(),
        change.status.as_str().into(),
        change.status.rank().into(),
        is_over.into(),
        is_over.then_some(hand.now).into(),
        hand.now.into(),
        classification.into(),
    ];
    tx.exec(&sql::UPDATE_ISSUE, &params)?;
    if let Some(impact) = &change.impact {
        let params = [id.into(), (&impact.en).into(), (&impact.nl).into(), (&impact.sv).into()];
        tx.exec(&sql::UPDATE_IMPACT, &params)?;
    }
    add_post(tx, id, &graph_post(&change.post, hand.now), hand.now)?;
    let (state, severity, activity) = if is_over {
        (State::Resolved, Severity::Info, "Resolve service issue")
    } else {
        let severity =
            if found.classification == "incident" { Severity::Critical } else { Severity::Warning };
        (State::Updated, severity, "Update service issue")
    };
    hand.tell(tx, &notice(id, &found.title, &change.post.text, severity, state))?;
    hand.audit(tx, &event(hand, activity, id, &found.title).with(json!({ "status": change.status })))
}

/// Adds a post in Graph's form, one text for each language.
pub(crate) fn add_post(tx: &mut Tx<'_, '_>, id: &str, post: &Words, at: Timestamp) -> Result<(), SqlError> {
    let params = [id.into(), at.into(), (&post.en).into(), (&post.nl).into(), (&post.sv).into()];
    tx.exec(&sql::INSERT_POST, &params).map(drop)
}

/// Graph's `serviceHealthIssuePost` as JSON text, in each language.
fn graph_post(post: &NewPost, at: Timestamp) -> Words {
    let shown = |text: &str| {
        json!({
            "createdDateTime": at.to_string(),
            "postType": post.post_type,
            "description": { "contentType": "text", "content": text },
        })
        .to_string()
    };
    Words::new(shown(&post.text.en), shown(&post.text.nl), shown(&post.text.sv))
}

/// The page of the tenant status that shows an issue.
pub(crate) fn link(id: &str) -> String {
    format!("/tenant-status/service-health/issues/{id}")
}

pub(crate) fn notice(id: &str, title: &Words, text: &Words, severity: Severity, state: State) -> Notice {
    Notice {
        topic: Topic::Incident,
        subject: format!("issue/{id}"),
        severity,
        state,
        title: title.clone(),
        text: text.clone(),
        link: link(id),
    }
}

fn event(hand: &Hand, activity: &str, id: &str, title: &Words) -> Event {
    let resource = Resource::new("ServiceHealthIssue", id).named(&title.en);
    Event::new(hand.actor.clone(), activity, Audited::Other).on(resource)
}

/// A fresh issue's id.
pub fn fresh_id(seed: Uuid) -> String {
    crate::model::id_of("QD", seed)
}
