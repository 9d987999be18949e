//! Puts the parts of the house together into one router. The only place that knows them all.

use std::path::PathBuf;

use axum::Router;
use sql::DatabaseUrl;
use store::Store;
use world::World;

use crate::config::{Config, Origin};
use crate::data_dir;
use crate::health::Check;

/// A composed server, ready to be shown to the network.
pub(crate) struct App {
    pub(crate) router: Router,
    pub(crate) checks: Vec<Check>,
}

/// Opens the stores and mounts every door.
///
/// # Errors
/// When the database cannot be opened or brought up to date.
pub(crate) fn compose(
    config: &Config,
    data_dir: &std::path::Path,
    _origin: &Origin,
    _world: &World,
) -> anyhow::Result<App> {
    let store = open_store(config, data_dir)?;
    let ready = store.clone();
    let check = Check::new("store", move || {
        let store = ready.clone();
        async move { store.read_global(|_| Ok::<_, store::SqlError>(())).await.map_err(|error| error.to_string()) }
    });
    Ok(App { router: Router::new(), checks: vec![check] })
}

pub(crate) fn open_store(config: &Config, data_dir: &std::path::Path) -> anyhow::Result<Store> {
    let url = database_url(config, data_dir)?;
    let n_threads = usize::try_from(config.database.threads).unwrap_or(1);
    Ok(Store::open(&url, n_threads)?)
}

/// The database's address: from its file, else as set, else the file in the data folder.
pub(crate) fn database_url(config: &Config, data_dir: &std::path::Path) -> anyhow::Result<DatabaseUrl> {
    if let Some(file) = &config.database.url_file {
        return read_url(file).map_err(anyhow::Error::msg);
    }
    let set = config.database.url.as_ref().map(|address| address.0.clone());
    Ok(set.unwrap_or_else(|| DatabaseUrl::sqlite(data_dir::database_file(data_dir))))
}

fn read_url(file: &PathBuf) -> Result<DatabaseUrl, String> {
    crate::config::check_private(file)?;
    let text = std::fs::read_to_string(file).map_err(|error| {
        format!("the file {} (database.url_file) cannot be read: {error}", file.display())
    })?;
    // The message must not repeat the text: it holds the password.
    text.trim().parse().map_err(|_: String| {
        format!(
            "the file {} (database.url_file) must hold one line that begins with sqlite: or postgres://",
            file.display()
        )
    })
}
