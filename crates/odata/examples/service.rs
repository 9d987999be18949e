//! A whole OData service over values in memory: `cargo run -p odata --example service`, then open the printed address.
//!
//! A model, its rows, and [`odata::answer`]; the rest is the smallest HTTP server there is: one request per connection.

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::{TcpListener, TcpStream};

use odata::answer::{Entity, Home, Request, Response, Service, Source};
use odata::edm::{Annotated, Annotation, EdmType, EntitySet, EntityType, Model, Navigation, Property, Value};
use odata::expr::{Decimal, Literal};

fn main() -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let root = format!("http://{}/", listener.local_addr()?);
    println!("{root}books?$filter=contains(title,'the')&$expand=author");
    for stream in listener.incoming() {
        if let Err(error) = serve(stream?, &root) {
            eprintln!("a connection failed: {error}");
        }
    }
    Ok(())
}

/// The longest request head that is read.
const HEAD_BYTES: u64 = 64 * 1024;

fn serve(stream: TcpStream, root: &str) -> Result<()> {
    let mut lines = BufReader::new((&stream).take(HEAD_BYTES)).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut headers = Vec::new();
    for line in lines {
        let line = line?;
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.trim().to_owned(), value.trim().to_owned())),
            None => break,
        }
    }
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let answer = answer(method, target, &headers, root);
    write!(&stream, "HTTP/1.1 {} Status\r\nConnection: close\r\n", answer.status)?;
    for (name, value) in &answer.headers {
        write!(&stream, "{name}: {value}\r\n")?;
    }
    write!(&stream, "Content-Length: {}\r\n\r\n", answer.body.len())?;
    (&stream).write_all(&answer.body)
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, where nothing else asks for the time")]
fn answer(method: &str, target: &str, headers: &[(String, String)], root: &str) -> Response {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = Request { method, path, query, headers, body: &[], now: jiff::Timestamp::now() };
    Service { model: &model(), source: &Library, root, page_items: 100 }.answer(&request)
}

fn model() -> Model {
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
        .annotate(Annotation::capability("ConformanceLevel", Value::Enum(level, "Advanced".to_owned())))
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

struct Library;

impl Source for Library {
    fn entities(&self, set: &str) -> Vec<Entity> {
        match set {
            "authors" => AUTHORS.iter().map(author).collect(),
            _ => BOOKS.iter().map(book).collect(),
        }
    }

    fn singleton(&self, _name: &str) -> Option<Entity> {
        None
    }

    fn related(&self, entity: &Entity, navigation: &str) -> Vec<Entity> {
        let (own, set, wanted) = match navigation {
            "books" => ("id", "books", "authorId"),
            _ => ("authorId", "authors", "id"),
        };
        let mut related = self.entities(set);
        related.retain(|other| other.get(wanted) == entity.get(own));
        related
    }
}

fn entity(ty: &str, set: &str, values: Vec<(&str, Literal)>) -> Entity {
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Entity::new(ty, Home::Set(set.to_owned()), values)
}

fn author((id, name): &(i64, &str)) -> Entity {
    entity("author", "authors", vec![("id", (*id).into()), ("name", (*name).into())])
}

fn book((id, title, published, price, tags, author_id): &Book) -> Entity {
    let published = published.and_then(|text| text.parse().ok()).map_or(Literal::Null, Literal::Date);
    let tags = tags.iter().map(|tag| (*tag).into()).collect();
    let values = vec![
        ("id", (*id).into()),
        ("title", (*title).into()),
        ("published", published),
        ("price", Decimal::parse(price).map_or(Literal::Null, Literal::Decimal)),
        ("tags", Literal::Collection(tags)),
        ("authorId", (*author_id).into()),
    ];
    entity("book", "books", values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_of_requests_and_answers() {
        let cases = [
            ("/books/$count?$filter=price%20gt%2012.5", 200, "3"),
            ("/books(4)/title/$value", 200, "The lamp keeper"),
            ("/books/$count?$filter=tags/any(t:t eq 'sea') and tags/$count eq 1", 200, "1"),
            ("/authors(1)/books/$count", 200, "2"),
            (
                "/books?$orderby=published&$top=1&$select=id&$format=application/json;metadata=none",
                200,
                r#"{"value":[{"id":3}]}"#,
            ),
            (
                "/books?$select=title&$filter=author/name eq 'Ursula Vos'&$orderby=published&$format=application/json;metadata=none",
                200,
                r#"{"value":[{"title":"The lamp keeper"},{"title":"Harbour in the fog"}]}"#,
            ),
            (
                "/authors(3)?$expand=books($select=tags)&$format=application/json;metadata=none",
                200,
                r#"{"id":3,"name":"Anna de Wit","books":[{"tags":[]}]}"#,
            ),
            (
                "/books?$apply=groupby((author/name),aggregate(price with max as most))&$top=1",
                200,
                r#"{"@odata.context":"http://host/$metadata#books(author(name),most)","value":[{"author":{"name":"Ursula Vos"},"most":12.5}]}"#,
            ),
        ];
        for (target, status, body) in cases {
            let answer = answer("GET", target, &[], "http://host/");
            let found = String::from_utf8(answer.body).expect("text");
            assert_eq!((answer.status, found.as_str()), (status, body), "{target}");
        }
        let refused = answer("GET", "/books?$filter=titel eq 'x'", &[], "http://host/");
        assert!(String::from_utf8_lossy(&refused.body).contains("Did you mean 'title'?"));
        assert_eq!(answer("POST", "/books", &[], "http://host/").status, 405);
    }
}
