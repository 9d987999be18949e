//! The HTTP kit: routes that carry their permission, failures in each door's own form, OData lists over SQL.
//!
//! A feature declares [`Route`]s; each names the [`Door`] it stands behind, so that no handler runs without a permit
//! and one table tells all routes (the OpenAPI document, the test that every route demands a permit). It knows no
//! feature and no way to sign in: the program gives it an [`Authenticate`].

mod authenticate;
mod body;
mod failure;
pub mod list;
mod openapi;
mod reader;
mod route;

pub use authenticate::{Authenticate, PeerCertificate, RequestHead, Unauthenticated};
pub use body::Body;
pub use failure::{Code, Failure};
pub use openapi::openapi;
pub use reader::Reader;
pub use route::{Door, Parameter, Permitted, Route, id_in_path, router};

/// What a feature gives to the program that composes them.
pub struct Module {
    /// The feature's name: its crate's.
    pub name: &'static str,
    pub routes: Vec<Route>,
}
