//! Reading one file: some columns of some rows, in batches, with memory that does not grow with the file.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Encoding;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use crate::catalogue::snapshot::DataFile;
use crate::catalogue::tables::Column;
use crate::spec::{ColumnType, field};
use crate::storage::Storage;

/// A dictionary page up to this size (compressed) is worth handing out as a dictionary: its entries are rendered
/// once and then copied.
const DICTIONARY_MAX_BYTES: i64 = 64 * 1024;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file was removed: its snapshot was expired longer ago than the grace time.
    #[error("the data file {0} is no longer kept; read the latest snapshot")]
    Gone(PathBuf),
    #[error("there is no column {0} in this table")]
    UnknownColumn(String),
    #[error("cannot read {path}: {source}")]
    Disk { path: PathBuf, source: io::Error },
    #[error("cannot read {path}: {source}")]
    Parquet { path: PathBuf, source: ParquetError },
    #[error("cannot read {path}: {source}")]
    Arrow { path: PathBuf, source: ArrowError },
}

/// The batches of a file. Text of few different values comes as `Dictionary(Int32, Utf8)`, other text as
/// `Utf8`; which of the two it is, is the same for all batches of a file but may differ between files.
pub struct Batches {
    schema: SchemaRef,
    path: PathBuf,
    rows: Rows,
    batch_rows: usize,
}

enum Rows {
    /// Columns read from the file; for each wanted column its place in the file's batches.
    Read { reader: ParquetRecordBatchReader, places: Vec<Option<usize>> },
    /// Rows of which no column is in the file.
    Counted { left: usize },
}

impl Batches {
    /// The columns in the order they were asked for.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn batch(&self, n_rows: usize, columns: Vec<ArrayRef>) -> Result<RecordBatch, ReadError> {
        let options = RecordBatchOptions::new().with_row_count(Some(n_rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
            .map_err(|source| ReadError::Arrow { path: self.path.clone(), source })
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let nulls =
            |schema: &Schema, index: usize, n_rows| new_null_array(schema.field(index).data_type(), n_rows);
        match &mut self.rows {
            Rows::Counted { left } => {
                let n_rows = self.batch_rows.min(*left);
                *left -= n_rows;
                let columns = (0..self.schema.fields().len()).map(|index| nulls(&self.schema, index, n_rows));
                let columns = columns.collect();
                (n_rows > 0).then(|| self.batch(n_rows, columns))
            }
            Rows::Read { reader, places } => {
                let batch = match reader.next()? {
                    Ok(batch) => batch,
                    Err(source) => return Some(Err(ReadError::Arrow { path: self.path.clone(), source })),
                };
                let n_rows = batch.num_rows();
                let column = |(index, place): (usize, &Option<usize>)| {
                    place
                        .map_or_else(|| nulls(&self.schema, index, n_rows), |at| Arc::clone(batch.column(at)))
                };
                let columns = places.iter().enumerate().map(column).collect();
                Some(self.batch(n_rows, columns))
            }
        }
    }
}

/// Opens a file for the rows `rows` (counted from 0 in the file; beyond its end there are none) of the columns
/// `projection`. Row groups outside the range are not touched, pages outside it not decoded.
pub(crate) fn open(
    storage: &Storage,
    file: &DataFile,
    projection: &[&str],
    rows: Range<u64>,
    batch_rows: usize,
) -> Result<Batches, ReadError> {
    let path = &file.path;
    let find = |name: &&str| {
        let column = file.columns.iter().find(|column| column.name == *name);
        column.ok_or_else(|| ReadError::UnknownColumn((*name).to_owned()))
    };
    let wanted: Vec<&Column> = projection.iter().map(find).collect::<Result<_, _>>()?;
    let input = storage.source(path, file.bytes).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => ReadError::Gone(path.clone()),
        _ => ReadError::Disk { path: path.clone(), source },
    })?;
    let failed = |source| ReadError::Parquet { path: path.clone(), source };
    let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(&input, plain).map_err(failed)?;
    let (schema, places, mask) = plan(metadata.metadata(), &wanted);
    let end = rows.end.min(file.rows);
    let n_rows = usize::try_from(end.saturating_sub(rows.start)).unwrap_or(usize::MAX);
    let rows = if places.iter().any(Option::is_some) {
        let typed = file_schema(metadata.metadata(), metadata.schema());
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true).with_schema(typed);
        let metadata =
            ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).map_err(failed)?;
        let (groups, offset) = row_groups(metadata.metadata(), rows.start, end);
        input.plan(chunks(metadata.metadata(), &groups, &mask));
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(input, metadata)
            .with_projection(mask)
            .with_row_groups(groups)
            .with_offset(offset)
            .with_limit(n_rows)
            .with_batch_size(batch_rows.max(1))
            .build()
            .map_err(failed)?;
        Rows::Read { reader, places }
    } else {
        Rows::Counted { left: n_rows }
    };
    Ok(Batches { schema, path: path.clone(), rows, batch_rows: batch_rows.max(1) })
}

