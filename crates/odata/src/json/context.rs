//! Context URLs (OData 4.01 Protocol §10): what a payload holds, as an address into `$metadata`.
//!
//! `root` is always the absolute address of the service root without query, ending in `/`.
//! Those of deltas end in `/$delta`, which the caller adds.

use crate::edm::{EdmType, Model};
use crate::expr::{Literal, Path};
use crate::path::{Call, DataPath, Root, Segment};
use crate::percent::encode;
use crate::query::{ExpandItem, ExpandKind, Grouping, Options, Transformation};

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
    let made = names_made(options, &path.ty, model);
    let list = list(options.select.as_deref(), &options.expand, &made);
    let last = path.segments.last();
    if last == Some(&Segment::Reference) {
        let is_many = matches!(path.ty, EdmType::Collection(_));
        return format!("{root}$metadata#{}", if is_many { "Collection($ref)" } else { "$ref" });
    }
    let source = source(path, model);
    let is_entity = matches!(path.ty, EdmType::Entity(_));
    let is_singleton = matches!(path.root, Root::Singleton(_)) && path.segments.iter().all(is_cast);
    let end = if is_entity && !is_singleton && !source.is_type { "/$entity" } else { "" };
    format!("{root}$metadata#{}{}{list}{end}", source.name, source.cast)
}

fn is_cast(segment: &Segment) -> bool {
    matches!(segment, Segment::Cast(_))
}

/// Where values come from.
struct SourceOf<'m> {
    /// A set, singleton, property path, or a type when they come from nowhere.
    name: String,
    is_type: bool,
    bindings: &'m [(String, String)],
    /// The key last given, which only counts inside property paths.
    key: String,
    /// `/Example.laptop` after a type cast.
    cast: String,
}

impl<'m> SourceOf<'m> {
    fn named(name: &str, model: &'m Model) -> Self {
        let bindings = bindings_of(name, model);
        Self { is_type: false, bindings, ..Self::typed(name.to_owned()) }
    }

    fn typed(name: String) -> Self {
        Self { name, is_type: true, bindings: &[], key: String::new(), cast: String::new() }
    }

    fn ty(ty: &EdmType, model: &'m Model) -> Self {
        Self {
            name: ty.qualified(&model.namespace),
            is_type: true,
            bindings: &[],
            key: String::new(),
            cast: String::new(),
        }
    }

    /// What a function gives: entities of a set where that is known, else values of a type.
    fn of_call(call: &Call, before: Option<&Self>, model: &'m Model) -> Self {
        let operation = model.operations.get(call.overload);
        let imported = call.import.as_ref().and_then(|name| {
            let import = model.imports.iter().find(|import| import.name == *name);
            import.and_then(|import| import.entity_set.clone())
        });
        let bound = before.zip(operation).and_then(|(before, operation)| {
            let path = operation.entity_set_path.as_deref()?;
            match path.split_once('/') {
                None => Some(before.name.clone()).filter(|_| !before.is_type),
                Some((_, navigation)) => {
                    before.bindings.iter().find(|(path, _)| path == navigation).map(|(_, set)| set.clone())
                }
            }
        });
        let returns = operation.and_then(|operation| operation.returns.as_ref());
        match (imported.or(bound), returns) {
            (Some(set), _) => Self::named(&set, model),
            (None, Some(returns)) => Self::ty(&returns.ty, model),
            (None, None) => Self {
                name: "Edm.Null".to_owned(),
                is_type: true,
                bindings: &[],
                key: String::new(),
                cast: String::new(),
            },
        }
    }

    fn inner(&mut self, segment: &str) {
        let (key, cast) = (std::mem::take(&mut self.key), std::mem::take(&mut self.cast));
        self.name = format!("{}{key}{cast}/{segment}", self.name);
        self.bindings = &[];
    }
}

/// The set, singleton or property path the values come from.
fn source<'m>(path: &DataPath, model: &'m Model) -> SourceOf<'m> {
    let mut source = match &path.root {
        Root::Function(call) => SourceOf::of_call(call, None, model),
        Root::Set(name) | Root::Singleton(name) | Root::Action(name) => SourceOf::named(name, model),
    };
    let action = |name: &str| {
        let overloads = model.operations.iter().filter(|operation| operation.name == name);
        overloads.filter_map(|operation| operation.returns.as_ref()).map(|returns| returns.ty.clone()).next()
    };
    if let Root::Action(name) = &path.root
        && let Some(ty) = action(name)
    {
        source = SourceOf::ty(&ty, model);
    }
    for segment in &path.segments {
        match segment {
            Segment::Key(values) => source.key = key(values),
            Segment::Navigation(navigation) => {
                match source.bindings.iter().find(|(path, _)| path == navigation) {
                    Some((_, target)) => source = SourceOf::named(target, model),
                    None => source.inner(navigation),
                }
            }
            Segment::Property(property) => source.inner(property),
            Segment::Cast(ty) => source.cast = format!("/{}", model.qualified(ty)),
            Segment::Function(call) => source = SourceOf::of_call(call, Some(&source), model),
            Segment::Action(name) => {
                if let Some(ty) = action(name) {
                    source = SourceOf::ty(&ty, model);
                }
            }
            Segment::Filter(_)
            | Segment::Index(_)
            | Segment::Value
            | Segment::Count
            | Segment::Reference
            | Segment::Each
            | Segment::Query => {}
        }
    }
    source
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
fn names_made(options: &Options, ty: &EdmType, model: &Model) -> Vec<String> {
    let mut paths: Vec<&[String]> = Vec::new();
    for step in &options.apply {
        let (grouped, steps) = match &step.kind {
            Transformation::Aggregate(_) => (Vec::new(), std::slice::from_ref(step)),
            Transformation::GroupBy(grouped, steps) => (grouped.iter().collect(), steps.as_slice()),
            Transformation::GroupByRollup(groupings, steps) => {
                (groupings.iter().flat_map(Grouping::paths).collect::<Vec<&Path>>(), steps.as_slice())
            }
            _ => continue,
        };
        paths = grouped.into_iter().map(|path| path.segments.as_slice()).collect();
        for step in steps {
            if let Transformation::Aggregate(items) = &step.kind {
                paths.extend(items.iter().map(|item| std::slice::from_ref(&item.name)));
            }
        }
    }
    nested(&paths, ty, model)
}

/// Paths over navigation properties as what is expanded: `customer(country,name)`.
fn nested(paths: &[&[String]], ty: &EdmType, model: &Model) -> Vec<String> {
    let item = match ty {
        EdmType::Collection(item) => item,
        single => single,
    };
    let members = model.members_of(item).unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    let mut done: Vec<&String> = Vec::new();
    for path in paths {
        let navigation = path.first().and_then(|first| members.find_navigation(first));
        match (navigation, *path) {
            (Some(navigation), [first, _, ..]) => {
                if done.contains(&first) {
                    continue;
                }
                done.push(first);
                let through = paths.iter().filter(|other| other.len() > 1 && other.first() == Some(first));
                let rests: Vec<&[String]> = through.map(|other| &other[1..]).collect();
                let target = EdmType::Entity(navigation.target.clone());
                names.push(format!("{first}({})", nested(&rests, &target, model).join(",")));
            }
            (_, path) => names.push(path.join("/")),
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
