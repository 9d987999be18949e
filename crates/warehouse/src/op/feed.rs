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
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, header};
use store::TenantId;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::deferred;
use super::encoding::{Compressor, Encoding};
use crate::Warehouse;
use crate::encode::EncodeError;
use crate::feed::{Broken, Feed, FeedBody, FeedRequest, FeedResponse, Root, compat};

/// Chunks between the rendering thread and the connection.
const QUEUE_CHUNKS: usize = 4;
/// Smaller bodies are not worth compressing.
const COMPRESSED_BYTES_MIN: usize = 1024;

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
    let slot = slot(&warehouse)?;
    let (mut parts, _) = request.into_parts();
    if let Some(location) = deferred::location(&warehouse, root, &parts) {
        return Ok(deferred::accepted(&location));
    }
    let is_deferred = deferred::resolve(root, &mut parts)?;
    let tenant = permitted.tenant();
    let is_compat = warehouse.config.is_compat || compat::is_asked(parts.uri.query().unwrap_or_default());
    let (id, url) = (warehouse.world.ids.guid(), format!("{}{}", warehouse.config.origin, parts.uri));
    let encoding = Encoding::choose(joined(&parts.headers, "accept-encoding").as_deref());
    let is_head = parts.method == Method::HEAD;
    let answer = move || answer(&warehouse, tenant, root, &parts, is_compat);
    match tokio::task::spawn_blocking(answer).await.map_err(|error| Failure::internal(&error))? {
        Err(failure) if is_compat && is_refusal(&failure) => Ok(refusal(&url, id)),
        Err(failure) => Err(failure),
        Ok(answer) if is_head => {
            Ok(respond(FeedResponse { body: FeedBody::Whole(Bytes::new()), ..answer }, None, slot))
        }
        Ok(answer) if is_deferred => Ok(deferred::done(respond(answer, encoding, slot))),
        Ok(answer) => Ok(respond(answer, encoding, slot)),
    }
}

fn slot(warehouse: &Warehouse) -> Result<OwnedSemaphorePermit, Failure> {
    warehouse.downloads.clone().try_acquire_owned().map_err(|_| {
        let message = "Too many downloads run at the moment. Try again in a few seconds.";
        Failure { retry_after_seconds: Some(5), ..Failure::new(Code::Unavailable, message) }
    })
}

/// Whether the request is to blame.
fn is_refusal(failure: &Failure) -> bool {
    failure.code == Code::NotImplemented || failure.code.status().0.is_client_error()
}

/// The original's refusal, which says nothing.
fn refusal(url: &str, id: uuid::Uuid) -> Response {
    let content_type = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
    (http::StatusCode::BAD_REQUEST, content_type, compat::error_body(url, id)).into_response()
}

/// It blocks.
pub(super) fn answer(
    warehouse: &Warehouse,
    tenant: TenantId,
    root: Root,
    parts: &Parts,
    is_compat: bool,
) -> Result<FeedResponse, Failure> {
    let lake = warehouse.lakes.of(tenant).map_err(|error| Failure::internal(&error))?;
    let engine = warehouse.lakes.engine(&warehouse.config.holder);
    let engine = engine.map_err(|error| Failure::internal(&error))?;
    let root_path = root_path(root);
    let header = |name: &str| joined(&parts.headers, name);
    let (accept, prefer) = (header("accept"), header("prefer"));
    let (version, max_version) = (header("odata-version"), header("odata-maxversion"));
    let known = header("if-none-match");
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
        if_none_match: known.as_deref(),
        is_compat,
        today: warehouse.today(),
        now: warehouse.world.clock.now(),
    };
    Feed::new(lake, engine, warehouse.config.page_rows).answer(&request)
}

/// Several headers of one name count as one with commas (RFC 9110, section 5.3).
fn joined(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn respond(answer: FeedResponse, encoding: Option<Encoding>, slot: OwnedSemaphorePermit) -> Response {
    let is_small = matches!(&answer.body, FeedBody::Whole(bytes) if bytes.len() < COMPRESSED_BYTES_MIN);
    let encoding = encoding.filter(|_| !is_small);
    let body = match answer.body {
        FeedBody::Whole(bytes) if encoding.is_none() => Body::from(bytes),
        body => stream_of(body, encoding, slot),
    };
    let mut response = body.into_response();
    *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or(http::StatusCode::OK);
    let headers = response.headers_mut();
    let mut put = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    if !answer.content_type.is_empty() {
        put(header::CONTENT_TYPE.as_str(), &answer.content_type);
    }
    put("odata-version", answer.odata_version);
    // Kept by the client alone, and asked about each time.
    put(header::CACHE_CONTROL.as_str(), if answer.etag.is_some() { "private, no-cache" } else { "no-store" });
    put(header::VARY.as_str(), "accept, accept-encoding, odata-maxversion, prefer");
    if let Some(encoding) = encoding {
        put(header::CONTENT_ENCODING.as_str(), encoding.name());
    }
    if let Some(etag) = &answer.etag {
        put(header::ETAG.as_str(), etag);
    }
    if let Some(applied) = &answer.preference_applied {
        put("preference-applied", applied);
    }
    response
}

fn stream_of(body: FeedBody, encoding: Option<Encoding>, slot: OwnedSemaphorePermit) -> Body {
    let (sender, receiver) = mpsc::channel::<Result<Bytes, Broken>>(QUEUE_CHUNKS);
    tokio::task::spawn_blocking(move || {
        let _slot = slot;
        let mut send = |chunk: Bytes| chunk.is_empty() || sender.blocking_send(Ok(chunk)).is_ok();
        match encoded(body, encoding, &mut send) {
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

fn encoded(
    body: FeedBody,
    encoding: Option<Encoding>,
    send: &mut dyn FnMut(Bytes) -> bool,
) -> Result<(), Broken> {
    let Some(encoding) = encoding else { return body.run(send) };
    let failed = |error: std::io::Error| Broken::Related(error.to_string());
    let mut compressor = Compressor::new(encoding).map_err(failed)?;
    let mut failure = None;
    body.run(&mut |chunk| match compressor.push(&chunk) {
        Ok(ready) => send(ready),
        Err(error) => {
            failure = Some(error);
            false
        }
    })?;
    if let Some(error) = failure {
        return Err(failed(error));
    }
    send(compressor.finish().map_err(failed)?);
    Ok(())
}

/// The versions in the order their routes are made.
pub(crate) const ROOTS: [Root; 4] =
    [Root::Query, Root::Path(Version::V1), Root::Path(Version::Beta), Root::Path(Version::Extended)];
