//! Devices that another service manages and tells of. Functions over an open transaction.
//!
//! A device with an agent of ours, a retired one and a simulated one are left alone: they are told of better here. As
//! with reports, only the coming of a device is in the audit record (RFD 4).

use audit::{Actor, Category, Event, Resource};
use jiff::Timestamp;
use serde_json::json;
use store::{SqlError, Tx};
use uuid::Uuid;

use crate::{model, sql};

/// A managed device as the other service tells, in Graph's words where they are words.
#[derive(Clone, Debug, Default)]
pub struct ImportedDevice {
    pub id: Uuid,
    pub device_name: String,
    pub operating_system: String,
    pub os_version: Option<String>,
    /// `compliant`, `noncompliant`, `inGracePeriod` …
    pub compliance_state: String,
    /// `company` or `personal`.
    pub owner_type: String,
    pub enrolled_at: Option<Timestamp>,
    pub last_sync_at: Option<Timestamp>,
    pub serial_number: Option<String>,
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub user_id: Option<Uuid>,
    pub azure_ad_device_id: Option<String>,
    pub is_supervised: bool,
    pub is_encrypted: bool,
    pub free_storage_bytes: Option<i64>,
    pub total_storage_bytes: Option<i64>,
}

/// What became of one that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landed {
    Made,
    Kept,
    Skipped,
}

/// Brings one device to what the other service says. `source` is named in the audit record.
///
/// # Errors
/// When the database refuses.
pub fn device(
    tx: &mut Tx<'_, '_>,
    (source, event_id): (&str, Uuid),
    device: &ImportedDevice,
    now: Timestamp,
) -> Result<Landed, SqlError> {
    let known = tx.row(&sql::KNOWN, &[device.id.into()])?;
    if let Some(row) = &known {
        let is_retired = row.get::<Option<Timestamp>>(0)?.is_some();
        if is_retired || row.get::<bool>(1)? || row.get::<i64>(2)? > 0 {
            return Ok(Landed::Skipped);
        }
    }
    put(tx, device, now)?;
    if known.is_some() {
        return Ok(Landed::Kept);
    }
    tx.exec(&sql::COUNT_UP, &[])?;
    let event = Event::new(Actor::System(source.to_owned()), "Import device", Category::Device)
        .on(Resource::new("ManagedDevice", device.id.to_string()).named(&device.device_name))
        .with(json!({ "operatingSystem": device.operating_system }));
    audit::record(tx, now, event_id, &event)?;
    Ok(Landed::Made)
}

fn put(tx: &mut Tx<'_, '_>, device: &ImportedDevice, now: Timestamp) -> Result<(), SqlError> {
    let azure = device.azure_ad_device_id.as_deref();
    let params = [
        device.id.into(),
        (&device.device_name).into(),
        device_type(&device.operating_system).into(),
        model::REGISTERED.into(),
        owner_type(&device.owner_type).into(),
        device.enrolled_at.unwrap_or(now).into(),
        device.last_sync_at.or(device.enrolled_at).unwrap_or(now).into(),
        model::MANAGEMENT_AGENT_MDM.into(),
        model::MANAGEMENT_STATE_MANAGED.into(),
        azure.into(),
        azure.is_some().into(),
        compliance_state(&device.compliance_state).into(),
        device.os_version.as_deref().into(),
        device.serial_number.as_deref().into(),
        device.user_id.into(),
        device.manufacturer.as_deref().into(),
        device.model.as_deref().into(),
        (&device.operating_system).into(),
        device.is_supervised.into(),
        i64::from(device.is_encrypted).into(),
        device.free_storage_bytes.into(),
        device.total_storage_bytes.into(),
    ];
    tx.exec(&sql::PUT_IMPORTED, &params).map(drop)
}

/// Graph's `complianceState` as a number.
fn compliance_state(word: &str) -> i64 {
    match word {
        "compliant" => 1,
        "noncompliant" => 2,
        "conflict" => 3,
        "error" => 4,
        "inGracePeriod" => 254,
        "configManager" => 255,
        _ => model::COMPLIANCE_UNKNOWN,
    }
}

/// Graph's `managedDeviceOwnerType` as a number.
fn owner_type(word: &str) -> i64 {
    match word {
        "company" => model::OWNER_COMPANY,
        "personal" => model::OWNER_PERSONAL,
        _ => 0,
    }
}

fn device_type(operating_system: &str) -> i64 {
    let name = operating_system.to_lowercase();
    let types = [
        ("windows", model::device_type::DESKTOP),
        ("ipados", model::device_type::IPAD),
        ("ios", model::device_type::IPHONE),
        ("macos", model::device_type::MAC_MDM),
        ("android", model::device_type::ANDROID_FOR_WORK),
        ("linux", model::device_type::UNIX),
    ];
    types
        .into_iter()
        .find(|(start, _)| name.starts_with(start))
        .map_or(model::device_type::UNKNOWN, |(_, ty)| ty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_numbers() {
        for (name, ty) in
            [("Windows", 0), ("iPadOS", 9), ("iOS", 8), ("macOS", 14), ("AndroidForWork", 17), ("x", 255)]
        {
            assert_eq!(device_type(name), ty, "{name}");
        }
        assert_eq!(
            (compliance_state("inGracePeriod"), compliance_state("?"), owner_type("personal")),
            (254, 0, 2)
        );
    }
}
