//! `/healthz`: the process answers. `/readyz`: what it depends on answers too. `/metrics`: how it is doing.
//!
//! They are open to everybody who can reach the server, so they tell no more than a machine needs.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::metrics::{self, Metrics};

/// A check may take this long; then it counts as failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(5);

type Answer = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Something the server cannot do without.
#[derive(Clone)]
pub(crate) struct Check {
    name: &'static str,
    ask: Arc<dyn Fn() -> Answer + Send + Sync>,
}

impl Check {
    pub(crate) fn new<F>(name: &'static str, ask: impl Fn() -> F + Send + Sync + 'static) -> Check
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        Check { name, ask: Arc::new(move || Box::pin(ask())) }
    }
}

/// A number that a part of the house tells about itself, for the metrics.
#[derive(Clone)]
pub(crate) struct Gauge {
    name: &'static str,
    about: &'static str,
    read: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Gauge {
    pub(crate) fn new(
        name: &'static str,
        about: &'static str,
        read: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Gauge {
        Gauge { name, about, read: Arc::new(read) }
    }
}

/// Series that a part of the house writes itself, in Prometheus' text format.
#[derive(Clone)]
pub(crate) struct Text(Arc<dyn Fn() -> Written + Send + Sync>);

type Written = Pin<Box<dyn Future<Output = Result<String, String>> + Send>>;

impl Text {
    pub(crate) fn new<F>(write: impl Fn() -> F + Send + Sync + 'static) -> Text
    where
        F: Future<Output = Result<String, String>> + Send + 'static,
    {
        Text(Arc::new(move || Box::pin(write())))
    }
}

/// What the three doors tell.
#[derive(Clone)]
pub(crate) struct Health {
    pub(crate) checks: Arc<[Check]>,
    pub(crate) gauges: Arc<[Gauge]>,
    pub(crate) texts: Arc<[Text]>,
    pub(crate) metrics: Metrics,
}

pub(crate) fn router(health: Health) -> Router {
    Router::new()
        .route("/healthz", get(|| async { plain(StatusCode::OK, "ok\n".to_owned()) }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics_text))
        .with_state(health)
}

async fn ready(State(health): State<Health>) -> Response {
    let mut lines = String::new();
    let mut status = StatusCode::OK;
    for check in health.checks.iter() {
        let answer = tokio::time::timeout(CHECK_TIMEOUT, (check.ask)()).await;
        let failure = match answer {
            Ok(Ok(())) => None,
            Ok(Err(why)) => Some(why),
            Err(_) => Some("no answer in time".to_owned()),
        };
        match failure {
            None => lines.push_str(&format!("{}: ok\n", check.name)),
            Some(why) => {
                // The cause is for the operator's log, not for whoever asks.
                tracing::warn!(check = check.name, %why, "not ready");
                lines.push_str(&format!("{}: does not answer; see the server's log\n", check.name));
                status = StatusCode::SERVICE_UNAVAILABLE;
            }
        }
    }
    plain(status, lines)
}

async fn metrics_text(State(health): State<Health>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut text = health.metrics.text();
    for gauge in health.gauges.iter() {
        metrics::single(&mut text, gauge.name, "gauge", gauge.about, (gauge.read)());
    }
    for part in health.texts.iter() {
        match tokio::time::timeout(CHECK_TIMEOUT, (part.0)()).await {
            Ok(Ok(written)) => text.push_str(&written),
            Ok(Err(why)) => tracing::warn!(%why, "some series are missing from the metrics"),
            Err(_) => tracing::warn!("some series are missing from the metrics: no answer in time"),
        }
    }
    (headers, text).into_response()
}

fn plain(status: StatusCode, text: String) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use jiff::Timestamp;
    use tower::ServiceExt as _;

    use super::*;

    async fn check(store: Result<(), String>) -> (StatusCode, String) {
        check_at("/readyz", store).await
    }

    async fn check_at(path: &str, store: Result<(), String>) -> (StatusCode, String) {
        let store = Check::new("store", move || std::future::ready(store.clone()));
        let gauge = Gauge::new("things", "Things.", || 7.0);
        let text = Text::new(|| std::future::ready(Ok("own_series 1\n".to_owned())));
        let metrics = Metrics::new(Timestamp::UNIX_EPOCH);
        let app =
            router(Health { checks: [store].into(), gauges: [gauge].into(), texts: [text].into(), metrics });
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let answer = app.oneshot(request).await.expect("infallible");
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 10_000).await.expect("a body");
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[tokio::test]
    async fn ready_when_everything_answers() {
        assert_eq!(check(Ok(())).await, (StatusCode::OK, "store: ok\n".to_owned()));
    }

    #[tokio::test]
    async fn parts_add_their_numbers_to_the_metrics() {
        let (status, text) = check_at("/metrics", Ok(())).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            text.ends_with("# HELP things Things.\n# TYPE things gauge\nthings 7\nown_series 1\n"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn not_ready_names_the_part_and_not_the_cause() {
        let (status, text) = check(Err("secret host name".to_owned())).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(text, "store: does not answer; see the server's log\n");
    }
}
