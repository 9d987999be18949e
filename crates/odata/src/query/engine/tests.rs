//! Options on the rows of a small shop, with results by hand from the standard's words.

use super::run;
use crate::edm::{ComplexType, EdmType, EntityType, EnumType, Model, Navigation, Property};
use crate::expr::{self, DateTimeOffset, Literal, Source};
use crate::json::write_literal;
use crate::query::{Context, parse_options};

struct Shop(Model);

fn record(members: &[(&str, Literal)]) -> Literal {
    Literal::Record(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

fn sale(id: i64, country: &str, city: &str, amount: Option<i64>, notes: &[&str]) -> Literal {
    let lines = notes.iter().map(|note| record(&[("note", (*note).into())]));
    let grade = if amount.unwrap_or(0) > 3 { "high" } else { "low" };
    record(&[
        ("id", id.into()),
        ("place", record(&[("country", country.into()), ("city", city.into())])),
        ("amount", amount.map_or(Literal::Null, Literal::Int)),
        ("grade", Literal::Enum { type_name: "grade".to_owned(), members: grade.to_owned() }),
        ("lines", Literal::Collection(lines.collect())),
    ])
}

impl Source for Shop {
    fn model(&self) -> &Model {
        &self.0
    }

    fn now(&self) -> DateTimeOffset {
        DateTimeOffset::from_unix_micros(0).expect("inside the calendar")
    }

    fn related(&self, record: &Literal, navigation: &str) -> Literal {
        let country = ["place", "country"].map(str::to_owned);
        match navigation {
            "region" => self::record(&[("name", expr::member(record, &country, self))]),
            _ => Literal::Null,
        }
    }
}

fn shop() -> Shop {
    let place = ComplexType::new("place")
        .property(Property::new("country", EdmType::String))
        .property(Property::new("city", EdmType::String));
    let line = ComplexType::new("line").property(Property::new("note", EdmType::String));
    let sale = EntityType::new("sale")
        .key("id", EdmType::Int32)
        .plain("place", EdmType::Complex("place".to_owned()))
        .plain("amount", EdmType::Int32)
        .plain("grade", EdmType::Enum("grade".to_owned()))
        .plain("lines", EdmType::collection_of(EdmType::Complex("line".to_owned())))
        .navigation(Navigation::one("region", "region"));
    let region = EntityType::new("region").key("name", EdmType::String);
    let grade = EnumType::new("grade").member("low", 5).member("high", 1);
    let model = Model::new("Shop", "Default").entity_type(sale).entity_type(region);
    Shop(model.complex_type(place).complex_type(line).enum_type(grade))
}

fn rows() -> Vec<Literal> {
    vec![
        sale(1, "NL", "Utrecht", Some(1), &["red", "big"]),
        sale(2, "NL", "Delft", Some(2), &["red"]),
        sale(3, "SE", "Lund", Some(4), &[]),
        sale(4, "SE", "Lund", None, &["blue"]),
        sale(5, "NL", "Delft", Some(8), &[]),
    ]
}

fn answer(query: &str) -> String {
    let shop = shop();
    let context = Context::new(&shop.0, &shop.0.entity_types[0]);
    let raw = query.split('&').map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        format!("{name}={}", crate::percent::encode(value, ""))
    });
    let options = parse_options(&raw.collect::<Vec<_>>().join("&"), &context)
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    let answer = run(rows(), &options, &shop);
    let texts = answer.rows.iter().map(|row| {
        let short = match row {
            Literal::Record(members)
                if members.iter().any(|(name, _)| name == "place") && query.contains("ids") =>
            {
                expr::member(row, &["id".to_owned()], &shop)
            }
            other => other.clone(),
        };
        let mut out = Vec::new();
        write_literal(&mut out, &short, false);
        String::from_utf8(out).expect("text")
    });
    texts.collect::<Vec<_>>().join(" ").replace('"', "")
}

