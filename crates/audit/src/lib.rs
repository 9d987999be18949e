//! The audit record: append-only, written in the same transaction as the change it tells of.
//!
//! Each event carries the hash of the one before it, so that a changed or missing event shows ([`verify`]). An
//! event tells who did what to which thing, never a secret's value. It is not a log: what the program notices
//! goes to `tracing`; it does not decide who may read (that is `policy`'s).

mod event;
mod statements;

use jiff::Timestamp;
use sql::SqlError;
use store::Tx;
use uuid::Uuid;

pub use event::{Actor, Category, Event, Outcome, Recorded, Resource};

/// The hash before the first event.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Writes `event` as the tenant's next one.
///
/// # Errors
/// When the database refuses; the caller's transaction then fails as a whole.
pub fn record(tx: &mut Tx<'_, '_>, now: Timestamp, id: Uuid, event: &Event) -> Result<(), SqlError> {
    tx.exec(&statements::BEGIN, &[GENESIS.into()])?;
    let head = tx.row(&statements::LOCK_HEAD, &[])?;
    let (sequence, previous): (i64, String) = match head {
        Some(row) => (row.get::<i64>(0)? + 1, row.get(1)?),
        None => (1, GENESIS.to_owned()),
    };
    let recorded = Recorded::new(sequence, id, now, event);
    let hash = recorded.hash(&previous);
    tx.exec(&statements::INSERT, &recorded.params(&hash))?;
    tx.exec(&statements::ADVANCE, &[sequence.into(), hash.into()]).map(drop)
}

/// The newest events first: at most `top`, from those before `before` (a sequence number) when it is given.
///
/// # Errors
/// When the database cannot be read.
pub fn list(tx: &mut Tx<'_, '_>, before: Option<i64>, top: u32) -> Result<Vec<Recorded>, SqlError> {
    let rows = tx.rows(&statements::LIST, &[before.unwrap_or(i64::MAX).into(), top.into()])?;
    rows.iter().map(Recorded::read).collect()
}

/// How many events there are.
///
/// # Errors
/// When the database cannot be read.
pub fn count(tx: &mut Tx<'_, '_>) -> Result<i64, SqlError> {
    tx.row(&statements::COUNT, &[])?.map_or(Ok(0), |row| row.get(0))
}

/// Walks the whole chain and answers the sequence number of the first event that does not fit, if any.
///
/// # Errors
/// When the database cannot be read.
pub fn verify(tx: &mut Tx<'_, '_>) -> Result<Option<i64>, SqlError> {
    let (mut previous, mut expected, mut broken) = (GENESIS.to_owned(), 1, None);
    tx.each(&statements::ALL, &[], |row| {
        let (recorded, hash) = (Recorded::read(row)?, row.get::<String>(11)?);
        if broken.is_none() && (recorded.sequence != expected || recorded.hash(&previous) != hash) {
            broken = Some(expected);
        }
        expected += 1;
        previous = hash;
        Ok(())
    })?;
    let head = tx.row(&statements::HEAD, &[])?.map(|row| row.get::<String>(1)).transpose()?;
    let cut_short = head.is_some_and(|head| head != previous);
    Ok(broken.or(cut_short.then_some(expected)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sql::Sql;
    use store::{Store, TenantId, testkit};

    const TENANT: TenantId = TenantId(Uuid::from_u128(1));
    const MAKE_TENANT: Sql = Sql::tenant(
        "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
         created_at) values ($1, 'T', 'NL', 'here', 'intune', 'active', 0)",
    );
    const TAMPER: Sql =
        Sql::tenant("update audit_event set resource_name = 'other' where tenant_id = $1 and sequence = 2");
    const CUT: Sql = Sql::tenant("delete from audit_event where tenant_id = $1 and sequence = 3");

    async fn three_events(store: &Store) {
        let written = store.write(TENANT, |tx| {
            tx.exec(&MAKE_TENANT, &[])?;
            for n in 1..=3_u8 {
                let event = Event::new(Actor::System("test".to_owned()), "Create device", Category::Device)
                    .on(Resource::new("Device", n.to_string()).named("laptop"));
                record(tx, Timestamp::from_second(n.into()).unwrap(), Uuid::from_u128(n.into()), &event)?;
            }
            Ok::<_, SqlError>(())
        });
        written.await.unwrap();
    }

    #[test]
    fn events_are_listed_newest_first() {
        testkit::check(async |store| {
            three_events(&store).await;
            let page = store.read(TENANT, |tx| list(tx, Some(3), 5)).await.unwrap();
            assert_eq!(page.iter().map(|e| e.sequence).collect::<Vec<_>>(), [2, 1]);
            assert_eq!(page[0].resource.name.as_deref(), Some("laptop"));
            assert_eq!(store.read(TENANT, count).await.unwrap(), 3);
        });
    }

    #[test]
    fn a_changed_or_missing_event_shows() {
        for (damage, expected) in [(None, None), (Some(TAMPER), Some(2)), (Some(CUT), Some(3))] {
            testkit::check(async |store| {
                three_events(&store).await;
                if let Some(damage) = damage.clone() {
                    store.write(TENANT, move |tx| tx.exec(&damage, &[])).await.unwrap();
                }
                assert_eq!(store.read(TENANT, verify).await.unwrap(), expected);
            });
        }
    }

    #[test]
    fn an_event_of_a_change_that_failed_is_not_kept() {
        testkit::check(async |store| {
            three_events(&store).await;
            let failed: Result<(), SqlError> = store
                .write(TENANT, |tx| {
                    let event = Event::new(Actor::System("test".to_owned()), "Delete", Category::Device)
                        .on(Resource::new("Device", "9"));
                    record(tx, Timestamp::UNIX_EPOCH, Uuid::from_u128(9), &event)?;
                    Err(SqlError::Other("the change failed".to_owned()))
                })
                .await;
            assert!(failed.is_err());
            assert_eq!(store.read(TENANT, count).await.unwrap(), 3);
            assert_eq!(store.read(TENANT, verify).await.unwrap(), None);
        });
    }
}
