//! Probes of certificates and pages.

use std::sync::Arc;

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair};
use rustls_pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tenant_status::catalogue::SyncKind;
use tokio_rustls::TlsAcceptor;

use crate::double::{Answer, Double, asked, client, failed, ok, sync};

/// A server whose certificate for localhost signs itself, and that certificate.
fn own_certificate() -> (TlsAcceptor, Vec<u8>) {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2026, 11, 27);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), certificate.pem().into_bytes())
}

#[tokio::test]
async fn a_certificates_end_is_found() {
    let (acceptor, pem) = own_certificate();
    let server = Double::start(Some(acceptor), |_| ok(Value::Null)).await;
    let settings = json!({ "host": "localhost", "port": server.address.port() });
    let probe = sync(SyncKind::TlsProbe, &client(pem));
    assert_eq!(probe.check(&settings), Ok(()));
    let seen = probe.run(asked(settings.clone(), None, None)).await.unwrap().credential.unwrap();
    assert_eq!(seen.expires_at.unwrap().to_string(), "2026-11-27T00:00:00Z");
    assert_eq!(seen.facts["names"], json!(["localhost"]));
    let elsewhere = sync(SyncKind::TlsProbe, &client(own_certificate().1));
    let error = failed(elsewhere.run(asked(settings, None, None)).await, &[]);
    assert!(error.said.en.contains("no trusted authority"), "{error}");
    let other = json!({ "host": "127.0.0.1", "port": server.address.port() });
    let error = failed(probe.run(asked(other, None, None)).await, &[]);
    assert!(error.said.en.contains("is not trusted"), "{error}");
}

#[tokio::test]
async fn a_page_has_to_answer_as_expected() {
    let server = Double::plain(|heard| match heard.line.as_str() {
        "GET /ok" => ok(json!("all is well")),
        _ => Answer(503, "", json!("all is well")),
    })
    .await;
    let probe = sync(SyncKind::HttpsProbe, &client(Vec::new()));
    for (path, more, trouble) in [
        ("/ok", json!({}), None),
        ("/ok", json!({ "expectedStatus": 200, "expectedText": "well" }), None),
        ("/ok", json!({ "expectedText": "ill" }), Some("expected text")),
        ("/down", json!({}), Some("status 503")),
        ("/down", json!({ "expectedStatus": 503 }), None),
    ] {
        let mut settings = more;
        settings["url"] = json!(format!("{}{path}", server.root()));
        assert_eq!(probe.check(&settings), Ok(()));
        let found = probe.run(asked(settings.clone(), None, None)).await;
        assert_eq!(found.is_err(), trouble.is_some(), "{settings}: {found:?}");
        if let Some(trouble) = trouble {
            assert!(failed(found, &[]).said.en.contains(trouble), "{settings}");
        }
    }
}

#[test]
fn settings_are_refused_by_name() {
    let client = client(Vec::new());
    for (kind, settings, field) in [
        (SyncKind::TlsProbe, json!({}), "host"),
        (SyncKind::TlsProbe, json!({ "host": "https://a" }), "host"),
        (SyncKind::TlsProbe, json!({ "host": "a", "port": 70_000 }), "port"),
        (SyncKind::TlsProbe, json!({ "host": "a", "port": 0 }), "port"),
        (SyncKind::HttpsProbe, json!({ "url": "a" }), "url"),
        (SyncKind::HttpsProbe, json!({ "url": "https://a", "expectedStatus": "ok" }), "expectedStatus"),
        (SyncKind::AppleVpp, json!({ "root": "nowhere" }), "root"),
        (SyncKind::AppleDep, json!({ "root": 7 }), "root"),
    ] {
        let (found, sentence) = sync(kind, &client).check(&settings).unwrap_err();
        assert_eq!(found, field, "{settings}: {sentence}");
    }
}
