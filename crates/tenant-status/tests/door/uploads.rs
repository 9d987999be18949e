//! Credentials: asked for, uploaded, renewed, refused; and what follows from them.

use std::sync::Arc;

use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{Sql, SqlError};

use super::deck::{ADMIN, Deck, OtherKey, TENANT, add, check, notices};
use super::made::{Made, now};

const LIST: &str = "/api/tenantStatus/connectors";
const TOPIC: &str = "com.apple.mgmt.External.5f0c1e9b-3f3d-4e0e-8f5e-0a2d6f9f3a11";
const DAY: SignedDuration = SignedDuration::from_hours(24);
const SECRETS: Sql = Sql::tenant("select sealed from connector_secret where tenant_id = $1");
const AUDIT: Sql =
    Sql::tenant("select activity, details from audit_event where tenant_id = $1 order by sequence");

/// A deck in the machine's present, for openssl's certificates.
fn check_today(test: impl AsyncFn(Deck)) {
    check(async |deck| {
        assert!(deck.status.world.clock.set(now()));
        test(deck).await;
    });
}

/// Asks for a signing request and lets "Apple" answer it.
async fn push(deck: &Deck, made: &Made, at: &str, topic: &str, n_days: u32) {
    let request = deck.done(Method::POST, &format!("{at}/signingRequest"), Value::Null, 201).await;
    made.write("push.csr", request["pem"].as_str().unwrap());
    made.push("push", topic, n_days);
}

async fn upload(deck: &Deck, at: &str, body: Value) -> (StatusCode, Value) {
    deck.post(&format!("{at}/credential"), ADMIN, body).await
}

async fn health(deck: &Deck, at: &str) -> String {
    let page = deck.done(Method::GET, at, Value::Null, 200).await;
    page["status"]["health"].as_str().unwrap().to_owned()
}

#[test]
fn a_push_certificate_warns_expires_and_is_renewed() {
    check_today(async |deck| {
        let made = Made::new();
        made.self_signed("apple", "/CN=Apple", 4000);
        let at = add(&deck, "apnsExpiry", json!({ "displayName": "Push", "owner": "Ann" })).await;
        assert_eq!(health(&deck, &at).await, "notEnabled", "nothing is there yet");
        push(&deck, &made, &at, TOPIC, 6).await;
        let (status, shown) = upload(
            &deck,
            &at,
            json!({ "contentBase64": made.base64("push.pem"),
            "appleIdentifier": "ann@contoso.example" }),
        )
        .await;
        assert_eq!(status, StatusCode::OK, "{shown}");
        assert_eq!(
            (&shown["status"]["health"], &shown["status"]["reason"]),
            (&json!("warning"), &json!("expiresSoon"))
        );
        assert_eq!(shown["credential"]["facts"]["topic"], TOPIC);
        let list = deck.done(Method::GET, LIST, Value::Null, 200).await;
        assert_eq!(list["value"][0]["type"], "apnsExpiry", "warnings come before what is healthy");
        deck.wait(DAY * 6);
        deck.settle().await;
        assert_eq!(health(&deck, &at).await, "unhealthy");
        push(&deck, &made, &at, "com.apple.mgmt.External.another", 365).await;
        assert!(deck.status.world.clock.set(now()), "openssl signs in the machine's present");
        let (status, refused) = upload(&deck, &at, json!({ "contentBase64": made.base64("push.pem") })).await;
        assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("topic_differs")), "{refused}");
        assert!(refused["detail"].as_str().unwrap().contains(TOPIC), "{refused}");
        push(&deck, &made, &at, TOPIC, 365).await;
        deck.wait(SignedDuration::from_mins(1));
        let (status, renewed) = upload(&deck, &at, json!({ "contentBase64": made.base64("push.pem") })).await;
        assert_eq!((status, &renewed["status"]["health"]), (StatusCode::OK, &json!("healthy")), "{renewed}");
        let graph = "/graph/v1.0/deviceManagement/applePushNotificationCertificate";
        let shown = deck.done(Method::GET, graph, Value::Null, 200).await;
        assert_eq!(
            (&shown["topicIdentifier"], &shown["appleIdentifier"]),
            (&json!(TOPIC), &json!("ann@contoso.example"))
        );
        let certificate = shown["certificate"].as_str().unwrap();
        assert!(
            certificate.contains("BEGIN CERTIFICATE") && !certificate.contains("PRIVATE"),
            "{certificate}"
        );
        let told = notices(&deck).await;
        assert!(told.contains(&"earlyWarning open warning".to_owned()), "{told:?}");
        assert!(told.contains(&"connectorHealth updated critical".to_owned()), "{told:?}");
        assert!(told.contains(&"connectorHealth resolved info".to_owned()), "{told:?}");
        assert!(told.contains(&"earlyWarning resolved info".to_owned()), "{told:?}");
    });
}

