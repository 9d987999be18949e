//! `$metadata`: the model in CSDL XML and CSDL JSON (OData 4.01).
//!
//! Deterministic: the same model gives the same bytes. It writes only; nothing here reads CSDL.

mod json;
mod xml;

pub use json::to_json;
pub use xml::to_xml;
