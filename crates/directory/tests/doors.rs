//! The directory's doors from outside, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::pin::Pin;
use std::sync::Arc;

use api::{Authenticate, RequestHead, Unauthenticated};
use axum::Router;
use axum::body::Body;
use directory::setup::{NewSku, NewTenant, NewUser, sku, tenant, user};
use directory::{Directory, module};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use policy::{Caller, Kind, directory_role::GLOBAL_ADMINISTRATOR};
use serde_json::{Value, json};
use store::{SqlError, Store, TenantId, testkit};
use tower::ServiceExt as _;
use uuid::Uuid;
use world::World;

const HOME: TenantId = TenantId(Uuid::from_u128(1));
const FOREIGN: TenantId = TenantId(Uuid::from_u128(2));
const ANN: Uuid = Uuid::from_u128(10);

struct Deck {
    router: Router,
    store: Store,
}

fn check(test: impl AsyncFn(Deck)) {
    testkit::check(async |store| {
        let world = World::with_set_clock("2026-11-20T12:00:00Z".parse().unwrap());
        for (id, name) in [(HOME, "home"), (FOREIGN, "foreign")] {
            let world = world.clone();
            store
                .write(id, move |tx| fill(tx, &world, name))
                .await
                .unwrap_or_else(|e: SqlError| panic!("{e}"));
        }
        let directory = Directory {
            store: store.clone(),
            world,
            origin: "https://deck.example".into(),
            leaving: std::sync::Arc::new(()),
        };
        let router = api::router(module(&directory).routes, Arc::new(Administrator));
        test(Deck { router, store }).await;
    });
}

fn fill(tx: &mut store::Tx<'_, '_>, world: &World, name: &str) -> Result<(), SqlError> {
    let (display_name, domain) = (name.to_owned(), format!("{name}.example"));
    let location = "here".to_owned();
    tenant(tx, world, &NewTenant { display_name, domain, country_letter_code: "NL".to_owned(), location })?;
    for (n, who) in [(0, "ann"), (1, "bob")] {
        let new = NewUser {
            id: Uuid::from_u128(ANN.as_u128() + n),
            user_principal_name: format!("{who}@{name}.example"),
            display_name: who.to_owned(),
            given_name: None,
            surname: None,
            is_simulated: false,
        };
        user(tx, world, &new, world.clock.now())?;
    }
    for (n, units) in [(1_u128, 1), (2, 5), (3, 5)] {
        let new = NewSku {
            id: Uuid::from_u128(100 + n),
            part_number: format!("SKU_{n}"),
            display_name: format!("Product {n}"),
            includes_device_management: true,
            enabled_units: units,
        };
        sku(tx, world, &new)?;
    }
    Ok(())
}

impl Deck {
    async fn ask(&self, who: &str, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path).header("x-test-tenant", who);
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| body.to_string().into());
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.ask("home", Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.ask("home", Method::POST, path, Some(body)).await
    }

    async fn n_audited(&self) -> i64 {
        self.store.read(HOME, audit::count).await.unwrap()
    }
}

/// Every caller is an administrator of the tenant that a header names.
struct Administrator;

impl Authenticate for Administrator {
    fn caller(
        &self,
        head: RequestHead,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + '_>> {
        let home = head.headers.get("x-test-tenant").is_some_and(|tenant| tenant == "home");
        let tenant = if home { HOME } else { FOREIGN };
        let kind =
            Kind::User { id: ANN, directory_roles: vec![GLOBAL_ADMINISTRATOR], assignments: Vec::new() };
        Box::pin(async move { Ok(Caller { tenant: tenant.0, kind, delegated: None }) })
    }
}

#[test]
fn the_tenant_and_its_people_are_told_in_graphs_names() {
    check(async |deck: Deck| {
        let organization = deck.get("/graph/v1.0/organization").await.1;
        assert_eq!(organization["value"][0]["displayName"], "home");
        assert_eq!(organization["value"][0]["verifiedDomains"][0]["name"], "home.example");
        let users = deck.get("/graph/v1.0/users?$orderby=displayName%20desc&$count=true").await.1;
        assert_eq!(
            (users["@odata.count"].as_i64(), users["value"][0]["displayName"].as_str()),
            (Some(2), Some("bob"))
        );
        for name in ["ANN@home.example", &ANN.to_string()] {
            let (status, body) = deck.get(&format!("/graph/v1.0/users/{name}")).await;
            assert_eq!((status, body["displayName"].as_str()), (StatusCode::OK, Some("ann")), "{body}");
        }
        assert_eq!(deck.get("/graph/v1.0/users/nobody").await.0, StatusCode::NOT_FOUND);
        let (status, body) = deck.get("/graph/v1.0/users?$filter=displayNme%20eq%20'a'").await;
        assert_eq!(
            (status, body["error"]["target"].as_str()),
            (StatusCode::BAD_REQUEST, Some("$filter")),
            "{body}"
        );
    });
}

