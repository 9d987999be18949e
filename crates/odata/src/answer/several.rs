//! `$all` and `$crossjoin`: entities of several sets (URL Conventions §4.15, §4.16).

use super::applicable::{self, Kind};
use super::data::{Answer, Reply};
use super::headers::agree;
use super::route::not_acceptable;
use super::rows::{Item, World};
use super::source::{Entity, Home};
use super::write::address;
use super::{Request, Service};
use crate::edm::{EdmType, EntityType, Navigation};
use crate::error::{QueryError, code};
use crate::expr::{Literal, Path};
use crate::negotiate::{Document, Format, Metadata};
use crate::query::{Context, parse_options};

/// A cross join of more than this many combinations is refused.
const MOST_COMBINATIONS: usize = 100_000;

/// `$all`: the entities of all sets and singletons, perhaps only those of one type.
pub(super) fn all(service: &Service<'_>, request: &Request<'_>, query: &str, ty: Option<&str>) -> Answer {
    applicable::check(query, Kind::Entities)?;
    let declared = EdmType::Entity(ty.unwrap_or_default().to_owned());
    let options = parse_options(query, &Context::of(service.model, &declared))?;
    let agreed = match agree(request, options.format.as_deref(), Document::Data) {
        Ok(agreed) => agreed,
        Err(refusal) => return Ok(not_acceptable(request, &refusal)),
    };
    let sets = service.model.entity_sets.iter().flat_map(|set| service.source.entities(&set.name));
    let singletons = service.model.singletons.iter().filter_map(|one| service.source.singleton(&one.name));
    let is_wanted = |entity: &Entity| ty.is_none_or(|ty| service.model.is_kind_of(&entity.ty, ty));
    let items = sets.chain(singletons).filter(is_wanted).map(Item::Entity).collect();
    let name = ty.map_or_else(|| "Edm.EntityType".to_owned(), |ty| service.model.qualified(ty));
    let request = &Request { query, ..request.clone() };
    let context = format!("{}$metadata#Collection({name})", service.root);
    Reply::new(service, request, &options, agreed, context).items(items, &declared)
}

/// `$crossjoin(A,B)`: every combination of their entities (URL Conventions §4.15).
pub(super) fn cross_join(
    service: &Service<'_>,
    request: &Request<'_>,
    query: &str,
    sets: &[String],
) -> Answer {
    applicable::check(query, Kind::Entities)?;
    let mut joined = EntityType::new("$crossjoin");
    for set in sets {
        let ty = service
            .model
            .type_of_set(set)
            .ok_or_else(|| QueryError::not_found("There is no such collection."))?;
        joined = joined.navigation(Navigation::one(set, &ty.name));
    }
    let declared = EdmType::Entity(joined.name.clone());
    let model = service.model.clone().entity_type(joined);
    let mut options = parse_options(query, &Context::of(&model, &declared))?;
    let agreed = match agree(request, options.format.as_deref(), Document::Data) {
        Ok(agreed) => agreed,
        Err(refusal) => return Ok(not_acceptable(request, &refusal)),
    };
    let items = combinations(World::of(service, request), sets)?;
    // The entities themselves are only there when they are expanded.
    if options.apply.is_empty() {
        let has_links = !matches!(agreed.format, Format::Json { metadata: Metadata::None, .. });
        let links =
            sets.iter().filter(|_| has_links).map(|set| Path::property(&link_name(set), EdmType::String));
        options.select = Some(links.collect());
    }
    let request = &Request { query, ..request.clone() };
    let context = format!("{}$metadata#Collection(Edm.ComplexType)", service.root);
    Reply::new(service, request, &options, agreed, context).items(items, &declared)
}

fn link_name(set: &str) -> String {
    format!("{set}@odata.navigationLink")
}

fn combinations(world: World<'_>, sets: &[String]) -> Result<Vec<Item>, QueryError> {
    let mut rows: Vec<Vec<(String, Literal)>> = vec![Vec::new()];
    for set in sets {
        let entities = world.source.entities(set);
        if rows.len().saturating_mul(entities.len()) > MOST_COMBINATIONS {
            let message = format!("More than {MOST_COMBINATIONS} combinations; join fewer collections.");
            return Err(QueryError::bad(code::LIMIT_EXCEEDED, message));
        }
        let values: Vec<(Literal, String)> = entities
            .into_iter()
            .map(|entity| {
                (Literal::Record(entity.values.clone()), address(&entity, world).unwrap_or_default())
            })
            .collect();
        rows = rows
            .into_iter()
            .flat_map(|row| {
                values.iter().map(move |(value, link)| {
                    let mut row = row.clone();
                    row.push((set.clone(), value.clone()));
                    row.push((link_name(set), Literal::String(link.clone())));
                    row
                })
            })
            .collect();
    }
    Ok(rows.into_iter().map(|values| Item::Entity(Entity::new("", Home::Nowhere, values))).collect())
}
