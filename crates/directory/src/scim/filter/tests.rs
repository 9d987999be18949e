//! Filters against one person.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Filter, parse};
use crate::scim::schema::{ENTERPRISE, USERS};

fn ann() -> Map<String, Value> {
    let ann = json!({
        "id": "a1",
        "externalId": "E-1",
        "userName": "ann@Contoso.example",
        "name": { "familyName": "O'Malley", "givenName": "Ann" },
        "active": true,
        "title": "",
        "emails": [
            { "value": "ann@contoso.example", "type": "work", "primary": true },
            { "value": "ann@home.example", "type": "home" },
        ],
        ENTERPRISE.urn: { "department": "Sales \"North\"", "manager": { "value": "m1" } },
        "meta": { "lastModified": "2026-11-21T12:00:00Z" },
    });
    ann.as_object().unwrap().clone()
}

#[test]
fn conditions_hold_as_the_rfc_says() {
    for (filter, holds) in [
        ("userName eq \"ANN@contoso.example\"", true),
        ("USERNAME Eq \"bob\"", false),
        ("externalId eq \"e-1\"", false),
        ("externalId eq \"E-1\"", true),
        ("name.familyName co \"'mal\"", true),
        ("userName sw \"ann\" and userName ew \"EXAMPLE\"", true),
        ("title pr", false),
        ("nickName pr or active eq true", true),
        ("not (active eq true)", false),
        ("not(active eq false) and (title eq null or nickName ne null)", true),
        ("emails eq \"ann@home.example\"", true),
        ("emails.type eq \"work\"", true),
        ("emails[type eq \"work\" and value co \"home\"]", false),
        ("emails[type eq \"home\" and not (primary eq true)]", true),
        ("emails ne \"ann@home.example\"", false),
        ("emails ne \"x\"", true),
        ("meta.lastModified gt \"2026-11-21T12:59:59+01:00\"", true),
        ("meta.lastModified lt \"2026-11-21T12:00:00.000Z\"", false),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"m1\"", true),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"sales \\\"north\\\"\"",
            true,
        ),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName pr", true),
        ("active eq false or active eq true and userName pr", true),
    ] {
        let parsed = parse(&USERS, filter).unwrap_or_else(|error| panic!("{filter}: {error:?}"));
        assert_eq!(parsed.holds(&ann()), holds, "{filter}");
    }
}

#[test]
fn wrong_filters_are_refused_in_words() {
    for (filter, part) in [
        ("", "no such attribute"),
        ("shoeSize eq 7", "no such attribute"),
        ("userName", "an operator is one of"),
        ("userName is \"a\"", "an operator is one of"),
        ("userName eq", "a value is"),
        ("userName eq ann", "a value is"),
        ("userName eq \"ann", "a value is"),
        ("userName eq true", "is not compared so"),
        ("active gt true", "is not compared so"),
        ("active eq \"true\"", "is not compared so"),
        ("userName pr and", "no such attribute"),
        ("(userName pr", "a ')' is missing"),
        ("not userName pr", "followed by '('"),
        ("emails[type eq \"work\"", "a ']' is missing"),
        ("emails[shoe eq \"work\"]", "no such part"),
        ("userName pr)", "nothing was expected"),
        (&"(".repeat(100), "nested too deeply"),
        (&"a".repeat(9_000), "too long"),
    ] {
        let refused = parse(&USERS, filter).expect_err(filter);
        assert_eq!(refused.word, "invalidFilter");
        assert!(refused.message.contains(part), "{filter}: {}", refused.message);
    }
}

#[test]
fn what_must_equal_is_found() {
    let parsed = |text| parse(&USERS, text).unwrap();
    assert_eq!(parsed("active eq true and userName eq \"Ann\"").required("userName"), Some("Ann"));
    assert_eq!(parsed("userName eq \"a\" or userName eq \"b\"").required("userName"), None);
    assert_eq!(parsed("not (userName eq \"a\")").required("userName"), None);
    assert!(parsed("not (groups.value eq \"a\")").mentions("groups"));
    assert!(!parsed("userName pr").mentions("groups"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-z\\[\\]()\" .:\\\\é]{0,60}") {
        if let Ok(filter) = parse(&USERS, &text) {
            filter.holds(&ann());
        }
    }

    #[test]
    fn negation_turns_every_answer_round(
        name in prop::sample::select(vec!["userName", "emails", "name.givenName", "nickName"]),
        operator in prop::sample::select(vec!["eq", "ne", "co", "sw", "ew", "gt", "le"]),
        value in "[a-z@.]{0,6}",
    ) {
        let plain = parse(&USERS, &format!("{name} {operator} \"{value}\"")).unwrap();
        let turned = Filter::Not(Box::new(plain.clone()));
        prop_assert_ne!(plain.holds(&ann()), turned.holds(&ann()));
    }
}
