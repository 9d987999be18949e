//! Whether the machine's own storage is encrypted: dm-crypt beneath the mounted file systems.

use proto::{Encryption, EncryptionState};

use super::Tree;
use super::disks::Mounted;

/// What the disks say together. The boot partition is never encrypted and does not count.
pub(super) fn of(disks: &[Mounted]) -> Encryption {
    let counted: Vec<&Mounted> = disks.iter().filter(|mounted| !is_boot(&mounted.disk.mount_point)).collect();
    let root = counted.iter().find(|mounted| mounted.disk.mount_point == "/");
    let encrypted = counted.iter().filter(|mounted| mounted.disk.encrypted == Some(true)).count();
    let state = match root.map(|root| root.disk.encrypted) {
        None | Some(None) => EncryptionState::Unknown,
        Some(Some(_)) if encrypted == counted.len() => EncryptionState::Encrypted,
        Some(Some(_)) if encrypted == 0 => EncryptionState::NotEncrypted,
        Some(Some(_)) => EncryptionState::Partial,
    };
    let method = root.into_iter().chain(&counted).find_map(|mounted| mounted.method.clone());
    Encryption { method, state }
}

fn is_boot(mount_point: &str) -> bool {
    matches!(mount_point, "/boot" | "/boot/efi" | "/efi" | "/boot/firmware")
}

/// What encrypts a device: `Some(None)` when nothing does, `None` when that cannot be told.
pub(super) fn of_device(tree: &Tree, source: &str, number: &str) -> Option<Option<String>> {
    let name = block_name(tree, source, number)?;
    Some(method_beneath(tree, &name, 0))
}

fn block_name(tree: &Tree, source: &str, number: &str) -> Option<String> {
    let by_path = source.starts_with("/dev/").then(|| tree.target_name(source)).flatten();
    let known = by_path.filter(|name| tree.exists(&format!("/sys/class/block/{name}")));
    known.or_else(|| {
        let event = tree.text(&format!("/sys/dev/block/{number}/uevent"))?;
        event.lines().find_map(|line| line.strip_prefix("DEVNAME=").map(str::to_owned))
    })
}

/// A volume may lie on a volume that lies on the encrypted one: LVM on LUKS.
fn method_beneath(tree: &Tree, name: &str, depth: u8) -> Option<String> {
    if depth > 8 {
        return None;
    }
    let folder = format!("/sys/class/block/{name}");
    if let Some(uuid) = tree.line(&format!("{folder}/dm/uuid"))
        && let Some(kind) = uuid.strip_prefix("CRYPT-")
    {
        let kind = kind.split('-').next().unwrap_or_default();
        return Some(if kind == "PLAIN" { "dm-crypt".to_owned() } else { kind.to_owned() });
    }
    let beneath = tree.names(&format!("{folder}/slaves"));
    beneath.iter().find_map(|name| method_beneath(tree, name, depth + 1))
}
