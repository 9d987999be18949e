//! `aggregate(…)`: one row for each part of the rows.
//!
//! Plain items are computed together. An item with `from`, or over related rows, has a plan of its own; its values are
//! put beside the others by the part they belong to.

use arrow_schema::DataType;
use datafusion::common::NullEquality;
use datafusion::functions_aggregate::expr_fn::{avg, count, count_distinct, max, min, sum};
use datafusion::logical_expr::{Expr as EngineExpr, ExprFunctionExt as _, JoinType, cast, ident, lit, when};
use datafusion::prelude::Column;
use odata::edm::EdmType;
use odata::expr::{Expr, Path};
use odata::query::{Aggregate, AggregateFrom, AggregateMethod};

use super::{Applying, QueryFailure, Relation, Shape};

/// Which rows are aggregated.
pub(super) enum Rows<'e> {
    /// Those at hand; parts may have lost all of theirs.
    Left,
    /// Of all rows of every part those that satisfy the condition.
    Of(Option<&'e EngineExpr>),
}

impl Applying<'_> {
    /// One row for each part, also for parts without rows.
    pub(super) fn aggregate(
        &self,
        relation: Relation,
        items: &[Aggregate],
        rows: &Rows<'_>,
    ) -> Result<Relation, QueryFailure> {
        let (plain, own): (Vec<_>, Vec<_>) = items.iter().cloned().partition(|item| self.is_plain(item));
        let mut found = self.together(relation.clone(), plain, rows)?;
        let relation = match rows {
            Rows::Of(Some(condition)) => relation.with(|plan| plan.filter((*condition).clone()))?,
            _ => relation,
        };
        for item in &own {
            let values = self.by_itself(relation.clone(), item)?;
            found = self.beside(found, values, std::slice::from_ref(item))?;
        }
        let mut order = self.within.parts.clone();
        order.extend(items.iter().map(|item| item.name.clone()));
        found.only(&order)
    }

    /// Whether the item reads nothing but the row and what leads to one row.
    fn is_plain(&self, item: &Aggregate) -> bool {
        item.from.is_empty() && item.expr.as_ref().and_then(|expr| self.many(expr)).is_none()
    }

    /// The path of `expr`, when its first property leads to many rows.
    fn many<'e>(&self, expr: &'e Expr) -> Option<&'e Path> {
        let path = expr.as_path().filter(|path| path.variable.is_none())?;
        let navigation = self.entity.find_navigation(path.segments.first()?)?;
        navigation.collection.then_some(path)
    }

    /// The values of plain items.
    fn together(
        &self,
        relation: Relation,
        mut items: Vec<Aggregate>,
        rows: &Rows<'_>,
    ) -> Result<Relation, QueryFailure> {
        let exprs = items.iter_mut().filter_map(|item| item.expr.as_mut());
        let relation = self.related.join(relation, self.entity, exprs)?;
        let mut shapes = self.part_shapes(&relation);
        let heads = Relation { plan: relation.plan.clone(), shapes: shapes.clone() };
        let scope = self.scope(&relation);
        let mut values = Vec::new();
        for item in &items {
            let (value, ty) = match &item.expr {
                None => (count(lit(1_i64)), EdmType::Int64),
                Some(expr) => combined(item.method, scope.value(expr)?, scope.ty(expr)),
            };
            let value = match rows {
                Rows::Of(Some(condition)) => value.filter((*condition).clone()).build()?,
                _ => value,
            };
            values.push(value.alias(item.name.as_str()));
            shapes.push(Shape::made(&item.name, ty));
        }
        // There is a row, even if it says nothing yet.
        values.push(count(lit(1_i64)).alias("#rows"));
        let found = Relation { plan: relation.plan.aggregate(self.parts(), values)?, shapes };
        match (&self.within.heads, rows) {
            (Some(plan), Rows::Left) => {
                let heads = Relation { plan: plan.clone(), ..heads };
                self.beside(heads, found, &items)
            }
            _ => Ok(found),
        }
    }

    /// The values of one item, by part.
    fn by_itself(&self, relation: Relation, item: &Aggregate) -> Result<Relation, QueryFailure> {
        let (mut relation, mut levels) = (relation, Vec::new());
        for from in &item.from {
            let (joined, names) = self.grouping(relation, &from.paths)?;
            relation = joined;
            levels.push(names);
        }
        let mut names = self.part_shapes(&relation);
        for name in levels.iter().flatten() {
            if !names.iter().any(|known| known.name == *name) {
                names.extend(relation.shape(name).cloned());
            }
        }
        let (relation, value, ty) = self.value_of(relation, item)?;
        let mut found = grouped(relation, names, combined(item.method, value, ty), &item.name)?;
        // `with sum from a with max from b with average`: sums by a and b, their maxima by b, the average of those.
        for (at, AggregateFrom { method, .. }) in item.from.iter().enumerate() {
            let is_kept = |shape: &Shape| {
                self.within.parts.contains(&shape.name)
                    || levels[at + 1..].iter().flatten().any(|name| *name == shape.name)
            };
            let ty = found.shape(&item.name).map_or(EdmType::Int64, |shape| shape.ty.clone());
            let names = found.shapes.iter().filter(|shape| is_kept(shape)).cloned().collect();
            let value = combined(*method, ident(item.name.as_str()), ty);
            found = grouped(found, names, value, &item.name)?;
        }
        Ok(found)
    }

    /// What an item reads, of each row or of what is related to it.
    fn value_of(
        &self,
        relation: Relation,
        item: &Aggregate,
    ) -> Result<(Relation, EngineExpr, EdmType), QueryFailure> {
        let Some(expr) = &item.expr else { return Ok((relation, lit(1_i64), EdmType::Int64)) };
        if let Some(path) = self.many(expr) {
            let (relation, shape) =
                self.related.unfolded(relation, self.entity, &path.segments, expr.span)?;
            return Ok((relation, ident(shape.name.as_str()), shape.ty));
        }
        let mut expr = expr.clone();
        let relation = self.related.join(relation, self.entity, [&mut expr])?;
        let scope = self.scope(&relation);
        let (value, ty) = (scope.value(&expr)?, scope.ty(&expr));
        Ok((relation, value, ty))
    }

    /// `left` with the values of `items` that `right` has for the same part. Parts that it does not have count none.
    fn beside(&self, left: Relation, right: Relation, items: &[Aggregate]) -> Result<Relation, QueryFailure> {
        let parts = &self.within.parts;
        let keys: Vec<_> = (0..parts.len()).map(|at| format!("#part{at}")).collect();
        let of_parts = parts.iter().zip(&keys).map(|(name, key)| ident(name.as_str()).alias(key.as_str()));
        let values = items.iter().map(|item| ident(item.name.as_str()));
        let exprs: Vec<_> = of_parts.chain(values).collect();
        let added = right.plan.project(exprs)?.build()?;
        let column = |name: &String| Column::from_name(name.as_str());
        let plan = if parts.is_empty() {
            left.plan.cross_join(added)?
        } else {
            let on = (parts.iter().map(column).collect::<Vec<_>>(), keys.iter().map(column).collect());
            left.plan.join_detailed(added, JoinType::Left, on, None, NullEquality::NullEqualsNull)?
        };
        let mut exprs: Vec<_> = left.shapes.iter().map(|shape| ident(shape.name.as_str())).collect();
        let mut shapes = left.shapes;
        for item in items {
            let name = item.name.as_str();
            let last = item.from.last().map_or(item.method, |from| from.method);
            exprs.push(match last {
                AggregateMethod::Count | AggregateMethod::CountDistinct => {
                    when(ident(name).is_null(), lit(0_i64)).otherwise(ident(name))?.alias(name)
                }
                _ => ident(name),
            });
            shapes.extend(right.shapes.iter().find(|shape| shape.name == item.name).cloned());
        }
        Ok(Relation { plan: plan.project(exprs)?, shapes })
    }
}

fn grouped(
    relation: Relation,
    mut names: Vec<Shape>,
    (value, ty): (EngineExpr, EdmType),
    name: &str,
) -> Result<Relation, QueryFailure> {
    let groups: Vec<_> = names.iter().map(|shape| ident(shape.name.as_str())).collect();
    let plan = relation.plan.aggregate(groups, [value.alias(name)])?;
    names.push(Shape::made(name, ty));
    Ok(Relation { plan, shapes: names })
}

/// Values of type `own` as one, and its type. Null is left out of everything.
fn combined(method: AggregateMethod, value: EngineExpr, own: EdmType) -> (EngineExpr, EdmType) {
    match method {
        AggregateMethod::Sum if own.is_integer() => (sum(value), EdmType::Int64),
        AggregateMethod::Sum => (sum(value), own),
        AggregateMethod::Min => (min(value), own),
        AggregateMethod::Max => (max(value), own),
        AggregateMethod::Average => (avg(cast(value, DataType::Float64)), EdmType::Double),
        AggregateMethod::CountDistinct => (count_distinct(value), EdmType::Int64),
        AggregateMethod::Count => (count(value), EdmType::Int64),
    }
}
