//! Takes over issues and messages of another service: what has changed since the last time, as a durable job.

mod keep;

use jiff::{SignedDuration, Timestamp};
use jobs::{Assignment, NewJob, Trouble, Work};
use notify::Words;
use serde_json::json;
use store::{SqlError, TenantId, Tx};
use uuid::Uuid;

use crate::import::client::{Connection, Pages, Talk};
use crate::import::{TheirIssue, TheirMessage};
use crate::issue::Hand;
use crate::{ServiceAnnouncement, sql};

/// The kind of job.
pub const KIND: &str = "service-announcement.import";
const LEASE: SignedDuration = SignedDuration::from_mins(5);
const ATTEMPTS_MAX: i64 = 5;
/// How often a service is asked.
const EVERY: SignedDuration = SignedDuration::from_mins(15);
const ERROR_CHARS_MAX: usize = 1_000;

/// The work itself.
pub fn work(feature: &ServiceAnnouncement) -> Work {
    let feature = feature.clone();
    Work::new(KIND, LEASE, ATTEMPTS_MAX, move |assignment: Assignment| {
        let feature = feature.clone();
        async move { run(&feature, assignment).await }
    })
}

/// Asks for an import of every source that has not been asked for a while.
///
/// # Errors
/// When the database refuses.
pub async fn ask_due(feature: &ServiceAnnouncement, tenant: TenantId) -> Result<(), SqlError> {
    let (ids, now) = (feature.world.ids.clone(), feature.world.clock.now());
    let written = feature.store.write(tenant, move |tx| {
        for row in tx.rows(&sql::DUE_SOURCES, &[(now - EVERY).into()])? {
            let source = row.get(0)?;
            if !is_busy(tx, source)? {
                ask(tx, source, ids.guid(), now)?;
            }
        }
        Ok(())
    });
    written.await
}

/// Does not wait with an import that is to be tried again. Answers whether there is one.
pub(crate) fn hasten(tx: &mut Tx<'_, '_>, source: Uuid, now: Timestamp) -> Result<bool, SqlError> {
    let params = [KIND.into(), source.to_string().into(), now.into()];
    Ok(tx.exec(&sql::HASTEN_SOURCE, &params)? > 0)
}

/// Whether an import of the source waits or runs.
pub(crate) fn is_busy(tx: &mut Tx<'_, '_>, source: Uuid) -> Result<bool, SqlError> {
    Ok(tx.row(&sql::SOURCE_BUSY, &[KIND.into(), source.to_string().into()])?.is_some())
}

/// Asks for one import, now.
pub(crate) fn ask(tx: &mut Tx<'_, '_>, source: Uuid, id: Uuid, now: Timestamp) -> Result<(), SqlError> {
    let dedupe_key = format!("{source}/{}", now.as_microsecond());
    let job = NewJob { id, kind: KIND, dedupe_key, payload: json!({ "sourceId": source }), due_at: now };
    jobs::enqueue(tx, &job, now)?;
    tx.exec(&sql::ASK_SOURCE, &[source.into(), now.into()]).map(drop)
}

/// What was taken over until when.
#[derive(Clone, Copy, Debug)]
struct Until {
    issues: Option<Timestamp>,
    messages: Option<Timestamp>,
}

async fn run(feature: &ServiceAnnouncement, assignment: Assignment) -> Result<(), Trouble> {
    let (tenant, payload) = (assignment.tenant, &assignment.job.payload);
    let id = payload["sourceId"].as_str().and_then(|id| Uuid::try_parse(id).ok());
    let id = id.ok_or_else(|| Trouble::lasting("The job names no source."))?;
    // A source that was deleted or switched off meanwhile needs nothing.
    let outcome = match load(feature, tenant, id).await {
        Ok(None) => return Ok(()),
        Ok(Some((connection, until))) => import(feature, tenant, &connection, until).await,
        Err(trouble) => Err(trouble),
    };
    let now = feature.world.clock.now();
    let told = outcome.clone();
    let written = feature.store.write(tenant, move |tx| match told {
        Ok(until) => {
            let params = [id.into(), until.issues.into(), until.messages.into(), now.into()];
            tx.exec(&sql::SOURCE_DONE, &params).map(drop)
        }
        Err(trouble) => {
            let said = trouble.said.map(|text| text.chars().take(ERROR_CHARS_MAX).collect());
            let [en, nl, sv] = said.columns();
            tx.exec(&sql::SOURCE_FAILED, &[id.into(), en.into(), nl.into(), sv.into()]).map(drop)
        }
    });
    written.await?;
    outcome.map(drop)
}

async fn load(
    feature: &ServiceAnnouncement,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<(Connection, Until)>, Trouble> {
    let row = feature.store.read(tenant, move |tx| tx.row(&sql::FIND_SOURCE, &[id.into()]));
    let Some(row) = row.await? else { return Ok(None) };
    if !row.get::<bool>(8)? {
        return Ok(None);
    }
    let secret = feature.seal.unseal(&secret_name(id), &row.get::<Vec<u8>>(5)?);
    let secret = secret.and_then(|secret| String::from_utf8(secret).ok());
    let connection = Connection {
        id,
        display_name: row.get(0)?,
        service_url: row.get(1)?,
        token_url: row.get(2)?,
        client_id: row.get(3)?,
        scope: row.get(4)?,
        secret: secret.ok_or_else(|| {
            Trouble::lasting(Words::new(
                "The secret cannot be opened with this server's key; give the connection its secret again.",
                "Het geheim kan niet worden geopend met de sleutel van deze server; geef de verbinding haar geheim opnieuw.",
                "Hemligheten kan inte öppnas med den här serverns nyckel; ge anslutningen dess hemlighet igen.",
            ))
        })?,
    };
    Ok(Some((connection, Until { issues: row.get(6)?, messages: row.get(7)? })))
}

/// What a source's secret is sealed under.
pub(crate) fn secret_name(source: Uuid) -> String {
    format!("announcement source {source}")
}

async fn import(
    feature: &ServiceAnnouncement,
    tenant: TenantId,
    to: &Connection,
    until: Until,
) -> Result<Until, Trouble> {
    let mut talk = Talk::begin(&feature.client, to, feature.world.clock.now()).await?;
    let mut until = until;
    let mut pages = Pages::begin(to, "issues", until.issues)?;
    while let Some(page) = talk.page::<TheirIssue>(&mut pages).await? {
        let newest = page.iter().map(|issue| issue.last_modified_date_time).max();
        until.issues = until.issues.max(newest);
        let source = to.id;
        let hand = Hand::of_system(&feature.world, "import");
        feature.store.write(tenant, move |tx| keep::issues(tx, &hand, source, page)).await?;
    }
    let mut pages = Pages::begin(to, "messages", until.messages)?;
    while let Some(page) = talk.page::<TheirMessage>(&mut pages).await? {
        let newest = page.iter().map(|message| message.last_modified_date_time).max();
        until.messages = until.messages.max(newest);
        let source = to.id;
        let hand = Hand::of_system(&feature.world, "import");
        feature.store.write(tenant, move |tx| keep::messages(tx, &hand, source, page)).await?;
    }
    if let Some(ahead) = talk.ahead {
        feature.watch.heard(feature.world.clock.now(), ahead);
    }
    Ok(until)
}
