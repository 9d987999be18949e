//! Makes a small lake in a folder, for other programs to read: `make_lake DIR`.
//!
//! Prints a JSON object with the catalogue, the data folder and the rows each table must have. With
//! `LAKE_CATALOGUE` set to a PostgreSQL URL the catalogue is made there, in the schema `lake`.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{Field, Schema};
use jiff::SignedDuration;
use lake::{
    Attempt, ColumnSpec, ColumnType, Keep, Lake, LakeConfig, Lease, Old, Publish, PublishKey, Replace,
    StagedFile, TableSpec,
};
use world::World;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROWS_A_DAY: i64 = 1_000;

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("usage: make_lake DIR")?;
    let folder = Path::new(&folder);
    let world = World::seeded(7, "2026-01-01T00:00:00Z".parse()?);
    let catalogue = match std::env::var("LAKE_CATALOGUE") {
        Ok(url) => url.parse::<sql::DatabaseUrl>()?.with_schema("lake"),
        Err(_) => sql::DatabaseUrl::sqlite(folder.join("catalogue.sqlite")),
    };
    let config = LakeConfig { catalogue, data_dir: folder.join("data") };
    let lake = Lake::open(&config, world.clone())?;
    lake.ensure_tables(&[devices(false), kinds()])?;
    let lease = lake.lease("publish", "make_lake", SignedDuration::from_hours(24 * 30))?;
    for day in 1..=4 {
        publish_day(&lake, &lease, day, day > 2)?;
        world.clock.advance(SignedDuration::from_hours(24));
        if day == 2 {
            lake.ensure_tables(&[devices(true), kinds()])?;
        }
    }
    // A day on which nothing changed.
    let key = PublishKey { kind: "day".to_owned(), date_key: 20_260_105 };
    lake.publish(Publish {
        key,
        lease,
        replace: Vec::new(),
        info: String::new(),
        supersede: false,
        begin_anew: false,
    })?;
    let now = world.clock.now();
    lake.expire(Keep { newer_than: now.saturating_sub(SignedDuration::from_hours(60))?, at_least: 1 })?;
    lake.collect_garbage(SignedDuration::ZERO)?;
    let expected = BTreeMap::from([("devices", ROWS_A_DAY * 3), ("kinds", 2)]);
    let catalogue = folder.join("catalogue.sqlite");
    let report = serde_json::json!({ "catalogue": catalogue, "data": lake.data_dir(), "rows": expected });
    println!("{report}");
    Ok(())
}

fn column(name: &str, ty: ColumnType, nullable: bool) -> ColumnSpec {
    ColumnSpec { name: name.to_owned(), ty, nullable, statistics: true }
}

fn devices(with_note: bool) -> TableSpec {
    let mut columns = vec![
        column("dateKey", ColumnType::Int32, false),
        column("deviceKey", ColumnType::Int64, false),
        ColumnSpec { statistics: false, ..column("deviceName", ColumnType::Utf8, true) },
        column("manufacturer", ColumnType::Utf8, false),
        column("isManaged", ColumnType::Bool, false),
        column("freeGigabytes", ColumnType::Double, true),
        column("lastSeen", ColumnType::TimestampMicrosUtc, false),
        column("enrolledOn", ColumnType::Date, true),
    ];
    if with_note {
        columns.push(column("note", ColumnType::Utf8, true));
    }
    let sort_key = vec!["deviceKey".to_owned()];
    TableSpec { name: "devices".to_owned(), columns, sort_key, partition: Some("dateKey".to_owned()) }
}

fn kinds() -> TableSpec {
    let columns = vec![column("kindKey", ColumnType::Int32, false), column("kind", ColumnType::Utf8, false)];
    TableSpec { name: "kinds".to_owned(), columns, sort_key: vec!["kindKey".to_owned()], partition: None }
}

fn publish_day(lake: &Lake, lease: &Lease, day: i32, with_note: bool) -> Result<()> {
    let attempt = lake.attempt();
    let date_key = 20_260_100 + day;
    let key = i64::from(date_key);
    let devices = stage(lake, &devices(with_note), attempt, Some(key), device_rows(day, with_note))?;
    let kinds = stage(lake, &kinds(), attempt, None, kind_rows())?;
    let replace = vec![
        Replace { table: "devices".to_owned(), old: Old::PartitionsBefore(key - 2), files: Vec::new() },
        Replace { table: "devices".to_owned(), old: Old::Partition(key), files: devices },
        Replace { table: "kinds".to_owned(), old: Old::All, files: kinds },
    ];
    let key = PublishKey { kind: "day".to_owned(), date_key };
    let publish = Publish {
        key,
        lease: lease.clone(),
        replace,
        info: String::new(),
        supersede: false,
        begin_anew: false,
    };
    lake.publish(publish)?;
    Ok(())
}

fn stage(
    lake: &Lake,
    spec: &TableSpec,
    attempt: Attempt,
    partition: Option<i64>,
    columns: Vec<ArrayRef>,
) -> Result<Vec<StagedFile>> {
    let fields: Vec<_> = spec.columns.iter().map(|c| Field::new(&c.name, c.ty.arrow(), c.nullable)).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?;
    let mut writer = lake.writer(spec, attempt, partition)?;
    writer.write(&batch)?;
    Ok(writer.finish()?.into_iter().collect())
}

fn device_rows(day: i32, with_note: bool) -> Vec<ArrayRef> {
    let rows = || 0..ROWS_A_DAY;
    let noon = 1_767_268_800_000_000 + i64::from(day - 1) * 86_400_000_000;
    let end_of_time = 253_402_214_400_000_000;
    let seen = rows().map(|i| if i == 0 { end_of_time } else { noon + i });
    let free = rows().map(|i| (i % 5 != 0).then_some(i as f64 / 4.0));
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from_iter_values(rows().map(|_| 20_260_100 + day))),
        Arc::new(Int64Array::from_iter_values(rows())),
        Arc::new(StringArray::from_iter(rows().map(|i| (i != 3).then(|| format!("laptop-{i}"))))),
        Arc::new(StringArray::from_iter_values(
            rows().map(|i| ["Contoso", "Fabrikam"][usize::from(i % 2 == 1)]),
        )),
        Arc::new(BooleanArray::from_iter(rows().map(|i| Some(i % 3 == 0)))),
        Arc::new(Float64Array::from_iter(free)),
        Arc::new(TimestampMicrosecondArray::from_iter_values(seen).with_timezone("UTC")),
        Arc::new(Date32Array::from_iter(rows().map(|i| (i % 2 == 0).then_some(20_454)))),
    ];
    if with_note {
        columns.push(Arc::new(StringArray::from_iter(rows().map(|i| (i == 7).then_some("seventh")))));
    }
    columns
}

fn kind_rows() -> Vec<ArrayRef> {
    vec![
        Arc::new(Int32Array::from_iter_values([0, 1])),
        Arc::new(StringArray::from_iter_values(["Desktop", "Phone"])),
    ]
}
