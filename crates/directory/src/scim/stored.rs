//! A resource as it is kept, and what every resource shows: id, dates, address, entity tag.

use api::{Code, Failure};
use http::HeaderMap;
use http::header::{IF_MATCH, IF_NONE_MATCH};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::schema::ResourceType;

/// A resource as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) id: Uuid,
    /// What provisioning services may say of it, and what only the server says.
    pub(super) attributes: Map<String, Value>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

/// The whole resource. Its entity tag is a hash of all it shows, so that it changes with it, whoever changed it.
pub(super) fn meta(stored: Stored, ty: &ResourceType, schemas: &[&str], root: &str) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("schemas".to_owned(), json!(schemas));
    shown.insert("id".to_owned(), json!(stored.id));
    shown.extend(stored.attributes);
    let digest = Sha256::digest(Value::Object(shown.clone()).to_string());
    let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let meta = json!({
        "resourceType": ty.name,
        "created": stored.created_at.to_string(),
        "lastModified": stored.updated_at.to_string(),
        "location": format!("{root}{}/{}", ty.endpoint, stored.id),
        "version": format!("W/\"{hash}\""),
    });
    shown.insert("meta".to_owned(), meta);
    shown
}

/// The entity tag of a whole resource.
pub(super) fn tag(resource: &Map<String, Value>) -> &str {
    resource.get("meta").and_then(|meta| meta["version"].as_str()).unwrap_or_default()
}

/// What the caller knows of the resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    matches: Option<String>,
    matches_none: Option<String>,
}

impl Known {
    pub(crate) fn of(headers: &HeaderMap) -> Known {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Known { matches: text(IF_MATCH), matches_none: text(IF_NONE_MATCH) }
    }

    /// Refuses a change of something that the caller has not seen (RFC 7644 §3.14).
    ///
    /// # Errors
    /// 412.
    pub(super) fn check(&self, resource: &Map<String, Value>) -> Result<(), Failure> {
        if self.matches.as_deref().is_none_or(|tags| names(tags, tag(resource))) {
            return Ok(());
        }
        let message = "The resource has changed since it was read; read it again and change what is new.";
        Err(Failure::new(Code::PreconditionFailed, message).target("If-Match"))
    }

    /// Whether the caller has this already.
    pub(super) fn has(&self, resource: &Map<String, Value>) -> bool {
        self.matches_none.as_deref().is_some_and(|tags| names(tags, tag(resource)))
    }
}

/// Whether a list of entity tags names this one, compared weakly.
fn names(tags: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.trim() == "*" || tags.split(',').any(|one| opaque(one) == opaque(tag))
}
