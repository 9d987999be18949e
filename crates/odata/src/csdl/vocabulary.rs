//! Which standard vocabularies a model uses.
//!
//! Descriptions become `Core.Description`, operations make the schema a `Core.DefaultNamespace` and parameters that may
//! be left out `Core.OptionalParameter`; no other annotation is made up here. Terms are written with their whole names,
//! because some readers do not resolve aliases.

use std::collections::BTreeMap;

use crate::edm::{Annotation, Model, Parameter, Value};

/// Vocabulary namespaces in use, with alias, in order of namespace.
pub(super) struct Vocabularies(BTreeMap<String, String>);

impl Vocabularies {
    pub(super) fn of(model: &Model) -> Self {
        let mut found = Self(BTreeMap::new());
        found.note("Org.OData.Core.V1.Description");
        for list in annotation_lists(model) {
            for annotation in list {
                found.note(&annotation.term);
                found.note_value(&annotation.value);
            }
        }
        found
    }

    fn note(&mut self, qualified: &str) {
        if let Some((namespace, _)) = qualified.rsplit_once('.')
            && let Some(alias) = alias(namespace)
        {
            self.0.entry(namespace.to_owned()).or_insert(alias);
        }
    }

    fn note_value(&mut self, value: &Value) {
        match value {
            Value::Enum(ty, _) => self.note(ty),
            Value::Collection(items) => items.iter().for_each(|item| self.note_value(item)),
            Value::Record(members) => members.iter().for_each(|(_, value)| self.note_value(value)),
            _ => {}
        }
    }

    /// Namespace, alias, and the address of the document.
    pub(super) fn references(&self) -> impl Iterator<Item = (&str, &str, String)> {
        self.0.iter().map(|(namespace, alias)| {
            let address = format!("https://oasis-tcs.github.io/odata-vocabularies/vocabularies/{namespace}");
            (namespace.as_str(), alias.as_str(), address)
        })
    }
}

/// `Core` for `Org.OData.Core.V1`; other namespaces have no alias.
fn alias(namespace: &str) -> Option<String> {
    let name = namespace.strip_prefix("Org.OData.")?.strip_suffix(".V1")?;
    (!name.contains('.')).then(|| name.to_owned())
}

fn annotation_lists(model: &Model) -> impl Iterator<Item = &Vec<Annotation>> {
    let entities = model.entity_types.iter().flat_map(|ty| {
        let navigation = ty.navigation.iter().map(|navigation| &navigation.annotations);
        let properties = ty.properties.iter().map(|property| &property.annotations);
        std::iter::once(&ty.annotations).chain(properties).chain(navigation)
    });
    let complex = model.complex_types.iter().flat_map(|ty| {
        let properties = ty.properties.iter().map(|property| &property.annotations);
        std::iter::once(&ty.annotations).chain(properties)
    });
    let enums = model.enum_types.iter().map(|ty| &ty.annotations);
    let operations = model.operations.iter().map(|operation| &operation.annotations);
    let sets = model.entity_sets.iter().map(|set| &set.annotations);
    let singletons = model.singletons.iter().map(|singleton| &singleton.annotations);
    entities
        .chain(complex)
        .chain(enums)
        .chain(operations)
        .chain(sets)
        .chain(singletons)
        .chain([&model.annotations])
}

/// The description as an annotation before the given ones; nothing for an empty text.
pub(super) fn with_description(doc: &str, annotations: &[Annotation]) -> Vec<Annotation> {
    let mut all = Vec::with_capacity(annotations.len() + 1);
    if !doc.is_empty() {
        all.push(Annotation::core("Description", doc.into()));
    }
    all.extend_from_slice(annotations);
    all
}

/// Annotations of the schema itself: unqualified names of operations mean this one.
pub(super) fn of_schema(model: &Model) -> Vec<Annotation> {
    let has_operations = !model.operations.is_empty();
    has_operations.then(|| Annotation::core("DefaultNamespace", true.into())).into_iter().collect()
}

pub(super) fn of_parameter(parameter: &Parameter) -> Vec<Annotation> {
    let annotation = || Annotation::core("OptionalParameter", Value::Record(Vec::new()));
    parameter.is_optional.then(annotation).into_iter().collect()
}
