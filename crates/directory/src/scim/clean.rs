//! Input made clean: names in their own spelling, values of their types, nothing that only the server says.
//!
//! Unknown attributes are left out, as RFC 7644 §3.3 allows: provisioning services send what other directories keep.

use api::Failure;
use serde_json::{Map, Value};

use super::refusal::{Reason, refuse};
use super::schema::{Attribute, COMMON, Kind, Mutability, ResourceType, Schema};

const TEXT_CHARS_MAX: usize = 4_096;
/// More values than any attribute but the members of a group has.
const VALUES_MAX: usize = 100_000;

/// A whole resource, to be made or put in another's place.
///
/// # Errors
/// `invalidValue` or `invalidSyntax`, naming the attribute.
pub(crate) fn resource(ty: &ResourceType, input: &Value) -> Result<Map<String, Value>, Failure> {
    let input = input.as_object().ok_or_else(|| wrong("The body", "is a JSON object"))?;
    check_schemas(ty, input)?;
    let mut clean = object(ty.core.attributes, input)?;
    if let Some(value) = get(input, "externalId") {
        put(&mut clean, "externalId", attribute(&COMMON[1], value)?);
    }
    if let Some(schema) = ty.extension {
        let value = get(input, schema.urn).filter(|value| !value.is_null());
        let inner = value.map(|value| value.as_object().ok_or_else(|| wrong(schema.urn, "is an object")));
        if let Some(inner) = inner.transpose()? {
            put(&mut clean, schema.urn, Some(Value::Object(object(schema.attributes, inner)?)));
        }
    }
    Ok(clean)
}

/// Refuses a resource that lacks what every one has.
///
/// # Errors
/// `invalidValue`, naming the attribute.
pub(crate) fn check_complete(ty: &ResourceType, resource: &Map<String, Value>) -> Result<(), Failure> {
    let given = |attribute: &Attribute| {
        resource
            .get(attribute.name)
            .is_some_and(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
    };
    match ty.core.attributes.iter().find(|attribute| attribute.is_required && !given(attribute)) {
        Some(missing) => Err(wrong(missing.name, "is required")),
        None => Ok(()),
    }
}

fn check_schemas(ty: &ResourceType, input: &Map<String, Value>) -> Result<(), Failure> {
    let Some(schemas) = get(input, "schemas").and_then(Value::as_array) else {
        return Err(refuse(
            Reason::InvalidSyntax,
            format!("The body names its schemas: [\"{}\"].", ty.core.urn),
        ));
    };
    let names = |schema: &Schema| {
        schemas.iter().filter_map(Value::as_str).any(|urn| urn.eq_ignore_ascii_case(schema.urn))
    };
    if names(ty.core) {
        return Ok(());
    }
    Err(refuse(Reason::InvalidSyntax, format!("The schemas of the body lack {}.", ty.core.urn)))
}

fn get<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn put(object: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value);
    }
}

fn wrong(name: &str, what: &str) -> Failure {
    refuse(Reason::InvalidValue, format!("{name} {what}.")).target(name)
}

/// The known attributes of an object; what is null or empty counts as not there.
pub(crate) fn object(
    attributes: &'static [Attribute],
    input: &Map<String, Value>,
) -> Result<Map<String, Value>, Failure> {
    let mut clean = Map::new();
    for known in attributes.iter().filter(|attribute| attribute.mutability != Mutability::ReadOnly) {
        if let Some(value) = get(input, known.name) {
            put(&mut clean, known.name, attribute(known, value)?);
        }
    }
    Ok(clean)
}

/// One attribute's value, or none when it is null or empty.
pub(crate) fn attribute(known: &'static Attribute, value: &Value) -> Result<Option<Value>, Failure> {
    match value {
        Value::Null => Ok(None),
        // A list of one is also written as the one.
        value if known.is_multi => {
            let elements = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            list(known, elements)
        }
        value => single(known, value),
    }
}

