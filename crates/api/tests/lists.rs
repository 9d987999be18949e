//! Lists over SQL: a condition means on both databases what OData's plain evaluator says it means.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::cell::RefCell;
use std::collections::BTreeSet;

use api::list::{Column, Kind, View};
use api::{Code, Failure};
use odata::edm::{EdmType, EntityType, Model, Property};
use odata::expr::{Literal, evaluate};
use odata::query::{Context, parse_options};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use store::{Sql, SqlError, Store, TenantId, testkit};
use uuid::Uuid;

const TENANT: TenantId = TenantId(Uuid::from_u128(1));
const MAKE_TENANT: Sql = Sql::tenant(
    "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
     created_at) values ($1, 'T', 'NL', 'here', 'intune', 'active', 0)",
);
const INSERT: Sql = Sql::tenant(
    "insert into directory_user (tenant_id, id, user_principal_name, user_principal_name_lower, mail, display_name,
     account_enabled, is_simulated, created_at, deleted_at) values ($1, $2, $3, $3, $4, $5, $6, false, $7, $8)",
);

static PEOPLE: View = View {
    set: "people",
    base: Sql::tenant(
        "select id, user_principal_name, mail, display_name, account_enabled, created_at, deleted_at
         from directory_user where tenant_id = $1",
    ),
    searched: &["display_name", "mail"],
    order: "display_name",
    columns: &[
        Column { name: "id", sql: "id", kind: Kind::Guid, nullable: false },
        Column { name: "name", sql: "display_name", kind: Kind::Text, nullable: false },
        Column { name: "mail", sql: "mail", kind: Kind::Text, nullable: true },
        Column { name: "enabled", sql: "account_enabled", kind: Kind::Bool, nullable: false },
        Column { name: "created", sql: "created_at", kind: Kind::Time, nullable: false },
        Column { name: "count", sql: "deleted_at", kind: Kind::Int, nullable: true },
    ],
};

#[derive(Clone, Debug)]
struct Person {
    id: Uuid,
    name: String,
    mail: Option<String>,
    enabled: bool,
    created: i64,
    count: Option<i64>,
}

fn people() -> Vec<Person> {
    let words = ["ann", "Ann", "bo'b", "", "50%_", "Ünal", "ann.bo", "zz top"];
    (0..40_usize)
        .map(|n| Person {
            id: Uuid::from_u128(1_000 + n as u128),
            name: words[n % words.len()].to_owned(),
            mail: (n % 3 != 0).then(|| words[(n / 3) % words.len()].to_owned()),
            enabled: n % 2 == 0,
            created: i64::try_from(n).unwrap() * 1_000_000,
            count: (n % 4 != 0).then(|| i64::try_from(n).unwrap() - 20),
        })
        .collect()
}

async fn fill(store: &Store) {
    let written = store.write(TENANT, |tx| {
        tx.exec(&MAKE_TENANT, &[])?;
        for person in people() {
            let params = [
                person.id.into(),
                person.id.to_string().into(),
                person.mail.into(),
                person.name.into(),
                person.enabled.into(),
                person.created.into(),
                person.count.into(),
            ];
            tx.exec(&INSERT, &params)?;
        }
        Ok::<_, SqlError>(())
    });
    written.await.unwrap();
}

fn property(person: &Person, name: &str) -> Literal {
    let text =
        |text: &Option<String>| text.as_ref().map_or(Literal::Null, |text| Literal::String(text.clone()));
    match name {
        "id" => Literal::Guid(person.id),
        "name" => Literal::String(person.name.clone()),
        "mail" => text(&person.mail),
        "enabled" => Literal::Bool(person.enabled),
        "created" => {
            Literal::DateTimeOffset(odata::expr::DateTimeOffset::from_unix_micros(person.created).unwrap())
        }
        "count" => person.count.map_or(Literal::Null, Literal::Int),
        other => panic!("no property {other}"),
    }
}

