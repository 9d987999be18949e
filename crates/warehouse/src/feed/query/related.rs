//! Paths over navigation properties: related rows are joined first, so that expressions read plain columns.
//!
//! `deviceType/deviceTypeName` becomes a column of that name. `devices/any(d:…)`, `devices/all(…)` and `devices/$count`
//! become a column each, computed by grouping the related rows by what links them.

use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr as EngineExpr, JoinType, LogicalPlanBuilder, ident, lit, when};
use datafusion::prelude::Column;
use odata::edm::{EdmType, EntityType, Model};
use odata::expr::{Expr, ExprKind, Lambda, Literal, Path, Quantifier, Span};

use super::expression::Scope;
use super::shape::{Relation, Shape};
use super::{QueryFailure, Tables};

/// Joins what paths lead to.
#[derive(Clone, Copy)]
pub(super) struct Related<'a> {
    pub(super) model: &'a Model,
    pub(super) tables: &'a dyn Tables,
    pub(super) now: &'a Literal,
}

impl Related<'_> {
    /// Adds to `relation`, whose rows are of `entity`, what `exprs` reads beyond it, and rewrites them to plain columns.
    pub(super) fn join<'e>(
        &self,
        mut relation: Relation,
        entity: &EntityType,
        exprs: impl IntoIterator<Item = &'e mut Expr>,
    ) -> Result<Relation, QueryFailure> {
        for expr in exprs {
            relation = self.join_one(relation, entity, expr)?;
        }
        Ok(relation)
    }

    fn join_one(
        &self,
        relation: Relation,
        entity: &EntityType,
        expr: &mut Expr,
    ) -> Result<Relation, QueryFailure> {
        let span = expr.span;
        match &mut expr.kind {
            ExprKind::Path(path) if path.variable.is_none() && path.segments.len() > 1 => {
                let (relation, name) = self.single(relation, entity, &path.segments.clone(), span)?;
                *path = Path { segments: vec![name], ..path.clone() };
                Ok(relation)
            }
            ExprKind::Lambda(lambda) => {
                let (relation, name) = self.quantified(relation, entity, &lambda.clone(), span)?;
                expr.kind = ExprKind::Path(Path::property(&name, EdmType::Boolean));
                Ok(relation)
            }
            ExprKind::Count(path, condition) => {
                let (path, condition) = (path.clone(), condition.clone());
                let (relation, name) = self.counted(relation, entity, &path, condition.as_deref(), span)?;
                expr.kind = ExprKind::Path(Path::property(&name, EdmType::Int64));
                Ok(relation)
            }
            _ => {
                let mut result = Ok(relation);
                expr.for_each_child_mut(&mut |child| {
                    let done = std::mem::replace(&mut result, Err(QueryFailure::Empty));
                    result = done.and_then(|relation| self.join_one(relation, entity, child));
                });
                result
            }
        }
    }

    /// Joins the property at the end of a path of single relations; gives its column, named as the path.
    pub(super) fn single(
        &self,
        relation: Relation,
        entity: &EntityType,
        segments: &[String],
        span: Span,
    ) -> Result<(Relation, String), QueryFailure> {
        let name = segments.join("/");
        if relation.shape(&name).is_some() {
            return Ok((relation, name));
        }
        // Behind a `join`, a path may begin with the row that was joined.
        let joined = relation.shape(&presence(&segments[0])).map(|shape| shape.ty.clone());
        let (here, entity, path) = match (joined, segments) {
            (Some(EdmType::Entity(ty)), [alias, path @ ..]) if path.len() > 1 => {
                let entity = self.model.find_entity_type(&ty).ok_or(QueryFailure::Empty)?;
                (format!("{alias}/"), entity, path)
            }
            _ => (String::new(), entity, segments),
        };
        let (link, there) = self.link(entity, &path[0], span)?;
        if link.many {
            let message = format!("{} leads to many; use {0}/any(…) or {0}/$count", path[0]);
            return Err(QueryFailure::not_offered(message, span));
        }
        let (target, inner) = self.end(&link, there, &path[1..], span)?;
        let shape = Shape { name: name.clone(), nullable: true, is_hidden: true, ..inner.clone() };
        let columns = vec![(ident(link.there), LINK.to_owned()), (ident(inner.name.as_str()), name.clone())];
        let here = format!("{here}{}", link.here);
        let relation = beside(relation, target.plan, columns, &here, vec![shape], JoinType::Right)?;
        Ok((relation, name))
    }

    /// One row for each row and each of the rows its path leads to, with the property at the end; rows that lead to
    /// none are gone.
    pub(super) fn unfolded(
        &self,
        relation: Relation,
        entity: &EntityType,
        segments: &[String],
        span: Span,
    ) -> Result<(Relation, Shape), QueryFailure> {
        let (link, there) = self.link(entity, &segments[0], span)?;
        let (target, inner) = match &segments[1..] {
            // The rows themselves, to be counted.
            [] => {
                let target = self.tables.relation(link.set)?;
                let inner = target.shape(link.there).cloned().ok_or(QueryFailure::Empty)?;
                (target, inner)
            }
            rest => self.end(&link, there, rest, span)?,
        };
        let name = format!("{}#{}", segments.join("/"), relation.shapes.len());
        let shape = Shape { name: name.clone(), nullable: true, is_hidden: true, ..inner.clone() };
        let columns = vec![(ident(link.there), LINK.to_owned()), (ident(inner.name.as_str()), name)];
        let relation =
            beside(relation, target.plan, columns, link.here, vec![shape.clone()], JoinType::Inner)?;
        Ok((relation, shape))
    }

    /// The rows `link` leads to, and their property at the end of `path`.
    fn end(
        &self,
        link: &Link,
        there: &EntityType,
        path: &[String],
        span: Span,
    ) -> Result<(Relation, Shape), QueryFailure> {
        let target = self.tables.relation(link.set)?;
        let (target, name) = match path {
            [property] => (target, property.clone()),
            _ => self.single(target, there, path, span)?,
        };
        let shape = target.shape(&name).cloned().ok_or_else(|| {
            QueryFailure::not_offered(format!("{} is not available in this place", path.join("/")), span)
        })?;
        Ok((target, shape))
    }

    fn quantified(
        &self,
        relation: Relation,
        entity: &EntityType,
        lambda: &Lambda,
        span: Span,
    ) -> Result<(Relation, String), QueryFailure> {
        let (link, target, there) = self.collection(entity, &lambda.collection, span)?;
        let (target, body) = match &lambda.condition {
            None => (target, lit(true)),
            Some((variable, body)) => {
                let mut body = own_paths(body, Some(variable))?;
                let target = self.join(target, there, [&mut body])?;
                let value = Scope::of(self.model, &target, self.now).value(&body)?;
                (target, value)
            }
        };
        let deciding = match lambda.quantifier {
            Quantifier::Any => body.clone().is_true(),
            Quantifier::All => body.clone().is_false(),
        };
        let tallies = vec![("#decided", deciding), ("#unknown", body.is_null())];
        let (relation, names) = self.tallied(relation, &target, &link, tallies)?;
        let some = |name: &str| ident(name).is_not_null().and(ident(name).gt(lit(0_i64)));
        let decided = lit(lambda.quantifier == Quantifier::Any);
        let undecided = lit(lambda.quantifier == Quantifier::All);
        let unknown = lit(datafusion::scalar::ScalarValue::Boolean(None));
        let value = when(some(&names[0]), decided).when(some(&names[1]), unknown).otherwise(undecided)?;
        with_column(relation, &names, value, EdmType::Boolean)
    }

    fn counted(
        &self,
        relation: Relation,
        entity: &EntityType,
        path: &Path,
        condition: Option<&Expr>,
        span: Span,
    ) -> Result<(Relation, String), QueryFailure> {
        let (link, target, there) = self.collection(entity, path, span)?;
        let (target, body) = match condition {
            None => (target, lit(true)),
            Some(body) => {
                let mut body = own_paths(body, None)?;
                let target = self.join(target, there, [&mut body])?;
                let value = Scope::of(self.model, &target, self.now).condition(&body)?;
                (target, value)
            }
        };
        let (relation, names) = self.tallied(relation, &target, &link, vec![("#counted", body)])?;
        let value =
            when(ident(names[0].as_str()).is_null(), lit(0_i64)).otherwise(ident(names[0].as_str()))?;
        with_column(relation, &names, value, EdmType::Int64)
    }

    fn collection(
        &self,
        entity: &EntityType,
        path: &Path,
        span: Span,
    ) -> Result<(Link, Relation, &EntityType), QueryFailure> {
        let refused = |why: &str| Err(QueryFailure::not_offered(format!("{path}: {why}"), span));
        let (None, [name]) = (&path.variable, path.segments.as_slice()) else {
            return refused("only collections of the entity itself are available here");
        };
        let (link, there) = self.link(entity, name, span)?;
        if !link.many {
            return refused("it leads to one, not to many");
        }
        Ok((link, self.tables.relation(link.set)?, there))
    }

    /// How many related rows satisfy each condition, as columns of names that are free in `relation`.
    fn tallied(
        &self,
        relation: Relation,
        target: &Relation,
        link: &Link,
        tallies: Vec<(&str, EngineExpr)>,
    ) -> Result<(Relation, Vec<String>), QueryFailure> {
        let number = relation.shapes.len();
        let names: Vec<_> = tallies.iter().map(|(name, _)| format!("{name}{number}")).collect();
        let counts = tallies.into_iter().zip(&names).map(|((_, condition), name)| {
            let counted = when(condition, lit(1_i64)).end()?;
            Ok(count(counted).alias(name.as_str()))
        });
        let counts = counts.collect::<Result<Vec<_>, QueryFailure>>()?;
        let grouped = target.plan.clone().aggregate([ident(link.there)], counts)?;
        let mut columns = vec![(ident(link.there), LINK.to_owned())];
        columns.extend(names.iter().map(|name| (ident(name.as_str()), name.clone())));
        let shapes = names.iter().map(|name| Shape::hidden(name, EdmType::Int64)).collect();
        Ok((beside(relation, grouped, columns, link.here, shapes, JoinType::Right)?, names))
    }

    pub(super) fn link(
        &self,
        entity: &EntityType,
        name: &str,
        span: Span,
    ) -> Result<(Link, &EntityType), QueryFailure> {
        let link = Link::find(self.model, &entity.name, name);
        let found = link.and_then(|link| Some((link, self.model.type_of_set(link.set)?)));
        found.ok_or_else(|| QueryFailure::not_offered(format!("{name} is not available in this place"), span))
    }
}

