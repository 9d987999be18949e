//! A running authorization server with two tenants, some people and a browser that keeps cookies.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use audit::Actor;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http_body_util::BodyExt as _;
use identity::applications::{self, ApplicationIds, NewApplication, NewPassword, Permission, PermissionKind};
use identity::redirect::{Platform, RedirectUri};
use identity::{Identity, IdentityConfig, Origin, Resource};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sql::{Sql, SqlError};
use store::{Store, TenantId, testkit};
use tower::ServiceExt as _;
use uuid::Uuid;
use world::World;

pub(crate) const TENANT: TenantId = TenantId(Uuid::from_u128(0xaaaa_0000_0000_4000_8000_0000_0000_0001));
pub(crate) const OTHER: TenantId = TenantId(Uuid::from_u128(0xbbbb_0000_0000_4000_8000_0000_0000_0002));
pub(crate) const ADA: Uuid = Uuid::from_u128(0xadaa);
pub(crate) const PASSWORD: &str = "analytical engines hum";
pub(crate) const CALLBACK: &str = "https://app.example/cb";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const WAREHOUSE: &str = "https://api.manage.microsoft.com/";

const MAKE_TENANT: Sql = Sql::tenant(
    "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
     created_at) values ($1, 'Deck', 'NL', 'Utrecht', 'intune', 'active', $2)",
);
const MAKE_DOMAIN: Sql =
    Sql::tenant("insert into tenant_domain (tenant_id, name, is_default) values ($1, $2, true)");
const MAKE_USER: Sql = Sql::tenant(
    "insert into directory_user (tenant_id, id, user_principal_name, user_principal_name_lower, mail, display_name,
     given_name, surname, account_enabled, is_simulated, created_at)
     values ($1, $2, $3, $4, null, 'Ada Lovelace', 'Ada', 'Lovelace', true, false, 0)",
);
const MAKE_ROLE: Sql = Sql::tenant(
    "insert into directory_role_member (tenant_id, role_template_id, user_id)
     values ($1, '62e90394-69f5-4237-9190-012177145e10', $2)",
);
const DISABLE: Sql =
    Sql::tenant("update directory_user set account_enabled = false where tenant_id = $1 and id = $2");
const AUDIT: Sql = Sql::tenant(
    "select activity, result, actor, resource_id, details from audit_event where tenant_id = $1 order by sequence",
);

/// A server for one test, on one engine.
pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) identity: Identity,
    router: Router,
    _folder: tempfile::TempDir,
}

/// Runs a test in a fresh house on every engine.
pub(crate) fn check(test: impl AsyncFn(&House)) {
    testkit::check(async |store| test(&House::new(store).await).await);
}

