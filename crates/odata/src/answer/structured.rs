//! Navigation properties inside structured values, expanded where they stand (Protocol §11.2.5.2).

use super::source::Entity;
use super::value;
use super::write::{Object, Writer};
use crate::edm::{EdmType, Model};
use crate::error::QueryError;
use crate::expr::Literal;
use crate::query::{ExpandItem, Options, SystemOption};

type Members = [(String, Literal)];

/// An expansion that leads into a structured value.
#[derive(Clone, Copy)]
pub(super) struct Inner<'o> {
    /// What is left of its path from that value on.
    rest: &'o [String],
    item: &'o ExpandItem,
}

/// A structured value and what `$select` leaves of it.
#[derive(Clone, Copy)]
pub(super) struct Structured<'v> {
    /// From its entity: `address/place`.
    pub(super) path: &'v str,
    pub(super) ty: &'v EdmType,
    pub(super) all: &'v Members,
    pub(super) chosen: &'v Members,
}

/// Those that lead into this property of the entity.
pub(super) fn inside<'o>(
    options: &'o Options,
    property: &str,
    entity: &Entity,
    model: &Model,
) -> Vec<Inner<'o>> {
    let is_kind = |ty: &String| model.is_kind_of(&entity.ty, model.unqualified(ty));
    let inner = options.expand.iter().filter_map(|item| {
        let first = item.path.segments.iter().position(|segment| !segment.contains('.'))?;
        let (casts, rest) = item.path.segments.split_at(first);
        casts.iter().all(is_kind).then_some(Inner { rest, item })
    });
    inner.filter_map(|inner| inner.step(property)).collect()
}

/// # Errors
/// 501 for expansions in items of a collection, after a type cast, and of a structured value without its entity.
pub(super) fn check(options: &Options, ty: &EdmType, model: &Model) -> Result<(), QueryError> {
    let refusal =
        |message: String| Err(QueryError::not_implemented(message).in_option(SystemOption::Expand.name()));
    let is_without_entity = matches!(item_of(ty), EdmType::Complex(_));
    for item in &options.expand {
        if is_without_entity {
            return refusal(format!("Expand '{}' on the entity the value belongs to.", item.path));
        }
        let first = item.path.segments.iter().position(|segment| !segment.contains('.'));
        let (casts, names) = item.path.segments.split_at(first.unwrap_or_default());
        let own = casts.last().map(|ty| EdmType::Entity(model.unqualified(ty).to_owned()));
        let mut place = own.unwrap_or_else(|| item_of(ty).clone());
        let last = names.iter().rposition(|segment| !segment.contains('.')).unwrap_or_default();
        for name in &names[..last] {
            let known = model.members_of(&place).unwrap_or_default();
            place = match known.find(name).map(|property| &property.ty) {
                Some(EdmType::Collection(_)) => {
                    return refusal(format!(
                        "'{}' lies in a collection; that is not expanded here.",
                        item.path
                    ));
                }
                None if name.contains('.') => {
                    return refusal(format!("'{}' has a type inside; leave '{name}' out.", item.path));
                }
                Some(ty) => ty.clone(),
                None => break,
            };
        }
        check(&item.options, &item.path.ty, model)?;
    }
    Ok(())
}

fn item_of(ty: &EdmType) -> &EdmType {
    match ty {
        EdmType::Collection(item) => item,
        single => single,
    }
}

impl Inner<'_> {
    /// One step on, if that is into this member.
    fn step(self, member: &str) -> Option<Self> {
        match self.rest {
            [first, rest @ ..] if first == member && leads_on(rest) => Some(Self { rest, ..self }),
            _ => None,
        }
    }
}

/// After a navigation property only types follow.
fn leads_on(rest: &[String]) -> bool {
    rest.first().is_some_and(|segment| !segment.contains('.'))
}

impl Writer<'_> {
    /// What is chosen of the value, and what is expanded inside it.
    pub(super) fn structured(
        &self,
        out: &mut Vec<u8>,
        entity: &Entity,
        structured: Structured<'_>,
        inner: &[Inner<'_>],
    ) {
        let model = self.world.model;
        let known = model.members_of(structured.ty).unwrap_or_default();
        let mut object = Object::open(out);
        for (name, value) in structured.all.iter().filter(|(name, _)| !name.starts_with('@')) {
            let deeper: Vec<Inner<'_>> = inner.iter().filter_map(|inner| inner.step(name)).collect();
            let chosen = structured.chosen.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            let is_left_out = chosen.is_none() && deeper.is_empty();
            if is_left_out || (self.style().omits_nulls && value.is_null()) {
                continue;
            }
            let ty = known.find(name).map(|property| &property.ty);
            let out = object.member(name);
            match (value, ty) {
                (Literal::Record(all), Some(ty)) if !deeper.is_empty() => {
                    let chosen: &Members = match chosen {
                        Some(Literal::Record(chosen)) => chosen,
                        _ => &[],
                    };
                    let path = format!("{}/{name}", structured.path);
                    self.structured(out, entity, Structured { path: &path, ty, all, chosen }, &deeper);
                }
                _ => value::write(out, chosen.unwrap_or(value), ty, model, self.style()),
            }
        }
        for Inner { rest, item } in inner {
            let Some((name, casts)) = rest.split_first() else { continue };
            let Some(navigation) = known.find_navigation(name) else { continue };
            let is_kind = |ty: &str, cast: &String| model.is_kind_of(ty, model.unqualified(cast));
            let mut related = self.world.source.related(entity, &format!("{}/{name}", structured.path));
            related.retain(|related| casts.iter().all(|cast| is_kind(&related.ty, cast)));
            self.related(&mut object, navigation, related, item);
        }
        object.close();
    }
}

#[cfg(test)]
mod tests;
