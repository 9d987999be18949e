//! Expansions such as `address/carrier`, over a model made for them; the reference model has none.

use jiff::Timestamp;

use crate::answer::{Entity, Home, Request, Service, Source};
use crate::edm::{ComplexType, EdmType, EntitySet, EntityType, Model, Navigation, Property};
use crate::expr::Literal;

fn model() -> Model {
    let complex = |name: &str| EdmType::Complex(name.to_owned());
    Model::new("Post", "Default")
        .complex_type(
            ComplexType::new("place")
                .property(Property::new("street", EdmType::String))
                .navigation(Navigation::many("carriers", "carrier")),
        )
        .complex_type(
            ComplexType::new("address")
                .property(Property::new("city", EdmType::String))
                .property(Property::new("place", complex("place")))
                .navigation(Navigation::one("carrier", "carrier")),
        )
        .entity_type(
            EntityType::new("person")
                .key("id", EdmType::Int32)
                .plain("address", complex("address"))
                .plain("earlier", EdmType::collection_of(complex("address"))),
        )
        .entity_type(EntityType::new("carrier").key("id", EdmType::Int32))
        .entity_set(EntitySet::new("people", "person"))
        .entity_set(EntitySet::new("carriers", "carrier"))
}

struct Post;

impl Source for Post {
    fn entities(&self, set: &str) -> Vec<Entity> {
        let texts = |name: &str, text: &str| (name.to_owned(), Literal::from(text));
        let place = ("place".to_owned(), Literal::Record(vec![texts("street", "Quay")]));
        let address = ("address".to_owned(), Literal::Record(vec![texts("city", "Hull"), place]));
        let id = |id: i64| ("id".to_owned(), Literal::from(id));
        let home = Home::Set(set.to_owned());
        match set {
            "people" => vec![
                Entity::new("person", home.clone(), vec![id(1), address]),
                Entity::new("person", home, vec![id(2), ("address".to_owned(), Literal::Null)]),
            ],
            _ => [7, 8].map(|number| Entity::new("carrier", home.clone(), vec![id(number)])).into(),
        }
    }

    fn singleton(&self, _name: &str) -> Option<Entity> {
        None
    }

    fn related(&self, _entity: &Entity, navigation: &str) -> Vec<Entity> {
        let mut carriers = self.entities("carriers");
        match navigation {
            "address/carrier" => carriers.truncate(1),
            "address/place/carriers" => {}
            other => panic!("'{other}' is no navigation of this model"),
        }
        carriers
    }
}

fn answered(path: &str, query: &str) -> (u16, String) {
    let service = Service { model: &model(), source: &Post, root: "http://host/", page_items: 10 };
    let headers = [("Accept".to_owned(), "application/json;odata.metadata=none".to_owned())];
    let now = Timestamp::UNIX_EPOCH;
    let response = service.answer(&Request { method: "GET", path, query, headers: &headers, body: &[], now });
    (response.status, String::from_utf8(response.body).expect("JSON is text"))
}

#[test]
fn navigation_inside_structured_values_is_expanded_where_it_stands() {
    let cases = [
        (
            "$expand=address/carrier",
            r#"{"id":1,"address":{"city":"Hull","place":{"street":"Quay"},"carrier":{"id":7}},"earlier":null}"#,
        ),
        (
            "$expand=address/place/carriers($filter=id gt 7;$count=true)&$select=id",
            r#"{"id":1,"address":{"place":{"carriers@odata.count":1,"carriers":[{"id":8}]}}}"#,
        ),
        (
            "$expand=address/carrier,address/place/carriers/$count&$select=address/city",
            r#"{"address":{"city":"Hull","place":{"carriers@odata.count":2},"carrier":{"id":7}}}"#,
        ),
        (
            "$expand=address/carrier&$select=address",
            r#"{"address":{"city":"Hull","place":{"street":"Quay"},"carrier":{"id":7}}}"#,
        ),
    ];
    for (query, wanted) in cases {
        assert_eq!(answered("people(1)", query), (200, wanted.to_owned()), "{query}");
    }
    let nothing = r#"{"id":2,"address":null}"#.to_owned();
    assert_eq!(answered("people(2)", "$expand=address/carrier&$select=id"), (200, nothing));
}

#[test]
fn expansions_without_an_address_are_refused_by_name() {
    for (path, query) in [("people", "$expand=earlier/carrier"), ("people(1)/address", "$expand=carrier")] {
        let (status, body) = answered(path, query);
        assert_eq!(status, 501, "{path}?{query}: {body}");
        assert!(body.contains("carrier"), "{body}");
    }
}
