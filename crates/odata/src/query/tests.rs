//! The small service all tests of queries use, and the tables by option.

mod filters;
mod options;
mod soup;

use super::{Context, Options, parse_options};
use crate::edm::{
    ComplexType, EdmType, EntitySet, EntityType, EnumType, Model, Navigation, Operation, OperationImport,
    OperationKind, Parameter, Property, Shape, Singleton,
};

/// A small service with every kind of property.
pub(crate) fn model() -> Model {
    let device = EntityType::new("device")
        .key("id", EdmType::Guid)
        .plain("deviceName", EdmType::String)
        .plain("dateKey", EdmType::Int32)
        .plain("price", EdmType::Decimal)
        .plain("weight", EdmType::Double)
        .plain("isDeleted", EdmType::Boolean)
        .plain("lastSync", EdmType::DateTimeOffset)
        .plain("bought", EdmType::Date)
        .plain("opens", EdmType::TimeOfDay)
        .plain("age", EdmType::Duration)
        .plain("photo", EdmType::Binary)
        .plain("color", EdmType::Enum("color".to_owned()))
        .plain("address", EdmType::Complex("address".to_owned()))
        .plain("place", EdmType::Geography(Shape::Point))
        .plain("route", EdmType::Geography(Shape::LineString))
        .plain("area", EdmType::Geography(Shape::Polygon))
        .plain("tags", EdmType::collection_of(EdmType::String))
        .plain("licenses", EdmType::collection_of(EdmType::Complex("license".to_owned())))
        .navigation(Navigation::one("owner", "user"))
        .navigation(Navigation::many("apps", "app"));
    let user = EntityType::new("user")
        .key("id", EdmType::Guid)
        .plain("name", EdmType::String)
        .navigation(Navigation::many("devices", "device"));
    let app = EntityType::new("app").key("key", EdmType::Int32).plain("version", EdmType::String);
    let tablet = EntityType::new("tablet").based_on("device").plain("pen", EdmType::Boolean);
    let check = EntityType::new("check")
        .key("day", EdmType::Date)
        .key("app", EdmType::String)
        .plain("ok", EdmType::Boolean);
    let villa = ComplexType::new("villa").based_on("address");
    let model = Model::new("Test", "Default")
        .entity_type(device)
        .entity_type(user)
        .entity_type(app)
        .entity_type(tablet)
        .entity_type(check)
        .complex_type(villa.property(Property::new("garden", EdmType::Boolean)))
        .complex_type(
            ComplexType::new("address")
                .property(Property::new("city", EdmType::String))
                .navigation(Navigation::one("maker", "user")),
        )
        .complex_type(ComplexType::new("license").property(Property::new("sku", EdmType::Guid)))
        .enum_type(EnumType::new("color").flags().member("red", 1).member("green", 2))
        .entity_set(EntitySet::new("devices", "device").binding("owner", "users").binding("apps", "apps"))
        .entity_set(EntitySet::new("users", "user"))
        .entity_set(EntitySet::new("apps", "app"));
    operations(model)
}

fn operations(model: Model) -> Model {
    use OperationKind::{Action, Function};
    let device = || EdmType::Entity("device".to_owned());
    let devices = || EdmType::collection_of(device());
    let count = || Parameter::new("count", EdmType::Int64).required();
    let place = Parameter::new("place", EdmType::Complex("address".to_owned())).required();
    let depth = Parameter::new("depth", EdmType::Int32).optional();
    model
        .entity_set(EntitySet::new("probes", "check"))
        .singleton(Singleton::new("me", "user"))
        .operation(Operation::function("latest", devices()))
        .operation(Operation::function("latest", devices()).parameter(count()))
        .operation(
            Operation::function("latest", devices())
                .parameter(count())
                .parameter(Parameter::new("kind", EdmType::String)),
        )
        .operation(Operation::function("at", EdmType::Boolean).parameter(place))
        .operation(Operation::function("related", devices()).bound_to("device", device()).parameter(depth))
        .operation(Operation::function("average", EdmType::Double).bound_to("devices", devices()))
        .operation(Operation::action("retire").bound_to("device", device()))
        .operation(Operation::action("wipe"))
        .import(OperationImport::new(Function, "latest", "latest").entity_set("devices"))
        .import(OperationImport::new(Function, "at", "at"))
        .import(OperationImport::new(Action, "wipe", "wipe"))
}

fn parse(query: &str) -> Result<Options, crate::QueryError> {
    let model = model();
    parse_options(query, &Context::new(&model, &model.entity_types[0]))
}

fn accepted(query: &str) -> Options {
    match parse(query) {
        Ok(options) => options,
        Err(error) => panic!("{query}: {error}"),
    }
}
