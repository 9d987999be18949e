//! A deck with only the devices' doors: two tenants, an administrator in each, real certificates.

use std::io::Write as _;
use std::pin::Pin;
use std::sync::Arc;

use api::{Authenticate, PeerCertificate, RequestHead, Unauthenticated};
use axum::Router;
use axum::body::Body;
use devices::{Channels, Config, DeviceCas, Devices, UserToken, UserTokens, module};
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use identity::Seal;
use policy::{Caller, Kind, directory_role::GLOBAL_ADMINISTRATOR};
use proto::delta::Changes;
use proto::{CheckInRequest, Hash, Section, Sections};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};
use store::{Sql, SqlError, Store, TenantId, testkit};
use tower::ServiceExt as _;
use uuid::Uuid;
use world::World;

const REFUSALS: Sql = Sql::tenant(
    "select cause, cast(sum(n_failures) as bigint) from enrollment_failure where tenant_id = $1
     group by cause order by cause",
);
const HOME: TenantId = TenantId(Uuid::from_u128(1));
const FOREIGN: TenantId = TenantId(Uuid::from_u128(2));
const MAKE_TENANT: Sql = Sql::tenant(
    "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
     created_at) values ($1, 'T', 'NL', 'here', 'intune', 'active', 0)",
);

pub(crate) struct Deck {
    pub(crate) world: World,
    pub(crate) store: Store,
    router: Router,
    token: String,
}

/// A device with its certificate.
#[derive(Clone)]
pub(crate) struct Enrolled {
    pub(crate) id: Uuid,
    certificate: CertificateDer<'static>,
}

/// Runs `test` on a deck over each database.
pub(crate) fn check(test: impl AsyncFn(Deck)) {
    testkit::check(async |store| {
        let mut deck = Deck::new(store).await;
        deck.token = deck.make_token(1_000).await;
        test(deck).await;
    });
}

impl Deck {
    async fn new(store: Store) -> Deck {
        let world = World::with_set_clock("2026-11-20T12:00:00Z".parse().unwrap());
        for tenant in [HOME, FOREIGN] {
            store
                .write(tenant, |tx| tx.exec(&MAKE_TENANT, &[]).map(drop))
                .await
                .unwrap_or_else(|e: SqlError| panic!("{e}"));
        }
        let cas = Arc::new(DeviceCas::new(Arc::new(Plain)));
        let devices = Devices {
            store: store.clone(),
            world: world.clone(),
            cas: Arc::clone(&cas),
            channels: Arc::new(Channels::default()),
            user_tokens: Arc::new(Nobody),
            config: Arc::new(Config {
                origin: "https://deck.example".to_owned(),
                server_ca_pem: None,
                check_in_interval_seconds: 28_800,
            }),
        };
        let doorkeeper = Doorkeeper { store: store.clone(), world: world.clone(), cas };
        let router = api::router(module(&devices).routes, Arc::new(doorkeeper));
        Deck { world, store, router, token: String::new() }
    }

    /// Refused enrolments by cause, as they are counted.
    pub(crate) async fn refusals(&self) -> Vec<(String, i64)> {
        let read = self.store.read(HOME, |tx| {
            let rows = tx.rows(&REFUSALS, &[])?;
            rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, SqlError>>()
        });
        read.await.unwrap()
    }

    pub(crate) async fn make_token(&self, max_uses: u32) -> String {
        let input = json!({ "description": "test", "validForHours": 24, "maxUses": max_uses });
        let (status, body) = self.post_as_admin("/api/enrollmentTokens", &input).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn enrol_request(&self, name: &str) -> Value {
        json!({
            "enrollmentToken": self.token, "csrPem": csr(), "requestId": self.world.ids.guid(), "simulated": false,
            "identity": { "deviceName": name, "operatingSystem": "Linux" },
        })
    }

    pub(crate) async fn enrol(&self, name: &str) -> Enrolled {
        let (status, body) = self.post("/agent/v1/enroll", None, &self.enrol_request(name)).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        enrolled(&body, body["deviceId"].as_str().unwrap().parse().unwrap())
    }

    pub(crate) async fn renew(&self, device: &Enrolled) -> Enrolled {
        let (status, body) = self.post("/agent/v1/renew", Some(device), &json!({ "csrPem": csr() })).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        enrolled(&body, device.id)
    }

    /// A device of this tenant, if one believed a CA that is not the tenant's.
    pub(crate) fn stranger(&self) -> Enrolled {
        let (now, id) = (self.world.clock.now(), self.world.ids.guid());
        let ca = devices::certificate::new_ca(HOME, now).unwrap();
        let request = devices::certificate::read_request(&csr()).unwrap();
        let issued =
            devices::certificate::issue(&ca.certificate_pem, &ca.key_pkcs8, &request, (HOME, id), now)
                .unwrap();
        Enrolled { id, certificate: CertificateDer::from_pem_slice(issued.pem.as_bytes()).unwrap() }
    }

    pub(crate) async fn check_in(&self, device: &Enrolled, report: &CheckInRequest) -> (StatusCode, Value) {
        self.post("/agent/v1/checkin", Some(device), &serde_json::to_value(report).unwrap()).await
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        device: Option<&Enrolled>,
        body: &Value,
    ) -> (StatusCode, Value) {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(body.to_string().into()).unwrap(), device).await
    }

    pub(crate) async fn post_raw(
        &self,
        device: &Enrolled,
        media_type: &str,
        encoding: Option<&str>,
        body: Vec<u8>,
    ) -> (StatusCode, Value) {
        let mut request = Request::post("/agent/v1/checkin").header("content-type", media_type);
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        self.send(request.body(body.into()).unwrap(), Some(device)).await
    }

