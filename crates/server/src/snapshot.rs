//! `quarterdeck snapshot`: publishes the warehouse's day now, beside a running server or without one.

use anyhow::Result;
use audit::Actor;
use store::Store;
use warehouse::job::midnight::{Mode, Outcome};
use world::World;

use crate::cli::Snapshot;
use crate::compose::{Site, database_url, open_warehouse};
use crate::config::Config;
use crate::serve;

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
    let warehouse = open_warehouse(&site, &world, &store)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let tenants = runtime.block_on(crate::compose::tenants(&store))?;
    anyhow::ensure!(
        !tenants.is_empty(),
        "there is no tenant in {} yet; make one with quarterdeck init",
        data_dir.display()
    );
    for tenant in tenants {
        let mode = if asked.refresh { Mode::Refresh } else { Mode::Once };
        let run = warehouse.run_today(mode, asked.force);
        match warehouse.publish(tenant, &run, Actor::System("snapshot command".to_owned()))? {
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
