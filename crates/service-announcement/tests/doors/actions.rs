//! Issues that require action: found, told once, gone when mended. And the release notes.

use jiff::SignedDuration;
use serde_json::{Value, json};
use service_announcement::action::facts::{Dropping, Expiring};
use service_announcement::job;
use store::{Sql, SqlError};
use uuid::Uuid;

use super::{Deck, HOME, check};

const MAKE_DEVICE: Sql = Sql::tenant(
    "insert into device (tenant_id, id, device_name, device_type_id, registration_state_id, owner_type_id, enrolled_at,
     last_sync_at, management_agent_id, management_state_id, azure_ad_registered, enrollment_type_id,
     compliance_state_id, operating_system, is_supervised, encryption_state, jail_broken, is_simulated, report_sequence)
     values ($1, $2, 'd', 0, 0, 0, 0, $3, 0, 0, false, 0, 0, 'Linux', false, 0, false, false, 0)",
);
const MAKE_SKU: Sql = Sql::tenant(
    "insert into subscribed_sku (tenant_id, sku_id, sku_part_number, display_name, applies_to,
     includes_device_management, enabled_units) values ($1, $2, 'P', 'Product', 'User', true, 1)",
);
/// How many are given away is kept by the directory.
const GIVE_SKU: Sql =
    Sql::tenant("update subscribed_sku set consumed_units = $3 where tenant_id = $1 and sku_id = $2");
const MAKE_ROLE: Sql = Sql::tenant(
    "insert into directory_role_member (tenant_id, role_template_id, user_id)
     values ($1, '62e90394-69f5-4237-9190-012177145e10', $2)",
);
const DISABLE: Sql =
    Sql::tenant("update directory_user set account_enabled = false where tenant_id = $1 and id = $2");
const REFUSED: Sql = Sql::tenant(
    "insert into enrollment_failure (tenant_id, cause, day, n_failures, last_at) values ($1, $2, $3, 3, $4)",
);

impl Deck {
    async fn look(&self) {
        job::actions::run(&self.feature, HOME).await.unwrap();
    }

    async fn items(&self, who: &str) -> Vec<Value> {
        let body = self.get(who, "/api/tenantStatus/actionItems?$count=true").await;
        body["value"].as_array().unwrap().clone()
    }

    async fn titles(&self) -> Vec<String> {
        self.items("admin").await.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    }

    async fn write(&self, statements: Vec<(Sql, Vec<store::Value>)>) {
        let written = self.store.write(HOME, move |tx| {
            statements.iter().try_for_each(|(sql, params)| tx.exec(sql, params).map(drop))
        });
        written.await.unwrap_or_else(|error: SqlError| panic!("{error}"));
    }

    /// Two administrators, so that nothing is to be done.
    async fn two_administrators(&self) {
        let member = |n: u128| (MAKE_ROLE, vec![Uuid::from_u128(n).into()]);
        self.write(vec![member(10), member(11)]).await;
    }
}

fn push_certificate(deck: &Deck, days: i64) -> Expiring {
    Expiring {
        subject: "connector/applePushCertificate/1".to_owned(),
        display_name: notify::Words::same("Apple push certificate"),
        expires_at: deck.world.clock.now() + SignedDuration::from_hours(24 * days),
        link: "/tenant-status/connectors/applePushCertificate".to_owned(),
    }
}

#[test]
fn an_issue_is_told_when_it_begins_worsens_and_is_mended() {
    check(async |deck: Deck| {
        deck.two_administrators().await;
        deck.look().await;
        assert_eq!(deck.titles().await, Vec::<String>::new());
        deck.readings.set().expiring = Ok(vec![push_certificate(&deck, 10)]);
        deck.look().await;
        deck.world.clock.advance(SignedDuration::from_hours(24));
        deck.look().await;
        let item = deck.items("admin/sv").await.remove(0);
        assert_eq!(item["title"], "Apple push certificate upphör att gälla 2026-11-30");
        assert_eq!(
            (item["kind"].as_str(), item["severity"].as_str()),
            (Some("expiringCredential"), Some("info"))
        );
        assert_eq!(item["firstSeenDateTime"], "2026-11-20T12:00:00Z");
        assert_eq!(item["lastSeenDateTime"], "2026-11-21T12:00:00Z");
        assert_eq!(item["link"], "/tenant-status/connectors/applePushCertificate");
        let id = item["id"].clone();
        deck.world.clock.advance(SignedDuration::from_hours(24 * 3));
        deck.look().await;
        assert_eq!(deck.items("admin").await[0]["severity"], "warning");
        // A source that does not answer mends nothing.
        deck.readings.set().expiring = Err("the connectors cannot be read".to_owned());
        deck.world.clock.advance(SignedDuration::from_mins(5));
        deck.look().await;
        assert_eq!(deck.items("admin").await[0]["id"], id);
        deck.readings.set().expiring = Ok(vec![push_certificate(&deck, 300)]);
        deck.look().await;
        assert_eq!(deck.titles().await, Vec::<String>::new(), "it is gone when it is mended");
        let told: Vec<String> = deck.notices().await;
        let told: Vec<_> = told.iter().map(|n| n.split(" Apple").next().unwrap()).collect();
        assert_eq!(told, ["actionItem open info", "actionItem updated warning", "actionItem resolved info"]);
        deck.world.clock.advance(SignedDuration::from_hours(24 * 295));
        deck.look().await;
        let again = deck.items("admin").await.remove(0);
        assert_eq!(again["firstSeenDateTime"], again["lastSeenDateTime"], "it begins anew");
        assert_eq!(deck.get("foreigner", "/api/tenantStatus/actionItems").await["value"], json!([]));
    });
}

