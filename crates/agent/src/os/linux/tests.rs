//! Machines laid out as files: a laptop with LVM on LUKS, a bare virtual machine, a machine that tells nothing.

use proto::{EncryptionState, SectionName, Validate};

use super::*;

struct Told {
    addresses: Vec<(&'static str, &'static str)>,
    rpm: Option<&'static str>,
}

impl Asks for Told {
    fn space(&self, mount_point: &str) -> Option<Space> {
        let total_bytes = if mount_point.starts_with("/boot") { 1_000 } else { 500_000 };
        Some(Space { total_bytes, free_bytes: 100 })
    }

    fn addresses(&self) -> Vec<(String, String)> {
        self.addresses.iter().map(|(name, address)| ((*name).to_owned(), (*address).to_owned())).collect()
    }

    fn rpm_packages(&self) -> Option<String> {
        self.rpm.map(str::to_owned)
    }
}

fn machine(files: &[(&str, &str)], told: Told) -> (Linux<Told>, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, content) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("has one")).expect("made");
        std::fs::write(path, content).expect("written");
    }
    (Linux { tree: Tree(folder.path().to_owned()), asks: told }, folder)
}

fn canonical(sections: &Sections, name: SectionName) -> String {
    sections.get(name).expect("reported").canonical()
}

const LAPTOP: &[(&str, &str)] = &[
    ("etc/os-release", "NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_ID=\"12\"\n"),
    ("etc/debian_version", "12.11\n"),
    ("etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n"),
    ("proc/sys/kernel/hostname", "bridge\n"),
    ("proc/sys/kernel/osrelease", "6.1.0-37-amd64\n"),
    ("sys/class/dmi/id/sys_vendor", "LENOVO\n"),
    ("sys/class/dmi/id/product_name", "21MLS0BC00\n"),
    ("sys/class/dmi/id/product_version", "ThinkPad T14 Gen 5\n"),
    ("sys/class/dmi/id/product_serial", "PF123456\n"),
    ("sys/class/dmi/id/chassis_type", "10\n"),
    (
        "proc/cpuinfo",
        "processor\t: 0\nmodel name\t: Intel(R) Core(TM) Ultra 5\nphysical id\t: 0\ncore id\t: 0\nflags\t: fpu sse\n\nprocessor\t: 1\nmodel name\t: Intel(R) Core(TM) Ultra 5\nphysical id\t: 0\ncore id\t: 0\n\nprocessor\t: 2\nphysical id\t: 0\ncore id\t: 1\n\n",
    ),
    ("proc/meminfo", "MemTotal:       16000000 kB\nMemFree: 1 kB\n"),
    ("sys/devices/system/memory/block_size_bytes", "8000000\n"),
    ("sys/devices/system/memory/memory0/online", "1\n"),
    ("sys/devices/system/memory/memory1/online", "1\n"),
    ("sys/devices/system/memory/memory2/online", "0\n"),
    (
        "proc/self/mountinfo",
        "22 27 0:21 / /proc rw - proc proc rw\n27 1 253:1 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw\n30 27 253:1 /srv /mnt/also\\040here rw - ext4 /dev/mapper/vg-root rw\n31 27 259:2 / /boot rw - ext4 /dev/nvme0n1p2 rw\n40 27 7:1 / /snap/x ro - ext4 /dev/loop1 ro\n41 27 0:50 / /run rw - tmpfs tmpfs rw\n",
    ),
    ("dev/nvme0n1p2", ""),
    ("sys/class/block/nvme0n1p2/uevent", "DEVNAME=nvme0n1p2\n"),
    ("sys/dev/block/253:1/uevent", "MAJOR=253\nMINOR=1\nDEVNAME=dm-1\n"),
    ("sys/class/block/dm-1/dm/uuid", "LVM-abc\n"),
    ("sys/class/block/dm-1/slaves/dm-0/uevent", ""),
    ("sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS2-0123-cryptroot\n"),
    ("sys/class/net/lo/type", "772\n"),
    ("sys/class/net/lo/address", "00:00:00:00:00:00\n"),
    ("sys/class/net/wlp0s20f3/type", "1\n"),
    ("sys/class/net/wlp0s20f3/address", "AA:BB:CC:00:11:22\n"),
    ("sys/class/net/wlp0s20f3/device/vendor", ""),
    ("sys/class/net/wlp0s20f3/wireless/x", ""),
    ("sys/class/net/ifb0/type", "1\n"),
    ("sys/class/net/veth12/device/x", ""),
    (
        "run/systemd/sessions/2",
        "UID=1000\nUSER=ada\nSTATE=active\nCLASS=user\nTTY=tty2\nREALTIME=1700000000000000\n",
    ),
    ("run/systemd/sessions/7", "USER=ada\nCLASS=user\nTTY=pts/1\nREALTIME=1800000000000000\n"),
    ("run/systemd/sessions/c1", "USER=gdm\nCLASS=greeter\n"),
    (
        "var/lib/dpkg/status",
        "Package: bash\nStatus: install ok installed\nInstalled-Size: 10\nArchitecture: amd64\nVersion: 5.2-1\nDescription: shell\n more\n\nPackage: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\nPackage: libc6\nStatus: hold ok installed\nArchitecture: i386\nVersion: 2.36\n",
    ),
];

