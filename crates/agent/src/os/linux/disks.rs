//! Mounted file systems that hold files of their own: not the kernel's, not memory's, each once.

use std::collections::BTreeMap;

use proto::{Disk, clean_text};

use super::{Asks, Tree, encryption};

/// A disk with what encrypts it.
pub(super) struct Mounted {
    pub(super) disk: Disk,
    pub(super) method: Option<String>,
}

/// File systems that lie on a disk.
const ON_DISK: [&str; 17] = [
    "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "vfat", "exfat", "ntfs", "ntfs3", "fuseblk",
    "jfs", "reiserfs", "bcachefs", "hfsplus", "apfs",
];

struct Mount {
    /// `major:minor`.
    number: String,
    point: String,
    kind: String,
    source: String,
}

pub(super) fn read(tree: &Tree, asks: &impl Asks) -> Vec<Mounted> {
    let table = tree.text("/proc/self/mountinfo").unwrap_or_default();
    let mut by_device: BTreeMap<String, Mount> = BTreeMap::new();
    for mount in table.lines().filter_map(parse).filter(is_wanted) {
        // Of a file system mounted twice the shorter path is the original, the other a bind mount.
        match by_device.get(&mount.number) {
            Some(seen) if seen.point.len() <= mount.point.len() => {}
            _ => {
                by_device.insert(mount.number.clone(), mount);
            }
        }
    }
    by_device.into_values().filter_map(|mount| mounted(tree, asks, mount)).collect()
}

/// proc_pid_mountinfo(5): id, parent, major:minor, root, mount point, options, optional fields, `-`, type,
/// source, options.
fn parse(line: &str) -> Option<Mount> {
    let (before, after) = line.split_once(" - ")?;
    let mut before = before.split(' ').skip(2);
    let (number, _root, point) = (before.next()?, before.next()?, before.next()?);
    let mut after = after.split(' ');
    Some(Mount {
        number: number.to_owned(),
        point: unescape(point),
        kind: after.next()?.to_owned(),
        source: unescape(after.next()?),
    })
}

fn is_wanted(mount: &Mount) -> bool {
    // In a container the root is an overlay; it is the only disk there is.
    let on_disk = ON_DISK.contains(&mount.kind.as_str()) || (mount.point == "/" && mount.kind == "overlay");
    on_disk && !mount.source.starts_with("/dev/loop")
}

fn mounted(tree: &Tree, asks: &impl Asks, mount: Mount) -> Option<Mounted> {
    let space = asks.space(&mount.point).filter(|space| space.total_bytes > 0)?;
    let found = encryption::of_device(tree, &mount.source, &mount.number);
    let point = mount.point.chars().filter(|c| !c.is_control()).collect::<String>();
    Some(Mounted {
        disk: Disk {
            device: clean_text(&mount.source),
            encrypted: found.as_ref().map(Option::is_some),
            file_system: clean_text(&mount.kind),
            free_bytes: Some(space.free_bytes),
            key: point.clone(),
            mount_point: point,
            total_bytes: Some(space.total_bytes),
        },
        method: found.flatten(),
    })
}

/// The kernel writes space, tab, line break and backslash as three octal digits.
fn unescape(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(code) => {
                out.push(char::from(code));
                out.push_str(&part[3..]);
            }
            None => {
                out.push('\\');
                out.push_str(part);
            }
        }
    }
    out
}
