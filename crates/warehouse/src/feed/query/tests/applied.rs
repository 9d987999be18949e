//! `$apply` of the engine against `odata`'s own, on random rows.

use odata::expr::Source;
use odata::query::engine::transformed;

use super::*;

struct Items(Model);

impl Source for Items {
    fn model(&self) -> &Model {
        &self.0
    }

    fn now(&self) -> DateTimeOffset {
        DateTimeOffset::from_unix_micros(0).expect("in range")
    }
}

/// The members that are not null, by name.
fn known(members: Vec<(String, Literal)>) -> String {
    let mut texts: Vec<_> = members
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| match value {
            // Sums of different order differ in their last digits.
            Literal::Double(number) => format!("{name}={number:.6}"),
            value => format!("{name}={value}"),
        })
        .collect();
    texts.sort();
    texts.join(" ")
}

fn expected(rows: &[Row], options: &Options) -> Vec<String> {
    let record = |row: &Row| {
        let members = COLUMNS.iter().zip(row).map(|((name, ..), value)| ((*name).to_owned(), value.clone()));
        Literal::Record(members.collect())
    };
    let found = transformed(rows.iter().map(record).collect(), &options.apply, &Items(model()));
    let members = |row| if let Literal::Record(members) = row { members } else { Vec::new() };
    found.into_iter().map(|row| known(members(row))).collect()
}

fn found(rows: &[Row], options: &Options) -> Vec<String> {
    let (names, found) = engine(rows, options);
    found.into_iter().map(|row| known(names.iter().cloned().zip(row).collect())).collect()
}

/// Rows whose numbers are small, so that sums fit.
fn small_rows() -> impl Strategy<Value = Vec<Row>> {
    let number = || prop_oneof![1 => Just(Literal::Null), 5 => (-3i64..9).prop_map(Literal::Int)];
    let row = (any::<bool>(), number(), 0i64..5, "[ab]{0,1}", prop::sample::select(&["x", "y", "z"][..]));
    prop::collection::vec(row, 0..14).prop_map(|rows| {
        let at = DateTimeOffset::from_unix_micros(0).expect("in range");
        let row = |(id, (flag, small, wide, text, word)): (usize, (bool, Literal, i64, String, &str))| {
            let text = if text.is_empty() { Literal::Null } else { Literal::String(text) };
            let (id, wide) = (Literal::Int(id as i64), Literal::Int(wide));
            let flag = Literal::Bool(flag);
            vec![id, flag, small, wide, text, Literal::from(word), Literal::Null, Literal::DateTimeOffset(at)]
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

/// A transformation that keeps the rows what they are.
fn keeping() -> impl Strategy<Value = String> {
    let of = |texts: &'static [&'static str]| prop::sample::select(texts);
    prop_oneof![
        Just("identity".to_owned()),
        of(&["filter(small gt 2)", "filter(wide ne 3)", "filter(text eq 'a')", "search(x)"])
            .prop_map(str::to_owned),
        of(&["orderby(wide desc,id)", "orderby(small,id desc)", "orderby(word,text desc,id)"])
            .prop_map(str::to_owned),
        (of(&["topcount", "bottomcount"]), 1..4, of(&["small", "wide"]))
            .prop_map(|(name, count, by)| format!("{name}({count},{by})")),
        (of(&["topsum", "bottomsum"]), 1..12).prop_map(|(name, sum)| format!("{name}({sum},wide)")),
        (of(&["toppercent", "bottompercent"]), 1..100)
            .prop_map(|(name, share)| format!("{name}({share},wide)")),
        (1..4).prop_map(|rows| format!("orderby(id)/skip({rows})")),
        (1..4).prop_map(|rows| format!("orderby(wide,id desc)/top({rows})")),
    ]
}

/// A transformation that makes other rows of them.
fn changing(inner: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let aggregates = prop::sample::select(
        &[
            "$count as n",
            "small with sum as total,$count as n",
            "small with max as most,text with countdistinct as texts",
            "wide with average as mean",
            "wide with sum from text with max as best",
            "wide with sum from text,flag with max from flag with average as typical",
            "small with min as least,wide with max from text with sum as tops,$count as n",
        ][..],
    );
    let groups = prop::sample::select(
        &["word", "word,flag", "text", "rollup(flag,word)", "word,rollup(null,flag)"][..],
    );
    let aggregate = aggregates.prop_map(|items| format!("aggregate({items})"));
    prop_oneof![
        2 => aggregate.clone(),
        1 => groups.clone().prop_map(|groups| format!("groupby(({groups}))")),
        4 => (groups.clone(), inner.clone(), aggregate.clone())
            .prop_map(|(groups, before, last)| format!("groupby(({groups}),{before}/{last})")),
        3 => (groups.clone(), inner.clone()).prop_map(|(groups, inner)| format!("groupby(({groups}),{inner})")),
        1 => (inner.clone(), aggregate.clone()).prop_map(|(inner, last)| format!("concat({inner},{last})")),
        1 => (groups, inner.clone(), inner, aggregate).prop_map(|(groups, one, other, last)| {
            format!("groupby(({groups}),concat({one}/{last},groupby((text),{other}/aggregate(wide with sum as tops))))")
        }),
    ]
}

fn sequences() -> impl Strategy<Value = String> {
    let kept = prop::collection::vec(keeping(), 1..3).prop_map(|steps| steps.join("/")).boxed();
    (kept.clone(), changing(kept)).prop_map(|(before, last)| format!("{before}/{last}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn transformations_give_the_rows_they_mean(rows in small_rows(), text in sequences()) {
        let options = options(&format!("$apply={}", escaped(&text)));
        let (mut expected, mut found) = (expected(&rows, &options), found(&rows, &options));
        expected.sort();
        found.sort();
        prop_assert_eq!(found, expected, "{}", text);
    }

    #[test]
    fn rows_stay_in_the_order_they_are_given(rows in small_rows(), one in keeping(), other in keeping()) {
        for text in [format!("{one}/{other}"), format!("concat({one},orderby(id desc)/{other})")] {
            let options = options(&format!("$apply={}", escaped(&text)));
            // Without an order of their own, rows are in any.
            let is_ordered = ["orderby", "count", "sum", "percent"].iter().any(|word| other.contains(word));
            if is_ordered && ["orderby", "count"].iter().any(|word| one.contains(word)) {
                prop_assert_eq!(found(&rows, &options), expected(&rows, &options), "{}", text);
            }
        }
    }
}
