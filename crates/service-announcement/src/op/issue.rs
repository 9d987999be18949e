//! The operator's hand on incidents and advisories: open, tell more, resolve.

use api::{Body, Failure, Permitted};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use notify::Words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;

use super::typed;
use crate::ServiceAnnouncement;
use crate::issue::{self, Change, Found, NewIssue, NewPost};
use crate::model::{Classification, PostType, Source, Status};

const TITLE_CHARS_MAX: usize = 200;
const TEXT_CHARS_MAX: usize = 4_000;
/// A start may lie this far ahead: the clocks of people differ.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(5);

/// A new incident or advisory.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "NewServiceHealthIssue")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    pub title: String,
    /// The service's name, such as `Device management`; a new name makes a new service.
    pub service: String,
    #[serde(default)]
    pub feature: Option<String>,
    pub classification: Classification,
    /// One that is not over; by default `investigating`.
    #[serde(default)]
    pub status: Option<Status>,
    pub impact_description: String,
    /// The first post; by default the impact's description.
    #[serde(default)]
    pub text: Option<String>,
    /// By default now.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub start_date_time: Option<Timestamp>,
}

/// What is told about an issue.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "NewServiceHealthIssuePost")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PostInput {
    pub text: String,
    #[serde(default)]
    pub post_type: PostType,
    /// The new status; by default it stays.
    #[serde(default)]
    pub status: Option<Status>,
    #[serde(default)]
    pub impact_description: Option<String>,
}

/// The end of an issue.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "ServiceHealthIssueResolution")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResolveInput {
    pub text: String,
    /// One that is over; by default `serviceRestored`, or `resolved` of an advisory.
    #[serde(default)]
    pub status: Option<Status>,
}

/// Which issue was written; read it at `/graph/v1.0/admin/serviceAnnouncement/issues/{id}`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WrittenServiceHealthIssue")]
#[serde(rename_all = "camelCase")]
pub struct Written {
    pub id: String,
    pub status: Status,
    pub is_resolved: bool,
}

pub async fn open(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<(StatusCode, Json<Written>), Failure> {
    let hand = feature.hand_of(&permitted);
    let (new, post) = begun(&input, issue::fresh_id(feature.world.ids.guid()), hand.now)?;
    let written = Written { id: new.id.clone(), status: new.status, is_resolved: false };
    let kept = feature.store.write(permitted.tenant(), move |tx| issue::open(tx, &hand, &new, &post));
    kept.await?;
    Ok((StatusCode::CREATED, Json(written)))
}

pub async fn post(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Path(id): Path<String>,
    Body(input): Body<PostInput>,
) -> Result<(StatusCode, Json<Written>), Failure> {
    let text = typed(&input.text, "text", TEXT_CHARS_MAX)?;
    let impact = input.impact_description.as_deref();
    let impact = impact.map(|impact| typed(impact, "impactDescription", TEXT_CHARS_MAX)).transpose()?;
    let post = NewPost { text: Words::same(text), post_type: input.post_type };
    let hand = feature.hand_of(&permitted);
    let kept = feature.store.write(permitted.tenant(), move |tx| {
        let found = open_one(tx, &id)?;
        let status = input.status.unwrap_or(found.status);
        if status.is_over() {
            let message = format!("'{}' would end the issue; resolve it instead.", status.as_str());
            return Err(Failure::bad_request(message).target("status"));
        }
        let change = Change { status, classification: None, impact: impact.map(Words::same), post };
        issue::change(tx, &hand, (&id, &found), &change)?;
        Ok(Written { id, status, is_resolved: false })
    });
    Ok((StatusCode::CREATED, Json(kept.await?)))
}

pub async fn resolve(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Path(id): Path<String>,
    Body(input): Body<ResolveInput>,
) -> Result<Json<Written>, Failure> {
    let text = typed(&input.text, "text", TEXT_CHARS_MAX)?;
    let post = NewPost { text: Words::same(text), post_type: PostType::Regular };
    let hand = feature.hand_of(&permitted);
    let kept = feature.store.write(permitted.tenant(), move |tx| {
        let found = open_one(tx, &id)?;
        if found.source_kind == "monitor" {
            let message =
                "A monitor has opened this issue and resolves it when the trouble is over; mend the cause.";
            return Err(Failure::conflict(message).target("id"));
        }
        let restored =
            if found.classification == "incident" { Status::ServiceRestored } else { Status::Resolved };
        let status = input.status.unwrap_or(restored);
        if !status.is_over() || status == Status::ServiceOperational {
            let message =
                format!("'{}' does not end an issue; serviceRestored and resolved do.", status.as_str());
            return Err(Failure::bad_request(message).target("status"));
        }
        issue::change(
            tx,
            &hand,
            (&id, &found),
            &Change { status, classification: None, impact: None, post },
        )?;
        Ok(Written { id, status, is_resolved: true })
    });
    Ok(Json(kept.await?))
}

fn begun(input: &Input, id: String, now: Timestamp) -> Result<(NewIssue, NewPost), Failure> {
    let status = input.status.unwrap_or(Status::Investigating);
    if status.is_over() {
        let message = format!("An issue does not begin as '{}'; begin with investigating.", status.as_str());
        return Err(Failure::bad_request(message).target("status"));
    }
    let start_at = input.start_date_time.unwrap_or(now);
    if start_at > now + AHEAD_MAX {
        let message = "An issue begins now or earlier; announce what is planned as a message.";
        return Err(Failure::bad_request(message).target("startDateTime"));
    }
    let impact = typed(&input.impact_description, "impactDescription", TEXT_CHARS_MAX)?;
    let text = input.text.as_deref().map(|text| typed(text, "text", TEXT_CHARS_MAX)).transpose()?;
    let service = typed(&input.service, "service", TITLE_CHARS_MAX)?;
    let feature = input.feature.as_deref().map(|f| typed(f, "feature", TITLE_CHARS_MAX)).transpose()?;
    let new = NewIssue {
        id,
        source: Source::Operator,
        origin: "customer".to_owned(),
        title: Words::same(typed(&input.title, "title", TITLE_CHARS_MAX)?),
        feature_group: service.clone(),
        feature: feature.unwrap_or_else(|| service.clone()),
        service,
        classification: input.classification,
        status,
        impact: Words::same(impact.clone()),
        start_at,
        details: json!([]),
    };
    Ok((new, NewPost { text: Words::same(text.unwrap_or(impact)), post_type: PostType::Regular }))
}

/// The issue, when a hand may change it: it is there, it is not over, and no other service speaks for it.
fn open_one(tx: &mut Tx<'_, '_>, id: &str) -> Result<Found, Failure> {
    let found = issue::find(tx, id)?
        .ok_or_else(|| Failure::not_found(format!("There is no issue '{id}' here.")).target("id"))?;
    let refused = |why: &str| Err(Failure::conflict(why).target("id"));
    if found.source_kind == "import" {
        return refused("This issue comes from another service; only that service changes it.");
    }
    if found.is_resolved {
        return refused("This issue is over; open a new one.");
    }
    Ok(found)
}
