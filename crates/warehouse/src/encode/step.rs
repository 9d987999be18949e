//! Compiling a batch into steps: what to copy and what to format, column by column.
//!
//! A step is a literal (names, punctuation and constants before the value) and a way to write the value of a row.
//! Values from a small set are rendered once per batch together with that literal; neighbouring small sets are
//! joined into one while the number of combinations stays below [`JOINED_MAX`].

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use model::EdmType;

use super::time::DateCache;
use super::{EncodeError, Field, IdFormat, Level, RowFormat, text};

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
enum Value<'a> {
    Nothing,
    Coded { codes: Vec<u32>, fragments: Vec<Vec<u8>>, joined: Fragments },
    Int32(&'a Int32Array),
    Int64(&'a Int64Array, bool),
    Text(&'a StringArray),
    Time(&'a TimestampMicrosecondArray, DateCache),
    Id(Vec<(&'static str, &'a ArrayRef)>),
}

/// Fragments with their lead, end to end.
#[derive(Debug, Default)]
struct Fragments {
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
        match &mut self.value {
            Value::Nothing | Value::Coded { .. } => {}
            Value::Int32(array) => write_int(out, array.is_valid(row), array.value(row).into(), false),
            Value::Int64(array, quoted) => write_int(out, array.is_valid(row), array.value(row), *quoted),
            Value::Text(array) if array.is_valid(row) => text::quoted(out, array.value(row)),
            Value::Time(array, cache) if array.is_valid(row) => {
                out.push(b'"');
                cache.write(out, array.value(row));
                out.push(b'"');
            }
            Value::Text(_) | Value::Time(..) => out.extend_from_slice(b"null"),
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

fn write_id(out: &mut Vec<u8>, key: &[(&'static str, &ArrayRef)], row: usize) {
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
        } else if let Some(array) = array.as_string_opt::<i32>() {
            text::escaped(out, &format!("'{}'", array.value(row).replace('\'', "''")));
        }
    }
    out.extend_from_slice(b")\"");
}

/// Compiles `batch`. The steps of a row write `,{…}`.
pub(super) fn compile<'a>(format: &RowFormat, batch: &'a RecordBatch) -> Result<Vec<Step<'a>>, EncodeError> {
    let mut program = Program { steps: Vec::new(), literal: b",{".to_vec(), first: true };
    if format.level == Level::Full {
        program.name("@odata.type", &format.entity_type);
    }
    if let Some(id) = &format.id {
        program.id(id, batch)?;
    }
    for field in &format.fields {
        program.field(field, format, batch)?;
    }
    program.literal.push(b'}');
    program.push(Value::Nothing);
    Ok(program.finish())
}

struct Program<'a> {
    steps: Vec<Step<'a>>,
    literal: Vec<u8>,
    first: bool,
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
        self.literal.extend_from_slice(format!("\"@odata.id\":\"{}(", id.set).as_bytes());
        let key = id.key.iter().map(|field| {
            batch
                .columns()
                .get(field.column)
                .map(|array| (field.name, array))
                .ok_or(EncodeError::Type(field.name))
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
        if format.level == Level::Full && !matches!(field.edm, EdmType::Boolean | EdmType::String) {
            let type_name = field.edm.as_str().trim_start_matches("Edm.");
            self.name(&format!("{}@odata.type", field.name), type_name);
        }
        self.comma();
        self.literal.extend_from_slice(format!("\"{}\":", field.name).as_bytes());
        let array = batch.columns().get(field.column).ok_or(EncodeError::Type(field.name))?;
        let quoted = format.ieee754_compatible && field.edm == EdmType::Int64;
        let value = value(array, field.edm, quoted).ok_or(EncodeError::Type(field.name))?;
        self.push(value);
        Ok(())
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

fn value(array: &ArrayRef, edm: EdmType, quoted: bool) -> Option<Value<'_>> {
    Some(match edm {
        EdmType::Boolean => booleans(array.as_boolean_opt()?),
        EdmType::Int32 => {
            let array = array.as_primitive_opt::<Int32Type>()?;
            small(array.len(), |row| array.is_valid(row).then(|| array.value(row).into()), false)
                .unwrap_or(Value::Int32(array))
        }
        EdmType::Int64 => {
            let array = array.as_primitive_opt::<Int64Type>()?;
            small(array.len(), |row| array.is_valid(row).then(|| array.value(row)), quoted)
                .unwrap_or(Value::Int64(array, quoted))
        }
        EdmType::String => match array.as_string_opt::<i32>() {
            Some(array) => all_null(array).unwrap_or(Value::Text(array)),
            None => dictionary(array)?,
        },
        EdmType::DateTimeOffset => times(array.as_primitive_opt::<TimestampMicrosecondType>()?),
    })
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
