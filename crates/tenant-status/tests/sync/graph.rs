//! Import from an endpoint in Graph's shape, with a double in its place.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tenant_status::catalogue::SyncKind;
use tenant_status::sync::shelf::{Page, Shelved};

use crate::double::{Answer, Double, Ground, Placed, asked, client, failed, landing_sync, ok};

const ANN: &str = "00000000-0000-0000-0000-00000000000a";
const BOB: &str = "00000000-0000-0000-0000-00000000000b";
const LAPTOP: &str = "00000000-0000-0000-0000-0000000000d1";

fn secret() -> Value {
    json!({ "kind": "clientSecret", "value": "s3cret&more" })
}

fn settings(server: &Double) -> Value {
    json!({ "root": format!("{}/v1.0", server.root()), "tokenAddress": format!("{}/token", server.root()),
        "clientId": "app" })
}

/// The double: two pages of users, then only what changed; one page of devices; two of Autopilot identities.
async fn graph() -> Double {
    let root = Arc::new(Mutex::new(String::new()));
    let (told, n_busy) = (Arc::clone(&root), AtomicUsize::new(0));
    let server = Double::plain(move |heard| {
        let root = told.lock().unwrap().clone();
        let path = heard.line.split(['?']).next().unwrap_or_default();
        match (path, heard.line.contains("token=")) {
            ("POST /token", _) => ok(json!({ "token_type": "Bearer", "access_token": "t0ken", "expires_in": 3599 })),
            ("GET /v1.0/users/delta", false) if n_busy.fetch_add(1, Ordering::SeqCst) == 0 => {
                Answer(429, "Retry-After: 0\r\n", json!({ "error": { "code": "TooManyRequests" } }))
            }
            ("GET /v1.0/users/delta", false) => ok(json!({
                "value": [{ "id": ANN, "userPrincipalName": "ann@contoso.example", "accountEnabled": true }],
                "@odata.nextLink": format!("{root}/v1.0/users/delta?$skiptoken=2&token=page2"),
            })),
            ("GET /v1.0/users/delta", true) if heard.line.contains("page2") => ok(json!({
                "value": [{ "id": BOB, "userPrincipalName": "bob@contoso.example" }],
                "@odata.deltaLink": format!("{root}/v1.0/users/delta?token=d1"),
            })),
            ("GET /v1.0/users/delta", true) if heard.line.contains("d1") => ok(json!({
                "value": [{ "id": BOB, "@removed": { "reason": "deleted" } }],
                "@odata.deltaLink": format!("{root}/v1.0/users/delta?token=d2"),
            })),
            ("GET /v1.0/users/delta", true) => Answer(410, "", json!({ "error": { "code": "syncStateNotFound" } })),
            ("GET /v1.0/deviceManagement/managedDevices", _) => ok(json!({ "value": [{ "id": LAPTOP,
                "deviceName": "LAPTOP-1", "operatingSystem": "Windows", "complianceState": "compliant", "userId": ANN,
                "lastSyncDateTime": "2026-11-20T10:00:00Z", "azureADDeviceId": "x", "isEncrypted": true }] })),
            ("GET /v1.0/deviceManagement/windowsAutopilotDeviceIdentities", false) => ok(json!({
                "value": [{ "id": LAPTOP, "serialNumber": "S1", "userPrincipalName": "ann@contoso.example" }],
                "@odata.nextLink":
                    format!("{root}/v1.0/deviceManagement/windowsAutopilotDeviceIdentities?token=2"),
            })),
            ("GET /v1.0/deviceManagement/windowsAutopilotDeviceIdentities", true) => {
                ok(json!({ "value": [{ "id": BOB, "serialNumber": "S2" }] }))
            }
            _ => Answer(404, "", json!({ "error": { "code": "ResourceNotFound" } })),
        }
    })
    .await;
    *root.lock().unwrap() = server.root();
    server
}

