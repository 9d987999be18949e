//! Serving the feed over HTTP: rows are rendered on a thread of their own and flow through a short queue.
//!
//! A slow client slows its thread down and nothing else. An error in the middle breaks the body off, so that no
//! client takes a part for the whole.

use ::model::Version;
use api::{Code, Failure, Permitted};
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, header};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::Warehouse;
use crate::encode::EncodeError;
use crate::feed::{Broken, Feed, FeedBody, FeedRequest, FeedResponse, Root, Rows};

/// Chunks between the rendering thread and the connection.
const QUEUE_CHUNKS: usize = 4;

/// Path of the root whose version is in the query.
pub const QUERY_ROOT: &str = "/ReportingService/DataWarehouseFEService";
/// Path of the roots whose version is in the path, without the version.
pub const PATH_ROOT: &str = "/warehouse";

/// The path of a root.
pub fn root_path(root: Root) -> String {
    match root {
        Root::Query => QUERY_ROOT.to_owned(),
        Root::Path(version) => format!("{PATH_ROOT}/{}", version.as_str()),
    }
}

/// Answers one request below `root`.
pub async fn handle(
    warehouse: Warehouse,
    root: Root,
    permitted: Permitted,
    request: Request,
) -> Result<Response, Failure> {
    let Ok(slot) = warehouse.downloads.clone().try_acquire_owned() else {
        let message = "Too many downloads run at the moment. Try again in a few seconds.";
        return Err(Failure { retry_after_seconds: Some(5), ..Failure::new(Code::Unavailable, message) });
    };
    let (parts, _) = request.into_parts();
    let tenant = permitted.tenant();
    let answer = move || {
        let lake = warehouse.lakes.of(tenant).map_err(|error| Failure::internal(&error))?;
        let root_path = root_path(root);
        let header = |name: &str| joined(&parts.headers, name);
        let (accept, prefer) = (header("accept"), header("prefer"));
        let (version, max_version) = (header("odata-version"), header("odata-maxversion"));
        let path = parts.uri.path();
        let request = FeedRequest {
            root,
            root_url: &format!("{}{root_path}", warehouse.config.origin),
            path: path.strip_prefix(root_path.as_str()).unwrap_or(path),
            query: parts.uri.query().unwrap_or_default(),
            accept: accept.as_deref(),
            odata_version: version.as_deref(),
            odata_max_version: max_version.as_deref(),
            prefer: prefer.as_deref(),
            today: warehouse.today(),
        };
        Feed::new(lake, warehouse.config.page_rows).answer(&request)
    };
    let answer = tokio::task::spawn_blocking(answer).await.map_err(|error| Failure::internal(&error))??;
    Ok(respond(answer, slot))
}

/// Several headers of one name count as one with commas (RFC 9110, section 5.3).
fn joined(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn respond(answer: FeedResponse, slot: OwnedSemaphorePermit) -> Response {
    let body = match answer.body {
        FeedBody::Whole(bytes) => Body::from(bytes),
        FeedBody::Rows(rows) => stream_of(*rows, slot),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let mut put = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_TYPE.as_str(), &answer.content_type);
    put("odata-version", answer.odata_version);
    put(header::CACHE_CONTROL.as_str(), "no-store");
    if let Some(applied) = &answer.preference_applied {
        put("preference-applied", applied);
    }
    response
}

fn stream_of(rows: Rows, slot: OwnedSemaphorePermit) -> Body {
    let (sender, receiver) = mpsc::channel::<Result<Bytes, Broken>>(QUEUE_CHUNKS);
    tokio::task::spawn_blocking(move || {
        let _slot = slot;
        match rows.run(&mut |chunk| sender.blocking_send(Ok(chunk)).is_ok()) {
            Ok(()) | Err(Broken::Encode(EncodeError::Stopped)) => {}
            Err(error) => {
                tracing::error!(%error, "a download of the feed broke off");
                // Nobody hears it if the client is gone too.
                drop(sender.blocking_send(Err(error)));
            }
        }
    });
    Body::from_stream(stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    }))
}

/// The versions in the order their routes are made.
pub(crate) const ROOTS: [Root; 3] = [Root::Query, Root::Path(Version::V1), Root::Path(Version::Beta)];
