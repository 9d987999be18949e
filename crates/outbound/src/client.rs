//! The client: one request, its redirects, one answer, within limits.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use world::World;

use crate::answer::Answer;
use crate::connect;
use crate::error::OutboundError;
use crate::roots;
use crate::target::Target;

const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("quarterdeck/", env!("CARGO_PKG_VERSION")));
/// What may go along to another host after a redirect.
const HARMLESS: [HeaderName; 3] = [header::ACCEPT, header::ACCEPT_LANGUAGE, header::USER_AGENT];

/// How a client behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Trust the machine's own root certificates.
    pub has_native_roots: bool,
    /// Root certificates to trust besides, in PEM; may be empty.
    pub extra_roots_pem: Vec<u8>,
    /// Refuse hosts at private addresses. Off for those who host their own services.
    pub refuses_private: bool,
    /// Take `http:` addresses too.
    pub allows_plain: bool,
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            has_native_roots: true,
            extra_roots_pem: Vec::new(),
            refuses_private: false,
            allows_plain: false,
            limits: Limits::default(),
        }
    }
}

/// The most a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the look-up of the name until TLS stands.
    pub connect: Duration,
    /// From the first try to the last byte of the answer, redirects included.
    pub whole: Duration,
    /// Of the answer's body.
    pub body_bytes_max: usize,
    pub redirects_max: u8,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(30),
            body_bytes_max: 8 * 1024 * 1024,
            redirects_max: 5,
        }
    }
}

/// Asks hosts. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) roots: Arc<RootCertStore>,
    pub(crate) world: World,
    pub(crate) refuses_private: bool,
    allows_plain: bool,
    pub(crate) limits: Limits,
}

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub target: Target,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    pub fn get(target: Target) -> Request {
        Request { method: Method::GET, target, headers: HeaderMap::new(), body: Bytes::new() }
    }

    pub fn post(target: Target, media_type: &'static str, body: impl Into<Bytes>) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        Request { method: Method::POST, target, headers, body: body.into() }
    }

    /// Sends a token along, to this host alone. A token that no header can hold is left out, and the host refuses.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Request {
        if let Ok(mut value) = HeaderValue::try_from(format!("Bearer {token}")) {
            value.set_sensitive(true);
            self.headers.insert(header::AUTHORIZATION, value);
        }
        self
    }

    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Request {
        self.headers.insert(name, value);
        self
    }
}

impl Client {
    /// A client; reads the machine's root certificates.
    ///
    /// # Errors
    /// [`OutboundError::NoRoots`] or [`OutboundError::RootUnreadable`].
    pub fn open(settings: &Settings, world: World) -> Result<Client, OutboundError> {
        let roots = Arc::new(roots::read(settings.has_native_roots, &settings.extra_roots_pem)?);
        Ok(Client {
            tls: Arc::new(roots::verifying(Arc::clone(&roots), &world.clock)),
            roots,
            world,
            refuses_private: settings.refuses_private,
            allows_plain: settings.allows_plain,
            limits: settings.limits,
        })
    }

    /// The same client with other limits.
    #[must_use]
    pub fn limited(&self, limits: Limits) -> Client {
        Client { limits, ..self.clone() }
    }