fn check(cases: &[(&str, &str)]) {
    let surprises: Vec<String> = cases
        .iter()
        .map(|(query, expected)| (query, expected, answer(query)))
        .filter(|(_, expected, answer)| *expected != answer)
        .map(|(query, expected, answer)| format!("{query}: {answer}, expected {expected}"))
        .collect();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn rows_are_filtered_sorted_and_paged() {
    check(&[
        ("ids&$filter=amount gt 1", "2 3 5"),
        ("ids&$orderby=amount", "4 1 2 3 5"),
        ("ids&$orderby=amount desc", "5 3 2 1 4"),
        ("ids&$orderby=grade,id desc", "5 3 4 2 1"),
        ("ids&$orderby=place/country desc,amount", "4 3 1 2 5"),
        ("ids&$orderby=lines/$count desc,id&$top=2", "1 2"),
        ("ids&$orderby=region/name,id&$skip=3", "3 4"),
        ("ids&$search=red NOT big", "2"),
        ("ids&$search=lund OR \"big\"", "1 3 4"),
        ("ids&$compute=amount mul 2 as twice&$filter=twice ge 8&$orderby=twice desc", "5 3"),
        ("ids&$filter=lines/any(l:l/note eq 'red') and region/name eq 'NL'", "1 2"),
        ("ids&$filter=grade gt 'high'", "1 2 4"),
    ]);
}

#[test]
fn aggregates_leave_null_out() {
    check(&[
        (
            "$apply=aggregate($count as n,amount with sum as s,amount with average as a,amount with min as lo,amount with max as hi)",
            "{n:5,s:15,a:3.75,lo:1,hi:8}",
        ),
        ("$apply=aggregate(place/city with countdistinct as n,amount with countdistinct as m)", "{n:3,m:4}"),
        ("$apply=filter(id gt 9)/aggregate($count as n,amount with sum as s)", "{n:0,s:null}"),
        ("$apply=aggregate(lines/$count with sum as n,lines/$count with max as m)", "{n:4,m:2}"),
        (
            "$apply=aggregate(lines/$count as n,lines/note with countdistinct as m,lines/note with max as x)",
            "{n:4,m:3,x:red}",
        ),
        ("$apply=aggregate(amount mul 2 with sum as s)", "{s:30}"),
        ("$apply=aggregate(amount with sum from place/country with max as m)", "{m:11}"),
        (
            "$apply=aggregate(amount with max as m from place/city with sum from place/country with average)",
            "{m:6.5}",
        ),
    ]);
}

#[test]
fn groups_have_their_values_and_results() {
    check(&[
        ("$apply=groupby((place/country))", "{place:{country:NL}} {place:{country:SE}}"),
        (
            "$apply=groupby((place/country),aggregate(amount with sum as s,$count as n))",
            "{place:{country:NL},s:11,n:3} {place:{country:SE},s:4,n:2}",
        ),
        ("$apply=groupby((place/country))/filter($count gt 2)", "{place:{country:NL}}"),
        (
            "$apply=groupby((region/name),aggregate($count as n))&$orderby=n",
            "{region:{name:SE},n:2} {region:{name:NL},n:3}",
        ),
        ("$apply=groupby((place/country),topcount(1,amount))&ids", "5 3"),
        (
            "$apply=groupby((rollup(null,place/country,place/city)),aggregate($count as n))",
            "{place:{country:NL,city:Utrecht},n:1} {place:{country:NL,city:Delft},n:2} {place:{country:SE,city:Lund},n:2} \
             {place:{country:NL,city:null},n:3} {place:{country:SE,city:null},n:2} {place:{country:null,city:null},n:5}",
        ),
        (
            "$apply=groupby((rollup(place/country),grade),aggregate($count as n))",
            "{place:{country:NL},grade:low,n:2} {place:{country:SE},grade:high,n:1} {place:{country:SE},grade:low,n:1} \
             {place:{country:NL},grade:high,n:1}",
        ),
        (
            "$apply=groupby((place/city),aggregate(amount with sum as s))/filter(s gt 2)/compute(s mul 2 as t)/orderby(t desc)/top(1)",
            "{place:{city:Delft},s:10,t:20}",
        ),
        (
            "$apply=groupby((place/country),aggregate($count as n))&$orderby=place/country desc&$top=1",
            "{place:{country:SE},n:2}",
        ),
    ]);
}

#[test]
fn rows_are_ranked_joined_and_nested() {
    check(&[
        ("ids&$apply=topcount(2,amount)", "5 3"),
        ("ids&$apply=bottomcount(2,amount)", "1 2"),
        ("ids&$apply=topsum(9,amount)", "5 3"),
        ("ids&$apply=bottomsum(3,amount)", "1 2"),
        ("ids&$apply=toppercent(50,amount)", "5"),
        ("ids&$apply=bottompercent(20,amount)", "1 2"),
        ("ids&$apply=concat(topcount(1,amount),filter(id le 2))/skip(1)", "1 2"),
        (
            "$apply=join(lines as line)/groupby((line/note),aggregate($count as n))",
            "{line:{note:red},n:2} {line:{note:big},n:1} {line:{note:blue},n:1}",
        ),
        ("ids&$apply=join(lines as line,filter(note eq 'red'))", "1 2"),
        ("ids&$apply=outerjoin(lines as line)/filter(line eq null)", "3 5"),
        (
            "$apply=nest(groupby((place/country)) as countries,aggregate($count as n) as all)",
            "{countries:[{place:{country:NL}},{place:{country:SE}}],all:[{n:5}]}",
        ),
        (
            "$apply=filter(id eq 4)/expand(region)/compute(region/name as r)/aggregate(r with max as m)",
            "{m:SE}",
        ),
        ("$apply=concat(aggregate($count as n),aggregate(amount with sum as s))", "{n:5} {s:15}"),
        ("$apply=identity/search(big)/aggregate($count as n)", "{n:1}"),
    ]);
}
