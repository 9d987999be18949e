//! Importing from another Graph-shaped service: a double of one, on this machine.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use service_announcement::{job, works};
use store::{Sql, SqlError};

use super::{Deck, HOME, check};

const ISSUES: &str = "/graph/v1.0/admin/serviceAnnouncement/issues";
const MESSAGES: &str = "/graph/v1.0/admin/serviceAnnouncement/messages";
const SOURCES: &str = "/api/serviceAnnouncement/sources";
const SECRET: &str = "p&ss=w%rd";
const SEALED: Sql = Sql::tenant("select sealed_secret from announcement_source where tenant_id = $1");

/// As a version left it that told people in English only.
const AS_BEFORE: Sql = Sql::tenant(
    "update announcement_source set last_error_nl = null, last_error_sv = null where tenant_id = $1",
);

/// What the double answers, and what it was asked.
#[derive(Default)]
struct Script {
    issues: Vec<Value>,
    messages: Vec<Value>,
    throttles: bool,
    leads_away: bool,
    asked: Vec<String>,
}

#[derive(Clone)]
struct Double {
    script: Arc<Mutex<Script>>,
    origin: String,
}

impl Double {
    async fn start() -> Double {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let double = Double { script: Arc::default(), origin };
        let router = Router::new()
            .route("/token", post(token))
            .route("/v1.0/admin/serviceAnnouncement/{list}", get(list))
            .with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        double
    }

    fn set(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.script.lock().unwrap().asked)
    }
}

async fn token(State(_): State<Double>, body: String) -> Response {
    let right =
        "grant_type=client_credentials&client_id=app&client_secret=p%26ss%3Dw%25rd&scope=all%2F.default";
    if body == right {
        return axum::Json(json!({ "access_token": "t0ken", "expires_in": 3600 })).into_response();
    }
    (StatusCode::UNAUTHORIZED, "no").into_response()
}

/// Two items a page.
async fn list(State(double): State<Double>, headers: HeaderMap, OriginalUri(uri): OriginalUri) -> Response {
    assert_eq!(headers["authorization"], "Bearer t0ken");
    let mut script = double.script.lock().unwrap();
    script.asked.push(uri.to_string());
    if std::mem::take(&mut script.throttles) {
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "120")], "wait").into_response();
    }
    let query = uri.query().unwrap_or_default();
    let is_issues = uri.path().ends_with("/issues");
    let since = query.split("%20ge%20").nth(1).unwrap_or_default();
    let all = if is_issues { &script.issues } else { &script.messages };
    let fresh = all.iter().filter(|item| item["lastModifiedDateTime"].as_str().unwrap() >= since);
    let skip: usize = query.split("skip=").nth(1).map_or(0, |n| n.parse().unwrap());
    let items: Vec<Value> = fresh.skip(skip).cloned().collect();
    let mut body = json!({ "value": items.iter().take(2).collect::<Vec<_>>() });
    if items.len() > 2 {
        let host = if script.leads_away { "http://127.0.0.2:1" } else { double.origin.as_str() };
        body["@odata.nextLink"] = json!(format!("{host}{}?skip={}", uri.path(), skip + 2));
    }
    axum::Json(body).into_response()
}

fn theirs(id: &str, status: &str, day: u32) -> Value {
    json!({
        "id": id, "title": format!("Trouble {id}"), "service": "Exchange Online", "feature": "Mail",
        "featureGroup": "Mail", "classification": "incident", "origin": "microsoft", "status": status,
        "impactDescription": "Mail is late.", "isResolved": status == "serviceRestored",
        "startDateTime": "2026-11-10T08:00:00Z", "endDateTime": null, "details": [],
        "lastModifiedDateTime": format!("2026-11-{day}T08:00:00Z"),
        "posts": [{ "createdDateTime": "2026-11-10T09:00:00Z", "postType": "regular",
                    "description": { "contentType": "html", "content": "<p>We look.</p>" } }],
    })
}

fn message(id: &str) -> Value {
    json!({
        "id": id, "title": "A new button", "category": "planForChange", "severity": "high",
        "services": ["Exchange Online"], "tags": ["New feature"], "isMajorChange": true,
        "startDateTime": "2026-11-12T00:00:00Z", "endDateTime": "2027-01-12T00:00:00Z",
        "lastModifiedDateTime": "2026-11-12T00:00:00Z",
        "body": { "contentType": "html", "content": "<b>Soon</b>" },
    })
}