#[test]
fn licences_are_given_until_they_are_used_up() {
    check(async |deck: Deck| {
        let sku = |n: u128| json!({ "skuId": Uuid::from_u128(100 + n) });
        let path = |who: &str| format!("/graph/v1.0/users/{who}@home.example/assignLicense");
        let all = json!({ "addLicenses": [sku(1), sku(2), sku(3)], "removeLicenses": [] });
        let (status, body) = deck.post(&path("ann"), all.clone()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(body["assignedLicenses"].as_array().map(Vec::len), Some(3));
        let before = deck.n_audited().await;
        let (status, body) = deck.post(&path("bob"), all).await;
        assert_eq!(status, StatusCode::CONFLICT, "{body}");
        let bob = deck.get("/graph/v1.0/users/bob@home.example").await.1;
        assert_eq!(bob["assignedLicenses"], json!([]), "nothing of the refused change is kept");
        assert_eq!(deck.n_audited().await, before);
        let (status, _) = deck.post(&path("ann"), json!({ "removeLicenses": [Uuid::from_u128(101)] })).await;
        assert_eq!(status, StatusCode::OK);
        let skus = deck.get("/graph/v1.0/subscribedSkus").await.1;
        assert_eq!(skus["value"][0]["consumedUnits"], 0);
        for (body, target) in [
            (json!({}), None),
            (json!({ "addLicenses": [{ "skuId": Uuid::from_u128(999) }] }), Some("addLicenses")),
            (json!({ "addLicenses": [{ "skuId": "x" }] }), Some("addLicenses[0].skuId")),
            (json!({ "add": [] }), Some("add")),
        ] {
            let (status, answer) = deck.post(&path("ann"), body).await;
            assert_eq!(
                (status, answer["error"]["target"].as_str()),
                (StatusCode::BAD_REQUEST, target),
                "{answer}"
            );
        }
    });
}

#[test]
fn an_apps_secret_is_shown_once() {
    check(async |deck: Deck| {
        let new = json!({ "displayName": "Reports", "permissions": ["get_data_warehouse"] });
        let (status, app) = deck.post("/api/applications", new).await;
        assert_eq!(status, StatusCode::CREATED, "{app}");
        let passwords = format!("/api/applications/{}/passwords", app["id"].as_str().unwrap());
        let password = json!({ "displayName": "first", "validForDays": 30 });
        let (status, made) = deck.post(&passwords, password.clone()).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let secret = made["secretText"].as_str().unwrap().to_owned();
        let listed = deck.get("/api/applications").await.1.to_string();
        assert!(!listed.contains(&secret) && listed.contains("get_data_warehouse"), "{listed}");
        let audited = deck.get("/api/auditEvents?$top=50").await.1.to_string();
        assert!(!audited.contains(&secret) && audited.contains("Add application secret"), "{audited}");
        deck.post(&passwords, password.clone()).await;
        assert_eq!(deck.post(&passwords, password).await.0, StatusCode::CONFLICT, "two are enough");
        let one = format!("{passwords}/{}", made["keyId"].as_str().unwrap());
        assert_eq!(deck.ask("foreign", Method::DELETE, &one, None).await.0, StatusCode::NOT_FOUND);
        assert_eq!(deck.ask("home", Method::DELETE, &one, None).await.0, StatusCode::NO_CONTENT);
        assert_eq!(deck.ask("home", Method::DELETE, &one, None).await.0, StatusCode::NOT_FOUND);
    });
}

#[test]
fn wrong_app_registrations_are_refused_in_words() {
    check(async |deck: Deck| {
        let before = deck.n_audited().await;
        for (body, target) in [
            (json!({ "displayName": "" }), "displayName"),
            (json!({ "displayName": "a", "permissions": ["everything"] }), "permissions"),
            (json!({ "displayName": "a", "secret": "x" }), "secret"),
        ] {
            let (status, answer) = deck.post("/api/applications", body).await;
            assert_eq!(
                (status, answer["target"].as_str()),
                (StatusCode::BAD_REQUEST, Some(target)),
                "{answer}"
            );
        }
        assert_eq!(deck.get("/api/applications").await.1["value"], json!([]));
        assert_eq!(deck.n_audited().await, before, "nothing was half-written");
    });
}

#[test]
fn audit_events_are_paged_to_the_end() {
    check(async |deck: Deck| {
        let total = deck.n_audited().await;
        let (mut path, mut n_seen) = ("/api/auditEvents?$top=2".to_owned(), 0);
        loop {
            let page = deck.get(&path).await.1;
            assert_eq!(page["@odata.count"], total);
            n_seen += i64::try_from(page["value"].as_array().unwrap().len()).unwrap();
            let Some(next) = page["@odata.nextLink"].as_str() else { break };
            path = next.strip_prefix("https://deck.example").unwrap().to_owned();
        }
        assert_eq!(n_seen, total);
        assert_eq!(deck.get("/api/auditEvents?$top=0").await.0, StatusCode::BAD_REQUEST);
        assert_eq!(deck.get("/api/auditEvents?$filter=a").await.0, StatusCode::NOT_IMPLEMENTED);
    });
}
