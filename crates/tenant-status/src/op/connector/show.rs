//! One instance: why it is as it is, its history and its runs.

use api::{Failure, Permitted, Reader, id_in_path};
use axum::Json;
use axum::extract::Path;
use store::{Row, SqlError, Tx};
use uuid::Uuid;
use words::{Language, Words};

use super::page::timeline;
use super::{may_write, missing, type_in_path};
use crate::connector::instance;
use crate::sql::connector as sql;
use crate::view::{self, InstancePage, SyncRun};
use crate::{TenantStatus, brought};

const RUNS_SHOWN: i64 = 50;

pub async fn handle(
    status: TenantStatus,
    permitted: Permitted,
    Reader(language): Reader,
    Path((key, id)): Path<(String, String)>,
) -> Result<Json<InstancePage>, Failure> {
    let (ty, id) = (type_in_path(&key)?, id_in_path(&id)?);
    let now = status.world.clock.now();
    let read = status.store.read(permitted.tenant(), move |tx| {
        let found = instance::one(tx, id)?.filter(|found| found.family == ty.family);
        let found = found.ok_or_else(|| missing(ty, id))?;
        let timeline = timeline(tx, ty.key, &id.to_string(), now)?;
        let brought = brought::of(tx, id)?;
        Ok::<_, Failure>((found, timeline, runs(tx, id, language)?, brought))
    });
    let (found, timeline, runs, brought) = read.await?;
    let instance = view::instance(ty, &found, (now, language));
    Ok(Json(InstancePage { instance, timeline, runs, brought, may_write: may_write(&permitted, ty) }))
}

fn runs(tx: &mut Tx<'_, '_>, id: Uuid, language: Language) -> Result<Vec<SyncRun>, SqlError> {
    tx.rows(&sql::RUNS, &[id.into(), RUNS_SHOWN.into()])?.iter().map(|row| run(row, language)).collect()
}

fn run(row: &Row, language: Language) -> Result<SyncRun, SqlError> {
    let counts: String = row.get(8)?;
    let message = Words::of_columns([row.get(5)?, row.get(6)?, row.get(7)?]);
    Ok(SyncRun {
        id: row.get(0)?,
        requested_by: row.get(1)?,
        started_date_time: row.get(2)?,
        finished_date_time: row.get(3)?,
        outcome: row.get(4)?,
        message: message.map(|message| message.into_language(language)).unwrap_or_default(),
        counts: serde_json::from_str(&counts).unwrap_or_default(),
    })
}
