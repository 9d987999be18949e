//! The formats rows leave in: OData JSON, NDJSON, CSV, Arrow IPC stream and Parquet.
//!
//! Formats other than OData JSON hold all rows that were asked for, without pages; columns and their types are those of
//! the JSON. Row groups of Parquet are as large as the lake's own, so that memory does not grow with the rows.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field as ArrowField, Schema, SchemaRef};
use bytes::Bytes;
use datafusion::arrow::compute::cast;
use odata::negotiate::{Format, Metadata};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::rows::Broken;
use crate::encode::{CHUNK_BYTES, Level, PageEncoder, RowFormat, RowWriter};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// OData JSON, or the text of a single value.
    Odata(Format),
    Ndjson,
    Csv,
    Arrow,
    Parquet,
}

/// Media types and short names of the formats beside OData JSON.
const OTHERS: [(Output, &str, &str); 4] = [
    (Output::Ndjson, "application/x-ndjson", "ndjson"),
    (Output::Csv, "text/csv", "csv"),
    (Output::Arrow, "application/vnd.apache.arrow.stream", "arrow"),
    (Output::Parquet, "application/vnd.apache.parquet", "parquet"),
];

impl Output {
    /// The format beside OData JSON that `$format` or, without it, `Accept` names first.
    pub(super) fn other(format: Option<&str>, accept: Option<&str>) -> Option<Self> {
        let named = |wish: &str| {
            let wish = wish.split(';').next().unwrap_or_default().trim();
            let is_it = |(_, media, short): &&(Self, &str, &str)| {
                wish.eq_ignore_ascii_case(media) || (format.is_some() && wish.eq_ignore_ascii_case(short))
            };
            OTHERS.iter().find(is_it).map(|(output, ..)| *output)
        };
        match format {
            Some(format) => named(format),
            None => {
                let best = accept?.split(',').map(|item| (quality(item), item));
                let best = best.fold(None, |best: Option<(f32, &str)>, next| match best {
                    Some(best) if best.0 >= next.0 => Some(best),
                    _ => Some(next),
                });
                best.and_then(|(_, item)| named(item))
            }
        }
    }

    /// `Content-Type`, when it is not OData JSON's.
    pub(super) fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Odata(_) => None,
            Self::Csv => Some("text/csv;charset=utf-8;header=present"),
            other => OTHERS.iter().find(|(output, ..)| *output == other).map(|(_, media, _)| *media),
        }
    }

    pub(super) const fn is_json(self) -> bool {
        matches!(self, Self::Odata(_))
    }

    pub(super) const fn is_lines(self) -> bool {
        matches!(self, Self::Ndjson)
    }

    pub(super) fn level(self) -> Level {
        match self {
            Self::Odata(Format::Json { metadata: Metadata::Full, .. }) => Level::Full,
            Self::Odata(Format::Json { metadata: Metadata::None, .. }) | Self::Ndjson => Level::None,
            _ => Level::Minimal,
        }
    }

    pub(super) const fn is_ieee754(self) -> bool {
        matches!(self, Self::Odata(Format::Json { ieee754: true, .. }))
    }

    /// A writer of rows. `head` is what stands before them in JSON.
    pub(super) fn writer(self, format: RowFormat, head: &str) -> Writer {
        match self {
            Self::Odata(_) => Writer::Page(Box::new(PageEncoder::new(format, head))),
            Self::Ndjson => Writer::Lines { format, out: Vec::new(), is_first: true },
            Self::Csv => {
                let names: Vec<_> = format.fields.iter().map(|field| csv_text(&field.name)).collect();
                Writer::Csv { out: format!("{}\r\n", names.join(",")).into_bytes(), format }
            }
            Self::Arrow | Self::Parquet => Writer::Columns(Columns::new(self, format)),
        }
    }
}

