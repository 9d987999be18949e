//! What is kept of people goes with them.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::SqlError;
use uuid::Uuid;

use super::deck::{ADMIN, Deck, TENANT, add, check};

/// Who makes the feeds of these tests.
const ANN: Uuid = Uuid::from_u128(9);

async fn forget(deck: &Deck, user: Uuid, names: &[&str]) {
    let (world, now) = (deck.status.world.clone(), deck.now());
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let forgotten = deck
        .status
        .store
        .write(TENANT, move |tx| tenant_status::forget_person(tx, &world, (user, &names), now));
    forgotten.await.unwrap_or_else(|error: SqlError| panic!("{error}"));
}

#[test]
fn feeds_and_names_in_notes_go_with_a_person() {
    check(async |deck| {
        let body = json!({ "description": "Reader" });
        let made = deck.done(Method::POST, "/api/tenantStatus/feeds", body, 201).await;
        let rss = made["rssAddress"].as_str().unwrap().trim_start_matches("https://deck.example").to_owned();
        let read = async || deck.raw(Method::GET, &rss, ADMIN, ("text/plain", Vec::new())).await.0;
        let note = json!({ "displayName": "Mail", "owner": "Ann Berg <ann@contoso.example>",
            "howToRenew": "Ask Ann Berg for the portal." });
        let hers = add(&deck, "clientSecretExpiry", note).await;
        let note = json!({ "displayName": "Other", "owner": "Team Apple" });
        let others = add(&deck, "clientSecretExpiry", note).await;
        let names = ["ann@contoso.example", "Ann Berg"];
        forget(&deck, Uuid::from_u128(8), &["bob@contoso.example", "Bob"]).await;
        assert_eq!(read().await, StatusCode::OK, "it is hers, not his");
        let before = deck.status.store.read(TENANT, audit::count).await.unwrap();
        forget(&deck, ANN, &names).await;
        assert_eq!(read().await, StatusCode::NOT_FOUND);
        let page = deck.done(Method::GET, &hers, Value::Null, 200).await;
        assert_eq!((&page["owner"], &page["howToRenew"]), (&Value::Null, &json!("Ask — for the portal.")));
        assert_eq!(deck.done(Method::GET, &others, Value::Null, 200).await["owner"], "Team Apple");
        let feeds = deck.done(Method::GET, "/api/tenantStatus/feeds", Value::Null, 200).await;
        assert_eq!(feeds["value"], json!([]));
        forget(&deck, ANN, &names).await;
        let after = deck.status.store.read(TENANT, audit::count).await.unwrap();
        assert_eq!(after, before + 1, "it is in the record, once");
    });
}
