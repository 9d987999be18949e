//! The WebSocket over which the server wakes the agent up.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use proto::channel::{AgentFrame, PING_SECONDS, ServerFrame};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::TransportError;
use crate::https::Https;

/// An open channel.
pub struct Channel(WebSocketStream<TlsStream<TcpStream>>);

/// Two pings and a half without a sign of life: the connection is gone.
const SILENCE: Duration = Duration::from_secs(PING_SECONDS * 5 / 2);

impl Channel {
    /// Opens the channel at `path` as the device that `https` speaks as, and says hello.
    ///
    /// # Errors
    /// When the server cannot be reached or does not open the channel.
    pub async fn open(https: &Https, path: &str, agent_version: &str) -> Result<Self, TransportError> {
        let stream = https.dial().await?;
        let address = format!("wss://{}{path}", https.origin().authority());
        let request = address.into_client_request().map_err(failed)?;
        let (mut socket, _) = client_async(request, stream).await.map_err(failed)?;
        let hello = AgentFrame::Hello { agent_version: agent_version.to_owned() };
        let text = serde_json::to_string(&hello).expect("the frame is plain data");
        socket.send(Message::text(text)).await.map_err(failed)?;
        Ok(Self(socket))
    }

    /// Waits for the server's next word. Answers pings; ignores frames it does not know.
    ///
    /// # Errors
    /// When the channel ends: open another one.
    pub async fn next(&mut self) -> Result<ServerFrame, TransportError> {
        loop {
            let frame = tokio::time::timeout(SILENCE, self.0.next()).await;
            match frame.map_err(|_| TransportError::Broken("the channel fell silent".to_owned()))? {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                    Ok(frame) => return Ok(frame),
                    Err(error) => tracing::debug!(%error, "a frame of a newer server is ignored"),
                },
                Some(Ok(Message::Close(_))) | None => {
                    return Err(TransportError::Broken("the server closed the channel".to_owned()));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(failed(error)),
            }
        }
    }
}

fn failed(error: tungstenite::Error) -> TransportError {
    match error {
        tungstenite::Error::Http(answer) => {
            TransportError::Broken(format!("the server answers {} instead of a channel", answer.status()))
        }
        other => TransportError::Broken(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
