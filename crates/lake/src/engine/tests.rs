//! The engine over a small partitioned table: what is read, what is refused, and the limits.

use std::time::Duration;

use ::sql::DatabaseUrl;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Int32Array, RecordBatch, StringArray};
use datafusion::datasource::provider_as_source;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, ident, lit};
use world::World;

use super::*;
use crate::{At, ColumnSpec, ColumnType, LakeConfig, Publish, PublishKey, Replace};

struct Bench {
    engine: Engine,
    lake: Lake,
    folder: tempfile::TempDir,
}

fn spec() -> TableSpec {
    let column = |name: &str, ty| ColumnSpec { name: name.to_owned(), ty, nullable: false, statistics: true };
    TableSpec {
        name: "readings".to_owned(),
        columns: vec![column("dayKey", ColumnType::Int32), column("place", ColumnType::Utf8)],
        sort_key: vec!["dayKey".to_owned()],
        partition: Some("dayKey".to_owned()),
    }
}

/// Three days of `rows` rows each.
fn bench(rows: i32, config: impl FnOnce(&mut EngineConfig)) -> Bench {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::seeded(1, "2026-11-20T00:00:00Z".parse().expect("an instant"));
    let place = LakeConfig {
        catalogue: DatabaseUrl::sqlite(folder.path().join("catalogue.db")),
        data_dir: folder.path().join("data"),
    };
    let lake = Lake::open(&place, world).expect("a new lake opens");
    lake.ensure_tables(&[spec()]).expect("the table is new");
    let attempt = lake.attempt();
    let mut staged = Vec::new();
    for day in 1..=3 {
        let mut writer = lake.writer(&spec(), attempt, Some(day.into())).expect("a writer");
        let days = Int32Array::from_iter_values((0..rows).map(|_| day));
        let places =
            StringArray::from_iter_values((0..rows).map(|row| format!("place {}", (row * 7) % rows)));
        let schema = Engine::table(&lake, &spec(), Vec::new()).schema();
        let batch = RecordBatch::try_new(schema, vec![Arc::new(days), Arc::new(places)]).expect("it fits");
        writer.write(&batch).expect("written");
        staged.extend(writer.finish().expect("finished"));
    }
    publish(&lake, staged);
    let mut limits = EngineConfig {
        spill_dir: folder.path().join("spill"),
        memory_bytes: 64 * 1024 * 1024,
        spill_bytes: 64 * 1024 * 1024,
        time: Duration::from_secs(60),
    };
    config(&mut limits);
    Bench { engine: Engine::new(&limits).expect("an engine"), lake, folder }
}

fn publish(lake: &Lake, files: Vec<crate::StagedFile>) {
    let lease = lake.lease("publish", "test", jiff::SignedDuration::from_mins(5)).expect("it is free");
    let replace = vec![Replace { table: "readings".to_owned(), old: crate::Old::All, files }];
    let key = PublishKey { kind: "day".to_owned(), date_key: 20_261_120 };
    let publish = Publish { key, lease, replace, info: String::new(), supersede: false, begin_anew: false };
    lake.publish(publish).expect("published");
}

impl Bench {
    fn table(&self) -> Arc<dyn TableProvider> {
        let latest = self.lake.snapshot(&At::Latest).expect("published");
        let files = self.lake.files(&latest, "readings", None).expect("published");
        Engine::table(&self.lake, &spec(), files)
    }

    fn scan(&self) -> LogicalPlanBuilder {
        LogicalPlanBuilder::scan("readings", provider_as_source(self.table()), None).expect("a table")
    }

    fn rows(&self, plan: LogicalPlan) -> Result<usize, EngineError> {
        self.engine.run(plan)?.map(|batch| Ok(batch?.num_rows())).sum()
    }

    fn sql(&self, text: &str) -> Result<Vec<RecordBatch>, EngineError> {
        self.engine.sql(vec![("readings".to_owned(), self.table())], text, 100)?.collect()
    }
}

#[test]
fn a_plan_is_answered_in_order() {
    let bench = bench(10, |_| {});
    let plan = bench
        .scan()
        .filter(ident("dayKey").gt(lit(1)))
        .and_then(|plan| plan.sort([ident("place").sort(true, true), ident("dayKey").sort(false, true)]))
        .and_then(|plan| plan.limit(1, Some(2)))
        .and_then(LogicalPlanBuilder::build)
        .expect("a plan");
    let answer = bench.engine.run(plan).expect("it runs");
    assert_eq!(answer.schema().field(0).name(), "dayKey");
    let batches: Vec<_> = answer.collect::<Result<_, _>>().expect("it ends");
    let batch = &batches[0];
    assert_eq!(batch.column(0).as_primitive::<Int32Type>().values(), &[2, 3]);
    assert_eq!(batch.column(1).as_string::<i32>().value(0), "place 0");
}

