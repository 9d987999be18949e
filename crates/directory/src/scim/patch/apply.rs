//! One operation on one target.

use api::Failure;
use serde_json::{Map, Value};

use super::target::Target;
use crate::scim::clean;
use crate::scim::filter::Part;
use crate::scim::path::Path;
use crate::scim::refusal::{Reason, refuse};
use crate::scim::schema::{Attribute, Kind, Schema};

type Object = Map<String, Value>;

pub(super) fn add(resource: &mut Object, target: &Target, value: &Value) -> Result<(), Failure> {
    match target {
        Target::Extension(schema) => merge_extension(resource, schema, value),
        Target::Attribute { path, elements: Some(elements), part } => {
            let of = (path.attribute, *part);
            let list = list(holder(resource, path), path.attribute);
            if !set_elements(list, elements, of, value)? {
                let Some(mut element) = elements.example() else {
                    return Err(no_target(path));
                };
                set(&mut element, of, value)?;
                push(list, Value::Object(element));
            }
            Ok(())
        }
        Target::Attribute { path, elements: None, part } => {
            let holder = holder(resource, path);
            match (path.attribute.is_multi, part) {
                (true, None) => {
                    let added = clean::attribute(path.attribute, value)?;
                    let list = list(holder, path.attribute);
                    for element in added.iter().filter_map(Value::as_array).flatten() {
                        push(list, element.clone());
                    }
                    Ok(())
                }
                _ => put(holder, path.attribute, *part, value),
            }
        }
    }
}

pub(super) fn replace(resource: &mut Object, target: &Target, value: &Value) -> Result<(), Failure> {
    match target {
        Target::Extension(schema) => merge_extension(resource, schema, value),
        Target::Attribute { path, elements: Some(elements), part } => {
            let list = list(holder(resource, path), path.attribute);
            let changed = set_elements(list, elements, (path.attribute, *part), value)?;
            if changed { Ok(()) } else { Err(no_target(path)) }
        }
        Target::Attribute { path, elements: None, part } => {
            let holder = holder(resource, path);
            if path.attribute.is_multi && part.is_none() {
                set_or_remove(holder, path.attribute.name, clean::attribute(path.attribute, value)?);
                return Ok(());
            }
            put(holder, path.attribute, *part, value)
        }
    }
}

pub(super) fn remove(resource: &mut Object, target: &Target, value: &Value) -> Result<(), Failure> {
    match target {
        Target::Extension(schema) => {
            resource.remove(schema.urn);
            Ok(())
        }
        Target::Attribute { path, elements, part } => {
            if path.attribute.is_required && part.is_none() {
                let name = path.attribute.name;
                return Err(refuse(Reason::Mutability, format!("{name} is required and cannot be removed.")));
            }
            let holder = holder(resource, path);
            match (elements, part) {
                // Some provisioning services name the members to remove as a value instead of a condition.
                (None, None) if path.attribute.is_multi && !value.is_null() => {
                    let gone = clean::attribute(path.attribute, value)?;
                    let gone: Vec<&Object> = gone
                        .iter()
                        .filter_map(Value::as_array)
                        .flatten()
                        .filter_map(Value::as_object)
                        .collect();
                    retain(holder, path.attribute, |element| {
                        !gone.iter().any(|gone| is_within(gone, element))
                    });
                }
                (None, None) => {
                    holder.remove(path.attribute.name);
                }
                (Some(elements), None) => {
                    retain(holder, path.attribute, |element| !elements.holds(element));
                }
                (elements, Some(part)) => remove_part(holder, path.attribute, elements.as_ref(), part),
            }
            Ok(())
        }
    }
}

/// The object that holds the path's attribute, made when it is not there yet.
fn holder<'a>(resource: &'a mut Object, path: &Path) -> &'a mut Object {
    match path.extension {
        None => resource,
        Some(urn) => object(resource.entry(urn).or_insert_with(|| Value::Object(Map::new()))),
    }
}

/// A value as an object; whatever else it was is no more.
fn object(value: &mut Value) -> &mut Object {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut().expect("it was made an object")
}

fn list<'a>(holder: &'a mut Object, attribute: &Attribute) -> &'a mut Vec<Value> {
    let value = holder.entry(attribute.name).or_insert_with(|| Value::Array(Vec::new()));
    if !value.is_array() {
        *value = Value::Array(Vec::new());
    }
    value.as_array_mut().expect("it was made a list")
}

fn no_target(path: &Path) -> Failure {
    let name = path.attribute.name;
    refuse(Reason::NoTarget, format!("No value of {name} fulfils the condition in the path."))
}

fn set_or_remove(object: &mut Object, name: &str, value: Option<Value>) {
    match value {
        Some(value) => object.insert(name.to_owned(), value),
        None => object.remove(name),
    };
}

