//! The engine against `odata`'s in-memory evaluator, on random small tables and queries.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::LogicalPlanBuilder;
use lake::engine::{Engine, EngineConfig};
use odata::edm::{EdmType, EntitySet, EntityType, Model, Property};
use odata::expr::{self, DateTimeOffset, Literal};
use odata::query::{Context, Options, parse_options};
use proptest::prelude::*;

use super::*;

mod applied;

/// Name, type and whether it may be null.
const COLUMNS: [(&str, EdmType, bool); 8] = [
    ("id", EdmType::Int64, false),
    ("flag", EdmType::Boolean, true),
    ("small", EdmType::Int64, true),
    ("wide", EdmType::Int64, false),
    ("text", EdmType::String, true),
    ("word", EdmType::String, false),
    ("at", EdmType::DateTimeOffset, true),
    ("since", EdmType::DateTimeOffset, false),
];

type Row = Vec<Literal>;

fn model() -> Model {
    let entity = COLUMNS.iter().fold(EntityType::new("item"), |entity, (name, ty, nullable)| {
        entity.property(Property::new(name, ty.clone()).nullable(*nullable))
    });
    Model::new("Test", "Items").entity_type(entity.key_of("id")).entity_set(EntitySet::new("items", "item"))
}

struct NoTables;

impl Tables for NoTables {
    fn relation(&self, _set: &str) -> Result<Relation, QueryFailure> {
        Err(QueryFailure::Empty)
    }
}

thread_local! {
    static ENGINE: (Engine, tempfile::TempDir) = {
        let folder = tempfile::tempdir().expect("a folder");
        let config = EngineConfig {
            spill_dir: folder.path().join("spill"),
            memory_bytes: 64 * 1024 * 1024,
            spill_bytes: 64 * 1024 * 1024,
            time: std::time::Duration::from_secs(60),
        };
        (Engine::new(&config).expect("a folder"), folder)
    };
}

fn now() -> Literal {
    Literal::DateTimeOffset(DateTimeOffset::from_unix_micros(1_519_200_000_000_000).expect("in range"))
}

fn relation(rows: &[Row]) -> Relation {
    let fields: Vec<_> = COLUMNS
        .iter()
        .map(|(name, ty, nullable)| Field::new(*name, arrow_type(ty).expect("a column"), *nullable))
        .collect();
    let columns = COLUMNS
        .iter()
        .enumerate()
        .map(|(at, (_, ty, _))| value::column(ty, rows.iter().map(|row| row[at].clone())).expect("a column"));
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns.collect()).expect("it fits");
    let table = MemTable::try_new(schema, vec![vec![batch]]).expect("a table");
    let source = provider_as_source(Arc::new(table));
    let plan = LogicalPlanBuilder::scan("items", source, None).expect("a table");
    let shape = |(name, ty, nullable): &(&str, EdmType, bool)| Shape {
        name: (*name).to_owned(),
        ty: ty.clone(),
        nullable: *nullable,
        is_hidden: false,
    };
    Relation { plan, shapes: COLUMNS.iter().map(shape).collect() }
}

fn options(query: &str) -> Options {
    let model = model();
    let context = Context::new(&model, &model.entity_types[0]);
    parse_options(query, &context).unwrap_or_else(|error| panic!("{query}: {error:?}"))
}

/// What the engine gives: the columns' names, and rows.
fn engine(rows: &[Row], options: &Options) -> (Vec<String>, Vec<Row>) {
    let (model, now) = (model(), now());
    let planner = Planner { model: &model, entity: &model.entity_types[0], tables: &NoTables, now: &now };
    let found = planner.rows(relation(rows), options).expect("it is offered");
    let found = planner.ordered(found, options, None).expect("it is offered").relation;
    let found = part(found, options.skip.unwrap_or_default(), options.top).expect("a plan");
    let shown = found.shapes.iter().filter(|shape| !shape.is_hidden).map(|shape| shape.name.clone());
    let found = found.clone().only(&shown.collect::<Vec<_>>()).expect("a plan");
    let shapes = found.shapes.clone();
    let plan = found.plan.build().expect("a plan");
    let mut answer = Vec::new();
    for batch in ENGINE.with(|(engine, _)| engine.run(plan)).expect("it runs") {
        let batch = batch.expect("it ends");
        for row in 0..batch.num_rows() {
            let cells = shapes.iter().zip(batch.columns());
            answer.push(cells.map(|(shape, array)| literal(array.as_ref(), row, &shape.ty)).collect());
        }
    }
    (shapes.into_iter().map(|shape| shape.name).collect(), answer)
}

