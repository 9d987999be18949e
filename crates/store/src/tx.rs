//! A transaction that carries its tenant.

use sql::{Conn, Row, Sql, SqlError, Value};

use crate::TenantId;

/// An open transaction of one tenant. The tenant is `$1` of every statement; parameters given here start at `$2`.
pub struct Tx<'t, 'c> {
    conn: &'t mut Conn<'c>,
    tenant: TenantId,
}

impl<'t, 'c> Tx<'t, 'c> {
    /// A transaction of `tenant` over an open connection: for code that begins without a tenant (a sign-in, a
    /// new tenant) and goes on within one.
    pub fn new(conn: &'t mut Conn<'c>, tenant: TenantId) -> Tx<'t, 'c> {
        Tx { conn, tenant }
    }

    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Runs a statement that returns no rows and answers how many rows it changed.
    ///
    /// # Errors
    /// See [`SqlError`]; the transaction can then only be given up.
    pub fn exec(&mut self, sql: &Sql, params: &[Value]) -> Result<u64, SqlError> {
        let params = self.bind(sql, params)?;
        self.conn.exec(sql, &params)
    }

    /// All rows of a short answer.
    ///
    /// # Errors
    /// As [`Tx::exec`].
    pub fn rows(&mut self, sql: &Sql, params: &[Value]) -> Result<Vec<Row>, SqlError> {
        let params = self.bind(sql, params)?;
        self.conn.rows(sql, &params)
    }

    /// The first row of the answer, if there is one.
    ///
    /// # Errors
    /// As [`Tx::exec`].
    pub fn row(&mut self, sql: &Sql, params: &[Value]) -> Result<Option<Row>, SqlError> {
        let params = self.bind(sql, params)?;
        self.conn.row(sql, &params)
    }

    /// Gives each row to `take` as it arrives.
    ///
    /// # Errors
    /// As [`Tx::exec`], and the first error that `take` returns.
    pub fn each(
        &mut self,
        sql: &Sql,
        params: &[Value],
        take: impl FnMut(&Row) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        let params = self.bind(sql, params)?;
        self.conn.each(sql, &params, take)
    }

    fn bind(&self, sql: &Sql, params: &[Value]) -> Result<Vec<Value>, SqlError> {
        if !sql.binds_tenant() {
            return Err(SqlError::Other(
                "a tenant's transaction runs only statements that bind the tenant".to_owned(),
            ));
        }
        let mut all = Vec::with_capacity(params.len() + 1);
        all.push(self.tenant.into());
        all.extend_from_slice(params);
        Ok(all)
    }
}