/// Sets an attribute that is not a list, or one part of it, or of every value of a list.
fn put(
    holder: &mut Object,
    attribute: &'static Attribute,
    part: Option<&'static Attribute>,
    value: &Value,
) -> Result<(), Failure> {
    match (part, attribute.kind) {
        (Some(part), _) if attribute.is_multi => {
            for element in list(holder, attribute) {
                set_or_remove(object(element), part.name, clean::single(part, value)?);
            }
        }
        (Some(part), _) => {
            let value = clean::single(part, value)?;
            let inner = object(holder.entry(attribute.name).or_insert(Value::Null));
            set_or_remove(inner, part.name, value);
            if inner.is_empty() {
                holder.remove(attribute.name);
            }
        }
        (None, Kind::Complex(_)) => {
            if let Some(Value::Object(parts)) = clean::single(attribute, value)? {
                object(holder.entry(attribute.name).or_insert(Value::Null)).extend(parts);
            }
        }
        (None, _) => set_or_remove(holder, attribute.name, clean::single(attribute, value)?),
    }
    Ok(())
}

/// Sets a value, or one part of it.
fn set(
    element: &mut Object,
    (attribute, part): (&'static Attribute, Option<&'static Attribute>),
    value: &Value,
) -> Result<(), Failure> {
    match part {
        Some(part) => set_or_remove(element, part.name, clean::single(part, value)?),
        None => {
            if let Some(Value::Object(parts)) = clean::single(attribute, value)? {
                element.extend(parts);
            }
        }
    }
    Ok(())
}

/// Sets every value of a list that fulfils a condition. Answers whether there was one.
fn set_elements(
    list: &mut [Value],
    elements: &Part,
    of: (&'static Attribute, Option<&'static Attribute>),
    value: &Value,
) -> Result<bool, Failure> {
    let mut last = None;
    for (place, element) in list.iter_mut().enumerate() {
        if element.as_object().is_some_and(|parts| elements.holds(parts)) {
            set(object(element), of, value)?;
            last = Some(place);
        }
    }
    if let Some(place) = last {
        only_primary(list, place);
    }
    Ok(last.is_some())
}

/// Adds a value that is not there yet.
fn push(list: &mut Vec<Value>, element: Value) {
    let is_there = element
        .as_object()
        .is_some_and(|new| list.iter().filter_map(Value::as_object).any(|old| is_within(new, old)));
    if !is_there {
        list.push(element);
        let last = list.len() - 1;
        only_primary(list, last);
    }
}

/// A value that became primary takes that from the others (RFC 7644 §3.5.2).
fn only_primary(list: &mut [Value], place: usize) {
    if list[place]["primary"] != true {
        return;
    }
    for (other, element) in list.iter_mut().enumerate() {
        if other != place && element["primary"] == true {
            element["primary"] = Value::Bool(false);
        }
    }
}

/// Whether everything that is said of one is said of the other too.
fn is_within(one: &Object, other: &Object) -> bool {
    one.iter().all(|(name, value)| other.get(name) == Some(value))
}

fn retain(holder: &mut Object, attribute: &Attribute, keep: impl Fn(&Object) -> bool) {
    let list = list(holder, attribute);
    list.retain(|element| element.as_object().is_none_or(&keep));
    if list.is_empty() {
        holder.remove(attribute.name);
    }
}

fn remove_part(holder: &mut Object, attribute: &Attribute, elements: Option<&Part>, part: &Attribute) {
    let Some(value) = holder.get_mut(attribute.name) else { return };
    match value {
        Value::Array(list) => {
            for element in list.iter_mut().filter_map(Value::as_object_mut) {
                if elements.is_none_or(|elements| elements.holds(element)) {
                    element.remove(part.name);
                }
            }
            list.retain(|element| element.as_object().is_none_or(|parts| !parts.is_empty()));
        }
        Value::Object(parts) => {
            parts.remove(part.name);
        }
        _ => {}
    }
    let is_empty =
        value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
    if is_empty {
        holder.remove(attribute.name);
    }
}

fn merge_extension(resource: &mut Object, schema: &'static Schema, value: &Value) -> Result<(), Failure> {
    let given = value
        .as_object()
        .ok_or_else(|| refuse(Reason::InvalidValue, format!("The value for {} is an object.", schema.urn)))?;
    let clean = clean::object(schema.attributes, given)?;
    let kept = object(resource.entry(schema.urn).or_insert(Value::Null));
    for attribute in schema.attributes {
        let is_unset =
            given.iter().any(|(name, value)| attribute.name.eq_ignore_ascii_case(name) && value.is_null());
        if is_unset {
            kept.remove(attribute.name);
        }
    }
    kept.extend(clean);
    Ok(())
}
