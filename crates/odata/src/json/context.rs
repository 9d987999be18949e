//! Context URLs (OData 4.01 Protocol §10): what a payload holds, as an address into `$metadata`.
//!
//! `root` is always the absolute address of the service root without query, ending in `/`.
//! Derived types and deltas have none here.

use crate::edm::{EdmType, Model};
use crate::expr::{Literal, Path};
use crate::path::{DataPath, Root, Segment};
use crate::percent::encode;
use crate::query::{ExpandItem, ExpandKind, Options, Transformation};

/// `…/$metadata#devices`, or `#devices(deviceId,deviceName)` when properties were chosen.
#[must_use]
pub fn set_context(root: &str, set: &str, select: Option<&[Path]>) -> String {
    format!("{root}$metadata#{set}{}", list(select, &[], &[]))
}

/// `…/$metadata#devices/$entity`, or `#devices(deviceId)/$entity` when properties were chosen.
#[must_use]
pub fn entity_context(root: &str, set: &str, select: Option<&[Path]>) -> String {
    format!("{}/$entity", set_context(root, set, select))
}

/// The context URL of the answer to a request for `path` with `options`.
///
/// Related entities are named by the set their navigation property is bound to. Not for `$value` and `$count`, whose
/// answers are plain text.
#[must_use]
pub fn context_url(root: &str, path: &DataPath, options: &Options, model: &Model) -> String {
    let made = names_made(options);
    let list = list(options.select.as_deref(), &options.expand, &made);
    let last = path.segments.last();
    if last == Some(&Segment::Reference) {
        let is_many = matches!(path.ty, EdmType::Collection(_));
        return format!("{root}$metadata#{}", if is_many { "Collection($ref)" } else { "$ref" });
    }
    let is_entity = matches!(path.ty, EdmType::Entity(_));
    let is_singleton = matches!(path.root, Root::Singleton(_)) && path.segments.is_empty();
    let end = if is_entity && !is_singleton { "/$entity" } else { "" };
    format!("{root}$metadata#{}{list}{end}", source(path, model))
}

/// The set, singleton or property path the values come from.
fn source(path: &DataPath, model: &Model) -> String {
    let mut name = path.root_name().to_owned();
    let mut bindings = bindings_of(&name, model);
    let mut keys = String::new();
    for segment in &path.segments {
        match segment {
            Segment::Key(values) => keys = key(values),
            Segment::Navigation(navigation) => {
                match bindings.iter().find(|(path, _)| path == navigation) {
                    Some((_, target)) => {
                        name.clone_from(target);
                        bindings = bindings_of(target, model);
                    }
                    None => {
                        name = format!("{name}{keys}/{navigation}");
                        bindings = &[];
                    }
                }
                keys.clear();
            }
            Segment::Property(property) => {
                name = format!("{name}{keys}/{property}");
                keys.clear();
            }
            Segment::Cast(_)
            | Segment::Function(_)
            | Segment::Action(_)
            | Segment::Filter(_)
            | Segment::Index(_)
            | Segment::Value
            | Segment::Count
            | Segment::Reference
            | Segment::Each
            | Segment::Query => {}
        }
    }
    name
}

fn bindings_of<'m>(name: &str, model: &'m Model) -> &'m [(String, String)] {
    let set = model.find_entity_set(name).map(|set| set.bindings.as_slice());
    let singleton = || model.singletons.iter().find(|s| s.name == name).map(|s| s.bindings.as_slice());
    set.or_else(singleton).unwrap_or_default()
}

/// `(5)` for a single key property, `(a=5,b='x')` for several.
fn key(values: &[(String, Literal)]) -> String {
    let parts: Vec<String> = match values {
        [(_, only)] => vec![only.to_string()],
        several => several.iter().map(|(name, value)| format!("{name}={value}")).collect(),
    };
    format!("({})", encode(&parts.join(","), "=,':()"))
}

/// Properties after `$apply` are those it made.
fn names_made(options: &Options) -> Vec<String> {
    let mut names = Vec::new();
    for step in &options.apply {
        match step {
            Transformation::Aggregate(items) => names = items.iter().map(|item| item.name.clone()).collect(),
            Transformation::GroupBy(paths, steps) => {
                names = paths.iter().map(ToString::to_string).collect();
                for step in steps {
                    if let Transformation::Aggregate(items) = step {
                        names.extend(items.iter().map(|item| item.name.clone()));
                    }
                }
            }
            _ => {}
        }
    }
    names
}

/// `(a,b,nav(c))`, or nothing when all properties and no related entities are there.
fn list(select: Option<&[Path]>, expand: &[ExpandItem], made: &[String]) -> String {
    let mut parts: Vec<String> = match select {
        Some(paths) => paths.iter().map(ToString::to_string).collect(),
        None => made.to_vec(),
    };
    for item in expand.iter().filter(|item| item.kind == ExpandKind::Entities) {
        let name = item.path.to_string();
        parts.retain(|part| *part != name);
        let nested = list(item.options.select.as_deref(), &item.options.expand, &[]);
        parts.push(if nested.is_empty() { format!("{name}()") } else { format!("{name}{nested}") });
    }
    if parts.is_empty() { String::new() } else { format!("({})", parts.join(",")) }
}
