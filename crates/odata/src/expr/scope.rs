//! Names in expressions: which property a path means, in metadata spelling and with its type.
//!
//! It reads names off a model; the grammar around them is in [`super::parse`].

use crate::edm::{EdmType, EntityType, Model, Navigation, Property};
use crate::error::{QueryError, code, did_you_mean};
use crate::query::Context;

/// Something that has properties, or a value that has none.
#[derive(Debug, Clone)]
pub(crate) enum Place<'c> {
    Entity(&'c EntityType),
    Complex(&'c str, &'c [Property]),
    Value(EdmType),
}

/// What names mean at one place of an expression.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'c> {
    pub(crate) context: &'c Context<'c>,
    /// What a path without a variable starts at.
    pub(crate) root: Place<'c>,
    /// Lambda variables, innermost last.
    pub(crate) variables: Vec<(String, EdmType)>,
}

impl<'c> Scope<'c> {
    pub(crate) fn of(context: &'c Context<'c>) -> Self {
        Self { context, root: Place::Entity(context.entity_type), variables: Vec::new() }
    }

    pub(crate) fn model(&self) -> &'c Model {
        self.context.model
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&EdmType> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, ty)| ty)
    }

    /// The place a value of `ty` is.
    pub(crate) fn place(&self, ty: &EdmType) -> Place<'c> {
        match ty {
            EdmType::Entity(name) if *name == self.context.entity_type.name => {
                Place::Entity(self.context.entity_type)
            }
            EdmType::Entity(name) => match self.model().find_entity_type(name) {
                Some(entity) => Place::Entity(entity),
                None => Place::Value(ty.clone()),
            },
            EdmType::Complex(name) => match self.model().find_complex_type(name) {
                Some(complex) => Place::Complex(&complex.name, &complex.properties),
                None => Place::Value(ty.clone()),
            },
            other => Place::Value(other.clone()),
        }
    }

    /// The property or navigation property `name` at `place`: metadata spelling and type.
    pub(crate) fn member(
        &self,
        place: &Place<'c>,
        at_root: bool,
        name: &str,
        position: usize,
    ) -> Result<(String, EdmType), QueryError> {
        let (owner, properties, navigation): (&str, &[Property], &[Navigation]) = match place {
            Place::Entity(entity) => (&entity.name, &entity.properties, &entity.navigation),
            Place::Complex(name, properties) => (name, properties, &[]),
            Place::Value(ty) => {
                let message = format!("There is nothing after '/': the part before it is {}.", ty.plain());
                return Err(QueryError::bad(code::UNKNOWN_PROPERTY, message).at(position));
            }
        };
        let computed: &[(String, EdmType)] = if at_root { &self.context.computed } else { &[] };
        let known = || {
            let structural = properties.iter().map(|p| (p.name.as_str(), p.ty.clone()));
            let related = navigation.iter().map(|n| (n.name.as_str(), navigation_type(n)));
            structural.chain(related).chain(computed.iter().map(|(name, ty)| (name.as_str(), ty.clone())))
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
}

fn navigation_type(navigation: &Navigation) -> EdmType {
    let target = EdmType::Entity(navigation.target.clone());
    if navigation.collection { EdmType::collection_of(target) } else { target }
}
