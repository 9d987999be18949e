//! Apple's volume purchases and enrolment, with doubles in Apple's place.

use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::SignedDuration;
use serde_json::{Value, json};
use tenant_status::catalogue::SyncKind;
use tenant_status::sync::shelf::{Page, Shelved};

use crate::double::{Answer, Double, Ground, Placed, asked, client, failed, landing_sync, ok, sync};

fn location_token() -> Value {
    json!({ "kind": "locationToken", "bearer": "s3cret" })
}

fn server_token() -> Value {
    json!({ "kind": "enrolmentToken", "consumerKey": "CK", "consumerSecret": "CS_s3cret", "accessToken": "AT_s3cret",
        "accessSecret": "AS_s3cret" })
}

#[tokio::test]
async fn licences_are_counted_page_by_page() {
    let asset = |n: u64| json!({ "adamId": n.to_string(), "totalCount": 10, "assignedCount": 7, "availableCount": 3 });
    let server = Double::plain(move |heard| match heard.line.as_str() {
        "GET /client/config" => {
            ok(json!({ "locationName": "PS01", "tokenExpirationDate": "2030-11-08T22:33:22+0000", "uId": "1" }))
        }
        "GET /assets?pageIndex=0" => ok(json!({ "assets": [asset(1), asset(2)], "currentPageIndex": 0,
            "nextPageIndex": 1, "totalPages": 2, "versionId": "v1" })),
        "GET /assets?pageIndex=1" => {
            ok(json!({ "assets": [{ "adamId": "3", "unlimited": true }], "currentPageIndex": 1, "versionId": "v1" }))
        }
        _ => Answer(404, "", Value::Null),
    })
    .await;
    let settings = json!({ "root": server.root() });
    let ground = Ground::default();
    let vpp = landing_sync(SyncKind::AppleVpp, &client(Vec::new()), ground.clone());
    let synced = vpp.run(asked(settings.clone(), Some(location_token()), None)).await.unwrap();
    assert_eq!(synced.message.en, "20 licences of 3 apps and books, 6 of them free.");
    assert_eq!(
        synced.counts,
        json!({ "assets": 3, "licences": 20, "assigned": 14, "available": 6, "assetsRemoved": 0 })
    );
    let placed = ground.taken();
    let [Placed::Page(Page::Assets(first)), Placed::Page(Page::Assets(second)), last] = &placed[..] else {
        panic!("{placed:?}")
    };
    assert_eq!((first.len(), first[1].adam_id.as_str(), first[1].total_count), (2, "2", Some(10)));
    assert_eq!((second[0].adam_id.as_str(), second[0].total_count), ("3", None), "unlimited");
    assert_eq!(*last, Placed::Closed(Shelved::Assets, true));
    assert_eq!(synced.cursor.as_deref(), Some("v1"));
    let expires = synced.credential.unwrap().expires_at.unwrap();
    assert_eq!(expires.to_string(), "2030-11-08T22:33:22Z");
    assert!(
        server.heard().iter().all(|heard| heard.head.to_lowercase().contains("authorization: bearer s3cret"))
    );
    let error = failed(vpp.run(asked(settings, None, None)).await, &[]);
    assert!(error.is_final && error.said.en.contains("upload it"), "{error}");
}

