//! The walk along the segments of a path, one type after the other.
//!
//! Keys are read in [`super::key`], calls in [`super::call`].

use super::call::{self, Asked};
use super::{DataPath, Resource, Root, Segment, key};
use crate::cursor::Cursor;
use crate::edm::{EdmType, EntityType, Members, Model, OperationKind};
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::parse::{Aliases, Budget, Parser};
use crate::expr::scope::{self, Scope};
use crate::expr::{self, Literal};
use crate::percent::decode;
use crate::query::{Context, Limits, parameters};

/// Paths longer than this name nothing real.
const MOST_SEGMENTS: usize = 100;

/// One decoded segment.
pub(super) struct Step {
    pub(super) text: String,
    /// Byte offset in the raw path.
    pub(super) at: usize,
}

pub(super) fn resource(raw_path: &str, raw_query: &str, model: &Model) -> Result<Resource, QueryError> {
    let steps = split(raw_path)?;
    let Some((first, rest)) = steps.split_first() else {
        return Ok(Resource::ServiceDocument);
    };
    if first.text.starts_with('$') {
        return system(first, rest, model);
    }
    let (aliases, mut named) = parameters(raw_query)?;
    // `?@color='red'` gives a parameter its value as `?color='red'` does (4.01 §5.3).
    named.extend(aliases.iter().map(|(name, text)| (name[1..].to_owned(), text.clone())));
    let asked = Asked { aliases: &aliases, named: &named };
    data(first, rest, &asked, model).map(Resource::Data)
}

/// `$root/…` in an expression: decoded text, without the `$root/`.
pub(crate) fn in_expression(text: &str, aliases: &Aliases, model: &Model) -> Result<DataPath, QueryError> {
    let steps = divide(text, true)?;
    let asked = Asked { aliases, named: &[] };
    match steps.split_first() {
        Some((first, rest)) => data(first, rest, &asked, model),
        None => Err(QueryError::bad(code::SYNTAX, "Name a collection or singleton after $root/.").at(0)),
    }
}

fn data(first: &Step, rest: &[Step], asked: &Asked<'_>, model: &Model) -> Result<DataPath, QueryError> {
    let mut walk = Walk::start(first, rest.is_empty(), asked, model)?;
    let mut rest = rest;
    while let Some((step, after)) = rest.split_first() {
        rest = walk.step(step, after)?;
    }
    Ok(DataPath { root: walk.root, segments: walk.segments, ty: walk.ty })
}

/// `$metadata` and the other paths that begin with a dollar sign.
fn system(first: &Step, rest: &[Step], model: &Model) -> Result<Resource, QueryError> {
    let cast = |step: &Step| {
        let any = model.named_type(&step.text).or_else(|| model.named_type(&model.qualified(&step.text)));
        match any {
            Some(EdmType::Entity(name)) => Ok(name),
            _ => Err(QueryError::not_found(format!("There is no entity type '{}'.", step.text)).at(step.at)),
        }
    };
    let (name, inside) = parts(first)?;
    let (resource, rest) = match (name, inside, rest) {
        ("$metadata", None, rest) => (Resource::Metadata, rest),
        ("$batch", None, rest) => (Resource::Batch, rest),
        ("$entity", None, []) => (Resource::Entity, rest),
        ("$entity", None, [step, rest @ ..]) => (Resource::EntityAs(cast(step)?), rest),
        ("$all", None, []) => (Resource::All(None), rest),
        ("$all", None, [step, rest @ ..]) => (Resource::All(Some(cast(step)?)), rest),
        ("$crossjoin", Some(inside), [Step { text, .. }]) if text == "$query" => {
            (cross_join(inside, first.at + name.len() + 1, model)?, &[][..])
        }
        ("$crossjoin", Some(inside), rest) => (cross_join(inside, first.at + name.len() + 1, model)?, rest),
        ("$crossjoin", None, _) => {
            let message = "Write the sets in parentheses, such as $crossjoin(devices,users).";
            return Err(QueryError::bad(code::SYNTAX, message).at(first.at));
        }
        _ => {
            let message = format!("'{}' is not available; start with the name of a collection.", first.text);
            return Err(QueryError::not_found(message).at(first.at));
        }
    };
    match rest {
        [] => Ok(resource),
        [next, ..] => {
            let message = format!("Nothing may follow '{}'; remove '/{}'.", first.text, next.text);
            Err(QueryError::not_found(message).at(next.at))
        }
    }
}

