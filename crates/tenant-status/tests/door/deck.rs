//! A tenant status with its doors, a clock that is set, and people of every role.

use std::pin::Pin;
use std::sync::Arc;

use api::{Authenticate, RequestHead, Unauthenticated};
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use identity::Seal;
use jiff::{SignedDuration, Timestamp};
use policy::{Assignment, Caller, Held, Kind, Scope, role};
use serde_json::Value;
use store::{Sql, SqlError, Store, TenantId, testkit};
use tenant_status::sync::Syncs;
use tenant_status::{
    Changes, FoundCaller, LastSnapshot, OwnThing, OwnThings, People, Server, TenantStatus, module,
};
use tower::ServiceExt as _;
use uuid::Uuid;
use world::World;

pub(crate) const TENANT: TenantId = TenantId(Uuid::from_u128(1));
pub(crate) const FOREIGN: TenantId = TenantId(Uuid::from_u128(2));
/// Someone who may change everything.
pub(crate) const ADMIN: &str = "Intune Administrator";
pub(crate) const READER: &str = "Read Only Operator";

const NOTICES: Sql = Sql::tenant(
    "select topic, state, severity, title_nl from notice where tenant_id = $1 order by raised_at, title_en, id",
);

const MAKE_TENANT: Sql = Sql::tenant(
    "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
     created_at) values ($1, 'Contoso', 'NL', 'Rotterdam', 'intune', 'active', 0)",
);

pub(crate) struct Newest;

impl LastSnapshot for Newest {
    fn date_key(&self, tenant: TenantId) -> Option<i32> {
        (tenant == TENANT).then_some(20_261_120)
    }
}

/// A key file that cannot open what another sealed.
pub(crate) struct OtherKey;

impl Seal for OtherKey {
    fn seal(&self, _: &str, secret: &[u8]) -> Vec<u8> {
        secret.iter().rev().copied().collect()
    }

    fn unseal(&self, _: &str, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

/// Turns every bit and puts the name in front: enough to see that what is kept is not what was given.
pub(crate) struct Glass;

impl Seal for Glass {
    fn seal(&self, name: &str, secret: &[u8]) -> Vec<u8> {
        name.bytes().chain(*b"|").chain(secret.iter().map(|byte| !byte)).collect()
    }

    fn unseal(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let rest = sealed.strip_prefix(name.as_bytes())?.strip_prefix(b"|")?;
        Some(rest.iter().map(|byte| !byte).collect())
    }
}

/// What a server tells of itself.
pub(crate) struct Own(pub(crate) Server, pub(crate) Vec<OwnThing>);

/// The first of the servers over the database.
pub(crate) fn first() -> Server {
    Server { id: Uuid::from_u128(51), name: "one".to_owned() }
}

impl OwnThings for Own {
    fn server(&self) -> &Server {
        &self.0
    }

    fn of(&self, _: TenantId) -> Pin<Box<dyn Future<Output = Result<Vec<OwnThing>, String>> + Send + '_>> {
        let things = self.1.clone();
        Box::pin(async move { Ok(things) })
    }
}

/// Whoever asks may read.
struct Everybody;

impl People for Everybody {
    fn caller(&self, tenant: TenantId, user: Uuid) -> FoundCaller<'_> {
        let kind = Kind::User {
            id: user,
            directory_roles: vec![policy::directory_role::INTUNE_ADMINISTRATOR],
            assignments: Vec::new(),
        };
        Box::pin(async move { Ok(Some(Caller { tenant: tenant.0, kind, delegated: None })) })
    }
}

/// A person with the role of this name, in the tenant the header names.
struct Person;

impl Authenticate for Person {
    fn caller(
        &self,
        head: RequestHead,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + '_>> {
        let header = |name| head.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let tenant = if header("x-tenant").as_deref() == Some("foreign") { FOREIGN } else { TENANT };
        let wanted = header("x-role");
        let held = role::built_in().iter().find(|role| Some(role.display_name) == wanted.as_deref());
        let assignments = held.map(|role| Assignment {
            id: Uuid::from_u128(3),
            held: Held::BuiltIn(role.id),
            scope: Scope::AllDevicesAndLicensedUsers,
        });
        let directory_roles = if wanted.as_deref() == Some(ADMIN) {
            vec![policy::directory_role::INTUNE_ADMINISTRATOR]
        } else {
            vec![]
        };
        let kind = Kind::User {
            id: Uuid::from_u128(9),
            directory_roles,
            assignments: assignments.into_iter().collect(),
        };
        Box::pin(async move { Ok(Caller { tenant: tenant.0, kind, delegated: None }) })
    }
}

#[derive(Clone)]
pub(crate) struct Deck {
    pub(crate) status: TenantStatus,
    tenant: &'static str,
}

