//! The midnight job: one consistent image of the tenant becomes the warehouse's state of a day.
//!
//! A day is published once, all tables together, under a lease whose epoch the publish checks. Running a day again
//! changes nothing; [`Mode::Refresh`] computes it anew from the state before it and a new image, keeping every key it
//! has published. Days on which the job did not run are not invented. A read that is implausibly small stops the day:
//! taking half the tenant for deleted is worse than a missing day. Memory does not grow with the tenant, but for one
//! number per user.

mod current;
mod declared;
mod passes;
mod spared;

#[cfg(test)]
mod tests;

use ::model::Table;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use lake::{
    At, Attempt, DataFile, EnsureError, GarbageError, Keep, Lake, Lease, LeaseError, Old, Publication,
    Publish, PublishError, PublishKey, Replace, Snapshot, SnapshotError, SnapshotId, WriteError,
};
use store::SqlError;

use super::alone::alone;
use crate::files;
use crate::lifetime::{LEAST_SHARE_PERCENT, date_key, midnight_micros, plausible};
use crate::merge::{Day, MergeError};
use crate::model::{Device, User};
use crate::parts;
use crate::retention::Plan;
use passes::Passes;

pub(crate) use spared::Spared;

/// The kind of publish that makes a day.
pub const DAY: &str = "day";
/// The kind of publish that makes a day anew.
pub const REFRESH: &str = "refresh";
/// Older snapshots are forgotten; long enough to refresh a day from the one before it.
const SNAPSHOTS_KEPT: SignedDuration = SignedDuration::from_hours(48);
const SNAPSHOTS_AT_LEAST: usize = 4;
/// Files no snapshot needs are removed after this, which is longer than any download takes.
pub const FILE_GRACE: SignedDuration = SignedDuration::from_hours(24);

/// One consistent picture of a tenant, each part in rising order of id (by bytes).
pub trait Image {
    /// Every licensed user.
    fn users(&mut self, take: &mut dyn FnMut(&User<'_>) -> Result<(), MergeError>) -> Result<(), ImageError>;
    /// Every enrolled device.
    fn devices(
        &mut self,
        take: &mut dyn FnMut(&Device<'_>) -> Result<(), MergeError>,
    ) -> Result<(), ImageError>;
}

/// Why an image could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// What was read does not fit what is known.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The operational store failed.
    #[error("the operational store could not be read: {0}")]
    Store(#[from] SqlError),
}

/// What to do when the day was published before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing.
    Once,
    /// Compute it anew.
    Refresh,
}

/// One run of the job.
#[derive(Clone, Debug)]
pub struct Run {
    /// The day, whose state is that of 00:00 UTC or, when refreshed, of now.
    pub day: Date,
    /// The instant of the run, the same for every row.
    pub now: Timestamp,
    /// What to do when the day was published before.
    pub mode: Mode,
    /// Whether to believe a read that is implausibly small.
    pub force: bool,
    /// A read with fewer rows than this share of those known is refused.
    pub least_share_percent: u64,
    /// Who holds the lease; one name per server.
    pub holder: String,
    /// How long facts are kept.
    pub retention: Plan,
    /// Rows of a part of a large table, at least; [`parts::PART_ROWS`] unless there is a reason.
    pub part_rows: u64,
}

impl Run {
    /// A run for the day of `now`.
    pub fn today(now: Timestamp, mode: Mode, holder: &str) -> Self {
        let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let holder = holder.to_owned();
        let (force, retention, part_rows) = (false, Plan::default(), parts::PART_ROWS);
        let least_share_percent = LEAST_SHARE_PERCENT;
        Self { day, now, mode, force, least_share_percent, holder, retention, part_rows }
    }
}

/// What a run did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The day is published.
    Published(Report),
    /// The day was published before; nothing changed.
    AlreadyPublished(SnapshotId),
}

/// A published day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// The lake's snapshot.
    pub snapshot: SnapshotId,
    /// yyyymmdd.
    pub date_key: i32,
    /// Enrolled devices.
    pub devices: u64,
    /// Licensed users.
    pub users: u64,
    /// Whether the day had been published before.
    pub refreshed: bool,
}

