//! Tells again what stays open, for the channels that want it, and forgets what is long past.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jobs::Tick;
use store::{SqlError, Tx};
use uuid::Uuid;
use world::Ids;

use crate::job::route::{ask_to_send, begin};
use crate::{Notify, Severity, pace, row, sql};

const EVERY: Duration = Duration::from_secs(60);
/// How long what was sent can be looked up.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 180);

pub(crate) fn tick(notify: &Notify) -> Tick {
    let notify = notify.clone();
    Tick::new("notify.remind", EVERY, move |tenant| {
        let (store, now, ids) = (notify.store.clone(), notify.world.clock.now(), notify.world.ids.clone());
        async move { store.write(tenant, move |tx| remind(tx, &ids, now)).await }
    })
}

fn remind(tx: &mut Tx<'_, '_>, ids: &Ids, now: Timestamp) -> Result<(), SqlError> {
    for found in tx.rows(&sql::CHANNELS, &[])? {
        let channel = row::Channel::read(&found)?;
        let Some(hours) = channel.settings.remind_every_hours.filter(|_| channel.is_enabled) else {
            continue;
        };
        if tx.row(&sql::REMINDING, &[channel.id.into()])?.is_some() {
            continue;
        }
        let before = now - SignedDuration::from_hours(i64::from(hours));
        let unresolved = tx.rows(&sql::UNRESOLVED, &[channel.id.into(), before.into()])?;
        let notices = unresolved.iter().map(|row| row.get(0)).collect::<Result<Vec<Uuid>, _>>()?;
        if notices.is_empty() {
            continue;
        }
        let delivery = ids.guid();
        let due_at = pace::due_at(&channel.settings, Severity::Warning, channel.last_sent_at, now);
        begin(tx, delivery, &channel, true, now, due_at)?;
        for notice in notices {
            tx.exec(&sql::ADD_NOTICE, &[delivery.into(), notice.into()])?;
        }
        tx.exec(&sql::GROW_DELIVERY, &[delivery.into(), due_at.into(), "".into()])?;
        ask_to_send(tx, ids.guid(), delivery, due_at, now)?;
    }
    tx.exec(&sql::FORGET_DELIVERIES, &[(now - REMEMBERED).into()])?;
    tx.exec(&sql::FORGET_NOTICES, &[(now - REMEMBERED).into()]).map(drop)
}
