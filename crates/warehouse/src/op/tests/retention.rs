//! Setting how long days are kept, the warning before they go, and the files that are gone after it.

use std::path::Path;

use jiff::SignedDuration;

use super::*;

const PATH: &str = "/api/warehouse/retention";
const HISTORIES: &str = "devicePropertyHistories";

async fn table(doors: &Doors, name: &str) -> Value {
    let (status, view) = doors.get(PATH, "app").await;
    assert_eq!(status, 200, "{view}");
    let tables = view["tables"].as_array().expect("tables");
    tables.iter().find(|table| table["name"] == name).expect("declared").clone()
}

async fn set(doors: &Doors, body: Value) -> (u16, Value) {
    doors.send(Request::patch(PATH), "system", &body.to_string()).await
}

fn to(days: impl Into<Value>) -> Value {
    json!({"tables": [{"name": HISTORIES, "retentionDays": days.into()}]})
}

async fn live(doors: &Doors, days: u32) {
    for _ in 0..days {
        assert_eq!(doors.publish("{}").await.0, 200);
        doors.world.clock.advance(SignedDuration::from_hours(24));
    }
}

#[test]
fn a_shorter_time_warns_first_and_drops_then() {
    check(async |doors, store| {
        live(doors, 12).await;
        let before = table(doors, HISTORIES).await;
        assert_eq!(
            (&before["retentionDays"], &before["days"], &before["state"]),
            (&json!(60), &json!(12), &json!("rolling"))
        );
        let (status, _) = set(doors, to(3)).await;
        assert_eq!(status, 200);
        let warned = table(doors, HISTORIES).await;
        assert_eq!((&warned["retentionDays"], &warned["state"]), (&json!(60), &json!("warning")));
        assert_eq!(warned["announced"], json!({"retentionDays": 3, "effectiveDate": "2026-12-09"}));
        assert_eq!(warned["nextDrop"], json!({"days": 12, "date": "2026-12-09"}));
        // Until then nothing goes; and on that day everything that was announced.
        live(doors, 7).await;
        assert_eq!(table(doors, HISTORIES).await["days"], 19);
        live(doors, 1).await;
        let after = table(doors, HISTORIES).await;
        assert_eq!(
            (&after["days"], &after["retentionDays"], &after["announced"]),
            (&json!(4), &json!(3), &Value::Null)
        );
        assert_eq!(after["oldestDateKey"], 20_261_206);
        let audited =
            store.read::<_, SqlError>(TENANT, |tx| audit::list(tx, None, 99)).await.expect("readable");
        assert_eq!(audited.iter().filter(|event| event.activity == "Set warehouse retention").count(), 1);
    });
}

#[test]
fn somebody_may_say_no_in_time() {
    check(async |doors, _| {
        live(doors, 5).await;
        set(doors, to(1)).await;
        assert_eq!(table(doors, HISTORIES).await["state"], "warning");
        set(doors, to(Value::Null)).await;
        let kept = table(doors, HISTORIES).await;
        assert_eq!((&kept["state"], &kept["retentionDays"]), (&json!("rolling"), &json!(60)));
        set(doors, to(0)).await;
        let forever = table(doors, HISTORIES).await;
        assert_eq!((&forever["state"], &forever["nextDrop"]), (&json!("kept"), &Value::Null));
        assert_eq!(doors.get("/api/warehouse", "app").await.0, 200);
    });
}

#[test]
fn what_cannot_be_set_is_told_and_nothing_is() {
    check(async |doors, _| {
        let good = json!({"name": HISTORIES, "retentionDays": 5});
        for (bad, target) in [
            (json!({"name": "devices", "retentionDays": 5}), "tables[1].name"),
            (json!({"name": "device", "retentionDays": 5}), "tables[1].name"),
            (good.clone(), "tables[1].name"),
            (
                json!({"name": "intuneManagementExtensions", "retentionDays": 36_501}),
                "tables[1].retentionDays",
            ),
        ] {
            let (status, problem) = set(doors, json!({"tables": [good, bad]})).await;
            assert_eq!((status, &problem["target"]), (400, &json!(target)), "{problem}");
        }
        assert_eq!(set(doors, json!({"tables": []})).await.0, 400);
        assert_eq!(set(doors, json!({"tables": [{"name": HISTORIES, "days": 5}]})).await.0, 400);
        assert_eq!(table(doors, HISTORIES).await["announced"], Value::Null);
        let (status, _) = doors.send(Request::patch(PATH), "app", &to(5).to_string()).await;
        assert_eq!(status, 403, "reading the warehouse is not the right to drop it");
    });
}

fn files_of(folder: &Path, table: &str) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_file =
            path.extension().is_some_and(|end| end == "parquet") && path.to_string_lossy().contains(table);
        count += if path.is_dir() { files_of(&path, table) } else { usize::from(is_file) };
    }
    count
}

#[test]
fn the_files_of_days_that_went_are_gone_from_the_disk() {
    check(async |doors, _| {
        live(doors, 4).await;
        set(doors, to(1)).await;
        live(doors, 14).await;
        assert_eq!(table(doors, HISTORIES).await["days"], 2);
        // The two days there are, and those that readers of the last snapshots may still hold.
        let left = files_of(doors.folder.path(), HISTORIES);
        assert!((2..=6).contains(&left), "{left} files are left of eighteen days");
    });
}

#[test]
fn an_erasure_is_recorded_without_saying_whom() {
    check(async |doors, store| {
        doors.publish("{}").await;
        let warehouse = doors.warehouse.clone();
        let erase = move || {
            let subject = crate::erase::Subject::of([USER]);
            let actor = audit::Actor::System("test".to_owned());
            warehouse.erase(TENANT, &subject, SignedDuration::ZERO, actor)
        };
        let erased = tokio::task::spawn_blocking(erase).await.expect("no panic").expect("erased");
        assert!(erased.rows >= 3, "{erased:?}");
        let (_, users) = doors.get("/warehouse/beta/users", "app").await;
        assert_eq!(
            (&users["value"][0]["displayName"], &users["value"][0]["userKey"]),
            (&Value::Null, &json!(1))
        );
        let audited =
            store.read::<_, SqlError>(TENANT, |tx| audit::list(tx, None, 1)).await.expect("readable");
        let text = format!("{:?}", audited[0]);
        assert!(text.contains("Erase a subject") && !text.contains(USER), "{text}");
        let audited =
            store.read::<_, SqlError>(TENANT, |tx| audit::list(tx, None, 2)).await.expect("readable");
        let text = format!("{:?}", audited[1]);
        assert!(text.contains("Suppress an erased subject") && !text.contains(USER), "{text}");
        // Today cannot be computed anew from a state that is gone for good.
        doors.world.clock.advance(SignedDuration::from_hours(1));
        let (status, problem) = doors.publish(r#"{"refresh":true}"#).await;
        assert_eq!((status, &problem["code"]), (409, &json!("base_gone")), "{problem}");
    });
}