#[test]
fn a_laptop_tells_who_it_is() {
    let told = Told { addresses: vec![("lo", "127.0.0.1/8"), ("wlp0s20f3", "192.0.2.7/24")], rpm: None };
    let (machine, _folder) = machine(LAPTOP, told);
    let sections = machine.inventory();
    assert_eq!(sections.len(), 8);
    let identity = sections.identity().expect("reported");
    assert_eq!(identity.device_name, "bridge");
    assert_eq!(identity.model.as_deref(), Some("ThinkPad T14 Gen 5"));
    assert_eq!(identity.serial_number.as_deref(), Some("PF123456"));
    assert_eq!(identity.chassis_type.as_deref(), Some("laptop"));
    let id = identity.machine_id.as_deref().expect("derived");
    assert!(id.len() == 32 && !id.contains("3d1219c7"), "{id}");

    let system = sections.operating_system().expect("reported");
    assert_eq!((system.name.as_str(), system.version.as_str()), ("Debian GNU/Linux", "12.11"));
    assert_eq!(
        canonical(&sections, SectionName::Hardware),
        r#"{"cpuCores":2,"cpuCount":3,"cpuModel":"Intel(R) Core(TM) Ultra 5","memoryTotalBytes":16384000000,"physicalMemoryBytes":268435456}"#
    );
}

