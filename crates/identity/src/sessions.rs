//! Sign-in sessions at the authorization server: one row per signed-in browser, found by the hash of its cookie.
//!
//! A session ends after eight idle hours or a day, at sign-out, and when its person is disabled or changes the
//! password elsewhere. Its id changes at every sign-in.

use audit::{Actor, Category, Event, Resource};
use jiff::{SignedDuration, Timestamp};
use sql::{Row, Sql, SqlError};
use store::Tx;
use uuid::Uuid;
use world::World;

use crate::claims::{Person, SignIn};
use crate::directory;
use crate::opaque::Opaque;

/// The cookie of the sign-in pages.
pub(crate) const COOKIE: &str = "__Host-qd_idp";
/// Longest idle time: eight hours.
pub(crate) const IDLE_SECONDS: i64 = 8 * 3600;
/// Longest life: one day.
pub(crate) const LIFE_SECONDS: i64 = 24 * 3600;
/// The time of last use is written at most this often.
pub(crate) const SEEN_EVERY_SECONDS: i64 = 60;

const INSERT: Sql = Sql::tenant(
    "insert into sign_in_session
       (tenant_id, token_hash, id, user_id, method, signed_in_at, seen_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $6, $7)",
);
const FIND: Sql = Sql::tenant(
    "select id, user_id, method, signed_in_at, seen_at from sign_in_session
     where tenant_id = $1 and token_hash = $2 and expires_at > $3 and seen_at > $4",
);
const TOUCH: Sql =
    Sql::tenant("update sign_in_session set seen_at = $3 where tenant_id = $1 and token_hash = $2");
const DELETE: Sql = Sql::tenant("delete from sign_in_session where tenant_id = $1 and id = $2");
const FORGET: Sql = Sql::tenant("delete from sign_in_session where tenant_id = $1 and token_hash = $2");
const DELETE_WEB: Sql = Sql::tenant("delete from web_session where tenant_id = $1 and sign_in_id = $2");
const DELETE_OTHERS: Sql =
    Sql::tenant("delete from sign_in_session where tenant_id = $1 and user_id = $2 and id <> $3");
const DELETE_OTHER_WEB: Sql =
    Sql::tenant("delete from web_session where tenant_id = $1 and user_id = $2 and sign_in_id <> $3");
const REVOKE_FAMILIES: Sql = Sql::tenant(
    "update token_family set revoked_at = $3 where tenant_id = $1 and user_id = $2 and revoked_at is null",
);

/// A signed-in browser: who, how and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) person: Person,
    pub(crate) sign_in: SignIn,
    seen_at: Timestamp,
}

impl Session {
    /// Whether the time of last use is worth writing again.
    pub(crate) fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.seen_at) >= SignedDuration::from_secs(SEEN_EVERY_SECONDS)
    }
}

/// Signs a person in, with the audit event; answers the cookie's value.
pub(crate) fn create(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    person: &Person,
    method: &str,
    correlation: Uuid,
) -> Result<Opaque, SqlError> {
    let (token, id) = (Opaque::new(tx.tenant(), world), world.ids.guid());
    let expires = now + SignedDuration::from_secs(LIFE_SECONDS);
    let params =
        [token.hash().into(), id.into(), person.id.into(), method.into(), now.into(), expires.into()];
    tx.exec(&INSERT, &params)?;
    let event = Event::new(Actor::User(person.id), "Sign in", Category::Authentication)
        .on(Resource::new("User", person.id.to_string()))
        .with(serde_json::json!({"method": method, "session": id.to_string()}))
        .correlated(Some(correlation.to_string()));
    audit::record(tx, now, world.ids.guid(), &event)?;
    Ok(token)
}

/// The session of a cookie, if it is alive and its person enabled.
pub(crate) fn find(tx: &mut Tx<'_, '_>, token: &Opaque, now: Timestamp) -> Result<Option<Session>, SqlError> {
    let idle_since = now - SignedDuration::from_secs(IDLE_SECONDS);
    let row = tx.row(&FIND, &[token.hash().into(), now.into(), idle_since.into()])?;
    row.map_or(Ok(None), |row| read(tx, &row))
}

/// Writes the time of last use.
pub(crate) fn touch(tx: &mut Tx<'_, '_>, token: &Opaque, now: Timestamp) -> Result<(), SqlError> {
    tx.exec(&TOUCH, &[token.hash().into(), now.into()]).map(drop)
}

/// Drops a session that a new sign-in in the same browser replaces.
pub(crate) fn forget(tx: &mut Tx<'_, '_>, token: &Opaque) -> Result<(), SqlError> {
    tx.exec(&FORGET, &[token.hash().into()]).map(drop)
}

/// Signs a session out, and the UI sessions that came from it, with the audit event.
pub(crate) fn end(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    session: Uuid,
    user: Uuid,
) -> Result<(), SqlError> {
    let ended = tx.exec(&DELETE, &[session.into()])? + tx.exec(&DELETE_WEB, &[session.into()])?;
    if ended == 0 {
        return Ok(());
    }
    let event = Event::new(Actor::User(user), "Sign out", Category::Authentication)
        .on(Resource::new("User", user.to_string()))
        .with(serde_json::json!({"session": session.to_string()}));
    audit::record(tx, now, world.ids.guid(), &event)
}

/// Ends every session of a person but `kept`, and revokes every refresh token: for a changed password, or an account
/// in doubt. The caller writes the audit event.
pub fn revoke_all(
    tx: &mut Tx<'_, '_>,
    user: Uuid,
    kept: Option<Uuid>,
    now: Timestamp,
) -> Result<(), SqlError> {
    let kept = kept.unwrap_or_else(Uuid::nil);
    tx.exec(&DELETE_OTHERS, &[user.into(), kept.into()])?;
    tx.exec(&DELETE_OTHER_WEB, &[user.into(), kept.into()])?;
    tx.exec(&REVOKE_FAMILIES, &[user.into(), now.into()]).map(drop)
}

fn read(tx: &mut Tx<'_, '_>, row: &Row) -> Result<Option<Session>, SqlError> {
    let user: Uuid = row.get(1)?;
    let sign_in = SignIn { session: row.get(0)?, method: row.get(2)?, at: row.get(3)? };
    let seen_at = row.get(4)?;
    Ok(directory::person(tx, user)?.map(|person| Session { person, sign_in, seen_at }))
}
