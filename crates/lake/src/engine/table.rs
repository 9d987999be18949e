//! A table of the lake as a source of the engine: only needed columns are read, and only files that can match.

use std::fmt;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::arrow::compute::cast;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream};
use datafusion::scalar::ScalarValue;
use futures_util::stream;

use super::BATCH_ROWS;
use crate::{Batches, DataFile, Lake, ReadError, TableSpec};

/// The files of a table.
pub(super) struct LakeTable {
    lake: Lake,
    files: Vec<DataFile>,
    schema: SchemaRef,
    partition: Option<String>,
}

impl fmt::Debug for LakeTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LakeTable").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl LakeTable {
    pub(super) fn new(lake: Lake, spec: &TableSpec, files: Vec<DataFile>) -> Self {
        let field = |column: &crate::ColumnSpec| Field::new(&column.name, column.ty.arrow(), column.nullable);
        let fields: Vec<_> = spec.columns.iter().map(field).collect();
        Self { lake, files, schema: Arc::new(Schema::new(fields)), partition: spec.partition.clone() }
    }

    /// Files of which some row can satisfy all `filters`.
    fn matching(&self, filters: &[Expr]) -> Vec<DataFile> {
        let can_match = |file: &&DataFile| match (&self.partition, file.partition) {
            (Some(column), Some(value)) => !filters.iter().any(|filter| excludes(filter, column, value)),
            _ => true,
        };
        self.files.iter().filter(can_match).cloned().collect()
    }
}

#[async_trait]
impl TableProvider for LakeTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(columns) => Arc::new(self.schema.project(columns)?),
            None => Arc::clone(&self.schema),
        };
        let scan =
            Scan { lake: self.lake.clone(), files: self.matching(filters), schema: Arc::clone(&schema) };
        let partitions: Vec<Arc<dyn PartitionStream>> = vec![Arc::new(scan)];
        Ok(Arc::new(StreamingTableExec::try_new(schema, partitions, None, None, false, limit)?))
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }
}

/// Whether no row of a file can satisfy `filter` when its partition column has one value in the whole file.
fn excludes(filter: &Expr, column: &str, value: i64) -> bool {
    match filter {
        Expr::IsTrue(inner) | Expr::Alias(datafusion::logical_expr::expr::Alias { expr: inner, .. }) => {
            excludes(inner, column, value)
        }
        Expr::InList(InList { expr, list, negated: false }) if is_column(expr, column) => {
            list.iter().all(|item| whole(item).is_some_and(|item| item != value))
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op {
            Operator::And => excludes(left, column, value) || excludes(right, column, value),
            Operator::Or => excludes(left, column, value) && excludes(right, column, value),
            _ if is_column(left, column) => whole(right).is_some_and(|other| fails(value, *op, other)),
            _ if is_column(right, column) => {
                whole(left).is_some_and(|other| op.swap().is_some_and(|op| fails(value, op, other)))
            }
            _ => false,
        },
        _ => false,
    }
}

fn fails(value: i64, op: Operator, other: i64) -> bool {
    match op {
        Operator::Eq | Operator::IsNotDistinctFrom => value != other,
        Operator::NotEq | Operator::IsDistinctFrom => value == other,
        Operator::Lt => value >= other,
        Operator::LtEq => value > other,
        Operator::Gt => value <= other,
        Operator::GtEq => value < other,
        _ => false,
    }
}

fn is_column(expr: &Expr, name: &str) -> bool {
    match expr {
        Expr::Column(column) => column.name == name,
        Expr::Cast(cast) => is_column(&cast.expr, name),
        _ => false,
    }
}

fn whole(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(ScalarValue::Int32(number), _) => number.map(i64::from),
        Expr::Literal(ScalarValue::Int64(number), _) => *number,
        _ => None,
    }
}

/// Reading the files one after the other.
struct Scan {
    lake: Lake,
    files: Vec<DataFile>,
    schema: SchemaRef,
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl PartitionStream for Scan {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let files = self.files.clone().into_iter();
        let rows = Reading { lake: self.lake.clone(), files, open: None, schema: Arc::clone(&self.schema) };
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), stream::iter(rows)))
    }
}

struct Reading {
    lake: Lake,
    files: std::vec::IntoIter<DataFile>,
    open: Option<Batches>,
    schema: SchemaRef,
}

impl Iterator for Reading {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batches) = &mut self.open {
                if let Some(batch) = batches.next() {
                    return Some(batch.map_err(external).and_then(|batch| Ok(self.plain(&batch)?)));
                }
                self.open = None;
            }
            let file = self.files.next()?;
            let names: Vec<&str> = self.schema.fields().iter().map(|field| field.name().as_str()).collect();
            match self.lake.read(&file, &names, 0..file.rows, BATCH_ROWS) {
                Ok(batches) => self.open = Some(batches),
                Err(error) => return Some(Err(external(error))),
            }
        }
    }
}

impl Reading {
    /// The batch with the types of the schema: dictionaries become plain text.
    fn plain(&self, batch: &RecordBatch) -> std::result::Result<RecordBatch, ArrowError> {
        let column = |(array, field): (&Arc<dyn arrow_array::Array>, &Arc<Field>)| {
            if array.data_type() == field.data_type() {
                Ok(Arc::clone(array))
            } else {
                cast(array, field.data_type())
            }
        };
        let columns = batch.columns().iter().zip(self.schema.fields()).map(column);
        let columns = columns.collect::<std::result::Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
    }
}

fn external(error: ReadError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
