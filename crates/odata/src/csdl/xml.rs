//! CSDL XML, valid against the OASIS schema. Indented, because people read it too.

use std::fmt::Write as _;

use super::vocabulary::{Vocabularies, of_parameter, of_schema, with_description};
use crate::edm::{
    Annotation, ComplexType, EdmType, EntitySet, EntityType, EnumType, Model, Navigation, Operation,
    OperationImport, OperationKind, Parameter, Property, Singleton, Value,
};
use crate::negotiate::Version;

/// The document as text, with an XML declaration.
#[must_use]
pub fn to_xml(model: &Model, version: Version) -> String {
    let vocabularies = Vocabularies::of(model);
    let mut out = Out { text: String::new(), depth: 0, model };
    out.text.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    let edmx = "http://docs.oasis-open.org/odata/ns/edmx";
    out.open("edmx:Edmx", &[("Version", version.header()), ("xmlns:edmx", edmx)]);
    for (namespace, alias, address) in vocabularies.references() {
        out.open("edmx:Reference", &[("Uri", &format!("{address}.xml"))]);
        out.empty("edmx:Include", &[("Namespace", namespace), ("Alias", alias)]);
        out.close("edmx:Reference");
    }
    out.open("edmx:DataServices", &[]);
    let edm = "http://docs.oasis-open.org/odata/ns/edm";
    out.open("Schema", &[("Namespace", &model.namespace), ("xmlns", edm)]);
    model.enum_types.iter().for_each(|ty| out.enum_type(ty));
    model.complex_types.iter().for_each(|ty| out.complex_type(ty));
    model.entity_types.iter().for_each(|ty| out.entity_type(ty));
    model.operations.iter().for_each(|operation| out.operation(operation));
    out.container();
    out.annotations_of_container();
    if model.annotates_beside {
        out.annotations_of_properties();
    }
    out.annotations("", &of_schema(model));
    out.close("Schema");
    out.close("edmx:DataServices");
    out.close("edmx:Edmx");
    out.text
}

struct Out<'m> {
    text: String,
    depth: usize,
    model: &'m Model,
}

