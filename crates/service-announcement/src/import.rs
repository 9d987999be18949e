//! Issues and messages of another Graph-shaped service, as they are taken over. Pure, but for [`client`].
//!
//! Ids are kept, so that a link to them works in both places. What cannot be understood is taken as the mildest that
//! Graph has a word for, never refused: half an import helps nobody.

pub mod client;
mod words;

use jiff::Timestamp;
use notify::Words;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::issue::NewIssue;
use crate::message::Message;
use crate::model::{Category, Classification, Severity, Source, Status};

const TEXT_CHARS_MAX: usize = 20_000;
const NAME_CHARS_MAX: usize = 300;
const POSTS_MAX: usize = 200;

/// Graph's `serviceHealthIssue`, as much of it as is taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TheirIssue {
    id: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    service: Option<String>,
    #[serde(default)]
    feature: Option<String>,
    #[serde(default)]
    feature_group: Option<String>,
    #[serde(default)]
    classification: Option<String>,
    #[serde(default)]
    origin: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    impact_description: Option<String>,
    #[serde(default)]
    is_resolved: Option<bool>,
    start_date_time: Timestamp,
    #[serde(default)]
    end_date_time: Option<Timestamp>,
    pub last_modified_date_time: Timestamp,
    #[serde(default)]
    details: Option<Value>,
    #[serde(default)]
    posts: Option<Vec<Value>>,
}

/// Graph's `serviceUpdateMessage`, as much of it as is taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TheirMessage {
    id: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    body: Option<Value>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    services: Option<Vec<String>>,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    is_major_change: Option<bool>,
    #[serde(default)]
    action_required_by_date_time: Option<Timestamp>,
    start_date_time: Timestamp,
    #[serde(default)]
    end_date_time: Option<Timestamp>,
    pub last_modified_date_time: Timestamp,
}

/// An issue as it is kept.
#[derive(Clone, Debug)]
pub struct ImportedIssue {
    pub issue: NewIssue,
    pub is_resolved: bool,
    pub end_at: Option<Timestamp>,
    pub modified_at: Timestamp,
    /// Graph's posts as JSON text, oldest first, each with its time.
    pub posts: Vec<(Timestamp, String)>,
}

/// A message as it is kept.
#[derive(Clone, Debug)]
pub struct ImportedMessage {
    pub id: String,
    pub message: Message,
    pub modified_at: Timestamp,
}

/// A text without control characters and of a length that fits.
fn clipped(text: Option<String>, chars_max: usize, otherwise: &str) -> String {
    let text = text.unwrap_or_default();
    let clean = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    let clipped: String = clean.take(chars_max).collect();
    if clipped.trim().is_empty() { otherwise.to_owned() } else { clipped }
}

