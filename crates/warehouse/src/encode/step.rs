//! Compiling a batch into steps: what to copy and what to format, column by column.
//!
//! A step is a literal (names, punctuation and constants before the value) and a way to write the value of a row.
//! Values from a small set are rendered once per batch together with that literal; neighbouring small sets are
//! joined into one while the number of combinations stays below [`JOINED_MAX`].

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use odata::edm::EdmType;

use super::time::DateCache;
use super::{EncodeError, Field, IdFormat, Level, RowFormat, other, text};

/// Integers spanning fewer values than this in a batch become fragments.
const SMALL_RANGE: i64 = 256;
/// Most combinations that neighbouring small sets are joined into.
const JOINED_MAX: usize = 512;

/// One step of a row.
#[derive(Debug)]
pub(super) struct Step<'a> {
    lead: Vec<u8>,
    value: Value<'a>,
}

#[derive(Debug)]
pub(super) enum Value<'a> {
    Nothing,
    Coded {
        codes: Vec<u32>,
        fragments: Vec<Vec<u8>>,
        joined: Fragments,
    },
    Int32(&'a Int32Array, bool),
    Int64(&'a Int64Array, bool),
    Text(&'a StringArray),
    Time(&'a TimestampMicrosecondArray, DateCache),
    Double(&'a Float64Array),
    /// Finished JSON.
    Json(&'a BinaryArray),
    /// Values of other types, by way of `odata`.
    Literal(&'a ArrayRef, EdmType, bool),
    Id(Vec<(Arc<str>, &'a ArrayRef)>),
}

/// Fragments with their lead, end to end.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Fragments {
    fn new(lead: &[u8], fragments: &[Vec<u8>]) -> Self {
        let mut all = Self { bytes: Vec::new(), ends: vec![0] };
        for fragment in fragments {
            all.bytes.extend_from_slice(lead);
            all.bytes.extend_from_slice(fragment);
            all.ends.push(all.bytes.len() as u32);
        }
        all
    }

    #[inline]
    fn get(&self, code: u32) -> &[u8] {
        let at = code as usize;
        &self.bytes[self.ends[at] as usize..self.ends[at + 1] as usize]
    }
}

impl Step<'_> {
    /// Appends this step's part of `row`.
    #[inline]
    pub(super) fn write(&mut self, row: usize, out: &mut Vec<u8>) {
        if let Value::Coded { codes, joined, .. } = &self.value {
            out.extend_from_slice(joined.get(codes[row]));
            return;
        }
        out.extend_from_slice(&self.lead);
        self.value.write(row, out);
    }
}

impl Value<'_> {
    /// Appends the value of `row` alone.
    #[inline]
    pub(super) fn write(&mut self, row: usize, out: &mut Vec<u8>) {
        match self {
            Value::Nothing => {}
            Value::Coded { codes, fragments, .. } => {
                let code = codes.get(row).map_or(0, |code| *code as usize);
                out.extend_from_slice(fragments.get(code).map_or(&[][..], Vec::as_slice));
            }
            Value::Double(array) if array.is_valid(row) => other::double(out, array.value(row)),
            Value::Json(array) if array.is_valid(row) => out.extend_from_slice(array.value(row)),
            Value::Literal(array, ty, quoted) => other::literal(out, array, row, ty, *quoted),
            Value::Int32(array, quoted) => {
                write_int(out, array.is_valid(row), array.value(row).into(), *quoted);
            }
            Value::Int64(array, quoted) => write_int(out, array.is_valid(row), array.value(row), *quoted),
            Value::Text(array) if array.is_valid(row) => text::quoted(out, array.value(row)),
            Value::Time(array, cache) if array.is_valid(row) => {
                out.push(b'"');
                cache.write(out, array.value(row));
                out.push(b'"');
            }
            Value::Text(_) | Value::Time(..) | Value::Double(_) | Value::Json(_) => {
                out.extend_from_slice(b"null");
            }
            Value::Id(key) => write_id(out, key, row),
        }
    }
}

#[inline]
fn write_int(out: &mut Vec<u8>, valid: bool, value: i64, quoted: bool) {
    if !valid {
        out.extend_from_slice(b"null");
    } else if quoted {
        out.push(b'"');
        out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }
}

fn write_id(out: &mut Vec<u8>, key: &[(Arc<str>, &ArrayRef)], row: usize) {
    for (place, (name, array)) in key.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        if key.len() > 1 {
            out.extend_from_slice(name.as_bytes());
            out.push(b'=');
        }
        if let Some(array) = array.as_primitive_opt::<Int32Type>() {
            write_int(out, true, array.value(row).into(), false);
        } else if let Some(array) = array.as_primitive_opt::<Int64Type>() {
            write_int(out, true, array.value(row), false);
        } else if let Some(text) = text_at(array, row) {
            let text = odata::percent::encode(&format!("'{}'", text.replace('\'', "''")), "'");
            text::escaped(out, &text);
        }
    }
    out.extend_from_slice(b")\"");
}

fn text_at(array: &ArrayRef, row: usize) -> Option<&str> {
    if let Some(array) = array.as_string_opt::<i32>() {
        return Some(array.value(row));
    }
    let words = array.as_dictionary_opt::<Int32Type>()?;
    Some(words.values().as_string_opt::<i32>()?.value(words.key(row)?))
}

/// Compiles `batch`. The steps of a row write `,{…}`.
pub(super) fn compile<'a>(format: &RowFormat, batch: &'a RecordBatch) -> Result<Vec<Step<'a>>, EncodeError> {
    let mut program = Program { steps: Vec::new(), literal: b",{".to_vec(), first: true, open: Vec::new() };
    if format.level == Level::Full {
        program.name("@odata.type", &format.entity_type);
    }
    if let Some(id) = &format.id {
        program.id(id, batch)?;
    }
    for field in &format.fields {
        program.field(field, format, batch)?;
    }
    program.enter(&[]);
    program.literal.push(b'}');
    program.push(Value::Nothing);
    Ok(program.finish())
}

struct Program<'a> {
    steps: Vec<Step<'a>>,
    literal: Vec<u8>,
    first: bool,
    /// The structured properties that are being written, one inside the other.
    open: Vec<String>,
}

impl<'a> Program<'a> {
    fn comma(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.literal.push(b',');
        }
    }

    /// A constant property whose value is a type name.
    fn name(&mut self, property: &str, type_name: &str) {
        self.comma();
        self.literal.extend_from_slice(format!("\"{property}\":\"#{type_name}\"").as_bytes());
    }

    fn id(&mut self, id: &IdFormat, batch: &'a RecordBatch) -> Result<(), EncodeError> {
        self.comma();
        self.literal.extend_from_slice(format!("\"{}\":\"{}(", id.member, id.set).as_bytes());
        let key = id.key.iter().map(|field| {
            batch
                .columns()
                .get(field.column)
                .map(|array| (Arc::clone(&field.name), array))
                .ok_or_else(|| EncodeError::Type(Arc::clone(&field.name)))
        });
        let key = key.collect::<Result<Vec<_>, _>>()?;
        self.push(Value::Id(key));
        Ok(())
    }

    fn field(
        &mut self,
        field: &Field,
        format: &RowFormat,
        batch: &'a RecordBatch,
    ) -> Result<(), EncodeError> {
        let (groups, name) = nested(&field.name);
        self.enter(&groups);
        if format.level == Level::Full && has_type(&field.edm) {
            let type_name = field.edm.to_string();
            self.name(&format!("{name}@odata.type"), type_name.trim_start_matches("Edm."));
        }
        self.comma();
        self.literal.extend_from_slice(format!("\"{name}\":").as_bytes());
        let wrong = || EncodeError::Type(Arc::clone(&field.name));
        let array = batch.columns().get(field.column).ok_or_else(wrong)?;
        let value = value(array, &field.edm, format.ieee754_compatible).ok_or_else(wrong)?;
        self.push(value);
        Ok(())
    }

    /// Ends structured properties and begins others, so that what comes next is inside `groups`.
    fn enter(&mut self, groups: &[&str]) {
        let same = self.open.iter().zip(groups).take_while(|(open, group)| open == group).count();
        while self.open.len() > same {
            self.literal.push(b'}');
            self.first = false;
            self.open.pop();
        }
        for group in &groups[same..] {
            self.comma();
            self.literal.extend_from_slice(format!("\"{group}\":{{").as_bytes());
            self.first = true;
            self.open.push((*group).to_owned());
        }
    }

    /// Adds a value behind the literal gathered so far; a set of one joins the literal instead.
    fn push(&mut self, value: Value<'a>) {
        if let Value::Coded { codes, fragments, .. } = &value
            && (fragments.len() == 1 || codes.is_empty())
        {
            let fragment = fragments.first().map_or(&[][..], Vec::as_slice);
            self.literal.extend_from_slice(fragment);
            return;
        }
        let lead = std::mem::take(&mut self.literal);
        if let (Some(Step { value: Value::Coded { codes, fragments, .. }, .. }), next) =
            (self.steps.last_mut(), &value)
            && join(codes, fragments, &lead, next)
        {
            return;
        }
        self.steps.push(Step { lead, value });
    }

    fn finish(mut self) -> Vec<Step<'a>> {
        for step in &mut self.steps {
            if let Value::Coded { fragments, joined, .. } = &mut step.value {
                *joined = Fragments::new(&step.lead, fragments);
                fragments.clear();
            }
        }
        self.steps
    }
}

