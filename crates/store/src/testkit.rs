//! Stores for tests: a fresh, migrated one on each engine.
//!
//! SQLite always; PostgreSQL when `TEST_POSTGRES_URL` names a server (`cargo xtask test` always does).

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use sql::DatabaseUrl;

use crate::Store;

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
