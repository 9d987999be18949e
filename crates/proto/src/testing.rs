//! Arbitrary inventories for property tests.

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use crate::{
    ConnectionKind, Disk, Encryption, EncryptionState, Hardware, Identity, Interface, LoggedOnUser,
    OperatingSystem, OsFamily, Package, Section, Sections,
};

/// Few different texts, so that keys meet, and some that need escaping.
fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof!["[a-d]{1,2}", Just("naïve \"quote\" \\ 🚢".to_owned()), Just("/var/log".to_owned())]
}

fn bytes() -> impl Strategy<Value = Option<u64>> + Clone {
    of(0..=i64::MAX as u64)
}

fn identity() -> impl Strategy<Value = Section> {
    (text(), of(text()), of(text()), of(text()), of(text())).prop_map(
        |(device_name, serial_number, manufacturer, model, machine_id)| {
            let chassis_type = None;
            Section::Identity(Identity {
                chassis_type,
                device_name,
                machine_id,
                manufacturer,
                model,
                serial_number,
            })
        },
    )
}

fn system() -> impl Strategy<Value = Section> {
    (text(), text(), of(text()), of(text())).prop_map(|(name, version, kernel, edition)| {
        Section::OperatingSystem(OperatingSystem {
            architecture: kernel.clone(),
            edition,
            family: OsFamily::MacOs,
            kernel,
            name,
            version,
        })
    })
}

fn hardware() -> impl Strategy<Value = Section> {
    (of(any::<u32>()), of(text()), bytes(), bytes()).prop_map(|(cpu_count, cpu_model, total, installed)| {
        Section::Hardware(Hardware {
            cpu_cores: cpu_count,
            cpu_count,
            cpu_model,
            memory_total_bytes: total,
            physical_memory_bytes: installed,
        })
    })
}

fn disks() -> impl Strategy<Value = Section> {
    let disk = (text(), of(text()), bytes(), bytes(), of(any::<bool>())).prop_map(
        |(key, device, total_bytes, free_bytes, encrypted)| Disk {
            file_system: device.clone(),
            device,
            encrypted,
            free_bytes,
            mount_point: key.clone(),
            key,
            total_bytes,
        },
    );
    vec(disk, 0..5).prop_map(|items| Section::Disks(items.into_iter().collect()))
}

fn interfaces() -> impl Strategy<Value = Section> {
    let interface = (text(), vec(text(), 0..3), of(text())).prop_map(|(key, addresses, mac_address)| {
        let kind = Some(ConnectionKind::Wifi);
        Interface { addresses, name: key.clone(), key, kind, mac_address }
    });
    vec(interface, 0..5).prop_map(|items| Section::Interfaces(items.into_iter().collect()))
}

fn encryption() -> impl Strategy<Value = Section> {
    of(text()).prop_map(|method| Section::Encryption(Encryption { method, state: EncryptionState::Partial }))
}

fn users() -> impl Strategy<Value = Section> {
    let user = (text(), of(0..4_000_000_000_i64), of(text())).prop_map(|(key, since, terminal)| {
        let since = since.map(|second| Timestamp::from_second(second).expect("within range"));
        LoggedOnUser { name: key.clone(), key, since, terminal }
    });
    vec(user, 0..4).prop_map(|items| Section::LoggedOnUsers(items.into_iter().collect()))
}

fn packages() -> impl Strategy<Value = Section> {
    let package = (text(), text(), bytes()).prop_map(|(key, version, size_bytes)| Package {
        name: key.clone(),
        key,
        size_bytes,
        source: Some("dpkg".to_owned()),
        version,
    });
    vec(package, 0..12).prop_map(|items| Section::Packages(items.into_iter().collect()))
}

/// Any inventory: each section there or not.
pub(crate) fn sections() -> impl Strategy<Value = Sections> {
    (
        of(identity()),
        of(system()),
        of(hardware()),
        of(disks()),
        of(interfaces()),
        of(encryption()),
        of(users()),
        of(packages()),
    )
        .prop_map(|(a, b, c, d, e, f, g, h)| [a, b, c, d, e, f, g, h].into_iter().flatten().collect())
}
