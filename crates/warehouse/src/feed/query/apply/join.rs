//! `join(devices as device,…)` and `outerjoin`: one row for each row and each of what is related to it.
//!
//! The transformations behind the path are applied to what is related to each row on its own. A column of the related
//! row is called as its path, such as `device/deviceName`.

use datafusion::common::NullEquality;
use datafusion::logical_expr::{JoinType, LogicalPlanBuilder, ident, lit};
use datafusion::prelude::Column;
use odata::edm::{EdmType, EntityType};
use odata::expr::Path;
use odata::query::{Grouping, Step, Transformation};

use super::{Applying, ORDER, QueryFailure, Relation, Shape, Within};
use crate::feed::query::related::{LINK, Link, presence};

impl Applying<'_> {
    pub(super) fn join(
        &self,
        relation: Relation,
        (path, name): (&Path, &str),
        steps: &[Step],
        is_outer: bool,
    ) -> Result<Relation, QueryFailure> {
        let [navigation] = path.segments.as_slice() else {
            let message = format!("join along {path} is not available; name one navigation property");
            return Err(QueryFailure::not_offered(message, path.span));
        };
        let (link, there) = self.related.link(self.entity, navigation, path.span)?;
        if relation.shape(link.here).is_none() {
            let message = format!("join: {path} is not available in this place");
            return Err(QueryFailure::not_offered(message, path.span));
        }
        let (related, shapes) = self.each(&relation, &link, there, name, steps)?;
        let kind = if is_outer { JoinType::Right } else { JoinType::Inner };
        let on = (vec![Column::from_name(LINK)], vec![Column::from_name(link.here)]);
        let plan = relation.plan.build()?;
        let plan = related.join_detailed(plan, kind, on, None, NullEquality::NullEqualsNull)?;
        let mut all = relation.shapes;
        all.extend(shapes);
        let exprs: Vec<_> = all.iter().map(|shape| ident(shape.name.as_str())).collect();
        let joined = Relation { plan: plan.project(exprs)?, shapes: all };
        if !self.within.is_ordered {
            return Ok(joined);
        }
        let inner_order = format!("{name}/{ORDER}");
        let keys = [ORDER, inner_order.as_str()];
        let keys = keys.iter().filter(|key| joined.shape(key).is_some());
        let mut keys: Vec<_> = keys.map(|key| ident(*key).sort(true, true)).collect();
        // Several rows have the number of the row they come from.
        keys.extend(joined.shapes.iter().map(|shape| ident(shape.name.as_str()).sort(true, true)));
        self.numbered(joined, keys)
    }

    /// What `steps` make of the rows `link` leads to from each row, with columns named as the paths behind `name`.
    fn each(
        &self,
        relation: &Relation,
        link: &Link,
        there: &EntityType,
        name: &str,
        steps: &[Step],
    ) -> Result<(LogicalPlanBuilder, Vec<Shape>), QueryFailure> {
        // Null leads nowhere, but its row has a collection too: an empty one.
        let target = self.related.tables.relation(link.set)?;
        let target = target.with(|plan| plan.filter(ident(link.there).is_not_null()))?;
        let heads = relation.plan.clone().project([ident(link.here).alias(link.there)])?.distinct()?;
        let parts = vec![link.there.to_owned()];
        let within = Within { parts, heads: Some(heads), is_ordered: !steps.is_empty() };
        let each = Applying { related: self.related, entity: there, within };
        let found = each.all(target, steps)?;
        let (mut exprs, mut shapes) = (vec![ident(link.there).alias(LINK)], Vec::new());
        for shape in found.shapes.iter().filter(|shape| !shape.is_hidden) {
            if shape.name == link.there && !shows(steps, link.there) {
                continue;
            }
            let column = format!("{name}/{}", shape.name);
            exprs.push(ident(shape.name.as_str()).alias(column.as_str()));
            shapes.push(Shape { name: column, nullable: true, ..shape.clone() });
        }
        let is_there = presence(name);
        exprs.push(lit(true).alias(is_there.as_str()));
        shapes.push(Shape::hidden(&is_there, EdmType::Entity(there.name.clone())));
        let inner_order = format!("{name}/{ORDER}");
        if found.shape(ORDER).is_some() {
            exprs.push(ident(ORDER).alias(inner_order.as_str()));
            shapes.push(Shape::hidden(&inner_order, EdmType::Int64));
        }
        Ok((found.plan.project(exprs)?, shapes))
    }
}

/// Whether rows still have their property `name` behind `steps`.
fn shows(steps: &[Step], name: &str) -> bool {
    steps.iter().all(|step| match &step.kind {
        Transformation::Aggregate(_) => false,
        Transformation::GroupBy(paths, _) => paths.iter().any(|path| path.as_property() == Some(name)),
        Transformation::GroupByRollup(groupings, _) => {
            groupings.iter().flat_map(Grouping::paths).any(|path| path.as_property() == Some(name))
        }
        Transformation::Concat(sequences) => sequences.iter().any(|steps| shows(steps, name)),
        _ => true,
    })
}
