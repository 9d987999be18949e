//! `$apply`: transformations one after the other (OData Extension for Data Aggregation 4.0 §3).
//!
//! Inside `groupby`, `filter` and `compute` may stand before a final `aggregate`; other transformations of groups are
//! refused. The results of `concat` have the properties of all its sequences, null where a sequence has none.

use datafusion::functions_aggregate::expr_fn::{avg, count, count_distinct, max, min, sum};
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::expr::{WindowFunction, WindowFunctionDefinition};
use datafusion::logical_expr::{
    Expr as EngineExpr, ExprFunctionExt as _, LogicalPlanBuilder, WindowFrame, ident, lit, when,
};
use odata::edm::{EdmType, EntityType};
use odata::expr::{Expr, Path};
use odata::query::{Aggregate, AggregateMethod, ComputeItem, Grouping, Ranking, Step, Transformation};

use super::expression::Scope;
use super::related::Related;
use super::shape::{Relation, Shape};
use super::{QueryFailure, search, sort_keys, sorted};

/// Applies transformations to rows that began as those of `entity`.
pub(super) struct Applying<'a> {
    pub(super) related: Related<'a>,
    pub(super) entity: &'a EntityType,
}

impl Applying<'_> {
    pub(super) fn all(&self, relation: Relation, steps: &[Step]) -> Result<Relation, QueryFailure> {
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
            Transformation::OrderBy(items) => {
                let mut items = items.clone();
                let exprs = items.iter_mut().map(|item| &mut item.expr);
                let relation = self.related.join(relation, self.entity, exprs)?;
                let keys = sort_keys(&self.scope(&relation), &items)?;
                sorted(relation, keys)
            }
            Transformation::Top(rows) => relation.with(|plan| plan.limit(0, Some(size(*rows)))),
            Transformation::Skip(rows) => relation.with(|plan| plan.limit(size(*rows), None)),
            Transformation::Aggregate(items) => self.aggregate(relation, &[], items, None),
            Transformation::GroupBy(paths, steps) => self.group_by(relation, paths, steps),
            Transformation::Ranked(ranking, bound, by) => self.ranked(relation, *ranking, bound, by),
            Transformation::Concat(sequences) => self.concat(&relation, sequences),
            Transformation::GroupByRollup(groupings, steps) => {
                let level = |paths| {
                    vec![Step { kind: Transformation::GroupBy(paths, steps.clone()), span: step.span }]
                };
                let levels: Vec<_> = levels(groupings).into_iter().map(level).collect();
                self.concat(&relation, &levels)
            }
            other => {
                let message = format!("{} is not available", word(other));
                Err(QueryFailure::not_offered(message, step.span))
            }
        }
    }

    fn scope<'r>(&'r self, relation: &'r Relation) -> Scope<'r> {
        Scope::of(self.related.model, relation, self.related.now)
    }

    pub(super) fn filter(&self, relation: Relation, expr: &Expr) -> Result<Relation, QueryFailure> {
        let mut expr = expr.clone();
        let relation = self.related.join(relation, self.entity, [&mut expr])?;
        let condition = self.scope(&relation).condition(&expr)?;
        relation.with(|plan| plan.filter(condition))
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
            let shape = Shape { name: item.name.clone(), ty: scope.ty(&item.expr), nullable: true };
            let value = scope.value(&item.expr)?;
            relation = relation.and(vec![(value, shape)])?;
        }
        Ok(relation)
    }

    fn group_by(
        &self,
        mut relation: Relation,
        paths: &[Path],
        steps: &[Step],
    ) -> Result<Relation, QueryFailure> {
        let mut groups = Vec::new();
        for path in paths {
            let name = match path.segments.as_slice() {
                [name] => name.clone(),
                segments => {
                    let joined = self.related.single(relation, self.entity, segments, path.span)?;
                    relation = joined.0;
                    joined.1
                }
            };
            if relation.shape(&name).is_none() {
                let message = format!("groupby: {path} is not available in this place");
                return Err(QueryFailure::not_offered(message, path.span));
            }
            groups.push(name);
        }
        let (aggregates, before) = match steps {
            [] => (&[][..], &[][..]),
            [before @ .., Step { kind: Transformation::Aggregate(items), .. }] => (items.as_slice(), before),
            [.., last] => {
                let message = "Inside groupby the last transformation must be aggregate".to_owned();
                return Err(QueryFailure::not_offered(message, last.span));
            }
        };
        let mut condition: Option<EngineExpr> = None;
        for step in before {
            match &step.kind {
                Transformation::Identity => {}
                Transformation::Compute(items) => relation = self.compute(relation, items)?,
                Transformation::Filter(expr) => {
                    let mut expr = expr.clone();
                    relation = self.related.join(relation, self.entity, [&mut expr])?;
                    let next = self.scope(&relation).condition(&expr)?;
                    condition = Some(condition.map_or(next.clone(), |before| before.and(next)));
                }
                other => {
                    let message = format!("{} inside groupby is not available", word(other));
                    return Err(QueryFailure::not_offered(message, step.span));
                }
            }
        }
        self.aggregate(relation, &groups, aggregates, condition.as_ref())
    }

    /// Groups of which the rows that satisfy `only` are aggregated; groups without such rows stay.
    fn aggregate(
        &self,
        relation: Relation,
        groups: &[String],
        items: &[Aggregate],
        only: Option<&EngineExpr>,
    ) -> Result<Relation, QueryFailure> {
        let mut items = items.to_vec();
        let exprs = items.iter_mut().filter_map(|item| item.expr.as_mut());
        let relation = self.related.join(relation, self.entity, exprs)?;
        let scope = self.scope(&relation);
        let mut shapes: Vec<_> = groups.iter().filter_map(|name| relation.shape(name).cloned()).collect();
        let mut values = Vec::new();
        for item in &items {
            let (value, shape) = aggregated(&scope, item)?;
            let value = match only {
                Some(condition) => value.filter(condition.clone()).build()?,
                None => value,
            };
            values.push(value.alias(item.name.as_str()));
            shapes.push(shape);
        }
        let groups: Vec<_> = groups.iter().map(|name| ident(name.as_str())).collect();
        if values.is_empty() {
            let plan = relation.plan.project(groups)?.distinct()?;
            return sorted(Relation { plan, shapes }, Vec::new());
        }
        let plan = relation.plan.aggregate(groups, values)?;
        let exprs: Vec<_> = shapes.iter().map(|shape| ident(shape.name.as_str())).collect();
        sorted(Relation { plan: plan.project(exprs)?, shapes }, Vec::new())
    }

    /// `topcount(2,amount)`: the rows with the greatest or least values, until count, sum or percentage is reached.
    fn ranked(
        &self,
        relation: Relation,
        ranking: Ranking,
        bound: &Expr,
        by: &Expr,
    ) -> Result<Relation, QueryFailure> {
        let names: Vec<_> = relation.shapes.iter().map(|shape| shape.name.clone()).collect();
        let mut by = by.clone();
        let relation = self.related.join(relation, self.entity, [&mut by])?;
        let scope = self.scope(&relation);
        let at_bound = bound.span;
        let (bound, by) = (scope.value(bound)?, scope.value(&by)?);
        let is_top = matches!(ranking, Ranking::TopCount | Ranking::TopSum | Ranking::TopPercent);
        let mut order = vec![by.clone().sort(!is_top, !is_top)];
        order.extend(names.iter().map(|name| ident(name.as_str()).sort(true, true)));
        let window = |frame: WindowFrame, order| {
            let sum =
                WindowFunction::new(WindowFunctionDefinition::AggregateUDF(sum_udaf()), vec![by.clone()]);
            EngineExpr::from(sum).order_by(order).window_frame(frame).build()
        };
        let value = by.clone();
        let before = window(WindowFrame::new(Some(true)), order.clone())?;
        let total = window(WindowFrame::new(None), Vec::new())?;
        let is_count = matches!(ranking, Ranking::TopCount | Ranking::BottomCount);
        if is_count {
            let rows = whole(&bound).ok_or_else(|| {
                QueryFailure::not_offered("Write the count as a whole number".to_owned(), at_bound)
            })?;
            let relation = relation.with(|plan| plan.sort(order)?.limit(0, Some(size(rows))))?;
            return relation.only(&names);
        }
        let plan = widened(relation.plan, &relation.shapes, before, "#so_far", &[])?;
        let plan = widened(plan, &relation.shapes, total, "#total", &["#so_far"])?;
        let zero = when(value.clone().is_null(), lit(0_i64)).otherwise(value.clone())?;
        let passed = ident("#so_far") - zero;
        let limit = match ranking {
            Ranking::TopSum | Ranking::BottomSum => bound,
            _ => {
                datafusion::logical_expr::cast(bound, arrow_schema::DataType::Float64) * ident("#total")
                    / lit(100.0)
            }
        };
        let plan = plan.filter(value.is_not_null().and(passed.lt(limit)))?;
        Relation { plan, shapes: relation.shapes }.only(&names)
    }

    fn concat(&self, relation: &Relation, sequences: &[Vec<Step>]) -> Result<Relation, QueryFailure> {
        let parts = sequences.iter().map(|steps| self.all(relation.clone(), steps));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        let mut shapes: Vec<Shape> = Vec::new();
        for shape in parts.iter().flat_map(|part| &part.shapes) {
            if !shapes.iter().any(|known| known.name == shape.name) {
                shapes.push(Shape { nullable: true, ..shape.clone() });
            }
        }
        let mut plan = None;
        for (place, part) in (0_i64..).zip(parts) {
            let exprs = shapes.iter().map(|shape| {
                let ty = super::value::arrow_type(&shape.ty);
                let value = match (part.shape(&shape.name), &ty) {
                    (Some(_), Some(ty)) => {
                        datafusion::logical_expr::cast(ident(shape.name.as_str()), ty.clone())
                    }
                    (Some(_), None) => ident(shape.name.as_str()),
                    (None, ty) => {
                        let null = lit(datafusion::scalar::ScalarValue::Null);
                        let ty = ty.clone().unwrap_or(arrow_schema::DataType::Utf8);
                        datafusion::logical_expr::cast(null, ty)
                    }
                };
                value.alias(shape.name.as_str())
            });
            let exprs: Vec<_> = exprs.chain([lit(place).alias(PLACE)]).collect();
            let next = part.plan.project(exprs)?;
            plan = Some(match plan {
                None => next,
                Some(before) => LogicalPlanBuilder::union(before, next.build()?)?,
            });
        }
        // A union keeps no order: the sequences come one after the other, each in the order of its columns.
        let names = || shapes.iter().map(|shape| ident(shape.name.as_str()));
        let mut order = vec![ident(PLACE).sort(true, true)];
        order.extend(names().map(|name| name.sort(true, true)));
        let plan = plan.ok_or(QueryFailure::Empty)?.sort(order)?.project(names().collect::<Vec<_>>())?;
        Ok(Relation { plan, shapes })
    }
}

