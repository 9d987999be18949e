//! Lists the incidents and advisories that are open, and those that ended in the last 30 days.

use api::list::Page;
use api::{Failure, Permitted};
use axum::extract::{Path, RawQuery};
use axum::http::HeaderMap;
use jiff::SignedDuration;
use notify::Language;
use store::Value;

use super::reader_language;
use crate::model::language_tag;
use crate::{ServiceAnnouncement, view};

/// How long an issue is shown after it ended (seed 003 line 3437).
pub(crate) const SHOWN_AFTER_END: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The parameters of the statement: the language, and when an issue must have ended at the earliest.
pub(crate) fn bound(feature: &ServiceAnnouncement, language: Language) -> [Value; 2] {
    let ended_after = feature.world.clock.now() - SHOWN_AFTER_END;
    [language_tag(language).into(), ended_after.into()]
}

pub async fn list(
    feature: ServiceAnnouncement,
    version: &'static str,
    permitted: Permitted,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let (root, bound) = (feature.root(version), bound(&feature, reader_language(&headers)));
    let query = query.unwrap_or_default();
    let read =
        feature.store.read(permitted.tenant(), move |tx| view::ISSUES.page_with(tx, &root, &query, &bound));
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
    let (root, bound) = (feature.root(version), bound(&feature, reader_language(&headers)));
    let (query, missing) = (query.unwrap_or_default(), format!("There is no issue '{id}' here."));
    let read = feature
        .store
        .read(permitted.tenant(), move |tx| view::ISSUES.one_with(tx, &root, &id, &query, &bound));
    read.await?.ok_or_else(|| Failure::not_found(missing).target("id"))
}
