//! Properties: no input panics, and what is written back reads as the same tree.

use proptest::prelude::*;

use super::{model, parse};
use crate::edm::EdmType;
use crate::expr::{
    self, Arithmetic, Comparison, DateTimeOffset, Expr, ExprKind, Function, Literal, Path, Span,
};
use crate::path::parse_path;
use crate::percent::encode;
use crate::query::Context;

const TOKENS: [&str; 67] = [
    "(",
    ")",
    ",",
    "/",
    ":",
    ";",
    "'",
    "''",
    "\"",
    " ",
    "  ",
    "@p",
    "$it",
    "$this",
    "$count",
    "*",
    "-",
    "+",
    ".",
    "=",
    "eq",
    "ne",
    "and",
    "or",
    "not",
    "in",
    "has",
    "add",
    "div",
    "mod",
    "any",
    "all",
    "any(x:",
    "all(t:t",
    "null",
    "true",
    "INF",
    "-INF",
    "5",
    "-5",
    "1.5",
    "1e3",
    "2024-01-31",
    "2024-01-31T00:00:00Z",
    "10:30:00",
    "dateKey",
    "deviceName",
    "tags",
    "apps",
    "owner",
    "address",
    "city",
    "price",
    "contains(",
    "tolower(",
    "cast(",
    "Edm.String",
    "case(",
    "Test.color'red'",
    "duration'P1D'",
    "$filter=",
    "$expand=",
    "with sum as x",
    "desc",
    "[",
    "]",
    "{",
];

const OPTIONS: [&str; 9] =
    ["$filter", "$orderby", "$select", "$expand", "$search", "$compute", "$apply", "@p", "$top"];

fn leaf() -> impl Strategy<Value = ExprKind> {
    let literal = prop_oneof![
        any::<i64>().prop_map(Literal::Int),
        any::<f64>().prop_filter("equal to itself", |value| !value.is_nan()).prop_map(Literal::Double),
        (any::<i64>(), 0_u32..19)
            .prop_map(
                |(unscaled, scale)| expr::Decimal::new(unscaled.into(), scale).expect("at most 19 digits")
            )
            .prop_map(Literal::Decimal),
        "\\PC{0,8}".prop_map(Literal::String),
        any::<bool>().prop_map(Literal::Bool),
        any::<u128>().prop_map(|bits| Literal::Guid(uuid::Uuid::from_u128(bits))),
        (-60_000_000_000_000_000_i64..250_000_000_000_000_000).prop_map(|micros| {
            Literal::DateTimeOffset(DateTimeOffset::from_unix_micros(micros).expect("inside the calendar"))
        }),
        (any::<i32>(), 0_i32..1_000_000_000).prop_map(|(seconds, nanos)| {
            let nanos = if seconds < 0 { -nanos } else { nanos };
            Literal::Duration(jiff::SignedDuration::new(seconds.into(), nanos))
        }),
        proptest::collection::vec(any::<u8>(), 0..6).prop_map(Literal::Binary),
        Just(Literal::Null),
        proptest::collection::vec(any::<i64>().prop_map(Literal::Int), 0..3).prop_map(Literal::Collection),
        Just(Literal::Enum { type_name: "color".to_owned(), members: "red,green".to_owned() }),
    ];
    let path = prop_oneof![
        Just(Path::property("dateKey", EdmType::Int32)),
        Just(Path::property("deviceName", EdmType::String)),
        Just(Path {
            segments: vec!["address".to_owned(), "city".to_owned()],
            ..Path::property("address", EdmType::String)
        }),
    ];
    prop_oneof![literal.prop_map(ExprKind::Literal), path.prop_map(ExprKind::Path)]
}

fn leaf_values() -> impl Strategy<Value = (Literal, Literal)> {
    let number = prop_oneof![Just(Literal::Null), (-3_i64..3).prop_map(Literal::Int)];
    let text = prop_oneof![Just(Literal::Null), "[ab]{0,2}".prop_map(Literal::String)];
    (number, text)
}

fn boxed(kind: ExprKind) -> Box<Expr> {
    Box::new(Expr::new(kind, Span::default()))
}

fn tree() -> impl Strategy<Value = ExprKind> {
    leaf().prop_recursive(6, 60, 4, |inner| {
        let list = |least: usize| {
            proptest::collection::vec(
                inner.clone().prop_map(|kind| Expr::new(kind, Span::default())),
                least..4,
            )
        };
        let comparison = proptest::sample::select(Comparison::ALL.map(|(_, op)| op).to_vec());
        let arithmetic = proptest::sample::select(Arithmetic::ALL.map(|(_, op)| op).to_vec());
        prop_oneof![
            list(2).prop_map(ExprKind::And),
            list(2).prop_map(ExprKind::Or),
            inner.clone().prop_map(|kind| ExprKind::Not(boxed(kind))),
            inner.clone().prop_map(|kind| ExprKind::Negate(boxed(kind))),
            (comparison, inner.clone(), inner.clone()).prop_map(|(op, left, right)| ExprKind::Compare(
                op,
                boxed(left),
                boxed(right)
            )),
            (arithmetic, inner.clone(), inner.clone()).prop_map(|(op, left, right)| ExprKind::Arithmetic(
                op,
                boxed(left),
                boxed(right)
            )),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| ExprKind::Has(boxed(left), boxed(right))),
            (inner.clone(), proptest::collection::vec(any::<i64>(), 1..4)).prop_map(|(left, numbers)| {
                let item = |number| Expr::new(ExprKind::Literal(Literal::Int(number)), Span::default());
                ExprKind::In(boxed(left), numbers.into_iter().map(item).collect())
            }),
            inner
                .clone()
                .prop_map(|kind| ExprKind::Call(Function::ToLower, vec![Expr::new(kind, Span::default())])),
            proptest::collection::vec(inner.clone(), 2..=2).prop_map(|kinds| {
                let arguments = kinds.into_iter().map(|kind| Expr::new(kind, Span::default()));
                ExprKind::Call(Function::Contains, arguments.collect())
            }),
            inner.clone().prop_map(|kind| ExprKind::Cast(boxed(kind), EdmType::Enum("color".to_owned()))),
            inner
                .clone()
                .prop_map(|kind| {
                    let collection = Path::property("tags", EdmType::collection_of(EdmType::String));
                    let condition = Some(("t".to_owned(), boxed(kind)));
                    ExprKind::Lambda(expr::Lambda {
                        collection,
                        quantifier: expr::Quantifier::All,
                        condition,
                    })
                })
                .prop_filter("a variable hides itself only once", |kind| variables(kind) == 1),
        ]
    })
}

