//! Giving and taking licences, with what is counted of them: how many of each product are given, and how many people
//! have a licence of the service. Both are kept in the change's transaction, so that nobody has to count a million rows.

use jiff::Timestamp;
use store::{SqlError, Tx};
use uuid::Uuid;

use crate::sql;

/// Gives or takes one licence. Answers whether anything changed.
///
/// # Errors
/// When person or product do not exist, or the database refuses.
pub fn set(
    tx: &mut Tx<'_, '_>,
    (user, sku): (Uuid, Uuid),
    licensed: bool,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let before = is_licensed(tx, user)?;
    let changed = if licensed {
        tx.exec(&sql::INSERT_LICENCE, &[user.into(), sku.into(), now.into()])?
    } else {
        tx.exec(&sql::DELETE_LICENCE, &[user.into(), sku.into()])?
    };
    if changed > 0 {
        let by: i64 = if licensed { 1 } else { -1 };
        tx.exec(&sql::ADD_CONSUMED, &[sku.into(), by.into()])?;
        count(tx, before, user)?;
    }
    Ok(changed > 0)
}

/// Takes all licences of a person who leaves. Answers how many.
///
/// # Errors
/// When the database refuses.
pub fn take_all(tx: &mut Tx<'_, '_>, user: Uuid, now: Timestamp) -> Result<u64, SqlError> {
    let mut taken = 0;
    for row in tx.rows(&sql::LICENCES_OF, &[user.into()])? {
        taken += u64::from(set(tx, (user, row.get(0)?), false, now)?);
    }
    Ok(taken)
}

/// How many licences of a product are given.
pub(crate) fn consumed(tx: &mut Tx<'_, '_>, sku: Uuid) -> Result<i64, SqlError> {
    tx.row(&sql::CONSUMED, &[sku.into()])?.map_or(Ok(0), |row| row.get(0))
}

fn count(tx: &mut Tx<'_, '_>, before: bool, user: Uuid) -> Result<(), SqlError> {
    let by: i64 = match (before, is_licensed(tx, user)?) {
        (false, true) => 1,
        (true, false) => -1,
        _ => return Ok(()),
    };
    tx.exec(&sql::ADD_LICENSED, &[by.into()]).map(drop)
}

fn is_licensed(tx: &mut Tx<'_, '_>, user: Uuid) -> Result<bool, SqlError> {
    Ok(tx.row(&sql::IS_LICENSED, &[user.into()])?.is_some())
}

#[cfg(test)]
mod tests {
    use store::{Sql, Store, TenantId, testkit};

    use super::*;

    const TENANT: TenantId = TenantId(Uuid::from_u128(1));
    const ROWS: [Sql; 3] = [
        Sql::tenant(
            "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
             created_at) values ($1, 'T', 'NL', 'here', 'intune', 'active', 0)",
        ),
        Sql::tenant(
            "insert into directory_user (tenant_id, id, user_principal_name, user_principal_name_lower, display_name,
             account_enabled, is_simulated, created_at) values
             ($1, '00000000-0000-0000-0000-000000000005', 'a', 'a', 'A', true, false, 0)",
        ),
        Sql::tenant(
            "insert into subscribed_sku (tenant_id, sku_id, sku_part_number, display_name, applies_to,
             includes_device_management, enabled_units) values
             ($1, '00000000-0000-0000-0000-000000000007', 'A', 'A', 'User', true, 9),
             ($1, '00000000-0000-0000-0000-000000000008', 'B', 'B', 'User', true, 9),
             ($1, '00000000-0000-0000-0000-000000000009', 'C', 'C', 'User', false, 9)",
        ),
    ];
    const KEPT: Sql = Sql::tenant("select licensed from licensed_user_count where tenant_id = $1");

    async fn kept(store: &Store) -> i64 {
        let read = store.read(TENANT, |tx| tx.row(&KEPT, &[])?.map_or(Ok(0), |row| row.get(0)));
        read.await.unwrap_or_else(|error: SqlError| panic!("{error}"))
    }

    async fn change(store: &Store, sku: u128, licensed: bool) -> bool {
        let now = Timestamp::UNIX_EPOCH;
        let about = (Uuid::from_u128(5), Uuid::from_u128(sku));
        store.write(TENANT, move |tx| set(tx, about, licensed, now)).await.unwrap()
    }

    #[test]
    fn people_and_units_are_kept_as_they_come_and_go() {
        testkit::check(async |store| {
            for row in ROWS {
                store.write(TENANT, move |tx| tx.exec(&row, &[])).await.unwrap();
            }
            for (sku, licensed, changed, people) in [
                (9, true, true, 0),
                (7, true, true, 1),
                (7, true, false, 1),
                (8, true, true, 1),
                (7, false, true, 1),
                (7, false, false, 1),
                (8, false, true, 0),
                (8, true, true, 1),
            ] {
                assert_eq!(change(&store, sku, licensed).await, changed, "{sku} {licensed}");
                assert_eq!(kept(&store).await, people, "{sku} {licensed}");
            }
            let taken =
                store.write(TENANT, |tx| take_all(tx, Uuid::from_u128(5), Timestamp::UNIX_EPOCH)).await;
            assert_eq!((taken.unwrap(), kept(&store).await), (2, 0));
            let left = store.read(TENANT, |tx| consumed(tx, Uuid::from_u128(9))).await.unwrap();
            assert_eq!(left, 0);
        });
    }
}
