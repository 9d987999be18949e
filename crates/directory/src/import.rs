//! Users that are read from another directory rather than provisioned by it. Functions over an open transaction; each
//! change writes its audit event. What the other directory does not say stays as it is.

use api::{Code, Failure};
use audit::{Actor, Category, Event, Resource};
use jiff::Timestamp;
use serde_json::json;
use store::Tx;
use uuid::Uuid;

use crate::{Leaving, scim};

/// A user as the other directory tells. Its id is kept.
#[derive(Clone, Debug, Default)]
pub struct ImportedUser {
    pub id: Uuid,
    pub user_principal_name: Option<String>,
    pub display_name: Option<String>,
    pub given_name: Option<String>,
    pub surname: Option<String>,
    pub mail: Option<String>,
    pub account_enabled: Option<bool>,
    /// It was deleted there.
    pub is_removed: bool,
}

/// What became of one that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landed {
    Made,
    Changed,
    Same,
    Removed,
    /// It cannot be kept: it has no name, its name is taken, or it is the last administrator and was taken away.
    Skipped,
}

/// Brings one user to what the other directory says. `source` is named in the audit record; `leaving` hears of who is
/// deleted.
///
/// # Errors
/// When the database refuses.
pub fn user(
    tx: &mut Tx<'_, '_>,
    (source, event_id): (&str, Uuid),
    user: &ImportedUser,
    leaving: &dyn Leaving,
    now: Timestamp,
) -> Result<Landed, Failure> {
    let (landed, attributes) = match scim::import(tx, user, leaving, now) {
        Ok(done) => done,
        Err(refused) if refused.code == Code::Internal || refused.code == Code::Unavailable => {
            return Err(refused);
        }
        Err(_) => return Ok(Landed::Skipped),
    };
    let activity = match landed {
        Landed::Made => "Create user",
        Landed::Changed => "Update user",
        Landed::Removed => "Delete user",
        Landed::Same | Landed::Skipped => return Ok(landed),
    };
    let event = Event::new(Actor::System(source.to_owned()), activity, Category::Other)
        .on(Resource::new("User", user.id.to_string()))
        .with(json!({ "door": "import", "attributes": attributes }));
    audit::record(tx, now, event_id, &event)?;
    Ok(landed)
}
