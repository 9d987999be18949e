//! The message center: publishing, marks for each person, privacy.

use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Deck, check};

const ROOT: &str = "/graph/v1.0/admin/serviceAnnouncement/messages";

async fn publish(deck: &Deck, extra: Value) -> String {
    let mut body = json!({ "title": "A change", "body": "It is coming.", "category": "planForChange" });
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    let (status, written) = deck.post("support", "/api/serviceAnnouncement/messages", body).await;
    assert_eq!(status, StatusCode::CREATED, "{written}");
    written["id"].as_str().unwrap().to_owned()
}

#[test]
fn marks_are_each_readers_own() {
    check(async |deck: Deck| {
        let id = publish(&deck, json!({ "severity": "high", "tags": ["New feature"] })).await;
        let ids = json!({ "messageIds": [id] });
        for action in ["markRead", "favorite", "archive"] {
            let (status, body) = deck.post("reader", &format!("{ROOT}/{action}"), ids.clone()).await;
            assert_eq!((status, body["value"].as_bool()), (StatusCode::OK, Some(true)), "{body}");
        }
        let shown = deck.get("reader", &format!("{ROOT}/{id}")).await;
        assert_eq!(shown["viewPoint"], json!({ "isRead": true, "isArchived": true, "isFavorited": true }));
        assert_eq!(
            (shown["isActive"].as_bool(), shown["tags"][0].as_str()),
            (Some(false), Some("New feature"))
        );
        let other = deck.get("teams", &format!("{ROOT}/{id}")).await;
        assert_eq!(other["viewPoint"], json!({ "isRead": false, "isArchived": false, "isFavorited": false }));
        for action in ["markUnread", "unfavorite", "unarchive"] {
            deck.post("reader", &format!("{ROOT}/{action}"), ids.clone()).await;
        }
        let shown = deck.get("reader", &format!("{ROOT}/{id}")).await;
        assert_eq!(shown["viewPoint"], json!({ "isRead": false, "isArchived": false, "isFavorited": false }));
        let unknown = json!({ "messageIds": [id, "QM1"] });
        let (status, _) = deck.post("reader", &format!("{ROOT}/markRead"), unknown).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let read = deck.get("reader", &format!("{ROOT}?$filter=isRead%20eq%20true")).await;
        assert_eq!(read["value"], json!([]), "nothing of a refused request is kept");
        assert_eq!(deck.notices().await, ["message open warning A change"]);
    });
}

#[test]
fn the_ten_newest_active_ones_come_first_and_past_ones_on_request() {
    check(async |deck: Deck| {
        for n in 0..12 {
            deck.world.clock.advance(SignedDuration::from_mins(1));
            publish(&deck, json!({ "title": format!("Message {n}") })).await;
        }
        let active = format!("{ROOT}?$filter=isActive%20eq%20true&$top=10&$count=true");
        let page = deck.get("reader", &active).await;
        assert_eq!(page["@odata.count"], 12);
        assert_eq!(page["value"].as_array().map(Vec::len), Some(10));
        assert_eq!(page["value"][0]["title"], "Message 11");
        let id = page["value"][0]["id"].as_str().unwrap().to_owned();
        let of_message = format!("/api/serviceAnnouncement/messages/{id}");
        let (status, body) = deck.ask("support", Method::POST, &format!("{of_message}/end"), None).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(deck.get("reader", &active).await["@odata.count"], 11);
        let past = deck.get("reader", &format!("{ROOT}?$filter=isActive%20eq%20false")).await;
        assert_eq!(past["value"][0]["id"], id.as_str());
        let (status, _) = deck.ask("support", Method::POST, &format!("{of_message}/end"), None).await;
        assert_eq!(status, StatusCode::CONFLICT);
    });
}

#[test]
fn a_changed_message_is_unread_again_and_others_may_not_change_it() {
    check(async |deck: Deck| {
        let id = publish(&deck, json!({})).await;
        deck.post("reader", &format!("{ROOT}/markRead"), json!({ "messageIds": [id] })).await;
        let path = format!("/api/serviceAnnouncement/messages/{id}");
        let patch = |body: Value| deck.ask("support", Method::PATCH, &path, Some(body));
        let (status, body) = patch(json!({ "title": "Another change", "isMajorChange": true })).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let shown = deck.get("reader", &format!("{ROOT}/{id}")).await;
        assert_eq!(
            (shown["title"].as_str(), shown["isRead"].as_bool(), shown["isMajorChange"].as_bool()),
            (Some("Another change"), Some(false), Some(true))
        );
        assert_eq!(shown["body"], json!({ "contentType": "text", "content": "It is coming." }), "it stays");
        for (body, target) in [
            (json!({ "endDateTime": "2026-11-20T11:00:00Z" }), "endDateTime"),
            (json!({ "actionRequiredByDateTime": "2026-01-01T00:00:00Z" }), "actionRequiredByDateTime"),
            (json!({ "severity": "huge" }), "severity"),
            (json!({ "tags": [""] }), "tags"),
        ] {
            let (status, answer) = patch(body).await;
            assert_eq!(
                (status, answer["target"].as_str()),
                (StatusCode::BAD_REQUEST, Some(target)),
                "{answer}"
            );
        }
        let (status, _) = deck.ask("reader", Method::PATCH, &path, Some(json!({ "title": "x" }))).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn messages_about_privacy_are_for_those_who_may_read_them() {
    check(async |deck: Deck| {
        let id = publish(&deck, json!({ "tags": ["Data privacy"] })).await;
        let (status, _) = deck.ask("reader", Method::GET, &format!("{ROOT}/{id}"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(deck.get("support", &format!("{ROOT}?$count=true")).await["@odata.count"], 0);
        assert_eq!(deck.get("admin", &format!("{ROOT}/{id}")).await["title"], "A change");
        let ids = json!({ "messageIds": [id] });
        assert_eq!(deck.post("reader", &format!("{ROOT}/markRead"), ids).await.0, StatusCode::NOT_FOUND);
        assert_eq!(deck.notices().await, Vec::<String>::new(), "it is not sent around");
    });
}