fn list(known: &'static Attribute, elements: &[Value]) -> Result<Option<Value>, Failure> {
    if elements.len() > VALUES_MAX {
        return Err(wrong(known.name, &format!("has more than {VALUES_MAX} values")));
    }
    let mut clean: Vec<Value> = Vec::with_capacity(elements.len());
    for element in elements {
        clean.extend(single(known, element)?);
    }
    let n_primary = clean.iter().filter(|element| element["primary"] == true).count();
    if n_primary > 1 {
        return Err(wrong(known.name, "has more than one primary value"));
    }
    Ok((!clean.is_empty()).then_some(Value::Array(clean)))
}

pub(crate) fn single(known: &'static Attribute, value: &Value) -> Result<Option<Value>, Failure> {
    match (known.kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::Flag, Value::Bool(_)) => Ok(Some(value.clone())),
        // Some provisioning services write flags as texts.
        (Kind::Flag, Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Some(Value::Bool(true))),
            "false" => Ok(Some(Value::Bool(false))),
            _ => Err(wrong(known.name, "is true or false")),
        },
        (Kind::Text | Kind::Reference(_) | Kind::Time, Value::String(given)) => text(known, given).map(Some),
        (Kind::Complex(parts), Value::Object(given)) => {
            let clean = object(parts, given)?;
            Ok((!clean.is_empty()).then_some(Value::Object(clean)))
        }
        // A bare text stands for the `value` of a complex one, as in `manager` and `members`.
        (Kind::Complex(parts), Value::String(_)) if parts.iter().any(|part| part.name == "value") => {
            Ok(Some(Value::Object(Map::from_iter([("value".to_owned(), value.clone())]))))
        }
        (Kind::Flag, _) => Err(wrong(known.name, "is true or false")),
        (Kind::Complex(_), _) => Err(wrong(known.name, "is an object")),
        _ => Err(wrong(known.name, "is a text")),
    }
}

fn text(known: &Attribute, given: &str) -> Result<Value, Failure> {
    if given.chars().count() > TEXT_CHARS_MAX {
        return Err(wrong(known.name, &format!("is longer than {TEXT_CHARS_MAX} characters")));
    }
    if given.contains('\0') {
        return Err(wrong(known.name, "holds a character that cannot be kept"));
    }
    Ok(Value::String(given.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::schema::{ENTERPRISE, USERS};

    #[test]
    fn names_and_types_are_put_right() {
        let input = json!({
            "schemas": [USERS.core.urn],
            "id": "mine", "meta": { "version": "x" }, "groups": [{ "value": "g" }],
            "USERNAME": "ann", "active": "False", "shoeSize": 40, "title": null, "emails": { "value": "a@b" },
            "name": { "GivenName": "Ann", "familyName": null },
            ENTERPRISE.urn: { "manager": "m1", "department": "Sales" },
        });
        let clean = Value::Object(resource(&USERS, &input).unwrap());
        let expected = json!({
            "userName": "ann", "name": { "givenName": "Ann" }, "active": false, "emails": [{ "value": "a@b" }],
            ENTERPRISE.urn: { "manager": { "value": "m1" }, "department": "Sales" },
        });
        assert_eq!(clean, expected);
    }

    #[test]
    fn wrong_values_are_refused_by_name() {
        for (name, value) in [
            ("userName", json!(7)),
            ("active", json!("perhaps")),
            ("name", json!("Ann")),
            ("emails", json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }])),
            ("title", json!("a".repeat(5_000))),
            ("title", json!("a\0")),
            (ENTERPRISE.urn, json!("x")),
        ] {
            let input = json!({ "schemas": [USERS.core.urn], name: value });
            let refused = resource(&USERS, &input).unwrap_err();
            assert_eq!((refused.word.as_ref(), refused.target.as_deref()), ("invalidValue", Some(name)));
        }
        for input in [json!({ "userName": "a" }), json!({ "schemas": ["urn:other"], "userName": "a" })] {
            assert_eq!(resource(&USERS, &input).unwrap_err().word, "invalidSyntax");
        }
    }
}
