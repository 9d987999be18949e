//! Counts what is kept of licences anew, now and then: a count that went astray mends itself.

use jobs::Trouble;
use store::{SqlError, TenantId, Tx};

use crate::{TenantStatus, sql};

/// What was kept when it was counted, and what was counted.
struct Found {
    licensed: (i64, i64),
    consumed: Vec<(String, i64, i64)>,
}

/// Counts outside any write, and writes only what differs and has not changed in between.
pub(super) async fn mend(status: TenantStatus, tenant: TenantId) -> Result<(), Trouble> {
    let found = status.store.read(tenant, count).await?;
    let is_right = found.licensed.0 == found.licensed.1 && found.consumed.iter().all(|one| one.1 == one.2);
    if is_right {
        return Ok(());
    }
    let written = status.store.write(tenant, move |tx| {
        if found.licensed.0 != found.licensed.1 {
            tx.exec(&sql::MEND_LICENSED, &[found.licensed.1.into(), found.licensed.0.into()])?;
        }
        for (sku, kept, counted) in found.consumed.into_iter().filter(|one| one.1 != one.2) {
            tx.exec(&sql::MEND_CONSUMED, &[sku.into(), counted.into(), kept.into()])?;
        }
        Ok::<_, SqlError>(())
    });
    Ok(written.await?)
}

fn count(tx: &mut Tx<'_, '_>) -> Result<Found, SqlError> {
    let number = |row: Option<store::Row>| row.map_or(Ok(0), |row| row.get(0));
    let kept = number(tx.row(&sql::LICENSED_USERS, &[])?)?;
    let counted = number(tx.row(&sql::COUNT_LICENSED, &[])?)?;
    let rows = tx.rows(&sql::COUNT_CONSUMED, &[])?;
    let consumed = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    Ok(Found { licensed: (kept, counted), consumed: consumed.collect::<Result<_, SqlError>>()? })
}
