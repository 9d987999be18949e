//! A server that answers what a test tells it to, and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use outbound::{Client, Settings};
use serde_json::{Value, json};
use store::TenantId;
use tenant_status::catalogue::SyncKind;
use tenant_status::sync::shelf::{Bringer, Kept, Page, Shelf, Shelved, Shelving};
use tenant_status::sync::{
    Around, Asked, GraphDevice, GraphUser, LandedCounts, Landing, LandingRun, Sync, SyncError, Synced, Syncs,
    own,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;
use world::World;

pub(crate) const NOW: &str = "2026-11-21T12:00:00Z";

/// One request as it was heard.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    /// `POST /devices/sync`.
    pub(crate) line: String,
    /// Header names in small letters.
    pub(crate) head: String,
    pub(crate) body: Value,
}

/// What is answered: status, header lines, body.
pub(crate) struct Answer(pub(crate) u16, pub(crate) &'static str, pub(crate) Value);

pub(crate) fn ok(body: Value) -> Answer {
    Answer(200, "", body)
}

#[derive(Clone)]
pub(crate) struct Double {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Double {
    pub(crate) async fn plain(
        answer: impl Fn(&Heard) -> Answer + Send + std::marker::Sync + 'static,
    ) -> Double {
        Double::start(None, answer).await
    }

    pub(crate) async fn start(
        acceptor: Option<TlsAcceptor>,
        answer: impl Fn(&Heard) -> Answer + Send + std::marker::Sync + 'static,
    ) -> Double {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let double = Double { address: listener.local_addr().unwrap(), heard: Arc::default() };
        let (heard, answer) = (Arc::clone(&double.heard), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, heard, answer) = (acceptor.clone(), Arc::clone(&heard), Arc::clone(&answer));
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, &heard, &*answer).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, &heard, &*answer).await;
                            }
                        }
                    }
                });
            }
        });
        double
    }

    pub(crate) fn root(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.heard().into_iter().map(|heard| heard.line).collect()
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    all: &Mutex<Vec<Heard>>,
    answer: &(impl Fn(&Heard) -> Answer + ?Sized),
) {
    let (mut bytes, mut piece) = (Vec::new(), [0; 8192]);
    let heard = loop {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(n_bytes) => bytes.extend_from_slice(&piece[..n_bytes]),
        }
        if let Some(heard) = whole(&bytes) {
            break heard;
        }
    };
    all.lock().unwrap().push(heard.clone());
    let Answer(status, headers, body) = answer(&heard);
    let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    let text = format!("HTTP/1.1 {status} Said\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len());
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn whole(bytes: &[u8]) -> Option<Heard> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let body = &bytes[end + 4..];
    if body.len() < length.unwrap_or(0) {
        return None;
    }
    let text = String::from_utf8_lossy(body).into_owned();
    let line = head.lines().next()?.trim_end_matches(" HTTP/1.1").to_owned();
    Some(Heard { line, head, body: serde_json::from_str(&text).unwrap_or(json!(text)) })
}

pub(crate) fn client(extra_roots_pem: Vec<u8>) -> Client {
    let has_native_roots = extra_roots_pem.is_empty();
    let settings = Settings { allows_plain: true, has_native_roots, extra_roots_pem, ..Settings::default() };
    Client::open(&settings, world()).unwrap()
}

pub(crate) fn world() -> World {
    World::seeded(7, NOW.parse().unwrap())
}

pub(crate) fn sync(kind: SyncKind, client: &Client) -> Arc<dyn Sync> {
    landing_sync(kind, client, Ground::default())
}

pub(crate) fn landing_sync(kind: SyncKind, client: &Client, ground: Ground) -> Arc<dyn Sync> {
    let around = Around { landing: Arc::new(ground.clone()), shelf: Arc::new(ground) };
    Arc::clone(Syncs::new(own(client, &world(), around)).of(kind).unwrap())
}

/// Remembers what landed.
#[derive(Clone, Default)]
pub(crate) struct Ground {
    pub(crate) users: Arc<Mutex<Vec<GraphUser>>>,
    pub(crate) devices: Arc<Mutex<Vec<GraphDevice>>>,
    /// What was put on the shelf, and when the shelf was closed, whole or not.
    pub(crate) shelf: Arc<Mutex<Vec<Placed>>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Placed {
    Page(Page),
    Closed(Shelved, bool),
}

impl Shelf for Ground {
    fn put(&self, _: Bringer, page: Page) -> Shelving<'_, u64> {
        self.shelf.lock().unwrap().push(Placed::Page(page));
        Box::pin(async { Ok(0) })
    }

    fn close(&self, _: Bringer, what: Shelved, is_whole: bool) -> Shelving<'_, Kept> {
        let mut shelf = self.shelf.lock().unwrap();
        shelf.push(Placed::Closed(what, is_whole));
        let count = |placed: &Placed| match placed {
            Placed::Page(Page::Autopilot(page)) => page.len(),
            Placed::Page(Page::AppleDevices(page)) => page.len(),
            Placed::Page(Page::Assets(page)) => page.len(),
            Placed::Closed(..) => 0,
        };
        let n_kept = shelf.iter().map(count).sum::<usize>() as u64;
        Box::pin(async move { Ok(Kept { n_kept, n_removed: 0 }) })
    }
}

impl Ground {
    /// What is on the shelf since the last look.
    pub(crate) fn taken(&self) -> Vec<Placed> {
        std::mem::take(&mut *self.shelf.lock().unwrap())
    }
}

impl Landing for Ground {
    fn users(&self, _: TenantId, users: Vec<GraphUser>) -> LandingRun<'_> {
        let removed = users.iter().filter(|user| user.removed.is_some()).count() as u64;
        let made = users.len() as u64 - removed;
        self.users.lock().unwrap().extend(users);
        Box::pin(async move { Ok(LandedCounts { made, removed, ..LandedCounts::default() }) })
    }

    fn devices(&self, _: TenantId, devices: Vec<GraphDevice>) -> LandingRun<'_> {
        let made = devices.len() as u64;
        self.devices.lock().unwrap().extend(devices);
        Box::pin(async move { Ok(LandedCounts { made, ..LandedCounts::default() }) })
    }
}

pub(crate) fn asked(settings: Value, credential: Option<Value>, cursor: Option<&str>) -> Asked {
    Asked {
        tenant: TenantId(Uuid::from_u128(1)),
        instance: Uuid::from_u128(2),
        family: "test",
        settings,
        credential: credential.map(|credential| credential.to_string().into_bytes()),
        cursor: cursor.map(str::to_owned),
        now: NOW.parse::<Timestamp>().unwrap(),
    }
}

/// What a failed run says; it is allowed to say nothing of the secrets.
pub(crate) fn failed(result: Result<Synced, SyncError>, secrets: &[&str]) -> SyncError {
    let error = result.unwrap_err();
    let said = &error.said;
    assert!(
        said.en != said.nl && said.nl != said.sv && said.sv != said.en,
        "each language has its own: {said:?}"
    );
    assert!(error.said.en.ends_with('.'), "{}", error.said.en);
    for secret in secrets {
        assert!(!error.said.en.contains(secret), "{}", error.said.en);
    }
    error
}
