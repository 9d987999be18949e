//! Work without a caller: keys and expired sign-ins every minute, the warehouse's day at midnight UTC.
//!
//! A server that was down at midnight makes the day when it starts; days it missed whole are not invented.

use std::time::Duration;

use audit::Actor;
use jiff::Timestamp;
use jiff::civil::Date;
use store::TenantId;
use warehouse::Warehouse;
use warehouse::job::midnight::{Mode, Outcome};

use crate::compose::{House, tenants};

const EVERY: Duration = Duration::from_secs(60);
/// After a day could not be published, it is tried again this much later.
const TRIES_APART_SECONDS: i64 = 600;

/// Starts the work; it ends with the process. What is being written then is kept whole or not at all.
pub(crate) fn start(house: &House) {
    tokio::spawn(run(house.clone()));
}

async fn run(house: House) {
    let mut published = Published::default();
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = house.identity.tend().await {
            tracing::error!(%error, "keys and expired sign-ins could not be looked after");
        }
        let now = house.world.clock.now();
        if published.is_due(now) {
            let is_done = publish_all(&house).await;
            published.note(now, is_done);
        }
    }
}

/// Publishes today for every tenant; answers whether all of them have it now.
async fn publish_all(house: &House) -> bool {
    let tenants = match tenants(&house.store).await {
        Ok(tenants) => tenants,
        Err(error) => {
            tracing::error!(%error, "the tenants could not be read");
            return false;
        }
    };
    let mut is_done = true;
    for tenant in tenants {
        let warehouse = house.warehouse.clone();
        let work = tokio::task::spawn_blocking(move || publish(&warehouse, tenant));
        is_done &= work.await.unwrap_or(false);
    }
    is_done
}

fn publish(warehouse: &Warehouse, tenant: TenantId) -> bool {
    let run = warehouse.run_today(Mode::Once, false);
    match warehouse.publish(tenant, &run, Actor::System("midnight".to_owned())) {
        Ok(Outcome::Published(report)) => {
            let (date_key, devices, users) = (report.date_key, report.devices, report.users);
            tracing::info!(%tenant, date_key, devices, users, "the day was published");
            true
        }
        Ok(Outcome::AlreadyPublished(_)) => true,
        Err(error) => {
            tracing::error!(%tenant, %error, "the day was not published; it is tried again");
            false
        }
    }
}

/// Which day is done, and when the last try was.
#[derive(Debug, Default)]
struct Published {
    day: Option<Date>,
    tried_at: Option<Timestamp>,
}

impl Published {
    fn is_due(&self, now: Timestamp) -> bool {
        let is_later = |at: Timestamp| now.duration_since(at).as_secs() >= TRIES_APART_SECONDS;
        self.day != Some(day(now)) && self.tried_at.is_none_or(is_later)
    }

    fn note(&mut self, now: Timestamp, is_done: bool) {
        if is_done {
            *self = Published { day: Some(day(now)), tried_at: None };
        } else {
            self.tried_at = Some(now);
        }
    }
}

fn day(now: Timestamp) -> Date {
    now.to_zoned(jiff::tz::TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_day_is_published_once_and_a_failure_is_tried_again_later() {
        let mut published = Published::default();
        assert!(published.is_due(at("2026-11-20T14:00:00Z")), "at the start");
        published.note(at("2026-11-20T14:00:00Z"), false);
        assert!(!published.is_due(at("2026-11-20T14:09:59Z")));
        assert!(published.is_due(at("2026-11-20T14:10:00Z")));
        published.note(at("2026-11-20T14:10:00Z"), true);
        assert!(!published.is_due(at("2026-11-20T23:59:59Z")));
        assert!(published.is_due(at("2026-11-21T00:00:00Z")));
    }
}
