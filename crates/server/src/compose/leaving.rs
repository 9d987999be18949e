//! A person is deleted: the features that keep something of theirs forget it with the directory.

use directory::{Leaver, Leaving};
use jiff::Timestamp;
use store::{SqlError, Tx};
use world::World;

/// Knows who keeps what.
pub(super) struct Farewell {
    pub(super) world: World,
}

impl Leaving for Farewell {
    fn left(&self, tx: &mut Tx<'_, '_>, leaver: &Leaver, now: Timestamp) -> Result<(), SqlError> {
        tenant_status::forget_person(tx, &self.world, (leaver.id, &leaver.names), now)?;
        notify::forget_person(tx, leaver.id)?;
        service_announcement::forget_person(tx, leaver.id)
    }
}