impl Deck {
    async fn import(&self) {
        job::import::ask_due(&self.feature, HOME).await.unwrap();
        let runner = jobs::Runner::new(
            self.store.clone(),
            self.world.clone(),
            "test",
            works(&self.feature),
            Vec::new(),
        );
        runner.settle().await.unwrap();
    }

    async fn connect(&self, double: &Double) -> String {
        let (status, made) = self.post("support", "/api/serviceAnnouncement/sources", source(double)).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    async fn source(&self) -> Value {
        self.get("support", "/api/serviceAnnouncement/sources").await["value"][0].clone()
    }

    async fn ids(&self, path: &str) -> Vec<String> {
        let body = self.get("admin", &format!("{path}?$orderby=id")).await;
        body["value"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }
}

fn source(double: &Double) -> Value {
    json!({
        "displayName": "Microsoft 365", "serviceUrl": format!("{}/v1.0/", double.origin),
        "tokenUrl": format!("{}/token", double.origin), "clientId": "app", "clientSecret": SECRET,
        "scope": "all/.default",
    })
}

#[test]
fn what_another_service_says_is_taken_over_and_followed() {
    check(async |deck: Deck| {
        let double = Double::start().await;
        let connection = deck.connect(&double).await;
        let odd = json!({ "id": "EX9", "lastModifiedDateTime": "2026-11-11T00:00:00Z" });
        double.set(|script| {
            script.issues = vec![
                theirs("EX1", "serviceDegradation", 15),
                odd,
                theirs("EX2", "serviceRestored", 14),
                theirs("EX3", "investigating", 13),
            ];
            script.messages = vec![message("MC1")];
        });
        deck.import().await;
        assert_eq!(deck.source().await["lastError"], Value::Null, "{}", deck.source().await);
        assert_eq!(deck.ids(ISSUES).await, ["EX1", "EX2", "EX3"], "an item in no shape keeps no other out");
        let issue = deck.get("admin", &format!("{ISSUES}/EX1")).await;
        assert_eq!(
            (issue["source"].as_str(), issue["sourceName"].as_str(), issue["origin"].as_str()),
            (Some("import"), Some(connection.as_str()), Some("microsoft"))
        );
        assert_eq!(issue["posts"][0]["description"]["content"], "<p>We look.</p>");
        assert_eq!(issue["lastModifiedDateTime"], "2026-11-15T08:00:00Z");
        let shown = deck.get("reader", &format!("{MESSAGES}/MC1")).await;
        assert_eq!(
            (shown["severity"].as_str(), shown["isMajorChange"].as_bool()),
            (Some("high"), Some(true))
        );
        let mut told = deck.notices().await;
        told.sort();
        assert_eq!(
            told,
            [
                "incident open critical Trouble EX1",
                "incident open critical Trouble EX3",
                "message open warning A new button",
            ],
            "what was over before is history"
        );
        double.asked();
        double.set(|script| script.issues[0] = theirs("EX1", "serviceRestored", 18));
        deck.world.clock.advance(SignedDuration::from_mins(20));
        deck.import().await;
        let asked = double.asked();
        assert!(asked[0].ends_with("ge%202026-11-15T08:00:00Z"), "only what has changed: {asked:?}");
        assert_eq!(deck.get("admin", &format!("{ISSUES}/EX1")).await["isResolved"], true);
        assert_eq!(deck.notices().await.last().unwrap(), "incident resolved info Trouble EX1");
        let before = (deck.notices().await.len(), deck.n_audited().await);
        deck.world.clock.advance(SignedDuration::from_mins(20));
        deck.import().await;
        assert_eq!(
            (deck.notices().await.len(), deck.n_audited().await),
            before,
            "nothing new changes nothing"
        );
        let hand = "/api/serviceAnnouncement/issues/EX3/resolve";
        let (status, _) = deck.post("support", hand, json!({ "text": "x" })).await;
        assert_eq!(status, StatusCode::CONFLICT, "only its service changes it");
        let path = format!("/api/serviceAnnouncement/sources/{connection}");
        deck.post("reader", &format!("{MESSAGES}/markRead"), json!({ "messageIds": ["MC1"] })).await;
        assert_eq!(deck.ask("support", Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
        assert_eq!((deck.ids(ISSUES).await, deck.ids(MESSAGES).await), (Vec::new(), Vec::new()));
    });
}

#[test]
fn a_service_that_asks_to_wait_is_waited_for_and_one_that_leads_away_is_not_followed() {
    check(async |deck: Deck| {
        let double = Double::start().await;
        deck.connect(&double).await;
        double.set(|script| {
            script.issues = (1..=3).map(|n| theirs(&format!("EX{n}"), "investigating", 15)).collect();
            script.throttles = true;
        });
        deck.import().await;
        let error = deck.source().await["lastError"].as_str().unwrap().to_owned();
        assert!(error.contains("asks to wait (429"), "{error}");
        deck.world.clock.advance(SignedDuration::from_secs(119));
        deck.import().await;
        assert_eq!(double.asked().len(), 1, "not before it may be asked again");
        deck.world.clock.advance(SignedDuration::from_secs(1));
        deck.import().await;
        assert_eq!(deck.ids(ISSUES).await, ["EX1", "EX2", "EX3"]);
        assert_eq!(deck.source().await["lastError"], Value::Null);
        double.set(|script| {
            script.leads_away = true;
            script.issues = (1..=4).map(|n| theirs(&format!("EX{n}"), "investigating", 16)).collect();
        });
        deck.world.clock.advance(SignedDuration::from_mins(20));
        deck.import().await;
        let error = deck.source().await["lastError"].as_str().unwrap().to_owned();
        assert!(error.contains("another host"), "{error}");
        assert_eq!(deck.ids(ISSUES).await.len(), 3, "what came before it is kept");
    });
}

/// What the page shows of the last failure, to a reader of this language.
async fn failure(deck: &Deck, who: &str) -> Value {
    deck.get(who, SOURCES).await["value"][0]["lastError"].clone()
}

#[test]
fn why_an_import_failed_is_said_in_the_readers_language_and_what_is_older_as_it_was() {
    check(async |deck: Deck| {
        let double = Double::start().await;
        let id = deck.connect(&double).await;
        let one = format!("{SOURCES}/{id}");
        let wrong = Some(json!({ "clientSecret": "wrong" }));
        assert_eq!(deck.ask("support", Method::PATCH, &one, wrong).await.0, StatusCode::OK);
        deck.import().await;
        for (who, said) in [
            ("support/en", "The sign-in: 127.0.0.1 answered 401 Unauthorized; check the client id"),
            ("support/nl", "Het aanmelden: 127.0.0.1 antwoordde 401 Unauthorized; controleer de client-id"),
            ("support/sv", "Inloggningen: 127.0.0.1 svarade 401 Unauthorized; kontrollera klient-id:t"),
        ] {
            let failure = failure(&deck, who).await;
            assert!(failure.as_str().is_some_and(|text| text.starts_with(said)), "{failure}");
        }
        let aged = deck.store.write(HOME, |tx| tx.exec(&AS_BEFORE, &[]));
        aged.await.unwrap_or_else(|error: SqlError| panic!("{error}"));
        assert_eq!(failure(&deck, "support/sv").await, failure(&deck, "support/en").await);
    });
}

#[test]
fn a_connection_is_changed_paused_and_asked_again_without_waiting() {
    check(async |deck: Deck| {
        let double = Double::start().await;
        let id = deck.connect(&double).await;
        let (one, run) = (format!("{SOURCES}/{id}"), format!("{SOURCES}/{id}/run"));
        double.set(|script| script.issues = vec![theirs("EX1", "investigating", 15)]);
        let elsewhere = json!({ "tokenUrl": format!("{}/nowhere", double.origin) });
        let (status, answer) = deck.ask("support", Method::PATCH, &one, Some(elsewhere.clone())).await;
        assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("secret_needed")), "{answer}");
        let mut with_secret = elsewhere;
        with_secret["clientSecret"] = json!(SECRET);
        assert_eq!(deck.ask("support", Method::PATCH, &one, Some(with_secret)).await.0, StatusCode::OK);
        deck.import().await;
        assert_eq!(deck.source().await["isRunning"], true, "it is to be tried again");
        let back = json!({ "tokenUrl": format!("{}/token", double.origin), "clientSecret": SECRET });
        assert_eq!(deck.ask("support", Method::PATCH, &one, Some(back)).await.0, StatusCode::OK);
        double.set(|script| script.throttles = true);
        deck.import().await;
        assert_eq!(deck.source().await["isRunning"], true, "the service asked to wait");
        assert_eq!(deck.ask("support", Method::POST, &run, None).await.0, StatusCode::ACCEPTED);
        deck.import().await;
        let source = deck.source().await;
        assert_eq!((&source["lastError"], deck.ids(ISSUES).await), (&Value::Null, vec!["EX1".to_owned()]));
        let pause = json!({ "displayName": "Ours", "isEnabled": false });
        let (_, shown) = deck.ask("support", Method::PATCH, &one, Some(pause)).await;
        assert_eq!((&shown["displayName"], &shown["isEnabled"]), (&json!("Ours"), &json!(false)));
        let (status, answer) = deck.ask("support", Method::POST, &run, None).await;
        assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("disabled")), "{answer}");
        let n_audited = deck.n_audited().await;
        for (who, status) in [("reader", StatusCode::FORBIDDEN), ("foreigner", StatusCode::NOT_FOUND)] {
            let answer = deck.ask(who, Method::PATCH, &one, Some(json!({ "isEnabled": true }))).await;
            assert_eq!(answer.0, status, "{who}");
        }
        assert_eq!(deck.n_audited().await, n_audited, "a refusal changes nothing");
    });
}

