//! Readings that a test sets.

use std::sync::{Mutex, MutexGuard};

use jiff::{SignedDuration, Timestamp};
use service_announcement::action::facts::{Dropping, Expiring, Facts};
use service_announcement::monitor::reading::{Asked, Disk, Rate, Readings, SnapshotReading};
use store::TenantId;
use world::World;

pub(super) struct SetReadings {
    world: World,
    set: Mutex<Set>,
}

pub(super) struct Set {
    pub(super) free_bytes: u64,
    pub(super) feed: Rate,
    pub(super) files: Result<(), String>,
    pub(super) disks_cannot_be_read: bool,
    pub(super) certificate_expires_at: Option<Timestamp>,
    pub(super) expiring: Result<Vec<Expiring>, String>,
    pub(super) dropping: Vec<Dropping>,
}

impl SetReadings {
    /// Everything is well.
    pub(super) fn fine(world: &World) -> SetReadings {
        let set = Set {
            free_bytes: 100 << 30,
            feed: Rate::default(),
            files: Ok(()),
            disks_cannot_be_read: false,
            certificate_expires_at: Some(world.clock.now() + SignedDuration::from_hours(24 * 300)),
            expiring: Ok(Vec::new()),
            dropping: Vec::new(),
        };
        SetReadings { world: world.clone(), set: Mutex::new(set) }
    }

    pub(super) fn set(&self) -> MutexGuard<'_, Set> {
        self.set.lock().unwrap()
    }
}

impl Readings for SetReadings {
    fn snapshot(&self, _: TenantId) -> Asked<'_, SnapshotReading> {
        let today = self.world.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let reading = SnapshotReading {
            newest: Some(today),
            tenant_since: Timestamp::UNIX_EPOCH,
            attempts: 1,
            last_error: None,
        };
        Box::pin(async move { Ok(reading) })
    }

    fn feed(&self) -> Rate {
        self.set().feed
    }

    fn check_ins(&self) -> Rate {
        Rate::default()
    }

    fn disks(&self) -> Asked<'_, Vec<Disk>> {
        let set = self.set();
        let disk = Disk { name: "data".to_owned(), free_bytes: set.free_bytes, total_bytes: 500 << 30 };
        let outcome =
            if set.disks_cannot_be_read { Err("no such device".to_owned()) } else { Ok(vec![disk]) };
        Box::pin(async move { outcome })
    }

    fn object_store(&self) -> Asked<'_, ()> {
        let outcome = self.set().files.clone();
        Box::pin(async move { outcome })
    }

    fn certificate_expires_at(&self) -> Option<Timestamp> {
        self.set().certificate_expires_at
    }
}

impl Facts for SetReadings {
    fn expiring(&self, _: TenantId) -> Asked<'_, Vec<Expiring>> {
        let expiring = self.set().expiring.clone();
        Box::pin(async move { expiring })
    }

    fn dropping(&self, _: TenantId) -> Asked<'_, Vec<Dropping>> {
        let dropping = self.set().dropping.clone();
        Box::pin(async move { Ok(dropping) })
    }
}
