//! Tells again what stays open, for the channels that want it. The look only reads: most of the time nothing is due.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jobs::Tick;
use store::{SqlError, Tx};
use uuid::Uuid;
use world::Ids;

use crate::job::route::{ask_to_send, begin};
use crate::{Notify, Severity, pace, row, sql};

const EVERY: Duration = Duration::from_secs(60);

pub(crate) fn tick(notify: &Notify) -> Tick {
    let notify = notify.clone();
    Tick::new("notify.remind", EVERY, move |tenant| {
        let (store, now, ids) = (notify.store.clone(), notify.world.clock.now(), notify.world.ids.clone());
        async move {
            if store.read(tenant, move |tx| due(tx, now)).await?.is_empty() {
                return Ok(());
            }
            store.write(tenant, move |tx| remind(tx, &ids, now)).await
        }
    })
}

/// A channel and the notices it is to be reminded of.
struct Due {
    channel: row::Channel,
    notices: Vec<Uuid>,
}

fn due(tx: &mut Tx<'_, '_>, now: Timestamp) -> Result<Vec<Due>, SqlError> {
    let mut all = Vec::new();
    for found in tx.rows(&sql::CHANNELS, &[])? {
        let channel = row::Channel::read(&found)?;
        let Some(hours) = channel.settings.remind_every_hours.filter(|_| channel.is_enabled) else {
            continue;
        };
        let before = now - SignedDuration::from_hours(i64::from(hours));
        let unresolved = tx.rows(&sql::UNRESOLVED, &[channel.id.into(), before.into()])?;
        if unresolved.is_empty() || tx.row(&sql::REMINDING, &[channel.id.into()])?.is_some() {
            continue;
        }
        let notices = unresolved.iter().map(|row| row.get(0)).collect::<Result<Vec<Uuid>, _>>()?;
        all.push(Due { channel, notices });
    }
    Ok(all)
}

/// What is due is found again: several servers may have read the same.
fn remind(tx: &mut Tx<'_, '_>, ids: &Ids, now: Timestamp) -> Result<(), SqlError> {
    for Due { channel, notices } in due(tx, now)? {
        let delivery = ids.guid();
        let due_at = pace::due_at(&channel.settings, Severity::Warning, channel.last_sent_at, now);
        begin(tx, delivery, &channel, true, now, due_at)?;
        for notice in notices {
            tx.exec(&sql::ADD_NOTICE, &[delivery.into(), notice.into()])?;
        }
        tx.exec(&sql::GROW_DELIVERY, &[delivery.into(), due_at.into(), "".into()])?;
        ask_to_send(tx, ids.guid(), delivery, due_at, now)?;
    }
    Ok(())
}