/// Why a day was not published. What was published before stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum MidnightError {
    /// The read cannot be complete.
    #[error(
        "the snapshot of {day} was not published: {seen} {what} were read where {known} were known, fewer than \
         {percent} %. If that is right, run it again with force"
    )]
    Implausible {
        /// The day.
        day: Date,
        /// Devices or users.
        what: &'static str,
        /// Rows read.
        seen: u64,
        /// Rows known the day before.
        known: u64,
        /// The least share.
        percent: u64,
    },
    /// A later day is published; the past is not rewritten.
    #[error(
        "the snapshot of {day} was not published: {last} is published already, and days in the past are not invented"
    )]
    Past {
        /// The day.
        day: Date,
        /// dateKey of the last day.
        last: i32,
    },
    /// Another server is making a snapshot.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The image could not be read.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The tenant's lake could not be opened.
    #[error(transparent)]
    Open(#[from] lake::OpenError),
    /// The lake's tables are not what this version of the program needs.
    #[error(transparent)]
    Tables(#[from] EnsureError),
    /// The state before the day could not be read.
    #[error("the state before the day cannot be read: {0}")]
    Before(#[from] SnapshotError),
    /// A new file could not be started.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The publish was refused.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The lake's catalogue failed.
    #[error("the lake's catalogue could not be read or written: {0}")]
    Catalogue(#[from] SqlError),
    /// Old files could not be removed; the day is published.
    #[error("the day is published, but old files could not be removed: {0}")]
    Garbage(#[from] GarbageError),
}

impl From<MergeError> for MidnightError {
    fn from(error: MergeError) -> Self {
        Self::Image(ImageError::Merge(error))
    }
}

/// The newest day of `lake`.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn last_day(lake: &Lake) -> Result<Option<Publication>, SqlError> {
    lake.last_publication(DAY)
}

/// Runs the job. It blocks: call it from a thread that may wait. `read` gives the image to its argument, once.
///
/// # Errors
/// See [`MidnightError`]; then nothing was published, except where the variant says so.
pub fn run<R>(lake: &Lake, run: &Run, read: R) -> Result<Outcome, MidnightError>
where
    R: FnOnce(&mut dyn FnMut(&mut dyn Image) -> Result<(), ImageError>) -> Result<(), ImageError>,
{
    let specs: Vec<_> = model::tables().iter().map(|table| files::spec(table)).collect();
    lake.ensure_tables(&specs)?;
    let date_key = date_key(run.day);
    let day_key = PublishKey { kind: DAY.to_owned(), date_key };
    let earlier = lake.publication(&day_key)?;
    if let (Some(earlier), Mode::Once) = (&earlier, run.mode) {
        return Ok(Outcome::AlreadyPublished(earlier.snapshot));
    }
    if let Some(last) = last_day(lake)?
        && last.key.date_key > date_key
    {
        return Err(MidnightError::Past { day: run.day, last: last.key.date_key });
    }
    let make = |lease: &Lease| make_and_publish(lake, run, lease, day_key, earlier.is_some(), read);
    let outcome = alone(lake, &run.holder, make)?;
    if earlier.is_none() {
        tidy(lake, run.now)?;
    }
    Ok(outcome)
}

fn make_and_publish<R>(
    lake: &Lake,
    run: &Run,
    lease: &Lease,
    day_key: PublishKey,
    refresh: bool,
    read: R,
) -> Result<Outcome, MidnightError>
where
    R: FnOnce(&mut dyn FnMut(&mut dyn Image) -> Result<(), ImageError>) -> Result<(), ImageError>,
{
    let date_key = day_key.date_key;
    let latest = lake.snapshot(&At::Latest)?;
    let base = if refresh { lake.snapshot(&At::Before(day_key.clone()))? } else { latest };
    let part_rows = run.part_rows;
    let work = Work { lake, attempt: lake.attempt(), base, latest, refresh, part_rows };
    let (Passes { devices: (devices, _), users: (users, _), .. }, replace) =
        work.make(run, date_key, read)?;
    let key = if refresh { PublishKey { kind: REFRESH.to_owned(), date_key } } else { day_key };
    let force = run.force;
    let info = serde_json::json!({"dateKey": date_key, "devices": devices, "users": users, "force": force});
    let info = info.to_string();
    match lake.publish(Publish {
        key,
        lease: lease.clone(),
        replace,
        info,
        supersede: refresh,
        begin_anew: false,
    }) {
        Err(PublishError::AlreadyPublished(snapshot)) => Ok(Outcome::AlreadyPublished(snapshot)),
        Err(error) => Err(error.into()),
        Ok(snapshot) => {
            Ok(Outcome::Published(Report { snapshot, date_key, devices, users, refreshed: refresh }))
        }
    }
}

/// Forgets old snapshots and removes files nothing needs. Not after a refresh, which needs the day before.
fn tidy(lake: &Lake, now: Timestamp) -> Result<(), MidnightError> {
    let newer_than = now.checked_sub(SNAPSHOTS_KEPT).unwrap_or(Timestamp::MIN);
    lake.expire(Keep { newer_than, at_least: SNAPSHOTS_AT_LEAST })?;
    lake.collect_garbage(FILE_GRACE)?;
    Ok(())
}

/// What one run works with.
struct Work<'a> {
    lake: &'a Lake,
    attempt: Attempt,
    /// The state before the day.
    base: Snapshot,
    /// What readers see now.
    latest: Snapshot,
    refresh: bool,
    part_rows: u64,
}

impl Work<'_> {
    /// Writes all new files; they belong to nothing yet.
    fn make<R>(&self, run: &Run, date_key: i32, read: R) -> Result<(Passes, Vec<Replace>), MidnightError>
    where
        R: FnOnce(&mut dyn FnMut(&mut dyn Image) -> Result<(), ImageError>) -> Result<(), ImageError>,
    {
        let day = Day { midnight: midnight_micros(run.day), now: run.now.as_microsecond() };
        let mut passes = Err(None);
        read(&mut |image| {
            passes = passes::run(self, day, date_key, image).map_err(Some);
            Ok(())
        })?;
        let mut passes = match passes {
            Ok(passes) => passes,
            Err(Some(error)) => return Err(error),
            Err(None) => return Err(MergeError::Files("the image was not read".into()).into()),
        };
        for (what, (seen, known)) in [("devices", passes.devices), ("users", passes.users)] {
            if !run.force && !plausible(seen, known, run.least_share_percent) {
                let percent = run.least_share_percent;
                return Err(MidnightError::Implausible { day: run.day, what, seen, known, percent });
            }
        }
        let mut replace = std::mem::take(&mut passes.replace);
        replace.extend(declared::dates(self, run.day)?);
        replace.extend(declared::enumerations(self)?);
        replace.extend(retired(run));
        Ok((passes, replace))
    }

    /// The files of a table; none if the table is newer than the snapshot.
    fn files(&self, at: &Snapshot, table: &Table) -> Result<Vec<DataFile>, SnapshotError> {
        match self.lake.files(at, table.name, None) {
            Err(SnapshotError::UnknownTable(_)) => Ok(Vec::new()),
            files => files,
        }
    }
}

/// The partitions past their retention go.
fn retired(run: &Run) -> impl Iterator<Item = Replace> + '_ {
    model::tables().iter().filter(|table| table.is_dated()).filter_map(move |table| {
        let oldest = run.retention.kept(table, run.day).oldest(run.day)?;
        let old = Old::PartitionsBefore(date_key(oldest).into());
        Some(Replace { table: table.name.to_owned(), old, files: Vec::new() })
    })
}
