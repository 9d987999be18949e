//! Sends a delivery. At least once: a server that ends between sending and writing it down sends again, with the same id.

use jiff::{SignedDuration, Timestamp};
use jobs::{Assignment, Trouble, Work};
use store::{SqlError, TenantId, Tx, Value};
use uuid::Uuid;
use words::Words;

use crate::summary::{Summary, last_words};
use crate::{Notify, Topic, row, sql};

pub(crate) const DELIVER: &str = "notify.deliver";
const LEASE: SignedDuration = SignedDuration::from_mins(3);
/// With waits that double up to an hour: most of a working day.
const ATTEMPTS_MAX: i64 = 14;

pub(crate) fn work(notify: &Notify) -> Work {
    let notify = notify.clone();
    Work::new(DELIVER, LEASE, ATTEMPTS_MAX, move |assignment| deliver(notify.clone(), assignment))
}

async fn deliver(notify: Notify, assignment: Assignment) -> Result<(), Trouble> {
    let (tenant, now) = (assignment.tenant, notify.world.clock.now());
    let id = assignment.job.payload.get("delivery").and_then(|id| id.as_str()?.parse::<Uuid>().ok());
    let id = id.ok_or_else(|| Trouble::lasting("the job does not name a delivery"))?;
    let origin = notify.origin.clone();
    let taken = notify.store.write(tenant, move |tx| take(tx, id, &origin, now)).await?;
    let Some(taken) = taken else { return Ok(()) };
    if taken.summary.lines.is_empty() {
        // It opened and was resolved before anybody was told.
        return Ok(finish(&notify, tenant, taken, "dropped", None).await?);
    }
    match notify.post.send(&notify.identity, &taken.channel, &taken.summary).await {
        Ok(()) => Ok(finish(&notify, tenant, taken, "sent", None).await?),
        Err(trouble) => {
            let is_last = trouble.is_final || assignment.job.attempts >= ATTEMPTS_MAX;
            let state = if is_last { "failed" } else { "retrying" };
            finish(&notify, tenant, taken, state, Some(trouble.said.clone())).await?;
            Err(trouble)
        }
    }
}

struct Taken {
    channel: row::Channel,
    summary: Summary,
    /// The subjects it is about, also those it has nothing left to say of.
    covered: Vec<(Topic, String)>,
}

/// What is to be sent and through what, marked as being sent. None when there is nothing to do any more.
fn take(tx: &mut Tx<'_, '_>, id: Uuid, origin: &str, now: Timestamp) -> Result<Option<Taken>, SqlError> {
    let Some(found) = tx.row(&sql::DELIVERY, &[id.into()])? else { return Ok(None) };
    let (channel, state): (Option<Uuid>, String) = (found.get(0)?, found.get(1)?);
    if !matches!(state.as_str(), "waiting" | "sending" | "retrying") {
        return Ok(None);
    }
    let channel = channel.map(|channel| tx.row(&sql::CHANNEL, &[channel.into()])).transpose()?.flatten();
    let channel = channel.map(|row| row::Channel::read(&row)).transpose()?;
    let Some(channel) = channel.filter(|channel| channel.is_enabled) else {
        let why = Words::new(
            "The channel was switched off or deleted before this was sent.",
            "Het kanaal werd uitgeschakeld of verwijderd voordat dit was verzonden.",
            "Kanalen stängdes av eller togs bort innan detta hade skickats.",
        );
        tx.exec(&sql::FINISH, &finished(id, ("dropped", ""), Some(&why), Some(now)))?;
        return Ok(None);
    };
    tx.exec(&sql::SENDING, &[id.into()])?;
    let rows = tx.rows(&sql::DELIVERED_NOTICES, &[id.into()])?;
    let notices = rows.iter().map(row::Notice::read).collect::<Result<Vec<_>, _>>()?;
    let mut told = Vec::new();
    for notice in &notices {
        let params = [channel.id.into(), notice.topic.as_str().into(), (&notice.subject).into()];
        if let Some(thread) = tx.row(&sql::THREAD, &params)?
            && thread.get::<Option<i64>>(1)?.is_some()
        {
            told.push((notice.topic, notice.subject.clone()));
        }
    }
    let tenant_name = tx.row(&sql::TENANT_NAME, &[])?.map_or(Ok(String::new()), |row| row.get(0))?;
    let language = channel.settings.language;
    let lines = last_words(&notices, language, origin, |notice| {
        told.iter().any(|(topic, subject)| *topic == notice.topic && *subject == notice.subject)
    });
    let settings_link = format!("{origin}/notifications");
    let is_reminder = found.get(2)?;
    let summary = Summary { id, tenant_name, language, is_reminder, lines, settings_link, at: now };
    let covered = notices.into_iter().map(|notice| (notice.topic, notice.subject)).collect();
    Ok(Some(Taken { channel, summary, covered }))
}

/// The parameters of `FINISH`.
fn finished(
    id: Uuid,
    (state, title): (&str, &str),
    error: Option<&Words>,
    at: Option<Timestamp>,
) -> [Value; 7] {
    let [error, error_nl, error_sv] = Words::columns_of(error);
    [id.into(), state.into(), title.into(), error.into(), error_nl.into(), error_sv.into(), at.into()]
}

/// Writes down how it went, and why.
async fn finish(
    notify: &Notify,
    tenant: TenantId,
    taken: Taken,
    state: &'static str,
    error: Option<Words>,
) -> Result<(), SqlError> {
    let now = notify.world.clock.now();
    let written = notify.store.write(tenant, move |tx| {
        let Taken { channel, summary, covered } = taken;
        let finished_at = (state != "retrying").then_some(now);
        let title = summary.title();
        tx.exec(&sql::FINISH, &finished(summary.id, (state, &title), error.as_ref(), finished_at))?;
        if state == "sent" {
            tx.exec(&sql::SENT_THROUGH, &[channel.id.into(), now.into()])?;
        }
        for (topic, subject) in &covered {
            let thread = [channel.id.into(), topic.as_str().into(), subject.into()];
            match state {
                "sent" => {
                    tx.exec(&sql::TOLD, &[&thread[..], &[now.into()]].concat())?;
                    tx.exec(&sql::END_THREAD, &thread)?;
                }
                "dropped" => {
                    tx.exec(&sql::END_THREAD, &thread)?;
                }
                _ => {}
            }
        }
        Ok(())
    });
    written.await
}
