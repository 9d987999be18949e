//! Reads what the monitors watch, judges it, and keeps issues by it: opened, worsened and resolved without a hand.

mod gather;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{SqlError, TenantId, Tx};

use crate::ServiceAnnouncement;
use crate::hysteresis::{Grade, State, Step, Verdict};
use crate::issue::{self, Change, Hand, NewIssue, NewPost};
use crate::model::{Classification, PostType, Source, Status};
use crate::monitor::judge::{self, Habits, Judged};
use crate::monitor::{Monitor, words};
use crate::sql;
use gather::{Gathered, Reading};

/// An issue that goes on is told of again after this long.
const TELL_AGAIN: SignedDuration = SignedDuration::from_hours(6);
/// A tick may come this much early.
const SLACK: SignedDuration = SignedDuration::from_secs(10);

/// What a monitor keeps between its readings.
#[derive(Debug, Default)]
struct Kept {
    state: State,
    memory: Memory,
    issue_id: Option<String>,
    told_at: Option<Timestamp>,
    read_at: Timestamp,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Memory {
    /// When the bad readings in a row began.
    bad_since: Option<Timestamp>,
    /// What is usual for the devices; the other monitors learn nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    habits: Option<Habits>,
}

/// Takes a reading of every monitor that is due, for one tenant. Each monitor has a transaction of its own: one that
/// cannot be kept does not hold the others up.
///
/// # Errors
/// The last sentence of what went wrong.
pub async fn run(feature: &ServiceAnnouncement, tenant: TenantId) -> Result<(), String> {
    let mut outcome = Ok(());
    for gathered in gather::all(feature, tenant).await {
        let hand = Hand::of_system(&feature.world, "monitors");
        let (monitor, last_look) = (gathered.monitor, gathered.last_look);
        let kept = feature.store.write(tenant, move |tx| keep(tx, &hand, gathered));
        match kept.await {
            Ok(()) => {
                if let Some((probe, last)) = last_look {
                    feature.watch.told(tenant, probe, last);
                }
            }
            Err(error) => outcome = Err(format!("the monitor {}: {error}", monitor.name())),
        }
    }
    outcome
}

fn keep(tx: &mut Tx<'_, '_>, hand: &Hand, gathered: Gathered) -> Result<(), SqlError> {
    let monitor = gathered.monitor;
    let mut kept = load(tx, monitor)?;
    let every = SignedDuration::try_from(monitor.every()).unwrap_or(SignedDuration::ZERO);
    // Another server on the same database may have read just now.
    let since = hand.now.duration_since(kept.read_at);
    // A reading in the future is one of a clock that has been put right.
    let is_early = (SignedDuration::ZERO..every - SLACK).contains(&since);
    if gathered.last_look.is_none() && is_early {
        return Ok(());
    }
    kept.read_at = hand.now;
    match gathered.reading {
        Reading::Judged(readings) => {
            for (judged, n_times, since) in readings {
                // More than enough in a row are as good as enough.
                let most = monitor.rule().bad_to_open.max(monitor.rule().good_to_close);
                for _ in 0..n_times.min(u64::from(most)) {
                    take(tx, hand, monitor, &mut kept, &judged, since)?;
                }
            }
        }
        Reading::Agents(fleet, door) => {
            let habits = kept.memory.habits.take().unwrap_or_default();
            let judged = judge::agents(fleet, door, &habits, hand.now);
            let is_bad = matches!(judged.verdict, Verdict::Bad(_));
            let learnt = if is_bad { habits } else { habits.learnt(hand.now, judge::share(fleet)) };
            kept.memory.habits = Some(learnt);
            take(tx, hand, monitor, &mut kept, &judged, hand.now)?;
        }
    }
    save(tx, monitor, &kept)
}

/// One reading, and what follows from it.
fn take(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    monitor: Monitor,
    kept: &mut Kept,
    judged: &Judged,
    since: Timestamp,
) -> Result<(), SqlError> {
    kept.memory.bad_since = match judged.verdict {
        Verdict::Good => None,
        Verdict::Bad(_) => kept.memory.bad_since.or(Some(since)),
        Verdict::Unknown => kept.memory.bad_since,
    };
    let (state, step) = kept.state.next(monitor.rule(), judged.verdict);
    kept.state = state;
    let is_due = kept.told_at.is_some_and(|told| hand.now.duration_since(told).abs() >= TELL_AGAIN);
    match step {
        Step::Open(grade) => open(tx, hand, monitor, kept, grade, judged, since),
        Step::Worsen => {
            let classification = Some(Classification::Incident);
            tell(tx, hand, kept, (Status::ServiceInterruption, classification), words::worse(&judged.fact))
        }
        Step::Resolve => {
            tell(tx, hand, kept, (Status::ServiceRestored, None), words::over(&judged.fact))?;
            (kept.issue_id, kept.told_at) = (None, None);
            Ok(())
        }
        Step::Stay if is_due && matches!(judged.verdict, Verdict::Bad(_)) => {
            let status = status_of(state.open.unwrap_or(Grade::Degraded));
            tell(tx, hand, kept, (status, None), words::still(&judged.fact))
        }
        Step::Stay => Ok(()),
    }
}

fn status_of(grade: Grade) -> Status {
    match grade {
        Grade::Degraded => Status::ServiceDegradation,
        Grade::Down => Status::ServiceInterruption,
    }
}

fn open(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    monitor: Monitor,
    kept: &mut Kept,
    grade: Grade,
    judged: &Judged,
    since: Timestamp,
) -> Result<(), SqlError> {
    let id = issue::fresh_id(hand.world.ids.guid());
    let new = NewIssue {
        id: id.clone(),
        source: Source::Monitor(monitor.name().to_owned()),
        origin: "customer".to_owned(),
        title: words::title(monitor),
        service: monitor.service().to_owned(),
        feature: monitor.feature().to_owned(),
        feature_group: monitor.service().to_owned(),
        classification: match grade {
            Grade::Degraded => Classification::Advisory,
            Grade::Down => Classification::Incident,
        },
        status: status_of(grade),
        impact: words::impact(monitor),
        start_at: kept.memory.bad_since.unwrap_or(since),
        details: json!([]),
    };
    let post = NewPost { text: judged.fact.clone(), post_type: PostType::Regular };
    issue::open(tx, hand, &new, &post)?;
    (kept.issue_id, kept.told_at) = (Some(id), Some(hand.now));
    Ok(())
}

/// Changes the open issue, if it is there and not over.
fn tell(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    kept: &mut Kept,
    (status, classification): (Status, Option<Classification>),
    text: notify::Words,
) -> Result<(), SqlError> {
    kept.told_at = Some(hand.now);
    let Some(id) = kept.issue_id.clone() else { return Ok(()) };
    let Some(found) = issue::find(tx, &id)?.filter(|found| !found.is_resolved) else { return Ok(()) };
    let post = NewPost { text, post_type: PostType::Regular };
    issue::change(tx, hand, (&id, &found), &Change { status, classification, impact: None, post })
}

fn load(tx: &mut Tx<'_, '_>, monitor: Monitor) -> Result<Kept, SqlError> {
    tx.exec(&sql::BEGIN_MONITOR, &[monitor.name().into()])?;
    let Some(row) = tx.row(&sql::LOCK_MONITOR, &[monitor.name().into()])? else {
        return Err(SqlError::Other(format!("the monitor {} was not kept", monitor.name())));
    };
    let (state, memory): (String, String) = (row.get(0)?, row.get(1)?);
    // What an earlier version wrote and this one cannot read begins anew.
    Ok(Kept {
        state: serde_json::from_str(&state).unwrap_or_default(),
        memory: serde_json::from_str(&memory).unwrap_or_default(),
        issue_id: row.get(2)?,
        told_at: row.get(3)?,
        read_at: row.get(4)?,
    })
}

fn save(tx: &mut Tx<'_, '_>, monitor: Monitor, kept: &Kept) -> Result<(), SqlError> {
    let text = |value: serde_json::Result<String>| {
        value.map_err(|error| SqlError::Other(format!("a monitor's state: {error}")))
    };
    let params = [
        monitor.name().into(),
        text(serde_json::to_string(&kept.state))?.into(),
        text(serde_json::to_string(&kept.memory))?.into(),
        kept.issue_id.as_deref().into(),
        kept.told_at.into(),
        kept.read_at.into(),
    ];
    tx.exec(&sql::KEEP_MONITOR, &params).map(drop)
}