/// The column that links, under a name of its own.
pub(super) const LINK: &str = "#link";

/// The column that says whether there is a joined row of this name; its type is that of the row.
pub(super) fn presence(alias: &str) -> String {
    format!("{alias}/#")
}

/// The rows as those inside the property `name`, which are of `entity`: columns are called by their path, and hidden.
pub(in crate::feed) fn inside(
    relation: Relation,
    name: &str,
    entity: &str,
) -> Result<Relation, QueryFailure> {
    let path = |shape: &Shape| format!("{name}/{}", shape.name);
    let mut exprs: Vec<_> =
        relation.shapes.iter().map(|shape| ident(shape.name.as_str()).alias(path(shape))).collect();
    let mut shapes: Vec<_> = relation
        .shapes
        .iter()
        .map(|shape| Shape { name: path(shape), is_hidden: true, ..shape.clone() })
        .collect();
    exprs.push(lit(true).alias(presence(name)));
    shapes.push(Shape::hidden(&presence(name), EdmType::Entity(entity.to_owned())));
    Ok(Relation { plan: relation.plan.project(exprs)?, shapes })
}

/// What a navigation property joins.
#[derive(Clone, Copy, Debug)]
pub(in crate::feed) struct Link {
    /// The column of the entity.
    pub(in crate::feed) here: &'static str,
    /// The set it leads to.
    pub(in crate::feed) set: &'static str,
    /// The column there that holds the same value.
    pub(in crate::feed) there: &'static str,
    /// Whether it leads to many.
    pub(in crate::feed) many: bool,
}

