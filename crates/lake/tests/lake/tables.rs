//! Tables: only additions, and what a writer refuses.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, Int64Array, StringArray};
use lake::{At, ColumnSpec, ColumnType, EnsureError, Lake, LakeConfig, OpenError, WriteError};
use sql::{Database, Sql, SqlError};

use crate::kit::*;

fn noted() -> lake::TableSpec {
    let mut spec = kinds();
    let note = ColumnSpec { name: "note".to_owned(), ty: ColumnType::Utf8, nullable: true, statistics: true };
    spec.columns.insert(1, note);
    spec
}

#[test]
fn ensuring_again_changes_nothing_and_a_new_column_is_null_in_old_files() {
    check(|lab| {
        publish_day(&lab.lake, &lab.lease(), 20_260_101, "old").unwrap();
        let before = lab.lake.snapshot(&At::Latest).unwrap();
        lab.lake.ensure_tables(&[devices(), kinds()]).unwrap();
        assert_eq!(lab.lake.snapshot(&At::Latest).unwrap(), before);

        lab.lake.ensure_tables(&[devices(), noted()]).unwrap();
        let after = lab.lake.snapshot(&At::Latest).unwrap();
        assert_eq!((after.id.0, after.schema_version), (before.id.0 + 1, before.schema_version + 1));
        let file = files(&lab.lake, &after, "kinds").remove(0);
        let rows: Vec<_> =
            lab.lake.read(&file, &["note", "kind"], 0..9, 10).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (strings(rows[0].column(0)), strings(rows[0].column(1))),
            (vec!["(null)".to_owned()], vec!["old".to_owned()])
        );
        let only_new: Vec<_> =
            lab.lake.read(&file, &["note"], 0..9, 10).unwrap().map(Result::unwrap).collect();
        assert_eq!(only_new.iter().map(|batch| batch.num_rows()).collect::<Vec<_>>(), [1]);
        let earlier = files(&lab.lake, &before, "kinds").remove(0);
        assert!(lab.lake.read(&earlier, &["note"], 0..9, 10).is_err());
    });
}

#[test]
fn a_refused_change_changes_nothing() {
    check(|lab| {
        let before = lab.lake.snapshot(&At::Latest).unwrap();
        let mut fewer = kinds();
        fewer.columns.pop();
        let mut fresh = noted();
        fresh.name = "fresh".to_owned();
        let refused = lab.lake.ensure_tables(&[fresh.clone(), fewer]).unwrap_err();
        assert!(matches!(&refused, EnsureError::Refused { table, .. } if table == "kinds"), "{refused}");
        assert_eq!(lab.lake.snapshot(&At::Latest).unwrap(), before);
        assert!(matches!(lab.lake.writer(&fresh, lab.lake.attempt(), None), Err(WriteError::Table { .. })));
    });
}

#[test]
fn a_writer_refuses_what_does_not_fit() {
    check(|lab| {
        let attempt = lab.lake.attempt();
        for (spec, partition) in [(devices(), None), (kinds(), Some(1)), (noted(), None)] {
            assert!(matches!(lab.lake.writer(&spec, attempt, partition), Err(WriteError::Table { .. })));
        }
        let mut writer = lab.lake.writer(&kinds(), attempt, None).unwrap();
        let keys: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let mut loose = kinds();
        loose.columns[1].nullable = true;
        let mut renamed = kinds();
        renamed.columns[1].name = "kinds".to_owned();
        let mut narrow = kinds();
        narrow.columns[0].ty = ColumnType::Int32;
        let text: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
        for wrong in [
            batch(&loose, vec![keys.clone(), Arc::new(StringArray::from(vec![None::<&str>]))]),
            batch(&renamed, vec![keys.clone(), text.clone()]),
            batch(&narrow, vec![Arc::new(Int32Array::from(vec![1])), text]),
            batch(&kinds(), vec![keys, Arc::new(StringArray::from(vec!["x"]))]).project(&[0]).unwrap(),
        ] {
            let refused = writer.write(&wrong).unwrap_err();
            assert!(matches!(refused, WriteError::Batch { .. }), "{refused}");
        }
        writer.write(&kind_batch("right")).unwrap();
        assert_eq!(writer.finish().unwrap().unwrap().rows(), 1);

        let mut writer = lab.lake.writer(&devices(), attempt, Some(20_260_101)).unwrap();
        writer.write(&device_batch(20_260_101, 0..2, "x")).unwrap();
        writer.write(&device_batch(20_260_102, 2..4, "x")).unwrap();
        assert!(matches!(writer.finish(), Err(WriteError::Batch { .. })));

        let n_before = parquet_files(&lab.config.data_dir).len();
        let writer = lab.lake.writer(&kinds(), attempt, None).unwrap();
        assert!(writer.finish().unwrap().is_none());
        assert_eq!(parquet_files(&lab.config.data_dir).len(), n_before);
    });
}

#[test]
fn a_personal_value_is_in_its_data_pages_and_nowhere_else() {
    check(|lab| {
        publish_day(&lab.lake, &lab.lease(), 20_260_101, NAME).unwrap();
        let database = Database::open(&lab.config.catalogue, 1).unwrap();
        const BOUNDS: Sql = Sql::global(
            "select t.table_name, s.min_value from ducklake_file_column_stats s
             join ducklake_table t on t.table_id = s.table_id where s.min_value = 'Emmeline'",
        );
        let rows: Result<_, SqlError> = database.read_blocking(|conn| conn.rows(&BOUNDS, &[]));
        let tables: Vec<String> = rows.unwrap().iter().map(|row| row.get(0).unwrap()).collect();
        // The column of `kinds` keeps statistics, that of `devices` does not.
        assert_eq!(tables, ["kinds"]);

        let snapshot = lab.lake.snapshot(&At::Latest).unwrap();
        for (table, column, is_kept) in [("devices", 2, false), ("devices", 1, true), ("kinds", 1, true)] {
            let file = std::fs::File::open(&files(&lab.lake, &snapshot, table)[0].path).unwrap();
            let reader = parquet::file::reader::SerializedFileReader::new(file).unwrap();
            let metadata = parquet::file::reader::FileReader::metadata(&reader);
            let chunk = metadata.row_group(0).column(column);
            assert_eq!(chunk.statistics().is_some(), is_kept, "{table}");
            assert_eq!(chunk.column_index_offset().is_some(), is_kept, "{table}");
        }
    });
}

#[test]
fn a_lake_opens_only_what_is_its_own() {
    check(|lab| {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = sql::DatabaseUrl::sqlite(folder.path().join("catalogue.sqlite"));
        let other = LakeConfig { catalogue: elsewhere.clone(), data_dir: lab.config.data_dir.clone() };
        assert!(matches!(Lake::open(&other, lab.world.clone()), Err(OpenError::OtherLake(_))));

        let open = || Lake::open(&lab.config, lab.world.clone());
        let change = |statement: Sql| {
            let database = Database::open(&lab.config.catalogue, 1).unwrap();
            let result: Result<u64, SqlError> =
                database.write_blocking(move |conn| conn.exec(&statement, &[]));
            result.unwrap();
        };
        const NEWER: Sql = Sql::global("update ducklake_metadata set value = '1.1' where key = 'version'");
        change(NEWER);
        assert!(matches!(open(), Err(OpenError::Version(version)) if version == "1.1"));
        const NOT_OURS: Sql = Sql::global("delete from quarterdeck_lake");
        change(NOT_OURS);
        assert!(matches!(open(), Err(OpenError::Foreign)));
    });
}
