//! The doors over a real store and a real lake, on every engine.

mod feed;
mod relocate;
mod retention;

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use api::{Authenticate, RequestHead, Unauthenticated};
use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use policy::{Caller, Kind};
use serde_json::{Value, json};
use store::{Sql, SqlError, Store, TenantId};
use tower::ServiceExt as _;
use uuid::Uuid;
use world::World;

use crate::{Config, Lakes, Retention, Warehouse};

const TENANT: TenantId = TenantId(Uuid::from_u128(0xa));
const OTHER: TenantId = TenantId(Uuid::from_u128(0xb));

/// Signs everybody in as what the `x-as` header says: app, stranger or system.
struct AsAsked;

impl Authenticate for AsAsked {
    fn caller(
        &self,
        head: RequestHead,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + '_>> {
        let asked = head.headers.get("x-as").and_then(|value| value.to_str().ok()).unwrap_or("app");
        let app = |roles: &[&str]| Kind::App {
            client_id: Uuid::from_u128(1),
            app_roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        };
        let (tenant, kind) = match asked {
            "system" => (TENANT, Kind::System { name: "test" }),
            "stranger" => (TENANT, app(&[])),
            "foreigner" => (OTHER, app(&["get_data_warehouse"])),
            _ => (TENANT, app(&["get_data_warehouse"])),
        };
        Box::pin(ready(Ok(Caller { tenant: tenant.0, kind, delegated: None })))
    }
}

const NEW_TENANT: Sql = Sql::tenant(
    "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
       created_at) values ($1, 'Contoso', 'NL', 'Europe', 'quarterdeck', 'active', 0)",
);
const NEW_SKU: Sql = Sql::tenant(
    "insert into subscribed_sku (tenant_id, sku_id, sku_part_number, display_name, applies_to,
       includes_device_management, enabled_units) values ($1, 's', 'S', 'S', 'User', true, 9)",
);
const NEW_USER: Sql = Sql::tenant(
    "insert into directory_user (tenant_id, id, user_principal_name, user_principal_name_lower, mail, display_name,
       account_enabled, is_simulated, created_at) values ($1, $2, $3, $3, $3, 'A Name', true, false, 0)",
);
const LICENSE: Sql =
    Sql::tenant("insert into user_licence (tenant_id, user_id, sku_id, assigned_at) values ($1, $2, 's', 0)");
const NEW_DEVICE: Sql = Sql::tenant(
    "insert into device (tenant_id, id, device_name, device_type_id, registration_state_id, owner_type_id, enrolled_at,
       last_sync_at, management_agent_id, management_state_id, azure_ad_registered, enrollment_type_id,
       compliance_state_id, operating_system, is_supervised, encryption_state, jail_broken, is_simulated,
       report_sequence, user_id, free_storage_bytes, os_version, retired_at)
     values ($1, $2, $3, 0, 2, 1, 1000000, 2000000, 2, 0, true, 1, 1, 'Linux', false, 1, true, false,
       0, $4, 5, '12', $5)",
);

const USER: &str = "00000000-0000-4000-8000-000000000001";
const UNLICENSED: &str = "00000000-0000-4000-8000-000000000002";

type NewDevice = (&'static str, Option<&'static str>, Option<i64>);

async fn fill(store: &Store, tenant: TenantId, devices: Vec<NewDevice>) {
    let added = store.write::<_, SqlError>(tenant, move |tx| {
        tx.exec(&NEW_TENANT, &[])?;
        tx.exec(&NEW_SKU, &[])?;
        for (id, name) in [(USER, "ann@contoso.com"), (UNLICENSED, "bob@contoso.com")] {
            tx.exec(&NEW_USER, &[id.into(), name.into()])?;
        }
        tx.exec(&LICENSE, &[USER.into()])?;
        for (name, user, retired) in devices {
            let id = format!("{name:0>8}-0000-4000-8000-000000000000");
            tx.exec(&NEW_DEVICE, &[id.into(), name.into(), user.into(), retired.into()])?;
        }
        Ok(())
    });
    added.await.expect("the rows fit");
}

struct Doors {
    router: Router,
    world: World,
    warehouse: Warehouse,
    folder: tempfile::TempDir,
}

