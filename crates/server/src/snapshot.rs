//! `quarterdeck snapshot`: publishes the warehouse's day now, beside a running server or without one.

use anyhow::Result;
use audit::Actor;
use lake::LeaseError;
use store::TenantId;
use warehouse::Warehouse;
use warehouse::job::midnight::{MidnightError, Mode, Outcome};

use crate::cli::Snapshot;
use crate::config::Config;
use crate::deck::{self, Deck};

/// Publishes today for every tenant.
///
/// # Errors
/// When a database cannot be opened, or a day cannot be published.
pub(crate) fn run(config: &Config, asked: &Snapshot) -> Result<()> {
    let deck = Deck::open(config, "snapshot")?;
    for tenant in deck.tenants {
        let warehouse = &deck.warehouse;
        let mode = if asked.refresh { Mode::Refresh } else { Mode::Once };
        match publish(warehouse, tenant, mode, asked.force)? {
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
    let publish = || {
        let run = warehouse.run_today(mode, force);
        warehouse.publish(tenant, &run, Actor::System("snapshot command".to_owned()))
    };
    let is_held = |error: &MidnightError| matches!(error, MidnightError::Lease(LeaseError::Held { .. }));
    Ok(deck::waiting(publish, is_held)?)
}
