//! Puts a notice where it is wanted: into the delivery each channel has waiting, or a new one.

use jiff::Timestamp;
use jobs::{Assignment, NewJob, Trouble, Work};
use serde_json::json;
use store::{SqlError, Tx};
use uuid::Uuid;

use crate::channel::Settings;
use crate::job::deliver::DELIVER;
use crate::notice::{ROUTE, State};
use crate::{Notify, pace, row, sql};

const LEASE: jiff::SignedDuration = jiff::SignedDuration::from_mins(2);
const ATTEMPTS_MAX: i64 = 20;

pub(crate) fn work(notify: &Notify) -> Work {
    let notify = notify.clone();
    Work::new(ROUTE, LEASE, ATTEMPTS_MAX, move |assignment| route(notify.clone(), assignment))
}

async fn route(notify: Notify, assignment: Assignment) -> Result<(), Trouble> {
    let now = notify.world.clock.now();
    let (ids, audience) = (notify.world.ids.clone(), std::sync::Arc::clone(&notify.audience));
    let written = notify.store.write(assignment.tenant, move |tx| {
        // A notice's job has the notice's id; one that was forgotten meanwhile needs nothing.
        let Some(found) = tx.row(&sql::NOTICE, &[assignment.job.id.into()])? else { return Ok(()) };
        let notice = row::Notice::read(&found)?;
        for found in tx.rows(&sql::CHANNELS, &[])? {
            let channel = row::Channel::read(&found)?;
            if channel.is_enabled && is_wanted(tx, &channel, &notice)? {
                let may_know = match channel.owner_user_id {
                    Some(owner) => audience.may_know(tx, owner, notice.topic)?,
                    None => true,
                };
                if may_know {
                    put(tx, (ids.guid(), ids.guid()), &channel, &notice, now)?;
                }
            }
        }
        Ok::<_, SqlError>(())
    });
    Ok(written.await?)
}

fn is_wanted(tx: &mut Tx<'_, '_>, channel: &row::Channel, notice: &row::Notice) -> Result<bool, SqlError> {
    let params = [channel.id.into(), notice.topic.as_str().into(), (&notice.subject).into()];
    let thread = tx.row(&sql::THREAD, &params)?;
    let is_open = thread.map(|row| row.get(0)).transpose()?.unwrap_or(false);
    Ok(wants(&channel.settings, notice, is_open))
}

/// Whether a channel hears of a notice. What it heard of is resolved whatever the severity; what it never heard of is not.
fn wants(settings: &Settings, notice: &row::Notice, is_open: bool) -> bool {
    if !settings.topics.contains(&notice.topic) {
        return false;
    }
    match notice.state {
        State::Resolved => is_open && settings.tells_resolved,
        State::Open | State::Updated => notice.severity >= settings.min_severity,
    }
}

fn put(
    tx: &mut Tx<'_, '_>,
    (delivery_id, job_id): (Uuid, Uuid),
    channel: &row::Channel,
    notice: &row::Notice,
    now: Timestamp,
) -> Result<(), SqlError> {
    let (topic, subject) = (notice.topic.as_str(), &notice.subject);
    let is_open = notice.state != State::Resolved;
    tx.exec(
        &sql::KEEP_THREAD,
        &[channel.id.into(), topic.into(), subject.into(), is_open.into(), notice.id.into()],
    )?;
    let due_at = pace::due_at(&channel.settings, notice.severity, channel.last_sent_at, now);
    let (delivery, due_at) = match tx.row(&sql::WAITING, &[channel.id.into()])? {
        Some(waiting) => (waiting.get(0)?, due_at.min(waiting.get(1)?)),
        None => {
            begin(tx, delivery_id, channel, false, now, due_at)?;
            (delivery_id, due_at)
        }
    };
    tx.exec(&sql::ADD_NOTICE, &[delivery.into(), notice.id.into()])?;
    let title = notice.title.in_language(channel.settings.language);
    tx.exec(&sql::GROW_DELIVERY, &[delivery.into(), due_at.into(), title.into()])?;
    ask_to_send(tx, job_id, delivery, due_at, now)
}

pub(crate) fn begin(
    tx: &mut Tx<'_, '_>,
    id: Uuid,
    channel: &row::Channel,
    is_reminder: bool,
    now: Timestamp,
    due_at: Timestamp,
) -> Result<(), SqlError> {
    let params = [
        id.into(),
        channel.id.into(),
        channel.kind.as_str().into(),
        (&channel.display_name).into(),
        is_reminder.into(),
        "".into(),
        now.into(),
        due_at.into(),
    ];
    tx.exec(&sql::INSERT_DELIVERY, &params).map(drop)
}

/// The time is in the key: something critical may move a delivery forward, and the later job finds it sent.
pub(crate) fn ask_to_send(
    tx: &mut Tx<'_, '_>,
    job_id: Uuid,
    delivery: Uuid,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<(), SqlError> {
    let job = NewJob {
        id: job_id,
        kind: DELIVER,
        dedupe_key: format!("{delivery}/{}", due_at.as_microsecond()),
        payload: json!({ "delivery": delivery }),
        due_at,
    };
    jobs::enqueue(tx, &job, now).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Severity, Topic, Words};

    #[test]
    fn channels_hear_what_they_chose() {
        let settings = |json| serde_json::from_value::<Settings>(json).unwrap();
        let notice = |severity, state| row::Notice {
            id: Uuid::nil(),
            topic: Topic::Incident,
            subject: "a".to_owned(),
            severity,
            state,
            title: Words::same(""),
            text: Words::same(""),
            link: String::new(),
            raised_at: Timestamp::UNIX_EPOCH,
        };
        let picky = settings(json!({ "topics": ["incident"], "minSeverity": "warning" }));
        assert!(wants(&picky, &notice(Severity::Critical, State::Open), false));
        assert!(!wants(&picky, &notice(Severity::Info, State::Updated), true));
        assert!(wants(&picky, &notice(Severity::Info, State::Resolved), true));
        assert!(!wants(&picky, &notice(Severity::Critical, State::Resolved), false));
        let silent = settings(json!({ "topics": ["incident"], "tellsResolved": false }));
        assert!(!wants(&silent, &notice(Severity::Info, State::Resolved), true));
        let other = settings(json!({ "topics": ["message"] }));
        assert!(!wants(&other, &notice(Severity::Critical, State::Open), false));
    }
}
