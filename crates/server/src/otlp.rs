//! Traces for OpenTelemetry: one span for each request, sent to a collector as OTLP over HTTP in its JSON encoding.
//!
//! Written here because it is small: the protocol's own libraries would double what this program depends on. It
//! speaks plain HTTP, to a collector on this machine or in its network; forwarding with TLS is the collector's work.
//! Spans hold route templates and statuses, never addresses. Nothing waits for the collector: spans that do not fit
//! the queue are dropped and counted.
//!
//! Sources: OTLP 1.x (JSON encoding), W3C Trace Context, OpenTelemetry's conventions for HTTP servers.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::{HeaderMap, Method, Request, header};
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use world::Entropy;

use crate::config;

const QUEUE_MAX: usize = 4096;
const BATCH_MAX: usize = 512;
/// How long spans are gathered before they are sent.
const GATHER: Duration = Duration::from_secs(2);
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// What OTLP calls a server's span.
const KIND_SERVER: u8 = 2;
const STATUS_ERROR: u8 = 2;

/// Takes spans. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tracer(Option<Queue>);

#[derive(Clone, Debug)]
struct Queue {
    spans: mpsc::Sender<Span>,
    dropped: Arc<AtomicU64>,
}

/// A request that is being answered, as its trace knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    parent: Option<[u8; 8]>,
    method: Method,
    route: String,
    status: u16,
    began_at: Timestamp,
    took: Duration,
}

impl Tracer {
    /// A tracer as the settings want it, and the task that sends its spans, which ends after the last clone of the
    /// tracer is dropped.
    pub(crate) fn start(settings: &config::Otlp) -> (Tracer, Option<JoinHandle<()>>) {
        let Some(endpoint) = &settings.endpoint else { return (Tracer::default(), None) };
        let (spans, queue) = mpsc::channel(QUEUE_MAX);
        let dropped = Arc::new(AtomicU64::new(0));
        let address = format!("{}/v1/traces", endpoint.0);
        let sender = Sender { address, service_name: settings.service_name.clone(), client: client() };
        (Tracer(Some(Queue { spans, dropped })), Some(tokio::spawn(sender.run(queue))))
    }

    /// The span of a request that begins now; none when nobody collects traces or the caller asked for none.
    pub(crate) fn begin(
        &self,
        headers: &HeaderMap,
        entropy: &Entropy,
        method: &Method,
        route: &str,
        began_at: Timestamp,
    ) -> Option<Span> {
        self.0.as_ref()?;
        let given = headers.get("traceparent").and_then(|value| value.to_str().ok()).and_then(traceparent);
        let (trace_id, parent) = match given {
            Some(Parent { is_sampled: false, .. }) => return None,
            Some(Parent { trace_id, span_id, .. }) => (trace_id, Some(span_id)),
            None => (entropy.bytes(), None),
        };
        let (method, route) = (method.clone(), route.to_owned());
        let took = Duration::ZERO;
        Some(Span { trace_id, span_id: entropy.bytes(), parent, method, route, status: 0, began_at, took })
    }

    pub(crate) fn end(&self, span: Option<Span>, status: u16, took: Duration) {
        let (Some(queue), Some(span)) = (&self.0, span) else { return };
        if queue.spans.try_send(Span { status, took, ..span }).is_err() {
            queue.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Spans that did not fit the queue since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.0.as_ref().map_or(0, |queue| queue.dropped.load(Ordering::Relaxed))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parent {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    is_sampled: bool,
}

/// `00-<trace id>-<span id>-<flags>`, all in lower-case hexadecimal; ids of zeros are not valid.
fn traceparent(text: &str) -> Option<Parent> {
    let mut parts = text.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if version.len() != 2 || version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let [flags] = unhex::<1>(flags)?;
    let (trace_id, span_id) = (unhex(trace)?, unhex(span)?);
    let is_valid = trace_id != [0; 16] && span_id != [0; 8];
    is_valid.then_some(Parent { trace_id, span_id, is_sampled: flags & 1 == 1 })
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let fits = text.len() == N * 2 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let mut bytes = [0; N];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2).filter(|_| fits)?, 16).ok()?;
    }
    Some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

type HttpClient = Client<HttpConnector, Full<Bytes>>;

fn client() -> HttpClient {
    Client::builder(TokioExecutor::new()).build_http()
}

struct Sender {
    address: String,
    service_name: String,
    client: HttpClient,
}

impl Sender {
    async fn run(self, mut queue: mpsc::Receiver<Span>) {
        let mut failing = false;
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while queue.recv_many(&mut batch, BATCH_MAX).await > 0 {
            let full = async {
                while batch.len() < BATCH_MAX && queue.recv_many(&mut batch, BATCH_MAX).await > 0 {}
            };
            let _ = tokio::time::timeout(GATHER, full).await;
            let sent = tokio::time::timeout(SEND_TIMEOUT, self.send(&batch)).await;
            let why = match sent {
                Ok(Ok(())) => None,
                Ok(Err(why)) => Some(why),
                Err(_) => Some("no answer in time".to_owned()),
            };
            // Once when it begins and once when it ends: a collector may be away for hours.
            match (&why, failing) {
                (Some(why), false) => tracing::warn!(%why, "traces cannot be sent; see otlp.endpoint"),
                (None, true) => tracing::info!("traces are sent again"),
                (Some(_), true) | (None, false) => {}
            }
            failing = why.is_some();
            batch.clear();
        }
    }

