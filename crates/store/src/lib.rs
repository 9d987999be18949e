//! The operational database: its tables, and transactions that carry a tenant.
//!
//! Every row belongs to a tenant, and every statement binds one: a [`Tx`] is opened for a tenant and puts its id
//! into `$1` of whatever it runs, so that code above cannot forget it nor name another. The tables are made by
//! paired migrations, one text for each engine. It holds no business rules.

mod migrate;
mod tx;

#[cfg(feature = "testkit")]
pub mod testkit;

use std::fmt;
use std::str::FromStr;

use sql::{Database, DatabaseUrl};
use uuid::Uuid;

pub use migrate::{MIGRATIONS, MigrateError, Migration};
pub use sql::{Conn, Engine, Row, Sql, SqlError, Value};
pub use tx::Tx;

const TENANTS: Sql = Sql::global("select tenant_id from tenant order by created_at, tenant_id");

/// A tenant's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(pub Uuid);

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for TenantId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<TenantId, uuid::Error> {
        Uuid::try_parse(text).map(TenantId)
    }
}

impl From<TenantId> for Value {
    fn from(tenant: TenantId) -> Value {
        tenant.0.into()
    }
}

/// The operational database of one installation. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Database,
}

impl Store {
    /// Opens the database and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be opened, or was written by a later version of the program.
    pub fn open(url: &DatabaseUrl, n_threads: usize) -> Result<Store, MigrateError> {
        let database = Database::open(url, n_threads)?;
        migrate::up_to(&database, MIGRATIONS)?;
        Ok(Store { database })
    }

    /// Opens the database as an earlier version of the program left it.
    ///
    /// # Errors
    /// As [`Store::open`].
    #[cfg(feature = "testkit")]
    pub fn open_at(url: &DatabaseUrl, migrations: &'static [Migration]) -> Result<Store, MigrateError> {
        let database = Database::open(url, 1)?;
        migrate::up_to(&database, migrations)?;
        Ok(Store { database })
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Runs `code` in a transaction of `tenant`: kept, durably, on Ok; undone on Err.
    ///
    /// # Errors
    /// What `code` returns, or why the transaction could not be kept.
    pub async fn write<T, E>(
        &self,
        tenant: TenantId,
        code: impl FnOnce(&mut Tx<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.database.write(move |conn| code(&mut Tx::new(conn, tenant))).await
    }

    /// Runs `code` over one consistent image of `tenant`'s rows.
    ///
    /// # Errors
    /// What `code` returns.
    pub async fn read<T, E>(
        &self,
        tenant: TenantId,
        code: impl FnOnce(&mut Tx<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.database.read(move |conn| code(&mut Tx::new(conn, tenant))).await
    }

    /// As [`Store::write`], for threads that may wait.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<T, E>(
        &self,
        tenant: TenantId,
        code: impl FnOnce(&mut Tx<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.database.write_blocking(move |conn| code(&mut Tx::new(conn, tenant)))
    }

    /// As [`Store::read`], for threads that may wait.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T, E>(
        &self,
        tenant: TenantId,
        code: impl FnOnce(&mut Tx<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.database.read_blocking(move |conn| code(&mut Tx::new(conn, tenant)))
    }

    /// One consistent image of `tenant`'s rows on a connection of its own, on this thread: the midnight snapshot.
    ///
    /// # Errors
    /// What `code` returns.
    pub fn image<T, E>(
        &self,
        tenant: TenantId,
        code: impl FnOnce(&mut Tx<'_, '_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<SqlError>,
    {
        self.database.image(|conn| code(&mut Tx::new(conn, tenant)))
    }

    /// Runs `code` over the tables that belong to no tenant, or to find out which tenant a key belongs to.
    /// Its statements are [`Sql::global`].
    ///
    /// # Errors
    /// What `code` returns.
    pub async fn write_global<T, E>(
        &self,
        code: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.database.write(code).await
    }

    /// All tenants, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tenants(&self) -> Result<Vec<TenantId>, SqlError> {
        let read = self.read_global(|conn| {
            let rows = conn.rows(&TENANTS, &[])?;
            rows.iter().map(|row| row.get(0).map(TenantId)).collect()
        });
        read.await
    }

    /// As [`Store::write_global`], reading only.
    ///
    /// # Errors
    /// What `code` returns.
    pub async fn read_global<T, E>(
        &self,
        code: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.database.read(code).await
    }
}
