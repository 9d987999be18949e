//! Provisioning from outside, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::pin::Pin;
use std::sync::Arc;

use api::{Authenticate, RequestHead, Unauthenticated};
use axum::Router;
use axum::body::Body;
use directory::setup::{NewSku, NewTenant, NewUser, role_member, sku, tenant, user};
use directory::{Directory, module};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use policy::directory_role::GLOBAL_ADMINISTRATOR;
use policy::{Caller, Kind};
use serde_json::{Value, json};
use store::{SqlError, Store, TenantId, testkit};
use tower::ServiceExt as _;
use uuid::Uuid;
use world::World;

const HOME: TenantId = TenantId(Uuid::from_u128(1));
const FOREIGN: TenantId = TenantId(Uuid::from_u128(2));
const ANN: Uuid = Uuid::from_u128(10);
const SKU: Uuid = Uuid::from_u128(50);
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

struct Deck {
    router: Router,
    store: Store,
    world: World,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn id(&self) -> &str {
        self.body["id"].as_str().unwrap_or_else(|| panic!("{}", self.body))
    }

    /// Status and `scimType`.
    fn refusal(&self) -> (u16, &str) {
        assert_eq!(self.headers["content-type"], "application/scim+json", "{}", self.body);
        assert_eq!(self.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        assert_eq!(self.body["status"], self.status.as_u16().to_string());
        (self.status.as_u16(), self.body["scimType"].as_str().unwrap_or(""))
    }
}

fn check(test: impl AsyncFn(Deck)) {
    testkit::check(async |store| {
        let world = World::with_set_clock("2026-11-21T12:00:00Z".parse().unwrap());
        for (id, name) in [(HOME, "home"), (FOREIGN, "foreign")] {
            let world = world.clone();
            let filled = store.write(id, move |tx| fill(tx, &world, name)).await;
            filled.unwrap_or_else(|e: SqlError| panic!("{e}"));
        }
        let origin = "https://deck.example".into();
        let directory = Directory {
            store: store.clone(),
            world: world.clone(),
            origin,
            leaving: std::sync::Arc::new(()),
        };
        let router = api::router(module(&directory).routes, Arc::new(Provisioner));
        test(Deck { router, store, world }).await;
    });
}

fn fill(tx: &mut store::Tx<'_, '_>, world: &World, name: &str) -> Result<(), SqlError> {
    let (display_name, domain) = (name.to_owned(), format!("{name}.example"));
    let location = "here".to_owned();
    tenant(tx, world, &NewTenant { display_name, domain, country_letter_code: "NL".to_owned(), location })?;
    let ann = NewUser {
        id: ANN,
        user_principal_name: format!("Ann@{name}.example"),
        display_name: "Ann".to_owned(),
        given_name: Some("Ann".to_owned()),
        surname: None,
        is_simulated: false,
    };
    user(tx, world, &ann, world.clock.now())?;
    role_member(tx, world, GLOBAL_ADMINISTRATOR, ANN)?;
    let licences = NewSku {
        id: SKU,
        part_number: "SKU".to_owned(),
        display_name: "Product".to_owned(),
        includes_device_management: true,
        enabled_units: 5,
    };
    sku(tx, world, &licences)
}

/// An app that may provision; one of the other tenant, or one without rights, when a header says so.
struct Provisioner;

impl Authenticate for Provisioner {
    fn caller(
        &self,
        head: RequestHead,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + '_>> {
        let is = |name: &str| head.headers.get("x-test").is_some_and(|value| value == name);
        let tenant = if is("foreign") { FOREIGN } else { HOME };
        let role = if is("reader") { "Directory.Read.All" } else { "Directory.ReadWrite.All" };
        let kind = Kind::App { client_id: Uuid::from_u128(99), app_roles: vec![role.to_owned()] };
        Box::pin(async move { Ok(Caller { tenant: tenant.0, kind, delegated: None }) })
    }
}

impl Deck {
    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
        if body.is_some() {
            request = request.header("content-type", "application/scim+json; charset=utf-8");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| body.to_string().into());
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, &[], Some(body)).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, &[], Some(body)).await
    }

    async fn patch(&self, path: &str, operations: Value) -> Answer {
        let body =
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        self.ask(Method::PATCH, path, &[], Some(body)).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, &[], None).await
    }

    async fn n_audited(&self) -> i64 {
        self.store.read(HOME, audit::count).await.unwrap()
    }
}

