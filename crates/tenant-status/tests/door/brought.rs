//! What synchronisations bring is kept, listed as Graph's resources, and goes with its connector and its people.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::Sql;
use tenant_status::StoreShelf;
use tenant_status::sync::shelf::{
    AppleDevice, Asset, AutopilotIdentity, Bringer, Kept, Page, Shelf, Shelved,
};
use uuid::Uuid;

use super::deck::{Deck, READER, TENANT, add, check};

const ANN: Uuid = Uuid::from_u128(9);
const MAKE_ANN: Sql = Sql::tenant(
    "insert into directory_user (tenant_id, id, user_principal_name, user_principal_name_lower, display_name, account_enabled, is_simulated,
     created_at) values ($1, $2, 'Ann@contoso.example', 'ann@contoso.example', 'Ann Berg', true, false, 0)",
);
const USERS: Sql = Sql::tenant(
    "select count(*) from autopilot_device_identity where tenant_id = $1 and user_id is not null",
);
const IDENTITIES: &str = "deviceManagement/windowsAutopilotDeviceIdentities";

/// A connector of this type that synchronises in this way.
async fn bringer(deck: &Deck, ty: &str) -> (String, Bringer) {
    let at = add(deck, ty, json!({ "displayName": "Bringer" })).await;
    let id = at.rsplit('/').next().unwrap().parse().unwrap();
    (at, Bringer { tenant: TENANT, instance: id, at: deck.now() })
}

fn identity(n: u128, serial: &str, user: &str) -> AutopilotIdentity {
    AutopilotIdentity {
        id: Uuid::from_u128(n),
        serial_number: Some(serial.to_owned()),
        group_tag: Some("Kiosk".to_owned()),
        user_principal_name: Some(user.to_owned()),
        enrollment_state: Some("enrolled".to_owned()),
        ..AutopilotIdentity::default()
    }
}

