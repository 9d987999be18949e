//! A device's day as the agent protocol reports it.

use proto::{
    ConnectionKind, Disk, Encryption, EncryptionState, Hardware, Identity, Interface, List, LoggedOnUser,
    OperatingSystem, OsFamily, Section, SectionName,
};

use crate::catalogue::Form;
use crate::chance::For;
use crate::device::Device;
use crate::state::DeviceState;
use crate::{Fleet, apps};

pub(crate) fn section(
    fleet: &Fleet,
    device: &Device,
    state: &DeviceState,
    day: u32,
    name: SectionName,
) -> Section {
    match name {
        SectionName::Disks => Section::Disks(disks(device, state)),
        SectionName::Encryption => Section::Encryption(encryption(device)),
        SectionName::Hardware => Section::Hardware(hardware(device)),
        SectionName::Identity => Section::Identity(identity(device, state)),
        SectionName::Interfaces => Section::Interfaces(interfaces(device, day)),
        SectionName::LoggedOnUsers => Section::LoggedOnUsers(logged_on(fleet, device, state)),
        SectionName::OperatingSystem => Section::OperatingSystem(system(device, state)),
        SectionName::Packages => Section::Packages(apps::on(device, day).collect()),
    }
}

fn identity(device: &Device, state: &DeviceState) -> Identity {
    Identity {
        chassis_type: Some(device.form().as_str().to_owned()),
        device_name: state.name.clone(),
        machine_id: None,
        manufacturer: Some(device.manufacturer().to_owned()),
        model: Some(device.model().to_owned()),
        serial_number: Some(device.serial_number()),
    }
}

fn system(device: &Device, state: &DeviceState) -> OperatingSystem {
    OperatingSystem {
        architecture: Some(device.model.architecture.to_owned()),
        edition: state.system.edition.map(str::to_owned),
        family: device.family,
        kernel: state.system.kernel.clone(),
        name: state.system.name.to_owned(),
        version: state.system.version.clone(),
    }
}

fn hardware(device: &Device) -> Hardware {
    let installed = device.memory_bytes();
    Hardware {
        cpu_cores: Some(device.model.cores),
        cpu_count: Some(device.model.threads),
        cpu_model: Some(device.model.cpu.to_owned()),
        // Firmware and graphics keep some three per cent.
        memory_total_bytes: Some((installed / 100 * 97) & !4095),
        physical_memory_bytes: Some(installed),
    }
}

fn disks(device: &Device, state: &DeviceState) -> List<Disk> {
    let (mount_point, disk, file_system) = match device.family {
        OsFamily::Windows => ("C:", "\\\\.\\PHYSICALDRIVE0", "NTFS"),
        OsFamily::MacOs => ("/", "/dev/disk3s1s1", "apfs"),
        OsFamily::Ios => ("/", "disk1s1", "apfs"),
        OsFamily::Android => ("/data", "userdata", "f2fs"),
        OsFamily::Linux => ("/", "/dev/mapper/root", "ext4"),
    };
    List::new(vec![Disk {
        device: Some(disk.to_owned()),
        encrypted: Some(device.is_encrypted()),
        file_system: Some(file_system.to_owned()),
        free_bytes: Some(state.storage_free_bytes),
        key: mount_point.to_owned(),
        mount_point: mount_point.to_owned(),
        total_bytes: Some(device.storage_total_bytes()),
    }])
}

/// One interface; portable devices get another address when they move about.
fn interfaces(device: &Device, day: u32) -> List<Interface> {
    let wired = matches!(device.form(), Form::Desktop | Form::Server);
    let name = match (device.family, wired) {
        (OsFamily::Windows, true) => "Ethernet",
        (OsFamily::Windows, false) => "Wi-Fi",
        (OsFamily::MacOs | OsFamily::Ios, _) => "en0",
        (OsFamily::Android, _) => "wlan0",
        (OsFamily::Linux, true) => "eno1",
        (OsFamily::Linux, false) => "wlp0s20f3",
    };
    let stay = if wired { 0 } else { day / 4 };
    let [_, .., a, b] = device.dice.bits(For::Mac, device.index, 1 + stay).to_be_bytes();
    List::new(vec![Interface {
        addresses: vec![format!("10.{}.{a}.{}/16", device.index % 200, b.max(2))],
        key: name.to_owned(),
        kind: Some(if wired { ConnectionKind::Ethernet } else { ConnectionKind::Wifi }),
        mac_address: Some(device.mac_address()),
        name: name.to_owned(),
    }])
}

fn encryption(device: &Device) -> Encryption {
    let method = match device.family {
        OsFamily::Windows => "BitLocker",
        OsFamily::MacOs => "FileVault",
        OsFamily::Ios => "Data Protection",
        OsFamily::Android => "File-based encryption",
        OsFamily::Linux => "LUKS2",
    };
    match device.is_encrypted() {
        true => Encryption { method: Some(method.to_owned()), state: EncryptionState::Encrypted },
        false => Encryption { method: None, state: EncryptionState::NotEncrypted },
    }
}

fn logged_on(fleet: &Fleet, device: &Device, state: &DeviceState) -> List<LoggedOnUser> {
    let user = device.user.filter(|_| state.in_use).map(|user| {
        let name = fleet.user(user).user_principal_name("");
        let name = name.trim_end_matches('@').to_owned();
        LoggedOnUser { key: name.clone(), name, since: None, terminal: Some("console".to_owned()) }
    });
    user.into_iter().collect()
}
