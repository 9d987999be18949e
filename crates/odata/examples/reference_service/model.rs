//! The reference model that public judges of OData services know, with what this service offers of it.

use odata::edm::capabilities::{self, Offer};
use odata::edm::{
    Annotated, Annotation, ComplexType, EdmType, EntitySet, EntityType, EnumType, Model, Navigation,
    Operation, OperationImport, OperationKind, Parameter, Property, Shape, Singleton, Value,
};

pub(crate) const NAMESPACE: &str = "ReferenceService";

pub(crate) fn model() -> Model {
    let model = Model { annotates_beside: true, ..Model::new(NAMESPACE, "Container") };
    let model = model
        .enum_type(product_status())
        .complex_type(address())
        .complex_type(dimensions())
        .entity_type(product())
        .entity_type(special_product())
        .entity_type(category())
        .entity_type(description())
        .entity_type(media_item())
        .entity_type(read_only_item())
        .entity_type(decimal_sample())
        .entity_type(company());
    let model = functions().into_iter().fold(model, Model::operation);
    let model = imports().into_iter().fold(model, Model::import);
    let model = sets().into_iter().fold(model, Model::entity_set);
    let company =
        Singleton::new("Company", "CompanyInfo").annotate(holds("UpdateRestrictions", "Updatable", false));
    service_capabilities(model.singleton(company))
}

fn text(name: &str, length: u32) -> Property {
    Property::new(name, EdmType::String).max_length(length)
}

fn required(name: &str, ty: EdmType) -> Property {
    Property::new(name, ty).required()
}

fn product_status() -> EnumType {
    EnumType::new("ProductStatus")
        .flags()
        .member("None", 0)
        .member("InStock", 1)
        .member("OnSale", 2)
        .member("Discontinued", 4)
        .member("Featured", 8)
}

fn address() -> ComplexType {
    ComplexType::new("Address")
        .property(text("Street", 100))
        .property(text("City", 50))
        .property(text("State", 2))
        .property(text("PostalCode", 10))
        .property(text("Country", 50))
}

fn dimensions() -> ComplexType {
    ComplexType::new("Dimensions")
        .property(Property::new("Length", EdmType::Double))
        .property(Property::new("Width", EdmType::Double))
        .property(Property::new("Height", EdmType::Double))
        .property(text("Unit", 10))
}

fn product() -> EntityType {
    let explained = "The customer-facing product name used in catalog listings and search results.";
    let name = text("Name", 100)
        .required()
        .doc("Product display name")
        .annotate(Annotation::core("LongDescription", explained.into()))
        .annotate(Annotation::new(
            "Org.OData.Validation.V1.Pattern",
            "^[A-Za-z0-9][A-Za-z0-9 -]{0,99}$".into(),
        ));
    let ty = EntityType::new("Product")
        .key("ID", EdmType::Guid)
        .property(name)
        .property(text("Description", 500).doc("Detailed product description"));
    let numbers = [
        required("Price", EdmType::Double),
        required("Rating", EdmType::Byte),
        required("Temperature", EdmType::SByte),
        required("Quantity", EdmType::Int16),
        required("Weight", EdmType::Single),
    ];
    let times = [
        Property::new("Data", EdmType::Binary),
        Property::new("ReleaseDate", EdmType::Date),
        Property::new("OpenTime", EdmType::TimeOfDay).precision(6),
        Property::new("ShippingTime", EdmType::Duration).precision(6),
        Property::new("ProcessingTime", EdmType::Duration).precision(6),
        Property::new("Offset", EdmType::Duration).precision(6),
    ];
    let serial = text("SerialNumber", 50)
        .doc("Serial number, given once and never changed")
        .annotate(Annotation::core("Immutable", true.into()));
    let created = required("CreatedAt", EdmType::DateTimeOffset)
        .precision(6)
        .annotate(Annotation::core("Computed", true.into()));
    let rest = [
        Property::new("CategoryID", EdmType::Guid),
        required("Status", EdmType::Enum("ProductStatus".to_owned())),
        required("Version", EdmType::Int32),
        created,
        serial,
        text("ProductType", 50).required(),
        Property::new("ShippingAddress", EdmType::Complex("Address".to_owned())),
        Property::new("Dimensions", EdmType::Complex("Dimensions".to_owned())),
        Property::new("Location", EdmType::Geography(Shape::Point)),
        Property::new("Route", EdmType::Geography(Shape::LineString)),
        Property::new("Area", EdmType::Geography(Shape::Polygon)),
        Property::new("Photo", EdmType::Stream),
    ];
    numbers
        .into_iter()
        .chain(times)
        .chain(rest)
        .fold(ty, EntityType::property)
        .navigation(
            Navigation::one("Category", "Category").constraint("CategoryID", "ID").partner("Products"),
        )
        .navigation(Navigation::many("Descriptions", "ProductDescription").partner("Product"))
        .navigation(Navigation::many("RelatedProducts", "Product"))
}

