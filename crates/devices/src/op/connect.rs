//! A device opens its channel: `GET /agent/v1/channel`, a WebSocket over which the server only wakes it up.

use std::sync::Arc;
use std::time::Duration;

use api::{Failure, PeerCertificate, Permitted};
use axum::Extension;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use proto::channel::{PING_SECONDS, ServerFrame};
use tokio::sync::mpsc::Receiver;

use super::{reporter, shown};
use crate::{Channels, Devices};

/// The agent's only frame is its greeting.
const FRAME_BYTES_MAX: usize = 4096;

pub async fn handle(
    devices: Devices,
    _: Permitted,
    Extension(peer): Extension<PeerCertificate>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Failure> {
    let shown = shown(&devices, &peer).await?;
    let upgrade = upgrade.map_err(|_| Failure::bad_request("Open this address as a WebSocket."))?;
    let key = (shown.tenant, shown.device);
    devices.store.read(shown.tenant, move |tx| reporter(tx, &shown).map(drop)).await?;
    let channels = Arc::clone(&devices.channels);
    Ok(upgrade.max_message_size(FRAME_BYTES_MAX).max_frame_size(FRAME_BYTES_MAX).on_upgrade(
        move |socket| async move {
            let (ticket, frames) = channels.open(key);
            let closing = Closing { channels: Arc::clone(&channels), key, ticket };
            serve(socket, frames).await;
            drop(closing);
        },
    ))
}

/// Closes the channel also when the connection's task is dropped.
struct Closing {
    channels: Arc<Channels>,
    key: (store::TenantId, uuid::Uuid),
    ticket: u64,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.channels.close(self.key, self.ticket);
    }
}

async fn serve(mut socket: WebSocket, mut frames: Receiver<ServerFrame>) {
    let mut ping = tokio::time::interval(Duration::from_secs(PING_SECONDS));
    ping.tick().await;
    let mut heard = true;
    loop {
        let sent = tokio::select! {
            frame = frames.recv() => {
                let Some(frame) = frame else { break };
                let text = serde_json::to_string(&frame).expect("a frame is plain JSON");
                socket.send(Message::Text(text.into())).await
            }
            _ = ping.tick() => {
                // A whole interval without a word, not even the answer to the last ping: the device is gone.
                if !std::mem::take(&mut heard) { break }
                socket.send(Message::Ping(Vec::new().into())).await
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => { heard = true; Ok(()) }
            },
        };
        if sent.is_err() {
            break;
        }
    }
}
