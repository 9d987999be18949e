//! The authorization server: OAuth 2.0 and OpenID Connect, with the v2 and v1 faces existing clients expect.
//!
//! Pure protocol rules over the store: discovery, keys, authorize, token, device code, sign-in pages, app
//! registrations, token validation, and the UI's own session. Everything derives from one configured origin.
//! It does not decide what a caller may do (that is `policy`'s), keeps no people (they are the directory's) and never
//! lets a secret, code or token into a log, an address of ours or an audit event.

pub mod accounts;
pub mod applications;
mod authorize;
pub mod claims;
pub mod client;
mod codec;
mod directory;
pub mod discovery;
mod grants;
pub mod http;
mod jws;
pub mod keys;
mod limits;
mod mint;
pub mod oauth_error;
mod opaque;
pub mod origin;
mod pages;
mod params;
mod pkce;
pub mod redirect;
pub mod resource;
mod scope;
mod seal;
mod service;
pub mod sessions;
mod strict_json;
mod token_response;
mod upkeep;
mod validate;
pub mod web_session;

pub use claims::{Subject, TokenClaims};
pub use keys::master::MasterError;
pub use keys::sql::RingError;
pub use origin::{Origin, OriginError};
pub use resource::Resource;
pub use seal::Seal;
pub use service::{AccountError, Identity, IdentityConfig, OpenError};
pub use validate::TokenError;
pub use web_session::WebSession;
