//! One row per device per day (seed, "Reference for devices entities", devicePropertyHistories).

use crate::{Column, Kind, Role, Shown, Table};

pub(crate) static DEVICE_PROPERTY_HISTORIES: Table = Table {
    name: "devicePropertyHistories",
    entity: "devicePropertyHistory",
    kind: Kind::Fact,
    grain: "one enrolled device on one day",
    retention_days: Some(60),
    shown: Shown::Always,
    key: &["dateKey", "deviceKey"],
    sort: &["dateKey"],
    columns: &[
        Column::int("dateKey", "warehouse", "The day of the snapshot: yyyymmdd.").required().to("dates"),
        Column::long("deviceKey", "warehouse", "Key of the device.").required().to("devices"),
        Column::text("deviceName", "device.device_name", "Name of the device on that day.").personal(),
        Column::int(
            "deviceRegistrationStateKey",
            "device.registration_state_id",
            "Key of the registration state.",
        )
        .to("deviceRegistrationStates"),
        Column::int("ownerTypeKey", "device.owner_type_id", "Key of the kind of owner.").to("ownerTypes"),
        Column::int("managementStateKey", "device.management_state_id", "Key of the management state.")
            .to("managementStates"),
        Column::bool(
            "azureADRegistered",
            "device.azure_ad_registered",
            "Whether the device was registered in the directory.",
        ),
        Column::int("complianceStateKey", "device.compliance_state_id", "Key of the compliance state.")
            .to("complianceStates"),
        Column::text("osVersion", "device.os_version", "Version of the operating system."),
        Column::int("jailBroken", "device.jail_broken", "1 if jailbroken or rooted, 0 if not."),
        Column::int("deviceCategoryKey", "device.category_id", "Key of the device category.")
            .to("deviceCategories"),
        Column::long("physicalMemoryInBytes", "device.physical_memory_bytes", "Memory in bytes.")
            .role(Role::Measure),
        Column::long("totalStorageSpaceInBytes", "device.total_storage_bytes", "Storage in bytes.")
            .role(Role::Measure),
    ],
    rows: &[],
    source: "Reference for devices entities, devicePropertyHistories",
    doc: "What every enrolled device looked like at midnight UTC on each of the last 60 days.",
};
