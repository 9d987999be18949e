//! A small lake of two tables, days that can be told apart, and reading everything back.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{Field, Schema};
use jiff::{SignedDuration, Timestamp};
use lake::{
    At, ColumnSpec, ColumnType, DataFile, Lake, LakeConfig, Lease, Old, Publish, PublishKey, Replace,
    Snapshot, SnapshotId, StagedFile, TableSpec,
};
use sql::DatabaseUrl;
use world::World;

pub(crate) const START: &str = "2026-01-01T00:00:00Z";
pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);
pub(crate) const NAME: &str = "Emmeline";

static NEXT: AtomicU64 = AtomicU64::new(0);

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A fresh lake, and what it takes to open it again.
pub(crate) struct Lab {
    pub(crate) lake: Lake,
    pub(crate) config: LakeConfig,
    pub(crate) world: World,
}

/// The values of each table, by its name: (partition or 0, key, text).
pub(crate) type Content = BTreeMap<&'static str, Vec<(i64, i64, String)>>;

/// A fresh catalogue of each engine.
pub(crate) fn catalogues(folder: &Path) -> Vec<DatabaseUrl> {
    let mut catalogues = vec![DatabaseUrl::sqlite(folder.join("catalogue.sqlite"))];
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        let schema = format!("lake_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        catalogues.push(url.parse::<DatabaseUrl>().unwrap().with_schema(&schema));
    }
    catalogues
}

/// Runs `test` on a fresh lake of each engine.
pub(crate) fn check(mut test: impl FnMut(&Lab)) {
    let folder = tempfile::tempdir().unwrap();
    let catalogues = catalogues(folder.path());
    for (index, catalogue) in catalogues.into_iter().enumerate() {
        let config = LakeConfig { catalogue, data_dir: folder.path().join(index.to_string()) };
        let world = World::with_set_clock(START.parse().unwrap());
        let lake = Lake::open(&config, world.clone()).unwrap();
        lake.ensure_tables(&[devices(), kinds()]).unwrap();
        test(&Lab { lake, config, world });
    }
}

impl Lab {
    /// As another process sees the same lake.
    pub(crate) fn reopened(&self) -> Lake {
        Lake::open(&self.config, self.world.clone()).unwrap()
    }

    pub(crate) fn lease(&self) -> Lease {
        self.lake.lease("publish", "tests", HOUR).unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.world.clock.now()
    }
}

fn column(name: &str, ty: ColumnType, statistics: bool) -> ColumnSpec {
    ColumnSpec { name: name.to_owned(), ty, nullable: false, statistics }
}

/// Partitioned, with a personal column.
pub(crate) fn devices() -> TableSpec {
    let columns = vec![
        column("dateKey", ColumnType::Int32, true),
        column("deviceKey", ColumnType::Int64, true),
        column("deviceName", ColumnType::Utf8, false),
    ];
    let (sort_key, partition) = (vec!["deviceKey".to_owned()], Some("dateKey".to_owned()));
    TableSpec { name: "devices".to_owned(), columns, sort_key, partition }
}

/// Replaced whole every day.
pub(crate) fn kinds() -> TableSpec {
    let columns = vec![column("kindKey", ColumnType::Int64, true), column("kind", ColumnType::Utf8, true)];
    TableSpec { name: "kinds".to_owned(), columns, sort_key: Vec::new(), partition: None }
}

pub(crate) fn batch(spec: &TableSpec, columns: Vec<ArrayRef>) -> RecordBatch {
    let fields: Vec<_> = spec.columns.iter().map(|c| Field::new(&c.name, c.ty.arrow(), c.nullable)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

pub(crate) fn device_batch(date_key: i32, keys: std::ops::Range<i64>, name: &str) -> RecordBatch {
    let n_rows = usize::try_from(keys.end - keys.start).unwrap();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from(vec![date_key; n_rows])),
        Arc::new(Int64Array::from_iter_values(keys)),
        Arc::new(StringArray::from(vec![name; n_rows])),
    ];
    batch(&devices(), columns)
}

pub(crate) fn kind_batch(kind: &str) -> RecordBatch {
    batch(&kinds(), vec![Arc::new(Int64Array::from(vec![1])), Arc::new(StringArray::from(vec![kind]))])
}

