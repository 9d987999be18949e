//! The tenant's details on both databases: what is counted, and for whom.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::pin::Pin;
use std::sync::Arc;

use api::{Authenticate, RequestHead, Unauthenticated};
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use policy::{Assignment, Caller, Held, Kind, Scope, role};
use serde_json::Value;
use store::{Sql, SqlError, Store, TenantId, testkit};
use tenant_status::{LastSnapshot, TenantStatus, module};
use tower::ServiceExt as _;
use uuid::Uuid;

const TENANT: TenantId = TenantId(Uuid::from_u128(1));
const FOREIGN: TenantId = TenantId(Uuid::from_u128(2));
const ROWS: [Sql; 5] = [
    Sql::tenant(
        "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
         created_at) values ($1, 'Contoso', 'NL', 'Rotterdam', 'intune', 'active', 0)",
    ),
    Sql::tenant("insert into device_count (tenant_id, enrolled) values ($1, 1234567)"),
    Sql::tenant(
        "insert into directory_user (tenant_id, id, user_principal_name, user_principal_name_lower, display_name,
         account_enabled, is_simulated, created_at, deleted_at) values
         ($1, 'a', 'a', 'a', 'A', true, false, 0, null), ($1, 'b', 'b', 'b', 'B', false, false, 0, null),
         ($1, 'c', 'c', 'c', 'C', true, false, 0, null), ($1, 'd', 'd', 'd', 'D', true, false, 0, 5)",
    ),
    Sql::tenant(
        "insert into subscribed_sku (tenant_id, sku_id, sku_part_number, display_name, applies_to,
         includes_device_management, enabled_units) values
         ($1, 's1', 'A_MANAGEMENT', 'Management', 'User', true, 10),
         ($1, 's2', 'B_MANAGEMENT_TOO', 'More', 'User', true, 5),
         ($1, 's3', 'C_OFFICE', 'Office', 'User', false, 20),
         ($1, 's4', 'D_FOR_DEVICES', 'Devices', 'Company', true, 99)",
    ),
    Sql::tenant(
        "insert into user_licence (tenant_id, user_id, sku_id, assigned_at) values
         ($1, 'a', 's1', 0), ($1, 'a', 's2', 0), ($1, 'b', 's1', 0), ($1, 'c', 's3', 0), ($1, 'd', 's1', 0)",
    ),
];

struct Newest;

impl LastSnapshot for Newest {
    fn date_key(&self, tenant: TenantId) -> Option<i32> {
        (tenant == TENANT).then_some(20_261_120)
    }
}

/// A person with the built-in role of this name, in the tenant the header names.
struct Person;

impl Authenticate for Person {
    fn caller(
        &self,
        head: RequestHead,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + '_>> {
        let header = |name| head.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let tenant = if header("x-tenant").as_deref() == Some("foreign") { FOREIGN } else { TENANT };
        let held =
            role::built_in().iter().find(|role| Some(role.display_name) == header("x-role").as_deref());
        let assignments = held.map(|role| Assignment {
            id: Uuid::from_u128(3),
            held: Held::BuiltIn(role.id),
            scope: Scope::AllDevicesAndLicensedUsers,
        });
        let kind = Kind::User {
            id: Uuid::from_u128(9),
            directory_roles: Vec::new(),
            assignments: assignments.into_iter().collect(),
        };
        Box::pin(async move { Ok(Caller { tenant: tenant.0, kind, delegated: None }) })
    }
}

async fn ask(store: &Store, role: &str, tenant: &str) -> (StatusCode, Value) {
    let status = TenantStatus {
        store: store.clone(),
        version: "1.2.3",
        changelog: "## [1.2.3]\n### Added\n- A thing.\n",
        last_snapshot: Arc::new(Newest),
    };
    let router = api::router(module(&status).routes, Arc::new(Person));
    let request = Request::get("/api/tenantStatus/details").header("x-role", role).header("x-tenant", tenant);
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap())
}

fn check(test: impl AsyncFn(Store)) {
    testkit::check(async |store| {
        for row in ROWS {
            let written = store.write(TENANT, move |tx| tx.exec(&row, &[]).map(drop));
            written.await.unwrap_or_else(|e: SqlError| panic!("{e}"));
        }
        test(store).await;
    });
}

#[test]
fn people_are_counted_once_and_licences_for_devices_are_not_shown() {
    check(async |store| {
        let (status, body) = ask(&store, "Read Only Operator", "home").await;
        assert_eq!(status, StatusCode::OK, "{body}");
        for (name, value) in [
            ("tenantName", Value::from("Contoso")),
            ("tenantLocation", "Rotterdam".into()),
            ("mdmAuthority", "intune".into()),
            ("accountStatus", "active".into()),
            ("serviceRelease", "1.2.3".into()),
            ("totalEnrolledDevices", 1_234_567.into()),
            // a has two licences that count, b's account is disabled, c's licence does not count, d was deleted.
            ("totalLicensedUsers", 2.into()),
            ("totalLicenses", 35.into()),
            ("assignedLicenses", 5.into()),
            ("lastSnapshotDateKey", 20_261_120.into()),
        ] {
            assert_eq!(body[name], value, "{name}");
        }
        assert_eq!(body["licenses"].as_array().map(Vec::len), Some(3));
    });
}

#[test]
fn others_are_told_which_permissions_they_lack() {
    check(async |store| {
        let (status, body) = ask(&store, "Intune Role Administrator", "home").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert_eq!(
            body["missing"],
            serde_json::json!(["Microsoft.Intune_ManagedDevices_Read", "Microsoft.Intune_ManagedApps_Read"])
        );
        let (status, _) = ask(&store, "Read Only Operator", "foreign").await;
        assert_eq!(
            status,
            StatusCode::NOT_FOUND,
            "the other tenant has no row of its own and sees none of ours"
        );
    });
}
