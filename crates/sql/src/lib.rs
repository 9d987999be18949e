//! One statement text on SQLite and PostgreSQL. The only crate that names a database driver.
//!
//! A transaction is a plain closure over a [`Conn`], run on a database thread:
//!
//! * **SQLite** (WAL): one writer thread commits many closures with one `fsync` (group commit; each closure in
//!   its own savepoint), reader threads see a consistent image each.
//! * **PostgreSQL**: a pool of threads with one client each; a write is one transaction.
//!
//! Statements keep to what both engines understand: `$1` parameters, `on conflict`, `returning`, CTEs, window
//! functions. The two gaps are closed here: a trailing `for update [skip locked]` is dropped for SQLite (its one
//! writer makes it true), and a failed statement ends the transaction on both engines.
//!
//! It knows nothing of tenants' rules, tables or migrations; `store` and `lake` do.

mod conn;
mod database;
mod engine;
mod error;
mod faults;
mod statement;
mod value;

pub use conn::Conn;
pub use database::{Database, DatabaseUrl, Engine};
pub use error::SqlError;
pub use faults::Faults;
pub use statement::Sql;
pub use value::{FromValue, Row, Value};
