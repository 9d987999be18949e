//! `quarterdeck snapshot`: publishes the warehouse's day now, beside a running server or without one.

use std::time::Duration;

use anyhow::Result;
use audit::Actor;
use lake::LeaseError;
use store::{Store, TenantId};
use warehouse::Warehouse;
use warehouse::job::midnight::{MidnightError, Mode, Outcome};
use world::World;

use crate::cli::Snapshot;
use crate::compose::{Site, database_url, open_warehouse};
use crate::config::Config;
use crate::serve;

/// How long another process's snapshot is waited for, and between two looks. A lease that was left behind ends
/// within half a minute.
const WAIT_MAX: Duration = Duration::from_secs(11 * 60);
const WAIT: Duration = Duration::from_millis(250);

/// Publishes today for every tenant.
///
/// # Errors
/// When a database cannot be opened, or a day cannot be published.
pub(crate) fn run(config: &Config, asked: &Snapshot) -> Result<()> {
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
    let holder = format!("the snapshot command {}", std::process::id());
    let warehouse = open_warehouse(&site, &world, &store, holder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let tenants = runtime.block_on(store.tenants())?;
    anyhow::ensure!(
        !tenants.is_empty(),
        "there is no tenant in {} yet; make one with quarterdeck init",
        data_dir.display()
    );
    for tenant in tenants {
        let mode = if asked.refresh { Mode::Refresh } else { Mode::Once };
        match publish(&warehouse, tenant, mode, asked.force)? {
            Outcome::Published(report) => println!(
                "{tenant}: the day {} is published: {} devices, {} licensed users",
                report.date_key, report.devices, report.users
            ),
            Outcome::AlreadyPublished(_) => {
                println!("{tenant}: today was published before; --refresh writes it anew");
            }
        }
    }
    Ok(())
}

/// Publishes, after waiting for a snapshot that another process is making.
fn publish(warehouse: &Warehouse, tenant: TenantId, mode: Mode, force: bool) -> Result<Outcome> {
    let mut waited = Duration::ZERO;
    loop {
        let run = warehouse.run_today(mode, force);
        match warehouse.publish(tenant, &run, Actor::System("snapshot command".to_owned())) {
            Err(MidnightError::Lease(LeaseError::Held { .. })) if waited < WAIT_MAX => {
                if waited.is_zero() {
                    eprintln!("another snapshot is being made; waiting for it");
                }
                std::thread::sleep(WAIT);
                waited += WAIT;
            }
            other => return Ok(other?),
        }
    }
}
