//! What the fast path does not do, as plans of the query engine: `$orderby`, `$apply`, `$compute`, `$search`, and
//! conditions over related rows.
//!
//! Plans are built from `odata`'s typed options, never from text. Their meaning is that of `odata`'s in-memory
//! evaluator, which the tests compare with on random tables and queries. Running them is [`lake::engine`]'s work.

mod apply;
mod expression;
mod order;
mod related;
mod rowwise;
mod search;
mod shape;
mod value;

#[cfg(test)]
mod tests;

use api::{Code, Failure};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{LogicalPlan, ident, lit};
use lake::engine::EngineError;
use odata::edm::{EntityType, Model};
use odata::expr::{ExprKind, Literal, Span};
use odata::query::Options;

use apply::Applying;
pub(super) use order::{Key, Ordered, place_of_last};
use order::{sort_keys, sorted};
use related::Related;
pub(super) use related::{Link, inside};
pub(super) use shape::{Relation, Shape};
pub(super) use value::arrow_type;
pub(crate) use value::literal;

/// The tables of one snapshot, by the name of their set.
pub(super) trait Tables {
    /// All rows of a table, with the columns the model shows.
    fn relation(&self, set: &str) -> Result<Relation, QueryFailure>;
}

/// Why there is no plan, or no end to it.
#[derive(Debug, thiserror::Error)]
pub(super) enum QueryFailure {
    #[error("{message}")]
    NotOffered { message: String, span: Span },
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Catalogue(#[from] lake::SnapshotError),
    #[error("there is nothing to plan")]
    Empty,
}

impl From<DataFusionError> for QueryFailure {
    fn from(error: DataFusionError) -> Self {
        Self::Engine(error.into())
    }
}

impl QueryFailure {
    pub(super) fn not_offered(message: String, span: Span) -> Self {
        Self::NotOffered { message, span }
    }

    /// For the client, about `option`.
    pub(super) fn into_failure(self, option: &str) -> Failure {
        match self {
            Self::NotOffered { message, span } => {
                let failure = Failure::new(Code::NotImplemented, format!("{message}."));
                Failure { position: Some(span.start), ..failure.target(option) }
            }
            Self::Engine(error @ (EngineError::Memory(_) | EngineError::Time(_))) => {
                Failure::new(Code::TooLarge, format!("{error}."))
            }
            Self::Catalogue(error) => super::snapshot_failure(error),
            other => Failure::internal(&other),
        }
    }
}

/// Whether `options` need the engine.
pub(super) fn is_needed(options: &Options) -> bool {
    let reads_related = options.filter.as_ref().is_some_and(reads_related);
    !options.orderby.is_empty()
        || !options.apply.is_empty()
        || !options.compute.is_empty()
        || options.search.is_some()
        || reads_related
}

fn reads_related(expr: &odata::expr::Expr) -> bool {
    let own = match &expr.kind {
        ExprKind::Path(path) => path.as_property().is_none(),
        ExprKind::Lambda(_) | ExprKind::Count(..) => true,
        _ => false,
    };
    let mut found = own;
    expr.for_each_child(&mut |child| found |= reads_related(child));
    found
}

/// What queries are planned with.
#[derive(Clone, Copy)]
pub(super) struct Planner<'a> {
    pub(super) model: &'a Model,
    pub(super) entity: &'a EntityType,
    pub(super) tables: &'a dyn Tables,
    /// The time of the request, for `now()`.
    pub(super) now: &'a Literal,
}

impl Planner<'_> {
    /// The rows `options` ask for, in order, without regard to `$top` and `$skip`; hidden columns are still there.
    pub(super) fn rows(&self, relation: Relation, options: &Options) -> Result<Relation, Failure> {
        let related = Related { model: self.model, tables: self.tables, now: self.now };
        let applying = Applying::new(related, self.entity);
        let about = |option: &'static str| move |failure: QueryFailure| failure.into_failure(option);
        let mut relation = applying.run(relation, &options.apply).map_err(about("$apply"))?;
        if let Some(search) = &options.search {
            let condition = search::condition(search, &relation.shapes);
            relation = relation.with(|plan| plan.filter(condition)).map_err(about("$search"))?;
        }
        relation = applying.compute(relation, &options.compute).map_err(about("$compute"))?;
        if let Some(filter) = &options.filter {
            relation = applying.filter(relation, filter).map_err(about("$filter"))?;
        }
        Ok(relation)
    }
}

/// A part of the rows.
pub(super) fn part(relation: Relation, skip: u64, rows: Option<u64>) -> Result<Relation, QueryFailure> {
    let size = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX).min(i64::MAX as usize);
    relation.with(|plan| plan.limit(size(skip), rows.map(size)))
}

/// How many rows there are, as a plan of one number.
pub(super) fn counted(relation: Relation) -> Result<LogicalPlan, QueryFailure> {
    let all = datafusion::functions_aggregate::expr_fn::count(lit(1_i64)).alias("#rows");
    let plan = relation.plan.aggregate(Vec::<datafusion::logical_expr::Expr>::new(), [all])?;
    Ok(plan.build()?)
}

/// The rows whose `column` has one of `values`.
pub(super) fn linked(
    relation: Relation,
    column: &str,
    values: Vec<datafusion::logical_expr::Expr>,
) -> Result<Relation, QueryFailure> {
    let is_one = ident(column).in_list(values, false);
    relation.with(|plan| plan.filter(is_one))
}
