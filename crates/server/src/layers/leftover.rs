//! Gives back what a handler leaves of a request's body.
//!
//! A client that is answered over HTTP/2 while it still sends sees its stream closed; some (curl 7.88) then show no
//! answer at all. So what is left is read first, for a limited time. It never keeps a body that is still in use.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};

/// How long a client may go on sending what nobody wants.
const LINGER: Duration = Duration::from_secs(2);

/// Where the rest of a body ends up when its reader drops it.
#[derive(Clone, Debug, Default)]
pub(super) struct Leftover(Arc<Mutex<Option<Body>>>);

impl Leftover {
    /// The body to hand to the handler instead.
    pub(super) fn watch(&self, body: Body) -> Body {
        Body::new(Watched { body: Some(body), leftover: self.clone() })
    }

    /// Reads what was left for nobody.
    pub(super) async fn drain(&self) {
        let left = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(left) = left {
            let _ = tokio::time::timeout(LINGER, read_to_end(left)).await;
        }
    }
}

async fn read_to_end(mut body: Body) {
    while let Some(Ok(_)) = body.frame().await {}
}

struct Watched {
    /// There until it is dropped.
    body: Option<Body>,
    leftover: Leftover,
}

impl Drop for Watched {
    fn drop(&mut self) {
        let left = self.body.take().filter(|body| !body.is_end_stream());
        *self.leftover.0.lock().unwrap_or_else(PoisonError::into_inner) = left;
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, stream};
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn what_is_left_is_read_and_what_is_kept_is_not() {
        let (count, mut counted) = mpsc::unbounded_channel();
        let parts = stream::iter(0..5).map(move |part| {
            count.send(part).expect("the test counts");
            Ok::<_, std::io::Error>("part")
        });
        let leftover = Leftover::default();
        let mut body = leftover.watch(Body::from_stream(parts));
        assert_eq!(
            body.frame().await.and_then(Result::ok).and_then(|f| f.into_data().ok()).as_deref(),
            Some(&b"part"[..])
        );
        leftover.drain().await;
        assert_eq!(counted.len(), 1, "the handler still has it");
        drop(body);
        leftover.drain().await;
        assert_eq!(counted.len(), 5);
        counted.close();
    }
}
