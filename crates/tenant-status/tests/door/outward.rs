//! What others read: feeds, metrics, live changes; and what the server tells of itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Sql;
use tenant_status::catalogue::SyncKind;
use tenant_status::sync::{Asked, Running, SeenCredential, Sync, SyncError, Synced, Syncs};
use tenant_status::{OwnSeen, OwnThing, Server};
use uuid::Uuid;

use super::deck::{ADMIN, Deck, Own, TENANT, add, check, first, notices};

const LIST: &str = "/api/tenantStatus/connectors";
const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn secret(deck: &Deck, name: &str, expires_at: &str) {
    let at = add(deck, "clientSecretExpiry", json!({ "displayName": name })).await;
    let body = json!({ "text": "value", "expirationDateTime": expires_at });
    deck.done(Method::POST, &format!("{at}/credential"), body, 200).await;
}

async fn text(deck: &Deck, address: &str) -> (StatusCode, String) {
    let path = address.trim_start_matches("https://deck.example");
    let (status, body) = deck.raw(Method::GET, path, "nobody", ("", Vec::new())).await;
    (status, String::from_utf8(body).unwrap())
}

#[test]
fn feeds_tell_what_expires_until_they_are_revoked() {
    check(async |deck| {
        secret(&deck, "Mail & more", "2026-11-27T08:00:00Z").await;
        let feed =
            deck.done(Method::POST, "/api/tenantStatus/feeds", json!({ "description": "Reader" }), 201).await;
        let (status, rss) = text(&deck, feed["rssAddress"].as_str().unwrap()).await;
        assert_eq!(status, StatusCode::OK);
        assert!(rss.contains("<title>Client secrets: Mail &amp; more: Warning</title>"), "{rss}");
        assert!(rss.contains("expires within 7 days"), "{rss}");
        let (_, ical) = text(&deck, &format!("{}?lang=nl", feed["calendarAddress"].as_str().unwrap())).await;
        assert!(
            ical.contains("DTSTART:20261127T080000Z\r\nSUMMARY:Clientgeheimen: Mail & more\r\n"),
            "{ical}"
        );
        let id = feed["id"].as_str().unwrap();
        deck.done(Method::DELETE, &format!("/api/tenantStatus/feeds/{id}"), Value::Null, 204).await;
        assert_eq!(text(&deck, feed["rssAddress"].as_str().unwrap()).await.0, StatusCode::NOT_FOUND);
        assert_eq!(
            deck.done(Method::GET, "/api/tenantStatus/feeds", Value::Null, 200).await["value"][0]["isRevoked"],
            true
        );
    });
}

#[test]
fn metrics_have_the_exporters_names() {
    check(async |deck| {
        secret(&deck, "Mail", "2026-11-22T08:00:00Z").await;
        let text = tenant_status::metrics(&deck.status).await.unwrap();
        let value = |name: &str| {
            let line = text
                .lines()
                .find(|line| line.starts_with(name) && line.contains("type=\"clientSecretExpiry\""));
            line.unwrap_or_else(|| panic!("{name} is missing from\n{text}"))
                .rsplit_once(' ')
                .unwrap()
                .1
                .to_owned()
        };
        assert_eq!(value("x509_cert_not_after{"), "1795334400");
        assert_eq!(value("x509_cert_expires_in_seconds{"), "86400");
        assert_eq!(value("x509_cert_expired{"), "0");
        assert_eq!(value("x509_cert_error{"), "0");
        assert!(
            text.contains("health=\"warning\"} 1\n") && text.contains("health=\"healthy\"} 0\n"),
            "{text}"
        );
        assert!(!text.contains("Mail"), "names that people typed are not for everybody");
    });
}

#[test]
fn early_warnings_come_once_on_each_day() {
    check(async |deck| {
        secret(&deck, "Mail", "2027-01-20T08:00:00Z").await;
        assert!(notices(&deck).await.is_empty());
        deck.wait(DAY * 30);
        deck.settle().await;
        deck.settle().await;
        assert_eq!(notices(&deck).await, ["earlyWarning open warning"]);
        deck.wait(DAY * 16);
        deck.settle().await;
        assert_eq!(notices(&deck).await.last().unwrap(), "earlyWarning updated warning");
        let list = deck.done(Method::GET, LIST, Value::Null, 200).await;
        assert_eq!(list["warningCount"], 0, "health does not depend on it");
    });
}

