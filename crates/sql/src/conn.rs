//! What a transaction's code can do: run statements.

use crate::engine::{postgresql, sqlite};
use crate::{Faults, Row, Sql, SqlError, Value};

/// An open transaction. After a statement has failed, every later one answers [`SqlError::Aborted`]: PostgreSQL
/// is so, and SQLite is made so, so that code behaves the same on both.
pub struct Conn<'a> {
    pub(crate) driver: Driver<'a>,
    pub(crate) faults: Faults,
    pub(crate) failed: bool,
}

pub(crate) enum Driver<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(postgresql::Open<'a>),
}

impl Conn<'_> {
    /// Runs a statement that returns no rows and answers how many it changed.
    ///
    /// # Errors
    /// See [`SqlError`]; the transaction can then only be given up.
    pub fn exec(&mut self, sql: &Sql, params: &[Value]) -> Result<u64, SqlError> {
        self.guarded(|driver| match driver {
            Driver::Sqlite(conn) => sqlite::exec(conn, sql, params),
            Driver::Postgres(open) => open.exec(sql, params),
        })
    }

    /// All rows of the answer. For lists that are known to be short; others use [`Conn::each`].
    ///
    /// # Errors
    /// As [`Conn::exec`].
    pub fn rows(&mut self, sql: &Sql, params: &[Value]) -> Result<Vec<Row>, SqlError> {
        let mut rows = Vec::new();
        self.each(sql, params, |row| {
            rows.push(row.clone());
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row of the answer, if there is one.
    ///
    /// # Errors
    /// As [`Conn::exec`].
    pub fn row(&mut self, sql: &Sql, params: &[Value]) -> Result<Option<Row>, SqlError> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }

    /// Gives each row to `take` as it arrives: memory does not grow with the answer.
    ///
    /// # Errors
    /// As [`Conn::exec`], and the first error that `take` returns.
    pub fn each(
        &mut self,
        sql: &Sql,
        params: &[Value],
        mut take: impl FnMut(&Row) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        self.guarded(|driver| match driver {
            Driver::Sqlite(conn) => sqlite::each(conn, sql, params, &mut take),
            Driver::Postgres(open) => open.each(sql, params, &mut take),
        })
    }

    /// Runs a script of several statements without parameters: migrations.
    ///
    /// # Errors
    /// As [`Conn::exec`].
    pub fn script(&mut self, text: &str) -> Result<(), SqlError> {
        self.guarded(|driver| match driver {
            Driver::Sqlite(conn) => conn.execute_batch(text).map_err(SqlError::from),
            Driver::Postgres(open) => open.script(text),
        })
    }

    fn guarded<T>(
        &mut self,
        run: impl FnOnce(&mut Driver<'_>) -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        if self.failed {
            return Err(SqlError::Aborted);
        }
        let result = self.faults.pass().and_then(|()| run(&mut self.driver));
        self.failed = result.is_err();
        result
    }
}
