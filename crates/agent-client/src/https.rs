//! The real transport: HTTP/1.1 over TLS on one connection that is kept open and opened anew when needed.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST, USER_AGENT};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::tls::{self, TlsError};
use crate::{Answer, Credential, Origin, Request, Transport, TransportError};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// Answers are small; a larger one is not from this protocol.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;
/// Below this, gzip costs more than it saves.
const GZIP_FROM_BYTES: usize = 1400;

/// Requests to one server over TLS.
pub struct Https {
    origin: Origin,
    roots: Arc<RootCertStore>,
    config: Arc<ClientConfig>,
    user_agent: String,
    gzips: bool,
    connection: Option<http1::SendRequest<Full<Bytes>>>,
}

impl Https {
    /// A transport to `origin`, trusting the authorities in `ca_pem` or else the system's. Connects at the
    /// first request.
    ///
    /// # Errors
    /// When there is no authority to trust.
    pub fn new(origin: Origin, ca_pem: Option<&str>, user_agent: &str) -> Result<Self, TlsError> {
        let roots = Arc::new(tls::roots(ca_pem)?);
        let config = Arc::new(tls::config(Arc::clone(&roots), None)?);
        Ok(Self { origin, roots, config, user_agent: user_agent.to_owned(), gzips: true, connection: None })
    }

    /// Sends every body as it is: for a load generator that must cost little itself.
    #[must_use]
    pub fn without_gzip(self) -> Self {
        Self { gzips: false, ..self }
    }

    /// A transport of its own to the same server, speaking as another device.
    ///
    /// # Errors
    /// [`TransportError::CertificateRefused`] when the credential cannot be used.
    pub fn as_device(&self, credential: &Credential) -> Result<Self, TransportError> {
        let mut other = self.another();
        other.speak_as(Some(credential))?;
        Ok(other)
    }

    /// A transport with a connection of its own, to the same server as the same device.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            origin: self.origin.clone(),
            roots: Arc::clone(&self.roots),
            config: Arc::clone(&self.config),
            user_agent: self.user_agent.clone(),
            gzips: self.gzips,
            connection: None,
        }
    }

    /// Opens another connection to the same server as the same device.
    ///
    /// # Errors
    /// When the server cannot be reached, is not trusted, or does not trust this device.
    pub async fn dial(&self) -> Result<TlsStream<TcpStream>, TransportError> {
        dial(&self.origin, Arc::clone(&self.config)).await
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    async fn connect(&self) -> Result<http1::SendRequest<Full<Bytes>>, TransportError> {
        let stream = self.dial().await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        // Ends by itself when the sender is dropped or the server closes; errors reach the sender.
        tokio::spawn(connection);
        Ok(sender)
    }

    async fn send_once(&mut self, request: http::Request<Full<Bytes>>) -> Result<Answer, TransportError> {
        let mut sender = match self.connection.take() {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        let exchange = async {
            sender.ready().await.map_err(broken)?;
            let response = sender.send_request(request).await.map_err(broken)?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
            let body = body.map_err(|error| TransportError::Broken(error.to_string()))?;
            Ok(Answer { status, body: body.to_bytes().to_vec() })
        };
        let answer = timeout(ANSWER_TIMEOUT, exchange)
            .await
            .unwrap_or_else(|_| Err(TransportError::Broken("no answer for a minute".to_owned())))?;
        self.connection = Some(sender);
        Ok(answer)
    }

    fn request(&self, request: &Request) -> http::Request<Full<Bytes>> {
        let zipped = (self.gzips && request.body.len() >= GZIP_FROM_BYTES).then(|| gzip(&request.body));
        let mut builder = http::Request::builder()
            .method(&request.method)
            .uri(&request.path)
            .header(HOST, self.origin.authority())
            .header(USER_AGENT, &self.user_agent)
            .header(ACCEPT, "application/json, application/problem+json");
        if !request.content_type.is_empty() {
            builder = builder.header(CONTENT_TYPE, request.content_type);
        }
        if zipped.is_some() {
            builder = builder.header(CONTENT_ENCODING, "gzip");
        }
        if let Some(token) = &request.bearer {
            builder = builder.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = zipped.unwrap_or_else(|| request.body.clone());
        builder.body(Full::new(Bytes::from(body))).expect("paths and tokens are made of header characters")
    }
}

impl Transport for Https {
    fn speak_as(&mut self, credential: Option<&Credential>) -> Result<(), TransportError> {
        let config = tls::config(Arc::clone(&self.roots), credential)
            .map_err(|error| TransportError::CertificateRefused(error.to_string()))?;
        self.config = Arc::new(config);
        self.connection = None;
        Ok(())
    }

    async fn send(&mut self, request: Request) -> Result<Answer, TransportError> {
        let reused = self.connection.is_some();
        match self.send_once(self.request(&request)).await {
            // A kept connection may have been closed meanwhile. Every request of the protocol may be sent
            // twice: enrolments and reports carry ids, renewals and questions change nothing else.
            Err(TransportError::Broken(_)) if reused => self.send_once(self.request(&request)).await,
            answer => answer,
        }
    }
}

async fn dial(origin: &Origin, config: Arc<ClientConfig>) -> Result<TlsStream<TcpStream>, TransportError> {
    let unreachable = |why: String| TransportError::Unreachable(format!("{origin}: {why}"));
    let connecting = async {
        let tcp = TcpStream::connect((origin.host(), origin.port()))
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        // Reports are one small write each: waiting to fill packets only delays them.
        tcp.set_nodelay(true).map_err(|error| unreachable(error.to_string()))?;
        let connector = TlsConnector::from(config);
        connector.connect(origin.server_name(), tcp).await.map_err(|error| explain(&error))
    };
    timeout(CONNECT_TIMEOUT, connecting).await.map_err(|_| unreachable("no answer for 15 s".to_owned()))?
}

/// In TLS 1.3 a server's no to the client's certificate comes after the handshake, with the first read.
fn broken(error: hyper::Error) -> TransportError {
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return explain(io);
        }
        cause = inner.source();
    }
    TransportError::Broken(error.to_string())
}

fn explain(error: &std::io::Error) -> TransportError {
    use rustls::{AlertDescription as Alert, Error as Tls};
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Tls>()) {
        Some(Tls::InvalidCertificate(why)) => TransportError::Untrusted(why.to_string()),
        Some(Tls::AlertReceived(
            alert @ (Alert::BadCertificate
            | Alert::CertificateExpired
            | Alert::CertificateRequired
            | Alert::CertificateRevoked
            | Alert::CertificateUnknown
            | Alert::DecryptError
            | Alert::UnknownCA
            | Alert::AccessDenied),
        )) => TransportError::CertificateRefused(format!("{alert:?}")),
        Some(other) => TransportError::Broken(other.to_string()),
        None => TransportError::Broken(error.to_string()),
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}

#[cfg(test)]
mod tests;
