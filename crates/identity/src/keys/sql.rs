//! The signing keys' rows, and carrying out a rotation in one transaction with its audit events.

use std::sync::Arc;

use jiff::Timestamp;
use sql::{Conn, Row, Sql, SqlError};
use store::{TenantId, Tx};
use world::World;

use super::master::Master;
use super::{KeyLife, KeyRing, KeyState, Step, plan};
use crate::codec;
use crate::jws::{KeyError, PrivateKey, PublicKey};

const LIST: Sql = Sql::global(
    "select kid, state, since, public_n, public_e, sealed_private from signing_key order by created_at, kid",
);
const INSERT: Sql = Sql::global(
    "insert into signing_key (kid, state, since, created_at, public_n, public_e, sealed_private)
     values ($1, $2, $3, $3, $4, $5, $6)",
);
/// Compares the state it saw, so that two servers rotating at once make one rotation.
const ENTER: Sql =
    Sql::global("update signing_key set state = $2, since = $3 where kid = $1 and state <> $2");
const DELETE: Sql = Sql::global("delete from signing_key where kid = $1");
const TENANTS: Sql = Sql::global("select tenant_id from tenant order by created_at, tenant_id");

/// Why the key ring cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    #[error(transparent)]
    Store(#[from] SqlError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(
        "the signing key {kid} cannot be opened with this key file; restore the key file from its backup"
    )]
    Sealed { kid: String },
    #[error("the store holds no active signing key")]
    Empty,
}

struct Stored {
    life: KeyLife,
    public: PublicKey,
    sealed: Vec<u8>,
}

/// Loads the keys; first makes, rotates and deletes what [`plan`] says.
pub(crate) fn tend(
    conn: &mut Conn<'_>,
    master: &Master,
    world: &World,
    force: bool,
) -> Result<KeyRing, RingError> {
    let now = world.clock.now();
    let keys: Vec<KeyLife> = list(conn)?.into_iter().map(|key| key.life).collect();
    for step in plan(&keys, now, force) {
        carry_out(conn, master, world, now, &step)?;
    }
    load(conn, master)
}

/// Loads the keys as they are.
pub(crate) fn load(conn: &mut Conn<'_>, master: &Master) -> Result<KeyRing, RingError> {
    let stored = list(conn)?;
    let active = stored.iter().find(|key| key.life.state == KeyState::Active).ok_or(RingError::Empty)?;
    let der = master
        .unseal(&active.life.kid, &active.sealed)
        .ok_or_else(|| RingError::Sealed { kid: active.life.kid.clone() })?;
    let signing = PrivateKey::from_pkcs8(&der)?;
    Ok(KeyRing::new(Arc::new(signing), stored.into_iter().map(|key| key.public).collect()))
}

/// Whether the ring in the store needs no step at `now`; a cheap look before a writing transaction.
pub(crate) fn is_settled(conn: &mut Conn<'_>, now: Timestamp) -> Result<bool, RingError> {
    let keys: Vec<KeyLife> = list(conn)?.into_iter().map(|key| key.life).collect();
    Ok(plan(&keys, now, false).is_empty())
}

fn carry_out(
    conn: &mut Conn<'_>,
    master: &Master,
    world: &World,
    now: Timestamp,
    step: &Step,
) -> Result<(), RingError> {
    let (activity, kid) = match step {
        Step::Create(state) => ("Create signing key", create(conn, master, world, now, *state)?),
        Step::Enter(kid, state) => {
            conn.exec(&ENTER, &[kid.into(), state.name().into(), now.into()])?;
            let activity = match state {
                KeyState::Retired => "Retire signing key",
                KeyState::Active | KeyState::Next => "Activate signing key",
            };
            (activity, kid.clone())
        }
        Step::Delete(kid) => {
            conn.exec(&DELETE, &[kid.into()])?;
            ("Delete signing key", kid.clone())
        }
    };
    let event = audit::Event::new(
        audit::Actor::System("identity".to_owned()),
        activity,
        audit::Category::Authentication,
    )
    .on(audit::Resource::new("SigningKey", kid));
    for row in conn.rows(&TENANTS, &[])? {
        let mut tx = Tx::new(conn, TenantId(row.get(0)?));
        audit::record(&mut tx, now, world.ids.guid(), &event)?;
    }
    Ok(())
}

fn create(
    conn: &mut Conn<'_>,
    master: &Master,
    world: &World,
    now: Timestamp,
    state: KeyState,
) -> Result<String, RingError> {
    let key = PrivateKey::generate()?;
    let kid = key.public().thumbprint();
    let sealed = master.seal(&kid, &key.to_pkcs8()?, world);
    let (n, e) = key.public().parts();
    let params = [
        (&kid).into(),
        state.name().into(),
        now.into(),
        codec::encode(n).into(),
        codec::encode(e).into(),
        codec::encode(&sealed).into(),
    ];
    conn.exec(&INSERT, &params)?;
    Ok(kid)
}

fn list(conn: &mut Conn<'_>) -> Result<Vec<Stored>, SqlError> {
    conn.rows(&LIST, &[])?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Stored, SqlError> {
    let bytes = |index: usize| -> Result<Vec<u8>, SqlError> {
        codec::decode(&row.get::<String>(index)?).ok_or_else(|| broken("a key is not base64url"))
    };
    let state =
        KeyState::from_name(&row.get::<String>(1)?).ok_or_else(|| broken("a key has an unknown state"))?;
    let public =
        PublicKey::new(bytes(3)?, bytes(4)?).ok_or_else(|| broken("a key is shorter than 2048 bits"))?;
    Ok(Stored { life: KeyLife { kid: row.get(0)?, state, since: row.get(2)? }, public, sealed: bytes(5)? })
}

fn broken(what: &str) -> SqlError {
    SqlError::Other(format!("the table signing_key is damaged: {what}"))
}