/// An id that fits a path and a key, or None.
fn id_of(id: &str) -> Option<String> {
    let is_fine = (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    is_fine.then(|| id.to_owned())
}

/// Graph's `itemBody` with nothing else in it.
fn body_of(body: Option<&Value>) -> Value {
    let text = |name: &str| body.and_then(|body| body[name].as_str()).map(str::to_owned);
    let is_html = text("contentType").is_some_and(|ty| ty.eq_ignore_ascii_case("html"));
    let content = clipped(text("content"), TEXT_CHARS_MAX, "");
    json!({ "contentType": if is_html { "html" } else { "text" }, "content": content })
}

impl TheirIssue {
    /// What is kept of it; None when its id is none.
    pub fn taken(self, connection: &str) -> Option<ImportedIssue> {
        let id = id_of(&self.id)?;
        let status = self.status.as_deref().and_then(Status::read).unwrap_or(Status::Reported);
        let is_resolved = self.is_resolved.unwrap_or(false) || status.is_over();
        let service = clipped(self.service, NAME_CHARS_MAX, "Another service");
        let feature = clipped(self.feature, NAME_CHARS_MAX, &service);
        let modified_at = self.last_modified_date_time;
        let issue = NewIssue {
            source: Source::Import(connection.to_owned()),
            origin: clipped(self.origin, 20, "thirdParty"),
            title: Words::same(clipped(self.title, NAME_CHARS_MAX, &id)),
            feature_group: clipped(self.feature_group, NAME_CHARS_MAX, &feature),
            feature,
            service,
            classification: match self.classification.as_deref() {
                Some("incident") => Classification::Incident,
                _ => Classification::Advisory,
            },
            status,
            impact: Words::same(clipped(self.impact_description, TEXT_CHARS_MAX, "")),
            start_at: self.start_date_time,
            details: self.details.filter(Value::is_array).unwrap_or_else(|| json!([])),
            id,
        };
        let end_at = is_resolved.then(|| self.end_date_time.unwrap_or(modified_at));
        let mut posts: Vec<_> = self.posts.unwrap_or_default().iter().filter_map(post_of).collect();
        posts.sort_by_key(|(at, _)| *at);
        posts.drain(..posts.len().saturating_sub(POSTS_MAX));
        Some(ImportedIssue { issue, is_resolved, end_at, modified_at, posts })
    }
}

fn post_of(post: &Value) -> Option<(Timestamp, String)> {
    let at: Timestamp = post["createdDateTime"].as_str()?.parse().ok()?;
    let kind = post["postType"].as_str().filter(|kind| matches!(*kind, "quick" | "strategic"));
    let shown = json!({
        "createdDateTime": at.to_string(),
        "postType": kind.unwrap_or("regular"),
        "description": body_of(post.get("description")),
    });
    Some((at, shown.to_string()))
}

impl TheirMessage {
    /// What is kept of it; None when its id is none.
    pub fn taken(self) -> Option<ImportedMessage> {
        let id = id_of(&self.id)?;
        let names = |names: Option<Vec<String>>| {
            let names = names.unwrap_or_default().into_iter().take(50);
            names.map(|name| clipped(Some(name), NAME_CHARS_MAX, "?")).collect::<Vec<_>>()
        };
        let message = Message {
            title: Words::same(clipped(self.title, NAME_CHARS_MAX, &id)),
            body: Words::same(body_of(self.body.as_ref()).to_string()),
            category: match self.category.as_deref() {
                Some("preventOrFixIssue") => Category::PreventOrFixIssue,
                Some("planForChange") => Category::PlanForChange,
                _ => Category::StayInformed,
            },
            severity: match self.severity.as_deref() {
                Some("critical") => Severity::Critical,
                Some("high") => Severity::High,
                _ => Severity::Normal,
            },
            services: names(self.services),
            tags: names(self.tags),
            is_major_change: self.is_major_change.unwrap_or(false),
            act_by_at: self.action_required_by_date_time,
            start_at: self.start_date_time,
            end_at: self.end_date_time,
        };
        Some(ImportedMessage { id, message, modified_at: self.last_modified_date_time })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_taken_as_the_mildest() {
        let theirs = json!({
            "id": "EX123456", "startDateTime": "2026-11-01T00:00:00Z", "status": "somethingNew",
            "classification": "unknownFutureValue", "lastModifiedDateTime": "2026-11-02T00:00:00.123Z",
            "title": "Mail\u{0} is late",
            "posts": [
                { "createdDateTime": "2026-11-02T00:00:00Z", "postType": "quick",
                  "description": { "contentType": "html", "content": "<p>x</p>", "more": 1 } },
                { "createdDateTime": "2026-11-01T00:00:00Z", "postType": "new" },
                { "createdDateTime": "yesterday" },
            ],
        });
        let theirs: TheirIssue = serde_json::from_value(theirs).expect("Graph's shape");
        let taken = theirs.taken("c").expect("it has an id");
        assert_eq!(taken.issue.status, Status::Reported);
        assert_eq!(taken.issue.classification, Classification::Advisory);
        assert_eq!((taken.issue.title.en.as_str(), taken.issue.source.kind()), ("Mail is late", "import"));
        assert_eq!((taken.is_resolved, taken.end_at, taken.posts.len()), (false, None, 2));
        assert!(taken.posts[1].1.contains("<p>x</p>") && !taken.posts[1].1.contains("more"));
    }

    #[test]
    fn an_end_is_known_even_if_it_is_not_told() {
        let theirs = json!({
            "id": "MO1", "startDateTime": "2026-11-01T00:00:00Z", "status": "serviceRestored",
            "lastModifiedDateTime": "2026-11-02T00:00:00Z", "endDateTime": null,
        });
        let theirs: TheirIssue = serde_json::from_value(theirs).expect("Graph's shape");
        let taken = theirs.taken("c").expect("it has an id");
        assert_eq!((taken.is_resolved, taken.end_at), (true, Some(taken.modified_at)));
    }

    #[test]
    fn ids_that_fit_no_path_are_left_out() {
        for id in ["", "a/b", "a b", "ä", &"x".repeat(65)] {
            assert_eq!(id_of(id), None, "{id}");
        }
        assert_eq!(id_of("MC1234567").as_deref(), Some("MC1234567"));
    }
}
