//! The warehouse's tables as files of the lake: specifications, sorted readers and writers.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use ::model::{EdmType, Table};
use arrow_array::builder::{
    BooleanBuilder, Int32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{Field, Schema, SchemaRef};
use lake::{Batches, ColumnSpec, ColumnType, DataFile, FileWriter, Lake, StagedFile, TableSpec, WriteError};

use crate::cell::Cell;
use crate::merge::{MergeError, Rows, Sink};

/// Rows gathered before they go to the file.
const SINK_ROWS: usize = 16_384;
/// Rows read from a file at a time.
const READ_ROWS: usize = 16_384;

/// What the lake needs to know of a table.
pub fn spec(table: &Table) -> TableSpec {
    let column = |column: &::model::Column| ColumnSpec {
        name: column.name.to_owned(),
        ty: column_type(column.edm),
        nullable: column.nullable,
        statistics: column.statistics(),
    };
    TableSpec {
        name: table.name.to_owned(),
        columns: table.columns.iter().map(column).collect(),
        sort_key: table.sort.iter().map(|name| (*name).to_owned()).collect(),
        partition: table.is_dated().then(|| "dateKey".to_owned()),
    }
}

const fn column_type(edm: EdmType) -> ColumnType {
    match edm {
        EdmType::Boolean => ColumnType::Bool,
        EdmType::Int32 => ColumnType::Int32,
        EdmType::Int64 => ColumnType::Int64,
        EdmType::String => ColumnType::Utf8,
        EdmType::DateTimeOffset => ColumnType::TimestampMicrosUtc,
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> MergeError {
    MergeError::Files(Box::new(error))
}

/// A column of the batch at hand, its type found out once.
enum Column {
    Bool(BooleanArray),
    Int32(Int32Array),
    Int64(Int64Array),
    Text(StringArray),
    Words(DictionaryArray<Int32Type>, StringArray),
    Time(TimestampMicrosecondArray),
}

impl Column {
    fn of(array: &ArrayRef) -> Option<Self> {
        if let Some(words) = array.as_dictionary_opt::<Int32Type>() {
            return Some(Self::Words(words.clone(), words.values().as_string_opt()?.clone()));
        }
        let number = array.as_primitive_opt::<Int32Type>().cloned().map(Self::Int32);
        let number = number.or_else(|| array.as_primitive_opt::<Int64Type>().cloned().map(Self::Int64));
        let time = || array.as_primitive_opt::<TimestampMicrosecondType>().cloned().map(Self::Time);
        let flag = || array.as_boolean_opt().cloned().map(Self::Bool);
        number.or_else(time).or_else(flag).or_else(|| array.as_string_opt().cloned().map(Self::Text))
    }

    fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Self::Bool(array) if array.is_valid(row) => Cell::Bool(array.value(row)),
            Self::Int32(array) if array.is_valid(row) => Cell::Int(array.value(row).into()),
            Self::Int64(array) if array.is_valid(row) => Cell::Int(array.value(row)),
            Self::Text(array) if array.is_valid(row) => Cell::Text(array.value(row)),
            Self::Time(array) if array.is_valid(row) => Cell::Time(array.value(row)),
            Self::Words(words, texts) => match words.key(row) {
                Some(key) if texts.is_valid(key) => Cell::Text(texts.value(key)),
                _ => Cell::Null,
            },
            _ => Cell::Null,
        }
    }
}

/// The rows of a table at a snapshot, in file order.
pub struct TableRows {
    lake: Lake,
    columns: Vec<&'static str>,
    files: std::vec::IntoIter<DataFile>,
    batches: Option<Batches>,
    batch: Vec<Column>,
    row: usize,
    len: usize,
}

impl TableRows {
    /// Opens `files` for all columns of `table`, at the first row.
    pub fn open(lake: &Lake, table: &Table, files: Vec<DataFile>) -> Result<Self, MergeError> {
        let columns = table.columns.iter().map(|column| column.name).collect();
        Self::open_columns(lake, columns, files)
    }

    /// Opens `files` for some columns.
    pub fn open_columns(
        lake: &Lake,
        columns: Vec<&'static str>,
        files: Vec<DataFile>,
    ) -> Result<Self, MergeError> {
        let (files, batch) = (files.into_iter(), Vec::new());
        let mut rows = Self { lake: lake.clone(), columns, files, batches: None, batch, row: 0, len: 0 };
        rows.load()?;
        Ok(rows)
    }

    /// Makes the next batch with rows the one at hand; with none left, this is done.
    fn load(&mut self) -> Result<(), MergeError> {
        (self.row, self.len) = (0, 0);
        self.batch.clear();
        loop {
            if let Some(batches) = &mut self.batches {
                match batches.next() {
                    Some(batch) => {
                        let batch = batch.map_err(failed)?;
                        self.len = batch.num_rows();
                        self.batch = batch.columns().iter().filter_map(Column::of).collect();
                    }
                    None => self.batches = None,
                }
            } else if let Some(file) = self.files.next() {
                self.batches =
                    Some(self.lake.read(&file, &self.columns, 0..file.rows, READ_ROWS).map_err(failed)?);
            } else {
                return Ok(());
            }
            if self.len > 0 {
                return Ok(());
            }
        }
    }
}

impl Rows for TableRows {
    fn is_done(&self) -> bool {
        self.row >= self.len
    }

    fn cell(&self, column: usize) -> Cell<'_> {
        self.batch.get(column).map_or(Cell::Null, |column| column.cell(self.row))
    }

    fn advance(&mut self) -> Result<(), MergeError> {
        self.row += 1;
        if self.row >= self.len { self.load() } else { Ok(()) }
    }
}

