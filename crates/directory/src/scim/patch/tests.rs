//! Operations on one person, and on one group.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::apply;
use crate::scim::schema::{ENTERPRISE, GROUPS, USERS};

fn ann() -> Map<String, Value> {
    let ann = json!({
        "userName": "ann",
        "name": { "familyName": "Lee", "givenName": "Ann" },
        "emails": [
            { "value": "a@work", "type": "work", "primary": true },
            { "value": "a@home", "type": "home" },
        ],
        ENTERPRISE.urn: { "department": "Sales", "manager": { "value": "m1" } },
    });
    ann.as_object().unwrap().clone()
}

fn change(operations: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

/// What one operation makes of one attribute.
fn after(operation: Value, attribute: &str) -> Value {
    let changed = apply(&USERS, ann(), &change(json!([operation]))).unwrap_or_else(|e| panic!("{e:?}"));
    changed.get(attribute).cloned().unwrap_or(Value::Null)
}

#[test]
fn values_are_added() {
    for (operation, attribute, expected) in [
        (json!({ "op": "add", "path": "title", "value": "Dr" }), "title", json!("Dr")),
        (json!({ "op": "Add", "value": { "title": "Dr", "shoeSize": 4, "id": "x" } }), "title", json!("Dr")),
        (
            json!({ "op": "add", "value": { "name.givenName": "An" } }),
            "name",
            json!({ "familyName": "Lee", "givenName": "An" }),
        ),
        (
            json!({ "op": "add", "path": "name", "value": { "middleName": "B" } }),
            "name",
            json!({ "familyName": "Lee", "givenName": "Ann", "middleName": "B" }),
        ),
        (
            json!({ "op": "add", "path": "emails", "value": [{ "value": "a@home" }, { "value": "c", "primary": true }] }),
            "emails",
            json!([{ "value": "a@work", "type": "work", "primary": false }, { "value": "a@home", "type": "home" },
                   { "value": "c", "primary": true }]),
        ),
        (
            json!({ "op": "add", "path": "emails[type eq \"other\"].value", "value": "o" }),
            "emails",
            json!([{ "value": "a@work", "type": "work", "primary": true }, { "value": "a@home", "type": "home" },
                   { "type": "other", "value": "o" }]),
        ),
        (
            json!({ "op": "add", "path": format!("{}:costCenter", ENTERPRISE.urn), "value": "7" }),
            ENTERPRISE.urn,
            json!({ "department": "Sales", "manager": { "value": "m1" }, "costCenter": "7" }),
        ),
    ] {
        assert_eq!(after(operation.clone(), attribute), expected, "{operation}");
    }
}

#[test]
fn values_are_replaced() {
    for (operation, attribute, expected) in [
        (json!({ "op": "replace", "path": "active", "value": "False" }), "active", json!(false)),
        (json!({ "op": "replace", "value": { "active": false } }), "active", json!(false)),
        (
            json!({ "op": "replace", "path": "emails[type eq \"home\"].value", "value": "n" }),
            "emails",
            json!([{ "value": "a@work", "type": "work", "primary": true }, { "value": "n", "type": "home" }]),
        ),
        (
            json!({ "op": "replace", "path": "emails[type eq \"home\"]", "value": { "primary": true } }),
            "emails",
            json!([{ "value": "a@work", "type": "work", "primary": false },
                   { "value": "a@home", "type": "home", "primary": true }]),
        ),
        (
            json!({ "op": "replace", "path": "emails", "value": [{ "value": "n" }] }),
            "emails",
            json!([{ "value": "n" }]),
        ),
        (json!({ "op": "replace", "path": "emails", "value": null }), "emails", Value::Null),
        (
            json!({ "op": "replace", "path": format!("{}:manager", ENTERPRISE.urn), "value": "m2" }),
            ENTERPRISE.urn,
            json!({ "department": "Sales", "manager": { "value": "m2" } }),
        ),
        (
            json!({ "op": "replace", "path": ENTERPRISE.urn, "value": { "department": null, "division": "N" } }),
            ENTERPRISE.urn,
            json!({ "manager": { "value": "m1" }, "division": "N" }),
        ),
    ] {
        assert_eq!(after(operation.clone(), attribute), expected, "{operation}");
    }
}

#[test]
fn values_are_removed() {
    for (operation, attribute, expected) in [
        (json!({ "op": "remove", "path": "name.givenName" }), "name", json!({ "familyName": "Lee" })),
        (json!({ "op": "remove", "path": "name" }), "name", Value::Null),
        (json!({ "op": "remove", "path": "title" }), "title", Value::Null),
        (
            json!({ "op": "remove", "path": "emails[type eq \"work\"]" }),
            "emails",
            json!([{ "value": "a@home", "type": "home" }]),
        ),
        (
            json!({ "op": "remove", "path": "emails[type eq \"work\"].primary" }),
            "emails",
            json!([{ "value": "a@work", "type": "work" }, { "value": "a@home", "type": "home" }]),
        ),
        (
            json!({ "op": "remove", "path": "emails", "value": [{ "value": "a@work" }] }),
            "emails",
            json!([{ "value": "a@home", "type": "home" }]),
        ),
        (json!({ "op": "remove", "path": ENTERPRISE.urn }), ENTERPRISE.urn, Value::Null),
    ] {
        assert_eq!(after(operation.clone(), attribute), expected, "{operation}");
    }
}

#[test]
fn members_come_and_go() {
    let group =
        json!({ "displayName": "g", "members": [{ "value": "1", "type": "User", "display": "Ann" }] });
    let group = group.as_object().unwrap().clone();
    for (operation, expected) in [
        (json!({ "op": "add", "path": "members", "value": [{ "value": "1" }, { "value": "2" }] }), 2),
        (json!({ "op": "remove", "path": "members[value eq \"1\"]" }), 0),
        (json!({ "op": "Remove", "path": "members", "value": [{ "value": "1" }] }), 0),
        (json!({ "op": "remove", "path": "members" }), 0),
        (json!({ "op": "replace", "path": "members", "value": [{ "value": "2" }, { "value": "3" }] }), 2),
    ] {
        let changed = apply(&GROUPS, group.clone(), &change(json!([operation]))).unwrap();
        let n_members = changed.get("members").and_then(Value::as_array).map_or(0, Vec::len);
        assert_eq!(n_members, expected, "{operation}");
    }
}

#[test]
fn what_cannot_be_done_is_refused_in_words() {
    for (operation, reason) in [
        (json!({ "op": "move", "path": "title" }), "invalidSyntax"),
        (json!({ "op": "remove" }), "noTarget"),
        (json!({ "op": "replace", "path": "emails[type eq \"other\"].value", "value": "x" }), "noTarget"),
        (json!({ "op": "replace", "path": "id", "value": "x" }), "mutability"),
        (json!({ "op": "add", "path": "groups", "value": [{ "value": "g" }] }), "mutability"),
        (json!({ "op": "remove", "path": "userName" }), "mutability"),
        (json!({ "op": "add", "path": "title" }), "invalidValue"),
        (json!({ "op": "replace", "path": "active", "value": "perhaps" }), "invalidValue"),
        (json!({ "op": "replace", "value": "x" }), "invalidValue"),
        (json!({ "op": "replace", "path": "shoeSize", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "title[a eq 1]", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "emails[type eq", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": 7, "value": "x" }), "invalidPath"),
    ] {
        let refused = apply(&USERS, ann(), &change(json!([operation]))).expect_err("it cannot be done");
        assert_eq!(refused.word, reason, "{operation}: {}", refused.message);
    }
    for body in [json!({ "Operations": [] }), change(json!([])), json!([])] {
        assert_eq!(apply(&USERS, ann(), &body).unwrap_err().word, "invalidSyntax");
    }
}

proptest! {
    #[test]
    fn no_path_makes_it_panic(path in "[a-zE\\[\\]\". ]{0,40}", verb in 0..3_usize) {
        let verb = ["add", "replace", "remove"][verb];
        let operation = json!({ "op": verb, "path": path, "value": { "value": "x" } });
        if let Ok(changed) = apply(&USERS, ann(), &change(json!([operation]))) {
            prop_assert!(changed.contains_key("userName"));
        }
    }
}
