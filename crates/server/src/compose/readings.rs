//! What the monitors of service health and the issues that require action read from the rest of the house.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use notify::Words;
use service_announcement::action::facts::{Dropping, Expiring, Facts};
use service_announcement::job::releases::Release;
use service_announcement::monitor::reading::{Asked, Disk, Rate, Readings, SnapshotReading};
use sql::SqlError;
use store::{Sql, Store, TenantId};
use warehouse::{Lakes, Warehouse};
use world::World;

use super::own::Served;

const TENANT_SINCE: Sql = Sql::tenant("select created_at from tenant where tenant_id = $1");
/// What renews itself is an issue only when that is late: seven days before its end, as its connector says.
const RENEWS_ITSELF: &str = "ownSigningKeyExpiry";
const RENEWAL_IS_LATE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Looked at by app, not by secret: one that has a newer secret needs nothing.
const LOOKED_AT_ELSEWHERE: &str = "ownSignInSecretExpiry";

/// The house, as far as it is read.
pub(super) struct HouseReadings {
    pub(super) store: Store,
    pub(super) world: World,
    pub(super) warehouse: Warehouse,
    pub(super) served: Served,
    /// What is on the disks that are watched, by the name operators know.
    pub(super) folders: Vec<(&'static str, PathBuf)>,
}

impl HouseReadings {
    fn rate(&self, is_ours: impl Fn(&str) -> bool, is_failure: impl Fn(u16) -> bool) -> Rate {
        let Some(metrics) = self.served.get() else { return Rate::default() };
        let (requests, failures) = metrics.count(is_ours, is_failure);
        Rate { requests, failures }
    }

    async fn newest(&self, tenant: TenantId) -> Result<Option<jiff::civil::Date>, String> {
        let lakes = self.warehouse.lakes.clone();
        let read = tokio::task::spawn_blocking(move || lakes.last_day(tenant));
        let newest = read.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        Ok(newest.and_then(|day| warehouse::lifetime::date_of_key(day.key.date_key.into())))
    }
}

impl Readings for HouseReadings {
    fn snapshot(&self, tenant: TenantId) -> Asked<'_, SnapshotReading> {
        Box::pin(async move {
            let newest = self.newest(tenant).await?;
            let now = self.world.clock.now();
            let read = self.store.read(tenant, move |tx| {
                let since = tx.row(&TENANT_SINCE, &[])?.map_or(Ok(Timestamp::MAX), |row| row.get(0))?;
                let night = warehouse::job::night::of_today(tx, now)?;
                let (attempts, last_error) = night.map_or((0, None), |job| (job.attempts, job.last_error));
                Ok(SnapshotReading { newest, tenant_since: since, attempts, last_error })
            });
            read.await.map_err(|error: SqlError| error.to_string())
        })
    }

    fn feed(&self) -> Rate {
        let is_feed = |route: &str| route.starts_with("/ReportingService") || route.starts_with("/warehouse");
        self.rate(is_feed, |status| status >= 500)
    }

    fn check_ins(&self) -> Rate {
        // A certificate that is refused is our trouble too when it happens to many.
        let is_failure = |status| status >= 500 || matches!(status, 401 | 403);
        self.rate(|route| route == proto::path::CHECK_IN, is_failure)
    }

    fn disks(&self) -> Asked<'_, Vec<Disk>> {
        Box::pin(async move {
            let folders = self.folders.clone();
            let read = tokio::task::spawn_blocking(move || {
                folders.iter().map(|(name, folder)| disk(name, folder)).collect()
            });
            read.await.map_err(|error| error.to_string())?
        })
    }

    fn object_store(&self) -> Asked<'_, ()> {
        Box::pin(async move {
            for tenant in self.store.tenants().await.map_err(|error| error.to_string())? {
                let lakes = self.warehouse.lakes.clone();
                let read = tokio::task::spawn_blocking(move || read_a_file(&lakes, tenant));
                read.await.map_err(|error| error.to_string())??;
            }
            Ok(())
        })
    }

    fn certificate_expires_at(&self) -> Option<Timestamp> {
        self.served.get()?.served_certificate_expires_at()
    }
}

impl Facts for HouseReadings {
    fn expiring(&self, tenant: TenantId) -> Asked<'_, Vec<Expiring>> {
        let now = self.world.clock.now();
        let read = self.store.read(tenant, move |tx| tenant_status::expiring(tx, now));
        Box::pin(async move {
            let all = read.await.map_err(|error: SqlError| error.to_string())?;
            Ok(all.iter().filter(|thing| is_for_people(thing, now)).map(expiring).collect())
        })
    }

    fn dropping(&self, tenant: TenantId) -> Asked<'_, Vec<Dropping>> {
        let warehouse = self.warehouse.clone();
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || warehouse.retention_outlook(tenant));
            let outlooks =
                read.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
            let dropping = outlooks.into_iter().filter(|outlook| outlook.is_warning).filter_map(|outlook| {
                let drop = outlook.drop?;
                let n_days = i64::try_from(drop.n_days).unwrap_or(i64::MAX);
                Some(Dropping { table: outlook.table.to_owned(), on: drop.on, n_days })
            });
            Ok(dropping.collect())
        })
    }
}

