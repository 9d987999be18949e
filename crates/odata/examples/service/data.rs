//! Two entity sets, their model and their rows.

use odata::edm::{Annotated, Annotation, EdmType, EntitySet, EntityType, Model, Navigation, Property, Value};
use odata::expr::Literal;

pub(crate) fn model() -> Model {
    let author = EntityType::new("author")
        .key("id", EdmType::Int32)
        .property(Property::new("name", EdmType::String).max_length(100).required())
        .navigation(Navigation::many("books", "book"));
    let book = EntityType::new("book")
        .key("id", EdmType::Int32)
        .property(Property::new("title", EdmType::String).required().doc("As on the title page"))
        .plain("published", EdmType::Date)
        .plain("price", EdmType::Decimal)
        .plain("tags", EdmType::collection_of(EdmType::String))
        .plain("authorId", EdmType::Int32)
        .navigation(Navigation::one("author", "author").constraint("authorId", "id"));
    let level = "Org.OData.Capabilities.V1.ConformanceLevelType".to_owned();
    Model::new("Library", "Default")
        .entity_type(author)
        .entity_type(book)
        .entity_set(EntitySet::new("authors", "author").binding("books", "books"))
        .entity_set(EntitySet::new("books", "book").binding("author", "authors"))
        .annotate(Annotation::capability("ConformanceLevel", Value::Enum(level, "Intermediate".to_owned())))
}

const AUTHORS: [(i64, &str); 3] = [(1, "Ursula Vos"), (2, "Henrik Lind"), (3, "Anna de Wit")];

/// Id, title, day, price, tags, author.
type Book = (i64, &'static str, Option<&'static str>, &'static str, &'static [&'static str], i64);

const BOOKS: [Book; 5] = [
    (1, "Harbour in the fog", Some("2001-03-09"), "12.50", &["sea", "crime"], 1),
    (2, "On the quarterdeck", Some("2014-11-30"), "24.95", &["sea"], 2),
    (3, "Seven small kitchens", None, "18", &[], 3),
    (4, "The lamp keeper", Some("1998-06-01"), "9.99", &["sea", "children"], 1),
    (5, "Winter accounts", Some("2020-01-15"), "31.00", &["crime"], 2),
];

/// All rows of a set, with related entities inside so that paths such as `author/name` find them.
pub(crate) fn rows(entity_type: &str) -> Vec<Literal> {
    match entity_type {
        "author" => AUTHORS.iter().map(|(id, name)| author(*id, name, true)).collect(),
        _ => BOOKS.iter().map(|row| book(row, true)).collect(),
    }
}

fn author(id: i64, name: &str, with_books: bool) -> Literal {
    let mut members = vec![("id".to_owned(), id.into()), ("name".to_owned(), name.into())];
    if with_books {
        let own = BOOKS.iter().filter(|row| row.5 == id).map(|row| book(row, false));
        members.push(("books".to_owned(), Literal::Collection(own.collect())));
    }
    Literal::Record(members)
}

fn book(row: &Book, with_author: bool) -> Literal {
    let (id, title, published, price, tags, author_id) = row;
    let published = published.and_then(|text| text.parse().ok()).map_or(Literal::Null, Literal::Date);
    let price = odata::expr::Decimal::parse(price).map_or(Literal::Null, Literal::Decimal);
    let mut members = vec![
        ("id".to_owned(), (*id).into()),
        ("title".to_owned(), (*title).into()),
        ("published".to_owned(), published),
        ("price".to_owned(), price),
        ("tags".to_owned(), Literal::Collection(tags.iter().map(|tag| (*tag).into()).collect())),
        ("authorId".to_owned(), (*author_id).into()),
    ];
    let known = AUTHORS.iter().find(|(id, _)| with_author && id == author_id);
    members.extend(known.map(|(id, name)| ("author".to_owned(), author(*id, name, false))));
    Literal::Record(members)
}
