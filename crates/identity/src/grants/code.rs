//! Authorization codes: five minutes, once, bound to client, redirect address, challenge, person and session.

use jiff::{SignedDuration, Timestamp};
use sql::{Row, Sql, SqlError};
use store::Tx;
use uuid::Uuid;
use world::World;

use super::{CODE_SECONDS, Grant, Outcome, Ready, is_offline, refresh, token_event};
use crate::claims::{Person, SignIn};
use crate::directory;
use crate::opaque::Opaque;
use crate::pkce::Challenge;
use crate::scope::Face;

const INSERT: Sql = Sql::tenant(
    "insert into authorization_code
       (tenant_id, code_hash, family_id, client_id, redirect_uri, challenge, nonce, user_id, session_id,
        signed_in_at, method, grant_json, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
);
const FIND: Sql = Sql::tenant(
    "select family_id, client_id, redirect_uri, challenge, nonce, user_id, session_id, signed_in_at, method,
       grant_json, expires_at, redeemed_at
     from authorization_code where tenant_id = $1 and code_hash = $2",
);
/// The race for a code is decided here: one update finds it unredeemed.
const REDEEM: Sql = Sql::tenant(
    "update authorization_code set redeemed_at = $3
     where tenant_id = $1 and code_hash = $2 and redeemed_at is null",
);

/// What a code is issued for.
pub(crate) struct NewCode<'a> {
    pub(crate) client: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) challenge: Option<&'a Challenge>,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) person: &'a Person,
    pub(crate) sign_in: &'a SignIn,
    pub(crate) grant: &'a Grant,
}

/// What a client presents to redeem a code.
pub(crate) struct Redemption<'a> {
    pub(crate) code: &'a Opaque,
    pub(crate) client: &'a str,
    pub(crate) redirect_uri: Option<&'a str>,
    pub(crate) verifier: Option<&'a str>,
    pub(crate) face: Face,
    pub(crate) correlation: Uuid,
}

/// Issues a code.
pub(crate) fn issue(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    new: &NewCode<'_>,
) -> Result<Opaque, SqlError> {
    let code = Opaque::new(tx.tenant(), world);
    let params = [
        code.hash().into(),
        world.ids.guid().into(),
        new.client.into(),
        new.redirect_uri.into(),
        new.challenge.map(Challenge::as_str).into(),
        new.nonce.into(),
        new.person.id.into(),
        new.sign_in.session.into(),
        new.sign_in.at.into(),
        (&new.sign_in.method).into(),
        new.grant.to_json().into(),
        (now + SignedDuration::from_secs(CODE_SECONDS)).into(),
    ];
    tx.exec(&INSERT, &params)?;
    Ok(code)
}

/// Redeems a code. Of several callers at once one gets it; a second redemption revokes what the first gave.
pub(crate) fn redeem(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    asked: &Redemption<'_>,
) -> Result<Outcome, SqlError> {
    let hash = asked.code.hash();
    let Some(row) = tx.row(&FIND, &[(&hash).into()])? else {
        return Ok(Outcome::Refused("The code is not known. Start the sign-in again."));
    };
    let stored = Stored::read(&row)?;
    if stored.client != asked.client {
        return Ok(Outcome::Refused("The code was issued to another client."));
    }
    if stored.redeemed || tx.exec(&REDEEM, &[(&hash).into(), now.into()])? == 0 {
        refresh::revoke_family(tx, world, now, stored.family, asked.client, stored.user, asked.correlation)?;
        return Ok(Outcome::Replayed);
    }
    if let Some(problem) = stored.problem(asked, now) {
        return Ok(Outcome::Refused(problem));
    }
    let Some(person) = directory::person(tx, stored.user)? else {
        return Ok(Outcome::Refused("The account is disabled or gone."));
    };
    let refresh_token = if is_offline(&stored.grant, asked.face) {
        Some(refresh::start_family(tx, world, now, &stored.family_of(asked.client))?)
    } else {
        None
    };
    let event = token_event("Sign in to application", asked.client, person.id, asked.correlation);
    audit::record(tx, now, world.ids.guid(), &event)?;
    let Stored { grant, sign_in, nonce, .. } = stored;
    Ok(Outcome::Ready(Box::new(Ready { grant, person, sign_in, nonce, refresh_token })))
}

struct Stored {
    family: Uuid,
    client: String,
    redirect_uri: String,
    challenge: Option<String>,
    nonce: Option<String>,
    user: Uuid,
    sign_in: SignIn,
    grant: Grant,
    expires_at: Timestamp,
    redeemed: bool,
}

impl Stored {
    fn read(row: &Row) -> Result<Stored, SqlError> {
        Ok(Stored {
            family: row.get(0)?,
            client: row.get(1)?,
            redirect_uri: row.get(2)?,
            challenge: row.get(3)?,
            nonce: row.get(4)?,
            user: row.get(5)?,
            sign_in: SignIn { session: row.get(6)?, at: row.get(7)?, method: row.get(8)? },
            grant: Grant::from_json(&row.get::<String>(9)?)?,
            expires_at: row.get(10)?,
            redeemed: row.get::<Option<i64>>(11)?.is_some(),
        })
    }

    /// Why this redemption cannot have the code. The code is used up all the same: whoever holds it without its
    /// verifier should not be able to try again.
    fn problem(&self, asked: &Redemption<'_>, now: Timestamp) -> Option<&'static str> {
        if now >= self.expires_at {
            return Some("The code has expired. Start the sign-in again.");
        }
        if asked.redirect_uri != Some(self.redirect_uri.as_str()) {
            return Some("The redirect_uri is not the one the code was issued for.");
        }
        match (self.challenge.as_deref().and_then(Challenge::parse), asked.verifier) {
            (None, None) => None,
            (Some(challenge), Some(verifier)) if challenge.accepts(verifier) => None,
            (Some(_), Some(_)) => Some("The code_verifier does not belong to the code_challenge."),
            (Some(_), None) => {
                Some("The code_verifier is missing; the code was issued with a code_challenge.")
            }
            (None, Some(_)) => {
                Some("A code_verifier was sent, but the code was issued without a code_challenge.")
            }
        }
    }

    fn family_of<'a>(&'a self, client: &'a str) -> refresh::NewFamily<'a> {
        refresh::NewFamily {
            id: self.family,
            client,
            user: self.user,
            sign_in: &self.sign_in,
            grant: &self.grant,
        }
    }
}
