//! The table of devices, one row per device (seed, "Reference for devices entities", devices).
//!
//! v1.0 shows the 39 columns recorded on the wire; beta adds three network columns.

use crate::{Column, Kind, Role, Shown, Table};

const W: &str = "warehouse";

pub(crate) static DEVICES: Table = Table {
    name: "devices",
    entity: "device",
    kind: Kind::Dimension,
    grain: "one device, as it was at the last snapshot that saw it",
    retention_days: None,
    shown: Shown::Always,
    key: &["deviceKey"],
    sort: &["deviceId"],
    columns: COLUMNS,
    rows: &[],
    source: "Reference for devices entities, devices",
    doc: "Every device that is, or once was, enrolled. Keep the rows with isDeleted false for the devices of today.",
};

const COLUMNS: &[Column] = &[
    Column::long("deviceKey", W, "The warehouse's key of the device.").required().role(Role::SurrogateKey),
    Column::text("deviceId", "device.id", "The device's id.").required().role(Role::NaturalKey).pseudonym(),
    Column::text("deviceName", "device.device_name", "Name of the device.").personal(),
    Column::int("deviceTypeKey", "device.device_type_id", "Key of the type of device.").to("deviceTypes"),
    Column::int(
        "deviceRegistrationStateKey",
        "device.registration_state_id",
        "Key of the registration state.",
    )
    .to("deviceRegistrationStates"),
    Column::int(
        "ownerTypeKey",
        "device.owner_type_id",
        "Key of the kind of owner: corporate, personal or unknown.",
    )
    .to("ownerTypes"),
    Column::time("enrolledDateTime", "device.enrolled_at", "When the device was enrolled."),
    Column::time("lastSyncDateTime", "device.last_sync_at", "When the device last checked in."),
    Column::int(
        "managementAgentKey",
        "device.management_agent_id",
        "Key of the agent that manages the device.",
    )
    .to("managementAgentTypes"),
    Column::int("managementStateKey", "device.management_state_id", "Key of the management state.")
        .to("managementStates"),
    Column::text("azureADDeviceId", "device.azure_ad_device_id", "Id of the device in the directory.")
        .pseudonym(),
    Column::bool(
        "azureADRegistered",
        "device.azure_ad_registered",
        "Whether the device is registered in the directory.",
    ),
    Column::int("deviceCategoryKey", "device.category_id", "Key of the device category.")
        .to("deviceCategories"),
    Column::int(
        "deviceEnrollmentTypeKey",
        "device.enrollment_type_id",
        "Key of the way the device was enrolled.",
    )
    .to("deviceEnrollmentTypes"),
    Column::int("complianceStateKey", "device.compliance_state_id", "Key of the compliance state.")
        .to("complianceStates"),
    Column::text("osVersion", "device.os_version", "Version of the operating system."),
    Column::text("easDeviceId", "device.eas_device_id", "Exchange ActiveSync id of the device.").pseudonym(),
    Column::text("serialNumber", "device.serial_number", "Serial number.").personal(),
    Column::text("userId", "device.user_id", "Id of the user the device belongs to; joins users.userId.")
        .joins("currentUsers", "userId", "user")
        .pseudonym(),
    Column::time("rowLastModifiedDateTimeUTC", W, "When the warehouse last wrote this row differently.")
        .required()
        .role(Role::Lifetime),
    Column::text("manufacturer", "device.manufacturer", "Manufacturer."),
    Column::text("model", "device.model", "Model."),
    Column::text(
        "operatingSystem",
        "device.operating_system",
        "Operating system: Windows, iOS/iPadOS, Linux and so on.",
    ),
    Column::bool("isDeleted", W, "Whether the device is no longer enrolled.").required(),
    Column::text(
        "androidSecurityPatchLevel",
        "device.android_security_patch_level",
        "Android security patch level.",
    ),
    Column::text("meid", "device.meid", "Mobile equipment identifier.").personal(),
    Column::int("isSupervised", "device.is_supervised", "1 if the device is supervised, 0 if not."),
    Column::long("freeStorageSpaceInBytes", "device.free_storage_bytes", "Free storage in bytes.")
        .role(Role::Measure),
    Column::long("totalStorageSpaceInBytes", "device.total_storage_bytes", "Storage in bytes.")
        .role(Role::Measure),
    Column::int(
        "encryptionState",
        "device.encryption_state",
        "State of disk encryption as the device reports it.",
    ),
    Column::text("subscriberCarrier", "device.subscriber_carrier", "Mobile network."),
    Column::text("phoneNumber", "device.phone_number", "Phone number.").personal(),
    Column::text("imei", "device.imei", "International mobile equipment identity.").personal(),
    Column::text("cellularTechnology", "device.cellular_technology", "Kind of mobile radio."),
    Column::text("wiFiMacAddress", "device.wifi_mac_address", "Address of the wireless network card.")
        .personal(),
    Column::text("ethernetMacAddress", "device.ethernet_mac_address", "Address of the wired network card.")
        .personal(),
    Column::text("office365Version", "device.office365_version", "Version of the office applications."),
    Column::text("windowsOsEdition", "device.windows_os_edition", "Edition of Windows."),
    Column::text(
        "primaryUser",
        "device.primary_user_id",
        "Id of the device's main user; joins users.userId.",
    )
    .joins("currentUsers", "userId", "mainUser")
    .pseudonym(),
    Column::text("iccid", "device.iccid", "Number of the SIM card.").personal().beta(),
    Column::text(
        "subnetAddressV4Wifi",
        "device.subnet_address_v4_wifi",
        "IPv4 subnet of the wireless network.",
    )
    .personal()
    .beta(),
    Column::text("ipAddressV4Wifi", "device.ip_address_v4_wifi", "IPv4 address on the wireless network.")
        .personal()
        .beta(),
];
