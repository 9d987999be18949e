//! What happens around every request: an id, a log line, a count, limits, and headers that keep browsers safe.

mod leftover;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::{Code, Failure};
use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, Version, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use futures_util::FutureExt as _;
use http_body_util::Limited;
use tracing::Instrument as _;
use world::World;

use leftover::Leftover;

use crate::config::{Config, Origin};
use crate::metrics::Metrics;
use crate::otlp::Tracer;

/// What the layers need to know.
#[derive(Clone)]
pub(crate) struct Around {
    world: World,
    metrics: Metrics,
    tracer: Tracer,
    request_timeout: Duration,
    body_bytes_max: usize,
    headers: Arc<[(HeaderName, HeaderValue)]>,
}

impl Around {
    pub(crate) fn new(
        config: &Config,
        origin: &Origin,
        world: World,
        metrics: Metrics,
        tracer: Tracer,
    ) -> Around {
        Around {
            world,
            metrics,
            tracer,
            request_timeout: Duration::from_secs(config.server.request_timeout_seconds.get()),
            body_bytes_max: usize::try_from(config.server.body_bytes_max.get()).unwrap_or(usize::MAX),
            headers: safe_headers(origin),
        }
    }

    /// The same, around every route and the fallback of `router`.
    pub(crate) fn wrap(self, router: Router) -> Router {
        router
            .layer(DefaultBodyLimit::max(self.body_bytes_max))
            .layer(from_fn_with_state(self.clone(), limit))
            .layer(from_fn(linger))
            .layer(from_fn_with_state(self, observe))
    }
}

fn safe_headers(origin: &Origin) -> Arc<[(HeaderName, HeaderValue)]> {
    let mut headers = vec![
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
        ),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    ];
    // Only for a name that is ours alone: on localhost it would bind every other program there as well.
    if origin.is_public_name() {
        headers.push((
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        ));
    }
    headers.into()
}

/// Gives the request an id, writes one line about it, counts it, and adds the headers that are not there yet.
async fn observe(State(around): State<Around>, request: Request, next: Next) -> Response {
    let _running = around.metrics.request_running();
    let id = around.world.ids.guid();
    let method = request.method().clone();
    // The template, never the address itself: addresses hold names of people and devices.
    let route = request.extensions().get::<MatchedPath>().map_or("(other)", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", request_id = %id, %method, route);
    let now = around.world.clock.now();
    let trace = around.tracer.begin(request.headers(), &around.world.entropy, &method, &route, now);
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = started.elapsed();
    let status = response.status().as_u16();
    around.metrics.request_answered(&route, method.as_str(), status, took);
    around.tracer.end(trace, status, took);
    span.in_scope(|| log_answer(&route, status, took));
    let headers = response.headers_mut();
    for (name, value) in around.headers.iter() {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("request-id"), id);
    }
    response
}

fn log_answer(route: &str, status: u16, took: Duration) {
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let is_routine = route.starts_with("/assets") || ["/healthz", "/readyz", "/metrics"].contains(&route);
    if is_routine && status < 500 {
        tracing::debug!(status, duration_ms, "answered");
    } else {
        tracing::info!(status, duration_ms, "answered");
    }
}

/// Lets an HTTP/2 client finish sending before it is answered.
async fn linger(request: Request, next: Next) -> Response {
    if request.version() != Version::HTTP_2 {
        return next.run(request).await;
    }
    let leftover = Leftover::default();
    let response = next.run(request.map(|body| leftover.watch(body))).await;
    leftover.drain().await;
    response
}

/// Holds the request to its size and the handler to its time, and turns a panic into an answer.
async fn limit(State(around): State<Around>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if !matches!(*request.method(), Method::GET | Method::HEAD)
        && request.body().size_hint().lower() > around.body_bytes_max as u64
    {
        let sentence =
            format!("The request's body is too large; send at most {} bytes.", around.body_bytes_max);
        return Failure::new(Code::TooLarge, sentence).render(&path);
    }
    let request = request.map(|body| Body::new(Limited::new(body, around.body_bytes_max)));
    let run = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(around.request_timeout, run).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            // The panic itself was logged by the hook, with its place.
            around.metrics.panicked();
            let sentence = "Something failed on the server. The operator finds the cause in the log.";
            Failure::new(Code::Internal, sentence).render(&path)
        }
        Err(_) => {
            tracing::warn!("a request was given up because it took too long");
            let sentence = "The server took too long to answer. Try again in a minute.";
            Failure { retry_after_seconds: Some(60), ..Failure::new(Code::Unavailable, sentence) }
                .render(&path)
        }
    }
}

#[cfg(test)]
mod tests;
