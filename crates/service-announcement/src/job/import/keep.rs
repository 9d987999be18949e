//! Writes what another service says into our tables, and tells what that changed.

use audit::{Category, Event, Resource};
use notify::{Severity, State, Words};
use serde_json::json;
use store::{SqlError, Tx};
use uuid::Uuid;

use crate::import::{ImportedIssue, ImportedMessage, TheirIssue, TheirMessage};
use crate::issue::{self, Hand};
use crate::message;
use crate::model::{Classification, Source};
use crate::sql;

/// One page of issues, in one transaction.
pub(super) fn issues(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    source: Uuid,
    page: Vec<TheirIssue>,
) -> Result<(), SqlError> {
    let connection = source.to_string();
    let mut n_changed = 0;
    for taken in page.into_iter().filter_map(|issue| issue.taken(&connection)) {
        n_changed += i64::from(keep_issue(tx, hand, source, taken)?);
    }
    record(tx, hand, source, "issues", n_changed)
}

/// One page of messages, in one transaction.
pub(super) fn messages(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    source: Uuid,
    page: Vec<TheirMessage>,
) -> Result<(), SqlError> {
    let mut n_changed = 0;
    for taken in page.into_iter().filter_map(TheirMessage::taken) {
        n_changed += i64::from(keep_message(tx, hand, source, taken)?);
    }
    record(tx, hand, source, "messages", n_changed)
}

/// The id a thing is kept by: its own, unless something else here has it already.
fn own_or_marked(id: &str, source: Uuid, is_taken: bool) -> String {
    if is_taken { format!("{id}-{}", &source.simple().to_string()[..8]) } else { id.to_owned() }
}

fn keep_issue(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    source: Uuid,
    mut taken: ImportedIssue,
) -> Result<bool, SqlError> {
    let is_theirs =
        |found: &issue::Found| found.source_kind == "import" && found.source_name == source.to_string();
    let mut found = issue::find(tx, &taken.issue.id)?;
    if found.as_ref().is_some_and(|found| !is_theirs(found)) {
        taken.issue.id = own_or_marked(&taken.issue.id, source, true);
        found = issue::find(tx, &taken.issue.id)?;
    }
    if found.as_ref().is_some_and(|found| found.modified_at == taken.modified_at) {
        return Ok(false);
    }
    if found.is_none() {
        issue::insert(tx, &taken.issue, taken.modified_at, taken.end_at)?;
    }
    replace(tx, &taken)?;
    let was_open = found.is_some_and(|found| !found.is_resolved);
    let state = match (was_open, taken.is_resolved) {
        (false, false) => State::Open,
        (true, false) => State::Updated,
        (true, true) => State::Resolved,
        // What is over before we heard of it is history.
        (false, true) => return Ok(true),
    };
    let severity = match (state, taken.issue.classification) {
        (State::Resolved, _) => Severity::Info,
        (_, Classification::Incident) => Severity::Critical,
        (_, Classification::Advisory) => Severity::Warning,
    };
    let text = Words::same(last_text(&taken).unwrap_or_else(|| taken.issue.impact.en.clone()));
    hand.tell(tx, &issue::notice(&taken.issue.id, &taken.issue.title, &text, severity, state))?;
    Ok(true)
}

/// The newest post, when it is plain text.
fn last_text(taken: &ImportedIssue) -> Option<String> {
    let post: serde_json::Value = serde_json::from_str(&taken.posts.last()?.1).ok()?;
    let body = &post["description"];
    let is_plain = body["contentType"] == "text";
    body["content"].as_str().filter(|text| is_plain && !text.is_empty()).map(str::to_owned)
}

fn replace(tx: &mut Tx<'_, '_>, taken: &ImportedIssue) -> Result<(), SqlError> {
    let issue = &taken.issue;
    let params = [
        (&issue.id).into(),
        (&issue.title.en).into(),
        (&issue.service).into(),
        (&issue.feature).into(),
        (&issue.feature_group).into(),
        issue.classification.as_str().into(),
        (&issue.origin).into(),
        issue.status.as_str().into(),
        issue.status.rank().into(),
        (&issue.impact.en).into(),
        taken.is_resolved.into(),
        issue.start_at.into(),
        taken.end_at.into(),
        taken.modified_at.into(),
        issue.details.to_string().into(),
    ];
    tx.exec(&sql::REPLACE_ISSUE, &params)?;
    tx.exec(&sql::DELETE_POSTS, &[(&issue.id).into()])?;
    taken.posts.iter().try_for_each(|(at, post)| issue::add_post(tx, &issue.id, &Words::same(post), *at))
}

fn keep_message(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    source: Uuid,
    taken: ImportedMessage,
) -> Result<bool, SqlError> {
    let from = Source::Import(source.to_string());
    let is_theirs =
        |found: &message::Found| found.source_kind == from.kind() && found.source_name == from.name();
    let mut id = taken.id.clone();
    let mut found = message::find(tx, &id)?;
    if found.as_ref().is_some_and(|found| !is_theirs(found)) {
        id = own_or_marked(&taken.id, source, true);
        found = message::find(tx, &id)?;
    }
    match found {
        Some(found) if found.modified_at == taken.modified_at => return Ok(false),
        Some(_) => {
            message::update(tx, &id, &taken.message, taken.modified_at)?;
            tx.exec(&sql::UNREAD, &[(&id).into()])?;
            message::tell(tx, hand, &id, &taken.message, State::Updated)?;
        }
        None => {
            message::insert(tx, (&id, &from), &taken.message, taken.modified_at)?;
            let is_past = taken.message.end_at.is_some_and(|end| end <= hand.now);
            if !is_past {
                message::tell(tx, hand, &id, &taken.message, State::Open)?;
            }
        }
    }
    Ok(true)
}

/// One audit event for a page that changed something.
fn record(tx: &mut Tx<'_, '_>, hand: &Hand, source: Uuid, what: &str, n: i64) -> Result<(), SqlError> {
    if n == 0 {
        return Ok(());
    }
    let event = Event::new(hand.actor.clone(), "Import service announcements", Category::Other)
        .on(Resource::new("AnnouncementSource", source.to_string()))
        .with(json!({ what: n }));
    hand.audit(tx, &event)
}