impl House {
    async fn new(store: Store) -> House {
        let world = World::seeded(7, "2026-11-20T12:00:00Z".parse().unwrap());
        for (tenant, domain, at) in [(TENANT, "deck.example", 1_i64), (OTHER, "other.example", 2)] {
            let name = format!("Ada@{domain}");
            let made = store.write(tenant, move |tx| {
                tx.exec(&MAKE_TENANT, &[at.into()])?;
                tx.exec(&MAKE_DOMAIN, &[domain.into()])?;
                tx.exec(&MAKE_USER, &[ADA.into(), (&name).into(), name.to_lowercase().into()])?;
                tx.exec(&MAKE_ROLE, &[ADA.into()])?;
                Ok::<_, SqlError>(())
            });
            made.await.unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let config = IdentityConfig {
            origin: Origin::parse("https://deck.example:8443").unwrap(),
            key_file: folder.path().join("identity.key"),
        };
        let identity = Identity::open(store.clone(), world.clone(), config).await.unwrap();
        let router = identity.router();
        House { store, world, identity, router, _folder: folder }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.world.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Gives Ada her password.
    pub(crate) async fn with_password(&self) -> &House {
        let system = Actor::System("test".to_owned());
        self.identity.set_password(TENANT, ADA, PASSWORD, system).await.unwrap();
        self
    }

    pub(crate) async fn disable_ada(&self) {
        self.store.write(TENANT, |tx| tx.exec(&DISABLE, &[ADA.into()])).await.unwrap();
    }

    /// Registers an application; a confidential one gets a secret.
    pub(crate) async fn register(&self, is_public: bool, permissions: &[Permission]) -> Registered {
        let platform = if is_public { Platform::Native } else { Platform::Web };
        let redirect_uris = vec![RedirectUri { uri: CALLBACK.to_owned(), platform }];
        let new = NewApplication { display_name: "Report tool".to_owned(), is_public, redirect_uris };
        let (ids, now) = (ApplicationIds::draw(&self.world), self.now());
        let password = NewPassword::draw(&self.world, "first", now + SignedDuration::from_hours(24 * 30));
        let secret = password.reveal().to_owned();
        let permissions = permissions.to_vec();
        let made = self.store.write(TENANT, move |tx| {
            applications::create(tx, ids, now, &new)?;
            if !is_public {
                applications::add_password(tx, ids.app_id, &password, now)?;
            }
            for permission in &permissions {
                applications::set_permission(tx, ids.app_id, permission, now)?;
            }
            Ok::<_, applications::ApplicationError>(())
        });
        made.await.unwrap();
        Registered { app_id: ids.app_id, client_id: ids.app_id.to_string(), secret }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.send(post(path, pairs)).await
    }

    /// Posts a form's text as it is.
    pub(crate) async fn post_raw(&self, path: &str, text: &str) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(text.to_owned())).unwrap()).await
    }

    /// Calls the v2 token endpoint.
    pub(crate) async fn token(&self, pairs: &[(&str, &str)]) -> Answer {
        self.post(&format!("/{TENANT}/oauth2/v2.0/token"), pairs).await
    }

    /// Activities and results of the audit record, oldest first, without those of the signing keys.
    pub(crate) async fn audited(&self) -> Vec<String> {
        self.audited_all().await.into_iter().filter(|event| !event.contains("signing key")).collect()
    }

    pub(crate) async fn audited_all(&self) -> Vec<String> {
        let rows = self.store.read(TENANT, |tx| tx.rows(&AUDIT, &[])).await.unwrap();
        let text = |row: &sql::Row, index| row.get::<String>(index).unwrap();
        rows.iter().map(|row| format!("{} {}", text(row, 0), text(row, 1))).collect()
    }

    /// The audit record as one text.
    pub(crate) async fn audit_text(&self) -> String {
        let rows = self.store.read(TENANT, |tx| tx.rows(&AUDIT, &[])).await.unwrap();
        rows.iter().map(|row| format!("{row:?}\n")).collect()
    }
}

/// A registered application.
pub(crate) struct Registered {
    pub(crate) app_id: Uuid,
    pub(crate) client_id: String,
    pub(crate) secret: String,
}

pub(crate) fn permission(kind: PermissionKind, granted: bool) -> Permission {
    Permission { resource: Resource::Warehouse, kind, name: "get_data_warehouse".to_owned(), granted }
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        let json = self.json();
        json[name].as_str().unwrap_or_else(|| panic!("no text {name} in {json}")).to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn error(&self) -> (u16, String) {
        (self.status.as_u16(), self.text("error"))
    }

    /// The value of an input of the page.
    pub(crate) fn input(&self, name: &str) -> String {
        let at = self.body.find(&format!("name=\"{name}\" "));
        let at = at.unwrap_or_else(|| panic!("no input {name}: {}", self.body));
        let rest = &self.body[at..];
        let rest = &rest[rest.find("value=\"").unwrap() + 7..];
        rest[..rest.find('"').unwrap()].replace("&amp;", "&").replace("&quot;", "\"").replace("&#39;", "'")
    }

    /// A parameter of the address redirected to.
    pub(crate) fn redirected(&self, name: &str) -> Option<String> {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        let location = self.header("location");
        let query = location.split_once(['?', '#']).map(|(_, query)| query).unwrap_or_default();
        query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).map(decode)
    }
}

