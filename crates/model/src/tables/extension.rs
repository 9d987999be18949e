//! The management extension on Windows devices (seed, "Reference for Intune Management Extensions").

use super::{CATALOGUE, REPORTS, WAREHOUSE, date_key, dimension, enumeration, fact, name_column, row};
use crate::Const::{Int, Text};
use crate::{Column, Role, Table};

pub(crate) static INTUNE_MANAGEMENT_EXTENSIONS: Table = Table {
    retention_days: Some(60),
    ..fact(
        ("intuneManagementExtensions", "intuneManagementExtension"),
        "the management extension of one Windows device on one day",
        &["dateKey", "tenantKey", "deviceKey"],
        &[
            date_key(),
            Column::int("tenantKey", WAREHOUSE, "Key of the tenant: 1, as a warehouse holds one tenant.")
                .required(),
            Column::long("deviceKey", REPORTS, "Key of the device.").required().to("devices"),
            Column::int("extensionVersionKey", REPORTS, "Key of the extension's version.")
                .to("intuneManagementExtensionVersions"),
            Column::int("extensionStateKey", REPORTS, "Key of the extension's health.")
                .to("intuneManagementExtensionHealthStates"),
        ],
        (
            "Reference for Intune Management Extensions, intuneManagementExtensions",
            "Health of the management extension on each Windows device on each of the last 60 days.",
        ),
    )
};

pub(crate) static INTUNE_MANAGEMENT_EXTENSION_VERSIONS: Table = dimension(
    ("intuneManagementExtensionVersions", "intuneManagementExtensionVersion"),
    "one version of the extension",
    &["extensionVersionKey"],
    &[
        Column::int("extensionVersionKey", WAREHOUSE, "The warehouse's key of the version.")
            .required()
            .role(Role::SurrogateKey),
        Column::text("extensionVersion", REPORTS, "The version, four numbers with dots.")
            .required()
            .role(Role::NaturalKey),
    ],
    (
        "Reference for Intune Management Extensions, intuneManagementExtensionVersions",
        "All versions of the management extension that devices reported.",
    ),
);

pub(crate) static INTUNE_MANAGEMENT_EXTENSION_HEALTH_STATES: Table = enumeration(
    ("intuneManagementExtensionHealthStates", "intuneManagementExtensionHealthState"),
    &["extensionStateKey"],
    &[
        Column::int("extensionStateKey", CATALOGUE, "Key of the health state.")
            .required()
            .role(Role::SurrogateKey),
        name_column("extensionState", "Name of the health state."),
    ],
    &[
        row(&[Int(1), Text("Unknown")], "No information on this device."),
        row(&[Int(2), Text("Healthy")], "The extension works."),
        row(&[Int(3), Text("Unhealthy")], "The extension does not work."),
    ],
    (
        "Reference for Intune Management Extensions; names as Microsoft Graph's healthState",
        "Health of the management extension on a device.",
    ),
);
