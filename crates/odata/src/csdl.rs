//! `$metadata`: the model in CSDL XML and CSDL JSON (OData CSDL 4.01).
//!
//! Deterministic: the same model gives the same bytes. It writes only; nothing here reads CSDL.

mod json;
mod vocabulary;
mod xml;

pub use json::to_json;
pub use xml::to_xml;

#[cfg(test)]
mod tests;
