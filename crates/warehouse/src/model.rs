//! From what the tenant holds to what the warehouse says about it: pure mappings, row by row.
//!
//! Operational rows carry the ids of types and states; the warehouse refers to them by its own keys, which the
//! catalogue declares. An id the catalogue does not know becomes the "not available" row where the table has one.

use ::model::{Const, NOT_AVAILABLE_KEY, Table};

use crate::cell::Cell;

/// A device of the tenant as the snapshot reads it. Instants are microseconds since 1970 UTC.
#[derive(Clone, Debug, Default)]
pub struct Device<'a> {
    pub id: &'a str,
    pub device_name: Option<&'a str>,
    pub device_type_id: i64,
    pub registration_state_id: i64,
    pub owner_type_id: i64,
    pub enrolled_at: Option<i64>,
    pub last_sync_at: Option<i64>,
    pub management_agent_id: i64,
    pub management_state_id: i64,
    pub azure_ad_device_id: Option<&'a str>,
    pub azure_ad_registered: bool,
    pub enrollment_type_id: i64,
    pub compliance_state_id: i64,
    pub os_version: Option<&'a str>,
    pub eas_device_id: Option<&'a str>,
    pub serial_number: Option<&'a str>,
    pub user_id: Option<&'a str>,
    pub manufacturer: Option<&'a str>,
    pub model: Option<&'a str>,
    pub operating_system: Option<&'a str>,
    pub android_security_patch_level: Option<&'a str>,
    pub meid: Option<&'a str>,
    pub is_supervised: bool,
    pub free_storage_bytes: Option<i64>,
    pub total_storage_bytes: Option<i64>,
    pub encryption_state: i64,
    pub subscriber_carrier: Option<&'a str>,
    pub phone_number: Option<&'a str>,
    pub imei: Option<&'a str>,
    pub cellular_technology: Option<&'a str>,
    pub wifi_mac_address: Option<&'a str>,
    pub ethernet_mac_address: Option<&'a str>,
    pub office365_version: Option<&'a str>,
    pub windows_os_edition: Option<&'a str>,
    pub primary_user_id: Option<&'a str>,
    pub iccid: Option<&'a str>,
    pub subnet_address_v4_wifi: Option<&'a str>,
    pub ip_address_v4_wifi: Option<&'a str>,
    pub physical_memory_bytes: Option<i64>,
    pub jail_broken: bool,
}

/// A licensed user of the tenant as the snapshot reads it.
#[derive(Clone, Debug, Default)]
pub struct User<'a> {
    pub id: &'a str,
    pub mail: Option<&'a str>,
    pub user_principal_name: Option<&'a str>,
    pub display_name: Option<&'a str>,
}

/// The keys of one enumeration by id.
#[derive(Debug)]
struct Enumeration {
    keys: Vec<(i64, i64)>,
    otherwise: Cell<'static>,
}

impl Enumeration {
    fn of(table: &str) -> Self {
        let table = model::table(table).expect("the catalogue declares the enumerations devices refer to");
        let place = |role| table.columns.iter().position(|column| column.role == role);
        let id = place(model::Role::NaturalKey).expect("the enumeration has ids");
        let key = place(model::Role::SurrogateKey).expect("the enumeration has keys");
        let pair = |row: &::model::Row| Some((number(row.cells[id])?, number(row.cells[key])?));
        let keys: Vec<_> = table.rows.iter().filter_map(pair).collect();
        let has_sentinel = keys.iter().any(|(_, key)| *key == NOT_AVAILABLE_KEY);
        let otherwise = if has_sentinel { Cell::Int(NOT_AVAILABLE_KEY) } else { Cell::Null };
        Self { keys, otherwise }
    }

    fn key(&self, id: i64) -> Cell<'static> {
        let found = self.keys.iter().find(|(known, _)| *known == id);
        found.map_or(self.otherwise, |(_, key)| Cell::Int(*key))
    }
}

/// Ids are integers, or integers written as text.
fn number(value: Const) -> Option<i64> {
    match value {
        Const::Int(number) => Some(number),
        Const::Text(text) => text.parse().ok(),
        Const::Time(_) => None,
    }
}

