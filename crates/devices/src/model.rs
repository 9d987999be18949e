//! What a device's report means for its row: pure rules.

use proto::{ConnectionKind, EncryptionState, OsFamily, Section, SectionName, Sections};

/// Device type ids of the seed's table (003 lines 1659-1688; 13 Unix stands on one page only and is what Linux gets).
pub mod device_type {
    pub const DESKTOP: i64 = 0;
    pub const IPHONE: i64 = 8;
    pub const IPAD: i64 = 9;
    pub const UNIX: i64 = 13;
    pub const MAC_MDM: i64 = 14;
    pub const ANDROID_FOR_WORK: i64 = 17;
    pub const UNKNOWN: i64 = 255;
}

/// Graph's `deviceRegistrationState`.
pub const REGISTERED: i64 = 2;
/// The MDM agent (seed 003, managementAgentTypes).
pub const MANAGEMENT_AGENT_MDM: i64 = 2;
pub const MANAGEMENT_STATE_MANAGED: i64 = 0;
pub const OWNER_COMPANY: i64 = 1;
pub const OWNER_PERSONAL: i64 = 2;
/// `UserEnrollment` (seed 003, deviceEnrollmentTypes): a person signed in on the device.
pub const ENROLLED_BY_USER: i64 = 1;
pub const COMPLIANCE_UNKNOWN: i64 = 0;

/// The columns of a device's row that its inventory decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub device_name: String,
    pub device_type_id: i64,
    pub os_version: Option<String>,
    pub serial_number: Option<String>,
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub operating_system: String,
    pub free_storage_bytes: Option<i64>,
    pub total_storage_bytes: Option<i64>,
    pub encryption_state: i64,
    pub wifi_mac_address: Option<String>,
    pub ethernet_mac_address: Option<String>,
    pub physical_memory_bytes: Option<i64>,
    pub ip_address_v4_wifi: Option<String>,
    pub subnet_address_v4_wifi: Option<String>,
    pub windows_os_edition: Option<String>,
}

/// What the inventory says of the row.
pub fn facts(sections: &Sections) -> Facts {
    let mut facts = Facts {
        device_type_id: device_type::UNKNOWN,
        operating_system: "Unknown".to_owned(),
        ..Facts::default()
    };
    let mut chassis = None;
    if let Some(identity) = sections.identity() {
        facts.device_name = identity.device_name.clone();
        facts.serial_number = identity.serial_number.clone();
        facts.manufacturer = identity.manufacturer.clone();
        facts.model = identity.model.clone();
        chassis = identity.chassis_type.as_deref();
    }
    if let Some(system) = sections.operating_system() {
        facts.operating_system = system.family.as_str().to_owned();
        facts.os_version = Some(system.version.clone());
        facts.device_type_id = device_type_of(system.family, chassis);
        facts.windows_os_edition = system.edition.clone().filter(|_| system.family == OsFamily::Windows);
    }
    if let Some(Section::Hardware(hardware)) = sections.get(SectionName::Hardware) {
        facts.physical_memory_bytes = bytes(hardware.physical_memory_bytes.or(hardware.memory_total_bytes));
    }
    if let Some(Section::Encryption(encryption)) = sections.get(SectionName::Encryption) {
        facts.encryption_state = i64::from(encryption.state == EncryptionState::Encrypted);
    }
    storage(sections, &mut facts);
    network(sections, &mut facts);
    facts
}

/// The device type for an operating system; `tablet` tells an iPad from an iPhone.
pub fn device_type_of(family: OsFamily, chassis: Option<&str>) -> i64 {
    match family {
        OsFamily::Windows => device_type::DESKTOP,
        OsFamily::MacOs => device_type::MAC_MDM,
        OsFamily::Ios if chassis == Some("tablet") => device_type::IPAD,
        OsFamily::Ios => device_type::IPHONE,
        OsFamily::Android => device_type::ANDROID_FOR_WORK,
        OsFamily::Linux => device_type::UNIX,
    }
}

/// The enrolment type of a device that came with a token: the seed's table names bulk enrolment without a user for
/// Windows (6) and Apple (4) only; for others it is unknown (0).
pub fn bulk_enrollment_type(family: Option<OsFamily>) -> i64 {
    match family {
        Some(OsFamily::Windows) => 6,
        Some(OsFamily::MacOs | OsFamily::Ios) => 4,
        Some(OsFamily::Linux | OsFamily::Android) | None => 0,
    }
}

