//! `concat(…)`: the results of several sequences, one after the other, each in its own order.
//!
//! They have the properties of all sequences, null where a sequence has none.

use arrow_schema::DataType;
use datafusion::logical_expr::{Expr as EngineExpr, LogicalPlanBuilder, SortExpr, cast, ident, lit};
use datafusion::scalar::ScalarValue;
use odata::edm::EdmType;
use odata::query::Step;

use super::{Applying, ORDER, QueryFailure, Relation, Shape, Within};

/// Which of the sequences a row is from.
const PLACE: &str = "#place";

impl Applying<'_> {
    pub(super) fn concat(
        &self,
        relation: &Relation,
        sequences: &[Vec<Step>],
    ) -> Result<Relation, QueryFailure> {
        let each = self.inside(Within { is_ordered: true, ..self.within.clone() });
        let found = sequences.iter().map(|steps| each.all(relation.clone(), steps));
        let found = found.collect::<Result<Vec<_>, _>>()?;
        let shapes = together(&found);
        let mut plan: Option<LogicalPlanBuilder> = None;
        for (place, sequence) in (0_i64..).zip(found) {
            let exprs = shapes.iter().map(|shape| value(&sequence, shape).alias(shape.name.as_str()));
            let exprs: Vec<_> = exprs.chain([lit(place).alias(PLACE)]).collect();
            let next = sequence.plan.project(exprs)?;
            plan = Some(match plan {
                None => next,
                Some(before) => LogicalPlanBuilder::union(before, next.build()?)?,
            });
        }
        let order = |names: &[&str]| -> Vec<SortExpr> {
            names.iter().map(|name| ident(*name).sort(true, true)).collect()
        };
        let mut shapes = shapes;
        let place = Shape::hidden(PLACE, EdmType::Int64);
        shapes.push(place);
        let relation = Relation { plan: plan.ok_or(QueryFailure::Empty)?, shapes };
        // A union keeps no order. Rows without a number are in the order of their columns.
        if self.within.is_ordered {
            let ordered = self.renumbered(relation, order(&[PLACE, ORDER]))?;
            return ordered.without(PLACE);
        }
        let mut keys = order(&[PLACE, ORDER]);
        keys.extend(relation.shapes.iter().map(|shape| ident(shape.name.as_str()).sort(true, true)));
        relation.with(|plan| plan.sort(keys))?.without(PLACE)?.without(ORDER)
    }

    /// Numbered anew by `keys`, then by all columns: numbers of different sequences mean nothing to each other.
    fn renumbered(&self, relation: Relation, mut keys: Vec<SortExpr>) -> Result<Relation, QueryFailure> {
        keys.extend(relation.shapes.iter().map(|shape| ident(shape.name.as_str()).sort(true, true)));
        self.numbered(relation, keys)
    }
}

/// The columns of all, and a number for each row.
fn together(found: &[Relation]) -> Vec<Shape> {
    let mut shapes = vec![Shape::hidden(ORDER, EdmType::Int64)];
    for shape in found.iter().flat_map(|sequence| &sequence.shapes) {
        match shapes.iter_mut().find(|known| known.name == shape.name) {
            Some(known) => known.is_hidden &= shape.is_hidden,
            None => shapes.push(Shape { nullable: true, ..shape.clone() }),
        }
    }
    shapes
}

/// The value of a column in `sequence`, in the type it has in all of them.
fn value(sequence: &Relation, shape: &Shape) -> EngineExpr {
    let ty = super::super::value::arrow_type(&shape.ty).unwrap_or(match &shape.ty {
        // Whether there is a joined row.
        EdmType::Entity(_) => DataType::Boolean,
        _ => DataType::Utf8,
    });
    match sequence.shape(&shape.name) {
        // What a sequence keeps to itself is not shown because another shows it.
        Some(own) if own.is_hidden == shape.is_hidden => cast(ident(shape.name.as_str()), ty),
        _ => cast(lit(ScalarValue::Null), ty),
    }
}
