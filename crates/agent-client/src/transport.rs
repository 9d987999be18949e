//! One request, one answer: all the state machine needs of the network.

use proto::Problem;
use serde::de::DeserializeOwned;

use crate::{Credential, Refusal};

/// A request to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: http::Method,
    /// Begins with `/`.
    pub path: String,
    pub content_type: &'static str,
    pub body: Vec<u8>,
    pub bearer: Option<String>,
}

impl Request {
    pub fn get(path: impl Into<String>) -> Self {
        let (method, content_type) = (http::Method::GET, "");
        Self { method, path: path.into(), content_type, body: Vec::new(), bearer: None }
    }

    pub fn post_json(path: impl Into<String>, body: Vec<u8>) -> Self {
        let (method, content_type) = (http::Method::POST, "application/json");
        Self { method, path: path.into(), content_type, body, bearer: None }
    }

    pub fn post_form(path: impl Into<String>, body: String) -> Self {
        let (method, content_type) = (http::Method::POST, "application/x-www-form-urlencoded");
        Self { method, path: path.into(), content_type, body: body.into_bytes(), bearer: None }
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    /// The message of a 2xx answer, or the server's refusal.
    ///
    /// # Errors
    /// [`TransportError::Broken`] when a 2xx answer is not that message.
    pub fn message<T: DeserializeOwned>(&self) -> Result<Result<T, Refusal>, TransportError> {
        if (200..300).contains(&self.status) {
            return serde_json::from_slice(&self.body)
                .map(Ok)
                .map_err(|error| TransportError::Broken(format!("the answer cannot be read: {error}")));
        }
        Ok(Err(self.refusal()))
    }

    fn refusal(&self) -> Refusal {
        match serde_json::from_slice::<Problem>(&self.body) {
            Ok(problem) => Refusal { status: self.status, code: Some(problem.code), detail: problem.detail },
            Err(_) => Refusal { status: self.status, code: None, detail: String::new() },
        }
    }
}

/// Why there is no answer. All but the first two may pass by themselves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The server's certificate is not from an authority this device trusts.
    #[error(
        "the server's certificate is not trusted here ({0}); give the server's CA with --ca-file, and make sure the address is the server's"
    )]
    Untrusted(String),
    /// The server broke off the handshake because of the device's certificate.
    #[error("the server does not accept this device's certificate ({0}); enrol the device again")]
    CertificateRefused(String),
    #[error("the server cannot be reached ({0})")]
    Unreachable(String),
    #[error("the connection broke ({0})")]
    Broken(String),
}

/// Carries requests to one server, as one device or as nobody.
pub trait Transport: Send {
    /// From now on speaks with this device's certificate, or with none.
    ///
    /// # Errors
    /// [`TransportError::CertificateRefused`] when the credential cannot be used.
    fn speak_as(&mut self, credential: Option<&Credential>) -> Result<(), TransportError>;

    /// Sends a request and waits for its answer, whatever its status.
    fn send(&mut self, request: Request) -> impl Future<Output = Result<Answer, TransportError>> + Send;
}