/// The sum over file systems, each device once: the same partition may be mounted in several places.
fn storage(sections: &Sections, facts: &mut Facts) {
    let Some(Section::Disks(disks)) = sections.get(SectionName::Disks) else { return };
    let mut seen = std::collections::BTreeSet::new();
    let (mut total, mut free) = (None::<u64>, None::<u64>);
    for disk in disks.items() {
        if seen.insert(disk.device.as_deref().unwrap_or(&disk.key)) {
            total = disk.total_bytes.map(|bytes| total.unwrap_or(0).saturating_add(bytes)).or(total);
            free = disk.free_bytes.map(|bytes| free.unwrap_or(0).saturating_add(bytes)).or(free);
        }
    }
    facts.total_storage_bytes = bytes(total);
    facts.free_storage_bytes = bytes(free);
}

/// The first interface of each kind that has a hardware address.
fn network(sections: &Sections, facts: &mut Facts) {
    let Some(Section::Interfaces(interfaces)) = sections.get(SectionName::Interfaces) else { return };
    for interface in interfaces.items() {
        let mac = interface.mac_address.clone().filter(|mac| mac != "00:00:00:00:00:00");
        match interface.kind {
            Some(ConnectionKind::Wifi) if facts.wifi_mac_address.is_none() => {
                facts.wifi_mac_address = mac;
                let v4 = interface.addresses.iter().find_map(|address| v4_and_subnet(address));
                if let Some((address, subnet)) = v4 {
                    facts.ip_address_v4_wifi = Some(address);
                    facts.subnet_address_v4_wifi = subnet;
                }
            }
            Some(ConnectionKind::Ethernet) if facts.ethernet_mac_address.is_none() => {
                facts.ethernet_mac_address = mac
            }
            _ => {}
        }
    }
}

/// `192.0.2.7/24` → `192.0.2.7` in `192.0.2.0`.
fn v4_and_subnet(address: &str) -> Option<(String, Option<String>)> {
    let (host, length) =
        address.split_once('/').map_or((address, None), |(host, length)| (host, length.parse::<u32>().ok()));
    let host: std::net::Ipv4Addr = host.parse().ok()?;
    let subnet = length.filter(|length| *length <= 32).map(|length| {
        let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
        std::net::Ipv4Addr::from(u32::from(host) & mask).to_string()
    });
    Some((host.to_string(), subnet))
}

/// No device has more than 9.2 exabytes; a number beyond is cut to what the column holds.
fn bytes(value: Option<u64>) -> Option<i64> {
    value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::{Disk, Interface, List};

    fn disk(device: &str, mount: &str, total: u64) -> Disk {
        Disk {
            device: Some(device.to_owned()),
            encrypted: None,
            file_system: None,
            free_bytes: Some(total / 2),
            key: mount.to_owned(),
            mount_point: mount.to_owned(),
            total_bytes: Some(total),
        }
    }

    #[test]
    fn a_partition_mounted_twice_counts_once() {
        let disks =
            vec![disk("/dev/vda1", "/", 100), disk("/dev/vda1", "/home", 100), disk("/dev/vdb", "/data", 50)];
        let sections: Sections = [Section::Disks(List::new(disks))].into_iter().collect();
        let facts = facts(&sections);
        assert_eq!((facts.total_storage_bytes, facts.free_storage_bytes), (Some(150), Some(75)));
    }

    #[test]
    fn the_wifi_interface_gives_address_and_subnet() {
        let wifi = Interface {
            addresses: vec!["fe80::1/64".to_owned(), "192.0.2.77/26".to_owned()],
            key: "wlan0".to_owned(),
            kind: Some(ConnectionKind::Wifi),
            mac_address: Some("02:00:00:00:00:01".to_owned()),
            name: "wlan0".to_owned(),
        };
        let sections: Sections = [Section::Interfaces(List::new(vec![wifi]))].into_iter().collect();
        let facts = facts(&sections);
        assert_eq!(facts.ip_address_v4_wifi.as_deref(), Some("192.0.2.77"));
        assert_eq!(facts.subnet_address_v4_wifi.as_deref(), Some("192.0.2.64"));
    }

    #[test]
    fn prefix_lengths_outside_ipv4_give_no_subnet() {
        assert_eq!(v4_and_subnet("192.0.2.7/33"), Some(("192.0.2.7".to_owned(), None)));
        assert_eq!(v4_and_subnet("192.0.2.7/0").unwrap().1.as_deref(), Some("0.0.0.0"));
        assert_eq!(v4_and_subnet("::1/128"), None);
    }
}