/// A browser: keeps cookies, comes from one address.
pub(crate) struct Browser<'h> {
    house: &'h House,
    address: IpAddr,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl<'h> Browser<'h> {
    pub(crate) fn new(house: &'h House) -> Browser<'h> {
        Browser { house, address: [192, 0, 2, 1].into(), cookies: BTreeMap::new() }
    }

    pub(crate) fn at(mut self, address: [u8; 4]) -> Browser<'h> {
        self.address = address.into();
        self
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.send(post(path, pairs)).await
    }

    pub(crate) fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    async fn send(&mut self, mut request: Request<Body>) -> Answer {
        if !self.cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, self.cookie_header().parse().unwrap());
        }
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(self.address, 4000)));
        let answer = self.house.send(request).await;
        self.keep(&answer.headers);
        answer
    }

    /// Takes the cookies of an answer, as a browser would.
    pub(crate) fn keep(&mut self, headers: &axum::http::HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            assert!(
                line.contains("; Secure") && line.contains("; HttpOnly") && line.contains("; Path=/;"),
                "{line}"
            );
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            assert!(name.starts_with("__Host-"), "{line}");
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Fills in the sign-in page that `page` is.
    pub(crate) async fn fill_sign_in(&mut self, page: &Answer, name: &str, password: &str) -> Answer {
        let (token, return_to) = (page.input("form_token"), page.input("return_to"));
        let pairs = [
            ("form_token", token.as_str()),
            ("return_to", &return_to),
            ("name", name),
            ("password", password),
        ];
        self.post(&format!("/{TENANT}/login"), &pairs).await
    }

    /// Signs Ada in.
    pub(crate) async fn sign_in(&mut self) -> &mut Self {
        let page = self.get(&format!("/{TENANT}/login")).await;
        let answer = self.fill_sign_in(&page, "ADA@deck.example", PASSWORD).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/"),
            "{}",
            answer.body
        );
        self
    }

    /// Agrees to the consent page that `page` is, and follows the way back.
    pub(crate) async fn accept(&mut self, page: &Answer, choice: &str) -> Answer {
        assert!(page.body.contains("value=\"accept\""), "{} {}", page.status, page.body);
        let (token, return_to) = (page.input("form_token"), page.input("return_to"));
        let pairs = [("form_token", token.as_str()), ("return_to", &return_to), ("choice", choice)];
        let answer = self.post(&format!("/{TENANT}/consent"), &pairs).await;
        let location = answer.header("location").to_owned();
        if location.starts_with('/') { self.get(&location).await } else { answer }
    }
}

/// The address of an authorization request with PKCE; later pairs replace earlier ones, empty ones remove them.
pub(crate) fn authorize(client: &str, changes: &[(&str, &str)]) -> String {
    let mut pairs = vec![
        ("client_id", client),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile offline_access https://api.manage.microsoft.com//get_data_warehouse"),
        ("state", "a&b=\u{e9} \"<>"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for change in changes {
        pairs.retain(|(name, _)| *name != change.0);
        pairs.push(*change);
    }
    pairs.retain(|(_, value)| !value.is_empty());
    format!("/{TENANT}/oauth2/v2.0/authorize?{}", encode(&pairs))
}

fn post(path: &str, pairs: &[(&str, &str)]) -> Request<Body> {
    Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(encode(pairs)))
        .unwrap()
}

pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// The claims of a token, unchecked.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The key a token names.
pub(crate) fn signed_by(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") })
            .collect()
    };
    pairs
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect::<Vec<_>>()
        .join("&")
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        match first {
            b'%' => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
                rest = &tail[2..];
            }
            byte => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}
