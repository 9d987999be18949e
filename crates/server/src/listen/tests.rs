//! The edge as clients meet it, over real sockets.

use std::future::pending;
use std::path::Path;

use axum::Extension;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::routing::{get, post};
use jiff::Timestamp;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::*;
use crate::config::{Sources, load};
use crate::tls::{Wanted, material};

struct Running {
    address: SocketAddr,
    folder: tempfile::TempDir,
    tls: Tls,
    tell: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

async fn start(router: Router, change: impl FnOnce(&mut Limits)) -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = load(&Sources::default()).expect("the defaults are valid");
    let mut limits = Limits::from(&settings.server);
    change(&mut limits);
    let wanted = Wanted { folder: folder.path().to_owned(), names: vec!["localhost".to_owned()] };
    // The machine's own clock, because the client's TLS library reads that one.
    let now = world::World::real().clock.now();
    let tls = Tls::new(material(&settings.tls, &wanted, now).expect("made")).expect("taken");
    let metrics = Metrics::new(Timestamp::UNIX_EPOCH);
    let edge = Edge { tls: tls.clone(), limits, trusted_proxies: Arc::new([]), metrics, router };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let (tell, stop) = Stop::pair();
    let serving = tokio::spawn(serve(listener, edge, stop));
    Running { address, folder, tls, tell, serving }
}

impl Running {
    fn client(&self, own: Option<&Path>) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(self.folder.path().join("ca.pem")).expect("there");
        roots.add(authority).expect("an authority");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots);
        let config = match own {
            None => builder.with_no_client_auth(),
            Some(folder) => {
                let chain = CertificateDer::pem_file_iter(folder.join("server.pem")).expect("there");
                let chain = chain.collect::<Result<_, _>>().expect("certificates");
                let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("a key");
                builder.with_client_auth_cert(chain, key).expect("a pair")
            }
        };
        TlsConnector::from(Arc::new(config))
    }

    async fn connect(&self, own: Option<&Path>) -> tokio_rustls::client::TlsStream<TcpStream> {
        let stream = TcpStream::connect(self.address).await.expect("a connection");
        let name = ServerName::try_from("localhost").expect("a name");
        self.client(own).connect(name, stream).await.expect("a handshake")
    }

    async fn ask(&self, request: &[u8]) -> String {
        let mut stream = self.connect(None).await;
        stream.write_all(request).await.expect("sent");
        read_all(&mut stream).await
    }
}

async fn read_all(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut answer = Vec::new();
    // The peer may close without TLS' own goodbye after refusing a request.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn get_of(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn https_answers_and_knows_the_peer() {
    let who = get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() });
    let server = start(Router::new().route("/who", who), |_| {}).await;
    let answer = server.ask(&get_of("/who")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("127.0.0.1"), "{answer}");
}

#[tokio::test]
async fn plain_http_gets_a_sentence() {
    let server = start(Router::new(), |_| {}).await;
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    stream.write_all(&get_of("/")).await.expect("sent");
    stream.shutdown().await.expect("closed");
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    assert!(answer.contains("\r\n\r\nThis port speaks https."), "{answer}");
}

#[tokio::test]
async fn nonsense_ends_the_connection_and_not_the_server() {
    let server = start(Router::new().route("/", get(|| async { "fine" })), |_| {}).await;
    for nonsense in
        [&b"\x00\x01\x02"[..], b"\x16\x03\x01\x00\x05hello", b"\x16\xff\xff\xff\xff\xff", b"hello"]
    {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        stream.write_all(nonsense).await.expect("sent");
        let _ = stream.shutdown().await;
        assert!(!read_all(&mut stream).await.contains("HTTP/1.1"));
    }
    assert!(server.ask(b"BREW\x01 / HTTP/9.9\r\n\r\n").await.starts_with("HTTP/1.1 400"));
    assert!(server.ask(&get_of("/")).await.ends_with("fine"));
}

#[tokio::test]
async fn header_lines_are_held_to_their_size_and_number() {
    let server =
        start(Router::new().route("/", get(|| async { "fine" })), |l| l.header_bytes_max = 8192).await;
    let large = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(9000));
    let answer = server.ask(large.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(HEADERS_MAX + 1));
    assert!(server.ask(many.as_bytes()).await.starts_with("HTTP/1.1 431"));
    assert!(server.ask(&get_of("/")).await.ends_with("fine"));
}

#[tokio::test]
async fn slow_clients_are_let_go() {
    let server = start(Router::new(), |limits| {
        limits.handshake = Duration::from_millis(20);
        limits.header = Duration::from_millis(20);
    })
    .await;
    let mut silent = TcpStream::connect(server.address).await.expect("a connection");
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap_or(0), 0, "no handshake");
    let mut half = server.connect(None).await;
    half.write_all(b"GET / HTTP/1.1\r\nHost:").await.expect("sent");
    assert!(!read_all(&mut half).await.starts_with("HTTP/1.1 2"), "half a request");
}

