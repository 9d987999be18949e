//! What the warehouse page shows: the feed's addresses, the last day, and every table.

use std::collections::BTreeMap;

use ::model::Version;
use ::model::explorer::{ExplorerColumn, columns};
use api::{Failure, Permitted};
use axum::Json;
use jiff::civil::Date;
use lake::{At, Lake, Snapshot, SnapshotError};
use schemars::JsonSchema;
use serde::Serialize;
use store::TenantId;

use super::feed::root_path;
use super::relocate::{self, Move};
use crate::Warehouse;
use crate::feed::Root;
use crate::job::midnight::{REFRESH, last_day};
use crate::retention::Plan;

/// The warehouse as the page shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Warehouse")]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Address of the feed, version in the query.
    pub feed_url: String,
    /// The same in beta.
    pub feed_url_beta: String,
    /// Address of the feed, version in the path.
    pub path_root: String,
    /// The same in beta.
    pub path_root_beta: String,
    /// The extended model, with navigation properties.
    pub path_root_extended: String,
    /// The last published day; null before the first.
    pub last_snapshot: Option<LastSnapshot>,
    /// Where it was moved last; null if it never was.
    pub moved: Option<Move>,
    /// What DuckDB attaches on the server itself; null when the catalogue is in PostgreSQL.
    pub duckdb_attach: Option<String>,
    /// Every table, with the columns of beta.
    #[schemars(with = "Vec<serde_json::Value>")]
    pub tables: Vec<TableView>,
}

/// The last published day.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastSnapshot {
    /// yyyymmdd.
    pub date_key: i32,
    /// When it was published.
    pub published_date_time: String,
    /// The lake's number of it.
    pub snapshot_id: i64,
}

/// One table.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableView {
    /// Name of the entity set.
    pub name: &'static str,
    /// dimension, fact or enumeration.
    pub kind: &'static str,
    /// Rows now.
    pub rows: u64,
    /// Bytes of its files.
    pub size_bytes: u64,
    /// Days kept; null means always.
    pub retention_days: Option<u16>,
    /// One or two sentences.
    pub description: &'static str,
    /// The versions that show it.
    pub versions: Vec<&'static str>,
    /// The first and the last day that has rows, yyyymmdd; null for tables that are not dated.
    pub oldest_date_key: Option<i64>,
    pub newest_date_key: Option<i64>,
    /// Its columns, in all versions.
    pub columns: Vec<ExplorerColumn>,
    /// The names of those that each version shows.
    pub columns_by_version: BTreeMap<&'static str, Vec<&'static str>>,
}

/// Gives the view.
pub async fn handle(warehouse: Warehouse, permitted: Permitted) -> Result<Json<View>, Failure> {
    let tenant = permitted.tenant();
    let read = tokio::task::spawn_blocking(move || view(&warehouse, tenant));
    Ok(Json(read.await.map_err(|error| Failure::internal(&error))??))
}

fn view(warehouse: &Warehouse, tenant: TenantId) -> Result<View, Failure> {
    let lake = warehouse.lakes.of(tenant).map_err(|error| Failure::internal(&error))?;
    let plan = warehouse.retention(tenant)?;
    let moved = warehouse.store.read_blocking(tenant, relocate::moves)?.into_iter().next();
    let origin = &warehouse.config.origin;
    let feed =
        |version: Version| format!("{origin}{}?api-version={}", root_path(Root::Query), version.as_str());
    let path = |version| format!("{origin}{}/", root_path(Root::Path(version)));
    Ok(View {
        feed_url: feed(Version::V1),
        feed_url_beta: feed(Version::Beta),
        path_root: path(Version::V1),
        path_root_beta: path(Version::Beta),
        path_root_extended: path(Version::Extended),
        last_snapshot: last_snapshot(&lake)?,
        moved,
        duckdb_attach: warehouse.lakes.duckdb_attach(tenant),
        tables: tables(&plan, warehouse.today(), &lake).map_err(|error| Failure::internal(&error))?,
    })
}

/// The last day, as it was published last.
fn last_snapshot(lake: &Lake) -> Result<Option<LastSnapshot>, Failure> {
    let days = [last_day(lake)?, lake.last_publication(REFRESH)?];
    let last = days.into_iter().flatten().max_by_key(|publication| publication.snapshot);
    Ok(last.map(|last| LastSnapshot {
        date_key: last.key.date_key,
        published_date_time: last.published_at.to_string(),
        snapshot_id: last.snapshot.0,
    }))
}

fn tables(plan: &Plan, today: Date, lake: &Lake) -> Result<Vec<TableView>, SnapshotError> {
    let latest = lake.snapshot(&At::Latest)?;
    let sizes = lake.table_sizes(&latest)?;
    let view = |table: &&'static ::model::Table| {
        let (oldest_date_key, newest_date_key) = days(table, lake, &latest)?;
        let shown = Version::ALL.into_iter().filter(|version| table.shown.in_version(*version));
        let names = |version| table.shown_columns(version).map(|(_, column)| column.name).collect();
        let size = sizes.iter().find(|size| size.table == table.name);
        Ok(TableView {
            versions: shown.clone().map(Version::as_str).collect(),
            oldest_date_key,
            newest_date_key,
            columns_by_version: shown.map(|version| (version.as_str(), names(version))).collect(),
            name: table.name,
            kind: table.kind.as_str(),
            rows: size.map_or(0, |size| size.rows),
            size_bytes: size.map_or(0, |size| size.bytes),
            retention_days: Some(plan.kept(table, today).days()).filter(|days| *days > 0),
            description: table.doc,
            columns: columns(table, Version::Extended),
        })
    };
    ::model::tables().iter().map(view).collect()
}

/// The first and the last day of a dated table.
fn days(
    table: &::model::Table,
    lake: &Lake,
    latest: &Snapshot,
) -> Result<(Option<i64>, Option<i64>), SnapshotError> {
    if !table.is_dated() {
        return Ok((None, None));
    }
    let files = match lake.files(latest, table.name, None) {
        Err(SnapshotError::UnknownTable(_)) => Vec::new(),
        files => files?,
    };
    let days = || files.iter().filter(|file| file.rows > 0).filter_map(|file| file.partition);
    Ok((days().min(), days().max()))
}
