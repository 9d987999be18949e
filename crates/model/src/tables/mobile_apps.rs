//! Types and states of apps (seed, "Reference for application entities" and "… mobile app management").

use super::{CATALOGUE, enumeration, id_column, key_column, name_column, row, row_modified, text_id_column};
use crate::Const::{Int, Text, Time};
use crate::Table;

/// The day these rows were written into the catalogue, 2026-11-20T00:00:00Z; bump it on a row that changes.
pub(super) const WRITTEN: crate::Const = Time(1_795_132_800_000_000);

pub(crate) static APP_TYPES: Table = enumeration(
    ("appTypes", "appType"),
    &["appTypeID"],
    &[
        id_column("appTypeID", "Id of the app type."),
        key_column("appTypeKey", "The warehouse's key of the app type."),
        name_column("appTypeName", "Name of the app type."),
    ],
    &[
        row(&[Int(-1), Int(-1), Text("Not Available")], "The app type is unavailable."),
        row(&[Int(0), Int(1), Text("Android store app")], "An Android store app."),
        row(&[Int(1), Int(2), Text("Android LOB app")], "An Android line-of-business app."),
        row(
            &[Int(2), Int(3), Text("Managed Android store app (MAM)")],
            "An Android store app that has management enabled.",
        ),
        row(&[Int(3), Int(4), Text("iOS store app")], "An iOS store app."),
        row(&[Int(4), Int(5), Text("iOS LOB app")], "An iOS line-of-business app."),
        row(
            &[Int(5), Int(6), Text("Managed iOS store app (MAM)")],
            "An iOS store app that is management enabled.",
        ),
        row(
            &[Int(6), Int(7), Text("Microsoft 365 Apps for enterprise")],
            "The Microsoft 365 Apps for Windows 10.",
        ),
        row(&[Int(7), Int(8), Text("Web app")], "A web app."),
        row(&[Int(8), Int(9), Text("Windows Phone 8.1 store app")], "A Windows Phone 8.1 store app."),
        row(&[Int(9), Int(10), Text("Windows store app")], "A Windows store app."),
        row(&[Int(10), Int(11), Text("Windows LOB apps")], "A Windows AppX line-of-business app."),
        row(&[Int(11), Int(12), Text("Windows Mobile MSI")], "An MSI line-of-business app."),
        row(&[Int(12), Int(13), Text("Windows Phone LOB app")], "A Windows Phone line-of-business app."),
    ],
    (
        "Reference for application entities, appTypes",
        "Where an app is installed from. Win32 apps are not in the warehouse and have no type here.",
    ),
);

pub(crate) static VPP_PROGRAM_TYPES: Table = enumeration(
    ("vppProgramTypes", "vppProgramType"),
    &["vppProgramTypeId"],
    &[
        text_id_column("vppProgramTypeId", "Id of the volume purchase programme."),
        key_column("vppProgramTypeKey", "The warehouse's key of the programme."),
        name_column("vppProgramTypeName", "Name of the programme."),
    ],
    &[
        row(
            &[Text("00000000-0000-0000-0000-000000000000"), Int(-1), Text("Not Yet Available")],
            "Default value, no programme.",
        ),
        row(
            &[Text("3dda2474-470b-4503-9830-2665c21c1945"), Int(1), Text("Microsoft")],
            "Microsoft's volume purchase programme.",
        ),
        row(
            &[Text("b54814e0-68ea-4ba4-8088-b5aab58e737b"), Int(2), Text("Apple")],
            "Apple's volume purchase programme.",
        ),
    ],
    (
        "Reference for application entities, vppProgramTypes",
        "Volume purchase programmes an app can come from.",
    ),
);

pub(crate) static MOBILE_APP_INSTALL_STATES: Table = enumeration(
    ("mobileAppInstallStates", "mobileAppInstallState"),
    &["appInstallStateKey"],
    &[
        key_column("appInstallStateKey", "The warehouse's key of the install state."),
        id_column("appInstallState", "Number of the install state."),
        name_column("appInstallStateName", "Name of the install state."),
    ],
    &[
        row(&[Int(-1), Int(-2), Text("Not Available")], "The install state is unavailable."),
        row(&[Int(1), Int(-1), Text("notApplicable")], "The app does not apply to the device."),
        row(&[Int(2), Int(1), Text("installed")], "The app is installed."),
        row(&[Int(3), Int(2), Text("failed")], "The installation failed."),
        row(&[Int(4), Int(3), Text("notInstalled")], "The app is not installed."),
        row(&[Int(5), Int(4), Text("uninstallFailed")], "Removing the app failed."),
        row(&[Int(6), Int(5), Text("pendingInstall")], "The installation is waiting."),
        row(&[Int(7), Int(99), Text("unknown")], "The state is unknown."),
    ],
    (
        "Reference for application entities, mobileAppInstallStates; values as Microsoft Graph's resultantAppState",
        "The install state of an app after it was assigned to a group.",
    ),
);

pub(crate) static MAM_DEVICE_HEALTHS: Table = enumeration(
    ("mamDeviceHealths", "mamDeviceHealth"),
    &["deviceHealthKey"],
    &[
        key_column("deviceHealthKey", "The warehouse's key of the health."),
        id_column("deviceHealth", "Number of the health."),
        name_column("deviceHealthName", "Name of the health."),
        row_modified(CATALOGUE),
    ],
    &[
        row(&[Int(-1), Int(-1), Text("Not Available"), WRITTEN], "No information on this device."),
        row(&[Int(1), Int(0), Text("Healthy"), WRITTEN], "Device is not jailbroken."),
        row(&[Int(2), Int(1), Text("Unhealthy"), WRITTEN], "Device is jailbroken."),
    ],
    (
        "Reference for mobile app management entities, mamDeviceHealth",
        "Health of a device that app protection policies reached.",
    ),
);

pub(crate) static MAM_PLATFORMS: Table = enumeration(
    ("mamPlatforms", "mamPlatform"),
    &["platformKey"],
    &[
        key_column("platformKey", "The warehouse's key of the platform."),
        id_column("platform", "Number of the platform."),
        name_column("platformName", "Name of the platform."),
        row_modified(CATALOGUE),
    ],
    &[
        row(&[Int(-1), Int(-1), Text("Not Available"), WRITTEN], "No information on the platform."),
        row(&[Int(1), Int(0), Text("None"), WRITTEN], "No platform."),
        row(&[Int(2), Int(1), Text("Windows"), WRITTEN], "Windows."),
        row(&[Int(3), Int(2), Text("IOS"), WRITTEN], "iOS and iPadOS."),
        row(&[Int(4), Int(3), Text("Android"), WRITTEN], "Android."),
    ],
    (
        "Reference for mobile app management entities, mamPlatforms",
        "Platforms on which an app with app protection was installed.",
    ),
);
