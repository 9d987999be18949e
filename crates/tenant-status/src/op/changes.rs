//! Tells a page that something changed: server-sent events with the number that rises with every change.

use std::convert::Infallible;
use std::time::Duration;

use api::{Failure, Permitted};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use serde_json::json;
use store::TenantId;

use super::connector::list::sequence;
use crate::TenantStatus;

/// Another server of the same installation may have made the change: it is looked for this often.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Proxies close what is silent.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// A page opens a new stream after this, and is then asked again whether it may.
const OPEN_FOR: Duration = Duration::from_secs(15 * 60);

pub async fn handle(status: TenantStatus, permitted: Permitted) -> Result<impl IntoResponse, Failure> {
    let tenant = permitted.tenant();
    let first = status.store.read(tenant, sequence).await?;
    let events = events(status, tenant, first);
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok((
        [("cache-control", "no-store"), ("x-accel-buffering", "no")],
        Sse::new(events).keep_alive(keep_alive),
    ))
}

/// The present number at once, and each one after it.
fn events(
    status: TenantStatus,
    tenant: TenantId,
    first: i64,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    let ends = tokio::time::Instant::now() + OPEN_FOR;
    let heard = status.changes.listen(tenant);
    stream::unfold((None, heard, status), move |(told, mut heard, status)| async move {
        let Some(told) = told else { return Some((Ok(event(first)), (Some(first), heard, status))) };
        loop {
            tokio::select! {
                _ = heard.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = tokio::time::sleep_until(ends) => return None,
            }
            let now = status.store.read(tenant, sequence).await.ok()?;
            if now != told {
                return Some((Ok(event(now)), (Some(now), heard, status)));
            }
        }
    })
}

fn event(sequence: i64) -> Event {
    Event::default().event("change").data(json!({ "sequence": sequence }).to_string())
}
