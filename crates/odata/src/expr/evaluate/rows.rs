//! The evaluator over rows: navigation, derived types, enumeration numbers, functions of the model.

use crate::edm::Model;
use crate::expr::{self, DateTimeOffset, Invocation, Literal, Source};
use crate::query::Context;
use crate::query::tests::model;

struct Fleet(Model);

fn record(members: &[(&str, Literal)]) -> Literal {
    Literal::Record(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

fn color(members: &str) -> Literal {
    Literal::Enum { type_name: "color".to_owned(), members: members.to_owned() }
}

fn tablet() -> Literal {
    record(&[
        ("@odata.type", "#Test.tablet".into()),
        ("deviceName", "Slate".into()),
        ("pen", true.into()),
        ("color", color("red,green")),
        ("dateKey", 5.into()),
        ("place", Literal::Geography("POINT(0 0)".to_owned())),
        ("tags", Literal::Collection(vec!["a".into(), "b".into()])),
        (
            "address",
            record(&[
                ("@odata.type", "#Test.villa".into()),
                ("city", "Utrecht".into()),
                ("garden", true.into()),
            ]),
        ),
    ])
}

fn phone() -> Literal {
    record(&[
        ("deviceName", "Phone".into()),
        ("color", color("green")),
        ("address", record(&[("city", "Delft".into())])),
    ])
}

impl Source for Fleet {
    fn model(&self) -> &Model {
        &self.0
    }

    fn now(&self) -> DateTimeOffset {
        DateTimeOffset::from_unix_micros(0).expect("inside the calendar")
    }

    fn related(&self, record: &Literal, navigation: &str) -> Literal {
        match (navigation, expr::member(record, &["deviceName".to_owned()], self)) {
            ("owner", name) if name == "Slate".into() => self::record(&[("name", "Ada".into())]),
            ("devices", _) => Literal::Collection(vec![tablet(), phone()]),
            _ => Literal::Null,
        }
    }

    fn root(&self, address: &str) -> Literal {
        if address == "me" { record(&[("name", "Me".into())]) } else { Literal::Null }
    }

    fn call(&self, call: &Invocation, on: Option<&Literal>, arguments: &[(String, Literal)]) -> Literal {
        match (call.function.as_str(), on, arguments) {
            ("related", Some(_), [(_, Literal::Int(depth))]) if *depth == 2 => {
                Literal::Collection(vec![phone()])
            }
            ("average", Some(Literal::Collection(items)), []) => {
                Literal::Double(f64::from(u8::try_from(items.len()).expect("few")))
            }
            ("at", None, [(_, place)]) => Literal::Bool(*place == record(&[("city", "x".into())])),
            _ => Literal::Null,
        }
    }
}

#[test]
fn rows_of_a_source_are_asked() {
    let cases = [
        ("Test.tablet/pen", "true", "null"),
        ("Test.tablet/pen eq true", "true", "false"),
        ("isof(Test.tablet)", "true", "false"),
        ("isof(Test.device)", "true", "true"),
        ("isof(address,Test.villa)", "true", "false"),
        ("address/Test.villa/garden eq true", "true", "false"),
        ("cast(address,Test.villa) ne null", "true", "false"),
        ("owner/name eq 'Ada'", "true", "false"),
        ("owner ne null", "true", "false"),
        ("owner/devices/any(d:d/Test.tablet/pen)", "true", "false"),
        ("owner/devices/Test.tablet/$count", "1", "0"),
        ("owner/devices/$count($filter=$it/deviceName eq deviceName)", "1", "0"),
        ("color gt 'red'", "true", "true"),
        ("color ge 'green'", "true", "true"),
        ("color le 'green'", "false", "true"),
        ("color has 'red'", "true", "false"),
        ("color eq 'green'", "false", "true"),
        ("color in ('red','green')", "false", "true"),
        ("cast(color,Edm.Byte) eq 3", "true", "false"),
        ("cast('red',Test.color) eq 'red'", "true", "true"),
        ("cast(2,Test.color) eq 'green'", "true", "true"),
        ("cast(300,Edm.Byte) eq null", "true", "true"),
        ("cast(2.9,Edm.Int32) eq 2 and cast(1e0,Edm.Int64) eq 1", "true", "true"),
        ("'b' in tags", "true", "false"),
        ("deviceName in tags", "false", "false"),
        ("$root/me/name eq 'Me'", "true", "true"),
        ("now() eq 1970-01-01T00:00:00Z", "true", "true"),
        ("Test.at(place={\"city\":\"x\"})", "true", "true"),
        ("owner/devices/Test.average() eq 2", "true", "false"),
        ("address eq {\"city\":\"Delft\"}", "false", "true"),
        ("geo.distance(place,geography'POINT(0 1)') lt 112000", "true", "false"),
        ("matchesPattern(deviceName,'^S.*e$')", "true", "false"),
        ("matchesPattern(deviceName,'^[A-Z][a-z]+$')", "true", "true"),
        ("$it/deviceName eq 'Slate'", "true", "false"),
        ("$this/deviceName eq 'Slate'", "true", "false"),
    ];
    let fleet = Fleet(model());
    let context = Context::new(&fleet.0, &fleet.0.entity_types[0]);
    let mut surprises = Vec::new();
    for (text, of_tablet, of_phone) in cases {
        let mut expr = expr::parse(text, &context).unwrap_or_else(|error| panic!("{text}: {error}"));
        expr::check(&mut expr, &context).unwrap_or_else(|error| panic!("{text}: {error}"));
        for (row, expected) in [(tablet(), of_tablet), (phone(), of_phone)] {
            let answer = expr::evaluate_row(&expr, &row, &fleet).to_string();
            if answer != expected {
                surprises.push(format!("{text}: {answer}, expected {expected}"));
            }
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn items_without_properties_are_asked_with_it() {
    let fleet = Fleet(model());
    let context = Context::of(&fleet.0, &crate::edm::EdmType::String);
    for (text, expected) in
        [("contains($it,'a')", "true"), ("$it eq 'b'", "false"), ("length($this) eq 3", "true")]
    {
        let mut expr = expr::parse(text, &context).unwrap_or_else(|error| panic!("{text}: {error}"));
        expr::check(&mut expr, &context).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(expr::evaluate_row(&expr, &"abc".into(), &fleet).to_string(), expected, "{text}");
    }
}
