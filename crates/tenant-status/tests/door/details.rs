//! The tenant's details on both databases: what is counted, and for whom.

use http::StatusCode;
use serde_json::Value;
use store::{Sql, SqlError, Store, testkit};

use super::deck::{Deck, TENANT};

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

async fn ask(store: &Store, role: &str, tenant: &str) -> (StatusCode, Value) {
    Deck::new(store).from(tenant).get("/api/tenantStatus/details", role).await
}

fn check(test: impl AsyncFn(Store)) {
    testkit::check(async |store| {
        for row in ROWS {
            let written = store.write(TENANT, move |tx| tx.exec(&row, &[]).map(drop));
            written.await.unwrap_or_else(|e: SqlError| panic!("{e}"));
        }
        // The rows were put in past the directory: what is kept of them is counted anew.
        Deck::new(&store).settle().await;
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
