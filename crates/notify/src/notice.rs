//! What people should hear of: one thing that happened to one subject, in their languages.

use jiff::Timestamp;
use jobs::NewJob;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{SqlError, Tx};
use uuid::Uuid;
pub use words::{Language, Words};

use crate::sql;

/// The kind of job that sends a notice on its way.
pub(crate) const ROUTE: &str = "notify.route";

/// What a notice is about; people choose by it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Topic {
    /// A connector became healthy, or stopped being so.
    ConnectorHealth,
    /// Something expires in so many days; its health has not changed yet.
    EarlyWarning,
    /// An incident or advisory was opened, updated or resolved.
    Incident,
    /// An issue in the environment that requires action, or one that was mended.
    ActionItem,
    /// A new message in the message center.
    Message,
}

impl Topic {
    pub const ALL: [Topic; 5] =
        [Topic::ConnectorHealth, Topic::EarlyWarning, Topic::Incident, Topic::ActionItem, Topic::Message];

    /// The word it is kept and shown as.
    pub fn as_str(self) -> &'static str {
        match self {
            Topic::ConnectorHealth => "connectorHealth",
            Topic::EarlyWarning => "earlyWarning",
            Topic::Incident => "incident",
            Topic::ActionItem => "actionItem",
            Topic::Message => "message",
        }
    }

    pub(crate) fn read(word: &str) -> Option<Topic> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == word)
    }
}

/// How much it matters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    Info,
    Warning,
    Critical,
}

impl Severity {
    pub const ALL: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Critical];

    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        }
    }

    pub(crate) fn read(word: &str) -> Option<Severity> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == word)
    }
}

/// Where the subject is in its trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum State {
    Open,
    Updated,
    Resolved,
}

impl State {
    pub const ALL: [State; 3] = [State::Open, State::Updated, State::Resolved];

    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Updated => "updated",
            State::Resolved => "resolved",
        }
    }

    pub(crate) fn read(word: &str) -> Option<State> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub topic: Topic,
    /// The thing's stable key, such as `connector/applePushCertificate/<id>`: notices of one topic and subject are one
    /// thread.
    pub subject: String,
    pub severity: Severity,
    pub state: State,
    /// One line.
    pub title: Words,
    /// What happened and what to do, in a few sentences.
    pub text: Words,
    /// The page that shows it: a path on this server that begins with `/`.
    pub link: String,
}

/// Tells everybody who wants to know. In the transaction of the change itself: both are kept, or neither. It is sent
/// afterwards, at least once, grouped with what else happened.
///
/// # Errors
/// When the database refuses.
pub fn raise(tx: &mut Tx<'_, '_>, id: Uuid, now: Timestamp, notice: &Notice) -> Result<(), SqlError> {
    let params = [
        id.into(),
        notice.topic.as_str().into(),
        (&notice.subject).into(),
        notice.severity.as_str().into(),
        notice.state.as_str().into(),
        (&notice.title.en).into(),
        (&notice.title.nl).into(),
        (&notice.title.sv).into(),
        (&notice.text.en).into(),
        (&notice.text.nl).into(),
        (&notice.text.sv).into(),
        (&notice.link).into(),
        now.into(),
    ];
    tx.exec(&sql::RAISE, &params)?;
    let job = NewJob { id, kind: ROUTE, dedupe_key: id.to_string(), payload: json!({}), due_at: now };
    jobs::enqueue(tx, &job, now).map(drop)
}
