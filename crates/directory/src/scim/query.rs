//! What a list is asked for: condition, order, page and attributes (RFC 7644 §3.4.2), in an address or in a body.

use api::Failure;
use serde_json::{Map, Value};

use super::filter::{self, Filter};
use super::path::Path;
use super::refusal::{Reason, refuse};
use super::schema::ResourceType;

/// The most resources in one answer.
pub(crate) const COUNT_MAX: usize = 1_000;
const COUNT_DEFAULT: usize = 100;

/// A list as it is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) filter: Option<Filter>,
    pub(crate) sort_by: Option<Path>,
    pub(crate) is_descending: bool,
    /// From 1.
    pub(crate) start_index: usize,
    pub(crate) count: usize,
    pub(crate) shown: Shown,
}

/// Which attributes are shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    only: Vec<Path>,
    without: Vec<Path>,
}

impl Query {
    /// Reads parameters, their names in any case. Unknown ones are left alone: others add their own.
    ///
    /// # Errors
    /// `invalidFilter`, `invalidPath` or `invalidValue`.
    pub(crate) fn read(ty: &'static ResourceType, parameters: &[(String, String)]) -> Result<Query, Failure> {
        let get = |name: &str| {
            let found = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
        };
        let number = |name: &str, default: i64| match get(name) {
            None => Ok(default),
            Some(text) => text
                .parse::<i64>()
                .map_err(|_| refuse(Reason::InvalidValue, format!("{name} is a whole number.")).target(name)),
        };
        let count_default = i64::try_from(COUNT_DEFAULT).unwrap_or(i64::MAX);
        let at_least = |number: i64, least: usize| usize::try_from(number).unwrap_or(least).max(least);
        Ok(Query {
            filter: get("filter").map(|text| filter::parse(ty, text)).transpose()?,
            sort_by: get("sortBy").map(|text| known(ty, text, "sortBy")).transpose()?,
            is_descending: get("sortOrder").is_some_and(|order| order.eq_ignore_ascii_case("descending")),
            start_index: at_least(number("startIndex", 1)?, 1),
            count: at_least(number("count", count_default)?, 0).min(COUNT_MAX),
            shown: Shown::read(ty, get("attributes"), get("excludedAttributes"))?,
        })
    }

    /// The parameters of a search by `POST …/.search` (§3.4.3).
    ///
    /// # Errors
    /// `invalidSyntax`.
    pub(crate) fn parameters(body: &Value) -> Result<Vec<(String, String)>, Failure> {
        let object =
            body.as_object().ok_or_else(|| refuse(Reason::InvalidSyntax, "The body is a JSON object."))?;
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Array(list) => Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")),
            _ => None,
        };
        Ok(object.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect())
    }
}

fn known(ty: &ResourceType, text: &str, parameter: &str) -> Result<Path, Failure> {
    Path::find(ty, text.trim()).ok_or_else(|| {
        let shown: String = text.chars().take(80).collect();
        refuse(Reason::InvalidPath, format!("There is no attribute '{shown}' for {parameter}."))
            .target(parameter)
    })
}

impl Shown {
    fn read(ty: &ResourceType, only: Option<&str>, without: Option<&str>) -> Result<Shown, Failure> {
        // An attribute that is not kept here cannot be shown, and is no mistake: clients ask for what they know.
        let paths = |text: Option<&str>| -> Vec<Path> {
            text.into_iter()
                .flat_map(|text| text.split(','))
                .filter_map(|name| Path::find(ty, name.trim()))
                .collect()
        };
        if only.is_some() && without.is_some() {
            let message = "Ask for attributes or for excludedAttributes, not for both.";
            return Err(refuse(Reason::InvalidValue, message).target("excludedAttributes"));
        }
        // Nothing known asked for still shows what is always shown, and no more.
        let id = Path::find(ty, "id").filter(|_| only.is_some());
        Ok(Shown { only: id.into_iter().chain(paths(only)).collect(), without: paths(without) })
    }

    /// Whether any of the attribute is shown.
    pub(crate) fn shows(&self, name: &str) -> bool {
        let is_out = self.without.iter().any(|path| path.attribute.name == name && path.part.is_none());
        let is_in = self.only.is_empty() || self.only.iter().any(|path| path.attribute.name == name);
        is_in && !is_out
    }

    /// The resource with what is shown of it. `id` and `schemas` are always shown.
    pub(crate) fn cut(&self, mut resource: Map<String, Value>) -> Map<String, Value> {
        for path in &self.without {
            if path.attribute.name != "id" && path.attribute.name != "schemas" {
                take(&mut resource, path);
            }
        }
        if self.only.is_empty() {
            return resource;
        }
        let mut cut = Map::new();
        for name in ["schemas", "id"] {
            if let Some(value) = resource.get(name) {
                cut.insert(name.to_owned(), value.clone());
            }
        }
        for path in &self.only {
            copy(&resource, &mut cut, path);
        }
        cut
    }
}