    pub(crate) async fn get(&self, path: &str, device: Option<&Enrolled>) -> (StatusCode, Value) {
        self.send(Request::get(path).body(Body::empty()).unwrap(), device).await
    }

    pub(crate) async fn get_as_admin(&self, path: &str) -> (StatusCode, Value) {
        self.send(Request::get(path).header("x-test-admin", "home").body(Body::empty()).unwrap(), None).await
    }

    pub(crate) async fn get_as_foreign_admin(&self, path: &str) -> (StatusCode, Value) {
        self.send(Request::get(path).header("x-test-admin", "foreign").body(Body::empty()).unwrap(), None)
            .await
    }

    pub(crate) async fn post_as_admin(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.post_as("home", path, body).await
    }

    pub(crate) async fn post_as_foreign_admin(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.post_as("foreign", path, body).await
    }

    async fn post_as(&self, who: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let request =
            Request::post(path).header("content-type", "application/json").header("x-test-admin", who);
        self.send(request.body(body.to_string().into()).unwrap(), None).await
    }

    async fn send(&self, mut request: Request<Body>, device: Option<&Enrolled>) -> (StatusCode, Value) {
        let peer = device.map(|device| Arc::new(device.certificate.clone()));
        request.extensions_mut().insert(PeerCertificate(peer));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }
}

impl Enrolled {
    pub(crate) fn report(&self, sequence: u64, base: Option<Hash>, sections: Changes) -> CheckInRequest {
        CheckInRequest {
            sequence,
            report_id: Uuid::new_v5(&self.id, format!("{sequence} {base:?} {sections:?}").as_bytes()),
            collected_at: "2026-11-20T12:00:00Z".parse().unwrap(),
            reason: proto::Reason::Scheduled,
            base,
            sections,
        }
    }
}

/// An inventory that names the device and has `n_packages`.
pub(crate) fn sections(name: &str, n_packages: usize) -> Sections {
    let package =
        |n: usize| json!({ "key": format!("p{n:03}:amd64"), "name": format!("p{n:03}"), "version": "1" });
    let packages = (0..n_packages).map(package).collect::<Vec<_>>();
    let texts = [
        ("identity", json!({ "deviceName": name })),
        ("operatingSystem", json!({ "family": "Linux", "name": "Debian GNU/Linux", "version": "12" })),
        ("packages", json!(packages)),
    ];
    let read = |(section, content): (&str, Value)| {
        Section::read(section.parse().unwrap(), &content.to_string()).unwrap()
    };
    texts.into_iter().map(read).collect()
}

type Change = fn(&mut Value);

/// What to do to a good report, and the code of the refusal.
pub(crate) fn bad_reports() -> Vec<(Change, &'static str)> {
    vec![
        (|r| r["sequence"] = json!(0), "malformed"),
        (|r| r["sequence"] = json!(-1), "malformed"),
        (|r| r["sequence"] = json!("1"), "malformed"),
        (|r| r["reportId"] = json!("no guid"), "malformed"),
        (|r| r["reason"] = json!("boredom"), "malformed"),
        (|r| r["sections"]["contacts"] = json!({}), "malformed"),
        (|r| r["sections"]["identity"]["hash"] = json!("00"), "malformed"),
        (|r| r["sections"]["identity"]["content"]["deviceName"] = json!("x".repeat(5_000)), "malformed"),
        (
            |r| r["sections"]["identity"]["content"]["deviceName"] = json!("another than the hash says"),
            "malformed",
        ),
        (|r| r["unknown"] = json!(true), "malformed"),
    ]
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn csr() -> String {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap()
}

fn enrolled(body: &Value, id: Uuid) -> Enrolled {
    let pem = body["certificatePem"].as_str().unwrap();
    Enrolled { id, certificate: CertificateDer::from_pem_slice(pem.as_bytes()).unwrap() }
}

/// Judges certificates as the program does, and believes a header about administrators.
struct Doorkeeper {
    store: Store,
    world: World,
    cas: Arc<DeviceCas>,
}

impl Authenticate for Doorkeeper {
    fn caller(
        &self,
        head: RequestHead,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + '_>> {
        Box::pin(async move {
            let refused = |code, message: &str| Unauthenticated {
                code,
                message: message.to_owned(),
                challenge: None,
                forbidden: false,
            };
            if let Some(who) = head.headers.get("x-test-admin") {
                let tenant = if who == "home" { HOME } else { FOREIGN };
                let kind = Kind::User {
                    id: Uuid::from_u128(7),
                    directory_roles: vec![GLOBAL_ADMINISTRATOR],
                    assignments: Vec::new(),
                };
                return Ok(Caller { tenant: tenant.0, kind, delegated: None });
            }
            let Some(der) = &head.peer.0 else {
                return Err(refused("certificate_missing", "Show the device certificate."));
            };
            let judged = self.cas.judge(&self.store, der, self.world.clock.now()).await.unwrap();
            let shown = judged.map_err(|why| refused(why.code.as_str(), &why.detail))?;
            Ok(Caller {
                tenant: shown.tenant.0,
                kind: Kind::Device { device_id: shown.device },
                delegated: None,
            })
        })
    }
}

/// Keeps secrets as they are: what sealing does is `identity`'s and tested there.
struct Plain;

impl Seal for Plain {
    fn seal(&self, _: &str, secret: &[u8]) -> Vec<u8> {
        secret.to_vec()
    }

    fn unseal(&self, _: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        Some(sealed.to_vec())
    }
}

struct Nobody;

impl UserTokens for Nobody {
    fn enroller<'a>(&'a self, _: &'a str) -> UserToken<'a> {
        Box::pin(async { Err("Nobody is signed in here.".to_owned()) })
    }
}
