//! Where in a resource: an attribute, perhaps of an extension, perhaps one part of it.

use serde_json::{Map, Value};

use super::schema::{Attribute, COMMON, Kind, ResourceType, find};

/// A known place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Path {
    /// The extension's URN, when it is in one.
    pub(crate) extension: Option<&'static str>,
    pub(crate) attribute: &'static Attribute,
    pub(crate) part: Option<&'static Attribute>,
}

impl Path {
    /// Finds `name`, `name.part` or either behind a schema's URN. Names are not case-sensitive.
    pub(crate) fn find(ty: &ResourceType, text: &str) -> Option<Path> {
        for schema in std::iter::once(ty.core).chain(ty.extension) {
            let Some(rest) = after_urn(text, schema.urn) else { continue };
            let extension = (schema.urn != ty.core.urn).then_some(schema.urn);
            return Path::within(extension, schema.attributes, rest.strip_prefix(':')?);
        }
        Path::within(None, ty.core.attributes, text).or_else(|| Path::within(None, COMMON, text))
    }

    /// The extension that the text names as a whole.
    pub(crate) fn extension(ty: &ResourceType, text: &str) -> Option<&'static str> {
        ty.extension.filter(|schema| schema.urn.eq_ignore_ascii_case(text)).map(|schema| schema.urn)
    }

    fn within(extension: Option<&'static str>, attributes: &'static [Attribute], text: &str) -> Option<Path> {
        match text.split_once('.') {
            None => Some(Path { extension, attribute: find(attributes, text)?, part: None }),
            Some((name, part)) => {
                let attribute = find(attributes, name)?;
                Some(Path { extension, attribute, part: Some(attribute.part(part)?) })
            }
        }
    }

    /// What comparisons are made with: the part, else the `value` of a complex attribute, else the attribute.
    pub(crate) fn leaf(&self) -> &'static Attribute {
        match (self.part, self.attribute.kind) {
            (Some(part), _) => part,
            (None, Kind::Complex(_)) => self.attribute.part("value").unwrap_or(self.attribute),
            (None, _) => self.attribute,
        }
    }

    /// The object that holds the attribute.
    pub(crate) fn holder<'a>(&self, resource: &'a Map<String, Value>) -> Option<&'a Map<String, Value>> {
        match self.extension {
            None => Some(resource),
            Some(urn) => resource.get(urn).and_then(Value::as_object),
        }
    }

    /// All values at the place: those of each element where there are several.
    pub(crate) fn values<'a>(&self, resource: &'a Map<String, Value>) -> Vec<&'a Value> {
        let Some(value) = self.holder(resource).and_then(|holder| holder.get(self.attribute.name)) else {
            return Vec::new();
        };
        let elements: Vec<&Value> = match value {
            Value::Array(elements) => elements.iter().collect(),
            one => vec![one],
        };
        let leaf = self.leaf();
        if leaf == self.attribute {
            return elements;
        }
        elements.into_iter().filter_map(|element| element.get(leaf.name)).collect()
    }
}

fn after_urn<'a>(text: &'a str, urn: &str) -> Option<&'a str> {
    let start = text.get(..urn.len())?;
    start.eq_ignore_ascii_case(urn).then(|| &text[urn.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::{ENTERPRISE, USERS};

    #[test]
    fn places_are_found_in_any_case() {
        let core = "urn:ietf:params:scim:schemas:core:2.0:User";
        for (text, name, part, in_extension) in [
            ("USERNAME", "userName", None, false),
            ("name.givenname", "name", Some("givenName"), false),
            (&format!("{core}:emails.value"), "emails", Some("value"), false),
            (&format!("{}:manager.value", ENTERPRISE.urn.to_uppercase()), "manager", Some("value"), true),
            ("meta.lastModified", "meta", Some("lastModified"), false),
            ("externalid", "externalId", None, false),
        ] {
            let path = Path::find(&USERS, text).unwrap();
            assert_eq!(path.attribute.name, name, "{text}");
            assert_eq!(path.part.map(|part| part.name), part, "{text}");
            assert_eq!(path.extension.is_some(), in_extension, "{text}");
        }
        for text in ["", "nothing", "name.nothing", "userName.value", ENTERPRISE.urn, "urn:other:userName"] {
            assert_eq!(Path::find(&USERS, text), None, "{text}");
        }
        assert_eq!(Path::extension(&USERS, ENTERPRISE.urn), Some(ENTERPRISE.urn));
    }
}