#[test]
fn a_secret_is_sealed_never_shown_and_not_sent_in_the_clear() {
    check(async |deck: Deck| {
        let double = Double::start().await;
        let id = deck.connect(&double).await;
        let shown = deck.source().await.to_string();
        assert!(!shown.contains(SECRET), "{shown}");
        let sealed =
            deck.store.read(HOME, |tx| tx.row(&SEALED, &[])?.map(|row| row.get::<Vec<u8>>(0)).transpose());
        let sealed: Option<Vec<u8>> = sealed.await.unwrap_or_else(|error: SqlError| panic!("{error}"));
        assert!(!String::from_utf8_lossy(&sealed.unwrap()).contains(SECRET));
        let with = |name: &str, value: &str| {
            let mut body = source(&double);
            body[name] = json!(value);
            body
        };
        for (name, value) in [
            ("displayName", ""),
            ("serviceUrl", "http://graph.example/v1.0"),
            ("serviceUrl", "graph.example"),
            ("tokenUrl", "https://login.example/token?x=1"),
            ("clientSecret", ""),
            ("scope", " "),
        ] {
            let (status, answer) =
                deck.post("support", "/api/serviceAnnouncement/sources", with(name, value)).await;
            assert_eq!(
                (status, answer["target"].as_str()),
                (StatusCode::BAD_REQUEST, Some(name)),
                "{answer}"
            );
        }
        let run = format!("/api/serviceAnnouncement/sources/{id}/run");
        assert_eq!(
            deck.ask("support", Method::POST, &run, None).await.0,
            StatusCode::CONFLICT,
            "it is asked at once"
        );
        deck.import().await;
        deck.world.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(deck.ask("support", Method::POST, &run, None).await.0, StatusCode::ACCEPTED);
        assert_eq!(deck.ask("support", Method::POST, &run, None).await.0, StatusCode::CONFLICT);
        assert_eq!(deck.ask("foreigner", Method::POST, &run, None).await.0, StatusCode::NOT_FOUND);
        assert_eq!(deck.ask("reader", Method::POST, &run, None).await.0, StatusCode::FORBIDDEN);
    });
}