/// What the expression means for a row.
fn meaning(expr: &odata::expr::Expr, row: &Row) -> Literal {
    expr::evaluate(expr, &|name| {
        if name == "$now" {
            return now();
        }
        COLUMNS.iter().position(|(known, ..)| *known == name).map_or(Literal::Null, |at| row[at].clone())
    })
}

fn row() -> impl Strategy<Value = Row> {
    let text = prop_oneof![
        Just(String::new()),
        Just("Ångström %_ \\ 'q'".to_owned()),
        Just("ab".to_owned()),
        Just(" Ab ".to_owned()),
        Just("12".to_owned()),
        "[a-cA-C é]{0,4}",
    ];
    let maybe =
        |strategy: BoxedStrategy<Literal>| prop_oneof![1 => Just(Literal::Null), 4 => strategy].boxed();
    let number = prop_oneof![-3i64..4, any::<i64>(), Just(i64::MAX), Just(i64::MIN)];
    let instant = prop_oneof![
        Just(1_519_200_000_000_000i64),
        -62_135_596_800_000_000i64..253_402_214_400_000_000,
        1_519_200_000_000_000i64..1_519_203_000_000_000,
    ];
    let instant = instant
        .prop_map(|micros| {
            Literal::DateTimeOffset(DateTimeOffset::from_unix_micros(micros).expect("in range"))
        })
        .boxed();
    (
        maybe(any::<bool>().prop_map(Literal::Bool).boxed()),
        maybe(number.clone().prop_map(Literal::Int).boxed()),
        number.prop_map(Literal::Int),
        maybe(text.clone().prop_map(Literal::String).boxed()),
        text.prop_map(Literal::String),
        maybe(instant.clone()),
        instant,
    )
        .prop_map(|(flag, small, wide, text, word, at, since)| {
            vec![Literal::Null, flag, small, wide, text, word, at, since]
        })
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 0..12).prop_map(|mut rows| {
        for (at, row) in rows.iter_mut().enumerate() {
            row[0] = Literal::Int(at as i64);
        }
        rows
    })
}

/// Expressions as text, by type.
#[derive(Clone)]
struct Exprs {
    truth: BoxedStrategy<String>,
    whole: BoxedStrategy<String>,
    text: BoxedStrategy<String>,
    instant: BoxedStrategy<String>,
}

fn leaves() -> Exprs {
    let of = |texts: &'static [&'static str]| prop::sample::select(texts).prop_map(str::to_owned).boxed();
    Exprs {
        truth: of(&["flag", "true", "false", "flag eq null", "text ne null"]),
        whole: of(&["small", "wide", "0", "2", "-1", "9223372036854775807"]),
        text: of(&["text", "word", "'ab'", "''", "'b'", "'12'", "'A''B'"]),
        instant: of(&[
            "at",
            "since",
            "now()",
            "mindatetime()",
            "2018-02-21T08:00:00Z",
            "2018-02-21T08:00:00.1234567Z",
            "since add duration'PT36H'",
        ]),
    }
}

