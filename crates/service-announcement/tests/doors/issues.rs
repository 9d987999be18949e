//! Incidents and advisories, and what they make of the services.

use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Deck, check};

const ROOT: &str = "/graph/v1.0/admin/serviceAnnouncement";

fn outage() -> Value {
    json!({
        "title": "Check-ins are slow",
        "service": "Device management",
        "feature": "Check-in",
        "classification": "incident",
        "status": "serviceDegradation",
        "impactDescription": "Devices report late.",
    })
}

async fn open(deck: &Deck, body: Value) -> String {
    let (status, written) = deck.post("support", "/api/serviceAnnouncement/issues", body).await;
    assert_eq!(status, StatusCode::CREATED, "{written}");
    written["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_incident_lives_from_its_opening_to_thirty_days_after_its_end() {
    check(async |deck: Deck| {
        let id = open(&deck, outage()).await;
        deck.world.clock.advance(SignedDuration::from_mins(10));
        let of_issue = format!("/api/serviceAnnouncement/issues/{id}");
        let told = json!({ "text": "We found the cause: a \"full\" disk.", "status": "restoringService" });
        let (status, body) = deck.post("support", &format!("{of_issue}/posts"), told).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        let issue = deck.get("support", &format!("{ROOT}/issues/{id}")).await;
        assert_eq!(issue["status"], "restoringService");
        assert_eq!(issue["isResolved"], false);
        assert_eq!(issue["posts"][0]["description"]["content"], "Devices report late.");
        assert_eq!(issue["posts"][1]["description"]["content"], "We found the cause: a \"full\" disk.");
        assert_eq!(issue["posts"][1]["createdDateTime"], "2026-11-20T12:10:00Z");
        assert_eq!(issue["lastModifiedDateTime"], "2026-11-20T12:10:00Z");
        deck.world.clock.advance(SignedDuration::from_mins(5));
        let (status, body) =
            deck.post("support", &format!("{of_issue}/resolve"), json!({ "text": "Done." })).await;
        assert_eq!((status, body["status"].as_str()), (StatusCode::OK, Some("serviceRestored")), "{body}");
        let past = deck.get("support", &format!("{ROOT}/issues?$filter=isResolved%20eq%20true")).await;
        assert_eq!(past["value"][0]["endDateTime"], "2026-11-20T12:15:00Z", "{past}");
        let (status, _) = deck.post("support", &format!("{of_issue}/posts"), json!({ "text": "?" })).await;
        assert_eq!(status, StatusCode::CONFLICT, "what is over stays over");
        deck.world.clock.advance(SignedDuration::from_hours(24 * 30));
        assert_eq!(deck.get("support", &format!("{ROOT}/issues")).await["value"][0]["id"], id.as_str());
        deck.world.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(deck.get("support", &format!("{ROOT}/issues")).await["value"], json!([]));
        let told: Vec<_> =
            deck.notices().await.iter().map(|n| n.split(' ').nth(1).unwrap().to_owned()).collect();
        assert_eq!(told, ["open", "updated", "resolved"]);
        assert_eq!(deck.n_audited().await, 3);
        assert_eq!(deck.get("foreigner", &format!("{ROOT}/issues")).await["value"], json!([]));
    });
}

#[test]
fn a_service_shows_its_worst_open_issue() {
    check(async |deck: Deck| {
        open(&deck, outage()).await;
        let advisory = json!({
            "title": "A note", "service": "Printing", "classification": "advisory",
            "impactDescription": "Nothing much.",
        });
        open(&deck, advisory).await;
        open(
            &deck,
            json!({ "title": "Looking", "service": "Device management", "classification": "incident",
            "impactDescription": "Perhaps." }),
        )
        .await;
        let path = format!("{ROOT}/healthOverviews?$expand=issues&$orderby=service&$count=true");
        let all = deck.get("admin", &path).await;
        let shown: Vec<_> = all["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| {
                (
                    o["service"].as_str().unwrap(),
                    o["status"].as_str().unwrap(),
                    o["issues"].as_array().unwrap().len(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("Data warehouse", "serviceOperational", 0),
                ("Device management", "serviceDegradation", 2),
                ("Printing", "investigating", 1),
                ("Quarterdeck", "serviceOperational", 0),
            ]
        );
        assert_eq!(all["@odata.count"], 4);
        let one = deck
            .get(
                "admin",
                &format!("{ROOT}/healthOverviews/Device%20management?$select=status&$expand=issues"),
            )
            .await;
        assert_eq!(one["issues"].as_array().map(Vec::len), Some(2), "{one}");
        assert_eq!(one.get("service"), None, "it was not selected: {one}");
        let beta = deck.get("admin", "/graph/beta/admin/serviceAnnouncement/issues?$top=1").await;
        let context = "https://deck.example/graph/beta/$metadata#admin/serviceAnnouncement/issues";
        assert_eq!(beta["@odata.context"], context);
        let (status, body) =
            deck.ask("admin", Method::GET, &format!("{ROOT}/healthOverviews?$expand=posts"), None).await;
        assert_eq!((status, body["error"]["target"].as_str()), (StatusCode::BAD_REQUEST, Some("$expand")));
    });
}

#[test]
fn what_cannot_be_is_refused_with_the_field_and_changes_nothing() {
    check(async |deck: Deck| {
        let with = |name: &str, value: Value| {
            let mut body = outage();
            body[name] = value;
            body
        };
        let root = "/api/serviceAnnouncement/issues";
        for (body, target) in [
            (with("title", json!("  ")), "title"),
            (with("title", json!("x".repeat(201))), "title"),
            (with("service", json!("a\u{1}b")), "service"),
            (with("status", json!("resolved")), "status"),
            (with("status", json!("fine")), "status"),
            (with("classification", json!("catastrophe")), "classification"),
            (with("startDateTime", json!("2026-11-20T12:06:00Z")), "startDateTime"),
            (with("startsAt", json!("now")), "startsAt"),
        ] {
            let (status, answer) = deck.post("support", root, body).await;
            assert_eq!(
                (status, answer["target"].as_str()),
                (StatusCode::BAD_REQUEST, Some(target)),
                "{answer}"
            );
        }
        let (status, _) = deck.post("reader", root, outage()).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _) = deck.post("support", &format!("{root}/QD1/posts"), json!({ "text": "x" })).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let id = open(&deck, outage()).await;
        for (path, body) in [
            (format!("{root}/{id}/posts"), json!({ "text": "x", "status": "resolved" })),
            (format!("{root}/{id}/resolve"), json!({ "text": "x", "status": "investigating" })),
        ] {
            let (status, answer) = deck.post("support", &path, body).await;
            assert_eq!((status, answer["target"].as_str()), (StatusCode::BAD_REQUEST, Some("status")));
        }
        let (status, _) =
            deck.post("foreigner", &format!("{root}/{id}/resolve"), json!({ "text": "x" })).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "another tenant's issue is not there");
        assert_eq!((deck.n_audited().await, deck.notices().await.len()), (1, 1));
    });
}