/// The structured properties around a property, and its own name: `a/b/c` is `c` inside `b` inside `a`.
pub(super) fn nested(name: &str) -> (Vec<&str>, &str) {
    match name.rsplit_once('/') {
        Some((groups, name)) => (groups.split('/').collect(), name),
        None => (Vec::new(), name),
    }
}

/// Joins what follows into the small set before it, if that leaves it small.
fn join(codes: &mut [u32], fragments: &mut Vec<Vec<u8>>, lead: &[u8], next: &Value<'_>) -> bool {
    let nothing = [Vec::new()];
    let (right_codes, right) = match next {
        Value::Nothing => (&[][..], &nothing[..]),
        Value::Coded { codes, fragments, .. } => (&codes[..], &fragments[..]),
        _ => return false,
    };
    if fragments.len() * right.len() > JOINED_MAX {
        return false;
    }
    if right.len() > 1 {
        for (code, right_code) in codes.iter_mut().zip(right_codes) {
            *code = *code * right.len() as u32 + right_code;
        }
    }
    *fragments = fragments
        .iter()
        .flat_map(|left| right.iter().map(move |right| [left, lead, right].concat()))
        .collect();
    true
}

/// Whether a value's type is not evident from its JSON (OData JSON 4.01, section 4.6.3).
pub(super) fn has_type(ty: &EdmType) -> bool {
    let is_evident = matches!(ty, EdmType::Boolean | EdmType::String | EdmType::Double);
    !is_evident && !is_structured(ty)
}

