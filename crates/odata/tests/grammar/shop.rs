//! A shop with every kind of property, type, set and operation.

use odata::edm::{
    ComplexType, EdmType, EntitySet, EntityType, EnumType, Model, Navigation, Operation, OperationImport,
    OperationKind, Parameter, Property, Shape, Singleton,
};

fn entity(name: &str) -> EdmType {
    EdmType::Entity(name.to_owned())
}

fn complex(name: &str) -> EdmType {
    EdmType::Complex(name.to_owned())
}

fn many(item: EdmType) -> EdmType {
    EdmType::collection_of(item)
}

pub(crate) fn model() -> Model {
    let model = Model::new("Shop", "Default").entity_type(product()).entity_type(
        EntityType::new("Special")
            .based_on("Product")
            .plain("Reason", EdmType::String)
            .navigation(Navigation::one("Supplier", "Person")),
    );
    let model = model
        .entity_type(
            EntityType::new("Category")
                .key("ID", EdmType::Int32)
                .plain("Name", EdmType::String)
                .plain("Rank", EdmType::Int32)
                .navigation(Navigation::many("Products", "Product")),
        )
        .entity_type(
            EntityType::new("Part")
                .key("ID", EdmType::Int32)
                .plain("Number", EdmType::Int32)
                .plain("Text", EdmType::String),
        )
        .entity_type(EntityType::new("Person").key("Name", EdmType::String))
        .entity_type(EntityType::new("Picture").key("ID", EdmType::Int32).with_stream())
        .entity_type(
            EntityType::new("Item")
                .key("Order", EdmType::Int32)
                .key("Line", EdmType::String)
                .plain("Count", EdmType::Int32),
        )
        .complex_type(
            ComplexType::new("Address")
                .property(Property::new("City", EdmType::String))
                .navigation(Navigation::one("Maker", "Person")),
        )
        .complex_type(
            ComplexType::new("Villa")
                .based_on("Address")
                .property(Property::new("Garden", EdmType::Boolean))
                .navigation(Navigation::one("Gardener", "Person")),
        )
        .enum_type(EnumType::new("Colour").flags().member("Red", 1).member("Green", 2));
    operations(keyed(sets(model)))
}

fn product() -> EntityType {
    EntityType::new("Product")
        .key("ID", EdmType::Int32)
        .plain("Name", EdmType::String)
        .plain("Price", EdmType::Double)
        .plain("Rating", EdmType::Byte)
        .plain("Available", EdmType::Boolean)
        .plain("Made", EdmType::DateTimeOffset)
        .plain("Day", EdmType::Date)
        .plain("Opens", EdmType::TimeOfDay)
        .plain("Shelf", EdmType::Duration)
        .plain("Guid", EdmType::Guid)
        .plain("Data", EdmType::Binary)
        .plain("Photo", EdmType::Stream)
        .plain("Colour", EdmType::Enum("Colour".to_owned()))
        .plain("Place", EdmType::Geography(Shape::Point))
        .plain("Road", EdmType::Geography(Shape::LineString))
        .plain("Field", EdmType::Geography(Shape::Polygon))
        .plain("Tags", many(EdmType::String))
        .plain("Home", complex("Address"))
        .plain("Homes", many(complex("Address")))
        .navigation(Navigation::one("Category", "Category").partner("Products"))
        .navigation(Navigation::many("Parts", "Part").contained())
        .navigation(Navigation::many("Similar", "Product"))
}

fn sets(model: Model) -> Model {
    model
        .entity_set(EntitySet::new("Products", "Product").binding("Category", "Categories"))
        .entity_set(EntitySet::new("Categories", "Category").binding("Products", "Products"))
        .entity_set(EntitySet::new("People", "Person"))
        .entity_set(EntitySet::new("Photos", "Picture"))
        .entity_set(EntitySet::new("Items", "Item"))
        .singleton(Singleton::new("Main", "Category").binding("Products", "Products"))
}

/// A set for each type a key may have.
fn keyed(model: Model) -> Model {
    let keys = [
        ("Stamps", EdmType::DateTimeOffset),
        ("Days", EdmType::Date),
        ("Times", EdmType::TimeOfDay),
        ("Spans", EdmType::Duration),
        ("Guids", EdmType::Guid),
        ("Colours", EdmType::Enum("Colour".to_owned())),
        ("Flags", EdmType::Boolean),
    ];
    keys.into_iter().fold(model, |model, (name, ty)| {
        let keyed = format!("{name}Entry");
        model.entity_type(EntityType::new(&keyed).key("Value", ty)).entity_set(EntitySet::new(name, &keyed))
    })
}

fn operations(model: Model) -> Model {
    use OperationKind::{Action, Function};
    let products = || many(entity("Product"));
    let number = |name: &str| Parameter::new(name, EdmType::Double).required();
    let colours = Parameter::new("colours", many(EdmType::Enum("Colour".to_owned()))).required();
    model
        .operation(Operation::function("Best", products()))
        .operation(
            Operation::function("Best", products())
                .parameter(Parameter::new("count", EdmType::Int32).required()),
        )
        .operation(Operation::function("Cities", many(EdmType::String)))
        .operation(Operation::function("Central", complex("Address")))
        .operation(Operation::function("Total", EdmType::Double).parameter(number("of")))
        .operation(Operation::function("Cheapest", entity("Product")).bound_to("products", products()))
        .operation(
            Operation::function("Discounted", EdmType::Double)
                .bound_to("product", entity("Product"))
                .parameter(number("percent")),
        )
        .operation(
            Operation::function("Discounted", EdmType::Double)
                .bound_to("product", entity("Product"))
                .parameter(number("percent"))
                .parameter(number("floor")),
        )
        .operation(Operation::function("Alike", products()).bound_to("product", entity("Product")))
        .operation(
            Operation::function("Distance", EdmType::Double)
                .bound_to("home", complex("Address"))
                .parameter(Parameter::new("to", complex("Address")).required()),
        )
        .operation(Operation::function("Longest", EdmType::String).bound_to("tags", many(EdmType::String)))
        .operation(
            Operation::function("Coloured", EdmType::Boolean)
                .bound_to("product", entity("Product"))
                .parameter(colours),
        )
        .operation(Operation::action("Retire").bound_to("product", entity("Product")))
        .operation(Operation::action("Reset"))
        .import(OperationImport::new(Function, "Best", "Best").entity_set("Products"))
        .import(OperationImport::new(Function, "Cities", "Cities"))
        .import(OperationImport::new(Function, "Central", "Central"))
        .import(OperationImport::new(Function, "Total", "Total"))
        .import(OperationImport::new(Action, "Reset", "Reset"))
}