#[tokio::test]
async fn apples_refusals_of_a_location_token_are_told() {
    for (answer, part, is_final, wait) in [
        (
            Answer(401, "", json!({ "errorNumber": 9621, "errorMessage": "The token has expired." })),
            "download a new one",
            true,
            None,
        ),
        (
            Answer(400, "", json!({ "errorNumber": 9602, "errorMessage": "Invalid argument." })),
            "(9602): Invalid argument.",
            false,
            None,
        ),
        (Answer(429, "Retry-After: 90\r\n", Value::Null), "asks for a pause", false, Some(90)),
        (Answer(503, "", json!("busy")), "trouble of its own", false, None),
        (Answer(200, "", json!("no JSON")), "is not the JSON", false, None),
    ] {
        let answer = std::sync::Mutex::new(Some(answer));
        let server = Double::plain(move |_| answer.lock().unwrap().take().unwrap()).await;
        let vpp = sync(SyncKind::AppleVpp, &client(Vec::new()));
        let run = vpp.run(asked(json!({ "root": server.root() }), Some(location_token()), None));
        let error = failed(run.await, &["s3cret"]);
        assert!(error.said.en.contains(part), "{error}");
        assert_eq!(
            (error.is_final, error.retry_after),
            (is_final, wait.map(SignedDuration::from_secs)),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_list_that_goes_round_in_circles_ends() {
    let server = Double::plain(|_| ok(json!({ "assets": [], "nextPageIndex": 0 }))).await;
    let vpp = sync(SyncKind::AppleVpp, &client(Vec::new()));
    let error =
        failed(vpp.run(asked(json!({ "root": server.root() }), Some(location_token()), None)).await, &[]);
    assert!(error.said.en.contains("circles"), "{error}");
}

#[tokio::test]
async fn devices_are_read_once_and_then_only_what_changed() {
    let server = Double::plain(|heard| {
        let cursor = heard.body["cursor"].as_str().unwrap_or("");
        match (heard.line.as_str(), cursor) {
            ("GET /session", _) => ok(json!({ "auth_session_token": "session-1" })),
            ("POST /server/devices", "") => Answer(
                200,
                "X-ADM-Auth-Session: session-2\r\n",
                json!({ "devices": [{ "serial_number": "A" }, { "serial_number": "B" }], "cursor": "c1",
                    "more_to_follow": true, "fetched_until": "2026-11-21T12:00:00Z" }),
            ),
            ("POST /server/devices", "c1") => {
                ok(json!({ "devices": [{ "serial_number": "C" }], "cursor": "c2",
                "more_to_follow": false }))
            }
            ("POST /devices/sync", "c2") => {
                ok(json!({ "devices": [{ "serial_number": "D", "op_type": "added" },
                { "serial_number": "A", "op_type": "deleted" }], "cursor": "c3", "more_to_follow": false }))
            }
            ("POST /devices/sync", _) => Answer(400, "", json!("\"EXPIRED_CURSOR\"")),
            _ => Answer(404, "", Value::Null),
        }
    })
    .await;
    let settings = json!({ "root": server.root() });
    let ground = Ground::default();
    let dep = landing_sync(SyncKind::AppleDep, &client(Vec::new()), ground.clone());
    let first = dep.run(asked(settings.clone(), Some(server_token()), None)).await.unwrap();
    assert_eq!(ground.taken().last(), Some(&Placed::Closed(Shelved::AppleDevices, true)));
    assert_eq!((first.message.en.as_str(), first.cursor.as_deref()), ("3 devices were read.", Some("c2")));
    let heard = server.heard();
    assert!(heard[0].head.contains("OAuth realm=\"ADM\", oauth_consumer_key=\"CK\""), "{}", heard[0].head);
    assert!(heard[2].head.to_lowercase().contains("x-adm-auth-session: session-2"), "{}", heard[2].head);
    let next = dep.run(asked(settings.clone(), Some(server_token()), Some("c2"))).await.unwrap();
    assert_eq!(next.counts, json!({ "added": 1, "modified": 0, "deleted": 1, "kept": 2 }));
    let placed = ground.taken();
    let [Placed::Page(Page::AppleDevices(page)), last] = &placed[..] else { panic!("{placed:?}") };
    let told: Vec<_> = page.iter().map(|one| (one.serial_number.as_str(), one.is_deleted())).collect();
    assert_eq!(told, [("D", false), ("A", true)]);
    assert_eq!(*last, Placed::Closed(Shelved::AppleDevices, false), "what was not told is still there");
    assert_eq!(next.cursor.as_deref(), Some("c3"));
    let late = dep.run(asked(settings, Some(server_token()), Some("old"))).await.unwrap();
    assert_eq!(late.message.en, "3 devices were read.", "an old cursor reads everything again");
    let sent = server.heard().iter().map(|heard| format!("{}{}", heard.head, heard.body)).collect::<String>();
    assert!(!sent.contains("CS_s3cret") && !sent.contains("AS_s3cret"), "secrets sign, they are not sent");
    assert_eq!(server.lines().iter().filter(|line| *line == "GET /session").count(), 3);
}

#[tokio::test]
async fn apples_refusals_of_a_server_token_are_told() {
    let n_asked = AtomicUsize::new(0);
    let answers = [
        (403, "T_C_NOT_SIGNED", "new terms", true),
        (403, "ACCESS_DENIED", "download a new one", true),
        (401, "oauth_problem_adviced_bad_request", "download a new one", true),
        (503, "", "trouble of its own", false),
    ];
    let server = Double::plain(move |_| {
        let (status, word, ..) = answers[n_asked.fetch_add(1, Ordering::SeqCst)];
        Answer(status, "", json!(word))
    })
    .await;
    let dep = sync(SyncKind::AppleDep, &client(Vec::new()));
    for (_, _, part, is_final) in answers {
        let run = dep.run(asked(json!({ "root": server.root() }), Some(server_token()), None));
        let error = failed(run.await, &["s3cret"]);
        assert!(error.said.en.contains(part), "{error}");
        assert_eq!(error.is_final, is_final, "{error}");
    }
}