fn deeper(inner: &Exprs) -> Exprs {
    let (truth, whole, text, instant) = (&inner.truth, &inner.whole, &inner.text, &inner.instant);
    let compared = prop::sample::select(&["eq", "ne", "gt", "ge", "lt", "le"][..]);
    let compare = |side: &BoxedStrategy<String>| {
        (side.clone(), compared.clone(), side.clone())
            .prop_map(|(l, op, r)| format!("({l}) {op} ({r})"))
            .boxed()
    };
    let call = |names: &'static [&'static str], sides: &BoxedStrategy<String>| {
        (prop::sample::select(names), sides.clone()).prop_map(|(name, of)| format!("{name}({of})")).boxed()
    };
    let two = |names: &'static [&'static str]| {
        (prop::sample::select(names), text.clone(), text.clone())
            .prop_map(|(name, left, right)| format!("{name}({left},{right})"))
            .boxed()
    };
    let words = prop::sample::select(&["add", "sub", "mul", "div", "mod"][..]);
    Exprs {
        truth: prop_oneof![
            1 => inner.truth.clone(),
            2 => (truth.clone(), prop::sample::select(&["and", "or"][..]), truth.clone())
                .prop_map(|(l, op, r)| format!("({l}) {op} ({r})")),
            1 => truth.clone().prop_map(|inner| format!("not ({inner})")),
            2 => compare(whole),
            2 => compare(text),
            2 => compare(instant),
            1 => compare(truth),
            1 => two(&["contains", "startswith", "endswith"]),
            1 => text.clone().prop_map(|l| format!("matchesPattern({l},'^[a-c]+$')")),
            1 => whole.clone().prop_map(|l| format!("({l}) in (12,2,-1)")),
            1 => text.clone().prop_map(|l| format!("{l} in ('ab','12')")),
            1 => (whole.clone(), compared.clone()).prop_map(|(l, op)| format!("({l}) {op} 1.5")),
            1 => (whole.clone(), compared.clone()).prop_map(|(l, op)| format!("(({l}) divby 2) {op} 1")),
            1 => (instant.clone(), compared.clone()).prop_map(|(l, op)| format!("date({l}) {op} 2018-02-21")),
            1 => (instant.clone(), compared.clone()).prop_map(|(l, op)| format!("time({l}) {op} 08:00:00")),
            1 => instant.clone().prop_map(|l| format!("fractionalseconds({l}) lt 0.5")),
            1 => instant.clone().prop_map(|l| format!("totaloffsetminutes({l}) eq 0")),
            1 => (instant.clone(), instant.clone()).prop_map(|(l, r)| format!("totalseconds(({l}) sub ({r})) gt 60")),
            1 => instant.clone().prop_map(|l| format!("({l}) lt maxdatetime()")),
            1 => text.clone().prop_map(|l| format!("cast({l},Edm.Int64) eq 12")),
            1 => whole.clone().prop_map(|l| format!("isof({l},Edm.Int64)")),
        ]
        .boxed(),
        whole: prop_oneof![
            2 => inner.whole.clone(),
            1 => (whole.clone(), words, whole.clone()).prop_map(|(l, op, r)| format!("({l}) {op} ({r})")),
            1 => call(&["length"], text),
            1 => two(&["indexof"]),
            1 => call(&["year", "month", "day", "hour", "minute", "second"], instant),
            1 => call(&["floor", "ceiling", "round", "-"], whole),
        ]
        .boxed(),
        text: prop_oneof![
            2 => inner.text.clone(),
            1 => call(&["tolower", "toupper", "trim"], text),
            1 => two(&["concat"]),
            1 => (text.clone(), whole.clone()).prop_map(|(l, at)| format!("substring({l},{at})")),
            1 => (text.clone(), whole.clone()).prop_map(|(l, at)| format!("substring({l},1,{at})")),
            1 => (truth.clone(), text.clone()).prop_map(|(when, l)| format!("case({when}:{l},true:'b')")),
            1 => whole.clone().prop_map(|l| format!("cast({l},Edm.String)")),
        ]
        .boxed(),
        instant: inner.instant.clone(),
    }
}

fn exprs() -> Exprs {
    deeper(&deeper(&leaves()))
}

fn escaped(text: &str) -> String {
    odata::percent::encode(text, "'(),:$")
}

/// Null comes first, ties are broken by the key.
fn order(left: &(Literal, i64), right: &(Literal, i64), descending: bool) -> Ordering {
    let values = match (left.0.is_null(), right.0.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => expr::order(&left.0, &right.0).expect("values of one type"),
    };
    let values = if descending { values.reverse() } else { values };
    values.then(left.1.cmp(&right.1))
}

