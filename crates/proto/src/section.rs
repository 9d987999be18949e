//! What a section of the inventory contains: the facts a device tells about itself.
//!
//! Members are declared in ascending order of their written names and absent members are left out, so
//! that plain serialisation *is* the canonical form that is hashed. A test holds every struct to that.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::{self, MAX_ADDRESSES, MAX_KEY_CHARS, MAX_TEXT_CHARS, optional, required, size};
use crate::{Item, Malformed, Validate};

/// Who the device is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identity {
    /// `desktop`, `laptop`, `tablet`, `phone`, `server`, `virtualMachine`… as the device says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chassis_type: Option<String>,
    pub device_name: String,
    /// An id the operating system made at installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
}

/// The families of operating systems the management API tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OsFamily {
    Linux,
    Windows,
    #[serde(rename = "macOS")]
    MacOs,
    #[serde(rename = "iOS")]
    Ios,
    Android,
}

impl OsFamily {
    /// The family as the wire writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Windows => "Windows",
            Self::MacOs => "macOS",
            Self::Ios => "iOS",
            Self::Android => "Android",
        }
    }
}

/// What runs on the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperatingSystem {
    /// `x86_64`, `aarch64`…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    pub family: OsFamily,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// `Debian GNU/Linux`, `Windows 11`…
    pub name: String,
    pub version: String,
}

/// Processor and memory.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hardware {
    /// Physical cores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_cores: Option<u32>,
    /// Logical processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_model: Option<String>,
    /// What the operating system can use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_total_bytes: Option<u64>,
    /// What is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_memory_bytes: Option<u64>,
}

/// A mounted file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Disk {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_system: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_bytes: Option<u64>,
    /// The mount point.
    pub key: String,
    pub mount_point: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_bytes: Option<u64>,
}

/// What a network interface is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConnectionKind {
    Ethernet,
    Wifi,
    Loopback,
    Other,
}

/// A network interface with its addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Interface {
    /// Each with its prefix length: `192.0.2.7/24`.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// The name.
    pub key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ConnectionKind>,
    /// Lower case, with colons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac_address: Option<String>,
    pub name: String,
}

/// Whether what is stored on the device is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EncryptionState {
    Encrypted,
    NotEncrypted,
    /// Some of the file systems, or not the root.
    Partial,
    Unknown,
}

/// Encryption of the device's own storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Encryption {
    /// `LUKS2`, `BitLocker`, `FileVault`…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    pub state: EncryptionState,
}

/// Someone with a session on the device now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoggedOnUser {
    /// The name.
    pub key: String,
    pub name: String,
    /// The start of the oldest session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
}

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Package {
    /// `name:architecture`.
    pub key: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// `dpkg`, `rpm`…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    pub version: String,
}

macro_rules! keyed {
    ($($item:ty),*) => { $(impl Item for $item {
        fn key(&self) -> &str {
            &self.key
        }
    })* };
}
keyed!(Disk, Interface, LoggedOnUser, Package);

impl Validate for Identity {
    fn validate(&self) -> Result<(), Malformed> {
        required("deviceName", &self.device_name, MAX_TEXT_CHARS)?;
        optional("chassisType", self.chassis_type.as_deref())?;
        optional("machineId", self.machine_id.as_deref())?;
        optional("manufacturer", self.manufacturer.as_deref())?;
        optional("model", self.model.as_deref())?;
        optional("serialNumber", self.serial_number.as_deref())
    }
}

impl Validate for OperatingSystem {
    fn validate(&self) -> Result<(), Malformed> {
        required("name", &self.name, MAX_TEXT_CHARS)?;
        required("version", &self.version, MAX_TEXT_CHARS)?;
        optional("architecture", self.architecture.as_deref())?;
        optional("edition", self.edition.as_deref())?;
        optional("kernel", self.kernel.as_deref())
    }
}

impl Validate for Hardware {
    fn validate(&self) -> Result<(), Malformed> {
        optional("cpuModel", self.cpu_model.as_deref())?;
        size("memoryTotalBytes", self.memory_total_bytes)?;
        size("physicalMemoryBytes", self.physical_memory_bytes)
    }
}

impl Validate for Disk {
    fn validate(&self) -> Result<(), Malformed> {
        required("key", &self.key, MAX_KEY_CHARS)?;
        required("mountPoint", &self.mount_point, MAX_KEY_CHARS)?;
        optional("device", self.device.as_deref())?;
        optional("fileSystem", self.file_system.as_deref())?;
        size("totalBytes", self.total_bytes)?;
        size("freeBytes", self.free_bytes)
    }
}

impl Validate for Interface {
    fn validate(&self) -> Result<(), Malformed> {
        required("key", &self.key, MAX_TEXT_CHARS)?;
        required("name", &self.name, MAX_TEXT_CHARS)?;
        optional("macAddress", self.mac_address.as_deref())?;
        limits::count("addresses", self.addresses.len(), MAX_ADDRESSES)?;
        self.addresses.iter().try_for_each(|address| required("addresses", address, MAX_TEXT_CHARS))
    }
}

impl Validate for Encryption {
    fn validate(&self) -> Result<(), Malformed> {
        optional("method", self.method.as_deref())
    }
}

impl Validate for LoggedOnUser {
    fn validate(&self) -> Result<(), Malformed> {
        required("key", &self.key, MAX_TEXT_CHARS)?;
        required("name", &self.name, MAX_TEXT_CHARS)?;
        optional("terminal", self.terminal.as_deref())
    }
}

impl Validate for Package {
    fn validate(&self) -> Result<(), Malformed> {
        required("key", &self.key, MAX_KEY_CHARS)?;
        required("name", &self.name, MAX_TEXT_CHARS)?;
        required("version", &self.version, MAX_TEXT_CHARS)?;
        optional("source", self.source.as_deref())?;
        size("sizeBytes", self.size_bytes)
    }
}
