//! Leases: who may publish, told apart by an epoch that only grows (a fencing token).

use jiff::{SignedDuration, Timestamp};
use sql::{Conn, Sql, SqlError};

/// The right to publish until `until`, as long as nobody has taken a later epoch. A publish checks the epoch
/// inside its own transaction, so a holder that slept through its time cannot do harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub name: String,
    pub holder: String,
    pub epoch: i64,
    pub until: Timestamp,
}

/// Why a lease was not given or not renewed.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another holder has it.
    #[error("{name} is held by {holder} until {until}; wait for it to end or stop that holder")]
    Held { name: String, holder: String, until: Timestamp },
    /// It ended and another holder took it.
    #[error("{0} was taken by another holder after its time had ended; start the work anew")]
    Lost(String),
    #[error("the lake's catalogue could not be read or written: {0}")]
    Catalogue(#[from] SqlError),
}

const TAKE: Sql = Sql::global(
    "insert into quarterdeck_lease (name, holder, epoch, expires_at) values ($1, $2, 1, $3)
     on conflict (name) do update set
       holder = excluded.holder, epoch = quarterdeck_lease.epoch + 1, expires_at = excluded.expires_at
     where quarterdeck_lease.expires_at <= $4 or quarterdeck_lease.holder = excluded.holder
     returning epoch",
);
const HOLDER: Sql = Sql::global("select holder, expires_at from quarterdeck_lease where name = $1");
const RENEW: Sql = Sql::global("update quarterdeck_lease set expires_at = $3 where name = $1 and epoch = $2");
const CHECK: Sql =
    Sql::global("select holder from quarterdeck_lease where name = $1 and epoch = $2 for update");

pub(crate) fn take(
    conn: &mut Conn<'_>,
    name: &str,
    holder: &str,
    ttl: SignedDuration,
    now: Timestamp,
) -> Result<Lease, LeaseError> {
    let until = now.saturating_add(ttl).unwrap_or(Timestamp::MAX);
    let values = [name.into(), holder.into(), until.into(), now.into()];
    if let Some(row) = conn.row(&TAKE, &values)? {
        return Ok(Lease { name: name.to_owned(), holder: holder.to_owned(), epoch: row.get(0)?, until });
    }
    let row = conn.row(&HOLDER, &[name.into()])?.ok_or_else(|| LeaseError::Lost(name.to_owned()))?;
    Err(LeaseError::Held { name: name.to_owned(), holder: row.get(0)?, until: row.get(1)? })
}

/// Moves the end of a lease to `until`; a past `until` gives it back.
pub(crate) fn renew(conn: &mut Conn<'_>, lease: &Lease, until: Timestamp) -> Result<Lease, LeaseError> {
    let values = [lease.name.as_str().into(), lease.epoch.into(), until.into()];
    match conn.exec(&RENEW, &values)? {
        0 => Err(LeaseError::Lost(lease.name.clone())),
        _ => Ok(Lease { until, ..lease.clone() }),
    }
}

/// Whether nobody has taken a later epoch; if so, nobody can until this transaction ends.
pub(crate) fn holds(conn: &mut Conn<'_>, lease: &Lease) -> Result<bool, SqlError> {
    Ok(conn.row(&CHECK, &[lease.name.as_str().into(), lease.epoch.into()])?.is_some())
}
