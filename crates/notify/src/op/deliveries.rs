//! What was sent, what failed and why; and sending again.

use api::list::{Column, Kind, Page, View};
use api::{Failure, Permitted, Reader, id_in_path};
use audit::{Category, Event, Resource};
use axum::extract::{Path, RawQuery};
use http::StatusCode;

use crate::job::route::ask_to_send;
use crate::{Notify, sql};

const fn column(name: &'static str, sql: &'static str, kind: Kind, nullable: bool) -> Column {
    Column { name, sql, kind, nullable }
}

pub(crate) static DELIVERIES: View = View {
    set: "deliveries",
    base: sql::DELIVERIES,
    searched: &["title", "channel_name", "last_error"],
    order: "created_at desc",
    columns: &[
        column("id", "id", Kind::Guid, false),
        column("channelId", "channel_id", Kind::Guid, true),
        column("channelKind", "channel_kind", Kind::Text, false),
        column("channelName", "channel_name", Kind::Text, false),
        column("state", "state", Kind::Text, false),
        column("isReminder", "is_reminder", Kind::Bool, false),
        column("title", "title", Kind::Text, false),
        column("noticeCount", "n_notices", Kind::Int, false),
        column("attempts", "attempts", Kind::Int, false),
        column("lastError", "last_error", Kind::Text, true),
        column("createdDateTime", "created_at", Kind::Time, false),
        column("dueDateTime", "due_at", Kind::Time, false),
        column("finishedDateTime", "finished_at", Kind::Time, true),
    ],
};

pub async fn list(
    notify: Notify,
    permitted: Permitted,
    Reader(language): Reader,
    RawQuery(query): RawQuery,
) -> Result<Page, Failure> {
    let root = format!("{}/api/notifications", notify.origin);
    let query = query.unwrap_or_default();
    notify
        .store
        .read(permitted.tenant(), move |tx| DELIVERIES.page_with(tx, &root, &query, &[language.tag().into()]))
        .await
}

pub async fn retry(
    notify: Notify,
    permitted: Permitted,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let (id, now) = (id_in_path(&id)?, notify.world.clock.now());
    let (job_id, event_id) = (notify.world.ids.guid(), notify.world.ids.guid());
    let event = Event::new(permitted.actor(), "Retry notification delivery", Category::Other)
        .on(Resource::new("NotificationDelivery", id.to_string()));
    let written = notify.store.write(permitted.tenant(), move |tx| {
        if tx.row(&sql::DELIVERY, &[id.into()])?.is_none() {
            return Err(Failure::not_found("There is no such delivery; it may have been forgotten."));
        }
        if tx.exec(&sql::AGAIN, &[id.into(), now.into()])? == 0 {
            let message =
                "Only a failed delivery can be sent again; this one was sent, or is still being tried.";
            return Err(Failure::conflict(message));
        }
        ask_to_send(tx, job_id, id, now, now)?;
        Ok(audit::record(tx, now, event_id, &event)?)
    });
    written.await?;
    Ok(StatusCode::ACCEPTED)
}