impl Deck {
    pub(crate) fn new(store: &Store) -> Deck {
        let start: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let status = TenantStatus {
            store: store.clone(),
            world: World::seeded(1, start),
            version: "1.2.3",
            changelog: "## [1.2.3]\n### Added\n- A thing.\n",
            origin: "https://deck.example".into(),
            last_snapshot: Arc::new(Newest),
            seal: Arc::new(Glass),
            own: Arc::new(Own(first(), Vec::new())),
            people: Arc::new(Everybody),
            syncs: Syncs::default(),
            changes: Changes::default(),
        };
        Deck { status, tenant: "home" }
    }

    /// As people of this tenant ask.
    pub(crate) fn from(&self, tenant: &str) -> Deck {
        let tenant = if tenant == "foreign" { "foreign" } else { "home" };
        Deck { tenant, ..self.clone() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.status.world.clock.now()
    }

    pub(crate) fn wait(&self, by: SignedDuration) {
        assert!(self.status.world.clock.advance(by));
    }

    /// Lets everything that works by itself do what is due.
    pub(crate) async fn settle(&self) {
        let (works, ticks) = (tenant_status::works(&self.status), tenant_status::ticks(&self.status));
        let status = &self.status;
        let runner = jobs::Runner::new(status.store.clone(), status.world.clone(), "test", works, ticks);
        runner.settle().await.unwrap();
    }

    pub(crate) async fn get(&self, path: &str, role: &str) -> (StatusCode, Value) {
        self.ask(Method::GET, path, role, None).await
    }

    pub(crate) async fn post(&self, path: &str, role: &str, body: Value) -> (StatusCode, Value) {
        self.ask(Method::POST, path, role, Some(body)).await
    }

    /// Asks, and expects this status.
    pub(crate) async fn done(&self, method: Method, path: &str, body: Value, expected: u16) -> Value {
        let body = (!body.is_null()).then_some(body);
        let (status, answer) = self.ask(method, path, ADMIN, body).await;
        assert_eq!(status.as_u16(), expected, "{path}: {answer}");
        answer
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        role: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let (status, answer) = self.raw(method, path, role, ("application/json", bytes)).await;
        (status, serde_json::from_slice(&answer).unwrap_or(Value::Null))
    }

    pub(crate) async fn raw_stream(&self, path: &str, role: &str) -> Events {
        let router = api::router(module(&self.status).routes, Arc::new(Person));
        let request = Request::get(path).header("x-role", role).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        Events(response.into_body().into_data_stream())
    }

    pub(crate) async fn raw(
        &self,
        method: Method,
        path: &str,
        role: &str,
        (media_type, body): (&str, Vec<u8>),
    ) -> (StatusCode, Vec<u8>) {
        let router = api::router(module(&self.status).routes, Arc::new(Person));
        // `Intune Administrator/nl` reads Dutch.
        let (role, language) = role.split_once('/').unwrap_or((role, "en"));
        let request = Request::builder().method(method).uri(path).header("x-role", role);
        let request = request.header("accept-language", language);
        let request = request.header("x-tenant", self.tenant).header("content-type", media_type);
        let response = router.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = response.status();
        (status, response.into_body().collect().await.unwrap().to_bytes().to_vec())
    }
}

/// Runs `test` with a deck over each database.
pub(crate) fn check(test: impl AsyncFn(Deck)) {
    testkit::check(async |store| {
        store
            .write(TENANT, |tx| tx.exec(&MAKE_TENANT, &[]).map(drop))
            .await
            .unwrap_or_else(|e: SqlError| panic!("{e}"));
        test(Deck::new(&store)).await;
    });
}

/// Adds a connector and answers its address.
pub(crate) async fn add(deck: &Deck, ty: &str, body: Value) -> String {
    let path = format!("/api/tenantStatus/connectors/{ty}/instances");
    let made = deck.done(Method::POST, &path, body, 201).await;
    format!("{path}/{}", made["id"].as_str().unwrap())
}

/// What people were told: topic, state, severity.
pub(crate) async fn notices(deck: &Deck) -> Vec<String> {
    let read = deck.status.store.read(TENANT, |tx| {
        let rows = tx.rows(&NOTICES, &[])?;
        rows.iter()
            .map(|row| {
                Ok(format!("{} {} {}", row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?))
            })
            .collect::<Result<Vec<_>, SqlError>>()
    });
    read.await.unwrap()
}

/// Server-sent events as they come.
pub(crate) struct Events(axum::body::BodyDataStream);

impl Events {
    pub(crate) async fn next_event(&mut self) -> String {
        use futures_util::StreamExt as _;
        String::from_utf8(self.0.next().await.unwrap().unwrap().to_vec()).unwrap()
    }
}
