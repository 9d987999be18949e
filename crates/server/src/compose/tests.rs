//! Every route demands a permit, and says no before it does anything.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use api::{Authenticate, Door, RequestHead, Route, Unauthenticated};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use policy::{Caller, Kind};
use tower::ServiceExt as _;
use uuid::Uuid;
use world::World;

use super::{House, Site};
use crate::config::{Origin, Sources, load};

/// The doors that need no permit, and why. This list may only become shorter. The authorization server's protocol
/// endpoints (`/{tenant}/oauth2/…`, discovery, its pages), `/healthz`, `/readyz` and `/metrics` are not operations.
const OPEN: &[(&str, &str)] = &[
    ("GET", "/api/session/callback"),
    ("GET", "/api/session/sign-in"),
    ("GET", "/feeds/expiry/{token}/calendar.ics"),
    ("GET", "/feeds/expiry/{token}/rss.xml"),
    ("POST", "/agent/v1/enroll"),
    ("POST", "/api/heartbeat/{token}"),
];

/// What callers without any right may do: know who they are, sign out, read what is new.
const FOR_ANY_SIGNED_IN: &[&str] =
    &["/api/notifications/preferences", "/api/session", "/api/session/sign-out", "/api/whatsNew"];

/// Knows nobody, or a person without any right.
struct Stranger(Option<Caller>);

impl Authenticate for Stranger {
    fn caller(
        &self,
        _: RequestHead,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + '_>> {
        let answer = self.0.clone().ok_or_else(|| Unauthenticated {
            code: "unauthenticated",
            message: "Sign in first.".to_owned(),
            challenge: None,
            forbidden: false,
        });
        Box::pin(async move { answer })
    }
}

async fn house(folder: &std::path::Path) -> House {
    let config = load(&Sources::default()).expect("the defaults are valid");
    let origin = Origin::new("localhost", 443);
    let site = Site { config: &config, data_dir: folder, origin: &origin, authority_file: None };
    House::open(&site, &World::real()).await.expect("an empty folder can be opened")
}

fn nobody_special() -> Caller {
    let kind = Kind::User { id: Uuid::from_u128(9), directory_roles: Vec::new(), assignments: Vec::new() };
    Caller { tenant: Uuid::from_u128(1), kind, delegated: None }
}

/// Asks every guarded route as `caller` and answers what each said.
async fn ask_all(house: &House, caller: Option<Caller>) -> Vec<(String, StatusCode, String)> {
    let router = api::router(house.routes(), Arc::new(Stranger(caller)));
    let mut answers = Vec::new();
    for route in house.routes().iter().filter(|route| matches!(route.door, Door::Need(_))) {
        let path = concrete(route);
        let request = Request::builder().method(route.method.clone()).uri(&path).body(Body::empty());
        let response = router.clone().oneshot(request.expect("a valid request")).await.expect("infallible");
        let status = response.status();
        let body = response.into_body().collect().await.expect("a whole body").to_bytes();
        answers.push((route.path.to_owned(), status, String::from_utf8_lossy(&body).into_owned()));
    }
    answers
}

fn concrete(route: &Route) -> String {
    let segment = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
    route.path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn only_the_listed_doors_are_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let house = house(folder.path()).await;
    let mut open: Vec<(String, &str)> = house
        .routes()
        .iter()
        .filter(|route| matches!(route.door, Door::Open(_)))
        .map(|route| (route.method.to_string(), route.path))
        .collect();
    open.sort();
    let listed: Vec<(String, &str)> =
        OPEN.iter().map(|(method, path)| ((*method).to_owned(), *path)).collect();
    assert_eq!(open, listed);
    assert!(house.routes().len() > 40, "the routes were found");
}

#[tokio::test]
async fn nobody_gets_in_without_signing_in() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, status, body) in ask_all(&house(folder.path()).await, None).await {
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}: {body}");
        assert!(body.contains("Sign in first."), "{path}: {body}");
    }
}

#[tokio::test]
async fn a_person_without_rights_is_told_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, status, body) in ask_all(&house(folder.path()).await, Some(nobody_special())).await {
        if FOR_ANY_SIGNED_IN.contains(&path.as_str()) {
            assert_ne!(status, StatusCode::FORBIDDEN, "{path}: {body}");
            continue;
        }
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {body}");
        assert!(body.contains("missing"), "{path}: {body}");
    }
}

/// The committed document is what the routes say. `UPDATE_EXPECT=1` writes it.
#[tokio::test]
async fn the_committed_openapi_document_is_fresh() {
    let folder = tempfile::tempdir().expect("a folder");
    let document = api::openapi(&house(folder.path()).await.routes(), env!("CARGO_PKG_VERSION"));
    let fresh = format!("{}\n", serde_json::to_string_pretty(&document).expect("plain JSON"));
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, &fresh).expect("docs can be written");
    }
    let committed = std::fs::read_to_string(&file).expect("docs/openapi.json is there");
    assert!(
        committed == fresh,
        "docs/openapi.json is stale: run with UPDATE_EXPECT=1 and look at the difference"
    );
}
