//! Reading: the right rows of the right columns, in bounded memory.

use std::process::Command;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int32Array, Int64Array, StringArray};
use arrow_schema::DataType;
use lake::{At, DataFile, Lake, LakeConfig, Old, Publish, ROW_GROUP_ROWS, ReadError, Replace};
use sql::DatabaseUrl;
use world::World;

use crate::kit::*;

const CHILD: &str = "LAKE_TEST_READS";

/// One partition of `n_rows` rows: keys from 0, names that all differ or all from a few.
fn publish_rows(lake: &Lake, date_key: i32, n_rows: usize, name: impl Fn(i64) -> String) -> DataFile {
    let lease = lake.lease("publish", "tests", HOUR).unwrap();
    let partition = i64::from(date_key);
    let mut writer = lake.writer(&devices(), lake.attempt(), Some(partition)).unwrap();
    let last = i64::try_from(n_rows).unwrap();
    for first in (0..last).step_by(10_000) {
        let keys = first..last.min(first + 10_000);
        let names = StringArray::from_iter_values(keys.clone().map(&name));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from(vec![date_key; names.iter().len()])),
            Arc::new(Int64Array::from_iter_values(keys)),
            Arc::new(names),
        ];
        writer.write(&batch(&devices(), columns)).unwrap();
    }
    assert_eq!(writer.rows(), n_rows as u64);
    let files = vec![writer.finish().unwrap().unwrap()];
    let replace = vec![Replace { table: "devices".to_owned(), old: Old::Partition(partition), files }];
    let publish = Publish {
        key: key(date_key),
        lease,
        replace,
        info: String::new(),
        supersede: true,
        begin_anew: false,
    };
    lake.publish(publish).unwrap();
    let snapshot = lake.snapshot(&At::Latest).unwrap();
    lake.files(&snapshot, "devices", Some(partition..=partition)).unwrap().remove(0)
}

fn keys(lake: &Lake, file: &DataFile, rows: std::ops::Range<u64>, batch_rows: usize) -> Vec<i64> {
    let batches = lake.read(file, &["deviceKey"], rows, batch_rows).unwrap();
    let read = batches.map(|batch| {
        let batch = batch.unwrap();
        assert!(batch.num_rows() <= batch_rows);
        batch.column(0).as_primitive::<Int64Type>().values().to_vec()
    });
    read.flatten().collect()
}

#[test]
fn any_range_of_rows_comes_back() {
    check(|lab| {
        let group = ROW_GROUP_ROWS as u64;
        let n_rows = group * 2 + 5_000;
        let file = publish_rows(&lab.lake, 20_260_101, usize::try_from(n_rows).unwrap(), |i| {
            format!("pc-{}", i % 7)
        });
        assert_eq!(file.row_groups().collect::<Vec<_>>(), [group, group, 5_000]);
        for rows in [
            0..10,
            group - 1..group + 1,
            group..group + 3,
            group * 2 - 2..n_rows,
            n_rows - 1..n_rows + 50,
            group + 70_000..group + 70_003,
            5..5,
            n_rows..n_rows + 1,
            0..n_rows,
        ] {
            let expected: Vec<i64> =
                (rows.start..rows.end.min(n_rows)).map(|row| row.cast_signed()).collect();
            assert_eq!(keys(&lab.lake, &file, rows.clone(), 8192), expected, "{rows:?}");
        }
    });
}

#[test]
fn columns_come_in_the_order_they_are_asked_for() {
    check(|lab| {
        let file = publish_rows(&lab.lake, 20_260_101, 10, |i| format!("pc-{}", i % 2));
        let read = |columns: &[&str]| {
            lab.lake.read(&file, columns, 2..4, 100).map(|batches| batches.collect::<Vec<_>>())
        };
        let batch = read(&["deviceName", "deviceKey", "deviceName"]).unwrap().remove(0).unwrap();
        assert_eq!(strings(batch.column(0)), ["pc-0", "pc-1"]);
        assert_eq!(batch.column(1).as_primitive::<Int64Type>().values(), &[2, 3]);
        assert_eq!(strings(batch.column(2)), ["pc-0", "pc-1"]);
        let counted = read(&[]).unwrap().remove(0).unwrap();
        assert_eq!((counted.num_columns(), counted.num_rows()), (0, 2));
        assert!(matches!(read(&["devicename"]), Err(ReadError::UnknownColumn(name)) if name == "devicename"));
        std::fs::remove_file(&file.path).unwrap();
        assert!(matches!(read(&["deviceKey"]), Err(ReadError::Gone(_))));
    });
}