async fn serials(deck: &Deck, path: &str) -> Vec<String> {
    let list = deck.done(Method::GET, path, Value::Null, 200).await;
    list["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["serialNumber"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn autopilot_identities_are_kept_listed_and_swept() {
    check(async |deck| {
        deck.status.store.write(TENANT, |tx| tx.exec(&MAKE_ANN, &[ANN.into()])).await.unwrap();
        let shelf = StoreShelf { store: deck.status.store.clone() };
        let (at, by) = bringer(&deck, "autopilotSync").await;
        let page = || {
            let (ann, stranger) = ("ANN@contoso.example", "stranger@contoso.example");
            Page::Autopilot(vec![identity(1, "S1", ann), identity(2, "S2", stranger), identity(3, "S3", "")])
        };
        for _ in 0..2 {
            assert_eq!(shelf.put(by, page()).await, Ok(0), "a page may come twice");
        }
        assert_eq!(shelf.close(by, Shelved::Autopilot, true).await, Ok(Kept { n_kept: 3, n_removed: 0 }));
        let path = format!("/graph/v1.0/{IDENTITIES}?$filter=groupTag%20eq%20'Kiosk'&$count=true&$top=2");
        let list = deck.done(Method::GET, &path, Value::Null, 200).await;
        assert_eq!(
            (&list["@odata.count"], list["value"].as_array().unwrap().len()),
            (&json!(3), 2),
            "{list}"
        );
        assert_eq!(list["@odata.context"], format!("https://deck.example/graph/v1.0/$metadata#{IDENTITIES}"));
        let (first, second) = (&list["value"][0], &list["value"][1]);
        assert_eq!(
            (&first["userPrincipalName"], &first["addressableUserName"], &first["enrollmentState"]),
            (&json!("Ann@contoso.example"), &json!("Ann Berg"), &json!("enrolled"))
        );
        assert_eq!(second["userPrincipalName"], Value::Null, "who is not known here is not kept");
        assert!(first.get("deploymentProfileAssignmentStatus").is_none(), "beta has that: {first}");
        let one = format!("/graph/beta/{IDENTITIES}/{}", Uuid::from_u128(2));
        let shown = deck.done(Method::GET, &one, Value::Null, 200).await;
        assert_eq!(
            (&shown["serialNumber"], shown.get("deploymentProfileAssignmentStatus").is_some()),
            (&json!("S2"), true)
        );
        deck.done(Method::GET, &format!("/graph/beta/{IDENTITIES}/{}", Uuid::from_u128(7)), Value::Null, 404)
            .await;
        deck.done(
            Method::GET,
            &format!("/graph/v1.0/{IDENTITIES}?$filter=nothing%20eq%201"),
            Value::Null,
            400,
        )
        .await;
        let (status, denied) = deck.get(&format!("/graph/v1.0/{IDENTITIES}"), "Application Manager").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{denied}");
        assert_eq!(deck.get(&format!("/graph/v1.0/{IDENTITIES}"), READER).await.0, StatusCode::OK);
        let elsewhere = deck.from("foreign").done(Method::GET, &path, Value::Null, 200).await;
        assert_eq!(elsewhere["value"], json!([]), "another tenant's are not seen");

        let page_of = deck.done(Method::GET, &at, Value::Null, 200).await;
        assert_eq!(page_of["brought"][0]["count"], 3, "{page_of}");
        let list_at = page_of["brought"][0]["list"].as_str().unwrap().to_owned();
        assert_eq!(serials(&deck, &list_at).await, ["S1", "S2", "S3"]);

        deck.wait(jiff::SignedDuration::from_hours(8));
        let by = Bringer { at: deck.now(), ..by };
        let gone = AutopilotIdentity { removed: Some(json!({})), ..identity(3, "S3", "") };
        assert_eq!(shelf.put(by, Page::Autopilot(vec![identity(1, "S1", ""), gone])).await, Ok(1));
        assert_eq!(shelf.close(by, Shelved::Autopilot, false).await, Ok(Kept { n_kept: 2, n_removed: 0 }));
        assert_eq!(shelf.close(by, Shelved::Autopilot, true).await, Ok(Kept { n_kept: 1, n_removed: 1 }));
        deck.done(Method::DELETE, &at, Value::Null, 204).await;
        assert!(serials(&deck, &format!("/graph/v1.0/{IDENTITIES}")).await.is_empty());
    });
}

#[test]
fn a_person_who_is_deleted_is_no_devices_user() {
    check(async |deck| {
        deck.status.store.write(TENANT, |tx| tx.exec(&MAKE_ANN, &[ANN.into()])).await.unwrap();
        let shelf = StoreShelf { store: deck.status.store.clone() };
        let (_, by) = bringer(&deck, "autopilotSync").await;
        let page = Page::Autopilot(vec![identity(1, "S1", "ann@contoso.example")]);
        shelf.put(by, page).await.unwrap();
        let n_users = async || {
            let row = deck.status.store.read(TENANT, |tx| tx.row(&USERS, &[])).await.unwrap().unwrap();
            row.get::<i64>(0).unwrap()
        };
        assert_eq!(n_users().await, 1);
        let (world, now) = (deck.status.world.clone(), deck.now());
        let forgotten = deck
            .status
            .store
            .write(TENANT, move |tx| tenant_status::forget_person(tx, &world, (ANN, &[]), now))
            .await;
        forgotten.unwrap();
        assert_eq!(n_users().await, 0);
        assert_eq!(serials(&deck, &format!("/graph/v1.0/{IDENTITIES}")).await, ["S1"], "the device stays");
    });
}

#[test]
fn apple_devices_are_listed_below_their_token() {
    check(async |deck| {
        let shelf = StoreShelf { store: deck.status.store.clone() };
        let (at, by) = bringer(&deck, "depSync").await;
        let device = |serial: &str, op: &str| AppleDevice {
            serial_number: serial.to_owned(),
            os: Some("iOS".to_owned()),
            profile_status: Some("assigned".to_owned()),
            op_type: Some(op.to_owned()),
            ..AppleDevice::default()
        };
        let page = Page::AppleDevices(vec![device("B", "added"), device("A", "added")]);
        shelf.put(by, page).await.unwrap();
        let path = format!(
            "/graph/beta/deviceManagement/depOnboardingSettings/{}/importedAppleDeviceIdentities",
            by.instance
        );
        assert_eq!(serials(&deck, &path).await, ["A", "B"]);
        let list = deck.done(Method::GET, &format!("{path}?$top=1"), Value::Null, 200).await;
        let one = &list["value"][0];
        assert_eq!(
            (&one["platform"], &one["enrollmentState"], &one["discoverySource"], &one["profileStatus"]),
            (&json!("ios"), &json!("notContacted"), &json!("deviceEnrollmentProgram"), &json!("assigned"))
        );
        let context = format!(
            "https://deck.example/graph/beta/$metadata#deviceManagement/depOnboardingSettings('{}')/importedAppleDeviceIdentities",
            by.instance
        );
        assert_eq!(list["@odata.context"], context);
        let shown = deck
            .done(Method::GET, &format!("{path}/{}", one["id"].as_str().unwrap()), Value::Null, 200)
            .await;
        assert_eq!(shown["serialNumber"], "A");
        shelf.put(by, Page::AppleDevices(vec![device("A", "deleted")])).await.unwrap();
        assert_eq!(serials(&deck, &path).await, ["B"]);
        let nowhere = path.replace(&by.instance.to_string(), &Uuid::from_u128(77).to_string());
        deck.done(Method::GET, &nowhere, Value::Null, 404).await;
        let page_of = deck.done(Method::GET, &at, Value::Null, 200).await;
        assert_eq!(page_of["brought"][0]["kind"], "appleDevices", "{page_of}");
    });
}

#[test]
fn bought_apps_and_books_are_listed_with_their_licences() {
    check(async |deck| {
        let shelf = StoreShelf { store: deck.status.store.clone() };
        let (at, by) = bringer(&deck, "vppSync").await;
        let asset = |adam: &str, product: &str, total_count| Asset {
            adam_id: adam.to_owned(),
            product_type: Some(product.to_owned()),
            total_count,
            assigned_count: 7,
            device_assignable: true,
            supported_platforms: vec!["iOS".to_owned()],
            ..Asset::default()
        };
        let page = Page::Assets(vec![
            asset("1", "App", Some(10)),
            asset("2", "App", None),
            asset("3", "Book", Some(1)),
        ]);
        shelf.put(by, page).await.unwrap();
        let apps = "/graph/v1.0/deviceAppManagement/mobileApps/microsoft.graph.iosVppApp";
        let list = deck
            .done(Method::GET, &format!("{apps}?$filter=totalLicenseCount%20gt%205"), Value::Null, 200)
            .await;
        let one = &list["value"][0];
        assert_eq!(
            (list["value"].as_array().unwrap().len(), &one["usedLicenseCount"], &one["totalLicenseCount"]),
            (1, &json!(7), &json!(10))
        );
        assert_eq!(
            (&one["vppTokenId"], &one["licensingType"]["supportsDeviceLicensing"]),
            (&json!(by.instance), &json!(true))
        );
        let books = "/graph/v1.0/deviceAppManagement/managedEBooks/microsoft.graph.iosVppEBook";
        let list = deck.done(Method::GET, books, Value::Null, 200).await;
        assert_eq!(list["value"][0]["appStoreUrl"], "https://books.apple.com/book/id3");
        let page_of = deck.done(Method::GET, &at, Value::Null, 200).await;
        let brought = page_of["brought"].as_array().unwrap();
        let told: Vec<_> = brought
            .iter()
            .map(|one| (one["kind"].as_str().unwrap(), one["count"].as_u64().unwrap()))
            .collect();
        assert_eq!(told, [("apps", 2), ("books", 1)]);
        let list = deck.done(Method::GET, brought[0]["list"].as_str().unwrap(), Value::Null, 200).await;
        assert_eq!(list["value"].as_array().unwrap().len(), 2);
    });
}