    async fn send(&self, batch: &[Span]) -> Result<(), String> {
        let body = message(&self.service_name, batch).to_string();
        let request = Request::post(&self.address)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| error.to_string())?;
        let answer = self.client.request(request).await.map_err(|error| error.to_string())?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(format!("the collector answered {status}")) }
    }
}

/// The body of one export.
fn message(service_name: &str, batch: &[Span]) -> Value {
    let resource =
        json!([text("service.name", service_name), text("service.version", env!("CARGO_PKG_VERSION"))]);
    let spans: Vec<Value> = batch.iter().map(span).collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{ "scope": { "name": "quarterdeck" }, "spans": spans }],
    }] })
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn span(span: &Span) -> Value {
    let began = span.began_at.as_nanosecond();
    let ended = began + i128::try_from(span.took.as_nanos()).unwrap_or(0);
    let mut value = json!({
        "traceId": hex(&span.trace_id),
        "spanId": hex(&span.span_id),
        "name": format!("{} {}", span.method, span.route),
        "kind": KIND_SERVER,
        // 64-bit numbers are texts in OTLP's JSON.
        "startTimeUnixNano": began.to_string(),
        "endTimeUnixNano": ended.to_string(),
        "attributes": [
            text("http.request.method", span.method.as_str()),
            text("http.route", &span.route),
            text("url.scheme", "https"),
            { "key": "http.response.status_code", "value": { "intValue": span.status.to_string() } },
        ],
    });
    if let Some(parent) = span.parent {
        value["parentSpanId"] = json!(hex(&parent));
    }
    if span.status >= 500 {
        value["status"] = json!({ "code": STATUS_ERROR });
    }
    value
}

#[cfg(test)]
mod tests {
    use axum::routing::post;
    use axum::{Json, Router};
    use tokio::net::TcpListener;
    use world::World;

    use super::*;

    #[test]
    fn a_parent_is_read_as_the_standard_says() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let parent = traceparent(good).expect("valid");
        assert_eq!(hex(&parent.trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!((hex(&parent.span_id).as_str(), parent.is_sampled), ("00f067aa0ba902b7", true));
        for wrong in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e47é-00f067aa0ba902b7-01",
        ] {
            assert_eq!(traceparent(wrong), None, "{wrong}");
        }
    }

    /// What a collector gets for one request with these headers.
    async fn collected(traceparent: Option<&str>, status: u16) -> Option<Value> {
        let (tell, mut told) = mpsc::channel::<Value>(1);
        let take = post(move |Json(body): Json<Value>| {
            let tell = tell.clone();
            async move { tell.send(body).await.expect("the test waits") }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
        let collector = axum::serve(listener, Router::new().route("/v1/traces", take));
        let collector = tokio::spawn(collector.into_future());
        let settings = config::Otlp {
            endpoint: Some(config::CollectorAddress(endpoint)),
            service_name: "deck".to_owned(),
        };
        let (tracer, sending) = Tracer::start(&settings);
        let mut headers = HeaderMap::new();
        if let Some(text) = traceparent {
            headers.insert("traceparent", text.parse().expect("a header"));
        }
        let entropy = World::seeded(1, Timestamp::UNIX_EPOCH).entropy;
        let span = tracer.begin(&headers, &entropy, &Method::GET, "/a/{id}", Timestamp::UNIX_EPOCH);
        let expects_one = span.is_some();
        tracer.end(span, status, Duration::from_micros(5));
        drop(tracer);
        let body = if expects_one { told.recv().await } else { None };
        sending.expect("started").await.expect("ended in order");
        collector.abort();
        body
    }

    #[tokio::test]
    async fn a_request_becomes_a_span_below_its_callers() {
        let body = collected(Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), 503).await;
        let body = body.expect("sent");
        assert_eq!(body["resourceSpans"][0]["resource"]["attributes"][0]["value"]["stringValue"], "deck");
        let mut span = body["resourceSpans"][0]["scopeSpans"][0]["spans"][0].clone();
        assert_eq!(span["spanId"].as_str().map(str::len), Some(16));
        span["spanId"] = json!("new");
        insta::assert_snapshot!(span, @r#"{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"new","name":"GET /a/{id}","kind":2,"startTimeUnixNano":"0","endTimeUnixNano":"5000","attributes":[{"key":"http.request.method","value":{"stringValue":"GET"}},{"key":"http.route","value":{"stringValue":"/a/{id}"}},{"key":"url.scheme","value":{"stringValue":"https"}},{"key":"http.response.status_code","value":{"intValue":"503"}}],"parentSpanId":"00f067aa0ba902b7","status":{"code":2}}"#);
    }

    #[tokio::test]
    async fn a_caller_may_ask_for_no_trace() {
        assert_eq!(
            collected(Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"), 200).await,
            None
        );
        assert!(collected(None, 200).await.is_some());
    }

    #[test]
    fn without_a_collector_nothing_is_made() {
        let entropy = World::seeded(1, Timestamp::UNIX_EPOCH).entropy;
        let tracer = Tracer::default();
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(tracer.begin(&HeaderMap::new(), &entropy, &Method::GET, "/", now), None);
        assert_eq!(tracer.dropped(), 0);
    }
}
