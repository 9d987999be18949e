//! `$orderby`, and pages that begin behind a row.
//!
//! Entities have a total order: the items of `$orderby`, then the key. A page can then begin behind the last row of the
//! page before it, so that far pages cost no more than near ones. It is sound because the pages of a download come from
//! one snapshot, where no row comes or goes. Null comes before everything.

use api::Failure;
use arrow_array::RecordBatch;
use datafusion::logical_expr::{Expr as EngineExpr, SortExpr, ident, lit};
use odata::edm::EdmType;
use odata::expr::{DateTimeOffset, Literal};
use odata::query::{Options, OrderItem};
use serde_json::Value;

use super::expression::Scope;
use super::related::Related;
use super::shape::{Relation, Shape};
use super::{Planner, QueryFailure, value};

/// Longest text for the place of a row; links should stay short.
const PLACE_BYTES_MAX: usize = 1000;

/// A column that decides the order.
#[derive(Clone, Debug)]
pub(in crate::feed) struct Key {
    pub(in crate::feed) name: String,
    ty: EdmType,
    is_descending: bool,
}

/// Rows in order.
pub(in crate::feed) struct Ordered {
    pub(in crate::feed) relation: Relation,
    /// What tells the place of a row; nothing when pages can only count rows.
    pub(in crate::feed) keys: Vec<Key>,
}

impl Planner<'_> {
    /// `relation` in the order of `$orderby`, from behind the row `after` on. Ties are broken by the key, so that pages
    /// fit together.
    pub(in crate::feed) fn ordered(
        &self,
        relation: Relation,
        options: &Options,
        after: Option<&str>,
    ) -> Result<Ordered, Failure> {
        if options.orderby.is_empty() {
            return if after.is_some() {
                Err(no_place())
            } else {
                Ok(Ordered { relation, keys: Vec::new() })
            };
        }
        let about = |failure: QueryFailure| failure.into_failure("$orderby");
        let mut items = options.orderby.clone();
        let related = Related { model: self.model, tables: self.tables, now: self.now };
        let exprs = items.iter_mut().map(|item| &mut item.expr);
        let relation = related.join(relation, self.entity, exprs).map_err(about)?;
        let key = &self.entity.key;
        let is_entity = !key.is_empty() && key.iter().all(|name| relation.shape(name).is_some());
        if !options.apply.is_empty() || !is_entity {
            let keys = sort_keys(&Scope::of(self.model, &relation, self.now), &items).map_err(about)?;
            let relation = sorted(relation, keys).map_err(about)?;
            return if after.is_some() {
                Err(no_place())
            } else {
                Ok(Ordered { relation, keys: Vec::new() })
            };
        }
        let (mut relation, keys) = self.keyed(relation, &items).map_err(about)?;
        let can_seek = keys.iter().all(|key| can_seek(&key.ty));
        if let Some(after) = after {
            let values = places(&keys, after).filter(|_| can_seek).ok_or_else(no_place)?;
            relation = relation.with(|plan| plan.filter(behind(&keys, &values))).map_err(about)?;
        }
        let order: Vec<_> = keys.iter().map(Key::sort).collect();
        let relation = relation.with(|plan| plan.sort(order)).map_err(about)?;
        Ok(Ordered { relation, keys: if can_seek { keys } else { Vec::new() } })
    }

    /// The columns that decide the order; computed ones are added.
    fn keyed(
        &self,
        mut relation: Relation,
        items: &[OrderItem],
    ) -> Result<(Relation, Vec<Key>), QueryFailure> {
        let mut keys: Vec<Key> = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let scope = Scope::of(self.model, &relation, self.now);
            let own = item.expr.as_path().and_then(|path| path.as_property());
            let own = own.and_then(|name| relation.shape(name)).cloned();
            let (name, ty) = match own {
                Some(shape) => (shape.name, shape.ty),
                None => {
                    let (name, ty) = (format!("#by{at}"), scope.ty(&item.expr));
                    let value = scope.value(&item.expr)?;
                    relation = relation.and(vec![(value, Shape::hidden(&name, ty.clone()))])?;
                    (name, ty)
                }
            };
            keys.push(Key { name, ty, is_descending: item.descending });
        }
        for name in &self.entity.key {
            let shape = relation.shape(name).filter(|_| keys.iter().all(|key| key.name != *name));
            let key =
                |shape: &Shape| Key { name: shape.name.clone(), ty: shape.ty.clone(), is_descending: false };
            keys.extend(shape.map(key));
        }
        Ok((relation, keys))
    }
}

