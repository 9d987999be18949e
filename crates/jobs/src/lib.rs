//! Durable jobs: work that is remembered until it is done, done by one worker at a time, tried again when it fails.
//!
//! A job is a row. Its dedupe key keeps the same work from being asked for twice; a lease with an epoch keeps a worker
//! that was away from finishing what another has taken over; failures wait longer each time. Enqueueing, claiming and
//! finishing are functions over the caller's transaction, so that a change and the job it asks for are kept together.
//! Features offer [`Work`] and [`Tick`]s, and a [`Runner`] does them; which kinds there are is the program's to know.

mod runner;
mod sql;
mod work;

pub use runner::Runner;
pub use work::{Assignment, Tick, Trouble, Work};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use store::{Row, SqlError, Tx};
use uuid::Uuid;

/// A failed job waits this long before its second try, and twice as long before each later one, up to an hour.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// The last error is for people: its first characters are enough.
const ERROR_CHARS_MAX: usize = 2_000;

/// Work to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    pub id: Uuid,
    /// What kind of work, a constant: `warehouse.midnight`.
    pub kind: &'static str,
    /// The same kind and key are the same work.
    pub dedupe_key: String,
    pub payload: Json,
    pub due_at: Timestamp,
}

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Queued,
    Running,
    Done,
    /// Given up after its last try.
    Failed,
}

impl State {
    const ALL: [(State, &str); 4] = [
        (State::Queued, "queued"),
        (State::Running, "running"),
        (State::Done, "done"),
        (State::Failed, "failed"),
    ];

    /// The word it is kept as.
    pub fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    fn read(text: &str) -> Option<State> {
        Self::ALL.into_iter().find(|(_, word)| *word == text).map(|(state, _)| state)
    }
}

/// A job as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: Uuid,
    pub kind: String,
    pub dedupe_key: String,
    pub payload: Json,
    pub state: State,
    pub due_at: Timestamp,
    /// Tries begun.
    pub attempts: i64,
    pub last_error: Option<String>,
    pub finished_at: Option<Timestamp>,
}

/// The right to do a job until the lease ends; the epoch tells it from earlier and later ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub job: Job,
    epoch: i64,
}

/// Why a claim could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The lease ended and another worker has the job, or has finished it.
    #[error("the job was taken over by another worker")]
    Lost,
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Asks for work. Answers false, and changes nothing, when the same work was asked for before.
///
/// # Errors
/// When the database refuses.
pub fn enqueue(tx: &mut Tx<'_, '_>, job: &NewJob, now: Timestamp) -> Result<bool, SqlError> {
    let params = [
        job.id.into(),
        job.kind.into(),
        (&job.dedupe_key).into(),
        job.payload.to_string().into(),
        job.due_at.into(),
        now.into(),
    ];
    Ok(tx.exec(&sql::ENQUEUE, &params)? == 1)
}

/// Takes the job of this kind that has been due the longest: one that waits, or one whose worker let its lease end.
///
/// # Errors
/// When the database refuses.
pub fn claim(
    tx: &mut Tx<'_, '_>,
    kind: &str,
    owner: &str,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<Option<Claim>, SqlError> {
    let Some(row) = tx.row(&sql::NEXT, &[kind.into(), now.into()])? else { return Ok(None) };
    let mut job = read(&row)?;
    let epoch = row.get::<i64>(9)? + 1;
    let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
    tx.exec(&sql::CLAIM, &[job.id.into(), owner.into(), epoch.into(), until.into()])?;
    job.state = State::Running;
    job.attempts += 1;
    Ok(Some(Claim { job, epoch }))
}

/// Lengthens the lease of work that takes long.
///
/// # Errors
/// [`ClaimError::Lost`] when another worker has the job.
pub fn renew(
    tx: &mut Tx<'_, '_>,
    claim: &Claim,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<(), ClaimError> {
    let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
    held(tx.exec(&sql::RENEW, &[claim.job.id.into(), claim.epoch.into(), until.into()])?)
}

/// The work is done.
///
/// # Errors
/// [`ClaimError::Lost`] when another worker has the job.
pub fn complete(tx: &mut Tx<'_, '_>, claim: &Claim, now: Timestamp) -> Result<(), ClaimError> {
    held(tx.exec(&sql::COMPLETE, &[claim.job.id.into(), claim.epoch.into(), now.into()])?)
}

/// The work failed: it is tried again later, or given up after `attempts_max` tries or when the trouble is final. Answers
/// which.
///
/// # Errors
/// [`ClaimError::Lost`] when another worker has the job.
pub fn fail(
    tx: &mut Tx<'_, '_>,
    claim: &Claim,
    trouble: &Trouble,
    attempts_max: i64,
    now: Timestamp,
) -> Result<State, ClaimError> {
    let given_up = trouble.is_final || claim.job.attempts >= attempts_max;
    let state = if given_up { State::Failed } else { State::Queued };
    let waited = now.saturating_add(wait(claim.job.attempts)).unwrap_or(Timestamp::MAX);
    let due_at = trouble.again_at.unwrap_or(waited);
    let error: String = trouble.said.en.chars().take(ERROR_CHARS_MAX).collect();
    let params = [
        claim.job.id.into(),
        claim.epoch.into(),
        state.as_str().into(),
        due_at.into(),
        error.into(),
        given_up.then_some(now).into(),
    ];
    held(tx.exec(&sql::FAIL, &params)?)?;
    Ok(state)
}

/// How long a job waits after its `attempts`-th failure.
pub fn wait(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or(0);
    (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT)
}

/// The newest jobs of a kind.
///
/// # Errors
/// When the database cannot be read.
pub fn list(tx: &mut Tx<'_, '_>, kind: &str, top: u32) -> Result<Vec<Job>, SqlError> {
    tx.rows(&sql::LIST, &[kind.into(), top.into()])?.iter().map(read).collect()
}

/// The job that was asked for under this key, while it is remembered.
///
/// # Errors
/// When the database cannot be read.
pub fn find(tx: &mut Tx<'_, '_>, kind: &str, dedupe_key: &str) -> Result<Option<Job>, SqlError> {
    tx.row(&sql::FIND, &[kind.into(), dedupe_key.into()])?.as_ref().map(read).transpose()
}

/// Deletes jobs that were finished before `before`; answers how many.
///
/// # Errors
/// When the database refuses.
pub fn forget(tx: &mut Tx<'_, '_>, before: Timestamp) -> Result<u64, SqlError> {
    tx.exec(&sql::FORGET, &[before.into()])
}

fn held(changed: u64) -> Result<(), ClaimError> {
    if changed == 1 { Ok(()) } else { Err(ClaimError::Lost) }
}

fn read(row: &Row) -> Result<Job, SqlError> {
    let other = |what: &str| SqlError::Other(format!("a job's {what} cannot be read"));
    let (payload, state): (String, String) = (row.get(3)?, row.get(4)?);
    Ok(Job {
        id: row.get(0)?,
        kind: row.get(1)?,
        dedupe_key: row.get(2)?,
        payload: serde_json::from_str(&payload).map_err(|_| other("payload"))?,
        state: State::read(&state).ok_or_else(|| other("state"))?,
        due_at: row.get(5)?,
        attempts: row.get(6)?,
        last_error: row.get(7)?,
        finished_at: row.get(8)?,
    })
}

#[cfg(test)]
mod tests;