#[test]
fn quarterdecks_own_things_are_computed() {
    check(async |mut deck| {
        let expires_at = deck.now() + DAY * 3;
        let seen = OwnSeen::Credential { valid_from: None, expires_at: Some(expires_at), facts: json!({}) };
        let tls = OwnThing {
            type_key: "ownTlsExpiry",
            name: "tls".to_owned(),
            display_name: "TLS".to_owned(),
            is_of_server: true,
            seen,
        };
        deck.status.own = Arc::new(Own(first(), vec![tls]));
        deck.settle().await;
        let page = deck.done(Method::GET, &format!("{LIST}/ownTlsExpiry"), Value::Null, 200).await;
        assert_eq!((&page["status"]["health"], &page["instanceCount"]), (&json!("warning"), &json!(1)));
        let at = format!("{LIST}/ownTlsExpiry/instances/{}", page["instances"][0]["id"].as_str().unwrap());
        deck.done(Method::PATCH, &at, json!({ "owner": "Ann" }), 200).await;
        deck.done(Method::PATCH, &at, json!({ "displayName": "x" }), 409).await;
        deck.done(Method::DELETE, &at, Value::Null, 409).await;
        deck.settle().await;
        assert_eq!(deck.done(Method::GET, &at, Value::Null, 200).await["owner"], "Ann", "a note stays");
        deck.status.own = Arc::new(Own(first(), Vec::new()));
        deck.settle().await;
        deck.done(Method::GET, &at, Value::Null, 404).await;
    });
}

/// Two servers over one database serve certificates of their own: the one that expires is not hidden by the other.
#[test]
fn every_server_tells_of_its_own_certificate() {
    check(async |mut deck| {
        let second = Server { id: Uuid::from_u128(52), name: "two".to_owned() };
        let served = |expires_at| OwnThing {
            type_key: "ownTlsExpiry",
            name: "tls".to_owned(),
            display_name: "TLS".to_owned(),
            is_of_server: true,
            seen: OwnSeen::Credential { valid_from: None, expires_at: Some(expires_at), facts: json!({}) },
        };
        let (soon, late) = (served(deck.now() + DAY * 3), served(deck.now() + DAY * 300));
        let tell = async |deck: &mut Deck, server: Server, things: Vec<OwnThing>| {
            deck.status.own = Arc::new(Own(server, things));
            deck.settle().await;
            let page = deck.done(Method::GET, &format!("{LIST}/ownTlsExpiry"), Value::Null, 200).await;
            (page["status"]["health"].as_str().unwrap().to_owned(), page["instanceCount"].as_i64().unwrap())
        };
        assert_eq!(tell(&mut deck, first(), vec![soon]).await, ("warning".to_owned(), 1));
        assert_eq!(tell(&mut deck, second.clone(), vec![late.clone()]).await, ("warning".to_owned(), 2));
        let renewed = vec![served(deck.now() + DAY * 90)];
        assert_eq!(tell(&mut deck, first(), renewed).await, ("healthy".to_owned(), 2));
        deck.wait(DAY - SignedDuration::from_mins(1));
        assert_eq!(
            tell(&mut deck, second.clone(), vec![late.clone()]).await.1,
            2,
            "it may be starting again"
        );
        deck.wait(SignedDuration::from_mins(1));
        assert_eq!(
            tell(&mut deck, second.clone(), vec![late]).await.1,
            1,
            "a server that is gone is forgotten"
        );
        assert_eq!(tell(&mut deck, second, Vec::new()).await.1, 0, "it serves none any more");
    });
}

#[test]
fn a_last_success_that_cannot_be_told_is_not_forgotten() {
    check(async |mut deck| {
        let job = |last_success_at, last_error: Option<&str>| {
            let last_error = last_error.map(words::Words::same);
            let seen = OwnSeen::Job { last_success_at, last_error, period: DAY };
            let name = "midnight".to_owned();
            vec![OwnThing {
                type_key: "ownSnapshot",
                display_name: name.clone(),
                name,
                is_of_server: false,
                seen,
            }]
        };
        deck.status.own = Arc::new(Own(first(), job(Some(deck.now()), None)));
        deck.settle().await;
        deck.status.own = Arc::new(Own(first(), job(None, Some("The catalogue cannot be read."))));
        deck.settle().await;
        let page = deck.done(Method::GET, &format!("{LIST}/ownSnapshot"), Value::Null, 200).await;
        assert_eq!(page["status"]["health"], "healthy");
        assert_eq!(page["instances"][0]["sync"]["lastError"], "The catalogue cannot be read.");
    });
}

/// Probes a server that answers as its settings say; a flaky one fails the first time.
#[derive(Default)]
struct Probe(AtomicBool);

impl Sync for Probe {
    fn kind(&self) -> SyncKind {
        SyncKind::TlsProbe
    }