fn cross_join(inside: &str, at: usize, model: &Model) -> Result<Resource, QueryError> {
    let mut sets: Vec<String> = Vec::new();
    let mut position = at;
    for name in inside.split(',') {
        let wanted = name.trim();
        let found = model.find_entity_set(wanted).ok_or_else(|| {
            let hint = did_you_mean(wanted, model.entity_sets.iter().map(|set| set.name.as_str()));
            QueryError::not_found(format!("There is no collection '{wanted}'.{hint}")).at(position)
        })?;
        if sets.contains(&found.name) {
            let message = format!("'{wanted}' stands twice in $crossjoin; name it once.");
            return Err(QueryError::bad(code::SYNTAX, message).at(position));
        }
        sets.push(found.name.clone());
        position += name.len() + 1;
    }
    Ok(Resource::CrossJoin(sets))
}

fn split(raw_path: &str) -> Result<Vec<Step>, QueryError> {
    let raw = raw_path.strip_prefix('/').unwrap_or(raw_path);
    let offset = raw_path.len() - raw.len();
    let raw = raw.strip_suffix('/').unwrap_or(raw);
    let mut steps = divide(raw, false).map_err(|error| shifted(error, offset))?;
    for step in &mut steps {
        step.at += offset;
        step.text = decode(&step.text, false).map_err(|error| shifted(error, step.at))?;
    }
    Ok(steps)
}

/// Cuts at the slashes that stand outside parentheses. In a URL, those inside quotes must be escaped.
fn divide(text: &str, quotes_protect: bool) -> Result<Vec<Step>, QueryError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut steps = Vec::new();
    let mut at = 0;
    while at <= text.len() {
        let length = segment_length(&text[at..], quotes_protect);
        if length == 0 {
            return Err(QueryError::not_found("Two slashes follow each other; remove one.").at(at));
        }
        if steps.len() >= MOST_SEGMENTS {
            return Err(QueryError::not_found(format!("At most {MOST_SEGMENTS} segments are read.")).at(at));
        }
        steps.push(Step { text: text[at..at + length].to_owned(), at });
        at += length + 1;
    }
    Ok(steps)
}

/// Bytes up to the next slash outside parentheses; where parentheses do not close, up to the next slash of all.
fn segment_length(text: &str, quotes_protect: bool) -> usize {
    let (mut depth, mut is_quoted) = (0_usize, false);
    for (index, c) in text.char_indices() {
        let is_quote = c == '\'' || (c == '%' && text[index..].starts_with("%27"));
        match c {
            '/' if depth == 0 || (is_quoted && !quotes_protect) => return index,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth = depth.saturating_sub(1),
            _ if is_quote && depth > 0 => is_quoted = !is_quoted,
            _ => {}
        }
    }
    if depth == 0 { text.len() } else { text.find('/').unwrap_or(text.len()) }
}

pub(super) fn shifted(mut error: QueryError, by: usize) -> QueryError {
    if error.target.is_none() {
        error.position = Some(error.position.unwrap_or(0) + by);
    }
    error
}

struct Walk<'w> {
    model: &'w Model,
    asked: &'w Asked<'w>,
    root: Root,
    segments: Vec<Segment>,
    ty: EdmType,
    /// `$count`, `$value`, `$ref` end a path.
    is_over: bool,
    /// The step before was a type.
    was_cast: bool,
}

/// A name and the text in its parentheses.
fn parts(step: &Step) -> Result<(&str, Option<&str>), QueryError> {
    let Some((name, rest)) = step.text.split_once('(') else {
        return Ok((&step.text, None));
    };
    match rest.strip_suffix(')') {
        Some(inside) => Ok((name, Some(inside))),
        None => {
            let message = "Close the parenthesis with ')', as the last character of this segment.";
            Err(QueryError::bad(code::SYNTAX, message).at(step.at + name.len()))
        }
    }
}

/// `f(a=1)(5)`: what stands between the first parentheses, and the key after them.
fn with_key(inside: Option<&str>) -> (Option<&str>, Option<&str>) {
    let Some(text) = inside else { return (None, None) };
    let (mut depth, mut is_quoted) = (1_usize, false);
    for (index, c) in text.char_indices() {
        match c {
            '\'' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return match text[index..].strip_prefix(")(") {
                Some(key) => (Some(&text[..index]), Some(key)),
                None => (inside, None),
            };
        }
    }
    (inside, None)
}

pub(super) fn same_name(left: &str, right: &str) -> bool {
    left == right || left.to_lowercase() == right.to_lowercase()
}