fn bob() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": "E-7",
        "userName": "Bob@home.example",
        "name": { "givenName": "Bob", "familyName": "Jansen" },
        "title": "Engineer",
        "emails": [{ "value": "b@home.example", "type": "home" }, { "value": "bob@home.example", "primary": true }],
        ENTERPRISE: { "department": "Sales", "manager": { "value": ANN } },
    })
}

#[test]
fn a_user_is_made_read_replaced_changed_and_deleted() {
    check(async |deck: Deck| {
        let made = deck.post("/Users", bob()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let path = format!("/Users/{}", made.id());
        assert_eq!(made.headers["location"], format!("https://deck.example/scim/v2{path}"));
        assert_eq!(made.body["meta"]["version"], made.headers["etag"].to_str().unwrap());
        assert_eq!((&made.body["active"], &made.body["title"]), (&json!(true), &json!("Engineer")));
        assert_eq!(
            made.body[ENTERPRISE]["manager"]["$ref"],
            format!("https://deck.example/scim/v2/Users/{ANN}")
        );
        assert_eq!(deck.get(&path).await.body, made.body);
        deck.world.clock.advance(SignedDuration::from_secs(60));
        let changed =
            deck.patch(&path, json!([{ "op": "Replace", "path": "active", "value": "False" }])).await;
        assert_eq!((changed.status, &changed.body["active"]), (StatusCode::OK, &json!(false)));
        assert_ne!(changed.body["meta"]["version"], made.body["meta"]["version"]);
        assert_eq!(changed.body["meta"]["lastModified"], "2026-11-21T12:01:00Z");
        let replaced =
            json!({ "schemas": [USER], "userName": "robert@home.example", "displayName": "Robert" });
        let replaced = deck.put(&path, replaced).await;
        assert_eq!(replaced.body["active"], false, "silence lets nobody in again");
        let unsaid = deck.patch(&path, json!([{ "op": "remove", "path": "active" }])).await;
        assert_eq!(unsaid.body["active"], Value::Null);
        for gone in ["title", "emails", "name", "externalId", ENTERPRISE] {
            assert_eq!(replaced.body[gone], Value::Null, "{gone}");
        }
        let graph =
            Request::builder().uri("/graph/v1.0/users/robert@home.example").body(Body::empty()).unwrap();
        let graph = deck.router.clone().oneshot(graph).await.unwrap().into_body().collect().await.unwrap();
        let graph: Value = serde_json::from_slice(&graph.to_bytes()).unwrap();
        assert_eq!((&graph["displayName"], &graph["accountEnabled"]), (&json!("Robert"), &json!(false)));
        assert_eq!(deck.delete(&path).await.status, StatusCode::NO_CONTENT);
        for answer in [deck.get(&path).await, deck.delete(&path).await] {
            assert_eq!(answer.refusal(), (404, ""));
        }
        let again = deck.post("/Users", bob()).await;
        assert_eq!(again.status, StatusCode::CREATED, "the name is free again: {}", again.body);
    });
}

#[test]
fn what_is_deleted_gives_back_what_it_had() {
    check(async |deck: Deck| {
        let made = deck.post("/Users", bob()).await;
        let id: Uuid = made.id().parse().unwrap();
        let world = deck.world.clone();
        let given = deck.store.write(HOME, move |tx| {
            directory::setup::set_licence(tx, &world, (id, SKU), true, world.clock.now())
        });
        assert!(given.await.unwrap());
        let group = json!({ "schemas": [GROUP], "displayName": "Sales", "members": [{ "value": id }] });
        let group = deck.post("/Groups", group).await;
        assert_eq!(deck.delete(&format!("/Users/{id}")).await.status, StatusCode::NO_CONTENT);
        let group = deck.get(&format!("/Groups/{}", group.id())).await;
        assert_eq!((group.status, &group.body["members"]), (StatusCode::OK, &Value::Null));
        let skus = Request::builder().uri("/graph/v1.0/subscribedSkus").body(Body::empty()).unwrap();
        let skus = deck.router.clone().oneshot(skus).await.unwrap().into_body().collect().await.unwrap();
        let skus: Value = serde_json::from_slice(&skus.to_bytes()).unwrap();
        assert_eq!(skus["value"][0]["consumedUnits"], 0, "{skus}");
    });
}

#[test]
fn groups_have_users_as_members() {
    check(async |deck: Deck| {
        let bob = deck.post("/Users", bob()).await.id().to_owned();
        let group = json!({ "schemas": [GROUP], "displayName": "Sales", "externalId": "G", "members": [{ "value": bob }] });
        let made = deck.post("/Groups", group).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(made.body["members"][0]["$ref"], format!("https://deck.example/scim/v2/Users/{bob}"));
        let path = format!("/Groups/{}", made.id());
        let member = deck.get(&format!("/Users/{bob}")).await;
        assert_eq!(member.body["groups"][0]["display"], "Sales", "{}", member.body);
        let found = deck.get(&format!("/Users?filter=groups.value%20eq%20%22{}%22", made.id())).await;
        assert_eq!(found.body["totalResults"], 1, "{}", found.body);
        let added =
            deck.patch(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": ANN }] }])).await;
        assert_eq!(added.body["members"].as_array().map(Vec::len), Some(2), "{}", added.body);
        let before = deck.n_audited().await;
        let same =
            deck.patch(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": ANN }] }])).await;
        assert_eq!((same.status, deck.n_audited().await), (StatusCode::OK, before), "nothing changed");
        let gone = format!("members[value eq \"{bob}\"]");
        let left = deck.patch(&path, json!([{ "op": "remove", "path": gone }])).await;
        assert_eq!(left.body["members"].as_array().map(Vec::len), Some(1));
        let unknown =
            json!([{ "op": "add", "path": "members", "value": [{ "value": Uuid::from_u128(77) }] }]);
        assert_eq!(deck.patch(&path, unknown).await.refusal(), (400, "invalidValue"));
        let short = deck.get(&format!("{path}?excludedAttributes=members")).await;
        assert_eq!(short.body["members"], Value::Null);
        let filter = "/Groups?filter=displayName%20eq%20%22SALES%22&attributes=displayName";
        let found = deck.get(filter).await.body;
        assert_eq!((&found["totalResults"], &found["Resources"][0]["meta"]), (&json!(1), &Value::Null));
        assert_eq!(deck.delete(&path).await.status, StatusCode::NO_CONTENT);
        assert_eq!(deck.get(&format!("/Users/{bob}")).await.body["groups"], Value::Null);
    });
}

#[test]
fn lists_are_filtered_sorted_and_paged() {
    check(async |deck: Deck| {
        for n in 0..5 {
            let new = json!({ "schemas": [USER], "userName": format!("u{n}@home.example"), "externalId": format!("x{n}"),
                "title": if n % 2 == 0 { "even" } else { "odd" } });
            assert_eq!(deck.post("/Users", new).await.status, StatusCode::CREATED);
        }
        for (query, total, names) in [
            ("", 6, None),
            ("filter=userName%20eq%20%22U3%40HOME.example%22", 1, Some(&["u3@home.example"][..])),
            ("filter=externalId%20eq%20%22x3%22", 1, Some(&["u3@home.example"])),
            ("filter=externalId%20eq%20%22X3%22", 0, Some(&[])),
            (
                "filter=title%20eq%20%22odd%22&sortBy=userName&sortOrder=descending",
                2,
                Some(&["u3@home.example", "u1@home.example"]),
            ),
            ("sortBy=title&startIndex=3&count=2", 6, None),
            (
                "filter=title%20pr&sortBy=userName&startIndex=4&count=2",
                5,
                Some(&["u3@home.example", "u4@home.example"]),
            ),
            ("filter=title%20pr%20and%20not%20(title%20sw%20%22e%22)&count=0", 2, Some(&[])),
            ("filter=meta.created%20gt%20%222030-01-01T00:00:00Z%22", 0, Some(&[])),
        ] {
            let found = deck.get(&format!("/Users?{query}")).await.body;
            assert_eq!(found["totalResults"], total, "{query}: {found}");
            let listed = found["Resources"].as_array().unwrap();
            assert_eq!(found["itemsPerPage"], listed.len());
            if let Some(names) = names {
                let found: Vec<_> = listed.iter().map(|user| user["userName"].as_str().unwrap()).collect();
                assert_eq!(found, names, "{query}");
            }
        }
        let (mut start, mut seen) = (1, std::collections::BTreeSet::new());
        while seen.len() < 6 {
            let page = deck.get(&format!("/Users?startIndex={start}&count=4")).await.body;
            for user in page["Resources"].as_array().unwrap() {
                assert!(seen.insert(user["id"].as_str().unwrap().to_owned()), "once each");
            }
            start += 4;
        }
        let search = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
            "filter": "title eq \"odd\"", "attributes": ["userName"], "count": 1 });
        let found = deck.post(&format!("{}/.search", "/Users"), search).await.body;
        assert_eq!((&found["totalResults"], &found["itemsPerPage"]), (&json!(2), &json!(1)), "{found}");
        let group = json!({ "schemas": [GROUP], "displayName": "All" });
        deck.post("/Groups", group).await;
        for (start, count, n_shown) in [(1, 100, 7), (6, 2, 2), (7, 5, 1), (8, 5, 0)] {
            let search = json!({ "startIndex": start, "count": count });
            let found = deck.post("/.search", search).await.body;
            assert_eq!(
                (&found["totalResults"], &found["itemsPerPage"]),
                (&json!(7), &json!(n_shown)),
                "{found}"
            );
        }
        let found = deck.post("/.search", json!({ "filter": "userName sw \"u\"" })).await.body;
        assert_eq!(found["totalResults"], 5, "groups have no user names");
        assert_eq!(deck.get("/Users?filter=shoeSize%20eq%207").await.refusal(), (400, "invalidFilter"));
    });
}

#[test]
fn a_change_of_something_unseen_is_refused() {
    check(async |deck: Deck| {
        let made = deck.post("/Users", bob()).await;
        let (path, tag) =
            (format!("/Users/{}", made.id()), made.headers["etag"].to_str().unwrap().to_owned());
        let read = deck.ask(Method::GET, &path, &[("if-none-match", &tag)], None).await;
        assert_eq!((read.status, read.body), (StatusCode::NOT_MODIFIED, Value::Null));
        deck.patch(&path, json!([{ "op": "replace", "path": "title", "value": "Boss" }])).await;
        let late = [("if-match", tag.as_str())];
        let put = deck.ask(Method::PUT, &path, &late, Some(bob())).await;
        assert_eq!(put.refusal(), (412, ""));
        assert_eq!(deck.ask(Method::DELETE, &path, &late, None).await.refusal(), (412, ""));
        let now = deck.get(&path).await;
        assert_eq!(now.body["title"], "Boss");
        let tag = now.headers["etag"].to_str().unwrap();
        let put = deck.ask(Method::PUT, &path, &[("if-match", tag)], Some(bob())).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        assert_eq!(
            deck.ask(Method::DELETE, &path, &[("if-match", "*")], None).await.status,
            StatusCode::NO_CONTENT
        );
    });
}

#[test]
fn wrong_input_changes_nothing() {
    check(async |deck: Deck| {
        let made = deck.post("/Users", bob()).await;
        let path = format!("/Users/{}", made.id());
        let before = deck.n_audited().await;
        for (body, refusal) in [
            (json!({ "schemas": [USER] }), (400, "invalidValue")),
            (json!({ "schemas": [USER], "userName": " " }), (400, "invalidValue")),
            (json!({ "schemas": [USER], "userName": "a\nb" }), (400, "invalidValue")),
            (json!({ "userName": "x@home.example" }), (400, "invalidSyntax")),
            (json!({ "schemas": [USER], "userName": "ANN@home.example" }), (409, "uniqueness")),
            (
                json!({ "schemas": [USER], "userName": "x@home.example", "active": "perhaps" }),
                (400, "invalidValue"),
            ),
        ] {
            assert_eq!(deck.post("/Users", body.clone()).await.refusal(), refusal, "{body}");
            assert_eq!(deck.put(&path, body.clone()).await.refusal(), refusal, "{body}");
        }
        let half = json!([{ "op": "replace", "path": "title", "value": "x" }, { "op": "remove", "path": "userName" }]);
        assert_eq!(deck.patch(&path, half).await.refusal(), (400, "mutability"));
        let request =
            Request::builder().method(Method::POST).uri("/scim/v2/Users").header("content-type", "text/xml");
        let response = deck.router.clone().oneshot(request.body(Body::from("<a/>")).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(deck.get(&path).await.body, made.body);
        assert_eq!(deck.n_audited().await, before, "nothing was half-written");
    });
}

#[test]
fn nobody_locks_everybody_out_or_reaches_further() {
    check(async |deck: Deck| {
        let ann = format!("/Users/{ANN}");
        assert_eq!(deck.delete(&ann).await.refusal(), (409, ""));
        let off = json!([{ "op": "replace", "path": "active", "value": false }]);
        assert_eq!(deck.patch(&ann, off).await.refusal(), (409, ""));
        let bob = deck.post("/Users", bob()).await.id().to_owned();
        let foreign = deck.ask(Method::GET, &format!("/Users/{bob}"), &[("x-test", "foreign")], None).await;
        assert_eq!(foreign.refusal(), (404, ""));
        let refused = deck.ask(Method::DELETE, &format!("/Users/{bob}"), &[("x-test", "reader")], None).await;
        assert_eq!(refused.refusal(), (403, ""));
        assert!(refused.body.to_string().contains("ReadWrite.All"), "{}", refused.body);
        assert_eq!(deck.get("/Me").await.refusal(), (501, ""));
    });
}

#[test]
fn the_last_call_is_told() {
    check(async |deck: Deck| {
        let last = async || deck.store.read(HOME, directory::scim::last_call).await.unwrap();
        assert_eq!(last().await, None);
        for seconds in [0, 10, 60] {
            deck.world.clock.advance(SignedDuration::from_secs(seconds));
            deck.get("/Users").await;
        }
        assert_eq!(last().await, Some(deck.world.clock.now()));
        deck.world.clock.advance(SignedDuration::from_secs(1));
        deck.post("/Users", bob()).await;
        assert_eq!(last().await, Some(deck.world.clock.now()), "a write tells it at once");
        let foreign = deck.store.read(FOREIGN, directory::scim::last_call).await.unwrap();
        assert_eq!(foreign, None);
    });
}

#[test]
fn schemas_tell_what_is_kept() {
    check(async |deck: Deck| {
        for path in ["/ServiceProviderConfig", "/ResourceTypes/User", &format!("/Schemas/{ENTERPRISE}")] {
            let found = deck.get(path).await;
            assert_eq!(found.status, StatusCode::OK, "{path}");
            assert_eq!(found.body["meta"]["location"], format!("https://deck.example/scim/v2{path}"));
        }
        assert_eq!(deck.get("/Schemas").await.body["totalResults"], 3);
        assert_eq!(deck.get("/ResourceTypes").await.body["totalResults"], 2);
        assert_eq!(deck.get("/Schemas?filter=id%20pr").await.refusal(), (403, ""));
        assert_eq!(deck.get("/Schemas/none").await.refusal(), (404, ""));
    });
}