#[test]
fn lvm_on_luks_is_encrypted_and_the_boot_partition_does_not_count() {
    let (machine, _folder) = machine(LAPTOP, Told { addresses: vec![], rpm: None });
    let sections = machine.inventory();
    assert_eq!(
        canonical(&sections, SectionName::Disks),
        r#"[{"device":"/dev/mapper/vg-root","encrypted":true,"fileSystem":"ext4","freeBytes":100,"key":"/","mountPoint":"/","totalBytes":500000},{"device":"/dev/nvme0n1p2","encrypted":false,"fileSystem":"ext4","freeBytes":100,"key":"/boot","mountPoint":"/boot","totalBytes":1000}]"#
    );
    assert_eq!(canonical(&sections, SectionName::Encryption), r#"{"method":"LUKS2","state":"encrypted"}"#);
}

#[test]
fn interfaces_users_and_packages_are_those_that_matter() {
    let told = Told { addresses: vec![("lo", "127.0.0.1/8"), ("wlp0s20f3", "192.0.2.7/24")], rpm: None };
    let (machine, _folder) = machine(LAPTOP, told);
    let sections = machine.inventory();
    assert_eq!(
        canonical(&sections, SectionName::Interfaces),
        r#"[{"addresses":["127.0.0.1/8"],"key":"lo","kind":"loopback","name":"lo"},{"addresses":["192.0.2.7/24"],"key":"wlp0s20f3","kind":"wifi","macAddress":"aa:bb:cc:00:11:22","name":"wlp0s20f3"}]"#
    );
    assert_eq!(
        canonical(&sections, SectionName::LoggedOnUsers),
        r#"[{"key":"ada","name":"ada","since":"2023-11-14T22:13:20Z","terminal":"tty2"}]"#
    );
    assert_eq!(
        canonical(&sections, SectionName::Packages),
        r#"[{"key":"bash:amd64","name":"bash","sizeBytes":10240,"source":"dpkg","version":"5.2-1"},{"key":"libc6:i386","name":"libc6","source":"dpkg","version":"2.36"}]"#
    );
}

#[test]
fn a_virtual_machine_without_firmware_tables_has_a_serial_of_its_own() {
    let files = [
        ("etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n"),
        ("proc/cpuinfo", "processor\t: 0\nflags\t: fpu hypervisor sse\n"),
        ("sys/class/dmi/id/product_serial", "To Be Filled By O.E.M.\n"),
        ("usr/lib/os-release", "NAME='Fedora Linux'\nVERSION_ID=42\nVARIANT=\"Server Edition\"\n"),
        ("var/lib/rpm/rpmdb.sqlite", ""),
    ];
    let rpm =
        "bash\tx86_64\t0\t5.2.37-1.fc42\t8400000\nvim\tx86_64\t2\t9.1-1\tx\ngpg-pubkey\t(none)\t0\t1-1\t0\n";
    let (machine, _folder) = machine(&files, Told { addresses: vec![], rpm: Some(rpm) });
    let sections = machine.inventory();
    let identity = sections.identity().expect("reported");
    assert_eq!(identity.chassis_type.as_deref(), Some("virtualMachine"));
    assert!(identity.serial_number.as_deref().is_some_and(|serial| serial.starts_with("VM-")));
    assert_eq!(identity.device_name, "localhost");
    let system = sections.operating_system().expect("reported");
    assert_eq!((system.version.as_str(), system.edition.as_deref()), ("42", Some("Server Edition")));
    assert_eq!(
        canonical(&sections, SectionName::Packages),
        r#"[{"key":"bash:x86_64","name":"bash","sizeBytes":8400000,"source":"rpm","version":"5.2.37-1.fc42"},{"key":"vim:x86_64","name":"vim","source":"rpm","version":"2:9.1-1"}]"#
    );
    assert_eq!(canonical(&sections, SectionName::Encryption), r#"{"state":"unknown"}"#);
}

#[test]
fn utmp_is_read_where_there_are_no_sessions() {
    let mut record = vec![0_u8; 384];
    record[0..2].copy_from_slice(&7_i16.to_ne_bytes());
    record[8..13].copy_from_slice(b"pts/0");
    record[44..49].copy_from_slice(b"grace");
    record[340..344].copy_from_slice(&1_700_000_000_u32.to_ne_bytes());
    let mut boot = vec![0_u8; 384];
    boot[0..2].copy_from_slice(&2_i16.to_ne_bytes());
    boot[44..50].copy_from_slice(b"reboot");
    let (machine, folder) = machine(&[("run/x", "")], Told { addresses: vec![], rpm: None });
    std::fs::write(folder.path().join("run/utmp"), [boot, record].concat()).expect("written");
    assert_eq!(
        canonical(&machine.inventory(), SectionName::LoggedOnUsers),
        r#"[{"key":"grace","name":"grace","since":"2023-11-14T22:13:20Z","terminal":"pts/0"}]"#
    );
}

#[test]
fn a_machine_that_tells_nothing_still_reports() {
    let (machine, _folder) = machine(&[], Told { addresses: vec![], rpm: None });
    let sections = machine.inventory();
    assert_eq!(sections.len(), 8);
    assert_eq!(sections.operating_system().expect("reported").name, "Linux");
}

#[test]
fn some_disks_encrypted_is_partial() {
    let files = [
        (
            "proc/self/mountinfo",
            "27 1 8:1 / / rw - ext4 /dev/sda1 rw\n28 27 253:0 / /home rw - xfs /dev/mapper/home rw\n",
        ),
        ("sys/dev/block/8:1/uevent", "DEVNAME=sda1\n"),
        ("sys/dev/block/253:0/uevent", "DEVNAME=dm-0\n"),
        ("sys/class/block/dm-0/dm/uuid", "CRYPT-PLAIN-home\n"),
    ];
    let (machine, _folder) = machine(&files, Told { addresses: vec![], rpm: None });
    let sections = machine.inventory();
    let Some(Section::Encryption(encryption)) = sections.get(SectionName::Encryption) else {
        panic!("reported");
    };
    assert_eq!(encryption.state, EncryptionState::Partial);
    assert_eq!(encryption.method.as_deref(), Some("dm-crypt"));
}

/// The machine these tests run on: what every Linux tells.
#[test]
fn the_real_machine_reports_a_valid_inventory() {
    let sections = Linux::this_machine().inventory();
    for (_, section) in sections.iter() {
        assert_eq!(section.validate(), Ok(()));
    }
    let Some(Section::Hardware(hardware)) = sections.get(SectionName::Hardware) else { panic!("reported") };
    assert!(hardware.cpu_count.is_some_and(|count| count > 0));
    assert!(hardware.memory_total_bytes.is_some_and(|bytes| bytes > 1 << 20));
    assert!(sections.operating_system().is_some_and(|system| system.kernel.is_some()));
    let Some(Section::Disks(disks)) = sections.get(SectionName::Disks) else { panic!("reported") };
    assert!(disks.get("/").is_some_and(|root| root.free_bytes <= root.total_bytes));
    let Some(Section::Interfaces(interfaces)) = sections.get(SectionName::Interfaces) else {
        panic!("reported");
    };
    assert!(interfaces.get("lo").is_some_and(|lo| !lo.addresses.is_empty()));
}
