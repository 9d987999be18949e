//! OData 4.0/4.01 for services that read: the data model, URLs, `$metadata`, JSON parts and negotiation.
//!
//! | module | gives |
//! |---|---|
//! | [`answer`] | a whole service over entities in memory |
//! | [`edm`] | the model of a service, with builders |
//! | [`query`] | a raw query string → typed [`query::Options`] |
//! | [`expr`] | expression trees: check, evaluate, render |
//! | [`path`] | a resource path → typed [`path::Resource`] |
//! | [`csdl`] | `$metadata` in XML and JSON |
//! | [`json`] | service document, context URLs, errors, value writers |
//! | [`percent`] | escapes of URL parts |
//! | [`batch`] | multipart and JSON batches, taken apart and put together |
//! | [`negotiate`] | `Accept`, `$format`, versions, `Prefer` |
//!
//! It knows no SQL, no HTTP server, no table engine and no clock.

pub mod answer;
pub mod batch;
pub mod csdl;
mod cursor;
pub mod edm;
pub mod error;
pub mod expr;
pub mod json;
pub mod literal;
pub mod negotiate;
pub mod path;
pub mod percent;
pub mod query;

pub use error::{ErrorKind, QueryError};
