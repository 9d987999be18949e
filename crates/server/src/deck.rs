//! The warehouse as the operator's commands open it: beside a running server or without one.

use std::time::Duration;

use anyhow::Result;
use store::{Store, TenantId};
use warehouse::Warehouse;
use world::World;

use crate::compose::{Site, database_url, open_warehouse};
use crate::config::Config;
use crate::serve;

/// How long another process's work is waited for, and between two looks. A lease that was left behind ends within half
/// a minute.
const WAIT_MAX: Duration = Duration::from_secs(11 * 60);
const WAIT: Duration = Duration::from_millis(250);

/// The warehouse of a data folder, and whose days are in it.
pub(crate) struct Deck {
    pub(crate) warehouse: Warehouse,
    pub(crate) tenants: Vec<TenantId>,
}

impl Deck {
    /// Opens it for the command of that name.
    ///
    /// # Errors
    /// When there is no data folder, a database cannot be opened, or there is no tenant.
    pub(crate) fn open(config: &Config, command: &str) -> Result<Deck> {
        let world = World::real();
        let data_dir = config.files.data_dir.canonicalize().map_err(|error| {
            anyhow::anyhow!(
                "there is no data folder {}: {error}; make one with quarterdeck init",
                config.files.data_dir.display()
            )
        })?;
        let origin = serve::origin(config, config.server.listen);
        let site = Site { config, data_dir: &data_dir, origin: &origin, authority_file: None };
        let store = Store::open(&database_url(config, &data_dir)?, 1)?;
        let holder = format!("the {command} command {}", std::process::id());
        let warehouse = open_warehouse(&site, &world, &store, holder)?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let tenants = runtime.block_on(store.tenants())?;
        anyhow::ensure!(
            !tenants.is_empty(),
            "there is no tenant in {} yet; make one with quarterdeck init",
            data_dir.display()
        );
        Ok(Deck { warehouse, tenants })
    }

    /// The tenant that is asked for; the only one when none is.
    ///
    /// # Errors
    /// When there are several and none is named, or the named one is not there.
    pub(crate) fn tenant(&self, asked: Option<uuid::Uuid>) -> Result<TenantId> {
        match (asked.map(TenantId), &self.tenants[..]) {
            (Some(asked), tenants) if tenants.contains(&asked) => Ok(asked),
            (Some(asked), _) => anyhow::bail!("there is no tenant {asked} in this data folder"),
            (None, [only]) => Ok(*only),
            (None, tenants) => {
                let ids: Vec<_> = tenants.iter().map(ToString::to_string).collect();
                anyhow::bail!("there are several tenants; say which with --tenant: {}", ids.join(", "))
            }
        }
    }
}

/// Does what needs the warehouse for itself, after waiting while `is_held` says that another process has it.
///
/// # Errors
/// Those of `work`.
pub(crate) fn waiting<T, E>(
    mut work: impl FnMut() -> Result<T, E>,
    is_held: impl Fn(&E) -> bool,
) -> Result<T, E> {
    let mut waited = Duration::ZERO;
    loop {
        match work() {
            Err(error) if is_held(&error) && waited < WAIT_MAX => {
                if waited.is_zero() {
                    eprintln!("another process is changing the warehouse; waiting for it");
                }
                std::thread::sleep(WAIT);
                waited += WAIT;
            }
            done => return done,
        }
    }
}
