//! What a path leads to: segment by segment from the root.

use super::rows::{Item, World};
use super::source::{Entity, Media, Value};
use crate::edm::EdmType;
use crate::error::{QueryError, code};
use crate::expr::{Literal, order};
use crate::path::{Call, DataPath, Root, Segment};

/// What stands at the end of a path, before `$count`, `$value`, `$ref`, `$query`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    Many(Vec<Item>),
    One(Item),
    /// Null, or no related entity.
    Nothing,
    Stream(Media),
}

/// What was found, with the type the model gives it.
pub(super) struct Found {
    pub(super) place: Place,
    /// Of one item.
    pub(super) ty: EdmType,
    /// The entity a property was read from.
    pub(super) owner: Option<Entity>,
}

/// Follows a path.
///
/// # Errors
/// 404 for what is not there, and whatever functions refuse.
pub(super) fn locate(world: World<'_>, path: &DataPath) -> Result<Found, QueryError> {
    let mut found = start(world, &path.root)?;
    for segment in &path.segments {
        found = step(world, found, segment)?;
    }
    Ok(found)
}

fn nothing_there(what: &str) -> QueryError {
    QueryError::not_found(format!("There is no {what}."))
}

fn start(world: World<'_>, root: &Root) -> Result<Found, QueryError> {
    match root {
        Root::Set(name) => {
            let ty = world.model.type_of_set(name).ok_or_else(|| nothing_there("such collection"))?;
            let items = world.source.entities(name).into_iter().map(Item::Entity).collect();
            let ty = EdmType::Entity(ty.name.clone());
            Ok(Found { place: Place::Many(items), ty, owner: None })
        }
        Root::Singleton(name) => {
            let entity = world.source.singleton(name).ok_or_else(|| nothing_there("such entity"))?;
            let ty = world.model.find_singleton(name).map_or(&entity.ty, |singleton| &singleton.entity_type);
            let ty = EdmType::Entity(ty.clone());
            Ok(Found { place: Place::One(Item::Entity(entity)), ty, owner: None })
        }
        Root::Function(call) => run(world, call, None),
        Root::Action(name) => {
            Err(QueryError::not_found(format!("'{name}' is an action; send a POST request.")))
        }
    }
}

fn run(world: World<'_>, call: &Call, on: Option<&Place>) -> Result<Found, QueryError> {
    let operation = world.model.operations.get(call.overload);
    let Some(operation) = operation else {
        return Err(QueryError::not_implemented(format!("The function '{}' is not available.", call.name)));
    };
    let on = on.cloned().map(value_of);
    let result = world.source.call(operation, on.as_ref(), &call.arguments)?;
    let ty = operation.returns.as_ref().map_or(EdmType::Boolean, |returns| returns.ty.clone());
    Ok(Found { place: place_of(result), ty: item_type(&ty), owner: None })
}

/// What functions are called on.
pub(super) fn value_of(place: Place) -> Value {
    let items = match place {
        Place::Many(items) => items,
        Place::One(Item::Entity(entity)) => return Value::One(entity),
        Place::One(Item::Plain(value)) => return Value::Plain(value),
        Place::Nothing | Place::Stream(_) => return Value::Nothing,
    };
    let (mut entities, mut values) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Item::Entity(entity) => entities.push(entity),
            Item::Plain(value) => values.push(value),
        }
    }
    if values.is_empty() { Value::Many(entities) } else { Value::Plain(Literal::Collection(values)) }
}

pub(super) fn place_of(value: Value) -> Place {
    match value {
        Value::Nothing => Place::Nothing,
        Value::One(entity) => Place::One(Item::Entity(entity)),
        Value::Many(entities) => Place::Many(entities.into_iter().map(Item::Entity).collect()),
        Value::Plain(value) => plain(value),
    }
}

fn plain(value: Literal) -> Place {
    match value {
        Literal::Null => Place::Nothing,
        Literal::Collection(items) => Place::Many(items.into_iter().map(Item::Plain).collect()),
        value => Place::One(Item::Plain(value)),
    }
}

/// What a collection is of.
pub(super) fn item_type(ty: &EdmType) -> EdmType {
    match ty {
        EdmType::Collection(item) => (**item).clone(),
        single => single.clone(),
    }
}

