//! Which user has which device (seed, "Reference for User Device Association entity").

use crate::{Column, Kind, Role, Shown, Table};

const W: &str = "warehouse";

pub(crate) static USER_DEVICE_ASSOCIATIONS: Table = Table {
    name: "userDeviceAssociations",
    entity: "userDeviceAssociation",
    kind: Kind::Association,
    grain: "one user with one device; the row is closed when they part and opened again when they meet again",
    retention_days: None,
    shown: Shown::Always,
    key: &["userKey", "deviceKey"],
    sort: &["deviceId", "userId", "userKey"],
    columns: &[
        Column::long(
            "userKey",
            W,
            "Key of the version of the user that was current when the association began.",
        )
        .required()
        .to("users"),
        Column::long("deviceKey", W, "Key of the device.").required().to("devices"),
        Column::time("createdDateTimeUTC", W, "First day the warehouse saw the association.")
            .required()
            .role(Role::Lifetime),
        Column::time("endedDateTimeUTC", W, "First day without the association; null while it lasts.")
            .role(Role::Lifetime),
        Column::bool("isDeleted", W, "Whether the association has ended.").required(),
        Column::text("userId", "device.user_id", "The user's id, kept to find the row again.")
            .required()
            .role(Role::NaturalKey)
            .pseudonym()
            .hidden(),
        Column::text("deviceId", "device.id", "The device's id, kept to find the row again.")
            .required()
            .role(Role::NaturalKey)
            .pseudonym()
            .hidden(),
    ],
    rows: &[],
    source: "Reference for User Device Association entity",
    doc: "Which user has, or had, which device.",
};