#[test]
fn what_is_secret_is_sealed_and_told_to_nobody() {
    check_today(async |deck| {
        let made = Made::new();
        made.self_signed("own", "/CN=own", 90);
        made.openssl("pkcs12 -export -in own.pem -inkey own.key -passout pass:tops3cret -out own.p12");
        let at = add(&deck, "certificateExpiry", json!({ "displayName": "Own" })).await;
        let body = json!({ "contentBase64": made.base64("own.p12"), "password": "tops3cret" });
        let (status, shown) = upload(&deck, &at, body).await;
        assert_eq!((status, &shown["credential"]["facts"]["hasPrivateKey"]), (StatusCode::OK, &json!(true)));
        let page = deck.done(Method::GET, &at, Value::Null, 200).await;
        let read = deck.status.store.read(TENANT, |tx| {
            let sealed: Vec<u8> = tx.row(&SECRETS, &[])?.unwrap().get(0)?;
            let rows = tx.rows(&AUDIT, &[])?;
            let audit =
                rows.iter().map(|row| Ok(format!("{} {}", row.get::<String>(0)?, row.get::<String>(1)?)));
            Ok::<_, SqlError>((sealed, audit.collect::<Result<Vec<String>, SqlError>>()?.join("\n")))
        });
        let (sealed, audit) = read.await.unwrap();
        assert!(audit.contains("Upload connector credential"), "{audit}");
        for text in [page.to_string(), audit, String::from_utf8_lossy(&sealed).into_owned()] {
            assert!(!text.contains("PRIVATE KEY") && !text.contains("tops3cret"), "{text}");
        }
    });
}

#[test]
fn each_bad_upload_has_its_own_sentence_and_changes_nothing() {
    check_today(async |deck| {
        let made = Made::new();
        made.self_signed("apple", "/CN=Apple", 4000);
        made.self_signed("own", "/CN=own", 90);
        made.openssl("pkcs12 -export -in own.pem -inkey own.key -passout pass:right -out own.p12");
        let push_at = add(&deck, "apnsExpiry", json!({ "displayName": "Push" })).await;
        push(&deck, &made, &push_at, TOPIC, 90).await;
        let at = add(&deck, "certificateExpiry", json!({ "displayName": "Own" })).await;
        let other = add(&deck, "apnsExpiry", json!({ "displayName": "Other" })).await;
        let base64 = |bytes: &[u8]| {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(bytes)
        };
        let whole = made.bytes("own.pem");
        let mut sentences = std::collections::BTreeSet::new();
        for (at, body, status, code) in [
            (
                &at,
                json!({ "contentBase64": made.base64("own.p12"), "password": "wrong" }),
                400,
                "wrong_password",
            ),
            (&at, json!({ "contentBase64": made.base64("own.p12") }), 400, "password_missing"),
            (&at, json!({ "contentBase64": base64(&whole[..whole.len() / 2]) }), 400, "truncated"),
            (&other, json!({ "contentBase64": made.base64("push.pem") }), 400, "private_key_missing"),
            (&at, json!({ "contentBase64": base64(&vec![7; 10 << 20]) }), 413, "too_large"),
            (&at, json!({ "contentBase64": base64(b"PK\x03\x04and so on") }), 400, "zip"),
            (&at, json!({ "text": "<html>not found</html>" }), 400, "not_a_certificate"),
            (&at, json!({ "text": "" }), 400, "empty"),
            (&push_at, json!({ "contentBase64": made.base64("own.pem") }), 400, "topic_missing"),
        ] {
            let before = deck.done(Method::GET, at, Value::Null, 200).await;
            let (answered, answer) = upload(&deck, at, body).await;
            assert_eq!((answered.as_u16(), answer["code"].as_str()), (status, Some(code)), "{answer}");
            assert!(sentences.insert(answer["detail"].as_str().unwrap().to_owned()), "{answer}");
            assert_eq!(
                deck.done(Method::GET, at, Value::Null, 200).await,
                before,
                "{code} changed something"
            );
        }
    });
}