#[tokio::test]
async fn an_idle_connection_is_closed_but_not_while_it_is_answered() {
    let (go, gone) = watch::channel(false);
    let slow = get(move || {
        let mut gone = gone.clone();
        async move {
            gone.wait_for(|go| *go).await.expect("the test lives");
            "late"
        }
    });
    let server = start(Router::new().route("/slow", slow), |l| l.idle = Duration::from_millis(20)).await;
    let mut stream = server.connect(None).await;
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
    let quiet = tokio::time::timeout(Duration::from_millis(200), stream.read(&mut [0; 1])).await;
    assert!(quiet.is_err(), "closed while it was being answered");
    go.send(true).expect("waiting");
    // After the answer nothing goes on, and the server closes by itself.
    assert!(read_all(&mut stream).await.ends_with("late"));
}

#[tokio::test]
async fn stopping_lets_a_running_request_finish() {
    let (began, mut begun) = mpsc::channel::<()>(1);
    let (go, gone) = watch::channel(false);
    let slow = post(move |body: axum::body::Bytes| {
        let (began, mut gone) = (began.clone(), gone.clone());
        async move {
            began.send(()).await.expect("the test waits");
            gone.wait_for(|go| *go).await.expect("the test lives");
            body.len().to_string()
        }
    });
    let server = start(Router::new().route("/slow", slow), |_| {}).await;
    let mut stream = server.connect(None).await;
    stream
        .write_all(b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        .await
        .expect("sent");
    begun.recv().await.expect("the request runs");
    server.tell.send(true).expect("serving");
    let idle = TcpStream::connect(server.address).await;
    go.send(true).expect("waiting");
    assert!(read_all(&mut stream).await.ends_with("\r\n\r\n5"));
    server.serving.await.expect("ended in order");
    drop(idle);
    assert!(TcpStream::connect(server.address).await.is_err(), "nothing listens any more");
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let (began, mut begun) = mpsc::channel::<()>(1);
    let stuck = get(move || {
        let began = began.clone();
        async move {
            began.send(()).await.expect("the test waits");
            pending::<()>().await;
        }
    });
    let server = start(Router::new().route("/stuck", stuck), |l| l.stop = Duration::from_millis(20)).await;
    let mut stream = server.connect(None).await;
    stream.write_all(&get_of("/stuck")).await.expect("sent");
    begun.recv().await.expect("the request runs");
    server.tell.send(true).expect("serving");
    server.serving.await.expect("ended in order");
}

#[tokio::test]
async fn a_client_certificate_reaches_the_router() {
    let shown = get(|Extension(peer): Extension<api::PeerCertificate>| async move {
        peer.0.map_or("none".to_owned(), |found| found.len().to_string())
    });
    let server = start(Router::new().route("/shown", shown), |_| {}).await;
    assert!(server.ask(&get_of("/shown")).await.ends_with("none"));
    let own = server.folder.path();
    let length = CertificateDer::from_pem_file(own.join("server.pem")).expect("there").len();
    for _ in 0..2 {
        let mut stream = server.connect(Some(own)).await;
        stream.write_all(&get_of("/shown")).await.expect("sent");
        assert!(read_all(&mut stream).await.ends_with(&length.to_string()));
        // Another set-up holds for the connections after it.
        server.tls.ask_for_clients_of(Vec::new()).expect("taken");
    }
}

#[tokio::test]
async fn websockets_pass_through() {
    let echo = get(|upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(|mut socket| async move {
            while let Some(Ok(Message::Text(text))) = socket.recv().await {
                if socket.send(Message::Text(text)).await.is_err() {
                    break;
                }
            }
        })
    });
    let server = start(Router::new().route("/echo", echo), |_| {}).await;
    let mut stream = server.connect(None).await;
    let upgrade = "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(upgrade.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.expect("an answer"));
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    // A masked text frame "hi" with a mask of zeros; the echo comes back unmasked.
    stream.write_all(&[0x81, 0x82, 0, 0, 0, 0, b'h', b'i']).await.expect("sent");
    let mut frame = [0; 4];
    stream.read_exact(&mut frame).await.expect("an echo");
    assert_eq!(&frame, b"\x81\x02hi");
}

#[tokio::test]
async fn only_so_many_connections_are_open_at_once() {
    let server = start(Router::new().route("/", get(|| async { "fine" })), |l| l.connections_max = 1).await;
    let first = server.connect(None).await;
    let second = TcpStream::connect(server.address).await.expect("waits in the kernel");
    let name = ServerName::try_from("localhost").expect("a name");
    let client = server.client(None);
    let handshake = client.connect(name, second);
    tokio::pin!(handshake);
    let early = tokio::time::timeout(Duration::from_millis(100), handshake.as_mut()).await;
    assert!(early.is_err(), "accepted beside the first");
    drop(first);
    handshake.await.expect("accepted once the first has gone");
}