const fn is_structured(ty: &EdmType) -> bool {
    matches!(ty, EdmType::Complex(_) | EdmType::Entity(_) | EdmType::Collection(_))
}

/// The values of a column, prepared for writing.
pub(super) fn value<'a>(array: &'a ArrayRef, edm: &EdmType, ieee754: bool) -> Option<Value<'a>> {
    let quoted = ieee754 && *edm == EdmType::Int64;
    Some(match edm {
        EdmType::Boolean => booleans(array.as_boolean_opt()?),
        edm if edm.is_integer() => whole(array, quoted)?,
        EdmType::String | EdmType::Guid => match array.as_string_opt::<i32>() {
            Some(array) => all_null(array).unwrap_or(Value::Text(array)),
            None => dictionary(array)?,
        },
        EdmType::DateTimeOffset => times(array.as_primitive_opt::<TimestampMicrosecondType>()?),
        EdmType::Double | EdmType::Single => Value::Double(array.as_primitive_opt::<Float64Type>()?),
        edm if is_structured(edm) => Value::Json(array.as_binary_opt()?),
        edm => Value::Literal(array, edm.clone(), ieee754),
    })
}

fn whole(array: &ArrayRef, quoted: bool) -> Option<Value<'_>> {
    if let Some(array) = array.as_primitive_opt::<Int32Type>() {
        let get = |row| array.is_valid(row).then(|| array.value(row).into());
        return Some(small(array.len(), get, quoted).unwrap_or(Value::Int32(array, quoted)));
    }
    let array = array.as_primitive_opt::<Int64Type>()?;
    let get = |row| array.is_valid(row).then(|| array.value(row));
    Some(small(array.len(), get, quoted).unwrap_or(Value::Int64(array, quoted)))
}

