//! Lists the message center's messages, with the reader's own marks.

use api::list::Page;
use api::{Failure, Permitted, Reader};
use axum::extract::{Path, RawQuery};
use notify::Language;
use policy::{Need, action, permit};

use super::Asked;
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

fn asked(
    feature: &ServiceAnnouncement,
    version: &str,
    (permitted, language): (&Permitted, Language),
    query: Option<String>,
) -> Asked {
    let bound = vec![
        language.tag().into(),
        reader(permitted).map(|id| id.to_string()).unwrap_or_default().into(),
        may_read_privacy(permitted).into(),
        feature.world.clock.now().into(),
    ];
    Asked { view: &view::MESSAGES, root: feature.root(version), query: query.unwrap_or_default(), bound }
}

pub async fn list(
    feature: ServiceAnnouncement,
    version: &'static str,
    permitted: Permitted,
    Reader(language): Reader,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    asked(&feature, version, (&permitted, language), query).page(&feature, &permitted).await
}

pub async fn show(
    feature: ServiceAnnouncement,
    version: &'static str,
    permitted: Permitted,
    Reader(language): Reader,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let asked = asked(&feature, version, (&permitted, language), query);
    asked.one(&feature, &permitted, ("message", id)).await
}