#[test]
fn only_files_that_can_match_are_read() {
    let bench = bench(10, |_| {});
    let data = bench.lake.data_dir().to_owned();
    let gone = std::fs::read_dir(data.join("main/readings")).expect("a folder");
    let latest = bench.lake.snapshot(&At::Latest).expect("published");
    let files = bench.lake.files(&latest, "readings", Some(1..=1)).expect("published");
    std::fs::remove_file(&files[0].path).expect("removed");
    drop(gone);
    for (filter, expected) in [
        (ident("dayKey").eq(lit(2)), 10),
        (lit(1_i64).lt(ident("dayKey")).is_true(), 20),
        (ident("dayKey").in_list(vec![lit(3), lit(2)], false), 20),
        (ident("dayKey").gt_eq(lit(4)), 0),
    ] {
        let plan = bench.scan().filter(filter.clone()).and_then(LogicalPlanBuilder::build).expect("a plan");
        assert_eq!(bench.rows(plan).expect("the first day's file is not opened"), expected, "{filter}");
    }
    let plan = bench.scan().filter(ident("dayKey").lt(lit(2))).and_then(LogicalPlanBuilder::build);
    assert!(matches!(bench.rows(plan.expect("a plan")), Err(EngineError::Read(crate::ReadError::Gone(_)))));
}

#[test]
fn sql_reads_and_nothing_else() {
    let bench = bench(10, |_| {});
    let found = bench
        .sql("select dayKey, count(*) as n from readings where place <> 'place 0' group by dayKey order by 1 desc")
        .expect("it fits");
    assert_eq!(found[0].column(0).as_primitive::<Int32Type>().values(), &[3, 2, 1]);
    assert_eq!(found[0].column(1).as_primitive::<Int64Type>().values(), &[9, 9, 9]);
    let file = bench.folder.path().join("out.csv");
    for text in [
        "create table t as select 1",
        "drop table readings",
        "insert into readings values (1, 'a')",
        "set datafusion.execution.batch_size = 1",
        &format!("copy readings to '{}'", file.display()),
        "select 1; select 2",
        "explain select 1",
        "create external table t stored as csv location '/etc/passwd'",
        "select * from '/etc/passwd'",
        "select * from read_csv('/etc/passwd')",
        "select * from \"/etc/passwd\"",
        "select * from information_schema.tables",
        "selec 1",
        "select nothing from readings",
        "",
    ] {
        let refusal = bench.sql(text).expect_err(text);
        assert!(matches!(refusal, EngineError::Text { .. }), "{text}: {refusal:?}");
    }
    assert!(!file.exists());
}

#[test]
fn errors_in_sql_have_a_place() {
    let bench = bench(10, |_| {});
    for (text, expected) in [
        ("select *\nfrom readings r whre dayKey = 1 1", Place { line: 2, column: 17 }),
        ("select dayKey,\n  plaice from readings", Place { line: 2, column: 3 }),
    ] {
        match bench.sql(text).expect_err(text) {
            EngineError::Text { place, message } => assert_eq!(place, Some(expected), "{message}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn limits_hold() {
    let slow = bench(2000, |config| config.time = Duration::from_millis(300));
    let endless = "select count(*) from readings a, readings b, readings c where a.place < b.place";
    assert!(matches!(slow.sql(endless), Err(EngineError::Time(_))));
    let small = bench(20_000, |config| {
        (config.memory_bytes, config.spill_bytes) = (128 * 1024, 1024);
    });
    let plan = small.scan().sort([ident("place").sort(true, true)]).and_then(LogicalPlanBuilder::build);
    assert!(matches!(small.rows(plan.expect("a plan")), Err(EngineError::Memory(_))));
    assert_eq!(
        small.sql("select 1 from readings").expect("limited").iter().map(|b| b.num_rows()).sum::<usize>(),
        100
    );
}

#[test]
fn a_sort_that_does_not_fit_in_memory_uses_the_disk() {
    let bench = bench(100_000, |config| config.memory_bytes = 24 * 1024 * 1024);
    let plan = bench.scan().sort([ident("place").sort(true, true)]).and_then(LogicalPlanBuilder::build);
    assert_eq!(bench.rows(plan.expect("a plan")).expect("it spills"), 300_000);
    let left = std::fs::read_dir(bench.folder.path().join("spill"))
        .expect("a folder")
        .flatten()
        .flat_map(|e| std::fs::read_dir(e.path()).into_iter().flatten());
    assert_eq!(left.count(), 0);
}

#[test]
fn who_stops_reading_stops_the_query() {
    let bench = bench(100_000, |_| {});
    let plan = bench.scan().build().expect("a plan");
    let mut answer = bench.engine.run(plan).expect("it runs");
    assert!(answer.next().expect("there are rows").is_ok());
    drop(answer);
    let counted = bench.scan().aggregate(Vec::<datafusion::logical_expr::Expr>::new(), [count(lit(1))]);
    let plan = counted.and_then(LogicalPlanBuilder::build).expect("a plan");
    assert_eq!(bench.rows(plan).expect("the engine goes on"), 1);
}