impl Link {
    /// The navigation property `name` of the type `entity`, if `model` has it.
    pub(in crate::feed) fn find(model: &Model, entity: &str, name: &str) -> Option<Self> {
        model.find_entity_type(entity)?.find_navigation(name)?;
        let table = ::model::tables().iter().find(|table| table.entity == entity)?;
        let all = ::model::navigations(table, ::model::Version::Extended);
        let found = all.into_iter().find(|navigation| navigation.name == name)?;
        Some(Self { here: found.column, set: found.table.name, there: found.to_column, many: found.many })
    }
}

/// `relation` with `shapes` of the related row beside each row, linked by its column `here`; the related rows are held
/// in memory, those of `relation` stream.
fn beside(
    relation: Relation,
    related: LogicalPlanBuilder,
    columns: Vec<(EngineExpr, String)>,
    here: &str,
    shapes: Vec<Shape>,
    kind: JoinType,
) -> Result<Relation, QueryFailure> {
    let exprs: Vec<_> = columns.into_iter().map(|(expr, name)| expr.alias(name)).collect();
    let related = related.project(exprs)?;
    let (here, there) = (vec![Column::from_name(here)], vec![Column::from_name(LINK)]);
    let plan = related.join(relation.plan.build()?, kind, (there, here), None)?;
    let mut all = relation.shapes;
    all.extend(shapes);
    let exprs: Vec<_> = all.iter().map(|shape| ident(shape.name.as_str())).collect();
    Ok(Relation { plan: plan.project(exprs)?, shapes: all })
}