#[test]
fn the_store_itself_tells_of_devices_licences_administrators_and_enrolments() {
    check(async |deck: Deck| {
        let (now, sku) = (deck.world.clock.now(), Uuid::from_u128(100));
        let seen = |days: i64| (now - SignedDuration::from_hours(24 * days)).into();
        let day = |days: i64| now.as_second().div_euclid(86_400) - days;
        deck.write(vec![
            (MAKE_DEVICE, vec![Uuid::from_u128(1).into(), seen(31)]),
            (MAKE_DEVICE, vec![Uuid::from_u128(2).into(), seen(40)]),
            (MAKE_DEVICE, vec![Uuid::from_u128(3).into(), seen(29)]),
            (MAKE_SKU, vec![sku.into()]),
            (GIVE_SKU, vec![sku.into(), 1.into()]),
            (MAKE_ROLE, vec![Uuid::from_u128(10).into()]),
            (MAKE_ROLE, vec![Uuid::from_u128(11).into()]),
            (DISABLE, vec![Uuid::from_u128(11).into()]),
            (REFUSED, vec!["token_expired".into(), day(1).into(), seen(1)]),
            (REFUSED, vec!["token_expired".into(), day(2).into(), seen(2)]),
            (REFUSED, vec!["token_used_up".into(), day(9).into(), seen(9)]),
        ])
        .await;
        deck.readings.set().dropping =
            vec![Dropping { table: "devices".to_owned(), on: "2026-11-25".parse().unwrap(), n_days: 2 }];
        deck.look().await;
        let mut titles = deck.titles().await;
        titles.sort();
        assert_eq!(
            titles,
            [
                "Devices not seen for 30 days: 2",
                "Disabled or deleted accounts that still hold an administrator role: 1",
                "Enrolments failed in the last 7 days: 6, because the enrolment token has expired",
                "Global administrators who can sign in: 1",
                "On 2026-11-25, 2 days of the table devices will be removed",
                "Product: 1 of 1 licences are assigned",
            ]
        );
        deck.write(vec![(GIVE_SKU, vec![sku.into(), 0.into()])]).await;
        deck.world.clock.advance(SignedDuration::from_hours(24 * 7));
        deck.look().await;
        let titles = deck.titles().await;
        assert!(!titles.iter().any(|t| t.contains("licences") || t.contains("Enrolments")), "{titles:?}");
        let critical =
            "/api/tenantStatus/actionItems?$filter=kind%20eq%20'unprotectedAdmins'&$count=true&$top=1";
        let page = deck.get("support", critical).await;
        assert_eq!(
            (page["@odata.count"].as_i64(), page["value"].as_array().map(Vec::len)),
            (Some(2), Some(1))
        );
    });
}

#[test]
fn a_look_that_fails_leaves_nothing_half_written() {
    check(async |deck: Deck| {
        deck.two_administrators().await;
        for n in 1..100 {
            // Another thing each time: one begins, and the one before is mended.
            let subject = format!("connector/x/{n}");
            let expiring = Expiring { subject, ..push_certificate(&deck, 1) };
            deck.readings.set().expiring = Ok(vec![expiring]);
            deck.store.database().faults().fail_nth(n);
            let outcome = job::actions::run(&deck.feature, HOME).await;
            let happened = deck.store.database().faults().clear();
            let told = deck.notices().await.len();
            assert_eq!(i64::try_from(told).unwrap(), deck.n_audited().await, "at statement {n}");
            assert!(deck.titles().await.len() <= 1, "at statement {n}");
            if !happened {
                assert!(n > 20 && outcome.is_ok(), "a look takes many statements");
                assert_eq!(deck.titles().await.len(), 1);
                return;
            }
        }
        panic!("a look never ended");
    });
}

#[test]
fn release_notes_are_messages_once_and_old_ones_are_not_told() {
    check(async |deck: Deck| {
        for _ in 0..2 {
            job::releases::run(&deck.feature, HOME).await.unwrap();
        }
        let root = "/graph/v1.0/admin/serviceAnnouncement/messages";
        let page = deck.get("reader/nl", &format!("{root}?$count=true")).await;
        assert_eq!(page["@odata.count"], 2);
        let newest = &page["value"][0];
        assert_eq!(
            (newest["id"].as_str(), newest["title"].as_str()),
            (Some("QR-0.1.0"), Some("Nieuw in Quarterdeck 0.1.0"))
        );
        assert_eq!(newest["startDateTime"], "2026-11-20T00:00:00Z");
        assert_eq!((newest["source"].as_str(), newest["isActive"].as_bool()), (Some("release"), Some(true)));
        assert_eq!(newest["body"]["content"], "Added\n- All of 0.1.0.");
        assert_eq!(deck.notices().await, ["message open info Nieuw in Quarterdeck 0.1.0"]);
    });
}
