//! Forgets what was sent long ago.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jobs::Tick;
use store::{SqlError, Tx};

use crate::{Notify, sql};

const EVERY: Duration = Duration::from_secs(60 * 60);
/// How long what was sent can be looked up.
pub(crate) const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 180);

pub(crate) fn tick(notify: &Notify) -> Tick {
    let notify = notify.clone();
    Tick::new("notify.forget", EVERY, move |tenant| {
        let (store, before) = (notify.store.clone(), notify.world.clock.now() - REMEMBERED);
        async move { store.write(tenant, move |tx| forget(tx, before)).await }
    })
}

fn forget(tx: &mut Tx<'_, '_>, before: Timestamp) -> Result<(), SqlError> {
    tx.exec(&sql::FORGET_DELIVERIES, &[before.into()])?;
    tx.exec(&sql::FORGET_NOTICES, &[before.into()]).map(drop)
}