fn with_column(
    relation: Relation,
    helpers: &[String],
    value: EngineExpr,
    ty: EdmType,
) -> Result<(Relation, String), QueryFailure> {
    let name = format!("{}=", helpers[0]);
    let shape = Shape::hidden(&name, ty);
    Ok((relation.and(vec![(value, shape)])?, name))
}

/// The condition with the paths of the items as paths of their own; nothing else may be read.
fn own_paths(body: &Expr, variable: Option<&str>) -> Result<Expr, QueryFailure> {
    let mut body = body.clone();
    let mut failure = None;
    rewrite(&mut body, variable, &mut failure);
    failure.map_or(Ok(body), Err)
}

fn rewrite(expr: &mut Expr, variable: Option<&str>, failure: &mut Option<QueryFailure>) {
    let span = expr.span;
    let own = |path: &mut Path, failure: &mut Option<QueryFailure>| {
        if path.variable.as_deref() == variable {
            path.variable = None;
        } else if path.variable.is_none() || path.variable.as_deref() == Some("$it") {
            let message = format!("{path}: inside a condition on a collection only its items can be read");
            *failure = Some(QueryFailure::not_offered(message, span));
        }
    };
    match &mut expr.kind {
        ExprKind::Path(path) | ExprKind::Count(path, _) => own(path, failure),
        ExprKind::Lambda(lambda) => own(&mut lambda.collection, failure),
        _ => {}
    }
    // The condition of a filtered count reads its own items.
    if !matches!(expr.kind, ExprKind::Count(..)) {
        expr.for_each_child_mut(&mut |child| {
            // Inner variables stay: they are resolved with their own collection.
            rewrite_inner(child, variable, failure);
        });
    }
}

fn rewrite_inner(expr: &mut Expr, variable: Option<&str>, failure: &mut Option<QueryFailure>) {
    rewrite(expr, variable, failure);
}
