//! The encoder against a plain one built on serde_json.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, types::Int32Type,
};
use odata::edm::EdmType;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

#[derive(Clone, Debug)]
struct Line {
    flag: Option<bool>,
    small: Option<i32>,
    wide: Option<i64>,
    text: Option<String>,
    word: Option<u8>,
    time: Option<i64>,
}

const WORDS: [&str; 3] = ["Windows", "a \"quoted\" name", "snö\u{1}"];

fn line() -> impl Strategy<Value = Line> {
    (
        any::<Option<bool>>(),
        prop_oneof![Just(None), (-3i32..3).prop_map(Some), any::<i32>().prop_map(Some)],
        any::<Option<i64>>(),
        any::<Option<String>>(),
        proptest::option::of(0u8..3),
        proptest::option::of(-62_167_219_200_000_000i64..253_402_200_000_000_000),
    )
        .prop_map(|(flag, small, wide, text, word, time)| Line { flag, small, wide, text, word, time })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let constant = (line(), 1usize..20).prop_map(|(line, count)| vec![line; count]);
    prop_oneof![4 => prop::collection::vec(line(), 0..40), 1 => constant]
}

fn batch(lines: &[Line]) -> RecordBatch {
    let word: DictionaryArray<Int32Type> =
        lines.iter().map(|line| line.word.map(|at| WORDS[usize::from(at)])).collect();
    let times: TimestampMicrosecondArray = lines.iter().map(|line| line.time).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("flag", Arc::new(lines.iter().map(|line| line.flag).collect::<BooleanArray>())),
        ("small", Arc::new(lines.iter().map(|line| line.small).collect::<Int32Array>())),
        ("wide", Arc::new(lines.iter().map(|line| line.wide).collect::<Int64Array>())),
        ("text", Arc::new(lines.iter().map(|line| line.text.clone()).collect::<StringArray>())),
        ("word", Arc::new(word)),
        ("time", Arc::new(times.with_timezone("UTC"))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .expect("columns of equal length")
}

const TYPES: [(&str, EdmType); 6] = [
    ("flag", EdmType::Boolean),
    ("small", EdmType::Int32),
    ("wide", EdmType::Int64),
    ("text", EdmType::String),
    ("word", EdmType::String),
    ("time", EdmType::DateTimeOffset),
];

fn format(level: Level, ieee754_compatible: bool, id: bool) -> RowFormat {
    let fields: Vec<_> = TYPES
        .iter()
        .enumerate()
        .map(|(column, (name, edm))| Field { name: (*name).into(), edm: edm.clone(), column })
        .collect();
    let id = id.then(|| IdFormat {
        member: "@odata.id",
        set: "things",
        key: vec![fields[2].clone(), fields[3].clone()],
    });
    RowFormat { fields, ieee754_compatible, level, entity_type: "n.thing".to_owned(), id, omits_nulls: false }
}

/// The plain encoder: one serde_json object per row.
fn naive(lines: &[Line], format: &RowFormat) -> String {
    let rows: Vec<Value> = lines
        .iter()
        .map(|line| {
            let mut row = Map::new();
            if format.level == Level::Full {
                row.insert("@odata.type".to_owned(), json!("#n.thing"));
            }
            if format.id.is_some() {
                let text = line.text.clone().unwrap_or_default().replace('\'', "''");
                let text = odata::percent::encode(&text, "'");
                let wide = line.wide.unwrap_or_default();
                row.insert("@odata.id".to_owned(), json!(format!("things(wide={wide},text='{text}')")));
            }
            let word = line.word.map(|at| WORDS[usize::from(at)]);
            let time = line.time.map(|t| jiff::Timestamp::from_microsecond(t).expect("in range").to_string());
            let wide = if format.ieee754_compatible {
                json!(line.wide.map(|wide| wide.to_string()))
            } else {
                json!(line.wide)
            };
            let values =
                [json!(line.flag), json!(line.small), wide, json!(line.text), json!(word), json!(time)];
            for ((name, edm), value) in TYPES.iter().zip(values) {
                if format.level == Level::Full && !matches!(edm, EdmType::Boolean | EdmType::String) {
                    row.insert(format!("{name}@odata.type"), json!(edm.to_string().replace("Edm.", "#")));
                }
                row.insert((*name).to_owned(), value);
            }
            Value::Object(row)
        })
        .collect();
    serde_json::to_string(&json!({ "value": rows })).expect("plain data")
}

fn encoded(batches: &[RecordBatch], format: RowFormat) -> String {
    let mut page = PageEncoder::new(format, "{\"value\":");
    let mut bytes = Vec::new();
    for batch in batches {
        page.write(batch, &mut |chunk| {
            bytes.extend_from_slice(&chunk);
            true
        })
        .expect("the types agree");
    }
    bytes.extend_from_slice(&page.finish("}"));
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

proptest! {
    #[test]
    fn equals_the_plain_encoder(
        first in lines(), second in lines(), full in any::<bool>(), ieee754 in any::<bool>(), id in any::<bool>(),
        skip in 0usize..5,
    ) {
        let mut id_lines: Vec<Vec<Line>> = vec![first, second];
        if id {
            // A key is never null.
            for line in id_lines.iter_mut().flatten() {
                line.wide.get_or_insert(7);
                line.text.get_or_insert_with(|| "it's".to_owned());
            }
        }
        let [first, second] = &id_lines[..] else { unreachable!("two lists") };
        let skip = skip.min(second.len());
        let format = format(if full { Level::Full } else { Level::Minimal }, ieee754, id);
        let batches = [batch(first), batch(second).slice(skip, second.len() - skip)];
        let all: Vec<_> = first.iter().chain(&second[skip..]).cloned().collect();
        prop_assert_eq!(encoded(&batches, format.clone()), naive(&all, &format));
    }
}

#[test]
fn a_long_page_leaves_in_chunks_and_stops_when_nobody_reads() {
    let line =
        Line { flag: None, small: None, wide: Some(1), text: Some("x".repeat(1000)), word: None, time: None };
    let batch = batch(&vec![line; 2000]);
    let mut page = PageEncoder::new(format(Level::Minimal, false, false), "{\"value\":");
    let mut sizes = Vec::new();
    page.write(&batch, &mut |chunk| {
        sizes.push(chunk.len());
        true
    })
    .expect("the types agree");
    assert!(
        sizes.len() >= 7 && sizes.iter().all(|size| (CHUNK_BYTES..CHUNK_BYTES + 2000).contains(size)),
        "{sizes:?}"
    );
    assert_eq!(page.write(&batch, &mut |_| false), Err(EncodeError::Stopped));
}

#[test]
fn a_column_of_another_type_is_refused_by_name() {
    let mut format = format(Level::Minimal, false, false);
    format.fields[0].edm = EdmType::Int64;
    let mut page = PageEncoder::new(format, "");
    assert_eq!(page.write(&batch(&[]), &mut |_| true), Err(EncodeError::Type("flag".into())));
}