#[test]
fn an_expired_chain_is_refused_and_a_waning_one_counts() {
    check_today(async |deck| {
        let made = Made::new();
        made.self_signed("ca", "/CN=ca", 10);
        made.openssl("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=leaf -keyout leaf.key -out leaf.csr");
        made.openssl(
            "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out leaf.pem",
        );
        made.write("both.pem", [made.bytes("leaf.pem"), made.bytes("ca.pem")].concat());
        let at = add(&deck, "certificateExpiry", json!({ "displayName": "Own" })).await;
        deck.wait(DAY * 4);
        let body = json!({ "contentBase64": made.base64("both.pem") });
        let (status, shown) = upload(&deck, &at, body.clone()).await;
        assert_eq!((status, &shown["status"]["health"]), (StatusCode::OK, &json!("warning")), "{shown}");
        deck.wait(DAY * 7);
        let (status, answer) = upload(&deck, &at, body).await;
        assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("chain_expired")), "{answer}");
    });
}

#[test]
fn an_enrolment_token_is_opened_with_the_key_pair_made_here() {
    check_today(async |deck| {
        let made = Made::new();
        let at = add(&deck, "depExpiry", json!({ "displayName": "School", "syncKind": "heartbeat" })).await;
        let pair = deck.done(Method::POST, &format!("{at}/keyPair"), Value::Null, 201).await;
        let again = deck.done(Method::GET, &format!("{at}/publicPart"), Value::Null, 200).await;
        assert_eq!(pair["pem"], again["pem"]);
        made.write("own.pem", pair["pem"].as_str().unwrap());
        made.write(
            "plain",
            "Content-Type: text/plain;charset=UTF-8\r\n\r\n-----BEGIN MESSAGE-----\r\n{\"consumer_key\":\"CK_1\",\
             \"consumer_secret\":\"CS_1\",\"access_token\":\"AT_1\",\"access_secret\":\"AS_1\",\
             \"access_token_expiry\":\"2099-02-13T00:01:00Z\"}\r\n-----END MESSAGE-----\r\n",
        );
        made.openssl("smime -encrypt -binary -aes-256-cbc -in plain -out token.p7m own.pem");
        let path = format!("{at}/credential");
        let file = ("application/octet-stream", made.bytes("token.p7m"));
        let (status, answer) = deck.raw(Method::POST, &path, ADMIN, file).await;
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!((status, &answer["status"]["health"]), (StatusCode::OK, &json!("healthy")), "{answer}");
        assert_eq!(answer["credential"]["expirationDateTime"], "2099-02-13T00:01:00Z");
        assert!(!answer.to_string().contains("AS_1"));
        let sync = format!("{LIST}/depSync/instances/{}", answer["id"].as_str().unwrap());
        assert_eq!(
            health(&deck, &sync).await,
            "warning",
            "the same token under its other type: never synchronised"
        );
    });
}