impl Out<'_> {
    fn start(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) {
        let _ = write!(self.text, "{:indent$}<{name}", "", indent = self.depth * 2);
        for (key, value) in attributes {
            let _ = write!(self.text, " {key}=\"{}\"", escape(value));
        }
        self.text.push_str(end);
        self.text.push('\n');
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.start(name, attributes, ">");
        self.depth += 1;
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.start(name, attributes, "/>");
    }

    fn close(&mut self, name: &str) {
        self.depth -= 1;
        let _ = writeln!(self.text, "{:indent$}</{name}>", "", indent = self.depth * 2);
    }

    /// An element with annotations inside, or an empty one.
    fn annotated(&mut self, name: &str, attributes: &[(&str, &str)], doc: &str, annotations: &[Annotation]) {
        if doc.is_empty() && annotations.is_empty() {
            return self.empty(name, attributes);
        }
        self.open(name, attributes);
        self.annotations(doc, annotations);
        self.close(name);
    }

    fn enum_type(&mut self, ty: &EnumType) {
        let mut attributes = vec![("Name", ty.name.as_str())];
        if ty.flags {
            attributes.push(("IsFlags", "true"));
        }
        self.open("EnumType", &attributes);
        for (name, value) in &ty.members {
            self.empty("Member", &[("Name", name), ("Value", &value.to_string())]);
        }
        self.annotations(&ty.doc, &ty.annotations);
        self.close("EnumType");
    }

    fn complex_type(&mut self, ty: &ComplexType) {
        let base = ty.base.as_ref().map(|base| self.qualified(base));
        self.open("ComplexType", &derivable(&ty.name, base.as_deref(), ty.is_abstract, ty.is_open));
        ty.properties.iter().for_each(|property| self.property(property));
        ty.navigation.iter().for_each(|navigation| self.navigation(navigation));
        self.annotations(&ty.doc, &ty.annotations);
        self.close("ComplexType");
    }

    fn entity_type(&mut self, ty: &EntityType) {
        let base = ty.base.as_ref().map(|base| self.qualified(base));
        let mut attributes = derivable(&ty.name, base.as_deref(), ty.is_abstract, ty.is_open);
        if ty.has_stream {
            attributes.push(("HasStream", "true"));
        }
        self.open("EntityType", &attributes);
        if !ty.key.is_empty() {
            self.open("Key", &[]);
            ty.key.iter().for_each(|name| self.empty("PropertyRef", &[("Name", name)]));
            self.close("Key");
        }
        ty.properties.iter().for_each(|property| self.property(property));
        ty.navigation.iter().for_each(|navigation| self.navigation(navigation));
        self.annotations(&ty.doc, &ty.annotations);
        self.close("EntityType");
    }

    fn property(&mut self, property: &Property) {
        let ty = property.ty.qualified(&self.model.namespace);
        let facets = [
            ("MaxLength", property.max_length.map(|n| n.to_string())),
            ("Precision", property.precision.map(|n| n.to_string())),
            ("Scale", scale(item(&property.ty), property.scale)),
            ("DefaultValue", property.default.clone()),
        ];
        let mut attributes = vec![("Name", property.name.as_str()), ("Type", ty.as_str())];
        // A collection is never null, and neither are its items here.
        if !property.nullable || matches!(property.ty, EdmType::Collection(_)) {
            attributes.push(("Nullable", "false"));
        }
        for (name, value) in &facets {
            attributes.extend(value.as_deref().map(|value| (*name, value)));
        }
        if self.model.annotates_beside {
            return self.empty("Property", &attributes);
        }
        self.annotated("Property", &attributes, &property.doc, &property.annotations);
    }

    fn navigation(&mut self, navigation: &Navigation) {
        let target = EdmType::Entity(navigation.target.clone());
        let ty = if navigation.collection { EdmType::collection_of(target) } else { target };
        let ty = ty.qualified(&self.model.namespace);
        let mut attributes = vec![("Name", navigation.name.as_str()), ("Type", ty.as_str())];
        if !navigation.collection && !navigation.nullable {
            attributes.push(("Nullable", "false"));
        }
        if let Some(partner) = &navigation.partner {
            attributes.push(("Partner", partner));
        }
        if navigation.contains_target {
            attributes.push(("ContainsTarget", "true"));
        }
        if navigation.constraints.is_empty() {
            let annotations = &navigation.annotations;
            return self.annotated("NavigationProperty", &attributes, &navigation.doc, annotations);
        }
        self.open("NavigationProperty", &attributes);
        for (here, there) in &navigation.constraints {
            self.empty("ReferentialConstraint", &[("Property", here), ("ReferencedProperty", there)]);
        }
        self.annotations(&navigation.doc, &navigation.annotations);
        self.close("NavigationProperty");
    }

    fn operation(&mut self, operation: &Operation) {
        let element = match operation.kind {
            OperationKind::Function => "Function",
            OperationKind::Action => "Action",
        };
        let mut attributes = vec![("Name", operation.name.as_str())];
        if operation.is_bound {
            attributes.push(("IsBound", "true"));
        }
        if operation.is_composable && operation.kind == OperationKind::Function {
            attributes.push(("IsComposable", "true"));
        }
        if let Some(path) = &operation.entity_set_path {
            attributes.push(("EntitySetPath", path));
        }
        self.open(element, &attributes);
        operation.parameters.iter().for_each(|parameter| self.parameter(parameter));
        if let Some(returns) = &operation.returns {
            let ty = returns.ty.qualified(&self.model.namespace);
            let is_required = !returns.nullable || matches!(returns.ty, EdmType::Collection(_));
            let nullable = ("Nullable", if is_required { "false" } else { "true" });
            let scale = scale(item(&returns.ty), None);
            let mut attributes = vec![("Type", ty.as_str()), nullable];
            attributes.extend(scale.as_deref().map(|scale| ("Scale", scale)));
            self.empty("ReturnType", &attributes);
        }
        self.annotations(&operation.doc, &operation.annotations);
        self.close(element);
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let ty = parameter.ty.qualified(&self.model.namespace);
        let mut attributes = vec![("Name", parameter.name.as_str()), ("Type", ty.as_str())];
        if !parameter.nullable {
            attributes.push(("Nullable", "false"));
        }
        let facets = [
            ("MaxLength", parameter.max_length.map(|n| n.to_string())),
            ("Precision", parameter.precision.map(|n| n.to_string())),
            ("Scale", scale(item(&parameter.ty), parameter.scale)),
        ];
        for (name, value) in &facets {
            attributes.extend(value.as_deref().map(|value| (*name, value)));
        }
        self.annotated("Parameter", &attributes, "", &of_parameter(parameter));
    }

    fn container(&mut self) {
        self.open("EntityContainer", &[("Name", &self.model.container)]);
        self.model.entity_sets.iter().for_each(|set| self.entity_set(set));
        self.model.singletons.iter().for_each(|singleton| self.singleton(singleton));
        self.model.imports.iter().for_each(|import| self.import(import));
        self.close("EntityContainer");
    }

    fn entity_set(&mut self, set: &EntitySet) {
        let ty = self.qualified(&set.entity_type);
        let attributes = [("Name", set.name.as_str()), ("EntityType", ty.as_str())];
        if set.bindings.is_empty() {
            return self.empty("EntitySet", &attributes);
        }
        self.open("EntitySet", &attributes);
        self.bindings(&set.bindings);
        self.close("EntitySet");
    }

    fn singleton(&mut self, singleton: &Singleton) {
        let ty = self.qualified(&singleton.entity_type);
        let attributes = [("Name", singleton.name.as_str()), ("Type", ty.as_str())];
        if singleton.bindings.is_empty() {
            return self.empty("Singleton", &attributes);
        }
        self.open("Singleton", &attributes);
        self.bindings(&singleton.bindings);
        self.close("Singleton");
    }

    fn import(&mut self, import: &OperationImport) {
        let (element, attribute) = match import.kind {
            OperationKind::Function => ("FunctionImport", "Function"),
            OperationKind::Action => ("ActionImport", "Action"),
        };
        let operation = self.qualified(&import.operation);
        let mut attributes = vec![("Name", import.name.as_str()), (attribute, operation.as_str())];
        attributes.extend(import.entity_set.as_deref().map(|set| ("EntitySet", set)));
        if import.is_listed {
            attributes.push(("IncludeInServiceDocument", "true"));
        }
        self.annotated(element, &attributes, &import.doc, &[]);
    }

    /// What the container and its members are annotated with stands beside them, where every reader finds it.
    fn annotations_of_container(&mut self) {
        let model = self.model;
        let container = model.qualified(&model.container);
        self.annotations_for(&container, "", &model.annotations);
        for set in &model.entity_sets {
            self.annotations_for(&format!("{container}/{}", set.name), &set.doc, &set.annotations);
        }
        for singleton in &model.singletons {
            let target = format!("{container}/{}", singleton.name);
            self.annotations_for(&target, &singleton.doc, &singleton.annotations);
        }
    }

    fn annotations_of_properties(&mut self) {
        let model = self.model;
        let entities = model.entity_types.iter().map(|ty| (&ty.name, &ty.properties));
        let structured = model.complex_types.iter().map(|ty| (&ty.name, &ty.properties));
        for (name, properties) in entities.chain(structured) {
            for property in properties {
                let target = format!("{}/{}", model.qualified(name), property.name);
                self.annotations_for(&target, &property.doc, &property.annotations);
            }
        }
    }

    fn annotations_for(&mut self, target: &str, doc: &str, annotations: &[Annotation]) {
        if doc.is_empty() && annotations.is_empty() {
            return;
        }
        self.open("Annotations", &[("Target", target)]);
        self.annotations(doc, annotations);
        self.close("Annotations");
    }

    fn qualified(&self, name: &str) -> String {
        self.model.qualified(self.model.unqualified(name))
    }

    fn bindings(&mut self, bindings: &[(String, String)]) {
        for (path, target) in bindings {
            self.empty("NavigationPropertyBinding", &[("Path", path), ("Target", target)]);
        }
    }

    fn annotations(&mut self, doc: &str, annotations: &[Annotation]) {
        for annotation in with_description(doc, annotations) {
            let term = &annotation.term;
            match attribute(&annotation.value) {
                Some((name, value)) => self.empty("Annotation", &[("Term", term), (name, &value)]),
                None => {
                    self.open("Annotation", &[("Term", term)]);
                    self.value(&annotation.value);
                    self.close("Annotation");
                }
            }
        }
    }

    /// A value as an element.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Collection(items) if items.is_empty() => self.empty("Collection", &[]),
            Value::Collection(items) => {
                self.open("Collection", &[]);
                items.iter().for_each(|item| self.value(item));
                self.close("Collection");
            }
            Value::Record(members) if members.is_empty() => self.empty("Record", &[]),
            Value::Record(members) => {
                self.open("Record", &[]);
                for (name, member) in members {
                    match attribute(member) {
                        Some((key, value)) => {
                            self.empty("PropertyValue", &[("Property", name), (key, &value)])
                        }
                        None => {
                            self.open("PropertyValue", &[("Property", name)]);
                            self.value(member);
                            self.close("PropertyValue");
                        }
                    }
                }
                self.close("Record");
            }
            scalar => {
                if let Some((name, text)) = attribute(scalar) {
                    let indent = self.depth * 2;
                    let _ = writeln!(self.text, "{:indent$}<{name}>{}</{name}>", "", escape(&text));
                }
            }
        }
    }
}

