//! The forms, against what their standards ask.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::calendar::{Entry, calendar};
use super::rss::{Item, feed};
use crate::expiring::Expiring;
use crate::model::Health;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn thing() -> Expiring {
    Expiring {
        type_key: "apnsExpiry",
        instance_id: Uuid::from_u128(7),
        display_name: "Push, the first; with a rather long name that has to be folded somewhere, åäö"
            .to_owned(),
        owner: Some("Ann".to_owned()),
        how_to_renew: Some("One\nTwo".to_owned()),
        expires_at: at("2026-12-01T10:00:00Z"),
        health: Health::Healthy,
        facts: json!({}),
    }
}

#[test]
fn calendar_lines_are_folded_escaped_and_ended() {
    let thing = thing();
    let entries = [Entry { thing: &thing, days: &[30, 7] }];
    let text = calendar(&entries, ("https://deck.example", "sv"), at("2026-11-21T08:00:00Z"));
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
    let unfolded = text.replace("\r\n ", "");
    for line in [
        "BEGIN:VCALENDAR",
        "UID:apnsExpiry-00000000-0000-0000-0000-000000000007@quarterdeck",
        "DTSTART:20261201T100000Z",
        "SUMMARY:Förfallodatum för APNS: Push\\, the first\\; with a rather long name that has to be folded somewhere\\, åäö",
        "DESCRIPTION:Ann\\nOne\\nTwo",
        "TRIGGER:-P30D",
        "TRIGGER:-P7D",
        "END:VCALENDAR",
    ] {
        assert!(unfolded.split("\r\n").any(|found| found == line), "{line} is missing from\n{unfolded}");
    }
}

#[test]
fn rss_is_newest_first_and_escaped() {
    let item = |id: &str, day: &str| Item {
        id: id.to_owned(),
        title: "A <b> & \"c\"".to_owned(),
        text: "t\u{1}".to_owned(),
        link: "/x".to_owned(),
        at: at(day),
    };
    let items = vec![item("old", "2026-11-19T08:00:00Z"), item("new", "2026-11-20T08:00:00Z")];
    let text = feed(items, ("https://deck.example", "Connectors"), at("2026-11-21T08:00:00Z"));
    assert!(text.find(">new<").unwrap() < text.find(">old<").unwrap());
    assert!(
        text.contains("<title>A &lt;b&gt; &amp; &quot;c&quot;</title><description>t</description>"),
        "{text}"
    );
    assert!(text.contains("<pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate>"));
}
