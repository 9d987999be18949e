//! The browser UI's session: the UI signs in through the authorization server like any client, but its tokens never
//! reach the browser (the backend-for-frontend pattern). The browser holds one HttpOnly cookie.

/// Where the authorization server sends the browser back to.
pub const CALLBACK_PATH: &str = "/api/session/callback";
/// Where the browser starts a sign-in; `?returnTo=/path` says where to end.
pub const SIGN_IN_PATH: &str = "/api/session/sign-in";

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSession {
    pub tenant: store::TenantId,
    pub person: crate::claims::Person,
    /// What the UI sends as `X-CSRF-Token` with every request that changes something.
    pub csrf_token: String,
}
