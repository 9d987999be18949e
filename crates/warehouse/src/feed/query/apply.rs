//! `$apply`: transformations one after the other (OData Extension for Data Aggregation 4.0 §3).
//!
//! What stands inside `groupby`, or behind the path of a `join`, is applied to each of many collections. They are all
//! held in one relation: the columns [`Within::parts`] tell them apart, and each transformation keeps to its part. Where
//! a later step needs to know the order of rows, they are numbered in the column [`ORDER`].

mod aggregate;
mod concat;
mod group;
mod join;
mod rank;

use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{
    Expr as EngineExpr, ExprFunctionExt as _, LogicalPlanBuilder, SortExpr, ident, lit,
};
use odata::edm::{EdmType, EntityType};
use odata::expr::Expr;
use odata::query::{ComputeItem, OrderItem, Step, Transformation};

use aggregate::Rows;

use super::expression::Scope;
use super::related::Related;
use super::shape::{Relation, Shape};
use super::{QueryFailure, search, sort_keys, sorted};

/// The number of a row in its part. No property has such a name.
const ORDER: &str = "#order";

/// Applies transformations to rows that began as those of `entity`.
pub(super) struct Applying<'a> {
    pub(super) related: Related<'a>,
    pub(super) entity: &'a EntityType,
    pub(super) within: Within,
}

/// What the transformations take for a collection.
#[derive(Clone, Default)]
pub(super) struct Within {
    /// Rows with equal values in these columns are a collection of their own; all rows are one when there are none.
    parts: Vec<String>,
    /// The values of `parts`, also of collections whose rows are all gone.
    heads: Option<LogicalPlanBuilder>,
    /// Whether the order of the rows must be told with them.
    is_ordered: bool,
}

impl<'a> Applying<'a> {
    /// Applied to all rows as one collection.
    pub(super) fn new(related: Related<'a>, entity: &'a EntityType) -> Self {
        Self { related, entity, within: Within::default() }
    }

    /// The same for other collections.
    fn inside(&self, within: Within) -> Self {
        Self { related: self.related, entity: self.entity, within }
    }

    /// All steps; rows have no number behind them.
    pub(super) fn run(&self, relation: Relation, steps: &[Step]) -> Result<Relation, QueryFailure> {
        if !needs_numbers(steps) {
            return self.all(relation, steps);
        }
        let found = self.inside(Within { is_ordered: true, ..self.within.clone() }).all(relation, steps)?;
        if found.shape(ORDER).is_none() {
            return Ok(found);
        }
        found.with(|plan| plan.sort([ident(ORDER).sort(true, true)]))?.without(ORDER)
    }

    fn all(&self, relation: Relation, steps: &[Step]) -> Result<Relation, QueryFailure> {
        steps.iter().try_fold(relation, |relation, step| self.one(relation, step))
    }

    fn one(&self, relation: Relation, step: &Step) -> Result<Relation, QueryFailure> {
        match &step.kind {
            Transformation::Identity => Ok(relation),
            Transformation::Filter(expr) => self.filter(relation, expr),
            Transformation::Compute(items) => self.compute(relation, items),
            Transformation::Search(expr) => {
                let condition = search::condition(expr, &relation.shapes);
                relation.with(|plan| plan.filter(condition))
            }
            Transformation::OrderBy(items) => self.order(relation, items),
            Transformation::Top(rows) => self.slice(relation, 0, Some(*rows)),
            Transformation::Skip(rows) => self.slice(relation, *rows, None),
            Transformation::Aggregate(items) => self.aggregate(relation, items, &Rows::Left),
            Transformation::GroupBy(paths, steps) => self.group_by(relation, paths, steps),
            Transformation::GroupByRollup(groupings, steps) => self.roll_up(&relation, groupings, steps),
            Transformation::Ranked(ranking, bound, by) => self.ranked(relation, *ranking, bound, by),
            Transformation::Concat(sequences) => self.concat(&relation, sequences),
            Transformation::Join { path, name, steps, outer } => {
                self.join(relation, (path, name), steps, *outer)
            }
            Transformation::Expand(..) => Err(refused("expand", step)),
            Transformation::Nest(_) => Err(refused("nest", step)),
        }
    }

    fn scope<'r>(&'r self, relation: &'r Relation) -> Scope<'r> {
        Scope::of(self.related.model, relation, self.related.now)
    }

    pub(super) fn filter(&self, relation: Relation, expr: &Expr) -> Result<Relation, QueryFailure> {
        let (relation, condition) = self.condition(relation, expr)?;
        relation.with(|plan| plan.filter(condition))
    }

    fn condition(&self, relation: Relation, expr: &Expr) -> Result<(Relation, EngineExpr), QueryFailure> {
        let mut expr = expr.clone();
        let relation = self.related.join(relation, self.entity, [&mut expr])?;
        let condition = self.scope(&relation).condition(&expr)?;
        Ok((relation, condition))
    }

