//! The walk along the segments of a path, one type after the other.
//!
//! Keys are read in [`super::key`].

use super::{DataPath, Resource, Root, Segment, key};
use crate::edm::{EdmType, EntityType, Model, Navigation, Property};
use crate::error::{QueryError, code, did_you_mean};
use crate::percent::decode;

/// Paths longer than this name nothing real.
const MOST_SEGMENTS: usize = 100;

/// One decoded segment.
struct Step {
    text: String,
    /// Byte offset in the raw path.
    at: usize,
}

pub(super) fn resource(raw_path: &str, model: &Model) -> Result<Resource, QueryError> {
    let steps = split(raw_path)?;
    let Some((first, rest)) = steps.split_first() else {
        return Ok(Resource::ServiceDocument);
    };
    let fixed = match first.text.as_str() {
        "$metadata" => Some(Resource::Metadata),
        "$batch" => Some(Resource::Batch),
        "$entity" => Some(Resource::Entity),
        _ => None,
    };
    match (fixed, rest) {
        (Some(resource), []) => return Ok(resource),
        (Some(_), [next, ..]) => {
            let message = format!("Nothing may follow '{}'; remove '/{}'.", first.text, next.text);
            return Err(QueryError::not_found(message).at(next.at));
        }
        (None, _) => {}
    }
    if first.text.starts_with('$') {
        let message = format!("'{}' is not available; start with the name of a collection.", first.text);
        return Err(QueryError::not_implemented(message).at(first.at));
    }
    let mut walk = Walk::start(first, model)?;
    rest.iter().try_for_each(|step| walk.step(step))?;
    Ok(Resource::Data(DataPath { root: walk.root, segments: walk.segments, ty: walk.ty }))
}

fn split(raw_path: &str) -> Result<Vec<Step>, QueryError> {
    let raw = raw_path.strip_prefix('/').unwrap_or(raw_path);
    let mut at = raw_path.len() - raw.len();
    let raw = raw.strip_suffix('/').unwrap_or(raw);
    if raw.is_empty() {
        return Ok(Vec::new());
    }
    let mut steps = Vec::new();
    for part in raw.split('/') {
        if part.is_empty() {
            return Err(QueryError::not_found("Two slashes follow each other; remove one.").at(at));
        }
        if steps.len() >= MOST_SEGMENTS {
            return Err(QueryError::not_found(format!("At most {MOST_SEGMENTS} segments are read.")).at(at));
        }
        let text = decode(part, false).map_err(|error| shifted(error, at))?;
        steps.push(Step { text, at });
        at += part.len() + 1;
    }
    Ok(steps)
}

pub(super) fn shifted(mut error: QueryError, by: usize) -> QueryError {
    error.position = Some(error.position.unwrap_or(0) + by);
    error
}

struct Walk<'m> {
    model: &'m Model,
    root: Root,
    segments: Vec<Segment>,
    ty: EdmType,
    /// `$count`, `$value`, `$ref` end a path.
    is_over: bool,
}

/// A name and the text in its parentheses.
fn parts(step: &Step) -> Result<(&str, Option<&str>), QueryError> {
    let Some((name, rest)) = step.text.split_once('(') else {
        return Ok((&step.text, None));
    };
    match rest.strip_suffix(')') {
        Some(inside) => Ok((name, Some(inside))),
        None => {
            let message = "Close the key with ')'; write %2F for a slash inside it.";
            Err(QueryError::bad(code::SYNTAX, message).at(step.at + name.len()))
        }
    }
}

fn same_name(left: &str, right: &str) -> bool {
    left == right || left.to_lowercase() == right.to_lowercase()
}

impl<'m> Walk<'m> {
    fn start(step: &Step, model: &'m Model) -> Result<Self, QueryError> {
        let (name, inside) = parts(step)?;
        let exact = model.find_entity_set(name);
        let set = exact.or_else(|| model.entity_sets.iter().find(|set| same_name(&set.name, name)));
        if let Some(set) = set {
            let ty = EdmType::collection_of(EdmType::Entity(set.entity_type.clone()));
            let root = Root::Set(set.name.clone());
            let mut walk = Self { model, root, segments: Vec::new(), ty, is_over: false };
            if let Some(inside) = inside {
                walk.key(inside, step.at + name.len() + 1)?;
            }
            return Ok(walk);
        }
        if let Some(singleton) = model.singletons.iter().find(|singleton| same_name(&singleton.name, name)) {
            let ty = EdmType::Entity(singleton.entity_type.clone());
            let root = Root::Singleton(singleton.name.clone());
            return no_key(inside, step, name).map(|()| Self {
                model,
                root,
                segments: Vec::new(),
                ty,
                is_over: false,
            });
        }
        let names = model.entity_sets.iter().map(|set| set.name.as_str());
        let hint = did_you_mean(name, names.chain(model.singletons.iter().map(|s| s.name.as_str())));
        Err(QueryError::not_found(format!("There is no collection '{name}'.{hint}")).at(step.at))
    }

