//! What a query is read against: the type, the model, the options on offer and the limits.
//!
//! It borrows everything and decides nothing.

use crate::edm::{EdmType, EntityType, Model};
use crate::expr::Path;
use crate::expr::scope::Place;
use crate::path::{DataPath, Root, Segment};

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
    /// What the options apply to: the type of one entity, structured value or primitive value.
    pub ty: EdmType,
    /// The entity type, if `ty` is one.
    pub entity_type: Option<&'a EntityType>,
    /// Options the service executes; others are answered with 501.
    pub offered: Vec<SystemOption>,
    /// Property names match in any case when no exact match exists (4.01 Advanced conformance allows it).
    pub ignore_case: bool,
    pub limits: Limits,
    /// Names made by `$compute` or `$apply`, usable as properties.
    pub computed: Vec<(String, EdmType)>,
    /// After a step of `$apply` that drops properties: those that are left, besides the computed ones.
    pub kept: Option<Vec<Path>>,
    /// Names of options that are arguments of a function in the path, and so nothing else.
    pub parameters: Vec<String>,
}

impl<'a> Context<'a> {
    /// All options, names in any case, default limits.
    #[must_use]
    pub fn new(model: &'a Model, entity_type: &'a EntityType) -> Self {
        let ty = EdmType::Entity(entity_type.name.clone());
        Self { entity_type: Some(entity_type), ..Self::of(model, &ty) }
    }

    /// As [`Context::new`], for the items of a collection of any type, or one value: `$it` is what the path names.
    #[must_use]
    pub fn of(model: &'a Model, ty: &EdmType) -> Self {
        let ty = match ty {
            EdmType::Collection(item) => (**item).clone(),
            single => single.clone(),
        };
        Self {
            model,
            entity_type: match &ty {
                EdmType::Entity(name) => model.find_entity_type(name),
                _ => None,
            },
            ty,
            offered: SystemOption::ALL.to_vec(),
            ignore_case: true,
            limits: Limits::default(),
            computed: Vec::new(),
            kept: None,
            parameters: Vec::new(),
        }
    }

    /// For the query options of a request to `path`.
    #[must_use]
    pub fn for_path(model: &'a Model, path: &DataPath) -> Self {
        let in_segments = path.segments.iter().filter_map(|segment| match segment {
            Segment::Function(call) => Some(call),
            _ => None,
        });
        let root = match &path.root {
            Root::Function(call) => Some(call),
            _ => None,
        };
        let calls = in_segments.chain(root).filter(|call| call.is_implicit);
        let parameters = calls.flat_map(|call| &call.arguments).map(|(name, _)| name.clone()).collect();
        Self { parameters, ..Self::of(model, &path.ty) }
    }

    /// The place a value of `ty` is. An entity type of the caller's own need not be in the model.
    pub(crate) fn place(&self, ty: &EdmType) -> Place<'a> {
        let own = self.entity_type.filter(|_| *ty == self.ty).map(|entity| self.model.members(entity));
        match own.or_else(|| self.model.members_of(ty)) {
            Some(members) => Place::Structured(ty.clone(), members),
            None => Place::Value(ty.clone()),
        }
    }

    /// The same for something related: without the names made here.
    pub(crate) fn inside(&self, ty: &EdmType) -> Self {
        let of = Self::of(self.model, ty);
        Self { ty: of.ty, entity_type: of.entity_type, computed: Vec::new(), kept: None, ..self.clone() }
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