fn take(resource: &mut Map<String, Value>, path: &Path) {
    let holder = match path.extension {
        None => Some(resource),
        Some(urn) => resource.get_mut(urn).and_then(Value::as_object_mut),
    };
    let Some(holder) = holder else { return };
    match (path.part, holder.get_mut(path.attribute.name)) {
        (None, _) => {
            holder.remove(path.attribute.name);
        }
        (Some(part), Some(Value::Object(parts))) => {
            parts.remove(part.name);
        }
        (Some(part), Some(Value::Array(elements))) => {
            for element in elements.iter_mut().filter_map(Value::as_object_mut) {
                element.remove(part.name);
            }
        }
        _ => {}
    }
}

fn copy(resource: &Map<String, Value>, cut: &mut Map<String, Value>, path: &Path) {
    let Some(value) = path.holder(resource).and_then(|holder| holder.get(path.attribute.name)) else {
        return;
    };
    let target = match path.extension {
        None => cut,
        Some(urn) => {
            let inner = cut.entry(urn).or_insert_with(|| Value::Object(Map::new()));
            inner.as_object_mut().expect("an extension is an object")
        }
    };
    let Some(part) = path.part else {
        target.insert(path.attribute.name.to_owned(), value.clone());
        return;
    };
    let only = |parts: &Map<String, Value>| {
        parts.iter().filter(|(name, _)| *name == part.name).map(|(n, v)| (n.clone(), v.clone())).collect()
    };
    let shown = match value {
        Value::Object(parts) => Value::Object(only(parts)),
        Value::Array(elements) => {
            elements.iter().filter_map(Value::as_object).map(only).map(Value::Object).collect()
        }
        other => other.clone(),
    };
    match (target.get_mut(path.attribute.name), shown) {
        (Some(Value::Object(kept)), Value::Object(more)) => kept.extend(more),
        (Some(Value::Array(kept)), Value::Array(more)) => {
            for (kept, more) in kept.iter_mut().filter_map(Value::as_object_mut).zip(more) {
                kept.extend(more.as_object().cloned().unwrap_or_default());
            }
        }
        (_, shown) => {
            target.insert(path.attribute.name.to_owned(), shown);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::schema::USERS;

    fn query(parameters: &[(&str, &str)]) -> Result<Query, Failure> {
        let owned: Vec<_> = parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Query::read(&USERS, &owned)
    }

    #[test]
    fn pages_are_put_in_bounds() {
        for (parameters, start, count) in [
            (&[][..], 1, 100),
            (&[("startIndex", "0"), ("count", "-5")], 1, 0),
            (&[("StartIndex", "7"), ("COUNT", "5000")], 7, 1_000),
        ] {
            let query = query(parameters).unwrap();
            assert_eq!((query.start_index, query.count), (start, count), "{parameters:?}");
        }
        for (name, value, word) in [
            ("count", "many", "invalidValue"),
            ("sortBy", "shoeSize", "invalidPath"),
            ("filter", "shoeSize pr", "invalidFilter"),
        ] {
            assert_eq!(query(&[(name, value)]).unwrap_err().word, word);
        }
    }

    #[test]
    fn attributes_are_cut() {
        let ann = json!({ "schemas": ["s"], "id": "1", "userName": "a", "title": "t",
            "name": { "givenName": "A", "familyName": "L" }, "emails": [{ "value": "v", "type": "work" }] });
        for (parameters, expected) in [
            (
                &[("attributes", "userName,name.givenName")][..],
                json!({ "schemas": ["s"], "id": "1", "userName": "a", "name": { "givenName": "A" } }),
            ),
            (
                &[("attributes", "emails.value,emails.type,shoeSize")],
                json!({ "schemas": ["s"], "id": "1", "emails": [{ "value": "v", "type": "work" }] }),
            ),
            (&[("attributes", "shoeSize")], json!({ "schemas": ["s"], "id": "1" })),
            (
                &[("excludedAttributes", "id,title,emails.type,name")],
                json!({ "schemas": ["s"], "id": "1", "userName": "a", "emails": [{ "value": "v" }] }),
            ),
        ] {
            let cut = query(parameters).unwrap().shown.cut(ann.as_object().unwrap().clone());
            assert_eq!(Value::Object(cut), expected, "{parameters:?}");
        }
        assert!(query(&[("attributes", "id"), ("excludedAttributes", "title")]).is_err());
    }
}
