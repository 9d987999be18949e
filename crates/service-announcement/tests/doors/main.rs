//! The feature's doors from outside, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod actions;
mod import;
mod issues;
mod messages;
mod monitors;
mod readings;

use std::pin::Pin;
use std::sync::Arc;

use api::{Authenticate, RequestHead, Unauthenticated};
use axum::Router;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use policy::{Caller, Kind, directory_role};
use readings::SetReadings;
use serde_json::Value;
use service_announcement::job::releases::Release;
use service_announcement::watch::Watch;
use service_announcement::{ServiceAnnouncement, module};
use store::{Sql, SqlError, Store, TenantId, testkit};
use tower::ServiceExt as _;
use uuid::Uuid;
use world::World;

const HOME: TenantId = TenantId(Uuid::from_u128(1));
const FOREIGN: TenantId = TenantId(Uuid::from_u128(2));

const MAKE_TENANT: Sql = Sql::tenant(
    "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
     created_at) values ($1, 'T', 'NL', 'here', 'intune', 'active', 0)",
);
const MAKE_USER: Sql = Sql::tenant(
    "insert into directory_user (tenant_id, id, user_principal_name, user_principal_name_lower, display_name,
     account_enabled, is_simulated, created_at) values ($1, $2, $2, $2, $2, true, false, 0)",
);
const NOTICES: Sql = Sql::tenant(
    "select topic || ' ' || state || ' ' || severity || ' ' || title_nl from notice where tenant_id = $1
     order by raised_at, id",
);

/// People, by the header `x-test-person`.
const PEOPLE: [(&str, u128, Uuid); 6] = [
    ("admin", 10, directory_role::GLOBAL_ADMINISTRATOR),
    ("support", 11, directory_role::SERVICE_SUPPORT_ADMINISTRATOR),
    ("reader", 12, directory_role::MESSAGE_CENTER_READER),
    ("teams", 13, directory_role::TEAMS_COMMUNICATIONS_ADMINISTRATOR),
    ("intune", 14, directory_role::INTUNE_ADMINISTRATOR),
    ("foreigner", 15, directory_role::GLOBAL_ADMINISTRATOR),
];

struct Deck {
    router: Router,
    store: Store,
    world: World,
    feature: ServiceAnnouncement,
    readings: Arc<SetReadings>,
}

fn check(test: impl AsyncFn(Deck)) {
    testkit::check(async |store| {
        let world = World::seeded(8, "2026-11-20T12:00:00Z".parse().unwrap());
        for tenant in [HOME, FOREIGN] {
            let made = store.write(tenant, |tx| {
                tx.exec(&MAKE_TENANT, &[])?;
                for (_, id, _) in PEOPLE {
                    tx.exec(&MAKE_USER, &[Uuid::from_u128(id).into()])?;
                }
                Ok(())
            });
            made.await.unwrap_or_else(|error: SqlError| panic!("{error}"));
        }
        let readings = Arc::new(SetReadings::fine(&world));
        let feature = ServiceAnnouncement {
            store: store.clone(),
            world: world.clone(),
            origin: "https://deck.example".into(),
            watch: Watch::new(readings.clone()),
            facts: readings.clone(),
            client: client(&world),
            seal: Arc::new(Backwards),
            releases: [release("0.0.9", "2026-01-15"), release("0.1.0", "2026-11-20")].into(),
        };
        let router = api::router(module(&feature).routes, Arc::new(Doorkeeper));
        test(Deck { router, store, world, feature, readings }).await;
    });
}

/// A client that trusts nobody over TLS, and asks the doubles of this machine.
fn client(world: &World) -> outbound::Client {
    let nobody = rcgen::generate_simple_self_signed(["nobody.example".to_owned()]).unwrap();
    let settings = outbound::Settings {
        has_native_roots: false,
        extra_roots_pem: nobody.cert.pem().into_bytes(),
        allows_plain: true,
        ..outbound::Settings::default()
    };
    outbound::Client::open(&settings, world.clone()).unwrap()
}

/// Enough of a seal to see that one is used.
struct Backwards;

impl identity::Seal for Backwards {
    fn seal(&self, name: &str, secret: &[u8]) -> Vec<u8> {
        name.bytes().chain([0]).chain(secret.iter().rev().copied()).collect()
    }

    fn unseal(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let secret = sealed.strip_prefix(name.as_bytes())?.strip_prefix(&[0])?;
        Some(secret.iter().rev().copied().collect())
    }
}

fn release(version: &str, date: &str) -> Release {
    let sections = vec![("Added".to_owned(), vec![format!("All of {version}.")])];
    Release { version: version.to_owned(), date: date.parse().unwrap(), sections }
}

impl Deck {
    async fn ask(&self, who: &str, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path).header("x-test-person", who);
        if let Some((_, language)) = who.split_once('/') {
            request = request.header("accept-language", language);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| body.to_string().into());
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn get(&self, who: &str, path: &str) -> Value {
        let (status, body) = self.ask(who, Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    async fn post(&self, who: &str, path: &str, body: Value) -> (StatusCode, Value) {
        self.ask(who, Method::POST, path, Some(body)).await
    }

    async fn notices(&self) -> Vec<String> {
        let read = self.store.read(HOME, |tx| {
            tx.rows(&NOTICES, &[])?.iter().map(|row| row.get(0)).collect::<Result<_, SqlError>>()
        });
        read.await.unwrap()
    }

    async fn n_audited(&self) -> i64 {
        self.store.read(HOME, audit::count).await.unwrap()
    }
}

/// Everybody is who the header says, with the role of the list above.
struct Doorkeeper;

impl Authenticate for Doorkeeper {
    fn caller(
        &self,
        head: RequestHead,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + '_>> {
        let name = head.headers.get("x-test-person").unwrap().to_str().unwrap();
        let name = name.split('/').next().unwrap();
        let (_, id, role) = PEOPLE.into_iter().find(|(known, _, _)| *known == name).unwrap();
        let tenant = if name == "foreigner" { FOREIGN } else { HOME };
        let kind =
            Kind::User { id: Uuid::from_u128(id), directory_roles: vec![role], assignments: Vec::new() };
        Box::pin(async move { Ok(Caller { tenant: tenant.0, kind, delegated: None }) })
    }
}

#[test]
fn only_the_roles_of_the_page_get_in_and_others_learn_what_is_missing() {
    check(async |deck: Deck| {
        let root = "/graph/v1.0/admin/serviceAnnouncement";
        let issues = "Quarterdeck_ServiceHealth_Read";
        let messages = "Quarterdeck_MessageCenter_Read";
        for (who, path, missing) in [
            ("support", format!("{root}/issues"), None),
            ("support", format!("{root}/messages"), None),
            ("reader", format!("{root}/messages"), None),
            ("teams", format!("{root}/messages"), None),
            ("reader", format!("{root}/issues"), Some(issues)),
            ("reader", format!("{root}/healthOverviews"), Some(issues)),
            ("teams", "/api/tenantStatus/actionItems".to_owned(), Some(issues)),
            ("intune", format!("{root}/messages"), Some(messages)),
            ("intune", "/api/tenantStatus/actionItems".to_owned(), Some(issues)),
            ("admin", "/api/tenantStatus/actionItems".to_owned(), None),
        ] {
            let (status, body) = deck.ask(who, Method::GET, &path, None).await;
            let expected = if missing.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
            assert_eq!(status, expected, "{who} {path}: {body}");
            assert!(missing.is_none_or(|word| body.to_string().contains(word)), "{who} {path}: {body}");
        }
    });
}