fn coded(codes: Vec<u32>, fragments: Vec<Vec<u8>>) -> Value<'static> {
    Value::Coded { codes, fragments, joined: Fragments::default() }
}

fn all_null(array: &dyn Array) -> Option<Value<'static>> {
    (array.null_count() == array.len()).then(|| coded(Vec::new(), vec![b"null".to_vec()]))
}

fn booleans(array: &BooleanArray) -> Value<'static> {
    if array.null_count() == 0 && array.true_count() == 0 {
        return coded(Vec::new(), vec![b"false".to_vec()]);
    }
    if array.null_count() == 0 && array.false_count() == 0 {
        return coded(Vec::new(), vec![b"true".to_vec()]);
    }
    let code = |row| if array.is_null(row) { 2 } else { u32::from(array.value(row)) };
    let fragments = vec![b"false".to_vec(), b"true".to_vec(), b"null".to_vec()];
    all_null(array).unwrap_or_else(|| coded((0..array.len()).map(code).collect(), fragments))
}

/// Integers of a narrow range as codes; none when the range is wide.
fn small(rows: usize, get: impl Fn(usize) -> Option<i64>, quoted: bool) -> Option<Value<'static>> {
    let (mut least, mut most, mut nulls) = (i64::MAX, i64::MIN, false);
    for row in 0..rows {
        match get(row) {
            Some(value) => (least, most) = (least.min(value), most.max(value)),
            None => nulls = true,
        }
        if most.wrapping_sub(least) >= SMALL_RANGE && least <= most {
            return None;
        }
    }
    if least > most {
        return Some(coded(Vec::new(), vec![b"null".to_vec()]));
    }
    if i128::from(most) - i128::from(least) >= i128::from(SMALL_RANGE) {
        return None;
    }
    let mut fragments: Vec<_> = (least..=most)
        .map(|number| if quoted { format!("\"{number}\"") } else { number.to_string() }.into_bytes())
        .collect();
    let null_code = fragments.len() as u32;
    if nulls {
        fragments.push(b"null".to_vec());
    }
    let code = |row| get(row).map_or(null_code, |value| (value - least) as u32);
    Some(coded((0..rows).map(code).collect(), fragments))
}

fn dictionary(array: &ArrayRef) -> Option<Value<'static>> {
    let array = array.as_dictionary_opt::<Int32Type>()?;
    let texts = array.values().as_string_opt::<i32>()?;
    let mut fragments: Vec<_> = (0..texts.len())
        .map(|at| {
            let mut fragment = Vec::new();
            if texts.is_valid(at) {
                text::quoted(&mut fragment, texts.value(at))
            } else {
                fragment.extend(b"null")
            }
            fragment
        })
        .collect();
    let null_code = fragments.len() as u32;
    fragments.push(b"null".to_vec());
    let keys = array.keys();
    let code = |row| if keys.is_valid(row) { keys.value(row) as u32 } else { null_code };
    Some(all_null(array).unwrap_or_else(|| coded((0..array.len()).map(code).collect(), fragments)))
}

/// Times that are all the same are a constant, which times of the warehouse's own runs often are.
fn times(array: &TimestampMicrosecondArray) -> Value<'_> {
    if let Some(nothing) = all_null(array) {
        return nothing;
    }
    if array.null_count() == 0 && array.values().iter().all(|micros| *micros == array.value(0)) {
        let fragment = format!("\"{}\"", super::date_time_text(array.value(0)));
        return coded(Vec::new(), vec![fragment.into_bytes()]);
    }
    Value::Time(array, DateCache::default())
}