    /// Sends a request and reads the whole answer, whatever its status. Redirects are followed for GET and HEAD: to
    /// another origin without any header that could be a secret, and never from https to http.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn send(&self, request: Request) -> Result<Answer, OutboundError> {
        let host = request.target.host().to_owned();
        let seconds = self.limits.whole.as_secs();
        let sent = tokio::time::timeout(self.limits.whole, self.follow(request));
        sent.await.unwrap_or(Err(OutboundError::TimedOut { host, seconds }))
    }

    async fn follow(&self, mut request: Request) -> Result<Answer, OutboundError> {
        let first_host = request.target.host().to_owned();
        for _ in 0..=self.limits.redirects_max {
            let answer = self.once(&request).await?;
            match next(&request, &answer)? {
                Some(following) => request = following,
                None => return Ok(answer),
            }
        }
        Err(OutboundError::Redirects { host: first_host, redirects_max: self.limits.redirects_max })
    }

    async fn once(&self, request: &Request) -> Result<Answer, OutboundError> {
        let target = &request.target;
        if !target.is_tls() && !self.allows_plain {
            return Err(OutboundError::Plain { host: target.host().to_owned() });
        }
        let stream = self.within_connect(target, connect::tcp(target, self.refuses_private)).await?;
        if target.is_tls() {
            let stream =
                self.within_connect(target, connect::tls(stream, target, Arc::clone(&self.tls))).await?;
            self.exchange(stream, request).await
        } else {
            self.exchange(stream, request).await
        }
    }

    pub(crate) async fn within_connect<T>(
        &self,
        target: &Target,
        connecting: impl Future<Output = Result<T, OutboundError>>,
    ) -> Result<T, OutboundError> {
        let seconds = self.limits.connect.as_secs();
        let connected = tokio::time::timeout(self.limits.connect, connecting).await;
        connected.unwrap_or_else(|_| Err(OutboundError::TimedOut { host: target.host().to_owned(), seconds }))
    }

    async fn exchange<S>(&self, stream: S, request: &Request) -> Result<Answer, OutboundError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let host = request.target.host().to_owned();
        let broken = || OutboundError::Broken { host: host.clone() };
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| broken())?;
        // It ends with the connection; what goes wrong in it is told to the sender.
        let driver = tokio::spawn(connection);
        let answered = sender.send_request(wire(request)?).await.map_err(|_| broken());
        let answer = match answered {
            Ok(response) => {
                let (head, body) = response.into_parts();
                let body = self.collect(body, &host).await;
                body.map(|body| Answer {
                    status: head.status,
                    headers: head.headers,
                    body,
                    host: host.clone(),
                })
            }
            Err(error) => Err(error),
        };
        driver.abort();
        answer
    }

    async fn collect(&self, body: hyper::body::Incoming, host: &str) -> Result<Bytes, OutboundError> {
        let bytes_max = self.limits.body_bytes_max;
        match Limited::new(body, bytes_max).collect().await {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(OutboundError::TooLarge { host: host.to_owned(), bytes_max })
            }
            Err(_) => Err(OutboundError::Broken { host: host.to_owned() }),
        }
    }
}

/// The request as it goes over the wire.
fn wire(request: &Request) -> Result<http::Request<Full<Bytes>>, OutboundError> {
    let target = &request.target;
    let mut built = http::Request::builder()
        .method(request.method.clone())
        .uri(target.path_and_query())
        .body(Full::new(request.body.clone()))
        .map_err(|_| OutboundError::Address(target.origin()))?;
    *built.headers_mut() = request.headers.clone();
    let host =
        HeaderValue::try_from(target.authority()).map_err(|_| OutboundError::Address(target.origin()))?;
    built.headers_mut().insert(header::HOST, host);
    built.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    built.headers_mut().entry(header::USER_AGENT).or_insert(USER_AGENT);
    Ok(built)
}

/// Where the answer sends the request on, if anywhere.
fn next(request: &Request, answer: &Answer) -> Result<Option<Request>, OutboundError> {
    let redirects = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    let Some(location) = answer.header(header::LOCATION.as_str()) else { return Ok(None) };
    if !redirects.contains(&answer.status) {
        return Ok(None);
    }
    let target = request.target.join(location)?;
    let is_same = target.is_same_origin(&request.target);
    let is_reading = matches!(request.method, Method::GET | Method::HEAD);
    let is_weaker = request.target.is_tls() && !target.is_tls();
    if is_weaker || !is_reading {
        let (host, to) = (request.target.host().to_owned(), target.origin());
        return Err(OutboundError::RedirectElsewhere { host, to });
    }
    let mut headers = request.headers.clone();
    if !is_same {
        headers = HARMLESS
            .into_iter()
            .filter_map(|name| request.headers.get(&name).map(|value| (name, value.clone())))
            .collect();
    }
    Ok(Some(Request { target, headers, ..request.clone() }))
}
