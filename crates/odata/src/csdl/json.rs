//! CSDL JSON 4.01.

use crate::edm::Model;
use serde_json::{Value, json};

/// The document.
#[must_use]
pub fn to_json(model: &Model) -> Value {
    json!({"$Version": "4.01", "$EntityContainer": model.qualified(&model.container)})
}
