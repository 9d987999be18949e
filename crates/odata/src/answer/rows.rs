//! Items of a collection on their way through the query options, and what expressions find around them.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::source::{Entity, Home, Source, Value};
use super::{Request, Service, locate};
use crate::edm::{EdmType, Model};
use crate::expr::{self, DateTimeOffset, Expr, Invocation, Literal, evaluate_row, order};
use crate::path::{Resource, parse_path};
use crate::query::{ComputeItem, Options, OrderItem, SearchExpr};

/// Members of records that say which entity they are; no property can be called so.
const TYPE: &str = "@odata.type";
const SET: &str = "@set";
const SINGLETON: &str = "@singleton";

/// An entity, or a value of a collection of values.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    Entity(Entity),
    Plain(Literal),
}

impl Item {
    /// Adds a value, or replaces the one of this name.
    pub(super) fn set(&mut self, name: &str, value: Literal) {
        let values = match self {
            Item::Entity(entity) => &mut entity.values,
            Item::Plain(Literal::Record(members)) => members,
            Item::Plain(_) => return,
        };
        match values.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => values.push((name.to_owned(), value)),
        }
    }
}

/// What expressions are evaluated against.
#[derive(Clone, Copy)]
pub(super) struct World<'a> {
    pub(super) model: &'a Model,
    pub(super) source: &'a dyn Source,
    pub(super) now: Timestamp,
}

impl<'a> World<'a> {
    pub(super) fn of(service: &Service<'a>, request: &Request<'_>) -> Self {
        Self { model: service.model, source: service.source, now: request.now }
    }

    /// An entity as a value that remembers which it is.
    fn record(&self, entity: &Entity) -> Literal {
        let mut members = Vec::with_capacity(entity.values.len() + 2);
        if !entity.ty.is_empty() {
            let name = format!("#{}", self.model.qualified(&entity.ty));
            members.push((TYPE.to_owned(), Literal::String(name)));
        }
        match &entity.home {
            Home::Set(name) => members.push((SET.to_owned(), Literal::String(name.clone()))),
            Home::Singleton(name) => members.push((SINGLETON.to_owned(), Literal::String(name.clone()))),
            Home::Nowhere => {}
        }
        members.extend(entity.values.iter().cloned());
        Literal::Record(members)
    }

    /// The way back.
    fn entity(&self, record: &Literal) -> Entity {
        let Literal::Record(members) = record else { return Entity::new("", Home::Nowhere, Vec::new()) };
        let text = |wanted: &str| {
            members.iter().find_map(|(name, value)| match value {
                Literal::String(text) if name == wanted => Some(text.clone()),
                _ => None,
            })
        };
        let home = match (text(SET), text(SINGLETON)) {
            (Some(name), _) => Home::Set(name),
            (None, Some(name)) => Home::Singleton(name),
            (None, None) => Home::Nowhere,
        };
        let ty = text(TYPE).unwrap_or_default();
        let ty = self.model.unqualified(ty.trim_start_matches('#'));
        let values = members.iter().filter(|(name, _)| ![TYPE, SET, SINGLETON].contains(&name.as_str()));
        Entity::new(ty, home, values.cloned().collect())
    }

    pub(super) fn row(&self, item: &Item) -> Literal {
        match item {
            Item::Entity(entity) => self.record(entity),
            Item::Plain(value) => value.clone(),
        }
    }

    fn value(&self, value: Value) -> Literal {
        match value {
            Value::Nothing => Literal::Null,
            Value::Plain(value) => value,
            Value::One(entity) => self.record(&entity),
            Value::Many(entities) => {
                Literal::Collection(entities.iter().map(|entity| self.record(entity)).collect())
            }
        }
    }

    pub(super) fn evaluate(&self, expr: &Expr, item: &Item) -> Literal {
        evaluate_row(expr, &self.row(item), self)
    }

    /// The value at a path; from a collection, the values of all its items.
    pub(super) fn member(&self, item: &Item, path: &[String]) -> Literal {
        expr::member(&self.row(item), path, self)
    }

    pub(super) fn holds(&self, condition: &Expr, item: &Item) -> bool {
        self.evaluate(condition, item) == Literal::Bool(true)
    }

    /// Adds computed values.
    pub(super) fn compute(&self, items: &mut [Item], computed: &[ComputeItem]) {
        for item in items {
            for step in computed {
                let value = self.evaluate(&step.expr, item);
                item.set(&step.name, value);
            }
        }
    }

    /// What is left after `$search` and `$filter`.
    pub(super) fn matching(&self, items: Vec<Item>, options: &Options) -> Vec<Item> {
        let is_wanted = |item: &Item| {
            options.search.as_ref().is_none_or(|search| mentions(search, item))
                && options.filter.as_ref().is_none_or(|filter| self.holds(filter, item))
        };
        items.into_iter().filter(is_wanted).collect()
    }

