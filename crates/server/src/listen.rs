//! The machine's edge: connections in, requests out, and an orderly end.
//!
//! It accepts, encrypts, holds clients to limits of time and size, and tells the router who is connected. It
//! knows no route.

mod activity;
mod forwarded;
mod plain;

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt as _;

use crate::config::{self, Network};
use crate::metrics::Metrics;
use crate::tls::Tls;

use activity::{Activity, Counted, Tracked};

/// What clients are held to.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) connections_max: usize,
    pub(crate) header_bytes_max: usize,
    pub(crate) handshake: Duration,
    pub(crate) header: Duration,
    pub(crate) idle: Duration,
    pub(crate) stop: Duration,
}

/// Header lines in one request. Browsers and proxies send some thirty.
const HEADERS_MAX: usize = 100;
/// Smaller buffers than this hyper refuses.
const BUFFER_BYTES_MIN: usize = 8192;
const STREAMS_MAX: u32 = 256;

impl From<&config::Server> for Limits {
    fn from(settings: &config::Server) -> Limits {
        let bytes = |n: NonZeroU32| usize::try_from(n.get()).unwrap_or(usize::MAX);
        let seconds = |n: NonZeroU64| Duration::from_secs(n.get());
        Limits {
            connections_max: bytes(settings.connections_max).min(Semaphore::MAX_PERMITS),
            header_bytes_max: bytes(settings.header_bytes_max).max(BUFFER_BYTES_MIN),
            handshake: seconds(settings.handshake_timeout_seconds),
            header: seconds(settings.header_timeout_seconds),
            idle: seconds(settings.idle_timeout_seconds),
            stop: Duration::from_secs(settings.stop_timeout_seconds),
        }
    }
}

/// Everything a connection needs.
#[derive(Clone)]
pub(crate) struct Edge {
    pub(crate) tls: Tls,
    pub(crate) limits: Limits,
    pub(crate) trusted_proxies: Arc<[Network]>,
    pub(crate) metrics: Metrics,
    pub(crate) router: Router,
}

/// Told once, to everybody: stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    pub(crate) fn pair() -> (watch::Sender<bool>, Stop) {
        let (tell, told) = watch::channel(false);
        (tell, Stop(told))
    }

    /// Returns when told, or when nobody is left who could tell.
    pub(crate) async fn told(&mut self) {
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

/// Serves until `stop` is told, then lets requests that are being answered finish, for a limited time.
pub(crate) async fn serve(listener: TcpListener, edge: Edge, mut stop: Stop) {
    let places = Arc::new(Semaphore::new(edge.limits.connections_max));
    let connections = activity::Tasks::default();
    loop {
        let accepted = tokio::select! {
            () = stop.told() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        connections.spawn(connection(edge.clone(), stream, peer, place, stop.clone()));
    }
    drop(listener);
    if timeout(edge.limits.stop, connections.all_done()).await.is_err() {
        tracing::warn!("requests were still being answered when the time to stop was over; they are cut off");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            // Out of file handles, mostly: others must close before another try can succeed.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn connection(
    edge: Edge,
    stream: TcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
    stop: Stop,
) {
    let _open = edge.metrics.connection_opened();
    // Small answers leave at once instead of waiting for a full packet.
    let _ = stream.set_nodelay(true);
    let stream = match timeout(edge.limits.handshake, handshake(&edge, stream)).await {
        Ok(Ok(Some(stream))) => stream,
        Ok(Ok(None)) => return,
        Ok(Err(error)) => {
            edge.metrics.handshake_failed();
            tracing::debug!(%error, "a TLS handshake failed");
            return;
        }
        Err(_) => {
            edge.metrics.handshake_failed();
            tracing::debug!("a client did not finish its TLS handshake in time");
            return;
        }
    };
    http(edge, stream, peer, place, stop).await;
}

/// None when the client spoke plain HTTP and has been told so.
async fn handshake(edge: &Edge, stream: TcpStream) -> std::io::Result<Option<TlsStream<TcpStream>>> {
    let Some(stream) = plain::refuse(stream).await? else { return Ok(None) };
    TlsAcceptor::from(edge.tls.current()).accept(stream).await.map(Some)
}

async fn http(
    edge: Edge,
    stream: TlsStream<TcpStream>,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
    mut stop: Stop,
) {
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let certificate = api::PeerCertificate(certificate.map(|found| Arc::new(found.clone().into_owned())));
    let activity = Activity::default();
    let service = service_fn({
        let (activity, edge) = (activity.clone(), edge.clone());
        move |request: hyper::Request<Incoming>| {
            let counted = activity.begin();
            let request = dress(request, peer, &certificate, &edge.trusted_proxies);
            let answer = edge.router.clone().oneshot(request);
            async move { answer.await.map(|response| response.map(|body| Tracked::new(body, counted))) }
        }
    });
    let builder = builder(&edge.limits);
    let io = TokioIo::new(Counted::new(stream, place));
    let connection = builder.serve_connection_with_upgrades(io, service);
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return log_end(ended),
        () = stop.told() => {}
        () = activity.idle_for(edge.limits.idle) => {}
    }
    connection.as_mut().graceful_shutdown();
    log_end(connection.await);
}

fn log_end(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        .max_headers(HEADERS_MAX)
        .max_buf_size(limits.header_bytes_max);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.header_bytes_max).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS_MAX)
        .keep_alive_interval(limits.header)
        .keep_alive_timeout(limits.header);
    builder
}

/// Tells the router who is connected.
fn dress(
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    certificate: &api::PeerCertificate,
    trusted: &[Network],
) -> axum::extract::Request {
    let mut request = request.map(Body::new);
    let address = forwarded::client(peer.ip(), request.headers(), trusted);
    let extensions = request.extensions_mut();
    extensions.insert(ConnectInfo(SocketAddr::new(address, peer.port())));
    extensions.insert(certificate.clone());
    request
}

#[cfg(test)]
mod tests;
