//! Apple's three, with openssl in Apple's place.

use credential::{
    ApplePush, CredentialError, Secret, Upload, new_enrolment_key_pair, new_signing_request, read_apple_push,
    read_enrolment_token, read_service_account,
};

use crate::made::{Made, days, now};

const TOPIC: &str = "com.apple.mgmt.External.5f0c1e9b-3f3d-4e0e-8f5e-0a2d6f9f3a11";

fn code<T>(result: Result<T, CredentialError>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "read")
}

fn push(made: &Made, subject: &str, key: &Secret, topic: Option<&str>) -> Result<ApplePush, CredentialError> {
    made.write("ext", "extendedKeyUsage=clientAuth");
    made.openssl(&format!(
        "x509 -req -in push.csr -CA apple.pem -CAkey apple.key -CAcreateserial -days 365 -subj {subject} \
         -extfile ext -out push.pem"
    ));
    let bytes = made.bytes("push.pem");
    let upload = Upload { private_key: Some(key.reveal().as_bytes()), ..Upload::of(&bytes) };
    read_apple_push(&upload, topic, now())
}

#[test]
fn a_push_certificate_is_asked_for_read_and_renewed() {
    let made = Made::new();
    made.self_signed("apple", "/CN=Apple", 4000, &[]);
    let request = new_signing_request("Contoso push").unwrap();
    assert!(!format!("{request:?}").contains("PRIVATE KEY"));
    made.write("push.csr", &request.request_pem);
    made.openssl("req -in push.csr -verify -noout");
    let key = &request.private_key;
    let subject = |topic: &str| format!("/UID={topic}/CN=APSP:1/C=US");
    let found = push(&made, &subject(TOPIC), key, None).unwrap();
    assert_eq!((found.topic.as_str(), found.certificate.facts.name.as_str()), (TOPIC, "APSP:1"));
    assert_eq!(code(push(&made, &subject(TOPIC), key, Some(TOPIC))), "read", "renewed");
    let refused = push(&made, &subject("com.apple.mgmt.External.other"), key, Some(TOPIC)).unwrap_err();
    assert_eq!(refused.code(), "topic_differs");
    assert!(
        refused.to_string().contains(TOPIC) && refused.to_string().contains("External.other"),
        "{refused}"
    );
    assert_eq!(code(push(&made, "/CN=none", key, None)), "topic_missing");
    assert_eq!(
        code(push(&made, &subject("com.example.app"), key, None)),
        "wrong_kind",
        "an app's certificate"
    );
    let other = new_signing_request("other").unwrap().private_key;
    assert_eq!(code(push(&made, &subject(TOPIC), &other, None)), "key_mismatch");
    let bytes = made.bytes("push.pem");
    assert_eq!(code(read_apple_push(&Upload::of(&bytes), None, now())), "private_key_missing");
    let upload = Upload { private_key: Some(key.reveal().as_bytes()), ..Upload::of(&bytes) };
    assert_eq!(code(read_apple_push(&upload, None, now() + days(366))), "expired");
    assert_eq!(code(new_signing_request("")), "name");
    assert_eq!(code(new_signing_request("a\nb")), "name");
}

const TOKEN: &str = r#"{"consumer_key":"CK_1","consumer_secret":"CS_1","access_token":"AT_1",
 "access_secret":"AS_1","access_token_expiry":"2099-02-13T00:01:00Z"}"#;

fn message(token: &str) -> String {
    format!(
        "Content-Type: text/plain;charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\
         -----BEGIN MESSAGE-----\r\n{token}\r\n-----END MESSAGE-----\r\n"
    )
}

