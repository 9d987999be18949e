//! CSDL XML, valid against the OASIS schema. Indented, because people read it too.

use std::fmt::Write as _;

use super::vocabulary::{Vocabularies, with_description};
use crate::edm::{Annotation, EdmType, EntitySet, EntityType, EnumType, Model, Navigation, Property, Value};
use crate::negotiate::Version;

/// The document as text, with an XML declaration.
#[must_use]
pub fn to_xml(model: &Model, version: Version) -> String {
    let vocabularies = Vocabularies::of(model);
    let mut out = Out { text: String::new(), depth: 0, model, vocabularies: &vocabularies };
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
    for ty in &model.complex_types {
        out.open("ComplexType", &[("Name", &ty.name)]);
        ty.properties.iter().for_each(|property| out.property(property));
        out.annotations(&ty.doc, &[]);
        out.close("ComplexType");
    }
    model.entity_types.iter().for_each(|ty| out.entity_type(ty));
    out.container();
    out.close("Schema");
    out.close("edmx:DataServices");
    out.close("edmx:Edmx");
    out.text
}

struct Out<'m> {
    text: String,
    depth: usize,
    model: &'m Model,
    vocabularies: &'m Vocabularies,
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
        self.annotations(&ty.doc, &[]);
        self.close("EnumType");
    }

    fn entity_type(&mut self, ty: &EntityType) {
        let mut attributes = vec![("Name", ty.name.as_str())];
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
            ("Scale", scale(property)),
        ];
        let mut attributes = vec![("Name", property.name.as_str()), ("Type", ty.as_str())];
        // A collection is never null, and neither are its items here.
        if !property.nullable || matches!(property.ty, EdmType::Collection(_)) {
            attributes.push(("Nullable", "false"));
        }
        for (name, value) in &facets {
            attributes.extend(value.as_deref().map(|value| (*name, value)));
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
        if navigation.constraints.is_empty() {
            return self.annotated("NavigationProperty", &attributes, &navigation.doc, &[]);
        }
        self.open("NavigationProperty", &attributes);
        for (here, there) in &navigation.constraints {
            self.empty("ReferentialConstraint", &[("Property", here), ("ReferencedProperty", there)]);
        }
        self.annotations(&navigation.doc, &[]);
        self.close("NavigationProperty");
    }

    fn container(&mut self) {
        self.open("EntityContainer", &[("Name", &self.model.container)]);
        self.model.entity_sets.iter().for_each(|set| self.entity_set(set));
        for singleton in &self.model.singletons {
            let ty = self.model.qualified(&singleton.entity_type);
            let attributes = [("Name", singleton.name.as_str()), ("Type", ty.as_str())];
            if singleton.bindings.is_empty() {
                self.annotated("Singleton", &attributes, &singleton.doc, &[]);
                continue;
            }
            self.open("Singleton", &attributes);
            self.bindings(&singleton.bindings);
            self.annotations(&singleton.doc, &[]);
            self.close("Singleton");
        }
        self.annotations("", &self.model.annotations);
        self.close("EntityContainer");
    }

    fn entity_set(&mut self, set: &EntitySet) {
        let ty = self.model.qualified(&set.entity_type);
        let attributes = [("Name", set.name.as_str()), ("EntityType", ty.as_str())];
        if set.bindings.is_empty() {
            return self.annotated("EntitySet", &attributes, &set.doc, &set.annotations);
        }
        self.open("EntitySet", &attributes);
        self.bindings(&set.bindings);
        self.annotations(&set.doc, &set.annotations);
        self.close("EntitySet");
    }

    fn bindings(&mut self, bindings: &[(String, String)]) {
        for (path, target) in bindings {
            self.empty("NavigationPropertyBinding", &[("Path", path), ("Target", target)]);
        }
    }

    fn annotations(&mut self, doc: &str, annotations: &[Annotation]) {
        for annotation in with_description(doc, annotations) {
            let term = self.vocabularies.short(&annotation.term);
            match attribute(&annotation.value) {
                Some((name, value)) => self.empty("Annotation", &[("Term", &term), (name, &value)]),
                None => {
                    self.open("Annotation", &[("Term", &term)]);
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
fn scale(property: &Property) -> Option<String> {
    match (&property.ty, property.scale) {
        (EdmType::Decimal, None) => Some("variable".to_owned()),
        (_, scale) => scale.map(|digits| digits.to_string()),
    }
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
