//! Device codes (RFC 8628): a device shows a short code, a person approves it in a browser.

use jiff::{SignedDuration, Timestamp};
use sql::{Row, Sql, SqlError};
use store::Tx;
use uuid::Uuid;
use world::World;

use super::{Grant, Ready, is_offline, refresh, token_event};
use crate::claims::SignIn;
use crate::codec;
use crate::directory;
use crate::opaque::Opaque;
use crate::scope::Face;

/// How long a device code can be approved: 15 minutes.
pub(crate) const CODE_SECONDS: i64 = 900;
/// What devices are asked to wait between two polls, in seconds.
pub(crate) const INTERVAL_SECONDS: i64 = 5;
/// Polling faster than this is answered with `slow_down`; below the interval, to forgive jitter.
const TOLERATED_SECONDS: i64 = 2;
/// No vowels, no look-alikes: 20 letters, 8 of them, 34 bits (RFC 8628 §6.1).
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const USER_CODE_LETTERS: usize = 8;

const INSERT: Sql = Sql::tenant(
    "insert into device_code (tenant_id, code_hash, user_code_hash, client_id, grant_json, state, expires_at)
     values ($1, $2, $3, $4, $5, 'pending', $6)",
);
const BY_USER_CODE: Sql = Sql::tenant(
    "select client_id, grant_json from device_code
     where tenant_id = $1 and user_code_hash = $2 and state = 'pending' and expires_at > $3",
);
const DECIDE: Sql = Sql::tenant(
    "update device_code set state = $4, user_id = $5, session_id = $6, signed_in_at = $7, method = $8
     where tenant_id = $1 and user_code_hash = $2 and state = 'pending' and expires_at > $3",
);
const FIND: Sql = Sql::tenant(
    "select client_id, grant_json, state, user_id, session_id, signed_in_at, method, polled_at, expires_at
     from device_code where tenant_id = $1 and code_hash = $2",
);
const POLLED: Sql =
    Sql::tenant("update device_code set polled_at = $3 where tenant_id = $1 and code_hash = $2");
const REDEEM: Sql = Sql::tenant(
    "update device_code set state = 'redeemed' where tenant_id = $1 and code_hash = $2 and state = 'approved'",
);

/// A pair of codes, shown once.
pub(crate) struct Codes {
    pub(crate) device_code: String,
    /// Eight letters with a hyphen in the middle.
    pub(crate) user_code: String,
}

/// What waits for approval.
pub(crate) struct Pending {
    pub(crate) client: String,
    pub(crate) grant: Grant,
}

/// How a poll ended.
#[derive(Debug)]
pub(crate) enum Poll {
    Ready(Box<Ready>),
    Pending,
    TooFast,
    Declined,
    Expired,
    Unknown,
}

/// Starts a device sign-in.
pub(crate) fn start(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    client: &str,
    grant: &Grant,
) -> Result<Codes, SqlError> {
    let device_code = Opaque::new(tx.tenant(), world);
    let letters = draw(world);
    let params = [
        device_code.hash().into(),
        codec::digest_hex(&letters).into(),
        client.into(),
        grant.to_json().into(),
        (now + SignedDuration::from_secs(CODE_SECONDS)).into(),
    ];
    tx.exec(&INSERT, &params)?;
    let user_code = format!("{}-{}", &letters[..4], &letters[4..]);
    Ok(Codes { device_code: device_code.reveal().to_owned(), user_code })
}

/// The letters of a typed code: upper case, without spaces and hyphens; `None` when it cannot be one.
pub(crate) fn normalise(typed: &str) -> Option<String> {
    let letters: String =
        typed.chars().take(40).filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_uppercase()).collect();
    let fits = letters.len() == USER_CODE_LETTERS && letters.bytes().all(|b| ALPHABET.contains(&b));
    fits.then_some(letters)
}

/// What a typed code asks for, while it waits.
pub(crate) fn pending(
    tx: &mut Tx<'_, '_>,
    letters: &str,
    now: Timestamp,
) -> Result<Option<Pending>, SqlError> {
    let row = tx.row(&BY_USER_CODE, &[codec::digest_hex(letters).into(), now.into()])?;
    row.map(|row| Ok(Pending { client: row.get(0)?, grant: Grant::from_json(&row.get::<String>(1)?)? }))
        .transpose()
}