    fn step(&mut self, step: &Step) -> Result<(), QueryError> {
        if self.is_over {
            let message = format!("Nothing may stand here; remove '/{}'.", step.text);
            return Err(QueryError::not_found(message).at(step.at));
        }
        if step.text.starts_with('$') {
            return self.dollar(step);
        }
        let namespace = &self.model.namespace;
        if step.text == self.ty.qualified(namespace) || step.text == item(&self.ty).qualified(namespace) {
            return Ok(());
        }
        match self.ty.clone() {
            EdmType::Collection(inner) => match &*inner {
                EdmType::Entity(_) => self.key_segment(step),
                _ => Err(self.nothing(step)),
            },
            EdmType::Entity(name) => match self.model.find_entity_type(&name) {
                Some(entity) => self.member(step, &entity.properties, &entity.navigation),
                None => Err(self.nothing(step)),
            },
            EdmType::Complex(name) => match self.model.find_complex_type(&name) {
                Some(complex) => self.member(step, &complex.properties, &[]),
                None => Err(self.nothing(step)),
            },
            _ => Err(self.nothing(step)),
        }
    }

    fn dollar(&mut self, step: &Step) -> Result<(), QueryError> {
        let is_collection = matches!(self.ty, EdmType::Collection(_));
        let is_entity = matches!(item(&self.ty), EdmType::Entity(_));
        let is_structured = matches!(item(&self.ty), EdmType::Entity(_) | EdmType::Complex(_));
        let segment = match step.text.as_str() {
            "$count" if is_collection => Segment::Count,
            "$ref" if is_entity => Segment::Reference,
            "$value" if !is_collection && !is_structured => Segment::Value,
            "$value" if self.entity().is_some_and(|entity| entity.has_stream) && !is_collection => {
                Segment::Value
            }
            "$count" | "$ref" | "$value" => {
                let message = format!("'{}' does not apply to {}; remove it.", step.text, self.ty.plain());
                return Err(QueryError::bad(code::SYNTAX, message).at(step.at));
            }
            other => {
                let message = format!("'{other}' is not available in a path; use query options instead.");
                return Err(QueryError::not_implemented(message).at(step.at));
            }
        };
        self.segments.push(segment);
        self.is_over = true;
        Ok(())
    }

    fn member(
        &mut self,
        step: &Step,
        properties: &[Property],
        navigation: &[Navigation],
    ) -> Result<(), QueryError> {
        let (name, inside) = parts(step)?;
        let exact = properties.iter().find(|property| property.name == name);
        let property = exact.or_else(|| properties.iter().find(|property| same_name(&property.name, name)));
        if let Some(property) = property {
            no_key(inside, step, name)?;
            self.segments.push(Segment::Property(property.name.clone()));
            self.ty = property.ty.clone();
            return Ok(());
        }
        if let Some(related) = navigation.iter().find(|related| same_name(&related.name, name)) {
            self.segments.push(Segment::Navigation(related.name.clone()));
            let target = EdmType::Entity(related.target.clone());
            self.ty = if related.collection { EdmType::collection_of(target) } else { target };
            return match inside {
                Some(inside) if related.collection => self.key(inside, step.at + name.len() + 1),
                other => no_key(other, step, name),
            };
        }
        let names = properties.iter().map(|property| property.name.as_str());
        let hint = did_you_mean(name, names.chain(navigation.iter().map(|related| related.name.as_str())));
        let message = format!("'{}' has no property '{name}'.{hint}", self.ty);
        Err(QueryError::not_found(message).at(step.at))
    }

    /// The entity type of what is named so far.
    fn entity(&self) -> Option<&'m EntityType> {
        match item(&self.ty) {
            EdmType::Entity(name) => self.model.find_entity_type(name),
            _ => None,
        }
    }

    /// `(…)` after a collection of entities.
    fn key(&mut self, inside: &str, at: usize) -> Result<(), QueryError> {
        let Some(entity) = self.entity() else {
            return Err(QueryError::not_found("This collection has no keys.").at(at));
        };
        let values = key::in_parentheses(inside, entity, self.model).map_err(|error| shifted(error, at))?;
        self.enter(values);
        Ok(())
    }

    /// A key as a segment of its own.
    fn key_segment(&mut self, step: &Step) -> Result<(), QueryError> {
        let values = self.entity().and_then(|entity| key::as_segment(&step.text, entity, self.model));
        let Some(values) = values else {
            let message =
                format!("There is no '{}' in this collection; write its key in parentheses.", step.text);
            return Err(QueryError::not_found(message).at(step.at));
        };
        self.enter(values);
        Ok(())
    }

    fn enter(&mut self, values: Vec<(String, crate::expr::Literal)>) {
        self.segments.push(Segment::Key(values));
        self.ty = item(&self.ty).clone();
    }

    fn nothing(&self, step: &Step) -> QueryError {
        let message = format!("There is no '{}' inside {}.", step.text, self.ty.plain());
        QueryError::not_found(message).at(step.at)
    }
}

fn item(ty: &EdmType) -> &EdmType {
    match ty {
        EdmType::Collection(item) => item,
        single => single,
    }
}

fn no_key(inside: Option<&str>, step: &Step, name: &str) -> Result<(), QueryError> {
    match inside {
        None => Ok(()),
        Some(_) => {
            let message = format!("'{name}' is not a collection of entities; remove the parentheses.");
            Err(QueryError::bad(code::SYNTAX, message).at(step.at + name.len()))
        }
    }
}