/// A scalar as attribute name (also its element name) and text.
fn attribute(value: &Value) -> Option<(&'static str, String)> {
    Some(match value {
        Value::Bool(value) => ("Bool", value.to_string()),
        Value::Int(value) => ("Int", value.to_string()),
        Value::String(value) => ("String", value.clone()),
        Value::Enum(ty, member) => ("EnumMember", format!("{ty}/{member}")),
        Value::PropertyPath(path) => ("PropertyPath", path.clone()),
        Value::Collection(_) | Value::Record(_) => return None,
    })
}

/// Without `Scale` a decimal would have none; the model's "any" is `variable`.
fn scale(ty: &EdmType, scale: Option<u32>) -> Option<String> {
    match (ty, scale) {
        (EdmType::Decimal, None) => Some("variable".to_owned()),
        (_, scale) => scale.map(|digits| digits.to_string()),
    }
}

/// What a collection is of.
fn item(ty: &EdmType) -> &EdmType {
    match ty {
        EdmType::Collection(item) => item,
        single => single,
    }
}

/// Attributes of types that can be derived from.
fn derivable<'a>(
    name: &'a str,
    base: Option<&'a str>,
    is_abstract: bool,
    is_open: bool,
) -> Vec<(&'static str, &'a str)> {
    let mut attributes = vec![("Name", name)];
    attributes.extend(base.map(|base| ("BaseType", base)));
    if is_abstract {
        attributes.push(("Abstract", "true"));
    }
    if is_open {
        attributes.push(("OpenType", "true"));
    }
    attributes
}

/// Text for attributes and elements. Control characters that XML 1.0 cannot hold become U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
