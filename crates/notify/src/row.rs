//! What the tables hold, as read.

use jiff::Timestamp;
use store::{Row, SqlError};
use uuid::Uuid;

use crate::channel::{Kind, Settings};
use crate::notice::{Severity, State, Topic, Words};

/// Columns: id, topic, subject, severity, state, three titles, three texts, link, raised_at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notice {
    pub(crate) id: Uuid,
    pub(crate) topic: Topic,
    pub(crate) subject: String,
    pub(crate) severity: Severity,
    pub(crate) state: State,
    pub(crate) title: Words,
    pub(crate) text: Words,
    pub(crate) link: String,
    pub(crate) raised_at: Timestamp,
}

fn unreadable(what: &str) -> SqlError {
    SqlError::Other(format!("a notice's or channel's {what} cannot be read"))
}

impl Notice {
    pub(crate) fn read(row: &Row) -> Result<Notice, SqlError> {
        let (topic, severity, state): (String, String, String) = (row.get(1)?, row.get(3)?, row.get(4)?);
        Ok(Notice {
            id: row.get(0)?,
            topic: Topic::read(&topic).ok_or_else(|| unreadable("topic"))?,
            subject: row.get(2)?,
            severity: Severity::read(&severity).ok_or_else(|| unreadable("severity"))?,
            state: State::read(&state).ok_or_else(|| unreadable("state"))?,
            title: Words { en: row.get(5)?, nl: row.get(6)?, sv: row.get(7)? },
            text: Words { en: row.get(8)?, nl: row.get(9)?, sv: row.get(10)? },
            link: row.get(11)?,
            raised_at: row.get(12)?,
        })
    }
}

/// Columns: id, owner_user_id, kind, display_name, settings, secret, is_enabled, created_at, modified_at, last_sent_at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Channel {
    pub(crate) id: Uuid,
    pub(crate) owner_user_id: Option<Uuid>,
    pub(crate) kind: Kind,
    pub(crate) display_name: String,
    pub(crate) settings: Settings,
    /// Sealed.
    pub(crate) secret: Option<Vec<u8>>,
    pub(crate) is_enabled: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    pub(crate) last_sent_at: Option<Timestamp>,
}

impl Channel {
    pub(crate) fn read(row: &Row) -> Result<Channel, SqlError> {
        let (kind, settings): (String, String) = (row.get(2)?, row.get(4)?);
        Ok(Channel {
            id: row.get(0)?,
            owner_user_id: row.get(1)?,
            kind: Kind::read(&kind).ok_or_else(|| unreadable("kind"))?,
            display_name: row.get(3)?,
            settings: serde_json::from_str(&settings).map_err(|_| unreadable("settings"))?,
            secret: row.get(5)?,
            is_enabled: row.get(6)?,
            created_at: row.get(7)?,
            modified_at: row.get(8)?,
            last_sent_at: row.get(9)?,
        })
    }
}
