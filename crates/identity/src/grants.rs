//! What a person allowed a client, and the codes and tokens that carry it until it becomes an access token.
//!
//! Each operation runs in the caller's transaction and writes its audit event there. Outcomes that must be kept
//! (a replay revokes what it touched) are answers, not errors: an error would undo them.

pub(crate) mod code;
pub(crate) mod consent;
pub(crate) mod device;
pub(crate) mod refresh;

use serde::{Deserialize, Serialize};
use sql::SqlError;
use uuid::Uuid;

use crate::claims::{Person, SignIn};
use crate::resource::Resource;
use crate::scope::{Face, Request};

/// What was granted, as kept with a code, a device code or a token family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// The resource as the client spelled it: the token's `aud`.
    pub(crate) audience: String,
    /// Delegated permissions (`scp`).
    pub(crate) scopes: Vec<String>,
    /// The scopes as the client spelled them, to echo.
    pub(crate) spelled: Vec<String>,
    pub(crate) openid: bool,
    pub(crate) offline: bool,
}

impl Grant {
    /// The grant of a request whose permissions were decided.
    pub(crate) fn new(request: &Request, permissions: Vec<String>) -> Grant {
        // A token that was asked for with OpenID scopes only opens userinfo, so it says which.
        let bare = request.resource == Resource::Graph && !request.default && request.permissions.is_empty();
        let oidc = request.oidc().into_iter().filter(|name| *name != "offline_access").map(str::to_owned);
        let scopes = if bare { oidc.collect() } else { permissions };
        Grant {
            audience: request.audience.clone(),
            scopes,
            spelled: request.spelled.clone(),
            openid: request.openid,
            offline: request.offline,
        }
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a grant is plain data")
    }

    pub(crate) fn from_json(text: &str) -> Result<Grant, SqlError> {
        serde_json::from_str(text).map_err(|_| SqlError::Other("a stored grant cannot be read".to_owned()))
    }
}

/// A grant that may become tokens now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ready {
    pub(crate) grant: Grant,
    pub(crate) person: Person,
    pub(crate) sign_in: SignIn,
    pub(crate) nonce: Option<String>,
    /// The refresh token to hand out, when the grant has one.
    pub(crate) refresh_token: Option<String>,
}

/// How a token endpoint operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ready(Box<Ready>),
    /// The code or token was used before; what came from it is revoked.
    Replayed,
    Refused(&'static str),
}

/// Life of an authorization code: five minutes.
pub(crate) const CODE_SECONDS: i64 = 300;
/// Longest idle time of a refresh token: 14 days.
pub(crate) const REFRESH_IDLE_SECONDS: i64 = 14 * 86_400;
/// Longest life of a token family: 90 days.
pub(crate) const REFRESH_LIFE_SECONDS: i64 = 90 * 86_400;

/// Whether a face hands out a refresh token for a grant: v1 always, v2 when `offline_access` was asked for.
pub(crate) fn is_offline(grant: &Grant, face: Face) -> bool {
    grant.offline || face == Face::V1
}

/// An audit event about a client's tokens for a person.
pub(crate) fn token_event(activity: &str, client: &str, user: Uuid, correlation: Uuid) -> audit::Event {
    audit::Event::new(audit::Actor::User(user), activity, audit::Category::Authentication)
        .on(audit::Resource::new("Application", client))
        .correlated(Some(correlation.to_string()))
}
