//! SQLite: statements over one connection.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, OpenFlags};

use crate::statement::for_sqlite;
use crate::{Row, Sql, SqlError, Value};

/// A connection to the file, made if it is missing. `synchronous=FULL` makes a commit durable before it is
/// acknowledged: in WAL mode that is one `fsync` of the log a commit.
pub(crate) fn open(path: &Path, read_only: bool) -> Result<Connection, SqlError> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
        | if read_only {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        };
    let conn = Connection::open_with_flags(path, flags)
        .map_err(|e| SqlError::Other(format!("cannot open {}: {e}", path.display())))?;
    conn.busy_timeout(std::time::Duration::from_secs(15))?;
    if !read_only {
        conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    }
    conn.execute_batch(
        "pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory;
         pragma cache_size = -65536; pragma wal_autocheckpoint = 8000;",
    )?;
    conn.set_prepared_statement_cache_capacity(256);
    Ok(conn)
}

pub(crate) fn exec(conn: &Connection, sql: &Sql, params: &[Value]) -> Result<u64, SqlError> {
    let mut statement = prepare(conn, sql, params)?;
    let changed = statement.raw_execute()?;
    Ok(changed as u64)
}

pub(crate) fn each(
    conn: &Connection,
    sql: &Sql,
    params: &[Value],
    take: &mut dyn FnMut(&Row) -> Result<(), SqlError>,
) -> Result<(), SqlError> {
    let mut statement = prepare(conn, sql, params)?;
    let n_columns = statement.column_count();
    let mut out = Row(Vec::with_capacity(n_columns));
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        out.0.clear();
        for index in 0..n_columns {
            out.0.push(read(row.get_ref(index)?)?);
        }
        take(&out)?;
    }
    Ok(())
}

fn prepare<'c>(conn: &'c Connection, sql: &Sql, params: &[Value]) -> Result<CachedStatement<'c>, SqlError> {
    let mut statement = conn.prepare_cached(&for_sqlite(sql.text()))?;
    let wanted = statement.parameter_count();
    if wanted > params.len() {
        return Err(SqlError::Other(format!(
            "the statement wants {wanted} parameters, got {}",
            params.len()
        )));
    }
    for (index, value) in params.iter().enumerate().take(wanted) {
        let index = index + 1;
        match value {
            Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
            Value::Bool(v) => statement.raw_bind_parameter(index, v),
            Value::Int(v) => statement.raw_bind_parameter(index, v),
            Value::Real(v) => statement.raw_bind_parameter(index, v),
            Value::Text(v) => statement.raw_bind_parameter(index, v),
            Value::Bytes(v) => statement.raw_bind_parameter(index, v),
        }?;
    }
    Ok(statement)
}

fn read(value: ValueRef<'_>) -> Result<Value, SqlError> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(v) => Value::Int(v),
        ValueRef::Real(v) => Value::Real(v),
        ValueRef::Text(v) => Value::Text(
            std::str::from_utf8(v)
                .map_err(|_| SqlError::Other("text in the database is not UTF-8".to_owned()))?
                .to_owned(),
        ),
        ValueRef::Blob(v) => Value::Bytes(v.to_owned()),
    })
}
