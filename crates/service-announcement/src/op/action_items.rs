//! Lists the issues in the environment that require action, worst first.

use api::list::Page;
use api::{Failure, Permitted, Reader};
use axum::extract::RawQuery;

use super::Asked;
use crate::{ServiceAnnouncement, view};

pub async fn list(
    feature: ServiceAnnouncement,
    permitted: Permitted,
    Reader(language): Reader,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let asked = Asked {
        view: &view::ACTION_ITEMS,
        root: format!("{}/api/tenantStatus", feature.origin),
        query: query.unwrap_or_default(),
        bound: vec![language.tag().into()],
    };
    asked.page(&feature, &permitted).await
}