/// The one with this name, else the one with this name in another case.
fn named<'i, T>(items: &'i [T], name_of: impl Fn(&T) -> &str, name: &str) -> Option<&'i T> {
    let exact = items.iter().find(|item| name_of(item) == name);
    exact.or_else(|| items.iter().find(|item| same_name(name_of(item), name)))
}

impl<'w> Walk<'w> {
    fn start(step: &Step, is_last: bool, asked: &'w Asked<'w>, model: &'w Model) -> Result<Self, QueryError> {
        let (name, inside) = parts(step)?;
        let at_inside = step.at + name.len() + 1;
        let walk = |root: Root, ty: EdmType| Self {
            model,
            asked,
            root,
            segments: Vec::new(),
            ty,
            is_over: false,
            was_cast: false,
        };
        if let Some(set) = named(&model.entity_sets, |set| &set.name, name) {
            let ty = EdmType::collection_of(EdmType::Entity(set.entity_type.clone()));
            let mut walk = walk(Root::Set(set.name.clone()), ty);
            if let Some(inside) = inside {
                walk.key(inside, at_inside)?;
            }
            return Ok(walk);
        }
        if let Some(singleton) = named(&model.singletons, |singleton| &singleton.name, name) {
            no_key(inside, step, name)?;
            let ty = EdmType::Entity(singleton.entity_type.clone());
            return Ok(walk(Root::Singleton(singleton.name.clone()), ty));
        }
        let Some(import) = named(&model.imports, |import| &import.name, name) else {
            let names = model.entity_sets.iter().map(|set| set.name.as_str());
            let names = names.chain(model.singletons.iter().map(|s| s.name.as_str()));
            let hint = did_you_mean(name, names.chain(model.imports.iter().map(|i| i.name.as_str())));
            return Err(QueryError::not_found(format!("There is no collection '{name}'.{hint}")).at(step.at));
        };
        if import.kind == OperationKind::Action {
            no_key(inside, step, name)?;
            let operation = model.overloads(OperationKind::Action, &import.operation).next();
            let ty = operation.and_then(|o| o.returns.clone()).map_or(EdmType::Boolean, |given| given.ty);
            let mut walk = walk(Root::Action(import.name.clone()), ty);
            walk.is_over = true;
            return Ok(walk);
        }
        let named = if is_last { asked.named } else { &[] };
        let (inside, key) = with_key(inside);
        let given = call::given(inside, at_inside, &Asked { named, ..*asked }, model)?;
        let (mut called, operation) = call::unbound(&import.operation, given, step.at, model)?;
        called.import = Some(import.name.clone());
        let ty = operation.returns.as_ref().map_or(EdmType::Boolean, |given| given.ty.clone());
        let mut walk = walk(Root::Function(called), ty);
        walk.is_over = !operation.is_composable;
        if let Some(key) = key {
            walk.key(key, at_inside + inside.unwrap_or_default().len() + 2)?;
        }
        Ok(walk)
    }

