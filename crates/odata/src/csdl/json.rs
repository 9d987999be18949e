//! CSDL JSON 4.01. Members keep the order of the model.

use serde_json::{Map, Value as Json, json};

use super::vocabulary::{Vocabularies, of_parameter, of_schema, with_description};
use crate::edm::{
    Annotation, ComplexType, EdmType, EntityType, EnumType, Model, Navigation, Operation, OperationImport,
    OperationKind, Parameter, Property, Value,
};

/// The document.
#[must_use]
pub fn to_json(model: &Model) -> Json {
    let vocabularies = Vocabularies::of(model);
    let mut references = Map::new();
    for (namespace, alias, address) in vocabularies.references() {
        let include = json!([{"$Namespace": namespace, "$Alias": alias}]);
        references.insert(format!("{address}.json"), json!({"$Include": include}));
    }
    let writer = Writer { model };
    let mut schema = Map::new();
    for ty in &model.enum_types {
        schema.insert(ty.name.clone(), writer.enum_type(ty).into());
    }
    for ty in &model.complex_types {
        schema.insert(ty.name.clone(), writer.complex_type(ty).into());
    }
    for ty in &model.entity_types {
        schema.insert(ty.name.clone(), writer.entity_type(ty).into());
    }
    for operation in &model.operations {
        let overloads = schema.entry(operation.name.clone()).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(overloads) = overloads {
            overloads.push(writer.operation(operation).into());
        }
    }
    schema.insert(model.container.clone(), writer.container().into());
    writer.annotate(&mut schema, "", &of_schema(model));
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
}