#[test]
fn a_server_token_is_opened_in_every_form() {
    let made = Made::new();
    let pair = new_enrolment_key_pair("Contoso enrolment", days(365), now()).unwrap();
    made.write("own.pem", &pair.certificate_pem);
    made.self_signed("other", "/CN=other", 10, &[]);
    made.write("plain", message(TOKEN));
    for (n, command) in [
        "smime -encrypt -binary -des3 -in plain -out NAME own.pem",
        "smime -encrypt -binary -aes-128-cbc -in plain -out NAME own.pem",
        "smime -encrypt -binary -aes-256-cbc -outform DER -in plain -out NAME own.pem",
        "smime -encrypt -binary -aes-256-cbc -outform PEM -in plain -out NAME own.pem",
        "cms -encrypt -binary -aes-192-cbc -stream -outform DER -in plain -out NAME own.pem",
        "cms -encrypt -binary -aes-256-cbc -stream -in plain -out NAME own.pem",
        "cms -encrypt -binary -aes-256-cbc -in plain -out NAME other.pem own.pem",
        "cms -encrypt -binary -aes-256-cbc -in plain -out NAME -recip own.pem -keyopt rsa_padding_mode:oaep",
        "cms -encrypt -binary -aes-256-cbc -in plain -out NAME -recip own.pem -keyopt rsa_padding_mode:oaep \
         -keyopt rsa_oaep_md:sha256",
        "cms -encrypt -binary -aes-128-cbc -keyid -in plain -out NAME own.pem",
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("token{n}.p7m");
        made.openssl(&command.replace("NAME", &name));
        let bytes = made.bytes(&name);
        let token = read_enrolment_token(&bytes, &pair.private_key, now())
            .unwrap_or_else(|error| panic!("{command}: {error}"));
        assert_eq!(token.expires_at.to_string(), "2099-02-13T00:01:00Z");
        assert_eq!((token.consumer_key.as_str(), token.access_secret.reveal()), ("CK_1", "AS_1"));
        assert!(!format!("{token:?}").contains("AS_1"));
    }
    let whole = made.bytes("token2.p7m");
    for (bytes, why) in [
        (&whole[..whole.len() / 2], "truncated"),
        (made.bytes("own.pem").as_slice(), "not_an_encrypted_message"),
        (b"hello there!", "not_an_encrypted_message"),
        (b"PK\x03\x04", "zip"),
    ] {
        assert_eq!(code(read_enrolment_token(bytes, &pair.private_key, now())), why);
    }
    let other = new_enrolment_key_pair("other", days(1), now()).unwrap();
    assert_eq!(code(read_enrolment_token(&whole, &other.private_key, now())), "other_recipient");
}

#[test]
fn wrong_server_tokens_are_told_apart() {
    let made = Made::new();
    let pair = new_enrolment_key_pair("Contoso enrolment", days(365), now()).unwrap();
    made.write("own.pem", &pair.certificate_pem);
    for (from, to, why) in [
        ("2099", "2001", "token_expired"),
        ("2099-", "soon-", "not_a_time"),
        ("consumer_key", "other_key", "field_missing"),
        ("\"CK_1\"", "7", "not_json"),
        ("{", "[", "not_json"),
    ] {
        made.write("plain", message(&TOKEN.replacen(from, to, 1)));
        made.openssl("smime -encrypt -binary -aes-256-cbc -in plain -out token.p7m own.pem");
        let found = read_enrolment_token(&made.bytes("token.p7m"), &pair.private_key, now());
        assert_eq!(code(found), why, "{from} changed to {to}");
    }
}

#[test]
fn a_service_accounts_key_has_to_be_a_key() {
    let made = Made::new();
    made.openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem");
    let key = String::from_utf8(made.bytes("key.pem")).unwrap().replace('\n', "\\n");
    let json = format!(
        r#"{{"type":"service_account","project_id":"p","private_key_id":"k","private_key":"{key}",
        "client_email":"deck@p.iam.example","token_uri":"https://oauth2.example/token"}}"#
    );
    let account = read_service_account(json.as_bytes()).unwrap();
    assert_eq!((account.project_id.as_str(), account.client_email.as_str()), ("p", "deck@p.iam.example"));
    assert!(!format!("{account:?}").contains("BEGIN"));
    for (from, to, why) in [
        ("service_account", "authorized_user", "wrong_kind"),
        ("client_email", "mail", "field_missing"),
        ("BEGIN PRIVATE", "BEGIN PUBLIC", "private_key_unreadable"),
        ("{", "", "not_json"),
    ] {
        assert_eq!(code(read_service_account(json.replacen(from, to, 1).as_bytes())), why, "{from} changed");
    }
}