/// The keys of all enumerations that devices refer to.
#[derive(Debug)]
pub struct Keyring {
    device_types: Enumeration,
    registration_states: Enumeration,
    owner_types: Enumeration,
    agents: Enumeration,
    management_states: Enumeration,
    enrollment_types: Enumeration,
    compliance_states: Enumeration,
}

impl Default for Keyring {
    fn default() -> Self {
        Self {
            device_types: Enumeration::of("deviceTypes"),
            registration_states: Enumeration::of("deviceRegistrationStates"),
            owner_types: Enumeration::of("ownerTypes"),
            agents: Enumeration::of("managementAgentTypes"),
            management_states: Enumeration::of("managementStates"),
            enrollment_types: Enumeration::of("deviceEnrollmentTypes"),
            compliance_states: Enumeration::of("complianceStates"),
        }
    }
}

fn text(value: Option<&str>) -> Cell<'_> {
    value.map_or(Cell::Null, Cell::Text)
}

fn int(value: Option<i64>) -> Cell<'static> {
    value.map_or(Cell::Null, Cell::Int)
}

fn time(value: Option<i64>) -> Cell<'static> {
    value.map_or(Cell::Null, Cell::Time)
}

fn flag(value: bool) -> Cell<'static> {
    Cell::Int(value.into())
}

impl Keyring {
    /// The row of `devices`, in the order of the catalogue, with null in the warehouse's own columns.
    pub fn device_row<'a>(&self, device: &Device<'a>) -> [Cell<'a>; 42] {
        [
            Cell::Null,
            Cell::Text(device.id),
            text(device.device_name),
            self.device_types.key(device.device_type_id),
            self.registration_states.key(device.registration_state_id),
            self.owner_types.key(device.owner_type_id),
            time(device.enrolled_at),
            time(device.last_sync_at),
            self.agents.key(device.management_agent_id),
            self.management_states.key(device.management_state_id),
            text(device.azure_ad_device_id),
            Cell::Bool(device.azure_ad_registered),
            Cell::Null,
            self.enrollment_types.key(device.enrollment_type_id),
            self.compliance_states.key(device.compliance_state_id),
            text(device.os_version),
            text(device.eas_device_id),
            text(device.serial_number),
            text(device.user_id),
            Cell::Null,
            text(device.manufacturer),
            text(device.model),
            text(device.operating_system),
            Cell::Null,
            text(device.android_security_patch_level),
            text(device.meid),
            flag(device.is_supervised),
            int(device.free_storage_bytes),
            int(device.total_storage_bytes),
            Cell::Int(device.encryption_state),
            text(device.subscriber_carrier),
            text(device.phone_number),
            text(device.imei),
            text(device.cellular_technology),
            text(device.wifi_mac_address),
            text(device.ethernet_mac_address),
            text(device.office365_version),
            text(device.windows_os_edition),
            text(device.primary_user_id),
            text(device.iccid),
            text(device.subnet_address_v4_wifi),
            text(device.ip_address_v4_wifi),
        ]
    }

    /// The row of `devicePropertyHistories`, in the order of the catalogue.
    pub fn history_row<'a>(&self, device: &Device<'a>, date_key: i32, device_key: i64) -> [Cell<'a>; 13] {
        [
            Cell::Int(date_key.into()),
            Cell::Int(device_key),
            text(device.device_name),
            self.registration_states.key(device.registration_state_id),
            self.owner_types.key(device.owner_type_id),
            self.management_states.key(device.management_state_id),
            Cell::Bool(device.azure_ad_registered),
            self.compliance_states.key(device.compliance_state_id),
            text(device.os_version),
            flag(device.jail_broken),
            Cell::Null,
            int(device.physical_memory_bytes),
            int(device.total_storage_bytes),
        ]
    }
}