fn model() -> Model {
    let entity = EntityType::new("person")
        .key("id", EdmType::Guid)
        .property(Property::new("name", EdmType::String).required())
        .property(Property::new("mail", EdmType::String))
        .property(Property::new("enabled", EdmType::Boolean).required())
        .property(Property::new("created", EdmType::DateTimeOffset).required())
        .property(Property::new("count", EdmType::Int64));
    Model::new("test", "Test").entity_type(entity)
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Conditions over the properties, as text.
fn condition() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["'ann'", "'Ann'", "'bo''b'", "''", "'%'", "'_'", "'Ünal'", "null"]);
    let text = prop::sample::select(vec!["name", "mail", "concat(name,mail)", "trim(name)"]);
    let order = prop::sample::select(vec!["eq", "ne", "gt", "ge", "lt", "le"]);
    let number = prop::sample::select(vec!["-5", "0", "7", "null", "count", "count add 1"]);
    let function = prop::sample::select(vec!["contains", "startswith", "endswith"]);
    let leaf = prop_oneof![
        (text.clone(), order.clone(), word.clone()).prop_map(|(p, o, w)| format!("{p} {o} {w}")),
        (order.clone(), number).prop_map(|(o, n)| format!("count {o} {n}")),
        order.prop_map(|o| format!("created {o} 1970-01-01T00:00:20Z")),
        (function, text, prop::sample::select(vec!["'n'", "''", "'b'", "'%'"]))
            .prop_map(|(f, p, w)| format!("{f}({p},{w})")),
        Just("mail in ('ann','zz top')".to_owned()),
        Just("enabled".to_owned()),
        Just("length(name) gt 3".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

#[test]
fn conditions_mean_the_same_everywhere() {
    testkit::check(async |store| {
        fill(&store).await;
        let model = model();
        let runner = RefCell::new(TestRunner::new(Config {
            cases: 150,
            failure_persistence: None,
            ..Config::default()
        }));
        for _ in 0..150 {
            let text = condition().new_tree(&mut runner.borrow_mut()).unwrap().current();
            let query = format!("$top=1000&$select=id&$filter={}", encode(&text));
            let options = parse_options(&query, &Context::new(&model, &model.entity_types[0])).unwrap();
            let filter = options.filter.unwrap();
            let expected: BTreeSet<String> = people()
                .iter()
                .filter(|person| {
                    evaluate(&filter, &|name: &str| property(person, name)) == Literal::Bool(true)
                })
                .map(|person| person.id.to_string())
                .collect();
            let asked = query.clone();
            let page = store.read(TENANT, move |tx| PEOPLE.page(tx, "https://x", &asked)).await;
            let page: serde_json::Value = page.unwrap_or_else(|e: Failure| panic!("{text}: {}", e.message)).0;
            let found: BTreeSet<String> = page["value"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["id"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    });
}

async fn page(store: &Store, query: &str) -> Result<serde_json::Value, Failure> {
    let query = query.to_owned();
    store.read(TENANT, move |tx| PEOPLE.page(tx, "https://x", &query)).await.map(|page| page.0)
}

#[test]
fn following_the_next_links_gives_every_row_once() {
    testkit::check(async |store| {
        fill(&store).await;
        let mut query = "$orderby=mail%20desc&$top=33&$skip=2&$count=true".to_owned();
        // A page is at most what $top leaves; the server's own limit is larger than this table.
        let all = page(&store, &query).await.unwrap();
        assert_eq!(all["@odata.count"], 40);
        assert_eq!(all["value"].as_array().unwrap().len(), 33);
        assert_eq!(all.get("@odata.nextLink"), None);
        query = "$orderby=mail%20desc".to_owned();
        assert_eq!(page(&store, &query).await.unwrap()["value"].as_array().unwrap().len(), 40);
    });
}

#[test]
fn both_databases_sort_alike() {
    let orders = RefCell::new(Vec::new());
    testkit::check(async |store| {
        fill(&store).await;
        let sorted = page(&store, "$orderby=mail,name%20desc,count&$select=id").await.unwrap();
        orders.borrow_mut().push(sorted["value"].clone());
    });
    let orders = orders.into_inner();
    assert!(orders.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn searching_looks_into_the_searched_columns_without_case() {
    testkit::check(async |store| {
        fill(&store).await;
        let count = async |query: &str| page(&store, query).await.unwrap()["value"].as_array().unwrap().len();
        let by_hand = |test: &dyn Fn(&str) -> bool| {
            let has = |person: &&Person| {
                test(&person.name.to_lowercase())
                    || person.mail.as_deref().is_some_and(|m| test(&m.to_lowercase()))
            };
            people().iter().filter(has).count()
        };
        assert_eq!(count("$search=ANN&$top=100").await, by_hand(&|text| text.contains("ann")));
        assert_eq!(count("$search=%22zz%20top%22&$top=100").await, by_hand(&|text| text.contains("zz top")));
        assert_eq!(count("$search=NOT%20ann&$top=100").await, 40 - by_hand(&|text| text.contains("ann")));
    });
}

#[test]
fn wrong_requests_name_the_option_and_the_place() {
    testkit::check(async |store| {
        fill(&store).await;
        for (query, code, target, position) in [
            ("$filter=nme%20eq%20'a'", Code::BadRequest, "$filter", Some(0)),
            ("$filter=name%20eq%203", Code::BadRequest, "$filter", None),
            ("$filter=name%20eq%20", Code::BadRequest, "$filter", Some(8)),
            ("$filter=enabled%20and%20count%20div%202%20eq%201", Code::NotImplemented, "$filter", Some(12)),
            ("$orderby=nme", Code::BadRequest, "$orderby", Some(0)),
            ("$top=-1", Code::BadRequest, "$top", None),
            ("$top=many", Code::BadRequest, "$top", None),
            ("$expand=mail", Code::NotImplemented, "$expand", None),
            ("$flter=name", Code::BadRequest, "$flter", None),
            ("$skiptoken=xyz", Code::BadRequest, "$skiptoken", None),
        ] {
            let failure = page(&store, query).await.unwrap_err();
            assert_eq!(
                (failure.code, failure.target.as_deref()),
                (code, Some(target)),
                "{query}: {failure:?}"
            );
            if position.is_some() {
                assert_eq!(failure.position, position, "{query}: {failure:?}");
            }
        }
    });
}
