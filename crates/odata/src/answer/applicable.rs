//! Which system query options may stand in a request, by what it names (URL Conventions §5).
//!
//! An option that OData does not define for a resource is a mistake of the client: 400. One that OData defines and the
//! service does not execute is 501, which [`crate::query::Context::offering`] takes care of.

use crate::edm::{EntitySet, Value};
use crate::error::{QueryError, code};
use crate::percent::decode;
use crate::query::SystemOption;

/// What the options of a request apply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The service document and `$metadata`.
    Document,
    Entities,
    Entity,
    /// A collection of primitive or structured values.
    Values,
    /// One primitive or structured value.
    Value,
    /// `$count`; options that do not change the number are ignored (§11.2.10).
    Count,
    /// `$ref` of a collection, of one entity.
    References,
    Reference,
    /// `$value` and streams.
    Raw,
    /// `$entity`
    Resolved,
}

impl Kind {
    fn options(self) -> &'static [SystemOption] {
        use SystemOption::{
            Apply, Compute, Count, DeltaToken, Expand, Filter, Id, Index, OrderBy, Search, Select, Skip,
            SkipToken, Top,
        };
        match self {
            Kind::Document | Kind::Raw => &[],
            Kind::Entities => &[
                Apply, Compute, Count, DeltaToken, Expand, Filter, Index, OrderBy, Search, Select, Skip,
                SkipToken, Top,
            ],
            Kind::Entity => &[Compute, Expand, Select],
            Kind::Values => {
                &[Apply, Compute, Count, Expand, Filter, Index, OrderBy, Search, Select, Skip, SkipToken, Top]
            }
            Kind::Value => &[Compute, Expand, Select],
            Kind::Count => {
                &[Apply, Compute, Count, Expand, Filter, OrderBy, Search, Select, Skip, SkipToken, Top]
            }
            Kind::References => &[Apply, Compute, Count, Filter, Id, OrderBy, Search, Skip, SkipToken, Top],
            Kind::Reference => &[Id],
            Kind::Resolved => &[Compute, Expand, Id, Select],
        }
    }

    fn plain(self) -> &'static str {
        match self {
            Kind::Document => "this document",
            Kind::Entities => "a collection of entities",
            Kind::Entity | Kind::Resolved => "a single entity",
            Kind::Values => "a collection of values",
            Kind::Value => "a single value",
            Kind::Count => "$count",
            Kind::References | Kind::Reference => "$ref",
            Kind::Raw => "$value",
        }
    }
}

/// # Errors
/// 400 with the first option that does not belong here.
pub(super) fn check(raw_query: &str, kind: Kind) -> Result<(), QueryError> {
    for part in raw_query.split('&').filter(|part| !part.is_empty()) {
        let name = decode(part.split('=').next().unwrap_or_default(), true)?;
        let name = name.trim();
        let Some(option) = SystemOption::named(name) else { continue };
        let is_always = matches!(option, SystemOption::Format | SystemOption::SchemaVersion);
        // Without '$' the short words stay the service's own.
        let is_own = !name.starts_with('$')
            && matches!(option, SystemOption::Id | SystemOption::Index | SystemOption::Levels);
        if is_always || is_own || kind.options().contains(&option) {
            continue;
        }
        let message = match (option, kind) {
            (SystemOption::Index, Kind::Entity | Kind::Resolved) => {
                "The $index query option is not applicable to individual entities; leave it out.".to_owned()
            }
            _ => format!("{} does not apply to {}; leave it out.", option.name(), kind.plain()),
        };
        return Err(QueryError::bad(code::SYNTAX, message).in_option(option.name()));
    }
    Ok(())
}

/// What a set says of itself: the option, the term of the Capabilities vocabulary and its member.
const OFFERS: [(SystemOption, &str, &str); 6] = [
    (SystemOption::Filter, "FilterRestrictions", "Filterable"),
    (SystemOption::OrderBy, "SortRestrictions", "Sortable"),
    (SystemOption::Expand, "ExpandRestrictions", "Expandable"),
    (SystemOption::Count, "CountRestrictions", "Countable"),
    (SystemOption::Search, "SearchRestrictions", "Searchable"),
    (SystemOption::Select, "SelectSupport", "Supported"),
];

/// Holds a set to its own annotations: what it says it does not offer is refused, however well it would work.
///
/// # Errors
/// 400 with the first option the set does not offer; `is_counted` is its `$count` segment.
pub(super) fn check_offered(set: &EntitySet, raw_query: &str, is_counted: bool) -> Result<(), QueryError> {
    let mut given = Vec::new();
    if is_counted {
        given.push(SystemOption::Count);
    }
    for part in raw_query.split('&') {
        let name = decode(part.split('=').next().unwrap_or_default(), true)?;
        given.extend(SystemOption::named(name.trim()));
    }
    match given.into_iter().find(|option| !is_offered(set, *option)) {
        Some(option) => {
            let message = format!("'{}' does not offer {}; leave it out.", set.name, option.name());
            Err(QueryError::bad(code::SYNTAX, message).in_option(option.name()))
        }
        None => Ok(()),
    }
}

fn is_offered(set: &EntitySet, option: SystemOption) -> bool {
    let Some((_, term, name)) = OFFERS.iter().find(|(known, ..)| *known == option) else { return true };
    let term = format!("Org.OData.Capabilities.V1.{term}");
    let mut members =
        set.annotations.iter().filter(|annotation| annotation.term == term).filter_map(|annotation| {
            match &annotation.value {
                Value::Record(members) => Some(members),
                _ => None,
            }
        });
    !members.any(|members| members.iter().any(|(known, value)| known == name && *value == Value::Bool(false)))
}
