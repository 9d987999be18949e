//! The agents' doors and the management doors from outside, on both databases: enrol, report, renew, retire, and
//! every refusal.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use http::StatusCode;
use proto::delta;
use serde_json::json;
use support::{Deck, check, sections};

#[test]
fn a_device_enrols_reports_and_is_listed() {
    check(async |deck: Deck| {
        let device = deck.enrol("laptop-1").await;
        let full = device.report(1, None, delta::full(&sections("laptop-1", 10)));
        let (status, body) = deck.check_in(&device, &full).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!((body["accepted"].as_u64(), body["duplicate"].as_bool()), (Some(1), Some(false)));
        let list = deck.get_as_admin("/graph/v1.0/deviceManagement/managedDevices?$count=true").await.1;
        assert_eq!(list["@odata.count"], 1);
        assert_eq!(list["value"][0]["deviceName"], "laptop-1");
        assert_eq!(list["value"][0]["operatingSystem"], "Linux");
        assert_eq!(list["value"][0]["isSimulated"], false);
        let inventory = deck.get_as_admin(&format!("/api/devices/{}/inventory", device.id)).await.1;
        assert_eq!(inventory["sections"]["packages"].as_array().map(Vec::len), Some(10));
    });
}

#[test]
fn a_report_that_comes_twice_changes_nothing() {
    check(async |deck: Deck| {
        let device = deck.enrol("laptop-1").await;
        let first = device.report(1, None, delta::full(&sections("laptop-1", 3)));
        let (_, accepted) = deck.check_in(&device, &first).await;
        let (status, again) = deck.check_in(&device, &first).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(again["duplicate"], true);
        assert_eq!(again["stateHash"], accepted["stateHash"]);
        // An old sequence under another id is a duplicate too: its moment has passed.
        let old = device.report(1, None, delta::full(&sections("renamed", 1)));
        assert_eq!(deck.check_in(&device, &old).await.1["duplicate"], true);
        let list = deck.get_as_admin("/graph/v1.0/deviceManagement/managedDevices").await.1;
        assert_eq!(list["value"][0]["deviceName"], "laptop-1");
    });
}

#[test]
fn a_delta_changes_what_it_names_and_needs_its_base() {
    check(async |deck: Deck| {
        let device = deck.enrol("laptop-1").await;
        let (before, after) = (sections("laptop-1", 5), sections("laptop-2", 6));
        deck.check_in(&device, &device.report(1, None, delta::full(&before))).await;
        let changes = delta::diff(&before, &after);
        let (status, body) =
            deck.check_in(&device, &device.report(2, Some(before.state_hash()), changes.clone())).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(body["stateHash"], after.state_hash().to_string());
        // The same change again is to an inventory that is no longer held.
        let (status, body) =
            deck.check_in(&device, &device.report(3, Some(before.state_hash()), changes)).await;
        assert_eq!((status, body["code"].as_str()), (StatusCode::CONFLICT, Some("base_mismatch")), "{body}");
        let list = deck.get_as_admin("/graph/v1.0/deviceManagement/managedDevices").await.1;
        assert_eq!(list["value"][0]["deviceName"], "laptop-2");
    });
}

#[test]
fn a_report_without_changes_is_seen() {
    check(async |deck: Deck| {
        let device = deck.enrol("laptop-1").await;
        let held = sections("laptop-1", 2);
        deck.check_in(&device, &device.report(1, None, delta::full(&held))).await;
        deck.world.clock.advance(jiff::SignedDuration::from_hours(8));
        let nothing = device.report(2, Some(held.state_hash()), delta::diff(&held, &held));
        assert_eq!(deck.check_in(&device, &nothing).await.0, StatusCode::OK);
        let list = deck.get_as_admin("/graph/v1.0/deviceManagement/managedDevices").await.1;
        assert_eq!(list["value"][0]["lastSyncDateTime"], deck.world.clock.now().to_string());
    });
}

#[test]
fn enrolling_again_with_the_same_request_gives_the_same_device() {
    check(async |deck: Deck| {
        let request = deck.enrol_request("laptop-1");
        let (first, second) = (
            deck.post("/agent/v1/enroll", None, &request).await,
            deck.post("/agent/v1/enroll", None, &request).await,
        );
        assert_eq!((first.0, second.0), (StatusCode::CREATED, StatusCode::CREATED), "{}", second.1);
        assert_eq!(first.1["deviceId"], second.1["deviceId"]);
        assert_eq!(first.1["certificatePem"], second.1["certificatePem"]);
        let mut other_key = deck.enrol_request("laptop-1");
        other_key["requestId"] = request["requestId"].clone();
        let (status, body) = deck.post("/agent/v1/enroll", None, &other_key).await;
        assert_eq!((status, body["target"].as_str()), (StatusCode::BAD_REQUEST, Some("requestId")), "{body}");
        assert_eq!(
            deck.get_as_admin("/graph/v1.0/deviceManagement/managedDevices?$count=true").await.1["@odata.count"],
            1
        );
    });
}