#[test]
fn text_of_few_values_comes_as_a_dictionary() {
    check(|lab| {
        let few = publish_rows(&lab.lake, 20_260_101, ROW_GROUP_ROWS + 10, |i| format!("pc-{}", i % 40));
        let many = publish_rows(&lab.lake, 20_260_102, 50_000, |i| {
            format!("{:x}", i.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15))
        });
        for (file, is_dictionary, third) in [(few, true, "pc-3"), (many, false, "daa66d2c7ddf743f")] {
            let batches = lab.lake.read(&file, &["deviceName"], 3..file.rows, 1000).unwrap();
            let ty = batches.schema().field(0).data_type().clone();
            assert_eq!(matches!(&ty, DataType::Dictionary(_, _)), is_dictionary, "{ty}");
            let all: Vec<_> = batches.map(Result::unwrap).collect();
            assert!(all.iter().all(|batch| *batch.column(0).data_type() == ty));
            assert_eq!(strings(all[0].column(0))[0], third);
            assert_eq!(all.iter().map(|batch| batch.num_rows() as u64).sum::<u64>(), file.rows - 3);
        }
    });
}

#[test]
fn a_batch_may_be_written_as_a_dictionary() {
    check(|lab| {
        let plain = device_batch(20_260_101, 0..3, "same");
        let dictionary: arrow_array::DictionaryArray<arrow_array::types::Int32Type> =
            ["a", "b", "a"].into_iter().collect();
        let schema = arrow_schema::Schema::new(vec![
            plain.schema().field(0).clone(),
            plain.schema().field(1).clone(),
            plain
                .schema()
                .field(2)
                .clone()
                .with_data_type(DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))),
        ]);
        let columns =
            vec![plain.column(0).clone(), plain.column(1).clone(), Arc::new(dictionary) as ArrayRef];
        let mixed = arrow_array::RecordBatch::try_new(Arc::new(schema), columns).unwrap();
        let mut writer = lab.lake.writer(&devices(), lab.lake.attempt(), Some(20_260_101)).unwrap();
        writer.write(&mixed).unwrap();
        writer.write(&plain).unwrap();
        let files = vec![writer.finish().unwrap().unwrap()];
        let replace = vec![Replace { table: "devices".to_owned(), old: Old::All, files }];
        let publish = Publish {
            key: key(1),
            lease: lab.lease(),
            replace,
            info: String::new(),
            supersede: false,
            begin_anew: false,
        };
        lab.lake.publish(publish).unwrap();
        let texts =
            content(&lab.lake, &At::Latest)["devices"].iter().map(|row| row.2.clone()).collect::<Vec<_>>();
        assert_eq!(texts, ["a", "b", "a", "same", "same", "same"]);
    });
}

/// The most memory this process has had, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn memory_does_not_grow_with_the_file() {
    let open = |folder: &std::path::Path| {
        let catalogue = DatabaseUrl::sqlite(folder.join("catalogue.sqlite"));
        let config = LakeConfig { catalogue, data_dir: folder.join("data") };
        Lake::open(&config, World::with_set_clock(START.parse().unwrap())).unwrap()
    };
    // As the child: read one day whole and tell the peak.
    if let Ok(asked) = std::env::var(CHILD) {
        let (folder, date_key) = asked.split_once('|').unwrap();
        let (lake, date_key) = (open(folder.as_ref()), date_key.parse::<i64>().unwrap());
        let snapshot = lake.snapshot(&At::Latest).unwrap();
        let file = lake.files(&snapshot, "devices", Some(date_key..=date_key)).unwrap().remove(0);
        let batches = lake.read(&file, &["dateKey", "deviceKey", "deviceName"], 0..file.rows, 4096).unwrap();
        let n_rows: usize = batches.map(|batch| batch.unwrap().num_rows()).sum();
        println!("read {n_rows} peak {}", peak_kib());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    lake.ensure_tables(&[devices()]).unwrap();
    let name = |i: i64| format!("a rather long name of a machine, number {i}");
    let peaks = [(20_260_101, 150_000), (20_260_102, 1_000_000)].map(|(date_key, n_rows)| {
        publish_rows(&lake, date_key, n_rows, name);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "read::memory_does_not_grow_with_the_file", "--nocapture"])
            .env(CHILD, format!("{}|{date_key}", folder.path().display()))
            .output()
            .unwrap();
        let told = String::from_utf8(child.stdout).unwrap();
        let line = told.lines().find_map(|line| line.split_once(&format!("read {n_rows} peak "))).unwrap();
        line.1.trim().parse::<u64>().unwrap()
    });
    // The large file holds 45 MB of names more than the small one.
    assert!(peaks[1] < peaks[0] + 8 * 1024, "peaks in KiB: {peaks:?}");
}
