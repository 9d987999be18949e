//! Deleting what has expired. Rows of the past help nobody and may name people.

use jiff::{SignedDuration, Timestamp};
use sql::{Conn, Sql, SqlError};
use store::{Store, TenantId, Tx};

/// Expired rows are kept for a day, so that a replay is still recognised as one.
const KEPT_SECONDS: i64 = 86_400;

const TENANTS: Sql = Sql::global("select tenant_id from tenant");
const STATEMENTS: [Sql; 7] = [
    Sql::tenant("delete from authorization_code where tenant_id = $1 and expires_at < $2"),
    Sql::tenant("delete from device_code where tenant_id = $1 and expires_at < $2"),
    Sql::tenant("delete from sign_in_link where tenant_id = $1 and expires_at < $2"),
    Sql::tenant("delete from sign_in_session where tenant_id = $1 and expires_at < $2"),
    Sql::tenant("delete from web_session where tenant_id = $1 and expires_at < $2"),
    Sql::tenant(
        "delete from refresh_token where refresh_token.tenant_id = $1 and refresh_token.family_id in
           (select f.id from token_family f where f.tenant_id = $1 and f.expires_at < $2)",
    ),
    Sql::tenant("delete from token_family where tenant_id = $1 and expires_at < $2"),
];

/// Deletes expired codes, links, sessions and token families of every tenant.
pub(crate) async fn delete_expired(store: &Store, now: Timestamp) -> Result<(), SqlError> {
    let before = now - SignedDuration::from_secs(KEPT_SECONDS);
    store.write_global(move |conn| delete(conn, before)).await
}

fn delete(conn: &mut Conn<'_>, before: Timestamp) -> Result<(), SqlError> {
    for row in conn.rows(&TENANTS, &[])? {
        let mut tx = Tx::new(conn, TenantId(row.get(0)?));
        for statement in &STATEMENTS {
            tx.exec(statement, &[before.into()])?;
        }
    }
    Ok(())
}
