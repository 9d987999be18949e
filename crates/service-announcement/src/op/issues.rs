//! Lists the incidents and advisories that are open, and those that ended in the last 30 days.

use api::list::Page;
use api::{Failure, Permitted, Reader};
use axum::extract::{Path, RawQuery};
use jiff::SignedDuration;
use notify::Language;
use store::Value;

use super::Asked;
use crate::{ServiceAnnouncement, view};

/// How long an issue is shown after it ended (seed 003 line 3437).
pub(crate) const SHOWN_AFTER_END: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The parameters of the statement: the language, and when an issue must have ended at the earliest.
pub(crate) fn bound(feature: &ServiceAnnouncement, language: Language) -> Vec<Value> {
    let ended_after = feature.world.clock.now() - SHOWN_AFTER_END;
    vec![language.tag().into(), ended_after.into()]
}

fn asked(feature: &ServiceAnnouncement, version: &str, language: Language, query: Option<String>) -> Asked {
    let (root, bound) = (feature.root(version), bound(feature, language));
    Asked { view: &view::ISSUES, root, query: query.unwrap_or_default(), bound }
}

pub async fn list(
    feature: ServiceAnnouncement,
    version: &'static str,
    permitted: Permitted,
    Reader(language): Reader,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    asked(&feature, version, language, query).page(&feature, &permitted).await
}

pub async fn show(
    feature: ServiceAnnouncement,
    version: &'static str,
    permitted: Permitted,
    Reader(language): Reader,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    asked(&feature, version, language, query).one(&feature, &permitted, ("issue", id)).await
}
