//! The rows of the reference model. They never change.

use jiff::SignedDuration;
use jiff::civil::{Date, Time, date, time};
use odata::answer::{Entity, Home};
use odata::expr::{DateTimeOffset, Decimal, Literal};
use uuid::Uuid;

/// The `number`th entity of a kind, so that addresses stay the same.
pub(crate) fn id(kind: u128, number: u128) -> Literal {
    Literal::Guid(Uuid::from_u128((kind << 96) | (0x4000_8000 << 48) | number))
}

const PRODUCT: u128 = 0xa001;
const CATEGORY: u128 = 0xb002;
const MEDIA: u128 = 0xc003;
const READ_ONLY: u128 = 0xd004;
const DECIMAL: u128 = 0xe005;

fn text(value: &str) -> Literal {
    Literal::from(value)
}

fn number(value: i64) -> Literal {
    Literal::Int(value)
}

fn instant(day: Date, hour: i8, minute: i8) -> Literal {
    Literal::DateTimeOffset(DateTimeOffset::from_utc(day.at(hour, minute, 0, 0)))
}

fn entity(ty: &str, set: &str, values: Vec<(&str, Literal)>) -> Entity {
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Entity::new(ty, Home::Set(set.to_owned()), values)
}

fn record(members: Vec<(&str, Literal)>) -> Literal {
    Literal::Record(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

pub(crate) fn categories() -> Vec<Entity> {
    let rows = [
        ("Electronics", "Devices with a plug or a battery"),
        ("Kitchen", "What stands on a kitchen table"),
        ("Furniture", "What stands on the floor"),
    ];
    let row = |(at, (name, description)): (u128, (&str, &str))| {
        let values = vec![("ID", id(CATEGORY, at)), ("Name", text(name)), ("Description", text(description))];
        entity("Category", "Categories", values)
    };
    (1..).zip(rows).map(row).collect()
}

/// One product in few words.
struct Product {
    name: &'static str,
    description: Option<&'static str>,
    price: f64,
    category: Option<u128>,
    status: &'static str,
    created: (Date, i8, i8),
    /// Rating, temperature, quantity, weight.
    numbers: (i64, i64, i64, f64),
    data: &'static [u8],
    released: Date,
    opens: Time,
    /// Shipping, processing, offset; in milliseconds.
    durations: (i64, i64, i64),
    serial: Option<&'static str>,
    special: Option<(&'static str, &'static str)>,
    place: Option<Place>,
}

/// Where it is sent from: street, city, state, postal code; sides; longitude and latitude.
struct Place {
    address: [&'static str; 4],
    sides: [f64; 3],
    at: (f64, f64),
}

const SECOND: i64 = 1000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

#[rustfmt::skip]
const PRODUCTS: [Product; 7] = [
    Product {
        name: "Laptop", description: Some("A fast notebook for work on the road"), price: 999.99, category: Some(1),
        status: "InStock,Featured", created: (date(2024, 1, 15), 10, 30), numbers: (5, -10, 40, 1.5), data: b"test",
        released: date(2024, 1, 15), opens: time(9, 30, 0, 0), durations: (DAY, 45 * SECOND, -DAY), serial: Some("LT-0001"),
        special: Some(("Extended warranty of three years", "Support at home")),
        place: Some(Place { address: ["5 Harbour Steps", "Seattle", "WA", "98101"], sides: [35.5, 24.0, 1.8], at: (-122.3321, 47.6062) }),
    },
    Product {
        name: "Wireless Mouse", description: None, price: 29.99, category: Some(1),
        status: "InStock,OnSale", created: (date(2024, 3, 20), 14, 45), numbers: (4, 5, 150, 0.1), data: &[1, 2, 3],
        released: date(2024, 3, 1), opens: time(8, 0, 0, 0), durations: (2 * HOUR, 30 * SECOND, 0), serial: Some("WM-0002"),
        special: None,
        place: Some(Place { address: ["12 Bay Lane", "San Francisco", "CA", "94102"], sides: [10.0, 6.0, 4.0], at: (-122.4194, 37.7749) }),
    },
    Product {
        name: "Coffee Mug", description: Some("Holds a third of a litre"), price: 15.5, category: Some(2),
        status: "InStock", created: (date(2023, 11, 5), 9, 15), numbers: (3, 20, 500, 0.35), data: b"",
        released: date(2023, 11, 1), opens: time(7, 15, 30, 0), durations: (HOUR / 2, 1500, HOUR), serial: None,
        special: None,
        place: Some(Place { address: ["77 Rose Street", "Portland", "OR", "97201"], sides: [8.0, 8.0, 10.0], at: (-122.6765, 45.5231) }),
    },
    Product {
        name: "Office Chair", description: Some("Adjustable in every direction"), price: 249.99, category: Some(3),
        status: "Discontinued", created: (date(2023, 8, 12), 16, 20), numbers: (4, 15, 25, 12.5), data: &[255, 0, 127],
        released: date(2023, 8, 1), opens: time(10, 0, 0, 0), durations: (2 * DAY, 5 * 60 * SECOND, -HOUR), serial: Some("OC-0004"),
        special: None, place: None,
    },
    Product {
        name: "Smartphone", description: Some("A telephone with a camera"), price: 799.99, category: Some(1),
        status: "InStock,OnSale,Featured", created: (date(2024, 6, 28), 11, 0), numbers: (5, 0, 75, 0.2), data: b"phone",
        released: date(2024, 6, 1), opens: time(9, 0, 0, 0), durations: (DAY + 2 * HOUR + HOUR / 2, 45 * SECOND, 2 * HOUR), serial: Some("SP-0005"),
        special: None,
        place: Some(Place { address: ["300 Lake View", "Austin", "TX", "78701"], sides: [15.0, 7.5, 0.8], at: (-97.7431, 30.2672) }),
    },
    Product {
        name: "Premium Laptop Pro", description: Some("The largest screen there is"), price: 1999.99, category: Some(1),
        status: "InStock,Featured", created: (date(2024, 7, 1), 10, 0), numbers: (5, -5, 10, 2.25), data: b"pro",
        released: date(2024, 7, 1), opens: time(12, 0, 0, 0), durations: (3 * DAY, 60 * SECOND, DAY), serial: Some("LT-0006"),
        special: Some(("Extended warranty of five years", "A person of your own to call")),
        place: Some(Place { address: ["1 Tower Square", "New York", "NY", "10001"], sides: [40.0, 28.0, 2.0], at: (-74.006, 40.7128) }),
    },
    Product {
        name: "Gaming Mouse Ultra", description: Some("Eight buttons and a light"), price: 149.99, category: Some(1),
        status: "InStock,OnSale", created: (date(2024, 7, 15), 14, 30), numbers: (4, 8, 60, 0.12), data: b"ultra",
        released: date(2024, 7, 15), opens: time(18, 30, 0, 0), durations: (4 * HOUR, 90 * SECOND, 0), serial: Some("WM-0007"),
        special: Some(("Light of many colours", "Speed set by hand")),
        place: Some(Place { address: ["88 Sunset Walk", "Los Angeles", "CA", "90001"], sides: [12.5, 7.5, 4.5], at: (-118.2437, 34.0522) }),
    },
];

pub(crate) fn products() -> Vec<Entity> {
    (1..).zip(&PRODUCTS).map(|(at, product)| product_row(at, product)).collect()
}

fn product_row(at: u128, product: &Product) -> Entity {
    let maybe = |value: Option<&str>| value.map_or(Literal::Null, text);
    let millis = |count: i64| Literal::Duration(SignedDuration::from_millis(count));
    let (rating, temperature, quantity, weight) = product.numbers;
    let (shipping, processing, offset) = product.durations;
    let ty = if product.special.is_some() { "SpecialProduct" } else { "Product" };
    let status = Literal::Enum { type_name: "ProductStatus".to_owned(), members: product.status.to_owned() };
    let mut values = vec![
        ("ID", id(PRODUCT, at)),
        ("Name", text(product.name)),
        ("Description", maybe(product.description)),
        ("Price", Literal::Double(product.price)),
        ("Rating", number(rating)),
        ("Temperature", number(temperature)),
        ("Quantity", number(quantity)),
        ("Weight", Literal::Double(weight)),
        ("Data", Literal::Binary(product.data.to_vec())),
        ("ReleaseDate", Literal::Date(product.released)),
        ("OpenTime", Literal::TimeOfDay(product.opens)),
        ("ShippingTime", millis(shipping)),
        ("ProcessingTime", millis(processing)),
        ("Offset", millis(offset)),
        ("CategoryID", product.category.map_or(Literal::Null, |category| id(CATEGORY, category))),
        ("Status", status),
        ("Version", number(1)),
        ("CreatedAt", instant(product.created.0, product.created.1, product.created.2)),
        ("SerialNumber", maybe(product.serial)),
        ("ProductType", text(ty)),
    ];
    values.extend(placed(product.place.as_ref()));
    if let Some((property, feature)) = product.special {
        values.extend([("SpecialProperty", text(property)), ("SpecialFeature", text(feature))]);
    }
    entity(ty, "Products", values)
}

/// Address, sides and shapes; a street north and a square around the place.
fn placed(place: Option<&Place>) -> Vec<(&'static str, Literal)> {
    let names = ["ShippingAddress", "Dimensions", "Location", "Route", "Area"];
    let Some(Place { address: [street, city, state, code], sides: [length, width, height], at: (x, y) }) =
        place
    else {
        return names.into_iter().map(|name| (name, Literal::Null)).collect();
    };
    let shape = |text: String| Literal::Geography(format!("SRID=4326;{text}"));
    let (west, east, south, north) = (x - 0.25, x + 0.25, y - 0.25, y + 0.25);
    let square =
        format!("POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))");
    let address = record(vec![
        ("Street", text(street)),
        ("City", text(city)),
        ("State", text(state)),
        ("PostalCode", text(code)),
        ("Country", text("USA")),
    ]);
    let sides = record(vec![
        ("Length", Literal::Double(*length)),
        ("Width", Literal::Double(*width)),
        ("Height", Literal::Double(*height)),
        ("Unit", text("cm")),
    ]);
    vec![
        ("ShippingAddress", address),
        ("Dimensions", sides),
        ("Location", shape(format!("POINT({x} {y})"))),
        ("Route", shape(format!("LINESTRING({x} {y},{x} {north})"))),
        ("Area", shape(square)),
    ]
}

/// Pairs of products, by number from 1.
pub(crate) const RELATED: [(u128, u128); 7] = [(1, 2), (1, 6), (2, 1), (2, 7), (5, 1), (6, 1), (7, 2)];

pub(crate) fn product_id(number: u128) -> Literal {
    id(PRODUCT, number)
}

type Described = (u128, &'static str, &'static str, Option<&'static str>, Option<&'static str>);

const DESCRIPTIONS: [Described; 11] = [
    (1, "EN", "A fast notebook", Some("It starts in four seconds and lasts the whole day."), Some("Promo")),
    (1, "DE", "Ein schneller Rechner", Some("Er startet in vier Sekunden."), None),
    (2, "EN", "Works without a wire", None, Some("Promo")),
    (2, "FR", "Fonctionne sans fil", None, None),
    (3, "EN", "For the first cup of the day", Some("May be washed by machine."), None),
    (3, "ES", "Para la primera taza", None, None),
    (4, "EN", "Ergonomic chair with arms", Some("Holds up to 150 kg."), None),
    (5, "EN", "Takes pictures in the dark", None, None),
    (5, "DE", "Fotografiert im Dunkeln", None, None),
    (5, "FR", "Photographie dans le noir", None, None),
    (5, "ES", "Fotografía en la oscuridad", Some("Con tres cámaras."), None),
];

pub(crate) fn descriptions() -> Vec<Entity> {
    let maybe = |value: Option<&str>| value.map_or(Literal::Null, text);
    let row = |(product, language, short, long, name): Described| {
        let values = vec![
            ("ProductID", id(PRODUCT, product)),
            ("LanguageKey", text(language)),
            ("Description", text(short)),
            ("LongText", maybe(long)),
            ("CustomName", maybe(name)),
        ];
        entity("ProductDescription", "ProductDescriptions", values)
    };
    DESCRIPTIONS.into_iter().map(row).collect()
}

/// Name, type and content of the media items.
pub(crate) const MEDIA_ITEMS: [(&str, &str, &[u8]); 2] =
    [("Dot", "image/png", DOT), ("Greeting", "text/plain", b"Hello from the reference service.\n")];

/// A PNG image of one grey pixel.
pub(crate) const DOT: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0,
    1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x68,
    0x00, 0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae,
    0x42, 0x60, 0x82,
];

pub(crate) fn media_items() -> Vec<Entity> {
    let row = |(at, (name, ty, content)): (u128, (&str, &str, &[u8]))| {
        let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
        let values = vec![
            ("ID", id(MEDIA, at)),
            ("Name", text(name)),
            ("ContentType", text(ty)),
            ("Size", number(size)),
        ];
        entity("MediaItem", "MediaItems", values)
    };
    (1..).zip(MEDIA_ITEMS).map(row).collect()
}

pub(crate) fn read_only_items() -> Vec<Entity> {
    let row = |(at, name): (u128, &str)| {
        entity("ReadOnlyItem", "ReadOnlyItems", vec![("ID", id(READ_ONLY, at)), ("Name", text(name))])
    };
    (1..).zip(["Read-only item A", "Read-only item B"]).map(row).collect()
}

pub(crate) fn decimal_samples() -> Vec<Entity> {
    let amount = Decimal::parse("123.450000000000000000").map_or(Literal::Null, Literal::Decimal);
    let values = vec![("ID", id(DECIMAL, 1)), ("Name", text("Sample")), ("Amount", amount)];
    vec![entity("DecimalSample", "DecimalSamples", values)]
}

pub(crate) fn company() -> Entity {
    let logo =
        br#"<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>"#;
    let values = vec![
        ("ID", number(1)),
        ("Name", text("TechStore Inc.")),
        ("CEO", text("Sarah Johnson")),
        ("Founded", number(2010)),
        ("HeadQuarter", text("Seattle, WA")),
        ("Website", text("https://techstore.example")),
        ("Logo", Literal::Binary(logo.to_vec())),
        ("Version", number(1)),
        ("UpdatedAt", instant(date(2024, 1, 1), 0, 0)),
    ];
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Entity::new("CompanyInfo", Home::Singleton("Company".to_owned()), values)
}