fn special_product() -> EntityType {
    EntityType::new("SpecialProduct")
        .based_on("Product")
        .property(text("SpecialProperty", 200))
        .property(text("SpecialFeature", 100))
}

fn category() -> EntityType {
    EntityType::new("Category")
        .key("ID", EdmType::Guid)
        .property(text("Name", 100).required())
        .property(text("Description", 500))
        .navigation(Navigation::many("Products", "Product").partner("Category"))
}

fn description() -> EntityType {
    let product = Navigation { nullable: false, ..Navigation::one("Product", "Product") };
    EntityType::new("ProductDescription")
        .key("ProductID", EdmType::Guid)
        .property(text("LanguageKey", 2).required())
        .key_of("LanguageKey")
        .property(text("Description", 500).required())
        .property(text("LongText", 2000))
        .property(Property::new("CustomName", EdmType::String))
        .navigation(product.constraint("ProductID", "ID").partner("Descriptions"))
}

fn media_item() -> EntityType {
    EntityType::new("MediaItem")
        .with_stream()
        .key("ID", EdmType::Guid)
        .property(text("Name", 100).required())
        .property(text("ContentType", 100).required())
        .property(Property::new("Size", EdmType::Int64))
}

fn read_only_item() -> EntityType {
    EntityType::new("ReadOnlyItem").key("ID", EdmType::Guid).property(text("Name", 100).required())
}

fn decimal_sample() -> EntityType {
    let amount = required("Amount", EdmType::Decimal).precision(38).scale(18);
    EntityType::new("DecimalSample")
        .key("ID", EdmType::Guid)
        .property(text("Name", 100).required())
        .property(amount)
}

fn company() -> EntityType {
    let svg = Annotation::core("MediaType", "image/svg+xml".into());
    EntityType::new("CompanyInfo")
        .key("ID", EdmType::Int32)
        .property(text("Name", 100).required())
        .property(text("CEO", 100).required())
        .property(required("Founded", EdmType::Int32))
        .property(text("HeadQuarter", 200))
        .property(text("Website", 200))
        .property(Property::new("Logo", EdmType::Binary).annotate(svg))
        .property(required("Version", EdmType::Int32))
        .property(required("UpdatedAt", EdmType::DateTimeOffset).precision(6))
}

fn products() -> EdmType {
    EdmType::collection_of(EdmType::Entity("Product".to_owned()))
}

fn takes(name: &str, ty: EdmType) -> Parameter {
    Parameter::new(name, ty).required()
}

