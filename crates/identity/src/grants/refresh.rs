//! Refresh tokens: rotated at every use, in families that die together when one is used twice.

use jiff::{SignedDuration, Timestamp};
use sql::{Row, Sql, SqlError};
use store::Tx;
use uuid::Uuid;
use world::World;

use super::{Grant, Outcome, REFRESH_IDLE_SECONDS, REFRESH_LIFE_SECONDS, Ready, token_event};
use crate::claims::SignIn;
use crate::directory;
use crate::opaque::Opaque;

const INSERT_FAMILY: Sql = Sql::tenant(
    "insert into token_family
       (tenant_id, id, client_id, user_id, session_id, signed_in_at, method, grant_json, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
);
const INSERT_TOKEN: Sql = Sql::tenant(
    "insert into refresh_token (tenant_id, token_hash, family_id, expires_at) values ($1, $2, $3, $4)",
);
const FIND: Sql = Sql::tenant(
    "select f.id, f.client_id, f.user_id, f.session_id, f.signed_in_at, f.method, f.grant_json, f.expires_at,
       f.revoked_at, t.expires_at, t.rotated_at
     from refresh_token t join token_family f on f.tenant_id = t.tenant_id and f.id = t.family_id
     where t.tenant_id = $1 and t.token_hash = $2",
);
/// The race for a token is decided here.
const ROTATE: Sql = Sql::tenant(
    "update refresh_token set rotated_at = $3 where tenant_id = $1 and token_hash = $2 and rotated_at is null",
);
const REVOKE: Sql = Sql::tenant(
    "update token_family set revoked_at = $3 where tenant_id = $1 and id = $2 and revoked_at is null",
);

/// A family to start.
pub(crate) struct NewFamily<'a> {
    pub(crate) id: Uuid,
    pub(crate) client: &'a str,
    pub(crate) user: Uuid,
    pub(crate) sign_in: &'a SignIn,
    pub(crate) grant: &'a Grant,
}

/// What a refresh token stands for, without using it: introspection and revocation.
pub(crate) struct Standing {
    pub(crate) family: Uuid,
    pub(crate) client: String,
    pub(crate) user: Uuid,
    pub(crate) grant: Grant,
    pub(crate) expires_at: Timestamp,
    pub(crate) active: bool,
}

/// Starts a family; answers its first token.
pub(crate) fn start_family(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    new: &NewFamily<'_>,
) -> Result<String, SqlError> {
    let params = [
        new.id.into(),
        new.client.into(),
        new.user.into(),
        new.sign_in.session.into(),
        new.sign_in.at.into(),
        (&new.sign_in.method).into(),
        new.grant.to_json().into(),
        now.into(),
        (now + SignedDuration::from_secs(REFRESH_LIFE_SECONDS)).into(),
    ];
    tx.exec(&INSERT_FAMILY, &params)?;
    add_token(tx, world, now, new.id)
}

/// Uses a token up and gives the next. Of several callers at once one wins; any second use revokes the family
/// (RFC 9700 §2.2.2, §4.14).
pub(crate) fn rotate(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    token: &Opaque,
    client: &str,
    correlation: Uuid,
) -> Result<Outcome, SqlError> {
    let hash = token.hash();
    let Some(row) = tx.row(&FIND, &[(&hash).into()])? else {
        return Ok(Outcome::Refused("The refresh token is not known. Sign in again."));
    };
    let stored = Stored::read(&row)?;
    if stored.client != client {
        return Ok(Outcome::Refused("The refresh token was issued to another client."));
    }
    if stored.revoked {
        return Ok(Outcome::Refused("The refresh token was revoked. Sign in again."));
    }
    if now >= stored.family_expires_at.min(stored.token_expires_at) {
        return Ok(Outcome::Refused("The refresh token has expired. Sign in again."));
    }
    if stored.rotated || tx.exec(&ROTATE, &[(&hash).into(), now.into()])? == 0 {
        revoke_family(tx, world, now, stored.family, client, stored.user, correlation)?;
        return Ok(Outcome::Replayed);
    }
    let Some(person) = directory::person(tx, stored.user)? else {
        return Ok(Outcome::Refused("The account is disabled or gone."));
    };
    let next = add_token(tx, world, now, stored.family)?;
    let event = token_event("Renew tokens", client, person.id, correlation);
    audit::record(tx, now, world.ids.guid(), &event)?;
    let Stored { grant, sign_in, .. } = stored;
    Ok(Outcome::Ready(Box::new(Ready { grant, person, sign_in, nonce: None, refresh_token: Some(next) })))
}

/// Revokes a family after a replay, with the audit event. Nothing happens when there is no such family.
pub(crate) fn revoke_family(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    family: Uuid,
    client: &str,
    user: Uuid,
    correlation: Uuid,
) -> Result<(), SqlError> {
    let revoked = tx.exec(&REVOKE, &[family.into(), now.into()])? == 1;
    let event = token_event("Revoke tokens used twice", client, user, correlation)
        .failed()
        .with(serde_json::json!({"family": family.to_string(), "tokensRevoked": revoked}));
    audit::record(tx, now, world.ids.guid(), &event)
}

/// Revokes a family at its client's request (RFC 7009), with the audit event.
pub(crate) fn revoke_at_request(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    standing: &Standing,
    correlation: Uuid,
) -> Result<(), SqlError> {
    if tx.exec(&REVOKE, &[standing.family.into(), now.into()])? == 0 {
        return Ok(());
    }
    let event = token_event("Revoke tokens", &standing.client, standing.user, correlation);
    audit::record(tx, now, world.ids.guid(), &event)
}

/// What a token stands for now.
pub(crate) fn standing(
    tx: &mut Tx<'_, '_>,
    token: &Opaque,
    now: Timestamp,
) -> Result<Option<Standing>, SqlError> {
    let Some(row) = tx.row(&FIND, &[token.hash().into()])? else { return Ok(None) };
    let stored = Stored::read(&row)?;
    let expires_at = stored.family_expires_at.min(stored.token_expires_at);
    let enabled = directory::person(tx, stored.user)?.is_some();
    Ok(Some(Standing {
        family: stored.family,
        client: stored.client,
        user: stored.user,
        grant: stored.grant,
        expires_at,
        active: enabled && !stored.revoked && !stored.rotated && now < expires_at,
    }))
}

fn add_token(tx: &mut Tx<'_, '_>, world: &World, now: Timestamp, family: Uuid) -> Result<String, SqlError> {
    let token = Opaque::new(tx.tenant(), world);
    let expires = now + SignedDuration::from_secs(REFRESH_IDLE_SECONDS);
    tx.exec(&INSERT_TOKEN, &[token.hash().into(), family.into(), expires.into()])?;
    Ok(token.reveal().to_owned())
}

struct Stored {
    family: Uuid,
    client: String,
    user: Uuid,
    sign_in: SignIn,
    grant: Grant,
    family_expires_at: Timestamp,
    revoked: bool,
    token_expires_at: Timestamp,
    rotated: bool,
}

impl Stored {
    fn read(row: &Row) -> Result<Stored, SqlError> {
        Ok(Stored {
            family: row.get(0)?,
            client: row.get(1)?,
            user: row.get(2)?,
            sign_in: SignIn { session: row.get(3)?, at: row.get(4)?, method: row.get(5)? },
            grant: Grant::from_json(&row.get::<String>(6)?)?,
            family_expires_at: row.get(7)?,
            revoked: row.get::<Option<i64>>(8)?.is_some(),
            token_expires_at: row.get(9)?,
            rotated: row.get::<Option<i64>>(10)?.is_some(),
        })
    }
}
