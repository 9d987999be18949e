//! Writing one immutable Parquet file, from batches to a durable name. It does not touch the catalogue's state.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Float64Type;
use arrow_array::{Array as _, RecordBatch};
use arrow_schema::{DataType, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use serde::{Deserialize, Serialize};
use sql::SqlError;
use uuid::Uuid;

use crate::catalogue::stats::{self, ColumnStats};
use crate::catalogue::tables::Table;
use crate::spec::{ColumnSpec, ColumnType, TableSpec, field};
use crate::storage::{Output, Storage};

/// Rows of a full row group: what a reader can skip without reading, and what a writer holds in memory.
pub const ROW_GROUP_ROWS: usize = 131_072;

/// A column whose dictionary outgrows this is written plainly from there on. Measured on 1,000,000 rows of 16
/// columns against Parquet's usual 1 MiB: written 1.6 times as fast, a fifth smaller, read a tenth faster.
const DICTIONARY_MAX_BYTES: usize = 128 * 1024;

/// One try at making a publish's files. Each try writes in folders of its own, so that what a failed try left
/// behind is never mistaken for anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt(pub(crate) Uuid);

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The table is not in the catalogue as this specification has it: ensure it first.
    #[error("table {table} is not as specified: {reason}")]
    Table { table: String, reason: String },
    /// The batch does not fit the specification.
    #[error("column {column}: {reason}")]
    Batch { column: String, reason: String },
    #[error("cannot write {path}: {source}")]
    Disk { path: PathBuf, source: io::Error },
    #[error("cannot write {path}: {source}")]
    Parquet { path: PathBuf, source: ParquetError },
    #[error("the lake's catalogue could not be read: {0}")]
    Catalogue(#[from] SqlError),
}

/// A file that is complete and durable, and belongs to no snapshot until it is published. It can be written down, so
/// that another process publishes what this one staged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StagedFile {
    pub(crate) table: String,
    pub(crate) table_id: i64,
    pub(crate) partition: Option<i64>,
    pub(crate) partition_id: Option<i64>,
    /// Below the table's folder.
    pub(crate) relative: String,
    pub(crate) path: PathBuf,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) footer_bytes: u64,
    pub(crate) columns: Vec<ColumnStats>,
    pub(crate) place: Option<i64>,
}

impl StagedFile {
    /// The same file, to stand at `place` among the files of its partition instead of behind all others. It is how
    /// a file that takes another's place keeps the rows of a table in order.
    #[must_use]
    pub fn at_place(self, place: i64) -> StagedFile {
        StagedFile { place: Some(place), ..self }
    }

    pub fn table(&self) -> &str {
        &self.table
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn partition(&self) -> Option<i64> {
        self.partition
    }
}

/// Takes batches and makes a file of them. Holds at most one row group in memory. Dropped unfinished, it leaves
/// a partial file that belongs to nothing and is collected as garbage.
pub struct FileWriter {
    out: ArrowWriter<Output>,
    storage: Storage,
    staged: StagedFile,
    /// The specification's columns with their field ids.
    columns: Vec<(ColumnSpec, i64)>,
    has_nan: Vec<bool>,
    partition_column: Option<usize>,
}

impl FileWriter {
    pub(crate) fn create(
        storage: &Storage,
        spec: &TableSpec,
        table: &Table,
        attempt: Attempt,
        file: Uuid,
        partition: Option<i64>,
    ) -> Result<FileWriter, WriteError> {
        let columns = field_ids(spec, table)?;
        let wrong = |reason: &str| WriteError::Table { table: spec.name.clone(), reason: reason.to_owned() };
        match (&table.partition, partition) {
            (Some(_), None) => return Err(wrong("it is partitioned, so a file needs its partition's value")),
            (None, Some(_)) => {
                return Err(wrong("it is not partitioned, so a file has no partition's value"));
            }
            _ => {}
        }
        let relative = format!("attempt={}/{}.parquet", attempt.0.hyphenated(), file.hyphenated());
        let path = storage.place(&format!("main/{}/{relative}", table.name));
        let path = path.ok_or_else(|| wrong("its name is no name of a folder"))?;
        let output =
            storage.create(&path).map_err(|source| WriteError::Disk { path: path.clone(), source })?;
        let fields: Vec<_> =
            columns.iter().map(|(c, id)| field(&c.name, c.ty.arrow(), c.nullable, *id)).collect();
        let options =
            ArrowWriterOptions::new().with_properties(properties(spec)).with_skip_arrow_metadata(true);
        let out = ArrowWriter::try_new_with_options(output, Arc::new(Schema::new(fields)), options)
            .map_err(|source| WriteError::Parquet { path: path.clone(), source })?;
        let is_partition = |c: &ColumnSpec| Some(&c.name) == spec.partition.as_ref();
        Ok(FileWriter {
            out,
            storage: storage.clone(),
            has_nan: vec![false; columns.len()],
            partition_column: spec.columns.iter().position(is_partition),
            columns,
            staged: StagedFile {
                table: table.name.clone(),
                table_id: table.id,
                partition,
                partition_id: table.partition.as_ref().map(|p| p.id),
                relative,
                path,
                rows: 0,
                bytes: 0,
                footer_bytes: 0,
                columns: Vec::new(),
                place: None,
            },
        })
    }