/// Which of the sequences of a `concat` a row is from. No property has a slash in its name.
const PLACE: &str = "concat/place";

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

/// The groupings that `rollup` stands for, finest first.
fn levels(groupings: &[Grouping]) -> Vec<Vec<Path>> {
    groupings.iter().fold(vec![Vec::new()], |sets, grouping| {
        let parts: Vec<Vec<Path>> = match grouping {
            Grouping::Path(path) => vec![vec![path.clone()]],
            Grouping::Rollup { with_total, levels } => {
                let least = usize::from(!with_total);
                (least..=levels.len()).rev().map(|length| levels[..length].to_vec()).collect()
            }
        };
        let with =
            |set: &Vec<Path>| parts.iter().map(|part| [set.as_slice(), part].concat()).collect::<Vec<_>>();
        sets.iter().flat_map(with).collect()
    })
}

fn aggregated(scope: &Scope<'_>, item: &Aggregate) -> Result<(EngineExpr, Shape), QueryFailure> {
    let shape = |ty| Shape { name: item.name.clone(), ty, nullable: true };
    let Some(expr) = &item.expr else { return Ok((count(lit(1_i64)), shape(EdmType::Int64))) };
    if !item.from.is_empty() || item.method == AggregateMethod::Count {
        let message = "aggregate with 'from', and counts of collections, are not available".to_owned();
        return Err(QueryFailure::not_offered(message, expr.span));
    }
    let (own, value) = (scope.ty(expr), scope.value(expr)?);
    let whole = own.is_integer();
    Ok(match item.method {
        AggregateMethod::Sum => (sum(value), shape(if whole { EdmType::Int64 } else { own })),
        AggregateMethod::Min => (min(value), shape(own)),
        AggregateMethod::Max => (max(value), shape(own)),
        AggregateMethod::Average => {
            let value = datafusion::logical_expr::cast(value, arrow_schema::DataType::Float64);
            (avg(value), shape(EdmType::Double))
        }
        AggregateMethod::CountDistinct => (count_distinct(value), shape(EdmType::Int64)),
        AggregateMethod::Count => (count(lit(1_i64)), shape(EdmType::Int64)),
    })
}

fn whole(expr: &EngineExpr) -> Option<u64> {
    match expr {
        EngineExpr::Literal(datafusion::scalar::ScalarValue::Int64(Some(number)), _) => {
            u64::try_from(*number).ok()
        }
        _ => None,
    }
}

pub(super) fn size(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX).min(i64::MAX as usize)
}

fn word(step: &Transformation) -> &'static str {
    match step {
        Transformation::Aggregate(_) => "aggregate",
        Transformation::GroupBy(..) => "groupby",
        Transformation::OrderBy(_) => "orderby",
        Transformation::Top(_) => "top",
        Transformation::Skip(_) => "skip",
        Transformation::Search(_) => "search",
        Transformation::Concat(_) => "concat",
        Transformation::Ranked(..) => "topcount and its kin",
        Transformation::Expand(..) => "expand",
        Transformation::Join { .. } => "join",
        Transformation::Nest(_) => "nest",
        _ => "this transformation",
    }
}
