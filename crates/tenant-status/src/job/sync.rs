//! One synchronisation as a durable job: asked for with the change, run under a lease, tried again with a growing wait.

use jiff::{SignedDuration, Timestamp};
use jobs::{Assignment, NewJob, Trouble, Work};
use serde_json::json;
use store::{Row, Sql, SqlError, TenantId, Tx};
use uuid::Uuid;
use words::Words;

use crate::TenantStatus;
use crate::connector::instance::{self, Credential, CredentialState, Instance};
use crate::connector::keep;
use crate::connector::secret::{self, Purpose};
use crate::sql::connector as sql;
use crate::sync::{Asked, SyncError, Synced};

const KIND: &str = "connector.sync";
const LEASE: SignedDuration = SignedDuration::from_mins(5);
const ATTEMPTS_MAX: i64 = 3;
const MESSAGE_CHARS_MAX: usize = 1_000;

const RUN: Sql = Sql::tenant("select outcome from connector_run where tenant_id = $1 and id = $2");

/// The kind of work this is.
pub fn work(status: &TenantStatus) -> Work {
    let status = status.clone();
    Work::new(KIND, LEASE, ATTEMPTS_MAX, move |assignment| run(status.clone(), assignment))
}

/// Asks for a run: with the change that wants it. The caller keeps `instance`.
pub(crate) fn ask(
    tx: &mut Tx<'_, '_>,
    instance: &mut Instance,
    (run, by): (Uuid, &str),
    now: Timestamp,
) -> Result<(), SqlError> {
    instance.sync.running_since = Some(now);
    instance.sync.next_run_at = Some(next(instance, now));
    begin(tx, instance.id, (run, by), now)?;
    let job = NewJob {
        id: run,
        kind: KIND,
        dedupe_key: run.to_string(),
        payload: json!({ "instance": instance.id }),
        due_at: now,
    };
    jobs::enqueue(tx, &job, now).map(drop)
}

/// When it is done again by itself.
fn next(instance: &Instance, now: Timestamp) -> Timestamp {
    let own = instance.sync.kind.and_then(|kind| SignedDuration::try_from(kind.every()).ok());
    let every = instance.sync.every_seconds.map(SignedDuration::from_secs).or(own);
    now.saturating_add(every.unwrap_or(SignedDuration::from_hours(8))).unwrap_or(Timestamp::MAX)
}

fn begin(
    tx: &mut Tx<'_, '_>,
    instance: Uuid,
    (run, by): (Uuid, &str),
    now: Timestamp,
) -> Result<(), SqlError> {
    let none: Option<Timestamp> = None;
    let nothing: Option<String> = None;
    let params = [
        run.into(),
        instance.into(),
        by.into(),
        now.into(),
        none.into(),
        "running".into(),
        "".into(),
        nothing.clone().into(),
        nothing.into(),
        "{}".into(),
    ];
    tx.exec(&sql::INSERT_RUN, &params).map(drop)
}

/// What a worker begins with.
struct Begun {
    instance: Instance,
    run: Uuid,
    credential: Option<Vec<u8>>,
    /// There is one, and it cannot be opened.
    credential_is_lost: bool,
}

async fn run(status: TenantStatus, assignment: Assignment) -> Result<(), Trouble> {
    let tenant = assignment.tenant;
    let Some(begun) = start(&status, &assignment).await? else { return Ok(()) };
    let outcome = if begun.credential_is_lost {
        Err(SyncError { is_final: true, ..SyncError::new(lost()) })
    } else {
        synchronise(&status, tenant, &begun).await?
    };
    let trouble = outcome.as_ref().err().map(|error| trouble(error, status.world.clock.now()));
    finish(&status, tenant, (begun.instance.id, begun.run), outcome).await?;
    trouble.map_or(Ok(()), Err)
}

fn lost() -> Words {
    Words::new(
        "The credential cannot be opened: this server's key file is not the one it was sealed with. Upload it again, or \
         restore the key file.",
        "De referentie kan niet worden geopend: het sleutelbestand van deze server is niet dat waarmee ze is verzegeld. \
         Upload haar opnieuw of zet het sleutelbestand terug.",
        "Autentiseringsuppgiften kan inte öppnas: den här serverns nyckelfil är inte den som den förseglades med. Ladda \
         upp den igen eller återställ nyckelfilen.",
    )
}

async fn synchronise(
    status: &TenantStatus,
    tenant: TenantId,
    begun: &Begun,
) -> Result<Result<Synced, SyncError>, Trouble> {
    Ok(match begun.instance.sync.kind.and_then(|kind| status.syncs.of(kind).cloned()) {
        Some(sync) => sync.run(asked(status, tenant, begun)?).await,
        None => Err(SyncError::new(Words::new(
            "This server does not know how to synchronise this connector any more.",
            "Deze server weet niet meer hoe deze connector wordt gesynchroniseerd.",
            "Den här servern vet inte längre hur den här anslutningen synkroniseras.",
        ))),
    })
}

