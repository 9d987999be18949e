//! The protocol endpoints as one router.
//!
//! Handlers read a request, call the rules, and shape the answer; the rules know nothing of HTTP. Every answer says
//! `no-store` unless it is a public document.

pub(crate) mod answer;
mod call;
mod documents;

use axum::Router;
use axum::routing::{get, post};

use crate::service::Identity;

/// Where one-time sign-in links live.
pub const LINK_PATH: &str = "/welcome";

impl Identity {
    /// The router of every endpoint under `/{tenant}/…`, the sign-in pages, and the discovery documents. Give requests
    /// an `axum::extract::ConnectInfo<SocketAddr>` extension with the peer's address, for the attempt limits.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/common/discovery/instance", get(documents::instance))
            .route("/{tenant}/v2.0/.well-known/openid-configuration", get(documents::configuration))
            .route("/{tenant}/.well-known/openid-configuration", get(documents::configuration))
            .route("/.well-known/oauth-authorization-server/{tenant}/v2.0", get(documents::configuration))
            .route("/.well-known/oauth-protected-resource", get(documents::protected_resource))
            .route("/{tenant}/discovery/v2.0/keys", get(documents::keys))
            .route("/{tenant}/discovery/keys", get(documents::keys))
            .with_state(self.clone())
    }
}
