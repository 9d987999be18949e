//! Apps and where they are installed (seed, "Reference for application entities").

use super::{REPORTS, WAREHOUSE, count, date_key, dimension, ended, fact, row_modified, started};
use crate::{Column, Role, Shown, Table};

pub(crate) static APP_REVISIONS: Table = dimension(
    ("appRevisions", "appRevision"),
    "one revision of an app",
    &["appKey", "revision"],
    &[
        Column::int("appKey", WAREHOUSE, "The warehouse's key of the app; the same in all of its revisions.")
            .required()
            .role(Role::SurrogateKey),
        Column::text("applicationId", REPORTS, "The app's id.").required().role(Role::NaturalKey),
        Column::int("revision", REPORTS, "Number of the revision, as given when the app was uploaded.")
            .required(),
        Column::text("title", REPORTS, "Title of the app."),
        Column::text("publisher", REPORTS, "Publisher of the app."),
        Column::int("uploadState", REPORTS, "State of the upload."),
        Column::int("appTypeKey", REPORTS, "Key of the type of the app.").to("appTypes"),
        Column::int("vppProgramTypeKey", REPORTS, "Key of the volume purchase programme.")
            .to("vppProgramTypes"),
        Column::time("creationTime", REPORTS, "When the revision was made."),
        Column::time("modifiedTime", REPORTS, "When anything about the revision last changed."),
        Column::long("size", REPORTS, "Size of the file in bytes.").role(Role::Measure),
        started(),
        ended(),
        Column::bool("isCurrent", WAREHOUSE, "Whether this is the newest revision of the app.")
            .required()
            .role(Role::Lifetime),
        row_modified(WAREHOUSE),
        Column::bool("isDeleted", WAREHOUSE, "Whether the app no longer exists.").required(),
    ],
    (
        "Intune Data Warehouse Collections, appRevisions; isDeleted as recorded on the wire",
        "All revisions of the apps that can be assigned. Win32 apps are not included.",
    ),
);

pub(crate) static MOBILE_APP_INSTALL_STATUS_COUNTS: Table = fact(
    ("mobileAppInstallStatusCounts", "mobileAppInstallStatusCount"),
    "one app in one install state with one error code on one type of device on one day",
    &["dateKey", "appKey", "deviceTypeKey", "appInstallStateKey", "errorCode"],
    &[
        date_key(),
        Column::int("appKey", REPORTS, "Key of the app.").required().to("appRevisions"),
        Column::int("deviceTypeKey", REPORTS, "Key of the type of device.").required().to("deviceTypes"),
        Column::int("appInstallStateKey", REPORTS, "Key of the install state.")
            .required()
            .to("mobileAppInstallStates"),
        Column::int(
            "errorCode",
            REPORTS,
            "Code the installer, the platform or the service gave; 0 for none.",
        )
        .required(),
        count("count", "Devices on which this is the last state the app reported that day."),
    ],
    (
        "Intune Data Warehouse Collections, mobileAppInstallStatusCounts",
        "On how many devices apps are installed, waiting or failed. A device counts once for each app, with the \
         last state of the day. Win32 apps are not included.",
    ),
);

pub(crate) static MOBILE_APP_DEVICE_USER_INSTALL_STATUSES: Table = fact(
    ("mobileAppDeviceUserInstallStatuses", "mobileAppDeviceUserInstallStatus"),
    "one app for one user on one device on one day",
    &["dateKey", "appKey", "deviceKey", "userKey"],
    &[
        date_key(),
        Column::int("appKey", REPORTS, "Key of the app.").required().to("appRevisions"),
        Column::long("deviceKey", REPORTS, "Key of the device.").required().to("devices"),
        Column::long("userKey", REPORTS, "Key of the version of the user.").required().to("users"),
        Column::int("appInstallStateKey", REPORTS, "Key of the install state.").to("mobileAppInstallStates"),
        Column::int(
            "errorCode",
            REPORTS,
            "Code the installer, the platform or the service gave; 0 for none.",
        ),
    ],
    (
        "Change log of the data warehouse, 1801 to 1903",
        "The last install state of each app for each user and device. Win32 apps are not included.",
    ),
)
.shown(Shown::Beta);

pub(crate) static APPLICATION_INVENTORIES: Table = fact(
    ("applicationInventories", "applicationInventory"),
    "one app found on one device on one day",
    &["dateKey", "deviceKey", "applicationKey"],
    &[
        date_key(),
        Column::long("deviceKey", REPORTS, "Key of the device.").required().to("devices"),
        Column::int("applicationKey", REPORTS, "The warehouse's key of the app and version found.")
            .required(),
        Column::text("applicationName", REPORTS, "Name of the app."),
        Column::text("applicationVersion", REPORTS, "Version of the app."),
        Column::long("bundleSize", REPORTS, "Size of the app in bytes.").role(Role::Measure),
    ],
    (
        "Change log of the data warehouse, until 2202",
        "The apps found on devices. An app found several times a day is one row.",
    ),
)
.shown(Shown::Beta);