impl Writer<'_> {
    fn enum_type(&self, ty: &EnumType) -> Map<String, Json> {
        let mut out = kind("EnumType");
        if ty.flags {
            out.insert("$IsFlags".to_owned(), true.into());
        }
        out.extend(ty.members.iter().map(|(name, value)| (name.clone(), (*value).into())));
        self.annotate(&mut out, &ty.doc, &ty.annotations);
        out
    }

    fn complex_type(&self, ty: &ComplexType) -> Map<String, Json> {
        let mut out = kind("ComplexType");
        self.derivation(&mut out, ty.base.as_deref(), ty.is_abstract, ty.is_open);
        self.properties(&mut out, &ty.properties);
        for navigation in &ty.navigation {
            out.insert(navigation.name.clone(), self.navigation(navigation).into());
        }
        self.annotate(&mut out, &ty.doc, &ty.annotations);
        out
    }

    fn derivation(&self, out: &mut Map<String, Json>, base: Option<&str>, is_abstract: bool, is_open: bool) {
        out.extend(base.map(|base| ("$BaseType".to_owned(), self.qualified(base).into())));
        for (name, value) in [("$Abstract", is_abstract), ("$OpenType", is_open)] {
            out.extend(value.then(|| (name.to_owned(), true.into())));
        }
    }

    fn qualified(&self, name: &str) -> String {
        self.model.qualified(self.model.unqualified(name))
    }

    fn entity_type(&self, ty: &EntityType) -> Map<String, Json> {
        let mut out = kind("EntityType");
        self.derivation(&mut out, ty.base.as_deref(), ty.is_abstract, ty.is_open);
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

    fn property(&self, property: &Property) -> Map<String, Json> {
        let mut out = Map::new();
        self.typed(&mut out, &property.ty, property.nullable);
        facets(&mut out, property.max_length, property.precision, property.scale);
        out.extend(
            property.default.iter().map(|text| ("$DefaultValue".to_owned(), default(&property.ty, text))),
        );
        self.annotate(&mut out, &property.doc, &property.annotations);
        out
    }

    /// Text is the type when none is named.
    fn typed(&self, out: &mut Map<String, Json>, ty: &EdmType, nullable: bool) {
        let (is_collection, ty) = match ty {
            EdmType::Collection(item) => (true, &**item),
            single => (false, single),
        };
        if is_collection {
            out.insert("$Collection".to_owned(), true.into());
        }
        if *ty != EdmType::String {
            out.insert("$Type".to_owned(), ty.qualified(&self.model.namespace).into());
        }
        if nullable && !is_collection {
            out.insert("$Nullable".to_owned(), true.into());
        }
    }

    fn operation(&self, operation: &Operation) -> Map<String, Json> {
        let mut out = kind(match operation.kind {
            OperationKind::Function => "Function",
            OperationKind::Action => "Action",
        });
        if operation.is_bound {
            out.insert("$IsBound".to_owned(), true.into());
        }
        if operation.is_composable && operation.kind == OperationKind::Function {
            out.insert("$IsComposable".to_owned(), true.into());
        }
        out.extend(
            operation.entity_set_path.iter().map(|path| ("$EntitySetPath".to_owned(), path.clone().into())),
        );
        if !operation.parameters.is_empty() {
            let parameters =
                operation.parameters.iter().map(|parameter| Json::from(self.parameter(parameter)));
            out.insert("$Parameter".to_owned(), parameters.collect());
        }
        if let Some(returns) = &operation.returns {
            let mut ty = Map::new();
            self.typed(&mut ty, &returns.ty, returns.nullable);
            out.insert("$ReturnType".to_owned(), ty.into());
        }
        self.annotate(&mut out, &operation.doc, &operation.annotations);
        out
    }

    fn parameter(&self, parameter: &Parameter) -> Map<String, Json> {
        let mut out = Map::from_iter([("$Name".to_owned(), parameter.name.clone().into())]);
        self.typed(&mut out, &parameter.ty, parameter.nullable);
        facets(&mut out, parameter.max_length, parameter.precision, parameter.scale);
        self.annotate(&mut out, "", &of_parameter(parameter));
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
        if navigation.contains_target {
            out.insert("$ContainsTarget".to_owned(), true.into());
        }
        if !navigation.constraints.is_empty() {
            out.insert("$ReferentialConstraint".to_owned(), pairs(&navigation.constraints));
        }
        self.annotate(&mut out, &navigation.doc, &navigation.annotations);
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
            self.annotate(&mut member, &singleton.doc, &singleton.annotations);
            out.insert(singleton.name.clone(), member.into());
        }
        for import in &self.model.imports {
            out.insert(import.name.clone(), self.import(import).into());
        }
        self.annotate(&mut out, "", &self.model.annotations);
        out
    }

    fn import(&self, import: &OperationImport) -> Map<String, Json> {
        let member = match import.kind {
            OperationKind::Function => "$Function",
            OperationKind::Action => "$Action",
        };
        let mut out = Map::from_iter([(member.to_owned(), self.qualified(&import.operation).into())]);
        out.extend(import.entity_set.iter().map(|set| ("$EntitySet".to_owned(), set.clone().into())));
        if import.is_listed {
            out.insert("$IncludeInServiceDocument".to_owned(), true.into());
        }
        self.annotate(&mut out, &import.doc, &[]);
        out
    }

    fn annotate(&self, out: &mut Map<String, Json>, doc: &str, annotations: &[Annotation]) {
        for annotation in with_description(doc, annotations) {
            out.insert(format!("@{}", annotation.term), value(&annotation.value));
        }
    }
}

fn facets(out: &mut Map<String, Json>, max_length: Option<u32>, precision: Option<u32>, scale: Option<u32>) {
    for (name, value) in [("$MaxLength", max_length), ("$Precision", precision), ("$Scale", scale)] {
        out.extend(value.map(|value| (name.to_owned(), value.into())));
    }
}

/// Numbers and truth values as themselves, all else as text (CSDL JSON §7.2.7).
fn default(ty: &EdmType, text: &str) -> Json {
    let is_literal = *ty == EdmType::Boolean || ty.is_numeric();
    let parsed = is_literal.then(|| serde_json::from_str(text).ok()).flatten();
    parsed.unwrap_or_else(|| text.into())
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
