//! A database: its threads, and the two ways to run a transaction on them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use crate::{Conn, Faults, SqlError};

mod threads;

use threads::{Job, Task};

/// Which engine a database runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Where a database is: `sqlite:<path>` or `postgres://…`, with the PostgreSQL schema its tables live in.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres { url: String, schema: String },
}

impl DatabaseUrl {
    pub fn sqlite(path: impl AsRef<Path>) -> DatabaseUrl {
        DatabaseUrl::Sqlite(path.as_ref().to_owned())
    }

    /// The same PostgreSQL with another schema; a SQLite file stays as it is.
    #[must_use]
    pub fn with_schema(self, schema: &str) -> DatabaseUrl {
        match self {
            DatabaseUrl::Postgres { url, .. } => DatabaseUrl::Postgres { url, schema: schema.to_owned() },
            other @ DatabaseUrl::Sqlite(_) => other,
        }
    }

    pub fn engine(&self) -> Engine {
        match self {
            DatabaseUrl::Sqlite(_) => Engine::Sqlite,
            DatabaseUrl::Postgres { .. } => Engine::Postgres,
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    /// Without the password a URL may carry.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            DatabaseUrl::Postgres { schema, .. } => write!(f, "postgres (schema {schema})"),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<DatabaseUrl, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            return Ok(DatabaseUrl::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(DatabaseUrl::Postgres { url: text.to_owned(), schema: "quarterdeck".to_owned() });
        }
        Err("a database URL starts with sqlite: or postgres://".to_owned())
    }
}

/// An open database. Cheap to clone; the threads end when the last clone is dropped.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    url: DatabaseUrl,
    faults: Faults,
    writes: Sender<Task>,
    reads: Sender<Task>,
}

impl Database {
    /// Opens the database (a SQLite file and its folder, or a PostgreSQL schema, is made when missing) with
    /// `n_threads` reader threads (SQLite) or clients (PostgreSQL).
    ///
    /// # Errors
    /// When it cannot be opened or reached.
    pub fn open(url: &DatabaseUrl, n_threads: usize) -> Result<Database, SqlError> {
        let faults = Faults::default();
        let (writes, reads) = match url {
            DatabaseUrl::Sqlite(path) => {
                if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder)
                        .map_err(|e| SqlError::Other(format!("cannot make {}: {e}", folder.display())))?;
                }
                threads::sqlite(path, n_threads, &faults)?
            }
            DatabaseUrl::Postgres { url, schema } => {
                let tasks = threads::postgres(url, schema, n_threads, &faults)?;
                (tasks.clone(), tasks)
            }
        };
        Ok(Database(Arc::new(Inner { url: url.clone(), faults, writes, reads })))
    }

    pub fn engine(&self) -> Engine {
        self.0.url.engine()
    }

    pub fn url(&self) -> &DatabaseUrl {
        &self.0.url
    }

    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// Runs `code` in a transaction: kept, durably, when it answers Ok; undone when it answers Err.
    ///
    /// # Errors
    /// What `code` returns, or the [`SqlError`] that kept the transaction from being committed.
    pub async fn write<T, E>(
        &self,
        code: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let (task, answer) = Job::pair(code, false);
        send(&self.0.writes, task)?;
        answer.await.unwrap_or_else(|_| Err(gone().into()))
    }

    /// As [`Database::write`], for code that may wait: not on an async thread.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub fn write_blocking<T, E>(
        &self,
        code: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let (task, answer) = Job::pair(code, false);
        send(&self.0.writes, task)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(gone().into()))
    }

    /// Runs `code` over one consistent image; it cannot write.
    ///
    /// # Errors
    /// What `code` returns.
    pub async fn read<T, E>(
        &self,
        code: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let (task, answer) = Job::pair(code, true);
        send(&self.0.reads, task)?;
        answer.await.unwrap_or_else(|_| Err(gone().into()))
    }

    /// As [`Database::read`], for code that may wait: not on an async thread.
    ///
    /// # Errors
    /// As [`Database::read`].
    pub fn read_blocking<T, E>(
        &self,
        code: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let (task, answer) = Job::pair(code, true);
        send(&self.0.reads, task)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(gone().into()))
    }

    /// One consistent image on a connection of its own, on this thread, for as long as `code` runs: the
    /// midnight snapshot. Other readers and writers go on.
    ///
    /// # Errors
    /// What `code` returns, or that no further connection could be had.
    pub fn image<T, E>(&self, code: impl FnOnce(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<SqlError>,
    {
        threads::image(&self.0.url, &self.0.faults, code)
    }
}

fn send(queue: &Sender<Task>, task: Task) -> Result<(), SqlError> {
    queue.send(task).map_err(|_| gone())
}

fn gone() -> SqlError {
    SqlError::Lost("the database's threads have ended".to_owned())
}

/// A queue and its many takers.
fn queue() -> (Sender<Task>, threads::Shared) {
    let (sender, receiver) = channel();
    (sender, threads::Shared::new(receiver))
}
