//! What an audit event says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sql::{Row, SqlError, Value};
use uuid::Uuid;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "type", content = "id")]
pub enum Actor {
    /// A signed-in person, by object id.
    User(Uuid),
    /// An app registration, by client id.
    Application(String),
    /// A device, by its id.
    Device(Uuid),
    /// The program itself; the name of the part that acted.
    System(String),
    /// Nobody who has proved who they are: a failed sign-in.
    Unknown,
}

/// The ecosystem's audit categories (reference: intune-facts §4.3) and our own last two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Category {
    Other,
    Enrollment,
    Compliance,
    DeviceConfiguration,
    Device,
    Application,
    Role,
    Authentication,
    Warehouse,
}

/// Whether it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Success,
    Failure,
}

/// What it was done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    pub ty: String,
    pub id: String,
    pub name: Option<String>,
}

impl Resource {
    pub fn new(ty: impl Into<String>, id: impl Into<String>) -> Resource {
        Resource { ty: ty.into(), id: id.into(), name: None }
    }

    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Resource {
        self.name = Some(name.into());
        self
    }
}

/// An event as the caller tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub actor: Actor,
    /// A short sentence in English, a constant: `Create enrollment token`.
    pub activity: String,
    pub category: Category,
    pub outcome: Outcome,
    pub resource: Resource,
    /// What changed, as a JSON object; never a secret.
    pub details: serde_json::Value,
    pub correlation_id: Option<String>,
}

impl Event {
    pub fn new(actor: Actor, activity: &str, category: Category) -> Event {
        Event {
            actor,
            activity: activity.to_owned(),
            category,
            outcome: Outcome::Success,
            resource: Resource::new("", ""),
            details: serde_json::Value::Object(serde_json::Map::new()),
            correlation_id: None,
        }
    }

    #[must_use]
    pub fn on(mut self, resource: Resource) -> Event {
        self.resource = resource;
        self
    }

    #[must_use]
    pub fn with(mut self, details: serde_json::Value) -> Event {
        self.details = details;
        self
    }

    #[must_use]
    pub fn failed(mut self) -> Event {
        self.outcome = Outcome::Failure;
        self
    }

    #[must_use]
    pub fn correlated(mut self, id: Option<String>) -> Event {
        self.correlation_id = id;
        self
    }
}

/// An event in its place in the chain. Texts are kept as written, so that the hash can be made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub sequence: i64,
    pub id: Uuid,
    pub at: Timestamp,
    pub actor: String,
    pub activity: String,
    pub category: String,
    pub result: String,
    pub resource: Resource,
    pub details: String,
    pub correlation_id: Option<String>,
}

impl Recorded {
    pub(crate) fn new(sequence: i64, id: Uuid, at: Timestamp, event: &Event) -> Recorded {
        Recorded {
            sequence,
            id,
            at,
            actor: serde_json::to_string(&event.actor).expect("an actor is plain JSON"),
            activity: event.activity.clone(),
            category: format!("{:?}", event.category),
            result: format!("{:?}", event.outcome),
            resource: event.resource.clone(),
            details: event.details.to_string(),
            correlation_id: event.correlation_id.clone(),
        }
    }

    /// Who did it, or [`Actor::Unknown`] when the text is no actor.
    pub fn actor(&self) -> Actor {
        serde_json::from_str(&self.actor).unwrap_or(Actor::Unknown)
    }

    /// SHA-256, in hex, over the previous hash and every field. Each field is led by its length, so that moving
    /// a character from one field to the next changes the hash.
    pub(crate) fn hash(&self, previous: &str) -> String {
        let mut hasher = Sha256::new();
        let (sequence, id, at) =
            (self.sequence.to_string(), self.id.to_string(), self.at.as_microsecond().to_string());
        let name = self.resource.name.as_deref().unwrap_or("\0");
        let correlation = self.correlation_id.as_deref().unwrap_or("\0");
        let fields = [
            previous,
            &sequence,
            &id,
            &at,
            &self.actor,
            &self.activity,
            &self.category,
            &self.result,
            &self.resource.ty,
            &self.resource.id,
            name,
            &self.details,
            correlation,
        ];
        for field in fields {
            hasher.update((field.len() as u64).to_le_bytes());
            hasher.update(field.as_bytes());
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn params(&self, hash: &str) -> [Value; 13] {
        [
            self.sequence.into(),
            self.id.into(),
            self.at.into(),
            (&self.actor).into(),
            (&self.activity).into(),
            (&self.category).into(),
            (&self.result).into(),
            (&self.resource.ty).into(),
            (&self.resource.id).into(),
            self.resource.name.as_deref().into(),
            (&self.details).into(),
            self.correlation_id.as_deref().into(),
            hash.into(),
        ]
    }

    pub(crate) fn read(row: &Row) -> Result<Recorded, SqlError> {
        Ok(Recorded {
            sequence: row.get(0)?,
            id: row.get(1)?,
            at: row.get(2)?,
            actor: row.get(3)?,
            activity: row.get(4)?,
            category: row.get(5)?,
            result: row.get(6)?,
            resource: Resource { ty: row.get(7)?, id: row.get(8)?, name: row.get(9)? },
            details: row.get(10)?,
            correlation_id: row.get(12)?,
        })
    }
}