fn variables(kind: &ExprKind) -> usize {
    let mut found = usize::from(matches!(kind, ExprKind::Lambda(_)));
    let expr = Expr::new(kind.clone(), Span::default());
    expr.for_each_child(&mut |child| found += variables(&child.kind));
    found
}

proptest! {
    #[test]
    fn arbitrary_queries_never_panic(query: String) {
        let _ = parse(&query);
        for option in OPTIONS {
            let _ = parse(&format!("{option}={}", encode(&query, "")));
        }
    }

    #[test]
    fn arbitrary_paths_never_panic(path: String, tail in "[-a-z0-9()',=%$/]{0,20}") {
        let _ = parse_path(&path, &model());
        let _ = parse_path(&format!("devices{tail}"), &model());
        let _ = parse_path(&format!("apps({tail}"), &model());
    }

    #[test]
    fn token_soups_never_panic_and_positions_lie_inside(
        option in proptest::sample::select(OPTIONS.to_vec()),
        tokens in proptest::collection::vec(proptest::sample::select(TOKENS.to_vec()), 0..30),
        spaced: bool,
    ) {
        let text = tokens.join(if spaced { " " } else { "" });
        let query = format!("{option}={}", encode(&text, ""));
        if let Err(error) = parse(&query) {
            prop_assert!(error.position.is_none_or(|position| position <= text.len().max(2)), "{query}: {error}");
            prop_assert!(error.message.ends_with(['.', '?']), "{query}: {error}");
        }
    }

    #[test]
    fn what_is_accepted_reads_back_the_same(
        tokens in proptest::collection::vec(proptest::sample::select(TOKENS.to_vec()), 1..12),
    ) {
        let (model, text) = (model(), tokens.join(" "));
        let context = Context::new(&model, &model.entity_types[0]);
        if let Ok(first) = expr::parse(&text, &context) {
            let rendered = expr::render(&first, "Test");
            let second = expr::parse(&rendered, &context);
            prop_assert_eq!(second.as_ref(), Ok(&first), "{} as {}", text, rendered);
        }
    }

    #[test]
    fn any_tree_reads_back_the_same(kind in tree()) {
        let model = model();
        let context = Context::new(&model, &model.entity_types[0]);
        let expr = Expr::new(kind, Span::default());
        let text = expr::render(&expr, "Test");
        let read = expr::parse(&text, &context);
        prop_assert_eq!(read.as_ref(), Ok(&expr), "{}", text);
    }

    #[test]
    fn checking_and_evaluating_never_panic(kind in tree()) {
        let model = model();
        let context = Context::new(&model, &model.entity_types[0]);
        let mut expr = Expr::new(kind, Span::default());
        let _ = expr::evaluate(&expr, &|path| Literal::from(path));
        if expr::check(&mut expr, &context).is_ok() {
            let _ = expr::evaluate(&expr, &|_| Literal::Null);
        }
    }

    #[test]
    fn the_laws_of_logic_hold(left in tree(), right in tree(), row in leaf_values()) {
        let value = |path: &str| match path {
            "dateKey" => row.0.clone(),
            _ => row.1.clone(),
        };
        let answer = |kind: ExprKind| expr::evaluate(&Expr::new(kind, Span::default()), &value);
        let list = |kinds: [&ExprKind; 2]| kinds.map(|kind| Expr::new(kind.clone(), Span::default())).to_vec();
        let not = |kind: ExprKind| ExprKind::Not(boxed(kind));
        let neither = answer(not(ExprKind::Or(list([&left, &right]))));
        prop_assert_eq!(neither, answer(ExprKind::And(list([&not(left.clone()), &not(right.clone())]))));
        let some_not = answer(not(ExprKind::And(list([&left, &right]))));
        prop_assert_eq!(some_not, answer(ExprKind::Or(list([&not(left.clone()), &not(right.clone())]))));
        let compare = |op| ExprKind::Compare(op, boxed(left.clone()), boxed(right.clone()));
        prop_assert_eq!(answer(compare(Comparison::Ne)), answer(not(compare(Comparison::Eq))));
        let either = ExprKind::Or(vec![*boxed(compare(Comparison::Eq)), *boxed(compare(Comparison::Gt))]);
        let is_null = |kind: &ExprKind| answer(kind.clone()).is_null();
        let ordered = answer(compare(Comparison::Le)) == Literal::Bool(true) || answer(compare(Comparison::Gt)) == Literal::Bool(true);
        if ordered && !is_null(&left) {
            prop_assert_eq!(answer(either), answer(compare(Comparison::Ge)));
        }
        let within = ExprKind::In(boxed(left.clone()), list([&right, &left]));
        let same = ExprKind::Compare(Comparison::Eq, boxed(left.clone()), boxed(left.clone()));
        prop_assert_eq!(answer(within), answer(ExprKind::Or(vec![*boxed(compare(Comparison::Eq)), *boxed(same)])));
    }
}