    /// Appends a batch whose columns are the specification's, in its order. Text may be plain or a dictionary.
    ///
    /// # Errors
    /// [`WriteError::Batch`] when it does not fit, which leaves the file as it was; others end the file.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        self.check(batch)?;
        for (index, (column, _)) in self.columns.iter().enumerate() {
            if column.ty == ColumnType::Double && !self.has_nan[index] {
                let values = batch.column(index).as_primitive::<Float64Type>();
                self.has_nan[index] = values.iter().flatten().any(f64::is_nan);
            }
        }
        self.staged.rows += batch.num_rows() as u64;
        let path = &self.staged.path;
        self.out.write(batch).map_err(|source| WriteError::Parquet { path: path.clone(), source })
    }

    /// Rows written so far.
    pub fn rows(&self) -> u64 {
        self.staged.rows
    }

    /// Ends the file and makes it durable. None, and no file, when no row was written.
    ///
    /// # Errors
    /// When the disk does not take it, or a row is of another partition than the file.
    pub fn finish(mut self) -> Result<Option<StagedFile>, WriteError> {
        let path = self.staged.path.clone();
        let disk_failed = |source| WriteError::Disk { path: path.clone(), source };
        if self.staged.rows == 0 {
            drop(self.out);
            self.storage.remove(&path).map_err(disk_failed)?;
            return Ok(None);
        }
        let metadata =
            self.out.finish().map_err(|source| WriteError::Parquet { path: path.clone(), source })?;
        self.staged.columns = self.statistics(&metadata);
        self.check_partition()?;
        self.out.inner_mut().sync().map_err(disk_failed)?;
        (self.staged.bytes, self.staged.footer_bytes) = self.out.inner().footer_size();
        Ok(Some(self.staged))
    }

    fn check(&self, batch: &RecordBatch) -> Result<(), WriteError> {
        let wrong = |column: &str, reason: String| WriteError::Batch { column: column.to_owned(), reason };
        let schema = batch.schema_ref();
        if batch.num_columns() != self.columns.len() {
            let reason =
                format!("the table has {} columns, the batch {}", self.columns.len(), batch.num_columns());
            return Err(wrong("(all)", reason));
        }
        for ((column, _), (field, array)) in
            self.columns.iter().zip(schema.fields().iter().zip(batch.columns()))
        {
            if field.name() != &column.name {
                return Err(wrong(
                    &column.name,
                    format!("the batch has column {} in its place", field.name()),
                ));
            }
            let given = match array.data_type() {
                DataType::Dictionary(_, value) => value.as_ref(),
                other => other,
            };
            if *given != column.ty.arrow() || (column.ty != ColumnType::Utf8 && given != array.data_type()) {
                return Err(wrong(
                    &column.name,
                    format!("it is {}, not {}", column.ty.arrow(), array.data_type()),
                ));
            }
            if !column.nullable && array.logical_null_count() > 0 {
                return Err(wrong(&column.name, "it is required, and a row has no value".to_owned()));
            }
        }
        Ok(())
    }

    fn statistics(&self, metadata: &ParquetMetaData) -> Vec<ColumnStats> {
        let columns = self.columns.iter().enumerate().filter(|(_, (column, _))| column.statistics);
        columns
            .map(|(index, (column, id))| {
                stats::of_column(metadata, index, *id, column.ty, self.has_nan[index])
            })
            .collect()
    }

    fn check_partition(&self) -> Result<(), WriteError> {
        let (Some(index), Some(value)) = (self.partition_column, self.staged.partition) else {
            return Ok(());
        };
        let (column, id) = &self.columns[index];
        let value = Some(value.to_string());
        let same = |stats: &ColumnStats| stats.column_id != *id || (stats.min == value && stats.max == value);
        if self.staged.columns.iter().all(same) {
            return Ok(());
        }
        let reason = "a row has another value than the file's partition".to_owned();
        Err(WriteError::Batch { column: column.name.clone(), reason })
    }
}

/// The specification's columns with the field ids the catalogue has given them.
fn field_ids(spec: &TableSpec, table: &Table) -> Result<Vec<(ColumnSpec, i64)>, WriteError> {
    let wrong = |reason: String| WriteError::Table { table: spec.name.clone(), reason };
    if spec.columns.len() != table.columns.len() {
        return Err(wrong(format!("it has {} columns", table.columns.len())));
    }
    let find = |column: &ColumnSpec| {
        let there = table.columns.iter().find(|there| there.name == column.name);
        let there = there.filter(|there| there.ty == column.ty && there.nullable == column.nullable);
        there
            .map(|there| (column.clone(), there.id))
            .ok_or_else(|| wrong(format!("column {} differs", column.name)))
    };
    spec.columns.iter().map(find).collect()
}

fn properties(spec: &TableSpec) -> WriterProperties {
    let index = |name: &String| spec.columns.iter().position(|column| column.name == *name);
    let sorted = spec.sort_key.iter().filter_map(index).filter_map(|index| i32::try_from(index).ok());
    let sorted = sorted.map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: false });
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("Quarterdeck".to_owned())
        .set_dictionary_page_size_limit(DICTIONARY_MAX_BYTES)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_sorting_columns(Some(sorted.collect()));
    for column in spec.columns.iter().filter(|column| !column.statistics) {
        let path = ColumnPath::from(column.name.as_str());
        builder = builder.set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    builder.build()
}