#[test]
fn tokens_end_when_they_should() {
    check(async |deck: Deck| {
        let refused = async |change: &dyn Fn(&mut serde_json::Value)| {
            let mut request = deck.enrol_request("laptop-1");
            change(&mut request);
            let (status, body) = deck.post("/agent/v1/enroll", None, &request).await;
            (status.as_u16(), body["code"].as_str().unwrap_or("").to_owned())
        };
        assert_eq!(
            refused(&|r| r["enrollmentToken"] = json!("qdet_unknown")).await,
            (401, "token_invalid".to_owned())
        );
        assert_eq!(
            refused(&|r| r["tenantId"] = json!(uuid::Uuid::from_u128(99))).await,
            (403, "wrong_tenant".to_owned())
        );
        assert_eq!(
            refused(&|r| r["csrPem"] =
                json!("-----BEGIN CERTIFICATE REQUEST-----\nAA\n-----END CERTIFICATE REQUEST-----\n"))
            .await,
            (400, "csr_invalid".to_owned())
        );
        assert_eq!(refused(&|r| r["surprise"] = json!(1)).await, (400, "malformed".to_owned()));
        let single = deck.make_token(1).await;
        assert_eq!(refused(&|r| r["enrollmentToken"] = json!(single)).await.0, 201);
        assert_eq!(
            refused(&|r| r["enrollmentToken"] = json!(single)).await,
            (403, "token_used_up".to_owned())
        );
        let revoked = deck.make_token(5).await;
        let listed = deck.get_as_admin("/api/enrollmentTokens").await.1;
        let id = listed["value"].as_array().unwrap().iter().find(|t| t["usesRemaining"] == 5).unwrap()["id"]
            .clone();
        let path = format!("/api/enrollmentTokens/{}/revoke", id.as_str().unwrap());
        assert_eq!(deck.post_as_admin(&path, &json!({})).await.0, StatusCode::OK);
        assert_eq!(
            refused(&|r| r["enrollmentToken"] = json!(revoked)).await,
            (401, "token_invalid".to_owned())
        );
        deck.world.clock.advance(jiff::SignedDuration::from_hours(25));
        assert_eq!(refused(&|_| ()).await, (401, "token_expired".to_owned()));
        assert_eq!(refused(&|_| ()).await, (401, "token_expired".to_owned()));
        let counted = deck.refusals().await;
        let counted: Vec<_> = counted.iter().map(|(cause, n)| (cause.as_str(), *n)).collect();
        let expected = [
            ("csr_invalid", 1),
            ("token_expired", 2),
            ("token_invalid", 1),
            ("token_used_up", 1),
            ("wrong_tenant", 1),
        ];
        assert_eq!(counted, expected, "a token that nobody has given out belongs to no tenant");
    });
}

