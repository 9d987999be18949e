//! CSDL JSON 4.01. Members keep the order of the model.

use serde_json::{Map, Value as Json, json};

use super::vocabulary::{Vocabularies, with_description};
use crate::edm::{Annotation, EdmType, EntityType, EnumType, Model, Navigation, Property, Value};

/// The document.
#[must_use]
pub fn to_json(model: &Model) -> Json {
    let vocabularies = Vocabularies::of(model);
    let mut references = Map::new();
    for (namespace, alias, address) in vocabularies.references() {
        let include = json!([{"$Namespace": namespace, "$Alias": alias}]);
        references.insert(format!("{address}.json"), json!({"$Include": include}));
    }
    let writer = Writer { model, vocabularies: &vocabularies };
    let mut schema = Map::new();
    for ty in &model.enum_types {
        schema.insert(ty.name.clone(), writer.enum_type(ty).into());
    }
    for ty in &model.complex_types {
        let mut out = kind("ComplexType");
        writer.properties(&mut out, &ty.properties);
        writer.annotate(&mut out, &ty.doc, &[]);
        schema.insert(ty.name.clone(), out.into());
    }
    for ty in &model.entity_types {
        schema.insert(ty.name.clone(), writer.entity_type(ty).into());
    }
    schema.insert(model.container.clone(), writer.container().into());
    let mut document = Map::new();
    document.insert("$Version".to_owned(), "4.01".into());
    document.insert("$EntityContainer".to_owned(), model.qualified(&model.container).into());
    document.insert("$Reference".to_owned(), references.into());
    document.insert(model.namespace.clone(), schema.into());
    document.into()
}

fn kind(name: &str) -> Map<String, Json> {
    Map::from_iter([("$Kind".to_owned(), name.into())])
}

struct Writer<'m> {
    model: &'m Model,
    vocabularies: &'m Vocabularies,
}

impl Writer<'_> {
    fn enum_type(&self, ty: &EnumType) -> Map<String, Json> {
        let mut out = kind("EnumType");
        if ty.flags {
            out.insert("$IsFlags".to_owned(), true.into());
        }
        out.extend(ty.members.iter().map(|(name, value)| (name.clone(), (*value).into())));
        self.annotate(&mut out, &ty.doc, &[]);
        out
    }

    fn entity_type(&self, ty: &EntityType) -> Map<String, Json> {
        let mut out = kind("EntityType");
        if ty.has_stream {
            out.insert("$HasStream".to_owned(), true.into());
        }
        if !ty.key.is_empty() {
            out.insert("$Key".to_owned(), json!(ty.key));
        }
        self.properties(&mut out, &ty.properties);
        for navigation in &ty.navigation {
            out.insert(navigation.name.clone(), self.navigation(navigation).into());
        }
        self.annotate(&mut out, &ty.doc, &ty.annotations);
        out
    }

    fn properties(&self, out: &mut Map<String, Json>, properties: &[Property]) {
        for property in properties {
            out.insert(property.name.clone(), self.property(property).into());
        }
    }

    /// Text is the type when none is named.
    fn property(&self, property: &Property) -> Map<String, Json> {
        let mut out = Map::new();
        let (is_collection, ty) = match &property.ty {
            EdmType::Collection(item) => (true, &**item),
            single => (false, single),
        };
        if is_collection {
            out.insert("$Collection".to_owned(), true.into());
        }
        if *ty != EdmType::String {
            out.insert("$Type".to_owned(), ty.qualified(&self.model.namespace).into());
        }
        if property.nullable && !is_collection {
            out.insert("$Nullable".to_owned(), true.into());
        }
        let facets = [
            ("$MaxLength", property.max_length),
            ("$Precision", property.precision),
            ("$Scale", property.scale),
        ];
        for (name, value) in facets {
            out.extend(value.map(|value| (name.to_owned(), value.into())));
        }
        self.annotate(&mut out, &property.doc, &property.annotations);
        out
    }

    fn navigation(&self, navigation: &Navigation) -> Map<String, Json> {
        let mut out = kind("NavigationProperty");
        if navigation.collection {
            out.insert("$Collection".to_owned(), true.into());
        }
        out.insert("$Type".to_owned(), self.model.qualified(&navigation.target).into());
        if navigation.nullable && !navigation.collection {
            out.insert("$Nullable".to_owned(), true.into());
        }
        out.extend(navigation.partner.iter().map(|partner| ("$Partner".to_owned(), partner.clone().into())));
        if !navigation.constraints.is_empty() {
            out.insert("$ReferentialConstraint".to_owned(), pairs(&navigation.constraints));
        }
        self.annotate(&mut out, &navigation.doc, &[]);
        out
    }

    fn container(&self) -> Map<String, Json> {
        let mut out = kind("EntityContainer");
        for set in &self.model.entity_sets {
            let mut member = Map::new();
            member.insert("$Collection".to_owned(), true.into());
            member.insert("$Type".to_owned(), self.model.qualified(&set.entity_type).into());
            if !set.bindings.is_empty() {
                member.insert("$NavigationPropertyBinding".to_owned(), pairs(&set.bindings));
            }
            self.annotate(&mut member, &set.doc, &set.annotations);
            out.insert(set.name.clone(), member.into());
        }
        for singleton in &self.model.singletons {
            let mut member = Map::new();
            member.insert("$Type".to_owned(), self.model.qualified(&singleton.entity_type).into());
            if !singleton.bindings.is_empty() {
                member.insert("$NavigationPropertyBinding".to_owned(), pairs(&singleton.bindings));
            }
            self.annotate(&mut member, &singleton.doc, &[]);
            out.insert(singleton.name.clone(), member.into());
        }
        self.annotate(&mut out, "", &self.model.annotations);
        out
    }

    fn annotate(&self, out: &mut Map<String, Json>, doc: &str, annotations: &[Annotation]) {
        for annotation in with_description(doc, annotations) {
            let term = self.vocabularies.short(&annotation.term);
            out.insert(format!("@{term}"), value(&annotation.value));
        }
    }
}

fn pairs(pairs: &[(String, String)]) -> Json {
    pairs.iter().map(|(left, right)| (left.clone(), Json::from(right.clone()))).collect::<Map<_, _>>().into()
}

fn value(given: &Value) -> Json {
    match given {
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::String(text) | Value::PropertyPath(text) | Value::Enum(_, text) => text.clone().into(),
        Value::Collection(items) => items.iter().map(value).collect(),
        Value::Record(members) => {
            members.iter().map(|(name, member)| (name.clone(), value(member))).collect::<Map<_, _>>().into()
        }
    }
}
