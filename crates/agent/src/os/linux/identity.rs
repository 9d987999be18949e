//! Who the machine is: DMI tables, the device tree, and for machines without a serial one of their own.

use proto::{Hash, Identity};

use super::Tree;

/// Firmware that nobody filled in says such things.
const EMPTY_WORDS: [&str; 14] = [
    "to be filled by o.e.m.",
    "default string",
    "none",
    "not specified",
    "not applicable",
    "not available",
    "n/a",
    "unknown",
    "undefined",
    "system serial number",
    "system product name",
    "system manufacturer",
    "chassis serial number",
    "oem",
];

pub(super) fn read(tree: &Tree) -> Identity {
    let machine_id = own_id(tree);
    let is_virtual = is_virtual(tree);
    let serial = dmi(tree, "product_serial")
        .or_else(|| device_tree(tree, "serial-number"))
        .or_else(|| dmi(tree, "board_serial"));
    let own_serial = || machine_id.as_ref().map(|id| format!("VM-{}", id[..12].to_uppercase()));
    Identity {
        chassis_type: chassis(tree, is_virtual),
        device_name: name(tree),
        manufacturer: dmi(tree, "sys_vendor").or_else(|| dmi(tree, "board_vendor")),
        model: model(tree).or_else(|| is_virtual.then(|| "Virtual machine".to_owned())),
        serial_number: serial.or_else(|| is_virtual.then(own_serial).flatten()),
        machine_id,
    }
}

fn name(tree: &Tree) -> String {
    let kernel = tree.line("/proc/sys/kernel/hostname").filter(|name| name != "(none)");
    kernel.or_else(|| tree.line("/etc/hostname")).unwrap_or_else(|| "localhost".to_owned())
}

/// systemd asks not to spread the machine id itself (machine-id(5)): this one is only for Quarterdeck.
fn own_id(tree: &Tree) -> Option<String> {
    let id = tree.line("/etc/machine-id").or_else(|| tree.line("/var/lib/dbus/machine-id"))?;
    let hash = Hash::of(format!("quarterdeck-agent:{id}").as_bytes()).to_string();
    Some(hash[..32].to_owned())
}

fn model(tree: &Tree) -> Option<String> {
    // Lenovo writes a type number as the product and the name people know as its version.
    let lenovo = dmi(tree, "sys_vendor").is_some_and(|vendor| vendor.eq_ignore_ascii_case("lenovo"));
    let name = if lenovo { dmi(tree, "product_version") } else { None };
    name.or_else(|| dmi(tree, "product_name"))
        .or_else(|| device_tree(tree, "model"))
        .or_else(|| dmi(tree, "board_name"))
}

fn dmi(tree: &Tree, field: &str) -> Option<String> {
    filled_in(tree.line(&format!("/sys/class/dmi/id/{field}"))?)
}

fn device_tree(tree: &Tree, field: &str) -> Option<String> {
    filled_in(tree.line(&format!("/proc/device-tree/{field}"))?)
}

fn filled_in(text: String) -> Option<String> {
    let empty = EMPTY_WORDS.contains(&text.to_lowercase().as_str())
        || text.chars().all(|c| matches!(c, '0' | '.' | '-' | ' '));
    (!empty).then_some(text)
}

/// Processors of virtual machines say so (CPUID leaf 1, ECX bit 31).
fn is_virtual(tree: &Tree) -> bool {
    let cpus = tree.text("/proc/cpuinfo").unwrap_or_default();
    cpus.lines()
        .filter(|line| line.starts_with("flags"))
        .any(|line| line.split_whitespace().any(|flag| flag == "hypervisor"))
}

/// SMBIOS 3.7, §7.4.1.
fn chassis(tree: &Tree, is_virtual: bool) -> Option<String> {
    if is_virtual {
        return Some("virtualMachine".to_owned());
    }
    let kind = match tree.line("/sys/class/dmi/id/chassis_type")?.parse::<u8>().ok()? {
        3..=7 | 13 | 15 | 16 | 24 | 35 | 36 => "desktop",
        8..=10 | 14 | 31 | 32 => "laptop",
        11 => "handheld",
        17 | 23 | 25 | 28 | 29 => "server",
        30 => "tablet",
        _ => return None,
    };
    Some(kind.to_owned())
}