fn quality(item: &str) -> f32 {
    let q = item.split(';').skip(1).find_map(|part| part.trim().strip_prefix("q="));
    q.and_then(|q| q.trim().parse().ok()).unwrap_or(1.0)
}

/// Takes chunks and answers whether anybody still reads.
pub(super) type Emit<'e> = dyn FnMut(Bytes) -> bool + 'e;

/// A body being written.
pub(super) enum Writer {
    Page(Box<PageEncoder>),
    Lines { format: RowFormat, out: Vec<u8>, is_first: bool },
    Csv { format: RowFormat, out: Vec<u8> },
    Columns(Columns),
}

impl Writer {
    pub(super) fn write(&mut self, batch: &RecordBatch, emit: &mut Emit<'_>) -> Result<(), Broken> {
        match self {
            Self::Page(page) => Ok(page.write(batch, emit)?),
            Self::Lines { format, out, is_first } => {
                let mut rows = RowWriter::new(format, batch)?;
                for row in 0..batch.num_rows() {
                    // A row begins with a comma; here it ends the line before.
                    let at = out.len();
                    rows.write(row, out);
                    out[at] = b'\n';
                    if std::mem::take(is_first) {
                        out.remove(at);
                    }
                    leave(out, CHUNK_BYTES, emit)?;
                }
                Ok(())
            }
            Self::Csv { format, out } => {
                for row in 0..batch.num_rows() {
                    csv_row(format, batch, row, out);
                    leave(out, CHUNK_BYTES, emit)?;
                }
                Ok(())
            }
            Self::Columns(columns) => columns.write(batch, emit),
        }
    }

    /// Ends the body. `tail` is what follows the rows in JSON.
    pub(super) fn finish(self, tail: &str, emit: &mut Emit<'_>) -> Result<(), Broken> {
        match self {
            Self::Page(page) => pass(page.finish(tail), emit),
            Self::Lines { mut out, is_first, .. } => {
                if !is_first {
                    out.push(b'\n');
                }
                leave(&mut out, 1, emit)
            }
            Self::Csv { mut out, .. } => leave(&mut out, 1, emit),
            Self::Columns(columns) => columns.finish(emit),
        }
    }
}

fn pass(bytes: Bytes, emit: &mut Emit<'_>) -> Result<(), Broken> {
    if emit(bytes) { Ok(()) } else { Err(crate::encode::EncodeError::Stopped.into()) }
}

fn leave(out: &mut Vec<u8>, least: usize, emit: &mut Emit<'_>) -> Result<(), Broken> {
    if out.len() < least { Ok(()) } else { pass(std::mem::take(out).into(), emit) }
}