    fn check(&self, settings: &Value) -> Result<(), (String, words::Words)> {
        let named = settings["host"].is_string();
        named.then_some(()).ok_or_else(|| ("host".to_owned(), "Name the host.".into()))
    }

    fn run(&self, asked: Asked) -> Running<'_> {
        Box::pin(async move {
            if asked.settings["host"] == "flaky.example" && !self.0.swap(true, Ordering::SeqCst) {
                return Err(SyncError::new("The server was away for a moment."));
            }
            if asked.settings["host"] == "words.example" {
                let said = words::Words::new("the door is shut", "de deur is dicht", "dörren är stängd");
                return Err(SyncError { is_final: true, ..SyncError::new(said) });
            }
            if asked.settings["host"] == "down.example" {
                return Err(SyncError { is_final: true, ..SyncError::new("The server does not answer.") });
            }
            let expires_at = Some(asked.now + DAY * 90);
            let credential =
                Some(SeenCredential { valid_from: None, expires_at, facts: json!({ "name": "up" }) });
            Ok(Synced { message: "It answers.".into(), counts: json!({ "n": 1 }), cursor: None, credential })
        })
    }
}

#[test]
fn a_probe_runs_by_itself_and_when_asked() {
    check(async |mut deck| {
        deck.status.syncs = Syncs::new(vec![Arc::new(Probe::default())]);
        let path = format!("{LIST}/tlsExpiry/instances");
        let (status, refused) = deck.post(&path, ADMIN, json!({ "displayName": "a", "settings": {} })).await;
        assert_eq!(
            (status, &refused["target"]),
            (StatusCode::BAD_REQUEST, &json!("settings.host")),
            "{refused}"
        );
        let at =
            add(&deck, "tlsExpiry", json!({ "displayName": "Up", "settings": { "host": "up.example" } }))
                .await;
        deck.settle().await;
        let page = deck.done(Method::GET, &at, Value::Null, 200).await;
        assert_eq!(
            (&page["status"]["health"], &page["credential"]["facts"]["name"]),
            (&json!("healthy"), &json!("up")),
            "{page}"
        );
        assert_eq!(page["runs"][0]["outcome"], "succeeded");
        deck.done(Method::POST, &format!("{at}/sync"), Value::Null, 429).await;
        deck.wait(SignedDuration::from_mins(1));
        deck.done(Method::POST, &format!("{at}/sync"), Value::Null, 202).await;
        deck.done(Method::POST, &format!("{at}/sync"), Value::Null, 409).await;
        deck.settle().await;
        let page = deck.done(Method::GET, &at, Value::Null, 200).await;
        assert_eq!((page["runs"].as_array().unwrap().len(), &page["sync"]["isRunning"]), (2, &json!(false)));
    });
}

#[test]
fn a_probe_that_fails_says_why_and_stays_warned() {
    check(async |mut deck| {
        deck.status.syncs = Syncs::new(vec![Arc::new(Probe::default())]);
        let at =
            add(&deck, "tlsProbe", json!({ "displayName": "Down", "settings": { "host": "down.example" } }))
                .await;
        deck.settle().await;
        let page = deck.done(Method::GET, &at, Value::Null, 200).await;
        assert_eq!(page["sync"]["lastError"], "The server does not answer.");
        assert_eq!(
            (&page["runs"][0]["outcome"], &page["status"]["health"]),
            (&json!("failed"), &json!("warning"))
        );
        let expiry = deck.done(Method::GET, &at.replace("tlsProbe", "tlsExpiry"), Value::Null, 200).await;
        assert_eq!(expiry["status"]["reason"], "neverSucceeded", "a certificate nobody could read shows");
        deck.wait(SignedDuration::from_hours(6));
        deck.settle().await;
        let page = deck.done(Method::GET, &at, Value::Null, 200).await;
        assert_eq!(page["status"]["health"], "unhealthy");
    });
}

/// As a version left it that told people in English only.
const AS_BEFORE: Sql = Sql::tenant(
    "update connector_instance set last_error_nl = null, last_error_sv = null where tenant_id = $1",
);