fn functions() -> Vec<Operation> {
    let product = || EdmType::Entity("Product".to_owned());
    let top = || Operation::function("GetTopProducts", products());
    let count = || takes("count", EdmType::Int64);
    let category = || takes("category", EdmType::String);
    let price = || Operation::function("CalculatePrice", EdmType::Double).not_composable();
    let of_product = |operation: Operation| operation.bound_to("product", product());
    let of_products = |operation: Operation| operation.bound_to("products", products());
    let value = |name: &str, ty: EdmType| Operation::function(name, ty).not_composable();
    vec![
        top(),
        top().parameter(count()),
        top().parameter(count()).parameter(category()),
        of_products(top().entity_set_path("products")),
        of_products(top().parameter(count()).entity_set_path("products")),
        of_products(top().parameter(count()).parameter(category()).entity_set_path("products")),
        of_product(value("GetTotalPrice", EdmType::Double).parameter(takes("taxRate", EdmType::Double))),
        of_products(value("GetProductStats", EdmType::String)),
        of_product(
            Operation::function("GetRelatedProducts", products()).entity_set_path("product/RelatedProducts"),
        ),
        of_products(value("GetAveragePrice", EdmType::Double)),
        Operation::function("FindProducts", products())
            .parameter(takes("name", EdmType::String))
            .parameter(takes("maxPrice", EdmType::Double)),
        value("Calculate", EdmType::Int64).parameter(takes("value", EdmType::Int64)),
        value("Calculate", EdmType::Int64)
            .parameter(takes("a", EdmType::Int64))
            .parameter(takes("b", EdmType::Int64)),
        value("Convert", EdmType::String).parameter(takes("input", EdmType::String)),
        value("Convert", EdmType::String).parameter(takes("number", EdmType::Int64)),
        of_product(price().parameter(takes("discount", EdmType::Double))),
        of_product(
            price().parameter(takes("discount", EdmType::Double)).parameter(takes("tax", EdmType::Double)),
        ),
        of_product(value("GetInfo", EdmType::String).parameter(takes("format", EdmType::String))),
        Operation::action("Reseed")
            .returning(EdmType::Boolean, false)
            .doc("Begins again with the first rows, which are all there ever are"),
    ]
}

fn imports() -> Vec<OperationImport> {
    let function = |name: &str| OperationImport::new(OperationKind::Function, name, name);
    vec![
        function("GetTopProducts").entity_set("Products").listed(),
        function("FindProducts").entity_set("Products"),
        function("Calculate"),
        function("Convert"),
        OperationImport::new(OperationKind::Action, "Reseed", "Reseed"),
    ]
}

fn sets() -> Vec<EntitySet> {
    let version = Value::Collection(vec![Value::PropertyPath("Version".to_owned())]);
    let tracked = Value::record([("Supported", true.into())]);
    let open = capabilities::of_read_only;
    let products = EntitySet::new("Products", "Product")
        .binding("Category", "Categories")
        .binding("Descriptions", "ProductDescriptions")
        .binding("RelatedProducts", "Products")
        .annotate(Annotation::core("OptimisticConcurrency", version))
        .annotate(Annotation::capability("ChangeTracking", tracked))
        .annotate(holds("ReadRestrictions", "Readable", true));
    vec![
        open(products),
        open(EntitySet::new("Categories", "Category").binding("Products", "Products")),
        open(EntitySet::new("ProductDescriptions", "ProductDescription").binding("Product", "Products")),
        open(EntitySet::new("MediaItems", "MediaItem")),
        closed(EntitySet::new("ReadOnlyItems", "ReadOnlyItem")),
        open(EntitySet::new("DecimalSamples", "DecimalSample")),
    ]
}

/// A set that is only read as a whole, page by page, or by key.
fn closed(set: EntitySet) -> EntitySet {
    let restrictions = [
        ("CountRestrictions", "Countable"),
        ("FilterRestrictions", "Filterable"),
        ("SortRestrictions", "Sortable"),
        ("SearchRestrictions", "Searchable"),
        ("ExpandRestrictions", "Expandable"),
        ("SelectSupport", "Supported"),
        ("InsertRestrictions", "Insertable"),
        ("UpdateRestrictions", "Updatable"),
        ("DeleteRestrictions", "Deletable"),
    ];
    restrictions.into_iter().fold(set, |set, (term, name)| set.annotate(holds(term, name, false)))
}

fn holds(term: &str, name: &str, holds: bool) -> Annotation {
    Annotation::capability(term, Value::record([(name, holds.into())]))
}

fn service_capabilities(model: Model) -> Model {
    let mut functions = capabilities::FUNCTIONS.to_vec();
    functions.extend(["hassubset", "hassubsequence"]);
    let offer = Offer {
        formats: &[
            "application/json",
            "application/json;odata.metadata=full",
            "application/json;odata.metadata=none",
        ],
        functions: &functions,
        cross_joins: true,
        ..Offer::default()
    };
    capabilities::of_service(model, &offer)
        .annotate(Annotation::capability("QuerySegmentSupported", true.into()))
}
