//! Stores for tests: a fresh, migrated one on each engine.
//!
//! SQLite always; PostgreSQL when `TEST_POSTGRES_URL` names a server (`cargo xtask test` always does).

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use sql::{DatabaseUrl, Engine, Sql, SqlError, Value};

use crate::{Store, TenantId, Tx};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// The address of a fresh database on each engine, and the folder that keeps the SQLite file alive.
///
/// # Panics
/// When no temporary folder can be made or `TEST_POSTGRES_URL` is no database URL.
pub fn urls() -> (Vec<DatabaseUrl>, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("tests need a temporary folder");
    let mut urls = vec![DatabaseUrl::sqlite(folder.path().join("store.db"))];
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        let schema = schema(folder.path());
        let url: DatabaseUrl = url.parse().expect("TEST_POSTGRES_URL is a postgres:// URL");
        urls.push(url.with_schema(&schema));
    }
    (urls, folder)
}

/// A name that no earlier test of this server has used: process ids come round again.
fn schema(folder: &Path) -> String {
    let random = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let random: String = random.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("t{}_{}_{random}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst))
}

/// Runs `test` on a fresh store of each engine.
///
/// # Panics
/// When a store cannot be opened, and when the test does.
pub fn check(test: impl AsyncFn(Store)) {
    let (urls, folder) = urls();
    for url in urls {
        let store = Store::open(&url, 3).expect("a fresh database can be opened and migrated");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a test can start a runtime").block_on(test(store));
    }
    drop(folder);
}

/// How the engine would answer a tenant's statement over tables that are worth an index: its plan, in small letters.
///
/// # Panics
/// When the engine cannot plan the statement.
pub async fn plan(store: &Store, tenant: TenantId, statement: Sql, params: Vec<Value>) -> String {
    let engine = store.database().engine();
    let read = store.database().read(move |conn| {
        let explain = match engine {
            Engine::Sqlite => "explain query plan",
            Engine::Postgres => {
                // The tables of a test are so small that reading them whole is quicker.
                conn.exec(&Sql::global("set local enable_seqscan = off"), &[])?;
                "explain"
            }
        };
        let explained = Sql::tenant_built(format!("{explain} {}", statement.text()));
        let rows = Tx::new(conn, tenant).rows(&explained, &params)?;
        let line = |row: &sql::Row| row.get::<String>(row.values().len() - 1);
        Ok::<_, SqlError>(rows.iter().map(line).collect::<Result<Vec<_>, _>>()?.join("\n"))
    });
    read.await.expect("a statement can be planned").to_lowercase()
}
