//! The small service all tests of queries use, and the tables by option.

mod filters;
mod options;
mod soup;

use super::{Context, Options, parse_options};
use crate::edm::{ComplexType, EdmType, EntitySet, EntityType, EnumType, Model, Navigation, Property};

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
        .plain("tags", EdmType::collection_of(EdmType::String))
        .plain("licenses", EdmType::collection_of(EdmType::Complex("license".to_owned())))
        .navigation(Navigation::one("owner", "user"))
        .navigation(Navigation::many("apps", "app"));
    let user = EntityType::new("user")
        .key("id", EdmType::Guid)
        .plain("name", EdmType::String)
        .navigation(Navigation::many("devices", "device"));
    let app = EntityType::new("app").key("key", EdmType::Int32).plain("version", EdmType::String);
    Model::new("Test", "Default")
        .entity_type(device)
        .entity_type(user)
        .entity_type(app)
        .complex_type(ComplexType::new("address").property(Property::new("city", EdmType::String)))
        .complex_type(ComplexType::new("license").property(Property::new("sku", EdmType::Guid)))
        .enum_type(EnumType::new("color").flags().member("red", 1).member("green", 2))
        .entity_set(EntitySet::new("devices", "device").binding("owner", "users").binding("apps", "apps"))
        .entity_set(EntitySet::new("users", "user"))
        .entity_set(EntitySet::new("apps", "app"))
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