    /// Takes one step, or several for a key of several segments; gives what is left.
    fn step<'s>(&mut self, step: &Step, after: &'s [Step]) -> Result<&'s [Step], QueryError> {
        if step.text == "$query" && after.is_empty() && !self.ends_in_raw() {
            self.segments.push(Segment::Query);
            return Ok(after);
        }
        if self.is_over {
            let message = format!("Nothing may stand here; remove '/{}'.", step.text);
            return Err(QueryError::not_found(message).at(step.at));
        }
        if step.text.starts_with('$') {
            return self.dollar(step).map(|()| after);
        }
        if self.was_cast && self.model.named_type(&step.text).is_some() {
            let message = format!("Only one type may stand here; remove '/{}'.", step.text);
            return Err(QueryError::bad(code::SYNTAX, message).at(step.at));
        }
        self.was_cast = self.cast(step)?;
        if self.was_cast || self.call(step, after.is_empty())? {
            return Ok(after);
        }
        if self.segments.last() == Some(&Segment::Each) {
            let message = format!("Only an action or a function may follow $each, not '{}'.", step.text);
            return Err(QueryError::not_found(message).at(step.at));
        }
        if matches!(self.ty, EdmType::Collection(_)) {
            if self.index(step) {
                return Ok(after);
            }
            return match item(&self.ty) {
                EdmType::Entity(_) => self.key_segments(step, after),
                _ => Err(self.nothing(step)),
            };
        }
        match self.model.members_of(&self.ty) {
            Some(members) => self.member(step, &members).map(|()| after),
            None => Err(self.nothing(step)),
        }
    }

    fn ends_in_raw(&self) -> bool {
        matches!(self.segments.last(), Some(Segment::Value | Segment::Query | Segment::Each))
    }

    /// A type name: only with its namespace, because property names come first.
    fn cast(&mut self, step: &Step) -> Result<bool, QueryError> {
        let (name, inside) = parts(step)?;
        let is_type = |name: &str| {
            matches!(self.model.named_type(name), Some(EdmType::Entity(_) | EdmType::Complex(_)))
        };
        let unqualified = || !name.contains('.') && self.is_derived(name) && !self.is_member(name);
        let wanted = if is_type(name) {
            name.to_owned()
        } else if unqualified() {
            self.model.qualified(name)
        } else {
            return Ok(false);
        };
        let cast = scope::cast(self.model, &self.ty, &wanted);
        let cast = cast.map_err(|error| QueryError::not_found(error.message).at(step.at))?;
        if let Some(ty) = cast {
            self.segments.push(Segment::Cast(self.model.unqualified(&wanted).to_owned()));
            self.ty = ty;
        }
        if let Some(inside) = inside {
            self.key(inside, step.at + name.len() + 1)?;
        }
        Ok(true)
    }

    fn is_derived(&self, name: &str) -> bool {
        match item(&self.ty) {
            EdmType::Entity(own) | EdmType::Complex(own) => name != own && self.model.is_kind_of(name, own),
            _ => false,
        }
    }

    fn is_member(&self, name: &str) -> bool {
        self.model
            .members_of(&self.ty)
            .is_some_and(|all| all.find(name).is_some() || all.find_navigation(name).is_some())
    }

    /// A bound function or action; without its namespace only if no property has its name (4.01).
    fn call(&mut self, step: &Step, is_last: bool) -> Result<bool, QueryError> {
        let (name, inside) = parts(step)?;
        let own = self.model.unqualified(name);
        let candidates = call::bound(own, &self.ty, self.model);
        if candidates.is_empty() || (own.len() == name.len() && self.is_member(name)) {
            return Ok(false);
        }
        let Some(function) = candidates.iter().find(|(_, o)| o.kind == OperationKind::Function) else {
            no_key(inside, step, name)?;
            self.segments.push(Segment::Action(own.to_owned()));
            self.is_over = true;
            return Ok(true);
        };
        let named = if is_last { self.asked.named } else { &[] };
        let asked = Asked { named, ..*self.asked };
        let (inside, key) = with_key(inside);
        let at_inside = step.at + name.len() + 1;
        let given = call::given(inside, at_inside, &asked, self.model)?;
        let own = function.1.name.clone();
        let (called, operation) = call::choose(&own, &candidates, given, step.at, self.model)?;
        self.ty = operation.returns.as_ref().map_or(EdmType::Boolean, |given| given.ty.clone());
        self.is_over = !operation.is_composable;
        self.segments.push(Segment::Function(called));
        if let Some(key) = key {
            self.key(key, at_inside + inside.unwrap_or_default().len() + 2)?;
        }
        Ok(true)
    }

    fn dollar(&mut self, step: &Step) -> Result<(), QueryError> {
        let is_collection = matches!(self.ty, EdmType::Collection(_));
        let is_entity = matches!(item(&self.ty), EdmType::Entity(_));
        let is_structured = matches!(item(&self.ty), EdmType::Entity(_) | EdmType::Complex(_));
        let has_stream = || self.entity().is_some_and(|entity| self.model.has_stream(entity));
        let (name, inside) = parts(step)?;
        let segment = match (name, inside) {
            ("$count", None) if is_collection => Segment::Count,
            ("$ref", None) if is_entity => Segment::Reference,
            ("$value", None) if !is_collection && !is_structured => Segment::Value,
            ("$value", None) if !is_collection && is_entity && has_stream() => Segment::Value,
            ("$filter", Some(_)) if is_collection => {
                let (inside, key) = with_key(inside);
                let (inside, at) = (inside.unwrap_or_default(), step.at + name.len() + 1);
                self.filter(inside, at)?;
                return key.map_or(Ok(()), |key| self.key(key, at + inside.len() + 2));
            }
            ("$each", None) if is_collection => {
                self.segments.push(Segment::Each);
                self.ty = item(&self.ty).clone();
                return Ok(());
            }
            ("$count" | "$ref" | "$value" | "$each" | "$filter", _) => {
                let message = format!("'{}' does not apply to {}; remove it.", step.text, self.ty.plain());
                return Err(QueryError::bad(code::SYNTAX, message).at(step.at));
            }
            (other, _) => {
                let message = format!("'{other}' is not available in a path; use query options instead.");
                return Err(QueryError::bad(code::SYNTAX, message).at(step.at));
            }
        };
        self.segments.push(segment);
        self.is_over = true;
        Ok(())
    }

    /// `$filter(condition)`
    fn filter(&mut self, inside: &str, at: usize) -> Result<(), QueryError> {
        let context = Context::of(self.model, &self.ty);
        let budget = Budget::new(Limits::default());
        let mut cursor = Cursor::new(inside);
        let scope = Scope::of(&context);
        let aliases = self.asked.aliases;
        let mut parser =
            Parser { cursor: &mut cursor, scope, aliases, budget: &budget, reading: Vec::new(), height: 0 };
        let mut condition = *parser.whole().map_err(|error| shifted(*error, at))?;
        expr::check::condition(&mut condition, self.model).map_err(|error| shifted(error, at))?;
        self.segments.push(Segment::Filter(Box::new(condition)));
        Ok(())
    }

    fn member(&mut self, step: &Step, members: &Members<'_>) -> Result<(), QueryError> {
        let (name, inside) = parts(step)?;
        if let Some(property) = named(&members.properties, |property| &property.name, name) {
            no_key(inside, step, name)?;
            self.segments.push(Segment::Property(property.name.clone()));
            self.ty = property.ty.clone();
            return Ok(());
        }
        if let Some(related) = named(&members.navigation, |related| &related.name, name) {
            self.segments.push(Segment::Navigation(related.name.clone()));
            self.ty = related.ty();
            return match inside {
                Some(inside) if related.collection => self.key(inside, step.at + name.len() + 1),
                other => no_key(other, step, name),
            };
        }
        let names = members.properties.iter().map(|property| property.name.as_str());
        let names = names.chain(members.navigation.iter().map(|related| related.name.as_str()));
        let names = names.chain(call::names(&self.ty, self.model));
        let hint = did_you_mean(self.model.unqualified(name), names);
        let message = format!("'{}' has no property '{name}'.{hint}", self.ty);
        Err(QueryError::not_found(message).at(step.at))
    }

    /// The entity type of what is named so far.
    fn entity(&self) -> Option<&'w EntityType> {
        match item(&self.ty) {
            EdmType::Entity(name) => self.model.find_entity_type(name),
            _ => None,
        }
    }

    /// `(…)` after a collection of entities.
    fn key(&mut self, inside: &str, at: usize) -> Result<(), QueryError> {
        let Some(entity) = self.entity().filter(|_| matches!(self.ty, EdmType::Collection(_))) else {
            return Err(
                QueryError::bad(code::SYNTAX, "This is not a collection; remove the parentheses.").at(at)
            );
        };
        let values = key::in_parentheses(inside, entity, self.asked.aliases, self.model);
        self.enter(values.map_err(|error| shifted(error, at))?);
        Ok(())
    }

    /// A key as segments of its own, as many as it has properties.
    fn key_segments<'s>(&mut self, step: &Step, after: &'s [Step]) -> Result<&'s [Step], QueryError> {
        let parts: Option<usize> = self.entity().map(|entity| self.model.key_of(entity).len());
        let more = parts.unwrap_or(1).saturating_sub(1);
        let values = self.entity().filter(|_| after.len() >= more).and_then(|entity| {
            let texts = std::iter::once(step).chain(&after[..more]).map(|step| step.text.as_str());
            key::as_segments(&texts.collect::<Vec<_>>(), entity, self.model)
        });
        let Some(values) = values else {
            let message =
                format!("There is no '{}' in this collection; write its key in parentheses.", step.text);
            return Err(QueryError::not_found(message).at(step.at));
        };
        self.enter(values);
        Ok(&after[more..])
    }

    /// `/0`, `/-1` in a collection without keys.
    fn index(&mut self, step: &Step) -> bool {
        let has_keys = matches!(item(&self.ty), EdmType::Entity(_));
        let index: Option<i64> = step.text.parse().ok().filter(|_| !has_keys && !step.text.starts_with('+'));
        let Some(index) = index else { return false };
        self.segments.push(Segment::Index(index));
        self.ty = item(&self.ty).clone();
        true
    }

    fn enter(&mut self, values: Vec<(String, Literal)>) {
        self.segments.push(Segment::Key(values));
        self.ty = item(&self.ty).clone();
    }

    fn nothing(&self, step: &Step) -> QueryError {
        let message = format!("There is no '{}' inside {}.", step.text, self.ty.plain());
        QueryError::not_found(message).at(step.at)
    }
}

pub(super) fn item(ty: &EdmType) -> &EdmType {
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