#[test]
fn location_tokens_and_client_secrets_tell_their_expiry() {
    check(async |deck| {
        use base64::Engine as _;
        let engine = base64::engine::general_purpose::STANDARD;
        let token =
            engine.encode(r#"{"token":"AAA","expDate":"2027-02-13T00:01:00+0000","orgName":"Contoso"}"#);
        let vpp = add(&deck, "vppExpiry", json!({ "displayName": "Shop", "syncKind": "heartbeat" })).await;
        let (status, answer) = upload(&deck, &vpp, json!({ "text": token })).await;
        assert_eq!(
            (status, &answer["credential"]["facts"]["organizationName"]),
            (StatusCode::OK, &json!("Contoso")),
            "{answer}"
        );
        let secret = add(&deck, "clientSecretExpiry", json!({ "displayName": "App" })).await;
        let (status, answer) = upload(&deck, &secret, json!({ "text": "s3cr3t-value" })).await;
        assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("field_missing")));
        let body = json!({ "text": "s3cr3t-value", "expirationDateTime": "2026-12-24T00:00:00Z" });
        let (status, answer) = upload(&deck, &secret, body).await;
        assert_eq!((status, &answer["status"]["health"]), (StatusCode::OK, &json!("healthy")), "{answer}");
        assert!(!answer.to_string().contains("s3cr3t-value"));
        let (_, body) = deck.raw(Method::GET, "/api/tenantStatus/expiring", ADMIN, ("", Vec::new())).await;
        let things: Value = serde_json::from_slice(&body).unwrap();
        let names: Vec<&str> = things["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["displayName"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["App", "Shop"]);
    });
}

/// Whatever statement fails, an upload is kept whole or not at all, and the same request succeeds afterwards.
#[test]
fn a_failing_database_leaves_no_half_of_an_upload() {
    check(async |deck| {
        let at = add(&deck, "clientSecretExpiry", json!({ "displayName": "App" })).await;
        let faults = deck.status.store.database().faults();
        let body = json!({ "text": "s3cr3t-value", "expirationDateTime": "2026-11-24T00:00:00Z" });
        let mut n_faults = 0;
        loop {
            let before = deck.done(Method::GET, &at, Value::Null, 200).await;
            faults.fail_nth(n_faults + 1);
            let (status, answer) = upload(&deck, &at, body.clone()).await;
            if !faults.clear() {
                assert_eq!(
                    (status, &answer["status"]["health"]),
                    (StatusCode::OK, &json!("warning")),
                    "{answer}"
                );
                break;
            }
            let after = deck.done(Method::GET, &at, Value::Null, 200).await;
            // A commit whose answer was lost may have been kept; then it was kept whole.
            let is_whole = after == before || after["status"]["health"] == "warning";
            assert!(status.is_server_error() && is_whole, "fault {n_faults}: {status} {after}");
            if after != before {
                assert_eq!(after["timeline"].as_array().map(Vec::len), Some(2), "{after}");
            }
            n_faults += 1;
        }
        assert!(n_faults >= 8, "an upload has several statements: {n_faults}");
        assert!(notices(&deck).await.contains(&"connectorHealth open warning".to_owned()));
    });
}

#[test]
fn a_credential_that_cannot_be_opened_any_more_is_unhealthy() {
    check(async |mut deck| {
        let at = add(&deck, "clientSecretExpiry", json!({ "displayName": "App" })).await;
        let body = json!({ "text": "s3cr3t-value", "expirationDateTime": "2027-12-24T00:00:00Z" });
        assert_eq!(upload(&deck, &at, body).await.0, StatusCode::OK);
        let key = deck.status.seal.clone();
        deck.status.seal = Arc::new(OtherKey);
        deck.settle().await;
        let page = deck.done(Method::GET, &at, Value::Null, 200).await;
        assert_eq!(
            (&page["status"]["health"], &page["status"]["reason"]),
            (&json!("unhealthy"), &json!("credentialUnreadable"))
        );
        let text = tenant_status::metrics(&deck.status).await.unwrap();
        assert!(
            text.lines().any(|line| line.starts_with("x509_cert_error{") && line.ends_with(" 1")),
            "{text}"
        );
        deck.status.seal = key;
        deck.settle().await;
        assert_eq!(health(&deck, &at).await, "healthy", "the key file is back");
    });
}