impl Key {
    fn sort(&self) -> SortExpr {
        ident(self.name.as_str()).sort(!self.is_descending, !self.is_descending)
    }
}

/// `$orderby`'s items: null comes before everything.
pub(super) fn sort_keys(scope: &Scope<'_>, items: &[OrderItem]) -> Result<Vec<SortExpr>, QueryFailure> {
    let key = |item: &OrderItem| Ok(scope.value(&item.expr)?.sort(!item.descending, !item.descending));
    items.iter().map(key).collect()
}

/// Sorted by `keys`, then by every column: the same order each time.
pub(super) fn sorted(relation: Relation, mut keys: Vec<SortExpr>) -> Result<Relation, QueryFailure> {
    keys.extend(relation.shapes.iter().map(|shape| ident(shape.name.as_str()).sort(true, true)));
    relation.with(|plan| plan.sort(keys))
}

/// Types whose values a link can hold without loss.
fn can_seek(ty: &EdmType) -> bool {
    ty.is_integer() || matches!(ty, EdmType::Boolean | EdmType::String | EdmType::DateTimeOffset)
}

fn no_place() -> Failure {
    let message = "This is no $skiptoken of the feed. Use @odata.nextLink exactly as it was given.";
    Failure::bad_request(message).target("$skiptoken")
}

/// The place of the last row of `batch`; nothing when it is too long for a link. `column` finds the place of a key.
pub(in crate::feed) fn place_of_last(
    batch: &RecordBatch,
    keys: &[Key],
    column: impl Fn(&str) -> Option<usize>,
) -> Option<String> {
    let row = batch.num_rows().checked_sub(1)?;
    let value = |key: &Key| {
        let array = batch.columns().get(column(&key.name)?)?;
        Some(match value::literal(array.as_ref(), row, &key.ty) {
            Literal::Null => Value::Null,
            Literal::Bool(truth) => truth.into(),
            Literal::Int(number) => number.into(),
            Literal::String(text) => text.into(),
            Literal::DateTimeOffset(instant) => instant.unix_micros().into(),
            _ => return None,
        })
    };
    let values = keys.iter().map(value).collect::<Option<Vec<_>>>()?;
    Some(Value::Array(values).to_string()).filter(|text| !keys.is_empty() && text.len() <= PLACE_BYTES_MAX)
}

/// The values of the keys that a place tells.
fn places(keys: &[Key], after: &str) -> Option<Vec<Literal>> {
    let values: Vec<Value> = serde_json::from_str(after).ok()?;
    let value = |(key, value): (&Key, Value)| match (value, &key.ty) {
        (Value::Null, _) => Some(Literal::Null),
        (Value::Bool(truth), EdmType::Boolean) => Some(Literal::Bool(truth)),
        (Value::String(text), EdmType::String) => Some(Literal::String(text)),
        (Value::Number(micros), EdmType::DateTimeOffset) => {
            DateTimeOffset::from_unix_micros(micros.as_i64()?).map(Literal::DateTimeOffset)
        }
        (Value::Number(number), ty) if ty.is_integer() => number.as_i64().map(Literal::Int),
        _ => None,
    };
    if values.len() != keys.len() {
        return None;
    }
    keys.iter().zip(values).map(value).collect()
}

/// The rows behind the one with these values: greater in the first key, or the same there and behind in the others.
fn behind(keys: &[Key], values: &[Literal]) -> EngineExpr {
    keys.iter().zip(values).rev().fold(lit(false), |rest, (key, literal)| {
        let column = ident(key.name.as_str());
        let (further, same) = match (value::scalar(literal), key.is_descending) {
            // Null is the first in one direction, and the last in the other.
            (None, false) => (column.clone().is_not_null(), column.is_null()),
            (None, true) => (lit(false), column.is_null()),
            (Some(value), false) => (column.clone().gt(lit(value.clone())), column.eq(lit(value))),
            (Some(value), true) => {
                let less = column.clone().lt(lit(value.clone()));
                (less.or(column.clone().is_null()), column.eq(lit(value)))
            }
        };
        further.or(same.and(rest))
    })
}
