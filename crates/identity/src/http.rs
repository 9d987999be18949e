//! The protocol endpoints as one router.
//!
//! Handlers read a request, call the rules, and shape the answer; the rules know nothing of HTTP. Every answer says
//! `no-store` unless it is a public document.

pub(crate) mod answer;
mod authorize;
pub(crate) mod browser;
pub(crate) mod call;
mod claims;
pub(crate) mod clients;
mod cors;
pub(crate) mod device;
mod documents;
mod sign_in;
mod sign_out;
mod token;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};

use crate::service::Identity;

/// Where one-time sign-in links live.
pub const LINK_PATH: &str = "/welcome";

/// Bodies above this are not read at all; the parameters themselves have a lower limit.
const BODY_MAX_BYTES: usize = 256 * 1024;

impl Identity {
    /// The router of every endpoint under `/{tenant}/…`, the sign-in pages, and the discovery documents. Give requests
    /// an `axum::extract::ConnectInfo<SocketAddr>` extension with the peer's address, for the attempt limits.
    pub fn router(&self) -> Router {
        self.open_to_pages()
            .merge(self.pages())
            .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
            .with_state(self.clone())
    }

    /// What programs call; pages of registered single-page applications too.
    fn open_to_pages(&self) -> Router<Identity> {
        Router::new()
            .route("/common/discovery/instance", get(documents::instance))
            .route("/common/userrealm/{login}", get(claims::user_realm))
            .route("/common/UserRealm/{login}", get(claims::user_realm))
            .route("/{tenant}/v2.0/.well-known/openid-configuration", get(documents::configuration))
            .route("/{tenant}/.well-known/openid-configuration", get(documents::configuration))
            .route("/.well-known/oauth-authorization-server/{tenant}/v2.0", get(documents::configuration))
            .route("/.well-known/oauth-protected-resource", get(documents::protected_resource))
            .route("/{tenant}/discovery/v2.0/keys", get(documents::keys))
            .route("/{tenant}/discovery/keys", get(documents::keys))
            .route("/{tenant}/oauth2/token", post(token::v1))
            .route("/{tenant}/oauth2/v2.0/token", post(token::v2))
            .route("/{tenant}/oauth2/devicecode", post(device::start_v1))
            .route("/{tenant}/oauth2/v2.0/devicecode", post(device::start_v2))
            .route("/{tenant}/oauth2/v2.0/introspect", post(claims::introspect))
            .route("/{tenant}/oauth2/v2.0/revoke", post(claims::revoke))
            .route("/oidc/userinfo", get(claims::userinfo).post(claims::userinfo))
            .layer(middleware::from_fn_with_state(self.clone(), cors::layer))
    }

    /// What people's browsers visit.
    fn pages(&self) -> Router<Identity> {
        Router::new()
            .route("/{tenant}/oauth2/authorize", get(authorize::v1).post(authorize::v1_post))
            .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::v2).post(authorize::v2_post))
            .route("/{tenant}/oauth2/logout", get(sign_out::page).post(sign_out::submit))
            .route("/{tenant}/oauth2/v2.0/logout", get(sign_out::page).post(sign_out::submit))
            .route("/{tenant}/login", get(sign_in::page).post(sign_in::submit))
            .route("/{tenant}/consent", post(authorize::consent))
            .route(&format!("{LINK_PATH}/{{token}}"), get(sign_in::link).post(sign_in::use_link))
            .route("/account/password", get(sign_in::password).post(sign_in::set_password))
            .route(device::PAGE_PATH, get(device::page).post(device::submit))
    }
}