/// Approves or declines, with the audit event; answers whether the code was still waiting.
pub(crate) fn decide(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    letters: &str,
    approve: bool,
    decider: (Uuid, &SignIn),
    correlation: Uuid,
) -> Result<bool, SqlError> {
    let (user, sign_in) = decider;
    let Some(waiting) = pending(tx, letters, now)? else { return Ok(false) };
    let params = [
        codec::digest_hex(letters).into(),
        now.into(),
        if approve { "approved" } else { "declined" }.into(),
        user.into(),
        sign_in.session.into(),
        sign_in.at.into(),
        (&sign_in.method).into(),
    ];
    if tx.exec(&DECIDE, &params)? == 0 {
        return Ok(false);
    }
    let activity = if approve { "Approve device code" } else { "Decline device code" };
    audit::record(tx, now, world.ids.guid(), &token_event(activity, &waiting.client, user, correlation))?;
    Ok(true)
}

/// A device asks whether it was approved. Of several callers at once one gets the tokens.
pub(crate) fn poll(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    code: &Opaque,
    client: &str,
    (face, correlation): (Face, Uuid),
) -> Result<Poll, SqlError> {
    let hash = code.hash();
    let Some(row) = tx.row(&FIND, &[(&hash).into()])? else { return Ok(Poll::Unknown) };
    if row.get::<String>(0)? != client {
        return Ok(Poll::Unknown);
    }
    let state: String = row.get(2)?;
    if state == "declined" {
        return Ok(Poll::Declined);
    }
    if now >= row.get(8)? {
        return Ok(Poll::Expired);
    }
    if state == "pending" {
        let polled: Option<Timestamp> = row.get(7)?;
        tx.exec(&POLLED, &[(&hash).into(), now.into()])?;
        let fast =
            polled.is_some_and(|at| now.duration_since(at) < SignedDuration::from_secs(TOLERATED_SECONDS));
        return Ok(if fast { Poll::TooFast } else { Poll::Pending });
    }
    if tx.exec(&REDEEM, &[(&hash).into()])? == 0 {
        return Ok(Poll::Unknown);
    }
    redeem(tx, world, now, client, &row, (face, correlation))
}

fn redeem(
    tx: &mut Tx<'_, '_>,
    world: &World,
    now: Timestamp,
    client: &str,
    row: &Row,
    (face, correlation): (Face, Uuid),
) -> Result<Poll, SqlError> {
    let user: Uuid = row.get(3)?;
    let sign_in = SignIn { session: row.get(4)?, at: row.get(5)?, method: row.get(6)? };
    let grant = Grant::from_json(&row.get::<String>(1)?)?;
    let Some(person) = directory::person(tx, user)? else { return Ok(Poll::Declined) };
    let refresh_token = if is_offline(&grant, face) {
        let id = world.ids.guid();
        let family = refresh::NewFamily { id, client, user, sign_in: &sign_in, grant: &grant };
        Some(refresh::start_family(tx, world, now, &family)?)
    } else {
        None
    };
    let event = token_event("Sign in to application", client, user, correlation);
    audit::record(tx, now, world.ids.guid(), &event)?;
    Ok(Poll::Ready(Box::new(Ready { grant, person, sign_in, nonce: None, refresh_token })))
}

/// Letters drawn without bias: bytes above the largest multiple of 20 are thrown away.
fn draw(world: &World) -> String {
    let mut letters = String::with_capacity(USER_CODE_LETTERS);
    while letters.len() < USER_CODE_LETTERS {
        let [byte] = world.entropy.bytes::<1>();
        if byte < 240 {
            letters.push(ALPHABET[usize::from(byte) % ALPHABET.len()] as char);
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_may_type_the_code_as_they_like() {
        assert_eq!(normalise("bcdf-ghjk").as_deref(), Some("BCDFGHJK"));
        assert_eq!(normalise(" BCDF GHJK ").as_deref(), Some("BCDFGHJK"));
        for typed in ["", "BCDF-GHJ", "BCDF-GHJA", "BCDF-GHJKL", "äöü"] {
            assert_eq!(normalise(typed), None, "{typed}");
        }
        let world = World::seeded(3, Timestamp::UNIX_EPOCH);
        assert!((0..100).all(|_| normalise(&draw(&world)).is_some()));
    }
}
