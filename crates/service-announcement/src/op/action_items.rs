//! Lists the issues in the environment that require action, worst first.

use api::list::Page;
use api::{Failure, Permitted};
use axum::extract::RawQuery;
use axum::http::HeaderMap;

use super::reader_language;
use crate::model::language_tag;
use crate::{ServiceAnnouncement, view};

pub async fn list(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let root = format!("{}/api/tenantStatus", feature.origin);
    let bound = [language_tag(reader_language(&headers)).into()];
    let query = query.unwrap_or_default();
    let read = feature
        .store
        .read(permitted.tenant(), move |tx| view::ACTION_ITEMS.page_with(tx, &root, &query, &bound));
    read.await
}
