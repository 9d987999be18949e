//! `$metadata` of the reference model against what the OASIS schemas demand (edm.xsd and csdl.schema.json): which elements
//! and members stand where, and which they must have. The schemas themselves check the feed in `tests/proofs`.

#[path = "../examples/reference_service/model.rs"]
mod model;

use odata::csdl;
use odata::negotiate::Version;
use serde_json::{Map, Value};

/// Element, attributes it must have, attributes it may have, elements inside it.
type Rule = (&'static str, &'static str, &'static str, &'static str);

const VALUES: &str = "Bool Date DateTimeOffset Decimal Duration EnumMember Float Guid Int String TimeOfDay AnnotationPath NavigationPropertyPath Path PropertyPath";

const XML: &[Rule] = &[
    ("edmx:Edmx", "Version xmlns:edmx", "", "edmx:Reference edmx:DataServices"),
    ("edmx:Reference", "Uri", "", "edmx:Include edmx:IncludeAnnotations"),
    ("edmx:Include", "Namespace", "Alias", ""),
    ("edmx:DataServices", "", "", "Schema"),
    (
        "Schema",
        "Namespace xmlns",
        "Alias",
        "EnumType ComplexType EntityType Action Function EntityContainer Annotations Annotation",
    ),
    (
        "EntityType",
        "Name",
        "BaseType Abstract OpenType HasStream",
        "Key Property NavigationProperty Annotation",
    ),
    ("ComplexType", "Name", "BaseType Abstract OpenType", "Property NavigationProperty Annotation"),
    ("EnumType", "Name", "UnderlyingType IsFlags", "Member Annotation"),
    ("Member", "Name", "Value", "Annotation"),
    ("Key", "", "", "PropertyRef"),
    ("PropertyRef", "Name", "Alias", ""),
    ("Property", "Name Type", "Nullable DefaultValue MaxLength Precision Scale SRID Unicode", "Annotation"),
    (
        "NavigationProperty",
        "Name Type",
        "Nullable Partner ContainsTarget",
        "ReferentialConstraint Annotation",
    ),
    ("ReferentialConstraint", "Property ReferencedProperty", "", "Annotation"),
    ("Action", "Name", "EntitySetPath IsBound", "Parameter ReturnType Annotation"),
    ("Function", "Name", "EntitySetPath IsBound IsComposable", "Parameter ReturnType Annotation"),
    ("Parameter", "Name Type", "Nullable MaxLength Precision Scale SRID Unicode", "Annotation"),
    ("ReturnType", "Type", "Nullable MaxLength Precision Scale SRID Unicode", "Annotation"),
    ("EntityContainer", "Name", "Extends", "EntitySet ActionImport FunctionImport Singleton Annotation"),
    ("EntitySet", "Name EntityType", "IncludeInServiceDocument", "NavigationPropertyBinding Annotation"),
    ("Singleton", "Name Type", "Nullable", "NavigationPropertyBinding Annotation"),
    ("NavigationPropertyBinding", "Path Target", "", ""),
    ("ActionImport", "Name Action", "EntitySet", "Annotation"),
    ("FunctionImport", "Name Function", "EntitySet IncludeInServiceDocument", "Annotation"),
    ("Annotations", "Target", "Qualifier", "Annotation"),
    ("Annotation", "Term", "Qualifier +", "Collection Record Annotation"),
    ("Collection", "", "", "Record String PropertyPath EnumMember Bool Int"),
    ("Record", "", "Type", "PropertyValue Annotation"),
    ("PropertyValue", "Property", "+", "Collection Record Annotation"),
    ("String", "", "", ""),
    ("PropertyPath", "", "", ""),
    ("EnumMember", "", "", ""),
];

fn words(text: &str) -> Vec<&str> {
    text.split(' ').filter(|word| !word.is_empty()).collect()
}

/// An opening tag of our own output: its name, its attributes.
fn tag(text: &str) -> (&str, Vec<&str>) {
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    let attributes = rest.split('"').step_by(2).map(|name| name.trim().trim_end_matches('='));
    (name, attributes.filter(|name| !name.is_empty()).collect())
}

#[test]
fn elements_stand_where_the_schema_has_them() {
    for version in [Version::V4, Version::V401] {
        let xml = csdl::to_xml(&model::model(), version);
        let mut open: Vec<&str> = Vec::new();
        for piece in xml.split('<').skip(1).filter(|piece| !piece.starts_with('?')) {
            let inside = piece.split('>').next().unwrap_or_default();
            if let Some(name) = inside.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name), "elements close in order");
                continue;
            }
            let (name, attributes) = tag(inside.trim_end_matches('/'));
            let rule = XML.iter().find(|rule| rule.0 == name);
            let (_, must, may, _) = rule.unwrap_or_else(|| panic!("{name} is no element of the schema"));
            for wanted in words(must) {
                assert!(attributes.contains(&wanted), "{name} needs {wanted}: <{inside}>");
            }
            let values = if may.ends_with('+') { VALUES } else { "" };
            let known = [words(must), words(may), words(values)].concat();
            for given in &attributes {
                assert!(known.contains(given), "{name} has no {given}: <{inside}>");
            }
            let given = attributes.iter().filter(|given| words(values).contains(given)).count();
            assert!(given <= 1, "{name} has one value at most: <{inside}>");
            if let Some(parent) = open.last() {
                let (.., children) =
                    XML.iter().find(|rule| rule.0 == *parent).expect("checked when it opened");
                assert!(words(children).contains(&name), "{name} does not stand in {parent}");
            }
            if !inside.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "not closed: {open:?}");
    }
}

