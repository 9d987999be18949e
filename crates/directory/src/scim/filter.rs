//! Filters (RFC 7644 §3.4.2.2): read into a tree whose names are known, and held against a resource.

mod read;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::path::Path;
use super::schema::{Attribute, Kind};

pub(crate) use read::{Reader, parse};

/// A condition on a resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Compare(Path, Operator, Value),
    Present(Path),
    /// One element of a list fulfils a condition of its own.
    Element(Path, Box<Part>),
}

/// A condition on one element of a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    And(Box<Part>, Box<Part>),
    Or(Box<Part>, Box<Part>),
    Not(Box<Part>),
    Compare(&'static Attribute, Operator, Value),
    Present(&'static Attribute),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Filter {
    pub(crate) fn holds(&self, resource: &Map<String, Value>) -> bool {
        match self {
            Filter::And(left, right) => left.holds(resource) && right.holds(resource),
            Filter::Or(left, right) => left.holds(resource) || right.holds(resource),
            Filter::Not(inner) => !inner.holds(resource),
            Filter::Present(path) => path.values(resource).into_iter().any(is_present),
            Filter::Compare(path, operator, wanted) => {
                compare_any(&path.values(resource), path.leaf(), *operator, wanted)
            }
            Filter::Element(path, part) => {
                let found = path.holder(resource).and_then(|holder| holder.get(path.attribute.name));
                let elements = found.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                elements.iter().filter_map(Value::as_object).any(|element| part.holds(element))
            }
        }
    }

    /// What an attribute has to equal in whatever fulfils this: a way to look fewer resources up.
    pub(crate) fn required(&self, name: &str) -> Option<&str> {
        match self {
            Filter::And(left, right) => left.required(name).or_else(|| right.required(name)),
            Filter::Compare(path, Operator::Eq, Value::String(text))
                if path.extension.is_none() && path.part.is_none() && path.attribute.name == name =>
            {
                Some(text)
            }
            _ => None,
        }
    }

    /// Whether the attribute is asked about anywhere.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        match self {
            Filter::And(left, right) | Filter::Or(left, right) => left.mentions(name) || right.mentions(name),
            Filter::Not(inner) => inner.mentions(name),
            Filter::Compare(path, ..) | Filter::Present(path) | Filter::Element(path, _) => {
                path.attribute.name == name
            }
        }
    }
}

impl Part {
    pub(crate) fn holds(&self, element: &Map<String, Value>) -> bool {
        match self {
            Part::And(left, right) => left.holds(element) && right.holds(element),
            Part::Or(left, right) => left.holds(element) || right.holds(element),
            Part::Not(inner) => !inner.holds(element),
            Part::Present(attribute) => element.get(attribute.name).is_some_and(is_present),
            Part::Compare(attribute, operator, wanted) => {
                let values: Vec<&Value> = element.get(attribute.name).into_iter().collect();
                compare_any(&values, attribute, *operator, wanted)
            }
        }
    }

    /// The values an element has to have to fulfil this, when it says so plainly: `type eq "work"`.
    pub(crate) fn example(&self) -> Option<Map<String, Value>> {
        match self {
            Part::Compare(attribute, Operator::Eq, value) => {
                Some(Map::from_iter([(attribute.name.to_owned(), value.clone())]))
            }
            Part::And(left, right) => {
                let mut example = left.example()?;
                example.extend(right.example()?);
                Some(example)
            }
            _ => None,
        }
    }
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(parts) => parts.values().any(is_present),
        _ => true,
    }
}

fn compare_any(values: &[&Value], attribute: &Attribute, operator: Operator, wanted: &Value) -> bool {
    let equals = |value: &&Value| compare(value, attribute, Operator::Eq, wanted);
    match (operator, wanted) {
        (Operator::Eq, Value::Null) => !values.iter().any(|value| is_present(value)),
        (Operator::Ne, Value::Null) => values.iter().any(|value| is_present(value)),
        (Operator::Ne, _) => !values.iter().any(equals),
        _ => values.iter().any(|value| compare(value, attribute, operator, wanted)),
    }
}

fn compare(value: &Value, attribute: &Attribute, operator: Operator, wanted: &Value) -> bool {
    let (Some(value), Some(wanted)) = (value.as_str(), wanted.as_str()) else {
        return operator == Operator::Eq && value == wanted;
    };
    if attribute.kind == Kind::Time
        && let (Ok(value), Ok(wanted)) = (value.parse::<Timestamp>(), wanted.parse::<Timestamp>())
    {
        return ordered(&value, operator, &wanted);
    }
    let folded = |text: &str| if attribute.is_case_exact { text.to_owned() } else { text.to_lowercase() };
    let (value, wanted) = (folded(value), folded(wanted));
    match operator {
        Operator::Co => value.contains(&wanted),
        Operator::Sw => value.starts_with(&wanted),
        Operator::Ew => value.ends_with(&wanted),
        _ => ordered(&value, operator, &wanted),
    }
}

fn ordered<T: Ord>(value: &T, operator: Operator, wanted: &T) -> bool {
    match operator {
        Operator::Eq => value == wanted,
        Operator::Ne => value != wanted,
        Operator::Gt => value > wanted,
        Operator::Ge => value >= wanted,
        Operator::Lt => value < wanted,
        Operator::Le => value <= wanted,
        Operator::Co | Operator::Sw | Operator::Ew => false,
    }
}

#[cfg(test)]
mod tests;
