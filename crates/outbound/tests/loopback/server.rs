//! Small servers: what they answer is written by hand, so that they can answer wrongly.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use outbound::{Client, Settings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use time::OffsetDateTime;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use world::World;

pub(crate) const NOW: &str = "2026-11-21T12:00:00Z";

/// An authority, and a world whose clock stands at [`NOW`].
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub(crate) world: World,
}

/// What a server shows: its chain and key.
pub(crate) struct Identity(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn valid(params: &mut CertificateParams, from_days: i64, to_days: i64) {
    let now: Timestamp = NOW.parse().unwrap();
    let at = |days: i64| {
        OffsetDateTime::from_unix_timestamp((now + SignedDuration::from_hours(24 * days)).as_second())
    };
    params.not_before = at(from_days).unwrap();
    params.not_after = at(to_days).unwrap();
}

impl Authority {
    pub(crate) fn new() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        valid(&mut params, -1000, 1000);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Authority { issuer, world: World::with_set_clock(NOW.parse().unwrap()) }
    }

    pub(crate) fn identity(&self, names: &[&str], from_days: i64, to_days: i64) -> Identity {
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        valid(&mut params, from_days, to_days);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            has_native_roots: false,
            extra_roots_pem: self.issuer.as_ref().pem().into_bytes(),
            ..Settings::default()
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::open(&self.settings(), self.world.clone()).unwrap()
    }
}

/// A running server; what it was sent.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers every request with what `answer` makes of its head; nothing at all when that is empty.
    pub(crate) async fn tls(
        identity: &Identity,
        answer: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Server {
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(identity.0.clone(), identity.1.clone_key())
        .unwrap();
        start(Some(TlsAcceptor::from(Arc::new(config))), answer).await
    }

    pub(crate) async fn plain(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Server {
        start(None, answer).await
    }

    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn start(
    acceptor: Option<TlsAcceptor>,
    answer: impl Fn(&str) -> String + Send + Sync + 'static,
) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server { address: listener.local_addr().unwrap(), heard: Arc::default() };
    let (heard, answer) = (Arc::clone(&server.heard), Arc::new(answer));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, heard, answer) = (acceptor.clone(), Arc::clone(&heard), Arc::clone(&answer));
            tokio::spawn(async move {
                match acceptor {
                    None => serve(stream, &heard, &*answer).await,
                    // A client that does not like the certificate goes away.
                    Some(acceptor) => {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            serve(stream, &heard, &*answer).await;
                        }
                    }
                }
            });
        }
    });
    server
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    heard: &Mutex<Vec<String>>,
    answer: &(impl Fn(&str) -> String + ?Sized),
) {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(n_bytes) => request.extend_from_slice(&piece[..n_bytes]),
        }
    }
    let head = String::from_utf8_lossy(&request).into_owned();
    heard.lock().unwrap().push(head.clone());
    let text = answer(&head);
    if text.is_empty() {
        // Silence, until the client has enough of it.
        let _ = stream.read(&mut piece).await;
        return;
    }
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// An answer with a body of its own length.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}
