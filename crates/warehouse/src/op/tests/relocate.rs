//! Moving the warehouse, and keeping the charts before.

use jiff::SignedDuration;

use super::*;

const PATH: &str = "/api/warehouse/moves";

async fn go(doors: &Doors, who: &str, body: Value) -> (u16, Value) {
    doors.send(Request::post(PATH), who, &body.to_string()).await
}

#[test]
fn a_move_empties_the_warehouse_says_so_and_records_on() {
    check(async |doors, store| {
        doors.publish("{}").await;
        let (status, moved) = go(doors, "system", json!({"location": " Luleå ", "confirm": true})).await;
        assert_eq!(
            (status, &moved["location"], &moved["previousLocation"]),
            (200, &json!("Luleå"), &json!("Europe")),
            "{moved}"
        );
        let (_, page) = doors.get("/api/warehouse", "app").await;
        assert_eq!(
            (&page["lastSnapshot"], &page["moved"]["explanation"]),
            (&Value::Null, &json!("/data-warehouse/moved"))
        );
        assert_eq!(doors.get("/warehouse/v1.0/devices/$count", "app").await.1, json!(0));
        let left = walk(doors.folder.path());
        assert!(!left.iter().any(|path| path.ends_with(".parquet")), "{left:?}");
        // The same day can be recorded anew, from the first key on.
        let (_, again) = doors.publish("{}").await;
        assert_eq!(again["outcome"], "published", "{again}");
        let (_, devices) = doors.get("/warehouse/v1.0/devices?$select=deviceKey", "app").await;
        assert_eq!(devices["value"], json!([{"deviceKey": 1}, {"deviceKey": 2}]));
        let (_, moves) = doors.get(PATH, "app").await;
        assert_eq!(moves["value"].as_array().map(Vec::len), Some(1));
        let audited =
            store.read::<_, SqlError>(TENANT, |tx| audit::list(tx, None, 9)).await.expect("readable");
        assert!(audited.iter().any(|event| event.activity == "Move warehouse"));
        let told = Sql::tenant("select link from notice where tenant_id = $1 and subject = 'warehouse/move'");
        let links = store.read::<_, SqlError>(TENANT, move |tx| tx.rows(&told, &[])).await.expect("readable");
        let links: Vec<String> = links.iter().map(|row| row.get(0).expect("a link")).collect();
        assert_eq!(links, [crate::op::relocate::EXPLANATION]);
    });
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path.display().to_string()) }
    }
    files
}

#[test]
fn nobody_moves_it_by_accident() {
    check(async |doors, _| {
        doors.publish("{}").await;
        for (body, status, target) in [
            (json!({"location": "Luleå"}), 409, "confirm"),
            (json!({"location": "  ", "confirm": true}), 400, "location"),
            (json!({"location": "x".repeat(201), "confirm": true}), 400, "location"),
        ] {
            let (found, problem) = go(doors, "system", body).await;
            assert_eq!((found, &problem["target"]), (status, &json!(target)), "{problem}");
        }
        assert_eq!(go(doors, "app", json!({"location": "Luleå", "confirm": true})).await.0, 403);
        assert_eq!(doors.get("/warehouse/v1.0/devices/$count", "app").await.1, json!(2));
    });
}

#[test]
fn charts_are_kept_as_csv() {
    check(async |doors, _| {
        doors.publish("{}").await;
        let (_, charts) = doors.get("/api/warehouse/charts", "app").await;
        for chart in charts["value"].as_array().expect("charts") {
            let href = chart["href"].as_str().expect("an address");
            let request = Request::get(href).header("x-as", "app");
            let (response, text) = ask(&doors.router, request, "").await;
            assert_eq!(response.status(), http::StatusCode::OK);
            assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
            let table = ::model::table(chart["table"].as_str().expect("a name")).expect("declared");
            let first = text.lines().next().unwrap_or_default();
            let key = table.key[0];
            assert!(first.split(',').any(|name| name == key), "{href}: {first}");
        }
        let (_, reasons) = doors.get("/api/warehouse/charts/enrollmentFailures", "app").await;
        assert!(reasons.as_str().is_some_and(|text| text.lines().count() > 5), "{reasons}");
        let (status, problem) = doors.get("/api/warehouse/charts/devices", "app").await;
        assert_eq!(status, 404, "{problem}");
        assert_eq!(doors.get("/api/warehouse/charts/enrollment", "stranger").await.0, 403);
    });
}

#[test]
fn a_backup_from_before_an_erasure_comes_back_without_the_subject() {
    check(async |doors, store| {
        doors.publish("{}").await;
        let (warehouse, folder) = (doors.warehouse.clone(), doors.folder.path().join("backup"));
        let later = doors.folder.path().join("later");
        let work = move || {
            let (actor, quietly) =
                (audit::Actor::System("test".to_owned()), &mut |_: &crate::backup::Progress| {});
            let manifest = warehouse.export(TENANT, &folder, actor.clone(), quietly).expect("exported");
            assert_eq!(manifest.erased, []);
            let subject = crate::erase::Subject::of([USER]);
            warehouse.erase(TENANT, &subject, SignedDuration::ZERO, actor.clone()).expect("erased");
            let after = warehouse.export(TENANT, &later, actor.clone(), quietly).expect("exported");
            let text = std::fs::read_to_string(later.join("manifest.json")).expect("there");
            assert!(after.erased.len() == 1 && !text.contains(USER), "{text}");
            warehouse.relocate(TENANT, "Luleå", actor.clone()).expect("emptied");
            let restored = warehouse.restore(TENANT, &folder, &manifest, actor.clone(), quietly);
            assert!(restored.expect("restored").blanked >= 3);
            // Another tenant learns from the list of a later backup who stays erased.
            let manifest = crate::backup::Manifest { erased: after.erased, ..manifest };
            let there = warehouse.restore(OTHER, &folder, &manifest, actor, quietly).expect("restored");
            assert!(there.blanked >= 3);
        };
        tokio::task::spawn_blocking(work).await.expect("no panic");
        for who in ["app", "foreigner"] {
            let (_, users) = doors.get("/warehouse/beta/users", who).await;
            let user = &users["value"][0];
            assert_eq!((&user["displayName"], &user["userKey"]), (&Value::Null, &json!(1)), "{users}");
            assert!(!users.to_string().contains(USER), "{users}");
        }
        // The store still holds the person: the next night shows that there is somebody, and not who.
        doors.world.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(doors.publish("{}").await.1["outcome"], "published");
        for set in ["users", "devices", "userDeviceAssociations"] {
            let (_, rows) = doors.get(&format!("/warehouse/beta/{set}"), "app").await;
            assert!(!rows.to_string().contains(USER) && !rows.to_string().contains("ann@"), "{rows}");
        }
        let (_, users) = doors.get("/warehouse/beta/users", "app").await;
        assert_eq!(users["value"].as_array().map(Vec::len), Some(1), "{users}");
        let audited =
            store.read::<_, SqlError>(TENANT, |tx| audit::list(tx, None, 9)).await.expect("readable");
        let restore = audited.iter().find(|event| event.activity == "Restore warehouse").expect("recorded");
        let details: Value = serde_json::from_str(&restore.details).expect("JSON");
        assert!(details["suppressedRows"].as_u64() >= Some(3), "{details}");
    });
}
