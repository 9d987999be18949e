//! `topcount(2,amount)` and its kin: the rows with the greatest or least values, until their number, their sum or a
//! share of the sum is reached. Null counts as nothing and comes last.

use arrow_schema::DataType;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::expr::{WindowFunction, WindowFunctionDefinition};
use datafusion::logical_expr::{
    Expr as EngineExpr, ExprFunctionExt as _, SortExpr, WindowFrame, cast, ident, lit, when,
};
use datafusion::scalar::ScalarValue;
use odata::expr::Expr;
use odata::query::Ranking;

use super::{Applying, QueryFailure, Relation, ties, widened};

impl Applying<'_> {
    pub(super) fn ranked(
        &self,
        relation: Relation,
        ranking: Ranking,
        bound: &Expr,
        by: &Expr,
    ) -> Result<Relation, QueryFailure> {
        let names: Vec<_> = relation.shapes.iter().map(|shape| shape.name.clone()).collect();
        let (mut by, place) = (by.clone(), bound.span);
        let relation = self.related.join(relation, self.entity, [&mut by])?;
        let scope = self.scope(&relation);
        let (bound, by) = (scope.value(bound)?, scope.value(&by)?);
        let is_top = matches!(ranking, Ranking::TopCount | Ranking::TopSum | Ranking::TopPercent);
        let order = by.clone().sort(!is_top, false);
        let found = if matches!(ranking, Ranking::TopCount | Ranking::BottomCount) {
            let rows = whole(&bound).ok_or_else(|| {
                QueryFailure::not_offered("Write the count as a whole number".to_owned(), place)
            })?;
            self.first(relation, order, rows)?
        } else {
            let is_sum = matches!(ranking, Ranking::TopSum | Ranking::BottomSum);
            self.until(relation, order, by, |total| {
                if is_sum { bound } else { cast(bound, DataType::Float64) * total / lit(100.0) }
            })?
        };
        let mut names = names;
        if found.shape(super::ORDER).is_some() && !names.iter().any(|name| name == super::ORDER) {
            names.push(super::ORDER.to_owned());
        }
        found.only(&names)
    }

    /// The first `rows` in this order.
    fn first(&self, relation: Relation, order: SortExpr, rows: u64) -> Result<Relation, QueryFailure> {
        if self.within.is_ordered {
            let relation = self.numbered(relation, vec![order])?;
            return self.slice(relation, 0, Some(rows));
        }
        let mut keys = vec![order];
        keys.extend(ties(&relation));
        super::super::part(relation.with(|plan| plan.sort(keys))?, 0, Some(rows))
    }

    /// The rows in this order until `by` adds up to what `limit` makes of its total.
    fn until(
        &self,
        relation: Relation,
        order: SortExpr,
        by: EngineExpr,
        limit: impl FnOnce(EngineExpr) -> EngineExpr,
    ) -> Result<Relation, QueryFailure> {
        let relation =
            if self.within.is_ordered { self.numbered(relation, vec![order.clone()])? } else { relation };
        let mut keys = vec![order];
        keys.extend(ties(&relation));
        let window = |frame: WindowFrame, keys: Vec<SortExpr>| {
            let sum =
                WindowFunction::new(WindowFunctionDefinition::AggregateUDF(sum_udaf()), vec![by.clone()]);
            EngineExpr::from(sum).partition_by(self.parts()).order_by(keys).window_frame(frame).build()
        };
        let so_far = window(WindowFrame::new(Some(true)), keys)?;
        let total = window(WindowFrame::new(None), Vec::new())?;
        let plan = widened(relation.plan, &relation.shapes, so_far, "#so_far", &[])?;
        let plan = widened(plan, &relation.shapes, total, "#total", &["#so_far"])?;
        let zero = when(by.clone().is_null(), lit(0_i64)).otherwise(by.clone())?;
        let passed = ident("#so_far") - zero;
        let plan = plan.filter(by.is_not_null().and(passed.lt(limit(ident("#total")))))?;
        Ok(Relation { plan, shapes: relation.shapes })
    }
}

fn whole(expr: &EngineExpr) -> Option<u64> {
    match expr {
        EngineExpr::Literal(ScalarValue::Int64(Some(number)), _) => u64::try_from(*number).ok(),
        _ => None,
    }
}
