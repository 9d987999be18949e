//! The channel against a WebSocket double behind TLS.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::accept_async;

use super::*;
use crate::testing::Authority;

/// Sends `frames` to the first client after its hello, then closes; gives the hello.
async fn serve(
    authority: &Authority,
    frames: Vec<&'static str>,
) -> (crate::Origin, tokio::task::JoinHandle<String>) {
    let own = authority.credential();
    let chain = CertificateDer::pem_slice_iter(own.certificates_pem.as_bytes()).flatten().collect();
    let key = PrivateKeyDer::from_pem_slice(own.key_pem.as_bytes()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("default versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("they match");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("https://{}", listener.local_addr().expect("bound")).parse().expect("an origin");
    let served = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.expect("a client");
        let stream = TlsAcceptor::from(Arc::new(config)).accept(tcp).await.expect("TLS");
        let mut socket = accept_async(stream).await.expect("a WebSocket");
        let hello = socket.next().await.expect("a frame").expect("a frame").into_text().expect("text");
        socket.send(Message::Ping(vec![1].into())).await.expect("sent");
        for frame in frames {
            socket.send(Message::text(frame)).await.expect("sent");
        }
        let pong = socket.next().await.expect("a frame").expect("a frame");
        assert_eq!(pong, Message::Pong(vec![1].into()));
        socket.close(None).await.expect("closed");
        hello.to_string()
    });
    (origin, served)
}

#[tokio::test]
async fn the_server_wakes_the_agent_up() {
    let authority = Authority::new();
    let frames = vec![r#"{"type":"checkIn"}"#, r#"{"type":"sing"}"#, r#"{"type":"retired"}"#];
    let (origin, served) = serve(&authority, frames).await;
    let https = Https::new(origin, Some(&authority.pem), "test").expect("a root");
    let mut channel = Channel::open(&https, "/agent/v1/channel", "1.2.3").await.expect("open");
    assert_eq!(channel.next().await, Ok(ServerFrame::CheckIn));
    assert_eq!(channel.next().await, Ok(ServerFrame::Retired), "unknown frames are passed over");
    assert!(matches!(channel.next().await, Err(TransportError::Broken(_))));
    assert_eq!(served.await.expect("served"), r#"{"type":"hello","agentVersion":"1.2.3"}"#);
}
