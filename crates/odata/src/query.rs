//! The query part of a URL as typed options (OData 4.01 URL Conventions §5).
//!
//! [`parse_options`] takes the raw percent-encoded query and a [`Context`]. It resolves names, checks types and
//! enforces [`Limits`]; it does not execute anything.

mod aggregate;
mod apply;
mod context;
pub mod engine;
mod expand;
mod list;
mod nested;
mod read;
pub(crate) mod search;

pub use context::{Context, Limits, SystemOption};
pub(crate) use read::parameters;
pub use search::SearchExpr;

use crate::error::QueryError;
use crate::expr::{Expr, Path, Span};

/// Everything a query asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// The chosen properties in the order given, without doubles; `None` means all (also for `*`).
    pub select: Option<Vec<Path>>,
    /// Options for the items of a chosen collection: `tags($filter=contains($it,'a');$top=2)`.
    pub select_options: Vec<(Path, Options)>,
    /// A checked condition.
    pub filter: Option<Expr>,
    pub orderby: Vec<OrderItem>,
    pub top: Option<u64>,
    pub skip: Option<u64>,
    /// `$count=true`
    pub count: bool,
    pub search: Option<SearchExpr>,
    /// Opaque to this crate.
    pub skiptoken: Option<String>,
    /// Opaque to this crate.
    pub deltatoken: Option<String>,
    /// As given; [`crate::negotiate`] understands it.
    pub format: Option<String>,
    pub schemaversion: Option<String>,
    /// `$index`: each item says its position in the whole collection.
    pub index: bool,
    /// `$id`, for `$entity`.
    pub id: Option<String>,
    pub expand: Vec<ExpandItem>,
    pub compute: Vec<ComputeItem>,
    /// The transformations of `$apply` in order.
    pub apply: Vec<Step>,
    /// Options that belong to the service, as given, in order. Read them with [`Options::custom`].
    pub custom: Vec<(String, String)>,
}

impl Options {
    /// The first custom option with this name in any case (`maxhistorydays`, `MaxHistoryDays`).
    #[must_use]
    pub fn custom(&self, name: &str) -> Option<&str> {
        self.custom
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// One sort key.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderItem {
    pub expr: Expr,
    pub descending: bool,
}

/// One expanded navigation property.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpandItem {
    /// The navigation property, with type `Entity` or `Collection(Entity)`.
    pub path: Path,
    pub kind: ExpandKind,
    /// Nested options, checked against the target type.
    pub options: Box<Options>,
    /// `$levels`; `None` when not given.
    pub levels: Option<Levels>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpandKind {
    /// The related entities themselves.
    Entities,
    /// `/$ref`: only their addresses.
    References,
    /// `/$count`: only how many.
    Count,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Levels {
    Number(u32),
    Max,
}

/// `expression as name`
#[derive(Debug, Clone, PartialEq)]
pub struct ComputeItem {
    pub expr: Expr,
    pub name: String,
}

/// One step of `$apply`. Two steps are equal when they do the same, wherever they stood.
#[derive(Debug, Clone)]
pub struct Step {
    pub kind: Transformation,
    /// From its name to its closing parenthesis.
    pub span: Span,
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What a step does (OData Extension for Data Aggregation 4.0 §3).
#[derive(Debug, Clone, PartialEq)]
pub enum Transformation {
    Aggregate(Vec<Aggregate>),
    Compute(Vec<ComputeItem>),
    Filter(Expr),
    /// Grouping properties, then what is done with each group.
    GroupBy(Vec<Path>, Vec<Step>),
    /// The same with at least one `rollup(…)` among the groupings.
    GroupByRollup(Vec<Grouping>, Vec<Step>),
    /// Related entities at the path, each collection changed by the steps.
    Expand(Path, Vec<Step>),
    /// One row for each item of the collection at `path` (changed by `steps`), with the item as `name`.
    Join {
        path: Path,
        name: String,
        steps: Vec<Step>,
        /// A row with null for an empty collection, instead of none.
        outer: bool,
    },
    /// One row with the results of each sequence as a collection.
    Nest(Vec<(Vec<Step>, String)>),
    OrderBy(Vec<OrderItem>),
    Top(u64),
    Skip(u64),
    Search(SearchExpr),
    /// Results of each sequence, one after the other.
    Concat(Vec<Vec<Step>>),
    /// `topcount(n,expr)` and its kin.
    Ranked(Ranking, Expr, Expr),
    Identity,
}

/// One grouping of `groupby`.
#[derive(Debug, Clone, PartialEq)]
pub enum Grouping {
    Path(Path),
    /// Groups by all levels, then by all but the last, and so on to the first; `with_total` adds a row over all.
    Rollup {
        with_total: bool,
        levels: Vec<Path>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ranking {
    TopCount,
    TopSum,
    TopPercent,
    BottomCount,
    BottomSum,
    BottomPercent,
}

/// `expression with method as name`
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// `None` for `$count` of the rows; with [`AggregateMethod::Count`] otherwise the collection whose items are counted.
    /// A path through collections has the type of one value and means them all.
    pub expr: Option<Expr>,
    pub method: AggregateMethod,
    /// What is done with the results for each of these groups, first to last.
    pub from: Vec<AggregateFrom>,
    pub name: String,
}

/// `from country with average`
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateFrom {
    pub paths: Vec<Path>,
    pub method: AggregateMethod,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateMethod {
    Sum,
    Min,
    Max,
    Average,
    CountDistinct,
    /// `$count`
    Count,
}

/// Reads a raw query string (what follows `?`, still percent-encoded).
///
/// `+` is a space and `%2B` a plus, as form-encoding clients write.
///
/// # Errors
/// One sentence with the option and the place: malformed, unknown, doubled or too large options are 400; options and
/// operators that OData defines and the context does not offer are 501.
pub fn parse_options(raw_query: &str, context: &Context<'_>) -> Result<Options, QueryError> {
    read::options(raw_query, context)
}

#[cfg(test)]
pub(crate) mod tests;