/// The schema of what is handed out, each wanted column's place among those read, and what to read.
fn plan(metadata: &ParquetMetaData, wanted: &[&Column]) -> (SchemaRef, Vec<Option<usize>>, ProjectionMask) {
    let descriptor = metadata.file_metadata().schema_descr();
    let in_file =
        |name: &str| (0..descriptor.num_columns()).find(|index| descriptor.column(*index).name() == name);
    let at: Vec<Option<usize>> = wanted.iter().map(|column| in_file(&column.name)).collect();
    let mut read: Vec<usize> = at.iter().flatten().copied().collect();
    read.sort_unstable();
    read.dedup();
    let places = at.iter().map(|at| at.and_then(|at| read.binary_search(&at).ok())).collect();
    let field = |(column, at): (&&Column, &Option<usize>)| {
        let dictionary = column.ty == ColumnType::Utf8 && at.is_some_and(|at| is_dictionary(metadata, at));
        let ty = if dictionary { dictionary_type() } else { column.ty.arrow() };
        field(&column.name, ty, column.nullable, column.id)
    };
    let fields: Vec<_> = wanted.iter().zip(&at).map(field).collect();
    (Arc::new(Schema::new(fields)), places, ProjectionMask::leaves(descriptor, read))
}

fn dictionary_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// Whether the text column at `index` is a small dictionary in every row group.
fn is_dictionary(metadata: &ParquetMetaData, index: usize) -> bool {
    let small = |chunk: &ColumnChunkMetaData| {
        let only_indices = chunk.page_encoding_stats_mask().is_some_and(|mask| {
            mask.is_only(Encoding::RLE_DICTIONARY) || mask.is_only(Encoding::PLAIN_DICTIONARY)
        });
        let page = chunk.dictionary_page_offset().map(|start| chunk.data_page_offset() - start);
        only_indices && page.is_some_and(|bytes| bytes <= DICTIONARY_MAX_BYTES)
    };
    metadata.row_groups().iter().all(|group| small(group.column(index)))
}

/// The whole file's schema, with small dictionaries of text kept as dictionaries.
fn file_schema(metadata: &ParquetMetaData, schema: &SchemaRef) -> SchemaRef {
    let field = |(index, field): (usize, &Arc<arrow_schema::Field>)| {
        if *field.data_type() == DataType::Utf8 && is_dictionary(metadata, index) {
            Arc::new(field.as_ref().clone().with_data_type(dictionary_type()))
        } else {
            Arc::clone(field)
        }
    };
    let fields: Vec<_> = schema.fields().iter().enumerate().map(field).collect();
    Arc::new(Schema::new(fields))
}

/// Where the chunks that will be read are in the file.
fn chunks(metadata: &ParquetMetaData, groups: &[usize], mask: &ProjectionMask) -> Vec<Range<u64>> {
    let columns = |group: &usize| {
        let columns = metadata.row_group(*group).columns().iter().enumerate();
        columns.filter(|(at, _)| mask.leaf_included(*at)).map(|(_, chunk)| {
            let (start, n_bytes) = chunk.byte_range();
            start..start + n_bytes
        })
    };
    groups.iter().flat_map(columns).collect()
}

/// The row groups that hold rows `start..end`, and how many rows of the first to leave out.
fn row_groups(metadata: &ParquetMetaData, start: u64, end: u64) -> (Vec<usize>, usize) {
    let mut groups = Vec::new();
    let mut offset = 0;
    let mut first_row = 0;
    for (index, group) in metadata.row_groups().iter().enumerate() {
        let next = first_row + group.num_rows().unsigned_abs();
        if first_row < end && next > start {
            if groups.is_empty() {
                offset = start.saturating_sub(first_row);
            }
            groups.push(index);
        }
        first_row = next;
    }
    (groups, usize::try_from(offset).unwrap_or(usize::MAX))
}
