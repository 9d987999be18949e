//! What the layers do to requests and answers.

use axum::body::{Bytes, to_bytes};
use axum::routing::{get, post};
use jiff::Timestamp;
use tower::ServiceExt as _;

use super::*;
use crate::config::{Sources, load};

struct Answer {
    status: u16,
    headers: axum::http::HeaderMap,
    text: String,
}

async fn check(origin: &str, request: Request) -> Answer {
    let ten = ("QUARTERDECK_SERVER__BODY_BYTES_MAX".to_owned(), "10".to_owned());
    let sources = Sources { environment: vec![ten], ..Sources::default() };
    let config = load(&sources).expect("valid");
    let router = Router::new()
        .route("/fine", get(|| async { "fine" }))
        .route("/own", get(|| async { ([("x-frame-options", "SAMEORIGIN")], "own") }))
        .route("/length", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/api/panic", get(panics))
        .route("/slow", get(std::future::pending::<()>));
    let metrics = Metrics::new(Timestamp::UNIX_EPOCH);
    let origin = Origin::new(origin, 443);
    let world = World::seeded(1, Timestamp::UNIX_EPOCH);
    let around = Around::new(&config, &origin, world, metrics, Tracer::default());
    let app = Around { request_timeout: Duration::ZERO, ..around }.wrap(router);
    let answer = app.oneshot(request).await.expect("infallible");
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, 10_000).await.expect("a body");
    let text = String::from_utf8(body.to_vec()).expect("text");
    Answer { status: parts.status.as_u16(), headers: parts.headers, text }
}

async fn panics() -> &'static str {
    panic!("on purpose")
}

fn get_of(path: &str) -> Request {
    Request::get(path).body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn every_answer_has_safe_headers_and_an_id() {
    let answer = check("localhost", get_of("/fine")).await;
    assert_eq!(answer.text, "fine");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    assert_eq!(answer.headers["request-id"].len(), 36);
    assert!(!answer.headers.contains_key("strict-transport-security"));
    let missing = check("deck.contoso.com", get_of("/missing")).await;
    assert_eq!(missing.status, 404);
    assert!(missing.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn a_handlers_own_header_stays() {
    assert_eq!(check("localhost", get_of("/own")).await.headers["x-frame-options"], "SAMEORIGIN");
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let answer = check("localhost", get_of("/api/panic")).await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert!(!answer.text.contains("on purpose"), "{}", answer.text);
}

#[tokio::test]
async fn a_handler_that_takes_too_long_is_given_up() {
    let answer = check("localhost", get_of("/slow")).await;
    assert_eq!((answer.status, &answer.headers["retry-after"]), (503, &HeaderValue::from_static("60")));
}

#[tokio::test]
async fn bodies_are_held_to_their_size_with_and_without_a_length() {
    let post = |body: Body| Request::post("/length").body(body).expect("a request");
    assert_eq!(check("localhost", post(Body::from(vec![b'x'; 10]))).await.text, "10");
    let answer = check("localhost", post(Body::from(vec![b'x'; 11]))).await;
    assert_eq!(answer.status, 413);
    assert!(answer.text.contains("send at most 10 bytes"), "{}", answer.text);
    let parts = futures_util::stream::iter((0..11).map(|_| Ok::<_, std::io::Error>("x")));
    assert_eq!(check("localhost", post(Body::from_stream(parts))).await.status, 413);
}