    /// Sorts; items that compare equal keep their order. Null comes first.
    pub(super) fn sort(&self, items: Vec<Item>, orders: &[OrderItem]) -> Vec<Item> {
        if orders.is_empty() {
            return items;
        }
        let key = |step: &OrderItem, item: &Item| self.ordinal(self.evaluate(&step.expr, item));
        let keys = |item: &Item| orders.iter().map(|step| key(step, item)).collect::<Vec<_>>();
        let mut keyed: Vec<(Vec<Literal>, Item)> =
            items.into_iter().map(|item| (keys(&item), item)).collect();
        keyed.sort_by(|(left, _), (right, _)| {
            let pairs = orders.iter().zip(left.iter().zip(right));
            pairs
                .map(|(step, (left, right))| match step.descending {
                    false => compare(left, right),
                    true => compare(right, left),
                })
                .find(|found| found.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        keyed.into_iter().map(|(_, item)| item).collect()
    }

    /// Enumerations are ordered by their numbers.
    fn ordinal(&self, value: Literal) -> Literal {
        let Literal::Enum { type_name, members } = &value else { return value };
        let Some(ty) = self.model.find_enum_type(type_name) else { return value };
        let number = |name: &str| {
            let member = ty.members.iter().find(|(known, _)| known == name.trim());
            member.map(|(_, number)| *number).or_else(|| name.trim().parse().ok())
        };
        let numbers: Option<Vec<i64>> = members.split(',').map(number).collect();
        numbers.map_or(value, |numbers| Literal::Int(numbers.into_iter().fold(0, |all, number| all | number)))
    }

    /// `$search`, `$filter` and `$orderby`, after `$compute`.
    pub(super) fn arranged(&self, mut items: Vec<Item>, options: &Options) -> Vec<Item> {
        self.compute(&mut items, &options.compute);
        self.sort(self.matching(items, options), &options.orderby)
    }
}

impl expr::Source for World<'_> {
    fn model(&self) -> &Model {
        self.model
    }

    fn now(&self) -> DateTimeOffset {
        DateTimeOffset::from(self.now)
    }

    fn related(&self, record: &Literal, navigation: &str) -> Literal {
        let entity = self.entity(record);
        let own = EdmType::Entity(entity.ty.clone());
        let members = self.model.members_of(&own).unwrap_or_default();
        let Some(navigation) = members.find_navigation(navigation) else { return Literal::Null };
        let related = self.source.related(&entity, &navigation.name);
        match navigation.collection {
            true => self.value(Value::Many(related)),
            false => related.into_iter().next().map_or(Literal::Null, |entity| self.record(&entity)),
        }
    }

    fn root(&self, address: &str) -> Literal {
        let encoded = crate::percent::encode(address, "/(),='$:@-._~");
        let Ok(Resource::Data(path)) = parse_path(&encoded, self.model) else { return Literal::Null };
        match locate::locate(*self, &path) {
            Ok(found) => self.value(locate::value_of(found.place)),
            Err(_) => Literal::Null,
        }
    }

    fn call(
        &self,
        invocation: &Invocation,
        on: Option<&Literal>,
        arguments: &[(String, Literal)],
    ) -> Literal {
        let Some(operation) = self.model.operations.get(invocation.overload) else { return Literal::Null };
        let is_entity = |value: &Literal| matches!(value, Literal::Record(members) if members.iter().any(|(name, _)| name == SET || name == SINGLETON));
        let on = on.map(|value| match value {
            Literal::Null => Value::Nothing,
            Literal::Collection(items) if items.iter().all(is_entity) => {
                Value::Many(items.iter().map(|item| self.entity(item)).collect())
            }
            value if is_entity(value) => Value::One(self.entity(value)),
            value => Value::Plain(value.clone()),
        });
        // A function that refuses its arguments has no value here.
        let result = self.source.call(operation, on.as_ref(), arguments);
        result.map_or(Literal::Null, |value| self.value(value))
    }
}

/// Null before everything; what has no order is equal.
pub(super) fn compare(left: &Literal, right: &Literal) -> Ordering {
    order(left, right).unwrap_or_else(|| right.is_null().cmp(&left.is_null()))
}

/// A word or phrase is found anywhere in a text of the item, in any case.
pub(super) fn mentions(search: &SearchExpr, item: &Item) -> bool {
    match search {
        SearchExpr::Word(word) | SearchExpr::Phrase(word) => {
            let word = word.to_lowercase();
            match item {
                Item::Plain(value) => has_text(value, &word),
                Item::Entity(entity) => entity.values.iter().any(|(_, value)| has_text(value, &word)),
            }
        }
        SearchExpr::Not(inner) => !mentions(inner, item),
        SearchExpr::And(terms) => terms.iter().all(|term| mentions(term, item)),
        SearchExpr::Or(terms) => terms.iter().any(|term| mentions(term, item)),
    }
}

fn has_text(value: &Literal, word: &str) -> bool {
    match value {
        Literal::String(text) => text.to_lowercase().contains(word),
        Literal::Record(members) => members.iter().any(|(_, value)| has_text(value, word)),
        Literal::Collection(items) => items.iter().any(|value| has_text(value, word)),
        _ => false,
    }
}
