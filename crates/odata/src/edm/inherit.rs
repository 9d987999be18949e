//! What a type has from its base types, and names of types as URLs write them.

use super::{ComplexType, EdmType, EntityType, Model, Navigation, Operation, OperationImport, OperationKind};
use super::{Property, Singleton};

/// Longer chains of base types are circles.
const MOST_BASES: usize = 32;

/// A structured type with what it declares and inherits, base first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Members<'m> {
    /// Unqualified.
    pub name: &'m str,
    pub properties: Vec<&'m Property>,
    pub navigation: Vec<&'m Navigation>,
}

impl<'m> Members<'m> {
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'m Property> {
        self.properties.iter().copied().find(|property| property.name == name)
    }

    #[must_use]
    pub fn find_navigation(&self, name: &str) -> Option<&'m Navigation> {
        self.navigation.iter().copied().find(|navigation| navigation.name == name)
    }
}

impl Model {
    /// The entity type and its base types, the base of all first.
    #[must_use]
    pub fn lineage<'m>(&'m self, ty: &'m EntityType) -> Vec<&'m EntityType> {
        let base = |ty: &&'m EntityType| self.find_entity_type(self.unqualified(ty.base.as_deref()?));
        let mut all: Vec<&EntityType> = std::iter::successors(Some(ty), base).take(MOST_BASES).collect();
        all.reverse();
        all
    }

    fn complex_lineage<'m>(&'m self, ty: &'m ComplexType) -> Vec<&'m ComplexType> {
        let base = |ty: &&'m ComplexType| self.find_complex_type(self.unqualified(ty.base.as_deref()?));
        let mut all: Vec<&ComplexType> = std::iter::successors(Some(ty), base).take(MOST_BASES).collect();
        all.reverse();
        all
    }

    /// The properties and navigation properties of an entity type, inherited ones first.
    #[must_use]
    pub fn members<'m>(&'m self, ty: &'m EntityType) -> Members<'m> {
        let lineage = self.lineage(ty);
        Members {
            name: &ty.name,
            properties: lineage.iter().flat_map(|ty| &ty.properties).collect(),
            navigation: lineage.iter().flat_map(|ty| &ty.navigation).collect(),
        }
    }

    /// As [`Model::members`], for any structured type (not through collections).
    #[must_use]
    pub fn members_of(&self, ty: &EdmType) -> Option<Members<'_>> {
        match ty {
            EdmType::Entity(name) => self.find_entity_type(name).map(|ty| self.members(ty)),
            EdmType::Complex(name) => self.find_complex_type(name).map(|ty| {
                let lineage = self.complex_lineage(ty);
                Members {
                    name: &ty.name,
                    properties: lineage.iter().flat_map(|ty| &ty.properties).collect(),
                    navigation: lineage.iter().flat_map(|ty| &ty.navigation).collect(),
                }
            }),
            _ => None,
        }
    }

    /// Names of the key properties, which only one type of a lineage declares.
    #[must_use]
    pub fn key_of<'m>(&'m self, ty: &'m EntityType) -> &'m [String] {
        let declared = self.lineage(ty).into_iter().find(|ty| !ty.key.is_empty());
        declared.map(|ty| ty.key.as_slice()).unwrap_or_default()
    }

    /// Entities of the type are media streams.
    #[must_use]
    pub fn has_stream(&self, ty: &EntityType) -> bool {
        self.lineage(ty).iter().any(|ty| ty.has_stream)
    }

    /// `name` is `base` or derived from it; both unqualified names of entity or complex types.
    #[must_use]
    pub fn is_kind_of(&self, name: &str, base: &str) -> bool {
        let entities = || self.find_entity_type(name).map(|ty| self.lineage(ty));
        let complex = || self.find_complex_type(name).map(|ty| self.complex_lineage(ty));
        name == base
            || entities().is_some_and(|all| all.iter().any(|ty| ty.name == base))
            || complex().is_some_and(|all| all.iter().any(|ty| ty.name == base))
    }

    /// The type with this name: `Edm.String`, `Example.device`, `Collection(Example.device)`.
    #[must_use]
    pub fn named_type(&self, name: &str) -> Option<EdmType> {
        if let Some(inner) = name.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')')) {
            return self.named_type(inner).map(EdmType::collection_of);
        }
        let own = self.unqualified(name);
        if own.len() == name.len() {
            return EdmType::primitive(name);
        }
        self.find_entity_type(own)
            .map(|ty| EdmType::Entity(ty.name.clone()))
            .or_else(|| self.find_complex_type(own).map(|ty| EdmType::Complex(ty.name.clone())))
            .or_else(|| self.find_enum_type(own).map(|ty| EdmType::Enum(ty.name.clone())))
    }

    /// All functions or actions with this unqualified name.
    pub fn overloads<'m>(
        &'m self,
        kind: OperationKind,
        name: &'m str,
    ) -> impl Iterator<Item = &'m Operation> + use<'m> {
        self.operations.iter().filter(move |operation| operation.kind == kind && operation.name == name)
    }

    #[must_use]
    pub fn find_singleton(&self, name: &str) -> Option<&Singleton> {
        self.singletons.iter().find(|singleton| singleton.name == name)
    }

    #[must_use]
    pub fn find_import(&self, kind: OperationKind, name: &str) -> Option<&OperationImport> {
        self.imports.iter().find(|import| import.kind == kind && import.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        Model::new("Shop", "Default")
            .entity_type(EntityType::new("product").key("id", EdmType::Guid).plain("name", EdmType::String))
            .entity_type(EntityType::new("special").based_on("product").plain("reason", EdmType::String))
            .complex_type(ComplexType::new("address").property(Property::new("city", EdmType::String)))
            .complex_type(ComplexType::new("villa").based_on("Shop.address"))
    }

    #[test]
    fn derived_types_have_what_their_bases_have() {
        let model = model();
        let special = model.find_entity_type("special").expect("declared");
        let names: Vec<&str> = model.members(special).properties.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["id", "name", "reason"]);
        assert_eq!(model.key_of(special), ["id"]);
        assert!(model.is_kind_of("special", "product") && !model.is_kind_of("product", "special"));
        let villa = model.members_of(&EdmType::Complex("villa".to_owned())).expect("declared");
        assert!(villa.find("city").is_some() && model.is_kind_of("villa", "address"));
    }

    #[test]
    fn a_circle_of_bases_ends() {
        let mut model = model();
        model.entity_types[0].base = Some("special".to_owned());
        assert_eq!(model.members(&model.entity_types[0]).properties.len(), MOST_BASES / 2 * 3);
    }

    #[test]
    fn types_are_found_by_the_names_urls_write() {
        let model = model();
        let cases = [
            ("Edm.Int32", Some(EdmType::Int32)),
            ("Shop.special", Some(EdmType::Entity("special".to_owned()))),
            ("Collection(Shop.villa)", Some(EdmType::collection_of(EdmType::Complex("villa".to_owned())))),
            ("special", None),
            ("Other.special", None),
        ];
        for (name, expected) in cases {
            assert_eq!(model.named_type(name), expected, "{name}");
        }
    }
}
