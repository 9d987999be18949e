//! Who is asking: the question the kit puts to whoever knows about sign-in.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::{HeaderMap, Method, Uri};
use policy::Caller;
use rustls_pki_types::CertificateDer;

/// The client certificate of the connection, proven by the handshake to be the client's own but not yet judged;
/// None when the client sent none. A request extension.
#[derive(Clone, Debug)]
pub struct PeerCertificate(pub Option<Arc<CertificateDer<'static>>>);

/// What a decision about the caller may look at.
#[derive(Clone, Debug)]
pub struct RequestHead {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub peer: PeerCertificate,
}

/// Why nobody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unauthenticated {
    /// A machine's word: `token_invalid`, `certificate_revoked`.
    pub code: &'static str,
    /// One sentence for a person.
    pub message: String,
    /// The value of `WWW-Authenticate`, when this door takes bearer tokens.
    pub challenge: Option<String>,
    /// Refused though known (a revoked device, a missing CSRF token): 403 instead of 401.
    pub forbidden: bool,
}

/// Turns a request's credentials (bearer token, session cookie, client certificate) into a caller.
pub trait Authenticate: Send + Sync + 'static {
    fn caller(
        &self,
        head: RequestHead,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + '_>>;
}
