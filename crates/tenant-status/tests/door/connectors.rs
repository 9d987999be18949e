//! Connectors: what is listed, who may change what, and what a change sets in motion.

use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};

use tenant_status::catalogue::{Maker, SyncKind};

use super::deck::{ADMIN, Deck, READER, TENANT, add, check, notices};

const LIST: &str = "/api/tenantStatus/connectors";
const HOUR: SignedDuration = SignedDuration::from_hours(1);

async fn type_in_list(deck: &Deck, ty: &str) -> Value {
    let list = deck.done(Method::GET, LIST, Value::Null, 200).await;
    list["value"].as_array().unwrap().iter().find(|one| one["type"] == ty).unwrap().clone()
}

#[test]
fn an_empty_deck_lists_every_type_as_not_enabled_by_name() {
    check(async |deck| {
        let list = deck.done(Method::GET, &format!("{LIST}?lang=sv"), Value::Null, 200).await;
        let value = list["value"].as_array().unwrap();
        assert_eq!(value.len(), tenant_status::catalogue::all().count());
        assert!(
            value
                .iter()
                .all(|one| one["status"]["health"] == "notEnabled" && one["status"]["timestamp"].is_null())
        );
        assert_eq!(list["unhealthyCount"], 0);
        let labels: Vec<&str> = value.iter().map(|one| one["label"].as_str().unwrap()).collect();
        assert!(labels.contains(&"Förfallodatum för VPP"));
        let andra = labels.iter().position(|label| label.starts_with("Andra")).unwrap();
        let windows = labels.iter().position(|label| label.starts_with("Windows")).unwrap();
        assert!(andra < windows, "{labels:?}");
    });
}

#[test]
fn a_call_at_a_door_of_ours_is_a_success_of_its_connector() {
    check(async |deck| {
        add(&deck, "directorySync", json!({ "displayName": "People", "syncKind": "scim" })).await;
        assert_eq!(type_in_list(&deck, "directorySync").await["status"]["reason"], "neverSucceeded");
        let called_at = deck.status.world.clock.now();
        deck.wait(SignedDuration::from_mins(1));
        for _ in 0..2 {
            tenant_status::heard(&deck.status, TENANT, SyncKind::Scim, called_at).await.unwrap();
            let shown = type_in_list(&deck, "directorySync").await;
            assert_eq!(shown["status"]["health"], "healthy", "{shown}");
            assert_eq!(shown["status"]["timestamp"], called_at.to_string(), "{shown}");
        }
        deck.wait(HOUR * 73);
        deck.settle().await;
        assert_eq!(type_in_list(&deck, "directorySync").await["status"]["health"], "unhealthy");
    });
}

#[test]
fn a_heartbeat_keeps_a_connector_healthy_until_it_is_late() {
    check(async |deck| {
        let at = add(
            &deck,
            "customHeartbeat",
            json!({ "displayName": "Nightly export", "syncEverySeconds": 3600 }),
        )
        .await;
        assert_eq!(type_in_list(&deck, "customHeartbeat").await["status"]["reason"], "neverSucceeded");
        let token = deck.done(Method::POST, &format!("{at}/heartbeatToken"), Value::Null, 201).await;
        let door = format!("/api/heartbeat/{}", token["token"].as_str().unwrap());
        deck.wait(SignedDuration::from_mins(1));
        assert_eq!(token["address"], format!("https://deck.example{door}"));
        let (status, _) =
            deck.post(&door, "nobody", json!({ "status": "success", "message": "12 rows" })).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        let (status, again) = deck.post(&door, "nobody", json!({})).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{again}");
        let shown = type_in_list(&deck, "customHeartbeat").await;
        assert_eq!((&shown["status"]["health"], &shown["instanceCount"]), (&json!("healthy"), &json!(1)));
        deck.wait(HOUR + SignedDuration::from_micros(1));
        deck.settle().await;
        assert_eq!(type_in_list(&deck, "customHeartbeat").await["status"]["health"], "warning");
        deck.wait(HOUR * 2);
        deck.settle().await;
        let (status, _) =
            deck.post(&door, "nobody", json!({ "status": "failure", "message": "disk full" })).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        let page = deck.done(Method::GET, &at, Value::Null, 200).await;
        assert_eq!(page["status"]["health"], "unhealthy");
        assert_eq!(page["sync"]["lastError"], "disk full");
        let healths: Vec<&str> =
            page["timeline"].as_array().unwrap().iter().map(|one| one["health"].as_str().unwrap()).collect();
        assert_eq!(healths, ["unhealthy", "warning", "healthy", "warning"]);
        assert_eq!(page["runs"].as_array().unwrap().len(), 2);
        assert_eq!(
            notices(&deck).await,
            [
                "connectorHealth open warning",
                "connectorHealth resolved info",
                "connectorHealth open warning",
                "connectorHealth updated critical"
            ]
        );
    });
}