pub(crate) fn stage(
    lake: &Lake,
    spec: &TableSpec,
    partition: Option<i64>,
    batch: &RecordBatch,
) -> Result<Vec<StagedFile>, Failure> {
    let mut writer = lake.writer(spec, lake.attempt(), partition)?;
    writer.write(batch)?;
    Ok(writer.finish()?.into_iter().collect())
}

pub(crate) fn key(date_key: i32) -> PublishKey {
    PublishKey { kind: "day".to_owned(), date_key }
}

/// Stages two tables and publishes them as the day `date_key`.
pub(crate) fn publish_day(
    lake: &Lake,
    lease: &Lease,
    date_key: i32,
    text: &str,
) -> Result<SnapshotId, Failure> {
    Ok(lake.publish(day(lake, lease, date_key, text)?)?)
}

pub(crate) fn day(lake: &Lake, lease: &Lease, date_key: i32, text: &str) -> Result<Publish, Failure> {
    let partition = i64::from(date_key);
    let rows = device_batch(date_key, 0..3, text);
    let replace = vec![
        Replace {
            table: "devices".to_owned(),
            old: Old::Partition(partition),
            files: stage(lake, &devices(), Some(partition), &rows)?,
        },
        Replace {
            table: "kinds".to_owned(),
            old: Old::All,
            files: stage(lake, &kinds(), None, &kind_batch(text))?,
        },
    ];
    Ok(Publish {
        key: key(date_key),
        lease: lease.clone(),
        replace,
        info: "test".to_owned(),
        supersede: false,
        begin_anew: false,
    })
}

/// Everything there is at a snapshot.
pub(crate) fn content(lake: &Lake, at: &At) -> Content {
    let snapshot = lake.snapshot(at).unwrap();
    let rows = |table, key, text| -> Vec<(i64, i64, String)> {
        files(lake, &snapshot, table).iter().flat_map(|file| file_rows(lake, file, key, text)).collect()
    };
    BTreeMap::from([
        ("devices", rows("devices", "deviceKey", "deviceName")),
        ("kinds", rows("kinds", "kindKey", "kind")),
    ])
}

pub(crate) fn files(lake: &Lake, snapshot: &Snapshot, table: &str) -> Vec<DataFile> {
    lake.files(snapshot, table, None).unwrap()
}

fn file_rows(lake: &Lake, file: &DataFile, key: &str, text: &str) -> Vec<(i64, i64, String)> {
    let mut rows = Vec::new();
    for batch in lake.read(file, &[key, text], 0..file.rows, 1024).unwrap() {
        let batch = batch.unwrap();
        let keys = batch.column(0).as_primitive::<Int64Type>();
        let texts = strings(batch.column(1));
        let partition = file.partition.unwrap_or(0);
        rows.extend(keys.values().iter().zip(texts).map(|(key, text)| (partition, *key, text)));
    }
    rows
}

/// The texts of a column, however it came.
pub(crate) fn strings(column: &ArrayRef) -> Vec<String> {
    if let Some(plain) = column.as_string_opt::<i32>() {
        return plain.iter().map(|text| text.unwrap_or("(null)").to_owned()).collect();
    }
    let dictionary = column.as_dictionary::<Int32Type>();
    let texts = dictionary.downcast_dict::<StringArray>().unwrap();
    texts.into_iter().map(|text| text.unwrap_or("(null)").to_owned()).collect()
}

/// What the lake holds after these days were published, each with its text.
pub(crate) fn expected(days: &[(i32, &str)]) -> Content {
    let mut days = days.to_vec();
    let last = days.last().map(|(_, text)| vec![(0, 1, (*text).to_owned())]).unwrap_or_default();
    days.sort_unstable();
    let devices = days
        .iter()
        .flat_map(|(date_key, text)| (0..3).map(move |i| (i64::from(*date_key), i, (*text).to_owned())));
    BTreeMap::from([("devices", devices.collect()), ("kinds", last)])
}

/// Every file below a folder that is data.
pub(crate) fn parquet_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(parquet_files(&path));
        } else if path.extension().is_some_and(|end| end == "parquet") {
            found.push(path);
        }
    }
    found.sort();
    found
}
