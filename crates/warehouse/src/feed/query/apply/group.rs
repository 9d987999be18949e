//! `groupby(…)`: each group of rows is a collection, to which the inner transformations are applied.

use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr as EngineExpr, SortExpr, ident, lit};
use odata::edm::EdmType;
use odata::expr::{Path, Span};
use odata::query::{Grouping, Step, Transformation};

use super::aggregate::Rows;
use super::{Applying, ORDER, QueryFailure, Relation, Shape, Within};

/// How many rows a group has, for the steps behind a `groupby` without transformations.
const ROWS: &str = "$count";

impl Applying<'_> {
    pub(super) fn group_by(
        &self,
        relation: Relation,
        paths: &[Path],
        steps: &[Step],
    ) -> Result<Relation, QueryFailure> {
        let (relation, names) = self.grouping(relation, paths)?;
        let mut parts = self.within.parts.clone();
        parts.extend(names.iter().filter(|name| !self.within.parts.contains(name)).cloned());
        let heads: Vec<_> = parts.iter().map(|name| ident(name.as_str())).collect();
        let heads = relation.plan.clone().project(heads)?.distinct()?;
        let groups = self.inside(Within { parts, heads: Some(heads), is_ordered: true });
        let mut found = match steps {
            [] => groups.distinct(relation)?,
            [before @ .., Step { kind: Transformation::Aggregate(items), .. }]
                if before.iter().all(looks_at_rows) =>
            {
                let (relation, condition) = groups.looked_at(relation, before)?;
                groups.aggregate(relation, items, &Rows::Of(condition.as_ref()))?
            }
            steps => groups.all(relation, steps)?,
        };
        for shape in &mut found.shapes {
            shape.is_hidden &= !names.contains(&shape.name);
        }
        let mut keys: Vec<SortExpr> =
            groups.within.parts.iter().map(|name| ident(name.as_str()).sort(true, true)).collect();
        if self.within.is_ordered {
            return self.numbered(found, keys);
        }
        keys.extend(super::ties(&found));
        found.with(|plan| plan.sort(keys))?.without(ORDER)
    }

    /// The columns to group by; those of related rows are joined.
    pub(super) fn grouping(
        &self,
        mut relation: Relation,
        paths: &[Path],
    ) -> Result<(Relation, Vec<String>), QueryFailure> {
        let mut names = Vec::new();
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
            names.push(name);
        }
        Ok((relation, names))
    }

    /// The groups alone.
    fn distinct(&self, relation: Relation) -> Result<Relation, QueryFailure> {
        let mut shapes = self.part_shapes(&relation);
        let plan = relation.plan.aggregate(self.parts(), [count(lit(1_i64)).alias(ROWS)])?;
        shapes.push(Shape::hidden(ROWS, EdmType::Int64));
        Ok(Relation { plan, shapes })
    }

    pub(super) fn part_shapes(&self, relation: &Relation) -> Vec<Shape> {
        self.within.parts.iter().filter_map(|name| relation.shape(name).cloned()).collect()
    }

    /// Steps that look at one row at a time. Conditions are not applied but gathered, so that groups of which no row is
    /// left are still there.
    fn looked_at(
        &self,
        mut relation: Relation,
        steps: &[Step],
    ) -> Result<(Relation, Option<EngineExpr>), QueryFailure> {
        let mut all: Option<EngineExpr> = None;
        for step in steps {
            match &step.kind {
                Transformation::Compute(items) => relation = self.compute(relation, items)?,
                Transformation::Filter(expr) => {
                    let (joined, condition) = self.condition(relation, expr)?;
                    relation = joined;
                    all = Some(match all {
                        Some(before) => before.and(condition),
                        None => condition,
                    });
                }
                _ => {}
            }
        }
        Ok((relation, all))
    }

    /// One grouping for each combination of levels, finest first, one after the other.
    pub(super) fn roll_up(
        &self,
        relation: &Relation,
        groupings: &[Grouping],
        steps: &[Step],
    ) -> Result<Relation, QueryFailure> {
        let group = |paths| Transformation::GroupBy(paths, steps.to_vec());
        let level = |paths| vec![Step { kind: group(paths), span: Span::default() }];
        let levels: Vec<_> = levels(groupings).into_iter().map(level).collect();
        self.concat(relation, &levels)
    }
}

/// Whether the step looks at one row at a time, and leaves the others and their order alone.
pub(super) const fn looks_at_rows(step: &Step) -> bool {
    matches!(step.kind, Transformation::Identity | Transformation::Filter(_) | Transformation::Compute(_))
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
