//! The SQL explorer: one `SELECT` over the tables as they are now.
//!
//! It reads and nothing else: the statement is planned against this tenant's tables alone, and its time, memory and rows
//! are limited. Every query is in the audit record, whether it was answered or not.

use std::sync::Arc;

use ::model::Version;
use api::{Body, Code, Failure, Permitted, Route};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field as ArrowField, Schema, TimeUnit};
use audit::{Category, Event, Resource};
use axum::response::{IntoResponse, Response};
use datafusion::arrow::compute::cast;
use http::header;
use lake::At;
use lake::engine::{Answer, Engine, EngineError, Place};
use odata::edm::EdmType;
use policy::{Need, action};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{SqlError, TenantId};

use crate::Warehouse;
use crate::encode::{Field, Level, RowFormat, RowWriter};

/// Rows unless the caller asks for another number.
const ROWS: usize = 1000;
/// Most rows.
const ROWS_MAX: usize = 10_000;
/// Most bytes of an answer.
const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most bytes of a statement.
const SQL_BYTES_MAX: usize = 20_000;

/// The route.
pub(crate) fn route(warehouse: &Warehouse) -> Route {
    let warehouse = warehouse.clone();
    let handler = move |permitted, body| handle(warehouse, permitted, body);
    let need = Need::Action(action::WAREHOUSE_QUERY);
    Route::post("/api/warehouse/query", need, "Ask the warehouse in SQL", handler)
        .accepts::<Input>()
        .answers::<View>(200)
}

/// What to ask.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "WarehouseQuery")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// One `SELECT`.
    pub sql: String,
    /// Most rows wanted, 1 to 10000; 1000 when not given.
    pub limit: Option<usize>,
}

/// What came out.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WarehouseQueryAnswer")]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// The columns in order.
    pub columns: Vec<ColumnView>,
    /// One object for each row.
    pub rows: Vec<serde_json::Map<String, Value>>,
    /// Whether there are more rows than these.
    pub truncated: bool,
    /// The lake's number of the snapshot that was read.
    pub snapshot_id: i64,
}

/// A column of an answer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WarehouseQueryColumn")]
pub struct ColumnView {
    /// Its name, unique in the answer.
    pub name: String,
    /// Its type, such as `Edm.Int64`.
    #[serde(rename = "type")]
    pub ty: String,
}