#[tokio::test]
async fn all_is_read_once_and_then_what_changed() {
    let (server, ground) = (graph().await, Ground::default());
    let import = landing_sync(SyncKind::GraphImport, &client(Vec::new()), ground.clone());
    let settings = settings(&server);
    assert_eq!(import.check(&settings), Ok(()));
    let first = import.run(asked(settings.clone(), Some(secret()), None)).await.unwrap();
    assert_eq!(
        (&first.counts["usersMade"], &first.counts["devicesMade"]),
        (&json!(2), &json!(1)),
        "{first:?}"
    );
    let heard = server.heard();
    let form = heard[0].body.as_str().unwrap().to_owned();
    assert!(
        form.contains("grant_type=client_credentials") && form.contains("client_secret=s3cret%26more"),
        "{form}"
    );
    assert!(form.contains("scope=http%3A%2F%2F127.0.0.1"), "{form}");
    assert!(heard[1].head.contains("Bearer t0ken"), "{}", heard[1].head);
    let placed = ground.taken();
    let [Placed::Page(Page::Autopilot(page)), Placed::Page(Page::Autopilot(_)), last] = &placed[..] else {
        panic!("{placed:?}")
    };
    let told = (page[0].serial_number.as_deref(), page[0].user_principal_name.as_deref());
    assert_eq!(told, (Some("S1"), Some("ann@contoso.example")));
    assert_eq!(*last, Placed::Closed(Shelved::Autopilot, true));
    assert_eq!(first.counts["autopilotIdentities"], 2, "{first:?}");
    let laptop = ground.devices.lock().unwrap()[0].clone();
    assert_eq!(laptop.last_sync_date_time.unwrap().to_string(), "2026-11-20T10:00:00Z");
    let next = import.run(asked(settings.clone(), Some(secret()), first.cursor.as_deref())).await.unwrap();
    assert_eq!((&next.counts["usersMade"], &next.counts["usersRemoved"]), (&json!(0), &json!(1)), "{next:?}");
    assert!(next.cursor.as_deref().unwrap().contains("token=d2"));
    let forgotten = import.run(asked(settings, Some(secret()), next.cursor.as_deref())).await.unwrap();
    assert_eq!(forgotten.counts["usersMade"], 2, "an old delta reads everything again");
}

/// Graph tells all Autopilot identities each time; another endpoint may tell what changed, or have none.
#[tokio::test]
async fn autopilot_identities_are_told_whole_by_delta_or_not_at_all() {
    let answers = Arc::new(Mutex::new(Vec::<Answer>::new()));
    let told = Arc::clone(&answers);
    let server = Double::plain(move |heard| match heard.line.as_str() {
        "POST /token" => ok(json!({ "access_token": "t0ken" })),
        line if line.contains("/users") || line.contains("/managedDevices") => ok(json!({ "value": [] })),
        _ => told.lock().unwrap().remove(0),
    })
    .await;
    let ground = Ground::default();
    let import = landing_sync(SyncKind::GraphImport, &client(Vec::new()), ground.clone());
    let delta = format!("{}/v1.0/autopilot?delta", server.root());
    let page = || json!({ "value": [{ "id": BOB }], "@odata.deltaLink": delta });
    let (gone, missing) = (|| Answer(410, "", Value::Null), || Answer(404, "", Value::Null));
    let mut cursor = None;
    for (told, closed) in [
        (vec![ok(page())], Ok(true)),
        (vec![ok(page())], Ok(false)),
        (vec![gone(), ok(page())], Ok(true)),
        (vec![gone(), gone()], Err("ends before it is complete")),
        (vec![missing()], Ok(false)),
    ] {
        *answers.lock().unwrap() = told;
        let run = import.run(asked(settings(&server), Some(secret()), cursor.as_deref())).await;
        match closed {
            Ok(is_whole) => {
                cursor = run.unwrap().cursor;
                let last = Placed::Closed(Shelved::Autopilot, is_whole);
                assert_eq!(ground.taken().last(), Some(&last), "{cursor:?}");
            }
            Err(part) => assert!(failed(run, &["t0ken"]).said.en.contains(part)),
        }
        assert!(answers.lock().unwrap().is_empty(), "everything was asked for");
    }
}

#[tokio::test]
async fn refusals_are_told_and_the_token_stays_here() {
    for (answers, part, is_final) in [
        (vec![Answer(401, "", json!({ "error": "invalid_client" }))], "gives no token", true),
        (vec![ok(json!({ "access_token": "t0ken" })), Answer(403, "", Value::Null)], "does not permit", true),
        (
            vec![ok(json!({ "access_token": "t0ken" })), Answer(429, "Retry-After: 120\r\n", Value::Null)],
            "pause",
            false,
        ),
        (
            vec![
                ok(json!({ "access_token": "t0ken" })),
                ok(json!({ "value": [], "@odata.nextLink": "https://elsewhere.example/steal" })),
            ],
            "another host",
            true,
        ),
        (vec![ok(json!({ "access_token": "t0ken" })), ok(json!({ "values": [] }))], "is not the JSON", false),
    ] {
        let answers = Mutex::new(answers.into_iter());
        let server = Double::plain(move |_| answers.lock().unwrap().next().unwrap()).await;
        let import = landing_sync(SyncKind::GraphImport, &client(Vec::new()), Ground::default());
        let run = import.run(asked(settings(&server), Some(secret()), None));
        let error = failed(run.await, &["s3cret", "t0ken"]);
        assert!(error.said.en.contains(part), "{error}");
        assert_eq!(error.is_final, is_final, "{error}");
    }
    let import = landing_sync(SyncKind::GraphImport, &client(Vec::new()), Ground::default());
    for (settings, field) in [
        (json!({}), "root"),
        (json!({ "root": "https://a" }), "tokenAddress"),
        (json!({ "root": "https://a", "tokenAddress": "https://b" }), "clientId"),
    ] {
        assert_eq!(import.check(&settings).unwrap_err().0, field);
    }
}