/// The row of `users`, in the order of the catalogue, with null in the warehouse's own columns.
pub fn user_row<'a>(user: &User<'a>) -> [Cell<'a>; 12] {
    let name = user.user_principal_name.map(|name| name.split('@').next().unwrap_or(name));
    [
        Cell::Null,
        Cell::Text(user.id),
        text(user.mail),
        text(user.user_principal_name),
        text(user.display_name),
        Cell::Bool(true),
        Cell::Null,
        Cell::Null,
        text(name),
        Cell::Null,
        Cell::Null,
        Cell::Null,
    ]
}

/// The rows the catalogue itself declares for a table.
pub fn declared_rows(table: &'static Table) -> impl Iterator<Item = Vec<Cell<'static>>> {
    table.rows.iter().map(|row| row.cells.iter().map(|cell| Cell::from(*cell)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The arrays above are in the catalogue's order: each value is found under the column named after it.
    #[test]
    fn rows_are_in_the_order_of_the_catalogue() {
        let device = Device {
            id: "deviceId",
            device_name: Some("deviceName"),
            os_version: Some("osVersion"),
            azure_ad_device_id: Some("azureADDeviceId"),
            eas_device_id: Some("easDeviceId"),
            serial_number: Some("serialNumber"),
            user_id: Some("userId"),
            manufacturer: Some("manufacturer"),
            model: Some("model"),
            operating_system: Some("operatingSystem"),
            android_security_patch_level: Some("androidSecurityPatchLevel"),
            meid: Some("meid"),
            subscriber_carrier: Some("subscriberCarrier"),
            phone_number: Some("phoneNumber"),
            imei: Some("imei"),
            cellular_technology: Some("cellularTechnology"),
            wifi_mac_address: Some("wiFiMacAddress"),
            ethernet_mac_address: Some("ethernetMacAddress"),
            office365_version: Some("office365Version"),
            windows_os_edition: Some("windowsOsEdition"),
            primary_user_id: Some("primaryUser"),
            iccid: Some("iccid"),
            subnet_address_v4_wifi: Some("subnetAddressV4Wifi"),
            ip_address_v4_wifi: Some("ipAddressV4Wifi"),
            enrolled_at: Some(1),
            last_sync_at: Some(2),
            free_storage_bytes: Some(3),
            total_storage_bytes: Some(4),
            physical_memory_bytes: Some(5),
            ..Device::default()
        };
        let keys = Keyring::default();
        let check = |name: &str, cells: &[Cell<'_>]| {
            let table = model::table(name).expect("declared");
            assert_eq!(cells.len(), table.columns.len());
            for (column, cell) in table.columns.iter().zip(cells) {
                if let Cell::Text(text) = cell {
                    assert_eq!(*text, column.name);
                }
            }
            let number = |name: &str| cells[table.index(name).expect("declared")];
            assert_eq!(number("totalStorageSpaceInBytes"), Cell::Int(4));
            number("deviceKey").int()
        };
        check("devices", &keys.device_row(&device));
        assert_eq!(check("devicePropertyHistories", &keys.history_row(&device, 20_261_120, 9)), Some(9));
        let user = User {
            id: "userId",
            mail: Some("userEmail"),
            user_principal_name: Some("userPrincipalName"),
            display_name: Some("displayName"),
        };
        let row = user_row(&user);
        let table = model::table("users").expect("declared");
        assert_eq!(row.len(), table.columns.len());
        assert_eq!(row[table.index("userEmail").expect("declared")], Cell::Text("userEmail"));
        assert_eq!(row[table.index("displayName").expect("declared")], Cell::Text("displayName"));
    }

    #[test]
    fn ids_become_keys_and_unknown_ids_the_row_for_them() {
        let keys = Keyring::default();
        let device =
            Device { device_type_id: 14, compliance_state_id: 254, owner_type_id: 99, ..Device::default() };
        let row = keys.device_row(&device);
        assert_eq!(row[3], Cell::Int(15));
        assert_eq!(row[5], Cell::Null);
        assert_eq!(row[14], Cell::Int(6));
        let unknown = Device { device_type_id: 77, compliance_state_id: 77, ..Device::default() };
        assert_eq!(
            (keys.device_row(&unknown)[3], keys.device_row(&unknown)[14]),
            (Cell::Int(-1), Cell::Int(-1))
        );
    }
}