fn trouble(error: &SyncError, now: Timestamp) -> Trouble {
    match error.retry_after {
        _ if error.is_final => Trouble::lasting(error.said.clone()),
        Some(wait) => Trouble::until(error.said.clone(), now.saturating_add(wait).unwrap_or(Timestamp::MAX)),
        None => Trouble::passing(error.said.clone()),
    }
}

/// Finds what to do. None when the connector is gone, disabled, or another run has it.
async fn start(status: &TenantStatus, assignment: &Assignment) -> Result<Option<Begun>, Trouble> {
    let payload = assignment.job.payload["instance"].as_str().and_then(|id| Uuid::try_parse(id).ok());
    let Some(id) = payload else { return Err(Trouble::lasting("the job names no connector")) };
    let (inner, job) = (status.clone(), assignment.job.id);
    let begun = status.store.write(assignment.tenant, move |tx| {
        let now = inner.world.clock.now();
        let Some(mut instance) = instance::locked(tx, id)?.filter(|instance| instance.is_enabled) else {
            return Ok::<_, SqlError>(None);
        };
        let outcome = tx.row(&RUN, &[job.into()])?.map(|row: Row| row.get::<String>(0)).transpose()?;
        let run = if outcome.as_deref() == Some("running") {
            job
        } else {
            // A try after a failed one is a run of its own, if no other has begun in between.
            if instance.is_running(now) {
                return Ok(None);
            }
            let run = inner.world.ids.guid();
            begin(tx, id, (run, "retry"), now)?;
            run
        };
        instance.sync.running_since = Some(now);
        instance.update(tx)?;
        keep::bump(tx)?;
        let kept = secret::find(tx, &*inner.seal, id, Purpose::Credential)?;
        let credential_is_lost = kept.as_ref().is_some_and(|kept| kept.secret.is_none());
        Ok(Some(Begun { instance, run, credential: kept.and_then(|kept| kept.secret), credential_is_lost }))
    });
    let begun = begun.await?;
    status.changes.tell(assignment.tenant);
    Ok(begun)
}

fn asked(status: &TenantStatus, tenant: TenantId, begun: &Begun) -> Result<Asked, Trouble> {
    let ty = crate::catalogue::of_family(&begun.instance.family).next();
    let ty =
        ty.ok_or_else(|| Trouble::lasting("the connector is of a kind that this version does not know"))?;
    Ok(Asked {
        tenant,
        instance: begun.instance.id,
        family: ty.family,
        settings: begun.instance.settings.clone(),
        credential: begun.credential.clone(),
        cursor: begun.instance.sync.cursor.clone(),
        now: status.world.clock.now(),
    })
}

/// Writes down how it went; the health that follows is judged and told.
async fn finish(
    status: &TenantStatus,
    tenant: TenantId,
    (id, run): (Uuid, Uuid),
    outcome: Result<Synced, SyncError>,
) -> Result<(), Trouble> {
    let inner = status.clone();
    let written = status.store.write(tenant, move |tx| {
        let now = inner.world.clock.now();
        let (word, message, counts) = match &outcome {
            Ok(synced) => ("succeeded", &synced.message, synced.counts.clone()),
            Err(error) => ("failed", &error.said, json!({})),
        };
        let counts = if counts.is_object() { counts.to_string() } else { "{}".to_owned() };
        let [en, nl, sv] = message.map(shortened).columns();
        let params = [run.into(), now.into(), word.into(), en.into(), nl.into(), sv.into(), counts.into()];
        tx.exec(&sql::FINISH_RUN, &params)?;
        let Some(mut instance) = instance::locked(tx, id)? else { return Ok::<_, SqlError>(()) };
        learn(&mut instance, outcome, now);
        instance.update(tx)?;
        keep::record(tx, &inner.world, &instance, now)?;
        keep::bump(tx)
    });
    written.await?;
    status.changes.tell(tenant);
    Ok(())
}

/// What an outcome changes.
fn learn(instance: &mut Instance, outcome: Result<Synced, SyncError>, now: Timestamp) {
    let sync = &mut instance.sync;
    sync.running_since = None;
    sync.last_attempt_at = Some(now);
    match outcome {
        Ok(synced) => {
            sync.last_success_at = Some(now);
            sync.last_error = None;
            sync.next_expected_at = None;
            sync.cursor = synced.cursor.or(sync.cursor.take());
            if let Some(seen) = synced.credential {
                instance.credential = Credential {
                    state: CredentialState::Readable,
                    facts: seen.facts,
                    valid_from: seen.valid_from,
                    expires_at: seen.expires_at,
                    at: Some(now),
                };
            }
        }
        Err(error) => sync.last_error = Some(error.said.map(shortened)),
    }
}

pub(crate) fn shortened(message: &str) -> String {
    message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MESSAGE_CHARS_MAX).collect()
}