enum Builder {
    Bool(BooleanBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Text(StringBuilder),
    Time(TimestampMicrosecondBuilder),
}

impl Builder {
    fn new(edm: EdmType) -> Self {
        match edm {
            EdmType::Boolean => Self::Bool(BooleanBuilder::new()),
            EdmType::Int32 => Self::Int32(Int32Builder::new()),
            EdmType::Int64 => Self::Int64(Int64Builder::new()),
            EdmType::String => Self::Text(StringBuilder::new()),
            EdmType::DateTimeOffset => Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
        }
    }

    /// Appends a value; one of another type than the column's becomes null, which a required column then refuses.
    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Bool(builder), cell) => builder.append_option(match cell {
                Cell::Bool(flag) => Some(flag),
                _ => None,
            }),
            (Self::Int32(builder), cell) => {
                builder.append_option(cell.int().and_then(|number| i32::try_from(number).ok()));
            }
            (Self::Int64(builder), cell) => builder.append_option(cell.int()),
            (Self::Text(builder), cell) => builder.append_option(cell.text()),
            (Self::Time(builder), cell) => builder.append_option(cell.time()),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::Int32(builder) => Arc::new(builder.finish()),
            Self::Int64(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
        }
    }
}

/// Writes one new file of a table. Compression runs on a thread of its own.
pub struct FileSink {
    schema: SchemaRef,
    builders: Vec<Builder>,
    gathered: usize,
    rows: u64,
    batches: Option<SyncSender<RecordBatch>>,
    writer: Option<JoinHandle<Result<Option<StagedFile>, WriteError>>>,
}

impl FileSink {
    /// Starts a file that `writer` will write.
    pub fn new(table: &Table, writer: FileWriter) -> Self {
        let field = |column: &::model::Column| {
            Field::new(column.name, column_type(column.edm).arrow(), column.nullable)
        };
        let (sender, receiver) = sync_channel(2);
        Self {
            schema: Arc::new(Schema::new(table.columns.iter().map(field).collect::<Vec<_>>())),
            builders: table.columns.iter().map(|column| Builder::new(column.edm)).collect(),
            gathered: 0,
            rows: 0,
            batches: Some(sender),
            writer: Some(std::thread::spawn(move || write(writer, &receiver))),
        }
    }

    /// Rows pushed so far.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes no more rows; the file goes on being written meanwhile, until it is finished.
    pub fn close(&mut self) -> Result<(), MergeError> {
        self.flush()?;
        drop(self.batches.take());
        Ok(())
    }

    /// Ends the file; nothing when no row was pushed.
    pub fn finish(mut self) -> Result<Option<StagedFile>, MergeError> {
        self.flush()?;
        self.join()
    }

    fn flush(&mut self) -> Result<(), MergeError> {
        if self.gathered == 0 {
            return Ok(());
        }
        self.gathered = 0;
        let arrays = self.builders.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(failed)?;
        if self.batches.as_ref().is_some_and(|batches| batches.send(batch).is_ok()) {
            return Ok(());
        }
        // The writer ended early: it says why.
        self.join().and(Err(failed(std::io::Error::other("the file's writer ended early"))))
    }

    fn join(&mut self) -> Result<Option<StagedFile>, MergeError> {
        drop(self.batches.take());
        let Some(writer) = self.writer.take() else { return Ok(None) };
        match writer.join() {
            Ok(staged) => staged.map_err(failed),
            Err(_) => Err(failed(std::io::Error::other("the file's writer stopped unexpectedly"))),
        }
    }
}

fn write(mut writer: FileWriter, batches: &Receiver<RecordBatch>) -> Result<Option<StagedFile>, WriteError> {
    while let Ok(batch) = batches.recv() {
        writer.write(&batch)?;
    }
    writer.finish()
}

impl Sink for FileSink {
    fn push(&mut self, row: &mut dyn Iterator<Item = Cell<'_>>) -> Result<(), MergeError> {
        for (builder, cell) in self.builders.iter_mut().zip(row) {
            builder.push(cell);
        }
        self.rows += 1;
        self.gathered += 1;
        if self.gathered >= SINK_ROWS { self.flush() } else { Ok(()) }
    }
}