/// Kind, members it must have, members it may have. `*` allows named elements inside.
const JSON: &[(&str, &str, &str)] = &[
    ("EntityType", "$Kind", "$BaseType $Abstract $OpenType $HasStream $Key *"),
    ("ComplexType", "$Kind", "$BaseType $Abstract $OpenType *"),
    ("EnumType", "$Kind", "$IsFlags $UnderlyingType *"),
    (
        "Property",
        "",
        "$Kind $Type $Collection $Nullable $DefaultValue $MaxLength $Precision $Scale $SRID $Unicode",
    ),
    (
        "NavigationProperty",
        "$Kind $Type",
        "$Collection $Nullable $Partner $ContainsTarget $ReferentialConstraint $OnDelete",
    ),
    ("Action", "$Kind", "$EntitySetPath $IsBound $Parameter $ReturnType"),
    ("Function", "$Kind $ReturnType", "$EntitySetPath $IsBound $IsComposable $Parameter"),
    ("Parameter", "$Name", "$Type $Collection $Nullable $MaxLength $Precision $Scale $SRID $Unicode"),
    ("ReturnType", "", "$Type $Collection $Nullable $MaxLength $Precision $Scale $SRID $Unicode"),
    ("EntityContainer", "$Kind", "$Extends *"),
    ("EntitySet", "$Collection $Type", "$IncludeInServiceDocument $NavigationPropertyBinding"),
    ("Singleton", "$Type", "$Nullable $NavigationPropertyBinding"),
    ("FunctionImport", "$Function", "$EntitySet $IncludeInServiceDocument"),
    ("ActionImport", "$Action", "$EntitySet"),
];

fn object<'v>(value: &'v Value, place: &str) -> &'v Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{place} is no object"))
}

fn check(kind: &str, value: &Value, place: &str) {
    let members = object(value, place);
    let (_, must, may) = JSON.iter().find(|rule| rule.0 == kind).unwrap_or_else(|| panic!("{place}: {kind}"));
    for wanted in words(must) {
        assert!(members.contains_key(wanted), "{place} needs {wanted}");
    }
    for (name, inner) in members.iter().filter(|(name, _)| !name.contains('@')) {
        let place = format!("{place}/{name}");
        match name.strip_prefix('$') {
            Some(_) => {
                let known = words(must).contains(&name.as_str()) || words(may).contains(&name.as_str());
                assert!(known, "{place} is no member of {kind}");
            }
            None => {
                assert!(words(may).contains(&"*"), "{place}: {kind} holds no elements");
                inside(kind, inner, &place);
            }
        }
        let operation = |part: &Value, kind: &str| check(kind, part, &place);
        match (name.as_str(), inner) {
            ("$Parameter", Value::Array(parameters)) => {
                parameters.iter().for_each(|parameter| operation(parameter, "Parameter"));
            }
            ("$ReturnType", part) => operation(part, "ReturnType"),
            ("$Type" | "$BaseType" | "$Function" | "$Action", name) => {
                assert!(name.as_str().is_some_and(|name| name.contains('.')), "{place} is a qualified name");
            }
            ("$Collection" | "$IsFlags" | "$HasStream" | "$IsBound" | "$IsComposable", flag) => {
                assert_eq!(flag, true, "{place}: false is left out");
            }
            _ => {}
        }
    }
}

/// An element of a type or of the container.
fn inside(parent: &str, value: &Value, place: &str) {
    let has = |name: &str| value.get(name).is_some();
    match parent {
        "EnumType" => assert!(value.is_i64(), "{place} is a number"),
        "EntityContainer" if has("$Function") => check("FunctionImport", value, place),
        "EntityContainer" if has("$Action") => check("ActionImport", value, place),
        "EntityContainer" if has("$Collection") => check("EntitySet", value, place),
        "EntityContainer" => check("Singleton", value, place),
        _ if value["$Kind"] == "NavigationProperty" => check("NavigationProperty", value, place),
        _ => check("Property", value, place),
    }
}

#[test]
fn members_stand_where_the_schema_has_them() {
    let document = csdl::to_json(&model::model());
    let top = object(&document, "the document");
    for wanted in ["$Version", "$EntityContainer", "$Reference"] {
        assert!(top.contains_key(wanted), "{wanted} is missing");
    }
    for (name, reference) in object(&top["$Reference"], "$Reference") {
        let includes = reference["$Include"].as_array().expect("what is included");
        let named = includes.iter().all(|include| include["$Namespace"].is_string());
        assert!(named && name.starts_with("https://"), "{name}");
    }
    for (namespace, schema) in top.iter().filter(|(name, _)| !name.starts_with('$')) {
        for (name, element) in object(schema, namespace) {
            let place = format!("{namespace}.{name}");
            match (name.as_str(), element) {
                ("$Annotations", targets) => {
                    object(targets, &place).values().for_each(|target| {
                        assert!(object(target, &place).keys().all(|term| term.starts_with('@')), "{place}");
                    });
                }
                ("$Alias", _) => {}
                (name, _) if name.contains('@') => {}
                (_, Value::Array(overloads)) => {
                    for overload in overloads {
                        let kind = overload["$Kind"].as_str().expect("a kind");
                        assert!(["Action", "Function"].contains(&kind), "{place}");
                        check(kind, overload, &place);
                    }
                }
                (_, element) => check(element["$Kind"].as_str().expect("a kind"), element, &place),
            }
        }
    }
}
