//! Apps under app protection (seed, "Reference for mobile app management (MAM) entities").

use super::{REPORTS, WAREHOUSE, date_key, deleted, dimension, fact, replaced, row_modified, started};
use crate::{Column, Role, Table};

pub(crate) static MAM_APPLICATIONS: Table = dimension(
    ("mamApplications", "mamApplication"),
    "one version of an app that can be protected",
    &["mamApplicationKey"],
    &[
        Column::int("mamApplicationKey", WAREHOUSE, "The warehouse's key of the app.")
            .required()
            .role(Role::SurrogateKey),
        Column::text("mamApplicationName", REPORTS, "Name of the app."),
        Column::text("mamApplicationId", REPORTS, "The app's id.").required().role(Role::NaturalKey),
        replaced(),
        started(),
        deleted(),
        row_modified(WAREHOUSE),
    ],
    (
        "Reference for mobile app management entities, mamApplications",
        "Apps that are managed without enrolling the device. Keep the rows with isDeleted false.",
    ),
);

pub(crate) static MAM_APPLICATION_INSTANCES: Table = dimension(
    ("mamApplicationInstances", "mamApplicationInstance"),
    "one version of one app of one user on one device",
    &["applicationInstanceKey"],
    &[
        Column::long("applicationInstanceKey", WAREHOUSE, "The warehouse's key of the app instance.")
            .required()
            .role(Role::SurrogateKey),
        Column::text("userId", REPORTS, "Id of the user who has the app.")
            .joins("currentUsers", "userId", "user")
            .pseudonym(),
        Column::text("applicationInstanceId", REPORTS, "The app instance's id.")
            .required()
            .role(Role::NaturalKey)
            .pseudonym(),
        Column::text("mamApplicationId", REPORTS, "Id of the app.").joins(
            "mamApplications",
            "mamApplicationId",
            "mamApplications",
        ),
        Column::text("applicationVersion", REPORTS, "Version of the app."),
        Column::time("createdDate", REPORTS, "When the app instance was made; may be unknown."),
        Column::int("platform", REPORTS, "Number of the device's platform.").joins(
            "mamPlatforms",
            "platform",
            "mamPlatform",
        ),
        Column::text("platformVersion", REPORTS, "Version of the device's platform."),
        Column::text("sdkVersion", REPORTS, "Version of the protection kit the app was made with."),
        Column::text(
            "mamDeviceId",
            REPORTS,
            "Id of the device in app protection; not that of an enrolled device.",
        )
        .pseudonym(),
        Column::text("mamDeviceType", REPORTS, "Type of the device."),
        Column::text("mamDeviceName", REPORTS, "Name of the device.").personal(),
        replaced(),
        started(),
        deleted(),
        row_modified(WAREHOUSE),
    ],
    (
        "Reference for mobile app management entities, mamApplicationInstances",
        "Every protected app of every user on every device: at least one app protection policy is assigned to it. \
         Keep the rows with isDeleted false.",
    ),
);

pub(crate) static MAM_CHECKINS: Table = fact(
    ("mamCheckins", "mamCheckin"),
    "one app instance that checked in on one day",
    &["dateKey", "applicationInstanceKey"],
    &[
        date_key(),
        Column::long("applicationInstanceKey", REPORTS, "Key of the app instance.")
            .required()
            .to("mamApplicationInstances"),
        Column::long("userKey", REPORTS, "Key of the version of the user.").to("users"),
        Column::int("mamApplicationKey", REPORTS, "Key of the app.").to("mamApplications"),
        Column::int("deviceHealthKey", REPORTS, "Key of the device's health.").to("mamDeviceHealths"),
        Column::int("platformKey", REPORTS, "Key of the device's platform.").to("mamPlatforms"),
        Column::time("lastCheckInDate", REPORTS, "When the app last checked in that day; may be unknown."),
        Column::int("effectiveAppliedPolicyKey", REPORTS, "Key of the policy that took effect.")
            .joins("mamEffectivePolicies", "effectivePolicyKey", "effectiveAppliedPolicies")
            .beta(),
    ],
    (
        "Reference for mobile app management entities, mamCheckins",
        "Which protected apps checked in. An app that checks in many times a day is one row, with what it said last.",
    ),
);