/// RFC 4180: in quotes when there is a comma, quote or line break; also when it is empty, which tells it from null.
fn csv_text(text: &str) -> String {
    if text.is_empty() || text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn csv_row(format: &RowFormat, batch: &RecordBatch, row: usize, out: &mut Vec<u8>) {
    for (place, field) in format.fields.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        let Some(array) = batch.columns().get(field.column).filter(|array| array.is_valid(row)) else {
            continue;
        };
        let text = text_of(array, row).map_or_else(|| plain_text(array, row, field), csv_text);
        out.extend_from_slice(text.as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

fn text_of(array: &ArrayRef, row: usize) -> Option<&str> {
    if let Some(array) = array.as_string_opt::<i32>() {
        return Some(array.value(row));
    }
    let words = array.as_dictionary_opt::<Int32Type>()?;
    Some(words.values().as_string_opt::<i32>()?.value(words.key(row)?))
}

fn plain_text(array: &ArrayRef, row: usize, field: &crate::encode::Field) -> String {
    match super::literal(array.as_ref(), row, &field.edm) {
        odata::expr::Literal::Null => String::new(),
        odata::expr::Literal::Double(number) => number.to_string(),
        odata::expr::Literal::Duration(duration) => duration.to_string(),
        other => other.to_string(),
    }
}

/// What a columnar writer writes into.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Rows gathered into columns. The schema is that of the catalogue, whatever a file holds.
pub(super) struct Columns {
    output: Output,
    format: RowFormat,
    out: Shared,
    open: Open,
}

enum Open {
    Not,
    Arrow(Box<StreamWriter<Shared>>, SchemaRef),
    Parquet(Box<ArrowWriter<Shared>>, SchemaRef),
}

impl Columns {
    fn new(output: Output, format: RowFormat) -> Self {
        Self { output, format, out: Shared::default(), open: Open::Not }
    }

    fn schema(&self, batch: Option<&RecordBatch>) -> SchemaRef {
        let field = |field: &crate::encode::Field| {
            let given = batch.and_then(|batch| batch.columns().get(field.column));
            let ty = match given.map(|array| array.data_type()) {
                Some(DataType::Dictionary(_, value)) => (**value).clone(),
                Some(ty) => ty.clone(),
                None => super::query::arrow_type(&field.edm).unwrap_or(DataType::Utf8),
            };
            ArrowField::new(field.name.as_ref(), ty, true)
        };
        Arc::new(Schema::new(self.format.fields.iter().map(field).collect::<Vec<_>>()))
    }

    fn open(&mut self, batch: Option<&RecordBatch>) -> Result<(), Broken> {
        if !matches!(self.open, Open::Not) {
            return Ok(());
        }
        let schema = self.schema(batch);
        self.open = if self.output == Output::Arrow {
            Open::Arrow(Box::new(StreamWriter::try_new(self.out.clone(), &schema)?), schema)
        } else {
            let level = ZstdLevel::try_new(1).map_err(failed)?;
            let properties = WriterProperties::builder()
                .set_compression(Compression::ZSTD(level))
                .set_max_row_group_row_count(Some(lake::ROW_GROUP_ROWS))
                .build();
            let writer = ArrowWriter::try_new(self.out.clone(), Arc::clone(&schema), Some(properties))
                .map_err(failed)?;
            Open::Parquet(Box::new(writer), schema)
        };
        Ok(())
    }

    fn write(&mut self, batch: &RecordBatch, emit: &mut Emit<'_>) -> Result<(), Broken> {
        self.open(Some(batch))?;
        let schema = match &self.open {
            Open::Arrow(_, schema) | Open::Parquet(_, schema) => Arc::clone(schema),
            Open::Not => return Ok(()),
        };
        let columns = self.format.fields.iter().zip(schema.fields()).map(|(field, wanted)| {
            let array = batch.columns().get(field.column);
            let array = array.ok_or_else(|| crate::encode::EncodeError::Type(Arc::clone(&field.name)))?;
            Ok(cast(array, wanted.data_type())?)
        });
        let columns = columns.collect::<Result<Vec<_>, Broken>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let batch = RecordBatch::try_new_with_options(schema, columns, &options)?;
        match &mut self.open {
            Open::Not => {}
            Open::Arrow(writer, _) => writer.write(&batch)?,
            Open::Parquet(writer, _) => writer.write(&batch).map_err(failed)?,
        }
        self.leave(CHUNK_BYTES, emit)
    }

    fn leave(&self, least: usize, emit: &mut Emit<'_>) -> Result<(), Broken> {
        let mut out = self.out.0.lock().unwrap_or_else(PoisonError::into_inner);
        leave(&mut out, least, emit)
    }

    fn finish(mut self, emit: &mut Emit<'_>) -> Result<(), Broken> {
        self.open(None)?;
        match std::mem::replace(&mut self.open, Open::Not) {
            Open::Not => {}
            Open::Arrow(mut writer, _) => writer.finish()?,
            Open::Parquet(writer, _) => drop(writer.close().map_err(failed)?),
        }
        self.leave(1, emit)
    }
}

fn failed(error: parquet::errors::ParquetError) -> Broken {
    Broken::Arrow(arrow_schema::ArrowError::from_external_error(Box::new(error)))
}
