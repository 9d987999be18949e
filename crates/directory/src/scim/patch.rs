//! Changes (RFC 7644 §3.5.2): operations applied to a resource, one after the other, all or none.

mod apply;
mod target;

use api::Failure;
use serde_json::{Map, Value};

use super::refusal::{Reason, refuse};
use super::schema::{Mutability, ResourceType};
use apply::{add, remove, replace};
use target::Target;

const URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const OPERATIONS_MAX: usize = 1_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

/// The resource after the operations in `body`.
///
/// # Errors
/// The first that cannot be done; the resource is not kept then.
pub(crate) fn apply(
    ty: &'static ResourceType,
    mut resource: Map<String, Value>,
    body: &Value,
) -> Result<Map<String, Value>, Failure> {
    for (verb, path, value) in operations(body)? {
        match path {
            Some(path) => one(ty, &mut resource, verb, path, value)?,
            None if verb == Verb::Remove => {
                return Err(refuse(Reason::NoTarget, "An operation that removes needs a path."));
            }
            None => {
                let value = value.as_object().ok_or_else(|| {
                    refuse(Reason::InvalidValue, "An operation without a path has an object as its value.")
                })?;
                each(ty, &mut resource, verb, value)?;
            }
        }
    }
    // An extension without anything in it is not there.
    if let Some(schema) = ty.extension
        && resource.get(schema.urn).and_then(Value::as_object).is_some_and(Map::is_empty)
    {
        resource.remove(schema.urn);
    }
    Ok(resource)
}

type Operation<'a> = (Verb, Option<&'a str>, &'a Value);

fn operations(body: &Value) -> Result<Vec<Operation<'_>>, Failure> {
    let syntax = |text: &str| refuse(Reason::InvalidSyntax, text.to_owned());
    let schemas = member(body, "schemas").and_then(Value::as_array);
    if !schemas
        .is_some_and(|urns| urns.iter().filter_map(Value::as_str).any(|urn| urn.eq_ignore_ascii_case(URN)))
    {
        return Err(syntax(&format!("The body of a change names its schema: [\"{URN}\"].")));
    }
    let operations = member(body, "Operations").and_then(Value::as_array).filter(|all| !all.is_empty());
    let operations = operations.ok_or_else(|| syntax("The body of a change has a list Operations."))?;
    if operations.len() > OPERATIONS_MAX {
        return Err(refuse(Reason::TooMany, format!("A change has at most {OPERATIONS_MAX} operations.")));
    }
    operations.iter().map(|operation| self::operation(operation, syntax)).collect()
}

fn operation(operation: &Value, syntax: impl Fn(&str) -> Failure) -> Result<Operation<'_>, Failure> {
    let verb = member(operation, "op").and_then(Value::as_str).unwrap_or_default();
    // Some provisioning services begin the verb with a capital.
    let verb = match verb.to_ascii_lowercase().as_str() {
        "add" => Verb::Add,
        "replace" => Verb::Replace,
        "remove" => Verb::Remove,
        _ => return Err(syntax("The op of an operation is add, replace or remove.")),
    };
    let path = match member(operation, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) => Some(path.as_str()).filter(|path| !path.is_empty()),
        Some(_) => return Err(refuse(Reason::InvalidPath, "The path of an operation is a text.")),
    };
    let value = member(operation, "value").unwrap_or(&Value::Null);
    Ok((verb, path, value))
}

fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// An operation without a path: one for each attribute of its value. What is not known is left out, as in whole
/// resources; what only the server says is left as it is.
fn each(
    ty: &'static ResourceType,
    resource: &mut Map<String, Value>,
    verb: Verb,
    value: &Map<String, Value>,
) -> Result<(), Failure> {
    for (name, value) in value {
        match Target::read(ty, name) {
            Ok(target) if target.mutability() == Mutability::ReadOnly => {}
            Ok(_) => one(ty, resource, verb, name, value)?,
            Err(_) => {}
        }
    }
    Ok(())
}

fn one(
    ty: &'static ResourceType,
    resource: &mut Map<String, Value>,
    verb: Verb,
    path: &str,
    value: &Value,
) -> Result<(), Failure> {
    let target = Target::read(ty, path)?;
    if target.mutability() == Mutability::ReadOnly {
        return Err(refuse(
            Reason::Mutability,
            format!("{path} is told by the server and cannot be changed."),
        ));
    }
    match (verb, value) {
        // What is replaced by nothing is removed.
        (Verb::Replace, Value::Null) => remove(resource, &target, value),
        (Verb::Add, Value::Null) => {
            Err(refuse(Reason::InvalidValue, format!("The operation on {path} has no value.")))
        }
        (Verb::Remove, _) => remove(resource, &target, value),
        (Verb::Add, _) => add(resource, &target, value),
        (Verb::Replace, _) => replace(resource, &target, value),
    }
}

#[cfg(test)]
mod tests;
