//! Devices that another service tells of, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use devices::import::{ImportedDevice, Landed, device};
use store::{Sql, Store, TenantId, testkit};
use uuid::Uuid;
use world::World;

const HOME: TenantId = TenantId(Uuid::from_u128(1));
const LAPTOP: Uuid = Uuid::from_u128(20);

const MAKE_TENANT: Sql = Sql::tenant(
    "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
     created_at) values ($1, 'Home', 'NL', 'here', 'intune', 'active', 0)",
);
const READ: Sql = Sql::tenant(
    "select device_name, compliance_state_id, device_type_id from device where tenant_id = $1 and id = $2",
);
const ENROLLED: Sql = Sql::tenant("select enrolled from device_count where tenant_id = $1");
const RETIRE: Sql = Sql::tenant("update device set retired_at = 1 where tenant_id = $1 and id = $2");

async fn land(store: &Store, world: &World, told: ImportedDevice) -> Landed {
    let (event, now) = (world.ids.guid(), world.clock.now());
    store.write(HOME, move |tx| device(tx, ("test", event), &told, now)).await.unwrap()
}

#[test]
fn devices_come_change_and_stay_retired() {
    testkit::check(async |store| {
        let world = World::with_set_clock("2026-11-21T12:00:00Z".parse().unwrap());
        store.write(HOME, |tx| tx.exec(&MAKE_TENANT, &[])).await.unwrap();
        let laptop = ImportedDevice {
            id: LAPTOP,
            device_name: "LAPTOP-1".to_owned(),
            operating_system: "Windows".to_owned(),
            compliance_state: "compliant".to_owned(),
            owner_type: "company".to_owned(),
            ..ImportedDevice::default()
        };
        assert_eq!(land(&store, &world, laptop.clone()).await, Landed::Made);
        let changed = ImportedDevice { compliance_state: "noncompliant".to_owned(), ..laptop.clone() };
        assert_eq!(land(&store, &world, changed).await, Landed::Kept);
        let row = store.read(HOME, |tx| tx.row(&READ, &[LAPTOP.into()])).await.unwrap().unwrap();
        let row: (String, i64, i64) = (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
        assert_eq!(row, ("LAPTOP-1".to_owned(), 2, 0));
        let counted = store.read(HOME, |tx| tx.row(&ENROLLED, &[])).await.unwrap().unwrap();
        assert_eq!(counted.get::<i64>(0).unwrap(), 1, "counted once");
        store.write(HOME, |tx| tx.exec(&RETIRE, &[LAPTOP.into()])).await.unwrap();
        assert_eq!(land(&store, &world, laptop).await, Landed::Skipped);
    });
}
