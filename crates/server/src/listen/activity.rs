//! Counts what is going on: requests of a connection, connections of a server.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio_rustls::server::TlsStream;

/// The requests of one connection that are being answered.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<watch::Sender<u64>>);

impl Default for Activity {
    fn default() -> Activity {
        Activity(Arc::new(watch::Sender::new(0)))
    }
}

impl Activity {
    pub(super) fn begin(&self) -> Running {
        self.0.send_modify(|running| *running += 1);
        Running(Activity(Arc::clone(&self.0)))
    }

    /// Returns once nothing has been going on for `limit`.
    pub(super) async fn idle_for(&self, limit: Duration) {
        let mut seen = self.0.subscribe();
        loop {
            if seen.wait_for(|running| *running == 0).await.is_err() {
                return;
            }
            if tokio::time::timeout(limit, seen.changed()).await.is_err() {
                return;
            }
        }
    }
}

/// One request, until its answer has been sent or given up.
#[derive(Debug)]
pub(super) struct Running(Activity);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.send_modify(|running| *running -= 1);
    }
}

/// An answer's body that counts as running until it is sent.
pub(super) struct Tracked {
    body: Body,
    _running: Running,
}

impl Tracked {
    pub(super) fn new(body: Body, running: Running) -> Tracked {
        Tracked { body, _running: running }
    }
}

impl HttpBody for Tracked {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An encrypted connection that keeps its place among the open ones, also after it became a WebSocket.
pub(super) struct Counted {
    stream: TlsStream<TcpStream>,
    _place: OwnedSemaphorePermit,
}

impl Counted {
    pub(super) fn new(stream: TlsStream<TcpStream>, place: OwnedSemaphorePermit) -> Counted {
        Counted { stream, _place: place }
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Tasks that somebody waits for.
#[derive(Debug)]
pub(super) struct Tasks(Arc<watch::Sender<()>>);

impl Default for Tasks {
    fn default() -> Tasks {
        Tasks(Arc::new(watch::Sender::new(())))
    }
}

impl Tasks {
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let held = self.0.subscribe();
        tokio::spawn(async move {
            work.await;
            drop(held);
        });
    }

    /// Returns when every task has ended.
    pub(super) async fn all_done(&self) {
        self.0.closed().await;
    }
}
