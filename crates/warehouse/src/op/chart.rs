//! The data behind the trend charts as CSV, to keep before the warehouse moves (seed, "Back up your trend charts").

use ::model::{Shown, Table};
use api::{Failure, Permitted, Route};
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header;
use lake::{At, DataFile, Lake, SnapshotError};
use policy::Need;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::files::TableRows;
use crate::merge::{MergeError, Rows as _};
use crate::{Warehouse, csv};

/// Chunks between the thread that reads and the connection.
const QUEUE_CHUNKS: usize = 4;
const CHUNK_BYTES: usize = 64 * 1024;

/// A chart's name in the address, and the table it is drawn from.
const CHARTS: [(&str, &str); 8] = [
    ("termsAcceptance", "userTermsAndConditionsAcceptances"),
    ("appProtection", "mamCheckins"),
    ("appProtectionInstances", "mamApplicationInstances"),
    ("configurationDevices", "deviceConfigurationProfileDeviceActivities"),
    ("configurationUsers", "deviceConfigurationProfileUserActivities"),
    ("compliance", "compliancePolicyStatusDeviceActivities"),
    ("enrollment", "enrollmentActivities"),
    ("enrollmentFailures", "enrollmentFailureReasons"),
];

/// The routes.
pub(crate) fn routes(warehouse: &Warehouse) -> Vec<Route> {
    let export = {
        let warehouse = warehouse.clone();
        move |permitted, path| export(warehouse, permitted, path)
    };
    let list = || async { axum::Json(list()) };
    vec![
        Route::get(
            "/api/warehouse/charts",
            Need::DATA_WAREHOUSE,
            "List the charts that can be kept as CSV",
            list,
        )
        .answers::<Charts>(200),
        Route::get(
            "/api/warehouse/charts/{chart}",
            Need::DATA_WAREHOUSE,
            "Download the data of a chart as CSV",
            export,
        )
        .answers_plain(200),
    ]
}

/// What can be downloaded.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WarehouseCharts")]
pub struct Charts {
    /// The charts.
    pub value: Vec<Chart>,
}

/// One chart.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WarehouseChart")]
pub struct Chart {
    /// Its name in the address.
    pub name: &'static str,
    /// The table it is drawn from.
    pub table: &'static str,
    /// Where it is downloaded.
    pub href: String,
}

fn list() -> Charts {
    let chart = |(name, table)| Chart { name, table, href: format!("/api/warehouse/charts/{name}") };
    Charts { value: CHARTS.into_iter().map(chart).collect() }
}

/// Streams one chart's table.
pub async fn export(
    warehouse: Warehouse,
    permitted: Permitted,
    Path(chart): Path<String>,
) -> Result<Response, Failure> {
    let table = table_of(&chart)?;
    let tenant = permitted.tenant();
    let open = move || {
        let lake = warehouse.lakes.of(tenant).map_err(|error| Failure::internal(&error))?;
        let files = files(&lake, table).map_err(|error| Failure::internal(&error))?;
        Ok::<_, Failure>((lake, files))
    };
    let opened = tokio::task::spawn_blocking(open).await.map_err(|error| Failure::internal(&error))?;
    let (lake, files) = opened?;
    let (sender, receiver) = mpsc::channel::<Result<Bytes, MergeError>>(QUEUE_CHUNKS);
    tokio::task::spawn_blocking(move || {
        let sent = write(&lake, table, files, &mut |chunk| sender.blocking_send(Ok(chunk)).is_ok());
        if let Err(error) = sent {
            tracing::error!(%error, "the download of a chart broke off");
            // Nobody hears it if the client is gone too.
            drop(sender.blocking_send(Err(error)));
        }
    });
    let body = Body::from_stream(stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    }));
    let disposition = format!("attachment; filename=\"{chart}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, body).into_response())
}

fn table_of(chart: &str) -> Result<&'static Table, Failure> {
    let found = CHARTS.iter().find(|(name, _)| *name == chart).and_then(|(_, table)| model::table(table));
    found.ok_or_else(|| {
        let names: Vec<_> = CHARTS.iter().map(|(name, _)| *name).collect();
        Failure::not_found(format!("There is no chart {chart}; there are {}.", names.join(", ")))
    })
}

fn files(lake: &Lake, table: &Table) -> Result<Vec<DataFile>, SnapshotError> {
    let latest = lake.snapshot(&At::Latest)?;
    match lake.files(&latest, table.name, None) {
        Err(SnapshotError::UnknownTable(_)) => Ok(Vec::new()),
        files => files,
    }
}

/// The columns that anybody is shown, row by row, until nobody reads any more.
fn write(
    lake: &Lake,
    table: &'static Table,
    files: Vec<DataFile>,
    emit: &mut dyn FnMut(Bytes) -> bool,
) -> Result<(), MergeError> {
    let shown = table.columns.iter().filter(|column| column.shown != Shown::Never);
    let names: Vec<_> = shown.map(|column| column.name).collect();
    let mut text = Vec::new();
    csv::header(&mut text, &names);
    let mut rows = TableRows::open_columns(lake, names.clone(), files)?;
    while !rows.is_done() {
        csv::row(&mut text, (0..names.len()).map(|at| rows.cell(at)));
        if text.len() >= CHUNK_BYTES && !emit(std::mem::take(&mut text).into()) {
            return Ok(());
        }
        rows.advance()?;
    }
    emit(text.into());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chart_has_its_table() {
        for (name, table) in CHARTS {
            assert_eq!(table_of(name).ok().map(|found| found.name), Some(table), "{name}");
        }
        assert!(table_of("devices").is_err());
    }
}
