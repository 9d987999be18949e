//! The transport against a TLS server double on this machine: trust both ways, gzip, reconnecting.

use std::convert::Infallible;
use std::io::Read as _;
use std::sync::atomic::{AtomicU32, Ordering};

use hyper::body::Incoming;
use hyper::service::service_fn;
use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::testing::Authority;

/// A server with a certificate of `authority` that demands client certificates of `devices`, and tells
/// what it saw. It closes every connection after `keep` answers.
async fn serve(authority: &Authority, devices: Option<&Authority>, keep: u32) -> Origin {
    let own = authority.credential();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("default versions");
    let builder = match devices {
        None => builder.with_no_client_auth(),
        Some(devices) => {
            let roots = Arc::new(tls::roots(Some(&devices.pem)).expect("a root"));
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build();
            builder.with_client_cert_verifier(verifier.expect("a verifier"))
        }
    };
    let chain = CertificateDer::pem_slice_iter(own.certificates_pem.as_bytes()).flatten().collect();
    let key = PrivateKeyDer::from_pem_slice(own.key_pem.as_bytes()).expect("a key");
    let config = builder.with_single_cert(chain, key).expect("they match");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("https://{}", listener.local_addr().expect("bound")).parse().expect("an origin");
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(tcp).await else { return };
                let answered = AtomicU32::new(0);
                let service = service_fn(|request| tell(request, &answered, keep));
                let served = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
                drop(served);
            });
        }
    });
    origin
}

async fn tell(
    request: http::Request<Incoming>,
    answered: &AtomicU32,
    keep: u32,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let count = answered.fetch_add(1, Ordering::Relaxed) + 1;
    let zipped = request.headers().contains_key(CONTENT_ENCODING);
    let bearer = request.headers().get(AUTHORIZATION).cloned();
    let bytes = request.into_body().collect().await.expect("a body").to_bytes();
    let mut text = String::new();
    match zipped {
        true => flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).expect("gzip"),
        false => (&bytes[..]).read_to_string(&mut text).expect("text"),
    };
    let bearer = bearer.map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default();
    let told = format!("#{count} {bearer} {zipped} {text}");
    let mut response = http::Response::new(Full::new(Bytes::from(told)));
    if count >= keep {
        response.headers_mut().insert("connection", http::HeaderValue::from_static("close"));
    }
    Ok(response)
}

async fn ask(https: &mut Https, body: &str) -> Result<String, TransportError> {
    let answer = https.send(Request::post_json("/agent/v1/checkin", body.as_bytes().to_vec())).await?;
    assert_eq!(answer.status, 200);
    Ok(String::from_utf8(answer.body).expect("text"))
}

#[tokio::test]
async fn one_connection_is_kept_and_long_bodies_are_zipped() {
    let authority = Authority::new();
    let origin = serve(&authority, None, 100).await;
    let mut https = Https::new(origin, Some(&authority.pem), "test").expect("a root");
    assert_eq!(ask(&mut https, "a").await.expect("answered"), "#1  false a");
    let long = "b".repeat(5000);
    assert_eq!(ask(&mut https, &long).await.expect("answered"), format!("#2  true {long}"));
    let mut request = Request::get("/agent/v1/me");
    request.bearer = Some("t".to_owned());
    let answer = https.send(request).await.expect("answered");
    assert_eq!(answer.body, b"#3 Bearer t false ");
}

#[tokio::test]
async fn a_closed_connection_is_opened_anew() {
    let authority = Authority::new();
    let origin = serve(&authority, None, 1).await;
    let mut https = Https::new(origin, Some(&authority.pem), "test").expect("a root");
    for _ in 0..3 {
        assert_eq!(ask(&mut https, "a").await.expect("answered"), "#1  false a");
    }
}

#[tokio::test]
async fn a_server_of_another_authority_is_not_spoken_to() {
    let origin = serve(&Authority::new(), None, 1).await;
    let mut https = Https::new(origin, Some(&Authority::new().pem), "test").expect("a root");
    let error = ask(&mut https, "secret").await.unwrap_err();
    assert!(matches!(error, TransportError::Untrusted(_)), "{error}");
    assert!(error.to_string().contains("--ca-file"), "{error}");
}

#[tokio::test]
async fn the_device_shows_its_certificate() {
    let (authority, devices) = (Authority::new(), Authority::new());
    let origin = serve(&authority, Some(&devices), 100).await;
    let mut https = Https::new(origin, Some(&authority.pem), "test").expect("a root");
    let nobody = ask(&mut https, "a").await.unwrap_err();
    assert!(matches!(nobody, TransportError::CertificateRefused(_)), "{nobody}");

    https.speak_as(Some(&Authority::new().credential())).expect("usable");
    let stranger = ask(&mut https, "a").await.unwrap_err();
    assert!(matches!(stranger, TransportError::CertificateRefused(_)), "{stranger}");

    https.speak_as(Some(&devices.credential())).expect("usable");
    assert_eq!(ask(&mut https, "a").await.expect("answered"), "#1  false a");
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("https://{}", listener.local_addr().expect("bound")).parse().expect("an origin");
    drop(listener);
    let mut https = Https::new(origin, Some(&Authority::new().pem), "test").expect("a root");
    assert!(matches!(ask(&mut https, "a").await, Err(TransportError::Unreachable(_))));
}

#[tokio::test]
async fn a_key_and_certificate_that_do_not_match_are_refused_here() {
    let (a, b) = (Authority::new().credential(), Authority::new().credential());
    let mixed = Credential { key_pem: a.key_pem, certificates_pem: b.certificates_pem };
    let origin = "https://deck.example".parse().expect("an origin");
    let mut https = Https::new(origin, Some(&Authority::new().pem), "test").expect("a root");
    assert!(matches!(https.speak_as(Some(&mixed)), Err(TransportError::CertificateRefused(_))));
}
