//! Judging bearer tokens at our own APIs.
//!
//! Form, signature, issuer, times and kind are judged once per token and remembered by hash; the audience is judged
//! on every use. Every refusal shows the same text (RFC 6750 §3.1); the reason goes to the log.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::claims::{self, ClaimsRefusal, TokenClaims};
use crate::codec;
use crate::jws::{self, Refusal};
use crate::keys::KeyRing;
use crate::origin::Origin;
use crate::resource::Resource;

/// How many accepted tokens are remembered.
const REMEMBERED_MAX: usize = 4096;

/// A token that is not accepted here. The text is the same for every reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the access token is not valid for this resource; sign in again and send the new token")]
pub struct TokenError {
    reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    Token(Refusal),
    Claims(ClaimsRefusal),
}

impl TokenError {
    /// The RFC 6750 error code, for [`crate::discovery::challenge`].
    pub const CODE: &'static str = "invalid_token";

    /// The reason in one word, for the log only.
    pub fn reason(&self) -> String {
        match &self.reason {
            Reason::Token(refusal) => format!("{refusal:?}"),
            Reason::Claims(refusal) => format!("{refusal:?}"),
        }
    }
}

/// Judges everything but the resource.
pub(crate) fn verify(
    token: &str,
    ring: &KeyRing,
    origin: &Origin,
    now: Timestamp,
) -> Result<TokenClaims, TokenError> {
    let map = jws::verify(token, jws::ACCESS_TOKEN, |kid| ring.find(kid))
        .map_err(|refusal| TokenError { reason: Reason::Token(refusal) })?;
    let audiences: Vec<String> =
        Resource::ALL.iter().flat_map(|resource| resource.audiences(origin)).collect();
    claims::accept(&map, origin, &audiences, now)
        .map_err(|refusal| TokenError { reason: Reason::Claims(refusal) })
}

/// Judges the resource.
pub(crate) fn for_resources(
    claims: Arc<TokenClaims>,
    resources: &[Resource],
    origin: &Origin,
) -> Result<Arc<TokenClaims>, TokenError> {
    match Resource::find(&claims.audience, origin) {
        Some(resource) if resources.contains(&resource) => Ok(claims),
        _ => Err(TokenError { reason: Reason::Claims(ClaimsRefusal::Audience) }),
    }
}

/// Accepted tokens by SHA-256. Two generations bound the memory without bookkeeping per entry.
#[derive(Default)]
pub(crate) struct Verified {
    young: HashMap<[u8; 32], Arc<TokenClaims>>,
    old: HashMap<[u8; 32], Arc<TokenClaims>>,
}

impl Verified {
    pub(crate) fn find(&mut self, token: &str, now: Timestamp) -> Option<Arc<TokenClaims>> {
        if token.len() > jws::LIMIT_BYTES {
            return None;
        }
        let key = codec::sha256(token.as_bytes());
        let claims = self.young.get(&key).or_else(|| self.old.get(&key))?;
        claims::is_current(claims, now).then(|| Arc::clone(claims))
    }

    pub(crate) fn remember(&mut self, token: &str, claims: &Arc<TokenClaims>, now: Timestamp) {
        if !claims::is_current(claims, now) {
            return;
        }
        if self.young.len() >= REMEMBERED_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(codec::sha256(token.as_bytes()), Arc::clone(claims));
    }
}
