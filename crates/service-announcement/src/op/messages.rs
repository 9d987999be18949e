//! Lists the message center's messages, with the reader's own marks.

use api::list::Page;
use api::{Failure, Permitted};
use axum::extract::{Path, RawQuery};
use axum::http::HeaderMap;
use policy::{Need, action, permit};
use store::Value;

use super::reader_language;
use crate::model::language_tag;
use crate::{ServiceAnnouncement, view};

/// The reader's id when the caller is a person.
pub(crate) fn reader(permitted: &Permitted) -> Option<uuid::Uuid> {
    match permitted.permit.actor() {
        policy::Actor::User(id) => Some(id),
        _ => None,
    }
}

pub(crate) fn may_read_privacy(permitted: &Permitted) -> bool {
    permit(&permitted.caller, Need::Action(action::MESSAGE_CENTER_READ_PRIVACY)).is_ok()
}

fn bound(feature: &ServiceAnnouncement, permitted: &Permitted, headers: &HeaderMap) -> [Value; 4] {
    [
        language_tag(reader_language(headers)).into(),
        reader(permitted).map(|id| id.to_string()).unwrap_or_default().into(),
        may_read_privacy(permitted).into(),
        feature.world.clock.now().into(),
    ]
}

pub async fn list(
    feature: ServiceAnnouncement,
    version: &'static str,
    permitted: Permitted,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let (root, bound) = (feature.root(version), bound(&feature, &permitted, &headers));
    let query = query.unwrap_or_default();
    let read =
        feature.store.read(permitted.tenant(), move |tx| view::MESSAGES.page_with(tx, &root, &query, &bound));
    read.await
}

pub async fn show(
    feature: ServiceAnnouncement,
    version: &'static str,
    permitted: Permitted,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let (root, bound) = (feature.root(version), bound(&feature, &permitted, &headers));
    let (query, missing) = (query.unwrap_or_default(), format!("There is no message '{id}' here."));
    let read = feature
        .store
        .read(permitted.tenant(), move |tx| view::MESSAGES.one_with(tx, &root, &id, &query, &bound));
    read.await?.ok_or_else(|| Failure::not_found(missing).target("id"))
}
