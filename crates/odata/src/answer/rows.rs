//! Items of a collection on their way through the query options, and what paths mean for them.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::source::{Entity, Source};
use crate::edm::Model;
use crate::expr::{DateTimeOffset, Expr, Literal, evaluate, order};
use crate::query::{ComputeItem, Options, OrderItem, SearchExpr};

/// How many navigation properties are followed inside a value that is handed out whole.
const INLINED: usize = 2;

/// The member that tells the evaluator which type a structured value has.
const TYPE: &str = "@odata.type";

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

impl World<'_> {
    pub(super) fn evaluate(&self, expr: &Expr, item: &Item) -> Literal {
        evaluate(expr, &|path| self.value(item, path))
    }

    /// The value at a path such as `name`, `address/city`, `owner/name` or `Example.laptop/battery`.
    pub(super) fn value(&self, item: &Item, path: &str) -> Literal {
        if path == "$now" {
            return Literal::DateTimeOffset(DateTimeOffset::from(self.now));
        }
        let mut segments = path.split('/').filter(|segment| !segment.is_empty() && *segment != "$it");
        match item {
            Item::Plain(value) => inside(value, &mut segments),
            Item::Entity(entity) => self.of_entity(entity, &mut segments),
        }
    }

    fn of_entity(&self, entity: &Entity, path: &mut dyn Iterator<Item = &str>) -> Literal {
        let Some(name) = path.next() else { return self.record(entity, INLINED) };
        if name == "@odata.type" {
            return Literal::String(self.model.qualified(&entity.ty));
        }
        if let Some(value) = entity.get(name) {
            return inside(value, path);
        }
        if name.contains('.') {
            let is_of = self.model.is_kind_of(&entity.ty, self.model.unqualified(name));
            return if is_of { self.of_entity(entity, path) } else { Literal::Null };
        }
        match self.navigation(entity, name) {
            None => Literal::Null,
            Some(true) => {
                let related = self.source.related(entity, name);
                Literal::Collection(related.iter().map(|entity| self.record(entity, INLINED)).collect())
            }
            Some(false) => match self.source.related(entity, name).first() {
                Some(related) => self.of_entity(related, path),
                None => Literal::Null,
            },
        }
    }

    /// All values a path leads to, through collections too.
    pub(super) fn values(&self, item: &Item, path: &[String]) -> Vec<Literal> {
        let Item::Entity(entity) = item else { return vec![self.value(item, &path.join("/"))] };
        let many = path.iter().position(|name| self.navigation(entity, name) == Some(true));
        match (many, path) {
            (Some(0), [name, rest @ ..]) => {
                let related = self.source.related(entity, name).into_iter().map(Item::Entity);
                related.flat_map(|related| self.values(&related, rest)).collect()
            }
            (_, [name, rest @ ..]) if self.navigation(entity, name) == Some(false) && !rest.is_empty() => {
                let related = self.source.related(entity, name).into_iter().map(Item::Entity);
                related.flat_map(|related| self.values(&related, rest)).collect()
            }
            _ => match self.value(item, &path.join("/")) {
                Literal::Collection(items) => items,
                single => vec![single],
            },
        }
    }

    /// Whether the navigation property leads to many; `None` when there is none of this name.
    fn navigation(&self, entity: &Entity, name: &str) -> Option<bool> {
        let ty = self.model.find_entity_type(&entity.ty)?;
        self.model.members(ty).find_navigation(name).map(|navigation| navigation.collection)
    }

    /// An entity as a value, with what it is related to a few steps around.
    fn record(&self, entity: &Entity, depth: usize) -> Literal {
        let mut members = entity.values.clone();
        members.push((TYPE.to_owned(), Literal::String(self.model.qualified(&entity.ty))));
        let ty = self.model.find_entity_type(&entity.ty).filter(|_| depth > 0);
        for navigation in ty.iter().flat_map(|ty| self.model.members(ty).navigation) {
            let mut related = self
                .source
                .related(entity, &navigation.name)
                .iter()
                .map(|related| self.record(related, depth - 1))
                .collect::<Vec<_>>();
            let value = match navigation.collection {
                true => Literal::Collection(related),
                false => related.pop().unwrap_or(Literal::Null),
            };
            members.push((navigation.name.clone(), value));
        }
        Literal::Record(members)
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

/// The value along the rest of a path inside a structured value.
fn inside(value: &Literal, path: &mut dyn Iterator<Item = &str>) -> Literal {
    let mut value = value;
    for name in path {
        // Structured types have no derived types that are told apart here.
        if name.contains('.') {
            continue;
        }
        let Literal::Record(members) = value else { return Literal::Null };
        match members.iter().find(|(known, _)| known == name) {
            Some((_, found)) => value = found,
            None => return Literal::Null,
        }
    }
    value.clone()
}

/// Null before everything; what has no order is equal.
pub(super) fn compare(left: &Literal, right: &Literal) -> Ordering {
    let text = |value: &Literal| match value {
        Literal::Enum { members, .. } => Some(members.clone()),
        _ => None,
    };
    order(left, right).unwrap_or_else(|| match (text(left), text(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => right.is_null().cmp(&left.is_null()),
    })
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