/// Reads the smallest file of the newest snapshot: the catalogue may answer while the files are away.
fn read_a_file(lakes: &Lakes, tenant: TenantId) -> Result<(), String> {
    let lake = lakes.of(tenant).map_err(|error| error.to_string())?;
    let latest = lake.snapshot(&lake::At::Latest).map_err(|error| error.to_string())?;
    let sizes = lake.table_sizes(&latest).map_err(|error| error.to_string())?;
    let Some(table) = sizes.iter().filter(|size| size.files > 0).min_by_key(|size| size.bytes) else {
        return Ok(());
    };
    let files = lake.files(&latest, &table.table, None).map_err(|error| error.to_string())?;
    let Some(file) = files.iter().min_by_key(|file| file.bytes) else { return Ok(()) };
    lake.copy(file, &mut std::io::sink()).map(drop).map_err(|error| error.to_string())
}

/// Whether somebody has to renew it by hand.
fn is_for_people(thing: &tenant_status::Expiring, now: Timestamp) -> bool {
    match thing.type_key {
        LOOKED_AT_ELSEWHERE => false,
        RENEWS_ITSELF => thing.expires_at <= now + RENEWAL_IS_LATE,
        _ => true,
    }
}

fn expiring(thing: &tenant_status::Expiring) -> Expiring {
    let (label, name) = (thing.connector_type().label, &thing.display_name);
    Expiring {
        subject: format!("connector/{}/{}", thing.type_key, thing.instance_id),
        display_name: Words::new(
            format!("{}: {name}", label.en),
            format!("{}: {name}", label.nl),
            format!("{}: {name}", label.sv),
        ),
        expires_at: thing.expires_at,
        link: thing.link(),
    }
}

/// The room on the disk of a folder, or of the nearest one above it that exists.
fn disk(name: &str, folder: &Path) -> Result<Disk, String> {
    let there = folder.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(Path::new("/"));
    let read = rustix::fs::statvfs(there).map_err(|error| format!("{}: {error}", there.display()))?;
    Ok(Disk {
        name: name.to_owned(),
        free_bytes: read.f_bavail.saturating_mul(read.f_frsize),
        total_bytes: read.f_blocks.saturating_mul(read.f_frsize),
    })
}

/// The released versions of the changelog with their notes.
pub(super) fn releases(changelog: &str) -> Arc<[Release]> {
    let releases = tenant_status::changelog::releases(changelog).into_iter().filter_map(|release| {
        let date = release.date.as_deref()?.parse().ok()?;
        let sections = release.sections.into_iter().map(|section| (section.title, section.items)).collect();
        Some(Release { version: release.version, date, sections })
    });
    releases.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_changelog_has_notes_with_days() {
        let releases = releases(super::super::CHANGELOG);
        assert!(!releases.is_empty());
        for release in releases.iter() {
            assert!(release.sections.iter().any(|(_, items)| !items.is_empty()), "{release:?}");
        }
    }

    #[test]
    fn the_disk_of_a_folder_that_is_not_there_yet_is_the_one_above() {
        let disk = disk("data", Path::new("/no/such/folder")).expect("the root is there");
        assert!(disk.total_bytes > 0 && disk.free_bytes <= disk.total_bytes);
    }

    #[test]
    fn what_renews_itself_is_for_people_when_that_is_late() {
        let now = Timestamp::UNIX_EPOCH;
        let thing = |type_key: &'static str, days: i64| tenant_status::Expiring {
            type_key,
            instance_id: uuid::Uuid::nil(),
            display_name: "RS256".to_owned(),
            owner: None,
            how_to_renew: None,
            expires_at: now + SignedDuration::from_hours(24 * days),
            health: tenant_status::model::Health::Healthy,
            facts: serde_json::Value::Null,
        };
        assert!(!is_for_people(&thing(RENEWS_ITSELF, 8), now));
        assert!(is_for_people(&thing(RENEWS_ITSELF, 7), now));
        assert!(!is_for_people(&thing(LOOKED_AT_ELSEWHERE, 1), now));
        let certificate = thing("ownTlsExpiry", 8);
        assert!(is_for_people(&certificate, now));
        let shown = expiring(&certificate);
        assert_eq!(shown.display_name.nl, "TLS-certificaat van Quarterdeck: RS256");
        assert!(shown.link.starts_with("/tenant-status/connectors/ownTlsExpiry/"));
    }
}
