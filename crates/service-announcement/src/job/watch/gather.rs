//! Takes the readings: from the program, from the sentinel, and from the tables that others keep.

use jiff::{SignedDuration, Timestamp};
use store::{Engine, SqlError, Store, TenantId, Tx};

use crate::monitor::Monitor;
use crate::monitor::judge::{self, Judged};
use crate::monitor::reading::{Backlog, Fleet, Rate};
use crate::sentinel::Probe;
use crate::watch::{Counter, Watch};
use crate::{ServiceAnnouncement, sql};

/// A device that has missed two check-ins is silent; the seeds' interval is eight hours.
const SILENT: SignedDuration = SignedDuration::from_hours(17);
const ACTIVE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What was read for one monitor.
pub(super) struct Gathered {
    pub(super) monitor: Monitor,
    pub(super) reading: Reading,
    /// The sentinel's last look that is in it.
    pub(super) last_look: Option<(Probe, u64)>,
}

pub(super) enum Reading {
    /// Verdicts, how often each was given in a row, and since when.
    Judged(Vec<(Judged, u64, Timestamp)>),
    /// Judged against what the monitor remembers.
    Agents(Fleet, Rate),
}

/// Every reading that could be taken. One that could not is in the log and says nothing.
pub(super) async fn all(feature: &ServiceAnnouncement, tenant: TenantId) -> Vec<Gathered> {
    let mut all = Vec::new();
    for monitor in Monitor::ALL {
        match one(feature, tenant, monitor).await {
            Ok(gathered) => all.extend(gathered),
            Err(error) => tracing::warn!(monitor = monitor.name(), %tenant, %error, "there is no reading"),
        }
    }
    all
}

async fn one(
    feature: &ServiceAnnouncement,
    tenant: TenantId,
    monitor: Monitor,
) -> Result<Option<Gathered>, String> {
    let (now, watch) = (feature.world.clock.now(), &feature.watch);
    let readings = &watch.readings;
    let judged = match monitor {
        Monitor::Database => return Ok(looks(watch, tenant, monitor, Probe::Database)),
        Monitor::ObjectStore => return Ok(looks(watch, tenant, monitor, Probe::ObjectStore)),
        Monitor::Snapshot => judge::snapshot(&readings.snapshot(tenant).await?, now),
        Monitor::Feed => judge::feed(watch.window(Counter::Feed, now, readings.feed())),
        Monitor::Backlog => judge::backlog(&backlog(&feature.store, tenant, now).await?, now),
        Monitor::Disk => judge::disks(&readings.disks().await?),
        Monitor::Clock => judge::clock(ahead(feature).await?),
        Monitor::Certificate => judge::certificate(readings.certificate_expires_at(), now),
        Monitor::Agents => {
            let door = watch.window(Counter::CheckIns, now, readings.check_ins());
            let fleet = fleet(&feature.store, tenant, now).await?;
            return Ok(Some(Gathered { monitor, reading: Reading::Agents(fleet, door), last_look: None }));
        }
    };
    Ok(Some(Gathered { monitor, reading: Reading::Judged(vec![(judged, 1, now)]), last_look: None }))
}

/// What the sentinel saw since this tenant was told.
fn looks(watch: &Watch, tenant: TenantId, monitor: Monitor, probe: Probe) -> Option<Gathered> {
    let spans = watch.unseen(tenant, probe);
    let last = spans.last()?.last;
    let readings =
        spans.iter().map(|span| (judge::reach(span.trouble.as_deref()), span.n_looks, span.since)).collect();
    Some(Gathered { monitor, reading: Reading::Judged(readings), last_look: Some((probe, last)) })
}

async fn backlog(store: &Store, tenant: TenantId, now: Timestamp) -> Result<Backlog, String> {
    let read = store.read(tenant, move |tx: &mut Tx<'_, '_>| {
        let Some(row) = tx.row(&sql::BACKLOG, &[now.into()])? else { return Ok(Backlog::default()) };
        Ok::<_, SqlError>(Backlog { n_overdue: row.get(0)?, oldest_due_at: row.get(1)? })
    });
    read.await.map_err(|error| error.to_string())
}

async fn fleet(store: &Store, tenant: TenantId, now: Timestamp) -> Result<Fleet, String> {
    let read = store.read(tenant, move |tx: &mut Tx<'_, '_>| {
        let params = [(now - ACTIVE).into(), (now - SILENT).into()];
        let Some(row) = tx.row(&sql::FLEET, &params)? else { return Ok(Fleet::default()) };
        // The kept number may be a moment behind the devices.
        let n_active = row.get::<i64>(0)?.max(0);
        Ok::<_, SqlError>(Fleet { n_active, n_silent: row.get(1)? })
    });
    read.await.map_err(|error| error.to_string())
}

/// How far another clock is ahead of ours: the database server's where there is one, else other services'. SQLite
/// has this machine's clock and says nothing.
async fn ahead(feature: &ServiceAnnouncement) -> Result<Option<SignedDuration>, String> {
    if feature.store.database().engine() == Engine::Sqlite {
        return Ok(feature.watch.peer_ahead(feature.world.clock.now()));
    }
    let before = feature.world.clock.now();
    let read = feature.store.read_global(|conn| {
        conn.row(&sql::DATABASE_CLOCK, &[])?.map(|row| row.get::<Timestamp>(0)).transpose()
    });
    let theirs: Option<Timestamp> = read.await.map_err(|error: SqlError| error.to_string())?;
    let after = feature.world.clock.now();
    Ok(theirs.map(|theirs| apart(before, theirs, after)))
}

/// The answer was made somewhere between asking and hearing; only what lies outside is a difference of clocks.
fn apart(before: Timestamp, theirs: Timestamp, after: Timestamp) -> SignedDuration {
    if theirs < before {
        theirs.duration_since(before)
    } else if theirs > after {
        theirs.duration_since(after)
    } else {
        SignedDuration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_asking_is_no_difference() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        for (theirs, seconds) in [(99, -1), (100, 0), (103, 0), (105, 0), (107, 2)] {
            assert_eq!(apart(at(100), at(theirs), at(105)), SignedDuration::from_secs(seconds), "{theirs}");
        }
    }
}