/// Answers a query.
pub async fn handle(
    warehouse: Warehouse,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<Response, Failure> {
    let limit = input.limit.unwrap_or(ROWS);
    if !(1..=ROWS_MAX).contains(&limit) {
        let message = format!("limit is a number of rows from 1 to {ROWS_MAX}; {limit} is not.");
        return Err(Failure::bad_request(message).target("limit"));
    }
    if input.sql.len() > SQL_BYTES_MAX {
        let message = format!("The statement is too long; at most {SQL_BYTES_MAX} bytes are allowed.");
        return Err(Failure::bad_request(message).target("sql"));
    }
    let (tenant, actor) = (permitted.tenant(), permitted.actor());
    let work = move || {
        record(&warehouse, tenant, actor, &input.sql)?;
        answer(&warehouse, tenant, &input.sql, limit)
    };
    let text = tokio::task::spawn_blocking(work).await.map_err(|error| Failure::internal(&error))??;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

fn record(warehouse: &Warehouse, tenant: TenantId, actor: audit::Actor, sql: &str) -> Result<(), Failure> {
    let event = Event::new(actor, "Query the warehouse in SQL", Category::Warehouse)
        .on(Resource::new("Warehouse", tenant.to_string()))
        .with(json!({ "sql": sql }));
    let (now, id) = (warehouse.world.clock.now(), warehouse.world.ids.guid());
    let write = move |tx: &mut store::Tx<'_, '_>| audit::record(tx, now, id, &event);
    Ok(warehouse.store.write_blocking::<_, SqlError>(tenant, write)?)
}

fn answer(warehouse: &Warehouse, tenant: TenantId, sql: &str, limit: usize) -> Result<String, Failure> {
    let internal = |error: &dyn std::fmt::Display| Failure::internal(error);
    let lake = warehouse.lakes.of(tenant).map_err(|error| internal(&error))?;
    let engine = warehouse.lakes.engine(&warehouse.config.holder).map_err(|error| internal(&error))?;
    let snapshot = lake.snapshot(&At::Latest).map_err(|error| internal(&error))?;
    let mut tables = Vec::new();
    for table in ::model::tables_in(Version::Extended) {
        let files = match lake.files(&snapshot, table.name, None) {
            Err(lake::SnapshotError::UnknownTable(_)) => Vec::new(),
            files => files.map_err(|error| internal(&error))?,
        };
        let mut spec = crate::files::spec(table);
        spec.columns.retain(|column| {
            table.shown_columns(Version::Extended).any(|(_, shown)| shown.name == column.name)
        });
        tables.push((table.name.to_owned(), Engine::table(&lake, &spec, files)));
    }
    let found = engine.sql(tables, sql, limit.saturating_add(1)).map_err(|error| failure(error, sql))?;
    written(found, limit, snapshot.id.0).map_err(|error| failure(error, sql))
}

/// The answer as JSON text.
fn written(found: Answer, limit: usize, snapshot: i64) -> Result<String, EngineError> {
    let schema = Arc::clone(found.schema());
    let mut names: Vec<String> = Vec::new();
    for field in schema.fields() {
        let mut name = field.name().clone();
        while names.contains(&name) {
            name.push('_');
        }
        names.push(name);
    }
    let types: Vec<_> = schema.fields().iter().map(|field| plain_type(field.data_type())).collect();
    let column =
        |(name, (_, edm)): (&String, &(DataType, EdmType))| json!({ "name": name, "type": edm.to_string() });
    let columns: Vec<_> = names.iter().zip(&types).map(column).collect();
    let fields = names.iter().zip(&types).enumerate().map(|(column, (name, (_, edm)))| Field {
        // A slash would open a structured property.
        name: name.replace('/', "∕").into(),
        edm: edm.clone(),
        column,
    });
    let format = RowFormat { fields: fields.collect(), level: Level::None, ..RowFormat::default() };
    let (mut rows, mut count, mut truncated) = (Vec::new(), 0, false);
    for batch in found {
        let batch = plain(&batch?, &types)?;
        let mut writer =
            RowWriter::new(&format, &batch).map_err(|error| EngineError::Other(error.to_string()))?;
        for row in 0..batch.num_rows() {
            truncated |= count == limit || rows.len() > BYTES_MAX;
            if truncated {
                break;
            }
            writer.write(row, &mut rows);
            count += 1;
        }
    }
    let rows = String::from_utf8_lossy(rows.get(1..).unwrap_or_default()).into_owned();
    let columns = Value::Array(columns);
    Ok(format!(
        "{{\"columns\":{columns},\"rows\":[{rows}],\"truncated\":{truncated},\"snapshotId\":{snapshot}}}"
    ))
}

/// The type a column is converted to, and its name in OData; what OData does not have becomes text.
fn plain_type(ty: &DataType) -> (DataType, EdmType) {
    match ty {
        DataType::Boolean => (DataType::Boolean, EdmType::Boolean),
        ty if ty.is_integer() => (DataType::Int64, EdmType::Int64),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => (DataType::Float64, EdmType::Double),
        DataType::Decimal128(..) => (ty.clone(), EdmType::Decimal),
        DataType::Date32 | DataType::Date64 => (DataType::Date32, EdmType::Date),
        DataType::Timestamp(..) => {
            (DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), EdmType::DateTimeOffset)
        }
        _ => (DataType::Utf8, EdmType::String),
    }
}

fn plain(batch: &RecordBatch, types: &[(DataType, EdmType)]) -> Result<RecordBatch, EngineError> {
    let failed = |error: arrow_schema::ArrowError| EngineError::Other(error.to_string());
    let columns = batch.columns().iter().zip(types).map(|(array, (ty, _))| cast(array, ty));
    let columns: Vec<ArrayRef> = columns.collect::<Result<_, _>>().map_err(failed)?;
    let fields: Vec<_> = types
        .iter()
        .enumerate()
        .map(|(at, (ty, _))| ArrowField::new(at.to_string(), ty.clone(), true))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options).map_err(failed)
}

fn failure(error: EngineError, sql: &str) -> Failure {
    match error {
        EngineError::Text { message, place } => {
            let message = match place {
                Some(Place { line, column }) => format!("{message} (line {line}, column {column})"),
                None => message,
            };
            let position = place.map(|place| position(sql, place));
            Failure { position, ..Failure::bad_request(message).target("sql") }
        }
        EngineError::Memory(_) | EngineError::Time(_) => {
            Failure::new(Code::TooLarge, format!("{error}.")).target("sql")
        }
        other => Failure::internal(&other),
    }
}

/// Characters before a place.
fn position(sql: &str, place: Place) -> usize {
    let lines = usize::try_from(place.line.saturating_sub(1)).unwrap_or(usize::MAX);
    let before: usize = sql.split('\n').take(lines).map(|line| line.chars().count() + 1).sum();
    before + usize::try_from(place.column.saturating_sub(1)).unwrap_or_default()
}