async fn ask(router: &Router, request: http::request::Builder, body: &str) -> (Response<()>, String) {
    let request = request.body(Body::from(body.to_owned())).expect("a request");
    let response = router.clone().oneshot(request).await.expect("never fails");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("the body is whole").to_bytes();
    (Response::from_parts(parts, ()), String::from_utf8(bytes.to_vec()).expect("UTF-8"))
}

impl Doors {
    async fn get(&self, uri: &str, who: &str) -> (u16, Value) {
        let (response, text) = ask(&self.router, Request::get(uri).header("x-as", who), "").await;
        (response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn post(&self, uri: &str, who: &str, body: &Value) -> (u16, Value) {
        let request = Request::post(uri).header("x-as", who).header("content-type", "application/json");
        let (response, text) = ask(&self.router, request, &body.to_string()).await;
        (response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn publish(&self, body: &str) -> (u16, Value) {
        self.send(Request::post("/api/warehouse/snapshots"), "system", body).await
    }

    async fn send(&self, request: http::request::Builder, who: &str, body: &str) -> (u16, Value) {
        let request = request.header("x-as", who).header("content-type", "application/json");
        let (response, text) = ask(&self.router, request, body).await;
        (response.status().as_u16(), serde_json::from_str(&text).expect("JSON"))
    }
}

fn check(test: impl AsyncFn(&Doors, &Store)) {
    check_from("2026-11-20T06:00:00Z", test);
}

/// The same, beginning at another time.
fn check_from(start: &str, test: impl AsyncFn(&Doors, &Store)) {
    store::testkit::check(async |store| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let world = World::seeded(3, start.parse().expect("an instant"));
        let url = store.database().url().clone();
        let lakes = Lakes::new(folder.path().join("lake"), url, world.clone());
        let config = Config {
            origin: "https://deck".to_owned(),
            page_rows: 100,
            is_compat: false,
            retention: Retention::Documented,
            holder: "test".to_owned(),
        };
        let warehouse = Warehouse::new(store.clone(), world.clone(), lakes, config);
        let devices = vec![("1", Some(USER), None), ("2", Some(UNLICENSED), None), ("3", None, Some(5))];
        fill(&store, TENANT, devices).await;
        fill(&store, OTHER, vec![("9", None, None)]).await;
        let router = api::router(crate::module(&warehouse).routes, Arc::new(AsAsked));
        test(&Doors { router, world, warehouse, folder }, &store).await;
    });
}

#[test]
fn from_the_store_to_the_feed() {
    check(async |doors, store| {
        let (status, done) = doors.publish("{}").await;
        assert_eq!(
            (status, &done["outcome"], &done["devices"], &done["users"]),
            (200, &json!("published"), &json!(2), &json!(1))
        );
        let (status, devices) = doors
            .get("/warehouse/v1.0/devices?$select=deviceKey,deviceName,userId,ownerTypeKey", "app")
            .await;
        assert_eq!(status, 200);
        let expected = json!([
            {"deviceKey": 1, "deviceName": "1", "userId": USER, "ownerTypeKey": 2},
            {"deviceKey": 2, "deviceName": "2", "userId": UNLICENSED, "ownerTypeKey": 2},
        ]);
        assert_eq!(devices["value"], expected);
        let root = "/ReportingService/DataWarehouseFEService";
        let (_, users) = doors.get(&format!("{root}/users?api-version=beta"), "app").await;
        assert_eq!(
            (&users["value"][0]["userName"], &users["value"][0]["isCurrent"]),
            (&json!("ann"), &json!(true))
        );
        let (_, pairs) = doors.get("/warehouse/beta/userDeviceAssociations", "app").await;
        assert_eq!(pairs["value"].as_array().map(Vec::len), Some(1));
        let (_, histories) =
            doors.get("/warehouse/v1.0/devicePropertyHistories?maxhistorydays=1", "app").await;
        assert_eq!(histories["value"][0]["jailBroken"], 1);
        assert_eq!(histories["value"][0]["osVersion"], "12");
        let audited = store.read::<_, SqlError>(TENANT, audit::count).await.expect("readable");
        assert_eq!(audited, 1);
    });
}

#[test]
fn the_doors_ask_who_comes_and_keep_tenants_apart() {
    check(async |doors, _| {
        doors.publish("{}").await;
        for uri in ["/warehouse/v1.0/devices", "/warehouse/beta", "/api/warehouse"] {
            let (status, error) = doors.get(uri, "stranger").await;
            assert_eq!(status, 403, "{error}");
        }
        let (status, devices) = doors.get("/warehouse/v1.0/devices", "foreigner").await;
        assert_eq!((status, &devices["value"]), (200, &json!([])));
        let request = Request::post("/api/warehouse/snapshots").header("content-type", "application/json");
        assert_eq!(ask(&doors.router, request, "{}").await.0.status(), 403);
    });
}

#[test]
fn errors_leave_in_odata_form() {
    check(async |doors, _| {
        let (status, error) =
            doors.get("/warehouse/v1.0/devices?$filter=serialNumbr%20eq%20'x'", "app").await;
        assert_eq!(
            (status, &error["error"]["target"], &error["error"]["innererror"]["position"]),
            (400, &json!("$filter"), &json!(0))
        );
        let message = error["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains("serialNumber"), "{message}");
        let (status, error) = doors.get("/ReportingService/DataWarehouseFEService/devices", "app").await;
        assert_eq!((status, &error["error"]["target"]), (400, &json!("api-version")));
        assert_eq!(doors.get("/warehouse/v1.0/device", "app").await.0, 404);
        let (status, error) =
            doors.get("/warehouse/v1.0/devices?$apply=nest(identity%20as%20all)", "app").await;
        assert_eq!((status, &error["error"]["target"]), (501, &json!("$apply")));
    });
}

#[test]
fn a_day_is_refreshed_on_request() {
    check(async |doors, store| {
        doors.publish("{}").await;
        assert_eq!(doors.publish("{}").await.1["outcome"], "alreadyPublished");
        let retire = Sql::tenant("update device set retired_at = 7 where tenant_id = $1");
        store.write::<_, SqlError>(TENANT, move |tx| tx.exec(&retire, &[])).await.expect("updated");
        doors.world.clock.advance(jiff::SignedDuration::from_hours(1));
        let (_, again) = doors.publish(r#"{"refresh":true}"#).await;
        assert_eq!(again["outcome"], "published", "{again}");
        let (_, count) =
            doors.get("/warehouse/v1.0/devices/$count?$filter=isDeleted%20eq%20true", "app").await;
        assert_eq!(count, json!(2));
        // Nothing is left that could be missing.
        doors.world.clock.advance(jiff::SignedDuration::from_hours(24));
        assert_eq!(doors.publish("{}").await.1["outcome"], "published");
        assert_eq!(doors.publish(r#"{"refresh":1}"#).await.0, 400);
    });
}

#[test]
fn the_page_shows_the_feed_and_its_tables() {
    check(async |doors, _| {
        let (_, before) = doors.get("/api/warehouse", "app").await;
        assert_eq!(before["lastSnapshot"], Value::Null);
        doors.publish("{}").await;
        let (_, view) = doors.get("/api/warehouse", "app").await;
        let root = "https://deck/ReportingService/DataWarehouseFEService";
        assert_eq!(view["feedUrl"], json!(format!("{root}?api-version=v1.0")));
        assert_eq!(view["pathRootBeta"], "https://deck/warehouse/beta/");
        assert_eq!(view["lastSnapshot"]["dateKey"], 20_261_120);
        let tables = view["tables"].as_array().expect("tables");
        let devices = tables.iter().find(|table| table["name"] == "devices").expect("declared");
        assert_eq!((&devices["rows"], &devices["kind"]), (&json!(2), &json!("dimension")));
        assert_eq!(devices["columns"][2]["personal"], true);
        assert!(devices["sizeBytes"].as_u64().is_some_and(|bytes| bytes > 0));
    });
}

#[test]
fn answers_carry_the_headers_clients_look_for() {
    check(async |doors, _| {
        doors.publish("{}").await;
        let request = Request::get("/warehouse/v1.0/deviceTypes")
            .header("accept", "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,application/atomsvc+xml;q=0.8,application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7")
            .header("odata-maxversion", "4.0")
            .header("prefer", "odata.maxpagesize=3");
        let (response, text) = ask(&doors.router, request, "").await;
        let header = |name: &str| {
            response.headers().get_all(name).iter().map(|v| v.to_str().unwrap_or("")).collect::<Vec<_>>()
        };
        assert_eq!(header("odata-version"), ["4.0"]);
        assert_eq!(header("content-type"), ["application/json;odata.metadata=minimal"]);
        assert_eq!(header("preference-applied"), ["odata.maxpagesize=3"]);
        assert!(text.contains("https://deck/warehouse/v1.0/deviceTypes?$skiptoken="), "{text}");
        let (response, text) = ask(&doors.router, Request::get("/warehouse/v1.0/$metadata"), "").await;
        assert_eq!(response.headers()["content-type"], "application/xml");
        assert!(text.starts_with("<?xml"), "{text}");
    });
}

#[test]
fn sql_is_answered_within_its_limits_and_recorded() {
    check(async |doors, store| {
        doors.publish("{}").await;
        let before = store.read::<_, SqlError>(TENANT, audit::count).await.expect("readable");
        let sql = "select d.\"deviceName\", u.\"userName\", 1.5 as half, d.\"enrolledDateTime\" from devices d left join users u on u.\"userId\" = d.\"userId\" order by 1 desc";
        let (status, found) = doors.post("/api/warehouse/query", "system", &json!({ "sql": sql })).await;
        assert_eq!(status, 200, "{found}");
        assert_eq!(found["columns"][3], json!({"name": "enrolledDateTime", "type": "Edm.DateTimeOffset"}));
        let first = json!({"deviceName": "2", "userName": null, "half": 1.5, "enrolledDateTime": "1970-01-01T00:00:01Z"});
        assert_eq!((&found["rows"][0], &found["truncated"]), (&first, &json!(false)));
        let limited = json!({ "sql": "select * from devices", "limit": 1 });
        let (_, found) = doors.post("/api/warehouse/query", "system", &limited).await;
        assert_eq!((found["rows"].as_array().map(Vec::len), &found["truncated"]), (Some(1), &json!(true)));
        let hidden = json!({ "sql": "select count(*) as n from \"deviceTypes\"" });
        let (_, found) = doors.post("/api/warehouse/query", "system", &hidden).await;
        assert_eq!(found["columns"][0]["type"], "Edm.Int64");
        for (sql, position) in [("select *\nfrom devices wher x = 1", Some(27)), ("drop table devices", None)]
        {
            let (status, error) = doors.post("/api/warehouse/query", "system", &json!({ "sql": sql })).await;
            assert_eq!((status, &error["target"]), (400, &json!("sql")), "{error}");
            assert_eq!(error["position"].as_u64(), position, "{error}");
        }
        let (status, _) =
            doors.post("/api/warehouse/query", "system", &json!({ "sql": "", "limit": 0 })).await;
        assert_eq!(status, 400);
        let (status, _) = doors.post("/api/warehouse/query", "app", &json!({ "sql": "select 1" })).await;
        assert_eq!(status, 403);
        let after = store.read::<_, SqlError>(TENANT, audit::count).await.expect("readable");
        assert_eq!(after - before, 5);
    });
}

#[test]
fn batches_are_answered_one_by_one() {
    check(async |doors, _| {
        doors.publish("{}").await;
        let one = json!({"requests": [
            {"id": "1", "method": "GET", "url": "devices/$count"},
            {"id": "2", "method": "GET", "url": "/warehouse/v1.0/devices?$select=deviceName&$top=1"},
            {"id": "3", "method": "GET", "url": "devices?$filter=nothing eq 1"},
            {"id": "4", "method": "DELETE", "url": "devices(1)"},
        ]});
        let (status, found) = doors.post("/warehouse/v1.0/$batch", "app", &one).await;
        assert_eq!(status, 200, "{found}");
        let of = |at: usize| found["responses"][at]["status"].as_u64();
        assert_eq!([of(0), of(1), of(2), of(3)], [Some(200), Some(200), Some(400), Some(405)], "{found}");
        assert_eq!(found["responses"][1]["body"]["value"][0]["deviceName"], "1");
        let root = "/ReportingService/DataWarehouseFEService";
        let body = "--b\r\nContent-Type: application/http\r\n\r\nGET deviceTypes?$top=1&$select=deviceTypeKey HTTP/1.1\r\n\r\n\r\n--b--\r\n";
        let request = Request::post(format!("{root}/$batch?api-version=v1.0"))
            .header("x-as", "app")
            .header("content-type", "multipart/mixed;boundary=b");
        let (response, text) = ask(&doors.router, request, body).await;
        assert_eq!(response.status(), 200, "{text}");
        assert!(text.contains("\"deviceTypeKey\":-1"), "{text}");
        let (status, _) = doors.post("/warehouse/v1.0/$batch", "stranger", &one).await;
        assert_eq!(status, 403);
    });
}

#[test]
fn report_tools_get_files_that_open_the_feed() {
    check(async |doors, _| {
        let (status, found) = doors.get("/api/warehouse/power-bi.pbids?version=beta", "app").await;
        assert_eq!(status, 200);
        assert_eq!(found["connections"][0]["details"]["address"]["url"], "https://deck/warehouse/beta/");
        let (_, found) = doors.get("/api/warehouse/excel.odc?table=users", "app").await;
        let text = found.as_str().expect("not JSON");
        assert!(
            text.contains("Data Source=https://deck/warehouse/v1.0/;") && text.contains(">users<"),
            "{text}"
        );
        assert_eq!(doors.get("/api/warehouse/excel.odc?table=currentUsers", "app").await.0, 404);
        assert_eq!(doors.get("/api/warehouse/power-bi.pbids?version=2", "app").await.0, 400);
    });
}

#[test]
fn bodies_are_compressed_and_kept_by_their_tag() {
    check(async |doors, _| {
        doors.publish("{}").await;
        let uri = "/warehouse/v1.0/dates";
        let request = Request::get(uri).header("accept-encoding", "gzip, deflate").header("x-as", "app");
        let request = request.body(Body::empty()).expect("a request");
        let response = doors.router.clone().oneshot(request).await.expect("never fails");
        assert_eq!(response.headers()["content-encoding"], "gzip");
        let tag = response.headers()["etag"].clone();
        let packed = response.into_body().collect().await.expect("whole").to_bytes();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*packed), &mut text).expect("gzip");
        assert!(text.starts_with('{') && text.ends_with('}'));
        let request = Request::get(uri).header("if-none-match", tag).header("x-as", "app");
        let (response, text) = ask(&doors.router, request, "").await;
        assert_eq!((response.status().as_u16(), text.as_str()), (304, ""));
        let request = Request::head(uri).header("x-as", "app");
        let (response, text) = ask(&doors.router, request, "").await;
        assert_eq!((response.status().as_u16(), text.as_str()), (200, ""));
        assert_eq!(response.headers()["odata-version"], "4.0");
        // The original's refusal says nothing.
        let (status, error) =
            doors.get("/warehouse/v1.0/devices?compat=strict&$filter=model%20eq%20'x'", "app").await;
        assert_eq!(status, 400);
        let inner = error["Message"].as_str().expect("a text");
        assert!(inner.contains("Activity ID") && serde_json::from_str::<Value>(inner).is_ok(), "{inner}");
    });
}

#[test]
fn an_answer_may_be_fetched_later() {
    check(async |doors, _| {
        doors.publish("{}").await;
        for uri in [
            "/warehouse/v1.0/devices?$select=deviceKey",
            "/ReportingService/DataWarehouseFEService/devices?api-version=v1.0&$select=deviceKey",
        ] {
            let request = Request::get(uri).header("prefer", "respond-async").header("x-as", "app");
            let (response, _) = ask(&doors.router, request, "").await;
            assert_eq!(
                (response.status(), &response.headers()["preference-applied"]),
                (202.try_into().expect("a status"), &"respond-async".parse().expect("a header"))
            );
            let location = response.headers()["location"].to_str().expect("text").to_owned();
            let path = location.strip_prefix("https://deck").expect("our address");
            let request = Request::get(path).header("x-as", "app");
            let (response, text) = ask(&doors.router, request, "").await;
            assert_eq!(
                (response.status().as_u16(), &response.headers()["asyncresult"]),
                (200, &"200".parse().expect("a header"))
            );
            assert!(text.contains("{\"deviceKey\":2}"), "{text}");
            assert_eq!(doors.get(path, "stranger").await.0, 403);
        }
        assert_eq!(doors.get("/warehouse/v1.0/$status/%ff", "app").await.0, 404);
    });
}
