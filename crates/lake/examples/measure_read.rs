//! How fast a file is written, and read into Arrow: 1,000,000 rows of 16 columns. Build it with `--release`.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{Field, Schema};
use jiff::SignedDuration;
use lake::{
    At, ColumnSpec, ColumnType, DataFile, Lake, LakeConfig, Old, Publish, PublishKey, Replace, TableSpec,
};
use world::World;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROWS: i64 = 1_000_000;
const BATCH_ROWS: usize = 8_192;
const COLUMNS: [(&str, ColumnType); 16] = [
    ("dateKey", ColumnType::Int32),
    ("deviceKey", ColumnType::Int64),
    ("userKey", ColumnType::Int64),
    ("osKey", ColumnType::Int32),
    ("modelKey", ColumnType::Int32),
    ("isManaged", ColumnType::Bool),
    ("isCompliant", ColumnType::Bool),
    ("freeBytes", ColumnType::Int64),
    ("totalBytes", ColumnType::Int64),
    ("score", ColumnType::Double),
    ("lastSeen", ColumnType::TimestampMicrosUtc),
    ("enrolledOn", ColumnType::Date),
    ("manufacturer", ColumnType::Utf8),
    ("osVersion", ColumnType::Utf8),
    ("deviceId", ColumnType::Utf8),
    ("deviceName", ColumnType::Utf8),
];

fn main() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("lake-measure-{}", std::process::id()));
    let result = measure(&folder);
    std::fs::remove_dir_all(&folder)?;
    result
}

fn measure(folder: &std::path::Path) -> Result<()> {
    let catalogue = sql::DatabaseUrl::sqlite(folder.join("catalogue.sqlite"));
    let lake = Lake::open(&LakeConfig { catalogue, data_dir: folder.join("data") }, World::real())?;
    let file = make(&lake)?;
    println!(
        "file: {} rows, {} bytes, {:.1} bytes a row",
        file.rows,
        file.bytes,
        file.bytes as f64 / ROWS as f64
    );
    let all: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let keys = &all[..5];
    let texts = &all[12..];
    for (what, columns) in [("all 16", all.as_slice()), ("5 integers", keys), ("4 texts", texts)] {
        for _ in 0..3 {
            let start = Instant::now();
            let mut memory = 0;
            for batch in lake.read(&file, columns, 0..file.rows, BATCH_ROWS)? {
                memory += batch?.get_array_memory_size();
            }
            report(&format!("read {what}"), start);
            std::hint::black_box(memory);
        }
    }
    let start = Instant::now();
    let last = lake.read(&file, &all, file.rows - 10..file.rows, BATCH_ROWS)?.count();
    println!("skip to the last 10 rows ({last} batch): {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

fn report(what: &str, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    println!("{what}: {:.0} ms, {:.2} million rows/s", seconds * 1e3, ROWS as f64 / seconds / 1e6);
}

fn make(lake: &Lake) -> Result<DataFile> {
    let column = |(name, ty): (&str, ColumnType)| ColumnSpec {
        name: name.to_owned(),
        ty,
        nullable: false,
        statistics: name != "deviceName",
    };
    let sort_key = vec!["deviceKey".to_owned()];
    let columns = COLUMNS.map(column).into();
    let spec =
        TableSpec { name: "devices".to_owned(), columns, sort_key, partition: Some("dateKey".to_owned()) };
    lake.ensure_tables(std::slice::from_ref(&spec))?;
    let fields: Vec<_> = spec.columns.iter().map(|c| Field::new(&c.name, c.ty.arrow(), false)).collect();
    let schema = Arc::new(Schema::new(fields));
    let step = BATCH_ROWS as i64;
    let batches = (0..ROWS).step_by(BATCH_ROWS).map(|first| rows(&schema, first..ROWS.min(first + step)));
    let batches = batches.collect::<Result<Vec<_>>>()?;
    let start = Instant::now();
    let mut writer = lake.writer(&spec, lake.attempt(), Some(20_260_101))?;
    for batch in &batches {
        writer.write(batch)?;
    }
    let files = writer.finish()?.into_iter().collect();
    report("write", start);
    let lease = lake.lease("publish", "measure", SignedDuration::from_hours(1))?;
    let replace = vec![Replace { table: "devices".to_owned(), old: Old::All, files }];
    let key = PublishKey { kind: "day".to_owned(), date_key: 20_260_101 };
    lake.publish(Publish { key, lease, replace, info: String::new(), supersede: false, begin_anew: false })?;
    let snapshot = lake.snapshot(&At::Latest)?;
    lake.files(&snapshot, "devices", None)?.pop().ok_or_else(|| "the file is not there".into())
}

/// The same rows each time; `mixed` is a number without a pattern that compression could use.
fn rows(schema: &Arc<Schema>, keys: std::ops::Range<i64>) -> Result<RecordBatch> {
    let mixed = |i: i64| i.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let small = |n: i64| Int32Array::from_iter_values(keys.clone().map(|i| (i * 7 % n) as i32));
    let large =
        |shift: u32| Int64Array::from_iter_values(keys.clone().map(|i| (mixed(i) >> shift).cast_signed()));
    let text = |make: &dyn Fn(i64) -> String| StringArray::from_iter_values(keys.clone().map(make));
    let seen = keys.clone().map(|i| 1_767_268_800_000_000 + (mixed(i) >> 28).cast_signed());
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from_iter_values(keys.clone().map(|_| 20_260_101))),
        Arc::new(Int64Array::from_iter_values(keys.clone())),
        Arc::new(Int64Array::from_iter_values(keys.clone().map(|i| i / 2))),
        Arc::new(small(12)),
        Arc::new(small(900)),
        Arc::new(BooleanArray::from_iter(keys.clone().map(|i| Some(i % 9 != 0)))),
        Arc::new(BooleanArray::from_iter(keys.clone().map(|i| Some(i % 4 != 0)))),
        Arc::new(large(24)),
        Arc::new(Int64Array::from_iter_values(keys.clone().map(|i| (i % 6 + 1) << 37))),
        Arc::new(Float64Array::from_iter_values(keys.clone().map(|i| (mixed(i) >> 40) as f64 / 1e3))),
        Arc::new(TimestampMicrosecondArray::from_iter_values(seen).with_timezone("UTC")),
        Arc::new(Date32Array::from_iter_values(keys.clone().map(|i| 20_000 + (i % 800) as i32))),
        Arc::new(text(&|i| ["Contoso", "Fabrikam", "Northwind"][(i % 3) as usize].to_owned())),
        Arc::new(text(&|i| format!("12.{}.{}", i % 20, i % 7))),
        Arc::new(text(&|i| format!("{:016x}-{:016x}", mixed(i), mixed(i + ROWS)))),
        Arc::new(text(&|i| format!("DESKTOP-{i:07}"))),
    ];
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}
