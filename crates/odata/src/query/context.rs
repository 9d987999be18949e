//! What a query is read against: the type, the model, the options on offer and the limits.
//!
//! It borrows everything and decides nothing.

use crate::edm::{EdmType, EntityType, Model};

/// Read a query against one entity type.
///
/// ```
/// use odata::edm::{EdmType, EntityType, Model};
/// use odata::query::{Context, parse_options};
///
/// let model = Model::new("Example", "Default")
///     .entity_type(EntityType::new("device").key("id", EdmType::Guid).plain("name", EdmType::String));
/// let context = Context::new(&model, &model.entity_types[0]);
/// let options = parse_options("$filter=Name%20eq%20'a'&$top=5", &context)?;
/// assert_eq!(options.top, Some(5));
/// # Ok::<(), odata::QueryError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Context<'a> {
    pub model: &'a Model,
    pub entity_type: &'a EntityType,
    /// Options the service executes; others are answered with 501.
    pub offered: Vec<SystemOption>,
    /// Property names match in any case when no exact match exists (4.01 Advanced conformance allows it).
    pub ignore_case: bool,
    pub limits: Limits,
    /// Names made by `$compute` or `$apply`, usable as properties.
    pub computed: Vec<(String, EdmType)>,
}

impl<'a> Context<'a> {
    /// All options, names in any case, default limits.
    #[must_use]
    pub fn new(model: &'a Model, entity_type: &'a EntityType) -> Self {
        Self {
            model,
            entity_type,
            offered: SystemOption::ALL.to_vec(),
            ignore_case: true,
            limits: Limits::default(),
            computed: Vec::new(),
        }
    }

    /// Offers only these system options; `$format` and `$schemaversion` are always understood.
    #[must_use]
    pub fn offering(mut self, options: &[SystemOption]) -> Self {
        self.offered = options.to_vec();
        self
    }

    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// The most a query may hold. Beyond it the answer is 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the raw query string.
    pub query_bytes: usize,
    /// Nested parentheses, calls, lambdas, expands; also the height of chains of operators.
    pub depth: usize,
    /// `$expand` inside `$expand`, and transformations inside transformations.
    pub nesting: usize,
    /// Nodes of all expressions together.
    pub nodes: usize,
    /// Items of one list: `$select`, `$orderby`, `in (…)`.
    pub list: usize,
    /// Query options of any kind.
    pub options: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { query_bytes: 64 * 1024, depth: 100, nesting: 10, nodes: 5_000, list: 1_000, options: 100 }
    }
}

/// The system query options of OData 4.01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SystemOption {
    Apply,
    Compute,
    Count,
    DeltaToken,
    Expand,
    Filter,
    Format,
    Id,
    Index,
    Levels,
    OrderBy,
    SchemaVersion,
    Search,
    Select,
    Skip,
    SkipToken,
    Top,
}

impl SystemOption {
    /// Every one, by name.
    pub const ALL: [SystemOption; 17] = [
        SystemOption::Apply,
        SystemOption::Compute,
        SystemOption::Count,
        SystemOption::DeltaToken,
        SystemOption::Expand,
        SystemOption::Filter,
        SystemOption::Format,
        SystemOption::Id,
        SystemOption::Index,
        SystemOption::Levels,
        SystemOption::OrderBy,
        SystemOption::SchemaVersion,
        SystemOption::Search,
        SystemOption::Select,
        SystemOption::Skip,
        SystemOption::SkipToken,
        SystemOption::Top,
    ];

    const NAMES: [&'static str; 17] = [
        "$apply",
        "$compute",
        "$count",
        "$deltatoken",
        "$expand",
        "$filter",
        "$format",
        "$id",
        "$index",
        "$levels",
        "$orderby",
        "$schemaversion",
        "$search",
        "$select",
        "$skip",
        "$skiptoken",
        "$top",
    ];

    /// The name with its `$`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The option with this name, in any case, with or without `$` (4.01 §11.2.1).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let bare = name.strip_prefix('$').unwrap_or(name);
        Self::ALL.into_iter().find(|option| option.name()[1..].eq_ignore_ascii_case(bare))
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter()
    }
}