#[test]
fn an_id_that_is_here_already_is_marked_and_stays_the_same() {
    check(async |deck: Deck| {
        let double = Double::start().await;
        let new = json!({ "title": "Ours", "service": "Mail", "classification": "advisory", "impactDescription": "x" });
        let (_, ours) = deck.post("support", "/api/serviceAnnouncement/issues", new).await;
        let ours = ours["id"].as_str().unwrap().to_owned();
        let connection = deck.connect(&double).await;
        double.set(|script| script.issues = vec![theirs(&ours, "investigating", 15)]);
        for _ in 0..2 {
            deck.import().await;
            deck.world.clock.advance(SignedDuration::from_mins(20));
        }
        let marked = format!("{ours}-{}", &connection[..8]);
        assert_eq!(deck.ids(ISSUES).await, [ours.clone(), marked]);
        assert_eq!(deck.get("admin", &format!("{ISSUES}/{ours}")).await["title"], "Ours");
    });
}

#[test]
fn another_services_clock_is_one_to_compare_ours_with() {
    check(async |deck: Deck| {
        let double = Double::start().await;
        deck.connect(&double).await;
        deck.import().await;
        // The double answers by the machine's clock; this deck stands at noon of a day of its own.
        deck.minutes(3).await;
        let issue = deck.issues_of("admin/nl", "clock").await.remove(0);
        assert_eq!(issue["title"], "De klok van de server loopt niet gelijk");
        let said = issue["posts"][0]["description"]["content"].as_str().unwrap();
        assert!(said.starts_with("De klok van de server loopt ") && said.contains("seconden"), "{said}");
    });
}
