//! `quarterdeck snapshot`: publishes the warehouse's day now, beside a running server or without one.

use std::time::Duration;

use anyhow::Result;
use audit::Actor;
use lake::LeaseError;
use store::TenantId;
use warehouse::Warehouse;
use warehouse::job::midnight::{MidnightError, Mode, Outcome};

use crate::cli::Snapshot;
use crate::config::Config;
use crate::deck::Deck;

/// How long another process's snapshot is waited for, and between two looks. A lease that was left behind ends
/// within half a minute.
const WAIT_MAX: Duration = Duration::from_secs(11 * 60);
const WAIT: Duration = Duration::from_millis(250);

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
