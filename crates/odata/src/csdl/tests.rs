//! Whole documents, and what both forms must agree on.

use super::{to_json, to_xml};
use crate::edm::{
    Annotated, Annotation, ComplexType, EdmType, EntitySet, EntityType, EnumType, Model, Navigation,
    Operation, OperationImport, OperationKind, Parameter, Property, Shape, Singleton, Value,
};
use crate::negotiate::Version;

fn model() -> Model {
    let day = EntityType::new("day")
        .key("dateKey", EdmType::Int32)
        .property(Property::new("name", EdmType::String).max_length(20).doc("A \"name\" < 20 & more"))
        .property(Property::new("cost", EdmType::Decimal).precision(19).scale(4))
        .property(Property::new("rate", EdmType::Decimal))
        .property(Property::new("seen", EdmType::DateTimeOffset).precision(7).required())
        .plain("kinds", EdmType::collection_of(EdmType::Enum("kind".to_owned())))
        .navigation(Navigation::one("next", "day").constraint("dateKey", "dateKey"))
        .navigation(Navigation::many("all", "day"))
        .doc("One day");
    let restrictions = Value::Record(vec![
        ("Filterable".to_owned(), true.into()),
        ("RequiredProperties".to_owned(), Value::Collection(vec![Value::PropertyPath("dateKey".to_owned())])),
    ]);
    let feast = EntityType::new("feast")
        .based_on("day")
        .with_stream()
        .property(Property::new("guests", EdmType::Int16).default_value("2"))
        .plain("place", EdmType::Complex("place".to_owned()))
        .plain("photo", EdmType::Stream);
    let place =
        ComplexType::new("place").property(Property::new("at", EdmType::Geography(Shape::Point)).required());
    let days = EdmType::collection_of(EdmType::Entity("day".to_owned()));
    let near = Operation::function("near", days.clone())
        .parameter(Parameter::new("days", EdmType::Int64).required())
        .parameter(Parameter::new("kind", EdmType::String).optional());
    let cost = Operation::function("cost", EdmType::Decimal).bound_to("days", days).not_composable();
    let level = "Org.OData.Capabilities.V1.ConformanceLevelType".to_owned();
    Model::new("Ns", "Main")
        .enum_type(EnumType::new("kind").flags().member("a", 1).member("b", 2))
        .complex_type(place)
        .entity_type(day)
        .entity_type(feast)
        .operation(near)
        .operation(cost)
        .operation(Operation::action("reset"))
        .import(OperationImport::new(OperationKind::Function, "near", "near").entity_set("days").listed())
        .import(OperationImport::new(OperationKind::Action, "reset", "reset"))
        .entity_set(
            EntitySet::new("days", "day")
                .binding("next", "days")
                .annotate(Annotation::capability("FilterRestrictions", restrictions)),
        )
        .singleton(Singleton::new("today", "day"))
        .annotate(Annotation::capability("ConformanceLevel", Value::Enum(level, "Advanced".to_owned())))
        .annotate(Annotation::core("ODataVersions", "4.0 4.01".into()))
}

#[test]
fn xml_reads_as_expected() {
    insta::assert_snapshot!(to_xml(&model(), Version::V4));
}

#[test]
fn json_reads_as_expected() {
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&to_json(&model())).expect("values are strings and numbers")
    );
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    assert_eq!(to_xml(&model(), Version::V401), to_xml(&model(), Version::V401));
    assert_eq!(to_json(&model()).to_string(), to_json(&model()).to_string());
}