#[test]
fn strangers_and_retired_devices_are_refused_in_words() {
    check(async |deck: Deck| {
        let report =
            |device: &support::Enrolled, n| device.report(n, None, delta::full(&sections("laptop-1", 1)));
        let device = deck.enrol("laptop-1").await;
        let (status, body) = deck.post("/agent/v1/checkin", None, &json!({})).await;
        assert_eq!((status, body["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("certificate_missing")));
        let stranger = deck.stranger();
        let (status, body) = deck.check_in(&stranger, &report(&stranger, 1)).await;
        assert_eq!(
            (status, body["code"].as_str()),
            (StatusCode::UNAUTHORIZED, Some("certificate_untrusted")),
            "{body}"
        );
        let path = format!("/api/devices/{}/retire", device.id);
        assert_eq!(deck.post_as_admin(&path, &json!({})).await.0, StatusCode::OK);
        let (status, body) = deck.check_in(&device, &report(&device, 1)).await;
        assert_eq!((status, body["code"].as_str()), (StatusCode::GONE, Some("device_retired")), "{body}");
        assert_eq!(
            deck.post_as_admin(&path, &json!({})).await.0,
            StatusCode::NOT_FOUND,
            "it is retired already"
        );
        assert_eq!(
            deck.get_as_admin("/graph/v1.0/deviceManagement/managedDevices?$count=true").await.1["@odata.count"],
            0
        );
    });
}

#[test]
fn a_renewed_certificate_replaces_the_older_ones() {
    check(async |deck: Deck| {
        let first = deck.enrol("laptop-1").await;
        let second = deck.renew(&first).await;
        let third = deck.renew(&second).await;
        let (status, body) =
            deck.check_in(&first, &first.report(1, None, delta::full(&sections("a", 1)))).await;
        assert_eq!(
            (status, body["code"].as_str()),
            (StatusCode::UNAUTHORIZED, Some("certificate_revoked")),
            "{body}"
        );
        for good in [&second, &third] {
            let (status, body) = deck.get("/agent/v1/me", Some(good)).await;
            assert_eq!(status, StatusCode::OK, "{body}");
        }
        deck.world.clock.advance(jiff::SignedDuration::from_hours(24 * 91));
        let (status, body) = deck.get("/agent/v1/me", Some(&third)).await;
        assert_eq!(
            (status, body["code"].as_str()),
            (StatusCode::UNAUTHORIZED, Some("certificate_expired")),
            "{body}"
        );
    });
}

#[test]
fn bodies_that_do_not_fit_are_refused_and_change_nothing() {
    check(async |deck: Deck| {
        let device = deck.enrol("laptop-1").await;
        let good = device.report(1, None, delta::full(&sections("laptop-1", 1)));
        for (change, code) in support::bad_reports() {
            let mut report = serde_json::to_value(&good).unwrap();
            change(&mut report);
            let (status, body) = deck.post("/agent/v1/checkin", Some(&device), &report).await;
            assert_eq!((status.as_u16(), body["code"].as_str()), (400, Some(code)), "{body}");
        }
        let bomb = support::gzip(&vec![b' '; proto::MAX_BODY_BYTES + 1]);
        assert_eq!(deck.post_raw(&device, "application/json", Some("gzip"), bomb).await.0.as_u16(), 413);
        assert_eq!(
            deck.post_raw(&device, "application/json", Some("gzip"), b"not gzip".to_vec()).await.0.as_u16(),
            400
        );
        assert_eq!(
            deck.post_raw(&device, "application/json", Some("br"), b"x".to_vec()).await.0.as_u16(),
            415
        );
        assert_eq!(deck.post_raw(&device, "text/plain", None, b"x".to_vec()).await.0.as_u16(), 415);
        assert_eq!(deck.post_raw(&device, "application/json", None, b"{".to_vec()).await.0.as_u16(), 400);
        let gzipped = support::gzip(&serde_json::to_vec(&good).unwrap());
        assert_eq!(deck.post_raw(&device, "application/json", Some("gzip"), gzipped).await.0.as_u16(), 200);
    });
}

#[test]
fn every_fault_in_a_report_leaves_the_old_inventory_or_the_new() {
    check(async |deck: Deck| {
        let device = deck.enrol("laptop-1").await;
        let (before, after) = (sections("laptop-1", 5), sections("laptop-2", 6));
        deck.check_in(&device, &device.report(1, None, delta::full(&before))).await;
        let report = device.report(2, Some(before.state_hash()), delta::diff(&before, &after));
        let mut n_faults = 0;
        loop {
            deck.store.database().faults().fail_nth(n_faults + 1);
            let (status, body) = deck.check_in(&device, &report).await;
            let happened = deck.store.database().faults().clear();
            let names = deck.get_as_admin("/graph/v1.0/deviceManagement/managedDevices").await.1;
            let name = names["value"][0]["deviceName"].as_str().unwrap().to_owned();
            if !happened {
                assert_eq!((status, name.as_str()), (StatusCode::OK, "laptop-2"), "{body}");
                break;
            }
            assert_eq!(
                (status, name.as_str()),
                (StatusCode::INTERNAL_SERVER_ERROR, "laptop-1"),
                "fault {n_faults}"
            );
            n_faults += 1;
        }
        assert!(n_faults >= 5, "the report has several statements and a commit");
    });
}

#[test]
fn another_tenants_devices_cannot_be_seen_or_touched() {
    check(async |deck: Deck| {
        let device = deck.enrol("laptop-1").await;
        for path in [
            format!("/graph/v1.0/deviceManagement/managedDevices/{}", device.id),
            format!("/api/devices/{}/inventory", device.id),
        ] {
            assert_eq!(deck.get_as_admin(&path).await.0, StatusCode::OK);
            assert_eq!(deck.get_as_foreign_admin(&path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        let retire = format!("/api/devices/{}/retire", device.id);
        assert_eq!(deck.post_as_foreign_admin(&retire, &json!({})).await.0, StatusCode::NOT_FOUND);
        let list =
            deck.get_as_foreign_admin("/graph/v1.0/deviceManagement/managedDevices?$count=true").await.1;
        assert_eq!(list["@odata.count"], 0);
    });
}
