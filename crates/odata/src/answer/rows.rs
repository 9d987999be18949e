//! Items of a collection on their way through the query options, and what expressions find around them.

use jiff::Timestamp;

use super::source::{Entity, Home, Source, Value};
use super::{Request, Service, locate};
use crate::edm::{EdmType, Model};
use crate::expr::{self, DateTimeOffset, Expr, Invocation, Literal, evaluate_row};
use crate::path::{Resource, parse_path};
use crate::query::{Options, engine};

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

    /// What `$apply` makes of the items: new rows have no home.
    pub(super) fn applied(&self, items: Vec<Item>, options: &Options) -> Vec<Item> {
        if options.apply.is_empty() {
            return items;
        }
        let rows = engine::transformed(self.rows(&items), &options.apply, self);
        rows.iter().map(|row| Item::Entity(self.entity(row))).collect()
    }

    /// `$search`, `$filter` and `$orderby`, after `$compute`.
    pub(super) fn arranged(&self, items: Vec<Item>, options: &Options) -> Vec<Item> {
        let is_plain = matches!(items.first(), Some(Item::Plain(_)));
        let rows = engine::computed(self.rows(&items), &options.compute, self);
        let rows = match &options.search {
            Some(search) => engine::searched(rows, search),
            None => rows,
        };
        let rows = match &options.filter {
            Some(condition) => engine::filtered(rows, condition, self),
            None => rows,
        };
        let rows = engine::sorted(rows, &options.orderby, self);
        let item = |row: Literal| match is_plain {
            true => Item::Plain(row),
            false => Item::Entity(self.entity(&row)),
        };
        rows.into_iter().map(item).collect()
    }

    fn rows(&self, items: &[Item]) -> Vec<Literal> {
        items.iter().map(|item| self.row(item)).collect()
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