fn step(world: World<'_>, found: Found, segment: &Segment) -> Result<Found, QueryError> {
    match segment {
        Segment::Key(key) => {
            let place = match found.place {
                Place::Many(items) => items.into_iter().find(|item| has_key(item, key)).map(Place::One),
                _ => None,
            };
            let place =
                place.ok_or_else(|| QueryError::not_found("An entity with this key does not exist."))?;
            Ok(Found { place, ..found })
        }
        Segment::Property(name) => property(world, found, name),
        Segment::Navigation(name) => navigation(world, found, name),
        Segment::Cast(name) => cast(world, found, name),
        Segment::Function(call) => run(world, call, Some(&found.place)),
        Segment::Action(name) => {
            Err(QueryError::not_found(format!("'{name}' is an action; send a POST request.")))
        }
        Segment::Filter(condition) => match found.place {
            Place::Many(mut items) => {
                items.retain(|item| world.holds(condition, item));
                Ok(Found { place: Place::Many(items), ..found })
            }
            _ => Err(nothing_there("collection here")),
        },
        Segment::Index(index) => {
            let place = match found.place {
                Place::Many(items) => item_at(items, *index).map(Place::One),
                _ => None,
            };
            let place = place.ok_or_else(|| nothing_there("item at this place"))?;
            Ok(Found { place, ..found })
        }
        Segment::Each => Err(QueryError::not_implemented("'$each' is for changes; this service only reads.")),
        Segment::Value | Segment::Count | Segment::Reference | Segment::Query => Ok(found),
    }
}

/// Counted from the end when negative.
fn item_at(items: Vec<Item>, index: i64) -> Option<Item> {
    let at = match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => items.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
    };
    items.into_iter().nth(at)
}

fn has_key(item: &Item, key: &[(String, Literal)]) -> bool {
    let Item::Entity(entity) = item else { return false };
    key.iter().all(|(name, wanted)| {
        entity.get(name).is_some_and(|value| {
            value == wanted || order(value, wanted).is_some_and(std::cmp::Ordering::is_eq)
        })
    })
}

fn property(world: World<'_>, found: Found, name: &str) -> Result<Found, QueryError> {
    let Place::One(item) = found.place else { return Err(nothing_there("value here")) };
    let own = match &item {
        Item::Entity(entity) => EdmType::Entity(entity.ty.clone()),
        Item::Plain(_) => found.ty.clone(),
    };
    let declared = world.model.members_of(&own).and_then(|members| members.find(name).map(|p| p.ty.clone()));
    let ty = declared.unwrap_or(EdmType::String);
    let owner = match &item {
        Item::Entity(entity) => Some(entity.clone()),
        Item::Plain(_) => found.owner,
    };
    let place = match (&ty, &owner) {
        (EdmType::Stream, Some(entity)) => {
            world.source.media(entity, Some(name)).map_or(Place::Nothing, Place::Stream)
        }
        _ => plain(world.member(&item, &[name.to_owned()])),
    };
    let place = match (&ty, place) {
        // An empty collection is none the less one.
        (EdmType::Collection(_), Place::Nothing) => Place::Many(Vec::new()),
        (_, place) => place,
    };
    Ok(Found { place, ty: item_type(&ty), owner })
}

fn navigation(world: World<'_>, found: Found, name: &str) -> Result<Found, QueryError> {
    let Place::One(Item::Entity(entity)) = found.place else { return Err(nothing_there("entity here")) };
    let own = EdmType::Entity(entity.ty.clone());
    let members = world.model.members_of(&own).unwrap_or_default();
    let Some(navigation) = members.find_navigation(name) else {
        return Err(QueryError::bad(code::UNKNOWN_PROPERTY, format!("There is no '{name}' here.")));
    };
    let mut related = world.source.related(&entity, name).into_iter().map(Item::Entity);
    let place = match navigation.collection {
        true => Place::Many(related.collect()),
        false => related.next().map_or(Place::Nothing, Place::One),
    };
    Ok(Found { place, ty: EdmType::Entity(navigation.target.clone()), owner: None })
}

/// What is of the derived type. Structured values are not told apart.
fn cast(world: World<'_>, found: Found, name: &str) -> Result<Found, QueryError> {
    let is_of = |item: &Item| match item {
        Item::Entity(entity) => world.model.is_kind_of(&entity.ty, name),
        Item::Plain(_) => true,
    };
    let place = match found.place {
        Place::Many(items) => Place::Many(items.into_iter().filter(is_of).collect()),
        Place::One(item) if is_of(&item) => Place::One(item),
        _ => return Err(nothing_there(&format!("'{name}' here"))),
    };
    let ty = match found.ty {
        EdmType::Complex(_) => EdmType::Complex(name.to_owned()),
        _ => EdmType::Entity(name.to_owned()),
    };
    Ok(Found { place, ty, ..found })
}
