//! Names in expressions: which property a path means, in metadata spelling and with its type.
//!
//! It reads names off a model; the grammar around them is in [`super::parse`].

use crate::edm::{EdmType, Members, Model};
use crate::error::{QueryError, code, did_you_mean};
use crate::query::Context;

/// Something that has properties, or a value that has none.
#[derive(Debug, Clone)]
pub(crate) enum Place<'c> {
    Structured(EdmType, Members<'c>),
    Value(EdmType),
}

impl Place<'_> {
    pub(crate) fn ty(&self) -> &EdmType {
        match self {
            Place::Structured(ty, _) | Place::Value(ty) => ty,
        }
    }
}

/// What names mean at one place of an expression.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'c> {
    pub(crate) context: &'c Context<'c>,
    /// What a path without a variable starts at.
    pub(crate) root: Place<'c>,
    /// The root is what the options apply to, not an item inside `$count($filter=…)`.
    pub(crate) at_root: bool,
    /// Paths may go on through collections, as in `aggregate(orders/amount with sum as total)`.
    pub(crate) through_collections: bool,
    /// Lambda variables, innermost last.
    pub(crate) variables: Vec<(String, EdmType)>,
}

impl<'c> Scope<'c> {
    pub(crate) fn of(context: &'c Context<'c>) -> Self {
        let root = context.place(&context.ty);
        Self { context, root, at_root: true, through_collections: false, variables: Vec::new() }
    }

    pub(crate) fn model(&self) -> &'c Model {
        self.context.model
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&EdmType> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, ty)| ty)
    }

    /// The place a value of `ty` is.
    pub(crate) fn place(&self, ty: &EdmType) -> Place<'c> {
        self.context.place(ty)
    }

    /// The property or navigation property `name` at `place`: metadata spelling and type.
    pub(crate) fn member(
        &self,
        place: &Place<'c>,
        at_root: bool,
        name: &str,
        position: usize,
    ) -> Result<(String, EdmType), QueryError> {
        let nothing = Members::default();
        let (owner, members) = match place {
            Place::Structured(_, members) => (members.name, members),
            Place::Value(ty) if !at_root || self.context.computed.is_empty() => {
                let message = format!("There is nothing after '/': the part before it is {}.", ty.plain());
                let nothing_here = || format!("'{name}' is no property: this is {}; write $it.", ty.plain());
                let message = if at_root || position == 0 { nothing_here() } else { message };
                return Err(QueryError::bad(code::UNKNOWN_PROPERTY, message).at(position));
            }
            Place::Value(_) => ("value", &nothing),
        };
        let computed: &[(String, EdmType)] = if at_root { &self.context.computed } else { &[] };
        let known = || {
            let structural = members.properties.iter().map(|p| (p.name.as_str(), p.ty.clone()));
            let related = members.navigation.iter().map(|n| (n.name.as_str(), n.ty()));
            let made = computed.iter().rev().map(|(name, ty)| (name.as_str(), ty.clone()));
            made.chain(structural).chain(related)
        };
        let exact = known().find(|(known, _)| *known == name);
        let found = exact.or_else(|| {
            let ignore_case = self.context.ignore_case;
            known().find(|(known, _)| ignore_case && known.to_lowercase() == name.to_lowercase())
        });
        found.map(|(name, ty)| (name.to_owned(), ty)).ok_or_else(|| {
            let hint = did_you_mean(name, known().map(|(name, _)| name));
            let message = format!("'{owner}' has no property '{name}'.{hint}");
            QueryError::bad(code::UNKNOWN_PROPERTY, message).at(position)
        })
    }

    /// A type derived from `from` without its namespace (4.01), unless a property has the name.
    pub(crate) fn is_unqualified_type(&self, from: &EdmType, name: &str) -> bool {
        let own = match from {
            EdmType::Collection(item) => &**item,
            single => single,
        };
        let (EdmType::Entity(base) | EdmType::Complex(base)) = own else { return false };
        let is_member = self
            .model()
            .members_of(own)
            .is_some_and(|all| all.find(name).is_some() || all.find_navigation(name).is_some());
        name != base && !is_member && self.model().is_kind_of(name, base)
    }

    /// The type a path of type `from` has after the segment `name`: `Ok(None)` if that changes nothing.
    ///
    /// # Errors
    /// 400 for a name that is no type, or a type that `from` cannot be.
    pub(crate) fn cast(
        &self,
        from: &EdmType,
        name: &str,
        position: usize,
    ) -> Result<Option<EdmType>, QueryError> {
        cast(self.model(), from, name).map_err(|error| error.at(position))
    }
}

/// As [`Scope::cast`], without a place.
pub(crate) fn cast(model: &Model, from: &EdmType, name: &str) -> Result<Option<EdmType>, QueryError> {
    let bad = |message: String| QueryError::bad(code::INVALID_VALUE, message);
    let (own, is_many) = match from {
        EdmType::Collection(item) => (&**item, true),
        single => (single, false),
    };
    if own.qualified(&model.namespace) == name {
        return Ok(None);
    }
    let wanted = model.named_type(name).or_else(|| model.named_type(&model.qualified(name)));
    let Some(wanted) = wanted else {
        let structured = model.entity_types.iter().map(|ty| ty.name.as_str());
        let structured = structured.chain(model.complex_types.iter().map(|ty| ty.name.as_str()));
        let hint = did_you_mean(model.unqualified(name), structured);
        return Err(bad(format!("There is no type '{name}'.{hint}")));
    };
    match (own, &wanted) {
        (EdmType::Entity(own), EdmType::Entity(wanted))
        | (EdmType::Complex(own), EdmType::Complex(wanted)) => {
            if model.is_kind_of(own, wanted) {
                return Ok(None);
            }
            if !model.is_kind_of(wanted, own) {
                return Err(bad(format!("'{wanted}' is not derived from '{own}', so nothing here is one.")));
            }
        }
        _ => return Err(bad(format!("'{name}' is not derived from {}.", own.plain()))),
    }
    Ok(Some(if is_many { EdmType::collection_of(wanted) } else { wanted }))
}