    pub(super) fn compute(
        &self,
        relation: Relation,
        items: &[ComputeItem],
    ) -> Result<Relation, QueryFailure> {
        let mut items = items.to_vec();
        let exprs = items.iter_mut().map(|item| &mut item.expr);
        let mut relation = self.related.join(relation, self.entity, exprs)?;
        // One after the other: an item may read those before it.
        for item in &items {
            let scope = self.scope(&relation);
            let shape = Shape::made(&item.name, scope.ty(&item.expr));
            let value = scope.value(&item.expr)?;
            relation = relation.and(vec![(value, shape)])?;
        }
        Ok(relation)
    }

    fn order(&self, relation: Relation, items: &[OrderItem]) -> Result<Relation, QueryFailure> {
        let mut items = items.to_vec();
        let exprs = items.iter_mut().map(|item| &mut item.expr);
        let relation = self.related.join(relation, self.entity, exprs)?;
        let keys = sort_keys(&self.scope(&relation), &items)?;
        if self.within.is_ordered { self.numbered(relation, keys) } else { sorted(relation, keys) }
    }

    /// All rows but the first `skip`, or `rows` of them.
    fn slice(&self, relation: Relation, skip: u64, rows: Option<u64>) -> Result<Relation, QueryFailure> {
        if !self.within.is_ordered {
            return super::part(relation, skip, rows);
        }
        let relation =
            if relation.shape(ORDER).is_some() { relation } else { self.numbered(relation, Vec::new())? };
        let bound = |rows: u64| lit(i64::try_from(rows).unwrap_or(i64::MAX));
        let mut condition = ident(ORDER).gt(bound(skip));
        if let Some(rows) = rows {
            condition = condition.and(ident(ORDER).lt_eq(bound(skip.saturating_add(rows))));
        }
        // What comes after counts from one again.
        let relation = relation.with(|plan| plan.filter(condition))?;
        self.numbered(relation, Vec::new())
    }

    /// The rows with their number in the order of `keys`; ties stay as they were numbered before.
    fn numbered(&self, relation: Relation, mut keys: Vec<SortExpr>) -> Result<Relation, QueryFailure> {
        keys.extend(ties(&relation));
        let number = row_number().partition_by(self.parts()).order_by(keys).build()?;
        let is_other = |shape: &Shape| shape.name != ORDER;
        let mut shapes: Vec<_> = relation.shapes.into_iter().filter(is_other).collect();
        let plan = widened(relation.plan, &shapes, number, ORDER, &[])?;
        let plan = plan.project(number_as_whole(&shapes))?;
        shapes.push(Shape::hidden(ORDER, EdmType::Int64));
        Ok(Relation { plan, shapes })
    }

    fn parts(&self) -> Vec<EngineExpr> {
        self.within.parts.iter().map(|name| ident(name.as_str())).collect()
    }
}

/// Whether a step takes some rows of an order that was made before it. The engine leaves out a sort that the end of a
/// plan does not show, unless a limit stands right behind it.
fn needs_numbers(steps: &[Step]) -> bool {
    let is_order = |step: &Step| !group::looks_at_rows(step);
    let is_slice = |step: &Step| {
        matches!(step.kind, Transformation::Top(_) | Transformation::Skip(_) | Transformation::Ranked(..))
    };
    steps.iter().enumerate().any(|(at, step)| {
        let (before, is_top) = (&steps[..at], matches!(step.kind, Transformation::Top(_)));
        let is_first = |(last, before): (&Step, &[Step])| {
            is_top && matches!(last.kind, Transformation::OrderBy(_)) && !before.iter().any(is_slice)
        };
        is_slice(step) && before.iter().any(is_order) && !before.split_last().is_some_and(is_first)
    })
}

/// Row numbers are unsigned in the engine; everything here counts in signed ones.
fn number_as_whole(shapes: &[Shape]) -> Vec<EngineExpr> {
    let number = datafusion::logical_expr::cast(ident(ORDER), arrow_schema::DataType::Int64).alias(ORDER);
    shapes.iter().map(|shape| ident(shape.name.as_str())).chain([number]).collect()
}

/// What decides between rows that are equal in an order: their number, or all their columns.
fn ties(relation: &Relation) -> Vec<SortExpr> {
    if relation.shape(ORDER).is_some() {
        return vec![ident(ORDER).sort(true, true)];
    }
    relation.shapes.iter().map(|shape| ident(shape.name.as_str()).sort(true, true)).collect()
}

/// The plan with the value of `window` as a column `name`, beside `shapes` and `others`.
fn widened(
    plan: LogicalPlanBuilder,
    shapes: &[Shape],
    window: EngineExpr,
    name: &str,
    others: &[&str],
) -> Result<LogicalPlanBuilder, QueryFailure> {
    let plan = plan.window([window])?;
    let made = plan.schema().columns().pop().ok_or(QueryFailure::Empty)?;
    let names = shapes.iter().map(|shape| shape.name.as_str()).chain(others.iter().copied());
    let mut exprs: Vec<_> = names.map(ident).collect();
    exprs.push(EngineExpr::Column(made).alias(name));
    Ok(plan.project(exprs)?)
}

fn refused(name: &str, step: &Step) -> QueryFailure {
    QueryFailure::not_offered(format!("{name} is not available in $apply"), step.span)
}