#[test]
fn a_type_is_as_its_least_healthy_enabled_instance() {
    check(async |deck| {
        let first = add(&deck, "customHeartbeat", json!({ "displayName": "A" })).await;
        add(
            &deck,
            "customHeartbeat",
            json!({ "displayName": "B", "owner": "Ann", "howToRenew": "Ask Ann." }),
        )
        .await;
        deck.wait(HOUR * 72);
        let list = deck.done(Method::GET, LIST, Value::Null, 200).await;
        assert_eq!(
            (&list["unhealthyCount"], &list["value"][0]["type"]),
            (&json!(1), &json!("customHeartbeat"))
        );
        deck.done(Method::POST, &format!("{first}/disable"), Value::Null, 200).await;
        let shown = type_in_list(&deck, "customHeartbeat").await;
        assert_eq!((&shown["instanceName"], &shown["enabledCount"]), (&json!("B"), &json!(1)));
        deck.done(Method::POST, &format!("{first}/enable"), Value::Null, 200).await;
        let page = deck.done(Method::GET, &first, Value::Null, 200).await;
        assert_eq!(page["status"]["health"], "warning", "it is given its time again");
        deck.done(Method::DELETE, &first, Value::Null, 204).await;
        deck.done(Method::GET, &first, Value::Null, 404).await;
    });
}

#[test]
fn each_type_asks_for_its_own_permission() {
    check(async |deck| {
        let path = format!("{LIST}/customHeartbeat/instances");
        let (status, answer) = deck.post(&path, READER, json!({ "displayName": "A" })).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert_eq!(answer["missing"], json!(["Quarterdeck_Connectors_Update"]));
        let (status, answer) = deck.post(&format!("{LIST}/vppSync/instances"), READER, json!({})).await;
        assert_eq!(
            (status, &answer["missing"]),
            (StatusCode::FORBIDDEN, &json!(["Microsoft.Intune_MobileApps_Update"]))
        );
        for ty in tenant_status::catalogue::all().filter(|ty| ty.maker == Maker::Administrator) {
            let path = format!("{LIST}/{}", ty.key);
            let (status, page) = deck.get(&path, READER).await;
            assert_eq!((status, &page["mayWrite"]), (StatusCode::OK, &json!(false)), "{}", ty.key);
            assert_eq!(page["writePermission"], ty.write.id(), "{}", ty.key);
            let (status, answer) = deck.post(&format!("{path}/instances"), READER, json!({})).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{}", ty.key);
            assert_eq!(answer["missing"], json!([ty.write.id()]), "{}", ty.key);
        }
        assert_eq!(deck.get(LIST, READER).await.0, StatusCode::OK);
        assert_eq!(deck.get(LIST, "Intune Role Administrator").await.0, StatusCode::FORBIDDEN);
        let (status, _) = deck.post(&path, ADMIN, json!({ "displayName": "A" })).await;
        assert_eq!(status, StatusCode::CREATED);
        let own =
            deck.post(&format!("{LIST}/ownSnapshot/instances"), ADMIN, json!({ "displayName": "A" })).await;
        assert_eq!((own.0, &own.1["code"]), (StatusCode::CONFLICT, &json!("computed")));
    });
}

#[test]
fn bad_input_is_refused_with_its_field_and_changes_nothing() {
    check(async |deck| {
        let path = format!("{LIST}/customHeartbeat/instances");
        for (body, target) in [
            (json!({}), "displayName"),
            (json!({ "displayName": "  " }), "displayName"),
            (json!({ "displayName": "a", "syncKind": "tlsProbe" }), "syncKind"),
            (json!({ "displayName": "a", "syncEverySeconds": 5 }), "syncEverySeconds"),
            (json!({ "displayName": "a", "settings": [] }), "settings"),
            (json!({ "displayName": "a", "owner": "x".repeat(300) }), "owner"),
        ] {
            let (status, answer) = deck.post(&path, ADMIN, body.clone()).await;
            assert_eq!(
                (status, &answer["target"]),
                (StatusCode::BAD_REQUEST, &json!(target)),
                "{body}: {answer}"
            );
        }
        assert_eq!(type_in_list(&deck, "customHeartbeat").await["instanceCount"], 0);
        deck.done(Method::GET, &format!("{LIST}/nonsense"), Value::Null, 404).await;
        let days = format!("{LIST}/customHeartbeat/earlyWarnings");
        deck.done(Method::PUT, &days, json!({ "days": [3] }), 400).await;
        deck.done(Method::PUT, &format!("{LIST}/apnsExpiry/earlyWarnings"), json!({ "days": [0] }), 400)
            .await;
        let days = format!("{LIST}/apnsExpiry/earlyWarnings");
        let set = deck.done(Method::PUT, &days, json!({ "days": [7, 60] }), 200).await;
        assert_eq!(set["days"], json!([60, 7]));
    });
}

#[test]
fn nobody_sees_another_tenants_connectors() {
    check(async |deck| {
        let at = add(&deck, "customHeartbeat", json!({ "displayName": "A" })).await;
        let foreign = deck.from("foreign");
        assert_eq!(foreign.get(&at, ADMIN).await.0, StatusCode::NOT_FOUND);
        assert_eq!(foreign.ask(Method::DELETE, &at, ADMIN, None).await.0, StatusCode::NOT_FOUND);
        assert_eq!(type_in_list(&foreign, "customHeartbeat").await["instanceCount"], 0);
    });
}
