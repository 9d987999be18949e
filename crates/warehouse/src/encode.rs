//! Arrow rows to OData JSON, as fast as one core allows in safe Rust.
//!
//! Each batch is compiled into a short list of steps (see [`step`]): constant columns, small integers, booleans and
//! dictionaries become pre-rendered fragments that include the property's name and everything constant before it,
//! so a row is a handful of copies. Rows are written into one buffer that leaves in chunks of [`CHUNK_BYTES`].
//!
//! It follows OData JSON 4.01: explicit nulls, `IEEE754Compatible` integers as text, fractions of a second without
//! trailing zeros, control information by metadata level. It does not know HTTP, files or which rows are asked for.

mod omitting;
mod other;
mod step;
mod text;
mod time;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow_array::RecordBatch;
use bytes::Bytes;
use odata::edm::EdmType;

use step::Step;

/// A chunk leaves once it holds this many bytes.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// How much control information a response carries (OData JSON 4.01, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Level {
    /// Only next links and counts.
    None,
    /// What a client with the metadata cannot compute.
    #[default]
    Minimal,
    /// Everything.
    Full,
}

/// One property to write.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name on the wire; `a/b` is the property `b` inside the structured property `a`; what is
    /// inside one property stands together.
    pub name: Arc<str>,
    /// Type on the wire. A structured type or collection means that the column holds finished JSON as bytes.
    pub edm: EdmType,
    /// Place of the column in the batches.
    pub column: usize,
}

/// How rows are written.
#[derive(Clone, Debug, Default)]
pub struct RowFormat {
    /// The properties, in the order they are written.
    pub fields: Vec<Field>,
    /// Whether 64-bit integers are written as text.
    pub ieee754_compatible: bool,
    /// How much control information is written.
    pub level: Level,
    /// The qualified name of the entity type; written at level full.
    pub entity_type: String,
    /// How to write `@odata.id`; absent when the response needs none.
    pub id: Option<IdFormat>,
    /// Leave out properties that are null (`omit-values=nulls`).
    pub omits_nulls: bool,
}

/// How an entity's id is written: `set(1)` or `set(a=1,b='x')`.
#[derive(Clone, Debug)]
pub struct IdFormat {
    /// Name of the member, such as `@odata.id`.
    pub member: &'static str,
    /// Name of the entity set.
    pub set: &'static str,
    /// The key properties.
    pub key: Vec<Field>,
}

/// Why rows could not be written.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EncodeError {
    /// The file's column is not of the type the catalogue declares.
    #[error("column {0} has another type in the file than in the catalogue")]
    Type(Arc<str>),
    /// Nobody reads any more.
    #[error("the reader went away")]
    Stopped,
}

/// Writes one page: a head, rows, a tail.
#[derive(Debug)]
pub struct PageEncoder {
    format: RowFormat,
    out: Vec<u8>,
    rows: u64,
}

impl PageEncoder {
    /// Starts a page. `head` is everything before the array of rows, up to and including `"value":`.
    pub fn new(format: RowFormat, head: &str) -> Self {
        let mut out = Vec::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 8);
        out.extend_from_slice(head.as_bytes());
        Self { format, out, rows: 0 }
    }

    /// Rows from now on are written in another way.
    pub fn become_format(&mut self, format: RowFormat) {
        self.format = format;
    }

    /// Rows written so far.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes all rows of `batch`. `emit` takes full chunks and answers whether anybody still reads.
    pub fn write(
        &mut self,
        batch: &RecordBatch,
        emit: &mut dyn FnMut(Bytes) -> bool,
    ) -> Result<(), EncodeError> {
        let mut writer = RowWriter::new(&self.format, batch)?;
        let mut row = 0;
        let count = batch.num_rows();
        if self.rows == 0 && count > 0 {
            // Every row begins with a comma; the first one's becomes the opening bracket.
            let at = self.out.len();
            writer.write(0, &mut self.out);
            self.out[at] = b'[';
            row = 1;
        }
        while row < count {
            writer.write(row, &mut self.out);
            row += 1;
            if self.out.len() >= CHUNK_BYTES && !emit(self.take()) {
                return Err(EncodeError::Stopped);
            }
        }
        self.rows += count as u64;
        Ok(())
    }

    /// Ends the page. `tail` is what follows the array, such as `}` or `,"@odata.nextLink":"…"}`.
    pub fn finish(mut self, tail: &str) -> Bytes {
        self.out.extend_from_slice(if self.rows == 0 { b"[]" } else { b"]" });
        self.out.extend_from_slice(tail.as_bytes());
        self.out.into()
    }

    fn take(&mut self) -> Bytes {
        std::mem::replace(&mut self.out, Vec::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 8)).into()
    }
}

/// Writes single rows of a batch, each with a comma before it: `,{…}`.
#[derive(Debug)]
pub struct RowWriter<'a>(Way<'a>);

#[derive(Debug)]
enum Way<'a> {
    Whole(Vec<Step<'a>>),
    Omitting(omitting::Members<'a>),
}

impl<'a> RowWriter<'a> {
    /// A writer of the rows of `batch`.
    ///
    /// # Errors
    /// When a column is not of the type the format names.
    pub fn new(format: &RowFormat, batch: &'a RecordBatch) -> Result<Self, EncodeError> {
        Ok(Self(if format.omits_nulls {
            Way::Omitting(omitting::compile(format, batch)?)
        } else {
            Way::Whole(step::compile(format, batch)?)
        }))
    }

    /// Appends one row.
    #[inline]
    pub fn write(&mut self, row: usize, out: &mut Vec<u8>) {
        match &mut self.0 {
            Way::Whole(steps) => {
                for step in steps {
                    step.write(row, out);
                }
            }
            Way::Omitting(members) => members.write(row, out),
        }
    }
}

/// `text` as a JSON string, quotes included.
pub fn json_text(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    text::quoted(&mut out, text);
    String::from_utf8(out).expect("escaping only adds ASCII")
}

/// `micros` since 1970 as a DateTimeOffset, such as `2018-02-21T23:18:51.327727Z`.
pub fn date_time_text(micros: i64) -> String {
    let mut out = Vec::with_capacity(28);
    time::DateCache::default().write(&mut out, micros);
    String::from_utf8(out).expect("only ASCII is written")
}