fn id(row: &Row) -> i64 {
    if let Literal::Int(id) = row[0] { id } else { -1 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn filters_choose_the_rows_they_mean(rows in rows(), text in exprs().truth) {
        let options = options(&format!("$filter={}", escaped(&text)));
        let condition = options.filter.clone().expect("given");
        let expected: Vec<_> = rows
            .iter()
            .filter(|row| meaning(&condition, row) == Literal::Bool(true))
            .map(id)
            .collect();
        let (_, found) = engine(&rows, &options);
        prop_assert_eq!(found.iter().map(id).collect::<Vec<_>>(), expected, "{}", text);
    }

    #[test]
    fn computed_values_are_those_of_the_evaluator(
        rows in rows(),
        text in prop_oneof![exprs().truth, exprs().whole, exprs().text, exprs().instant],
    ) {
        let options = options(&format!("$compute={}%20as%20made", escaped(&text)));
        let (names, found) = engine(&rows, &options);
        let at = names.iter().position(|name| name == "made").expect("computed");
        for (row, found) in rows.iter().zip(&found) {
            let expected = match meaning(&options.compute[0].expr, row) {
                // Columns hold microseconds.
                Literal::DateTimeOffset(instant) => {
                    Literal::DateTimeOffset(DateTimeOffset::from_unix_micros(instant.unix_micros()).expect("it was"))
                }
                other => other,
            };
            prop_assert_eq!(&found[at], &expected, "{} of {:?}", text, row);
        }
    }

    #[test]
    fn the_order_is_the_evaluator_s(
        rows in rows(),
        text in prop_oneof![exprs().truth, exprs().whole, exprs().text, exprs().instant],
        descending in any::<bool>(), skip in 0usize..4, top in 0usize..9,
    ) {
        let word = if descending { "desc" } else { "asc" };
        let query = format!("$orderby={}%20{word}&$skip={skip}&$top={top}", escaped(&text));
        let options = options(&query);
        let key = &options.orderby[0].expr;
        let mut expected: Vec<_> = rows.iter().map(|row| (meaning(key, row), id(row))).collect();
        expected.sort_by(|left, right| order(left, right, descending));
        let expected: Vec<_> = expected.into_iter().map(|(_, id)| id).skip(skip).take(top).collect();
        let (_, found) = engine(&rows, &options);
        prop_assert_eq!(found.iter().map(id).collect::<Vec<_>>(), expected, "{}", text);
    }

    #[test]
    fn pages_begin_behind_the_last_row(
        rows in rows(), first in exprs().whole, second in prop_oneof![exprs().text, Just("at".to_owned())],
        words in prop::array::uniform2(prop::sample::select(&["asc", "desc"][..])), page_rows in 3u64..9,
    ) {
        let query = format!("$orderby=flag {}, {first} {},{second}", words[0], words[1]);
        let options = options(&escaped(&query).replacen("%3D", "=", 1));
        let (_, expected) = engine(&rows, &options);
        let (model, now) = (model(), now());
        let planner = Planner { model: &model, entity: &model.entity_types[0], tables: &NoTables, now: &now };
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let ordered = planner.ordered(relation(&rows), &options, after.as_deref()).expect("it is offered");
            let names: Vec<_> = ordered.relation.shapes.iter().map(|shape| shape.name.clone()).collect();
            let page = part(ordered.relation, 0, Some(page_rows)).expect("a plan").plan.build().expect("a plan");
            after = None;
            for batch in ENGINE.with(|(engine, _)| engine.run(page)).expect("it runs") {
                let batch = batch.expect("it ends");
                let column = |name: &str| names.iter().position(|known| known == name);
                after = place_of_last(&batch, &ordered.keys, column);
                let at = column("id").expect("a column");
                let ids = batch.column(at);
                found.extend((0..batch.num_rows()).map(|row| literal(ids.as_ref(), row, &EdmType::Int64)));
            }
            if after.is_none() {
                break;
            }
        }
        let expected: Vec<_> = expected.iter().map(|row| row[0].clone()).collect();
        prop_assert_eq!(found, expected, "{}", query);
    }

    #[test]
    fn groups_add_up(rows in rows()) {
        let aggregates = "$count as n,small with min as least,small with max as most,text with countdistinct as texts";
        let query = format!("$apply=groupby((word),aggregate({aggregates}))").replace(' ', "%20");
        let (names, found) = engine(&rows, &options(&query));
        prop_assert_eq!(names, ["word", "n", "least", "most", "texts"]);
        let mut words: Vec<_> = rows.iter().map(|row| row[5].clone()).collect();
        words.sort_by(|left, right| expr::order(left, right).expect("texts"));
        words.dedup();
        let expected: Vec<Row> = words
            .into_iter()
            .map(|word| {
                let group: Vec<_> = rows.iter().filter(|row| row[5] == word).collect();
                let numbers = || group.iter().filter_map(|row| match row[2] {
                    Literal::Int(number) => Some(number),
                    _ => None,
                });
                let mut texts: Vec<_> = group.iter().map(|row| format!("{:?}", row[4])).collect();
                texts.retain(|text| text != "Null");
                texts.sort();
                texts.dedup();
                let maybe = |number: Option<i64>| number.map_or(Literal::Null, Literal::Int);
                vec![
                    word,
                    Literal::Int(group.len() as i64),
                    maybe(numbers().min()),
                    maybe(numbers().max()),
                    Literal::Int(texts.len() as i64),
                ]
            })
            .collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn searches_look_into_texts(rows in rows(), word in "[a-c]{1,2}", other in "[a-c]") {
        let query = format!("$search={word}%20AND%20NOT%20{other}x%20OR%20%22{other}{other}%22");
        let has = |row: &Row, part: &str| {
            [4, 5].iter().any(|at| matches!(&row[*at], Literal::String(text) if text.to_lowercase().contains(part)))
        };
        let expected: Vec<_> = rows
            .iter()
            .filter(|row| {
                has(row, &word) && !has(row, &format!("{other}x")) || has(row, &format!("{other}{other}"))
            })
            .map(id)
            .collect();
        let (_, found) = engine(&rows, &options(&query));
        prop_assert_eq!(found.iter().map(id).collect::<Vec<_>>(), expected);
    }
}

fn table() -> Vec<Row> {
    let row = |(id, (word, small)): (usize, (&str, i64))| {
        let at = DateTimeOffset::from_unix_micros(0).expect("in range");
        vec![
            Literal::Int(id as i64),
            Literal::Bool(small > 2),
            Literal::Int(small),
            Literal::Int(small * 10),
            Literal::Null,
            Literal::from(word),
            Literal::Null,
            Literal::DateTimeOffset(at),
        ]
    };
    let data = [("a", 4), ("b", 3), ("a", 2), ("c", 1), ("b", 10)];
    data.into_iter().enumerate().map(row).collect()
}

/// The rows of `$apply`, each as text.
fn applied(apply: &str) -> Vec<String> {
    let (names, rows) = engine(&table(), &options(&format!("$apply={}", apply.replace(' ', "%20"))));
    let line = |row: &Row| {
        names.iter().zip(row).map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    rows.iter().map(line).collect()
}

#[test]
fn transformations() {
    for (apply, expected) in [
        ("aggregate(small with sum as total)", &["total=20"][..]),
        ("aggregate(small with average as mean)", &["mean=4e0"]),
        ("filter(small gt 2)/aggregate($count as n)", &["n=3"]),
        ("groupby((word))", &["word='a'", "word='b'", "word='c'"]),
        (
            "groupby((word),aggregate(small with sum as total))/filter(total gt 5)/orderby(total desc)",
            &["word='b' total=13", "word='a' total=6"],
        ),
        (
            "groupby((word),filter(small gt 2)/aggregate($count as n))",
            &["word='a' n=1", "word='b' n=2", "word='c' n=0"],
        ),
        (
            "compute(small mul 2 as double)/groupby((flag),aggregate(double with max as most))",
            &["flag=false most=4", "flag=true most=20"],
        ),
        ("topcount(2,small)/aggregate(small with sum as total)", &["total=14"]),
        ("bottomcount(2,small)/aggregate(small with sum as total)", &["total=3"]),
        ("topsum(12,small)/aggregate($count as n)", &["n=2"]),
        ("toppercent(50,small)/aggregate($count as n)", &["n=1"]),
        ("bottompercent(50,small)/aggregate($count as n)", &["n=4"]),
        (
            "concat(aggregate(small with sum as total),groupby((flag),aggregate(small with sum as total)))",
            &["total=20 flag=null", "total=3 flag=false", "total=17 flag=true"],
        ),
        (
            "groupby((rollup(flag,word)),aggregate(small with sum as total))",
            &[
                "flag=false word='a' total=2",
                "flag=false word='c' total=1",
                "flag=true word='a' total=4",
                "flag=true word='b' total=13",
                "flag=false word=null total=3",
                "flag=true word=null total=17",
            ],
        ),
        ("orderby(small)/skip(1)/top(2)/aggregate(small with sum as total)", &["total=5"]),
        (
            "concat(topcount(2,small)/groupby((id,small)),orderby(small)/top(1)/groupby((id,small)))",
            &["id=0 small=4", "id=4 small=10", "id=3 small=1"],
        ),
        (
            "groupby((word),filter(small gt 3)/topcount(1,small)/aggregate($count as n))",
            &["word='a' n=1", "word='b' n=1", "word='c' n=0"],
        ),
        ("groupby((word))/aggregate($count as n)", &["n=3"]),
        ("aggregate(small with sum from word with max as most)", &["most=13"]),
        (
            "groupby((flag),aggregate(small with sum from word with max as most,$count as n))",
            &["flag=false most=2 n=2", "flag=true most=13 n=3"],
        ),
        ("search(b)/aggregate($count as n)", &["n=2"]),
    ] {
        assert_eq!(applied(apply), expected, "{apply}");
    }
}

#[test]
fn what_has_no_meaning_is_refused_at_its_place() {
    let (model, now) = (model(), now());
    let planner = Planner { model: &model, entity: &model.entity_types[0], tables: &NoTables, now: &now };
    for (query, option, position) in [
        ("$apply=identity/nest(identity as all)", "$apply", 9),
        ("$apply=concat(identity,nest(identity as all))", "$apply", 16),
    ] {
        let options = options(&query.replace(' ', "%20"));
        let found = planner.rows(relation(&[]), &options);
        let failure =
            found.and_then(|found| Ok(planner.ordered(found, &options, None)?.relation)).expect_err(query);
        let told = (failure.code, failure.target.as_deref(), failure.position);
        assert_eq!(told, (Code::NotImplemented, Some(option), Some(position)), "{query}: {failure:?}");
    }
}