#[test]
fn what_went_wrong_is_said_in_the_readers_language_and_a_scripts_words_are_its_own() {
    check(async |mut deck| {
        deck.status.syncs = Syncs::new(vec![Arc::new(Probe::default())]);
        let settings = json!({ "host": "words.example" });
        let at = add(&deck, "tlsProbe", json!({ "displayName": "Words", "settings": settings })).await;
        deck.settle().await;
        let said = [("en", "the door is shut"), ("nl", "de deur is dicht"), ("sv", "dörren är stängd")];
        for (language, expected) in said {
            let (_, page) = deck.get(&at, &format!("{ADMIN}/{language}")).await;
            assert_eq!(
                (&page["sync"]["lastError"], &page["runs"][0]["message"]),
                (&json!(expected), &json!(expected))
            );
            let (_, list) = deck.get(&format!("{LIST}/tlsProbe?lang={language}"), ADMIN).await;
            assert_eq!(list["instances"][0]["sync"]["lastError"], expected, "the address decides");
        }
        let aged = deck.status.store.write(TENANT, |tx| tx.exec(&AS_BEFORE, &[]));
        aged.await.unwrap_or_else(|error: store::SqlError| panic!("{error}"));
        let (_, page) = deck.get(&at, &format!("{ADMIN}/sv")).await;
        assert_eq!(page["sync"]["lastError"], "the door is shut", "what is older stays readable");

        let at = add(&deck, "customHeartbeat", json!({ "displayName": "Script" })).await;
        let token = deck.done(Method::POST, &format!("{at}/heartbeatToken"), Value::Null, 201).await;
        let door = format!("/api/heartbeat/{}", token["token"].as_str().unwrap());
        for (beat, english, dutch) in [
            (json!({ "status": "failure" }), "It reported a failure", "Er werd een fout gemeld"),
            (json!({ "status": "failure", "message": "disk full" }), "disk full", "disk full"),
        ] {
            deck.done(Method::POST, &door, beat, 202).await;
            for (language, expected) in [("en", english), ("nl", dutch)] {
                let (_, page) = deck.get(&at, &format!("{ADMIN}/{language}")).await;
                let shown = page["sync"]["lastError"].as_str().unwrap();
                assert!(shown.starts_with(expected), "{language}: {shown}");
            }
            deck.wait(SignedDuration::from_secs(6));
        }
    });
}

#[test]
fn a_change_is_told_to_who_watches() {
    check(async |deck| {
        let mut events = deck.raw_stream("/api/tenantStatus/changes", ADMIN).await;
        let first = events.next_event().await;
        assert!(first.contains("event: change") && first.contains("{\"sequence\":0}"), "{first}");
        add(&deck, "customHeartbeat", json!({ "displayName": "A" })).await;
        let second = events.next_event().await;
        assert!(second.contains("event: change") && !second.contains(":0}"), "{second}");
    });
}

#[test]
fn graph_shows_the_same_rows_under_its_own_names() {
    check(async |deck| {
        add(&deck, "domainJoinHeartbeat", json!({ "displayName": "DC1" })).await;
        let root = "/graph/beta/deviceManagement/domainJoinConnectors";
        let list = deck.done(Method::GET, root, Value::Null, 200).await;
        assert_eq!(
            list["@odata.context"],
            "https://deck.example/graph/beta/$metadata#deviceManagement/domainJoinConnectors"
        );
        let one = &list["value"][0];
        assert_eq!((&one["displayName"], &one["state"]), (&json!("DC1"), &json!("active")));
        let id = one["id"].as_str().unwrap();
        assert_eq!(
            deck.done(Method::GET, &format!("{root}/{id}"), Value::Null, 200).await["displayName"],
            "DC1"
        );
        deck.done(Method::GET, &format!("{root}?$top=1"), Value::Null, 501).await;
        deck.done(Method::GET, "/graph/beta/deviceManagement/zebraFotaConnector", Value::Null, 404).await;
        assert_eq!(
            deck.get("/graph/v1.0/deviceAppManagement/vppTokens", "nobody").await.0,
            StatusCode::FORBIDDEN
        );
    });
}

#[test]
fn a_failed_run_is_tried_again_by_itself() {
    check(async |mut deck| {
        deck.status.syncs = Syncs::new(vec![Arc::new(Probe::default())]);
        let settings = json!({ "host": "flaky.example" });
        let at = add(&deck, "tlsProbe", json!({ "displayName": "Flaky", "settings": settings })).await;
        deck.settle().await;
        let page = deck.done(Method::GET, &at, Value::Null, 200).await;
        assert_eq!(page["sync"]["lastError"], "The server was away for a moment.");
        deck.wait(SignedDuration::from_mins(2));
        deck.settle().await;
        let page = deck.done(Method::GET, &at, Value::Null, 200).await;
        assert_eq!(
            (&page["sync"]["lastError"], &page["status"]["health"]),
            (&Value::Null, &json!("healthy"))
        );
        let runs: Vec<(&str, &str)> = page["runs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|run| (run["requestedBy"].as_str().unwrap(), run["outcome"].as_str().unwrap()))
            .collect();
        assert_eq!(runs, [("retry", "succeeded"), ("schedule", "failed")]);
    });
}
