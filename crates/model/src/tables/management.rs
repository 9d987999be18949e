//! Types and states of devices and policies (seed, "Intune Data Warehouse Collections" and reference pages).
//!
//! The ids are the ones Microsoft Graph uses for the same states; the keys are the warehouse's own and never change.

use super::{
    WAREHOUSE, dimension, enumeration, id_column, key_column, name_column, row, row_modified, text_id_column,
};
use crate::Const::{Int, Text};
use crate::{Column, Row, Table};

pub(crate) static DEVICE_TYPES: Table = enumeration(
    ("deviceTypes", "deviceType"),
    &["deviceTypeID"],
    &[
        id_column("deviceTypeID", "Id of the device type."),
        key_column("deviceTypeKey", "The warehouse's key of the device type."),
        name_column("deviceTypeName", "Name of the device type."),
    ],
    &[
        row(&[Int(-1), Int(-1), Text("Not Available")], "The device type is unavailable."),
        row(&[Int(0), Int(1), Text("Desktop")], "Windows Desktop device"),
        row(&[Int(1), Int(2), Text("Windows")], "Windows device"),
        row(&[Int(2), Int(3), Text("WinMO6")], "Windows Mobile 6.0 device"),
        row(&[Int(3), Int(4), Text("Nokia")], "Nokia device"),
        row(&[Int(4), Int(5), Text("WindowsPhone")], "Windows Phone device"),
        row(&[Int(5), Int(6), Text("Mac")], "Mac device"),
        row(&[Int(6), Int(7), Text("WinCE")], "Windows CE device"),
        row(&[Int(7), Int(8), Text("WinEmbedded")], "Windows Embedded device"),
        row(&[Int(8), Int(9), Text("IPhone")], "iPhone device"),
        row(&[Int(9), Int(10), Text("IPad")], "iPad device"),
        row(&[Int(10), Int(11), Text("IPod")], "iPod device"),
        row(&[Int(11), Int(12), Text("Android")], "Android device managed using Device Administrator"),
        row(&[Int(12), Int(13), Text("ISocConsumer")], "iSoc Consumer device"),
        row(&[Int(13), Int(14), Text("Unix")], "Unix device"),
        row(&[Int(14), Int(15), Text("MacMDM")], "OS X device managed with the built-in MDM agent"),
        row(&[Int(15), Int(16), Text("HoloLens")], "HoloLens device"),
        row(&[Int(16), Int(17), Text("SurfaceHub")], "Surface Hub device"),
        row(
            &[Int(17), Int(18), Text("AndroidForWork")],
            "Android device managed using Android Profile Owner",
        ),
        row(&[Int(18), Int(19), Text("AndroidEnterprise")], "Android enterprise device"),
        row(&[Int(100), Int(20), Text("Blackberry")], "Blackberry device"),
        row(&[Int(101), Int(21), Text("Palm")], "Palm device"),
        row(&[Int(255), Int(22), Text("Unknown")], "Unknown device type"),
    ],
    ("Intune Data Warehouse Collections, deviceTypes", "The type of a device: model, maker or both."),
);

pub(crate) static OWNER_TYPES: Table = enumeration(
    ("ownerTypes", "ownerType"),
    &["ownerTypeID"],
    &[
        id_column("ownerTypeID", "Id of the kind of owner."),
        key_column("ownerTypeKey", "The warehouse's key of the kind of owner."),
        name_column("ownerTypeName", "Name of the kind of owner."),
    ],
    &[
        row(&[Int(0), Int(1), Text("Unknown")], "No information on this device."),
        row(&[Int(1), Int(2), Text("Corporate")], "Device is enterprise owned."),
        row(&[Int(2), Int(3), Text("Personal")], "Device is personally owned (BYOD)."),
    ],
    (
        "Intune Data Warehouse Collections, ownerTypes",
        "Whether a device is corporate, personally owned or unknown.",
    ),
);

pub(crate) static MANAGEMENT_STATES: Table = enumeration(
    ("managementStates", "managementState"),
    &["managementStateID"],
    &[
        id_column("managementStateID", "Id of the management state."),
        key_column("managementStateKey", "The warehouse's key of the management state."),
        name_column("managementStateName", "Name of the management state."),
    ],
    &[
        row(&[Int(-1), Int(-1), Text("Not Available")], "The management state is unavailable."),
        row(&[Int(0), Int(1), Text("Managed")], "Managed with no pending remote actions."),
        row(&[Int(1), Int(2), Text("RetirePending")], "There is a retire command pending for the device."),
        row(&[Int(2), Int(3), Text("RetireFailed")], "The retire command failed on the device."),
        row(&[Int(3), Int(4), Text("WipePending")], "There is a wipe command pending for the device."),
        row(&[Int(4), Int(5), Text("WipeFailed")], "The wipe command failed on the device."),
        row(&[Int(5), Int(6), Text("Unhealthy")], "Unhealthy state."),
        row(&[Int(6), Int(7), Text("DeletePending")], "There is a delete command pending for the device."),
        row(&[Int(7), Int(8), Text("RetireIssued")], "A retire command has been issued to the device."),
        row(&[Int(8), Int(9), Text("WipeIssued")], "A wipe command has been issued."),
        row(&[Int(9), Int(10), Text("WipeCanceled")], "Wipe command has been canceled."),
        row(&[Int(10), Int(11), Text("RetireCanceled")], "Retire command has been canceled."),
        row(
            &[Int(11), Int(12), Text("Discovered")],
            "The device is newly discovered; once it checks in for the first time it becomes Managed.",
        ),
    ],
    (
        "Intune Data Warehouse Collections, managementStates",
        "The state of the remote action applied to a device.",
    ),
);

pub(crate) static MANAGEMENT_AGENT_TYPES: Table = enumeration(
    ("managementAgentTypes", "managementAgentType"),
    &["managementAgentID"],
    &[
        id_column("managementAgentID", "Id of the management agent type."),
        key_column("managementAgentKey", "The warehouse's key of the management agent type."),
        name_column("managementAgentName", "Name of the management agent type."),
    ],
    &[
        row(&[Int(1), Int(1), Text("EAS")], "The device is managed through Exchange ActiveSync."),
        row(&[Int(2), Int(2), Text("MDM")], "The device is managed using an MDM agent."),
        row(
            &[Int(3), Int(3), Text("EasMdm")],
            "The device is managed by both Exchange ActiveSync and an MDM agent.",
        ),
        row(&[Int(4), Int(4), Text("IntuneClient")], "The device is managed by the Intune PC agent."),
        row(
            &[Int(5), Int(5), Text("EasIntuneClient")],
            "The device is managed by both Exchange ActiveSync and the Intune PC agent.",
        ),
        row(
            &[Int(8), Int(6), Text("ConfigManagerClient")],
            "The device is managed by the Configuration Manager agent.",
        ),
        row(
            &[Int(10), Int(7), Text("ConfigurationManagerClientMdm")],
            "The device is managed by Configuration Manager and MDM.",
        ),
        row(
            &[Int(11), Int(8), Text("ConfigurationManagerClientMdmEas")],
            "The device is managed by Configuration Manager, MDM and Exchange ActiveSync.",
        ),
        row(&[Int(16), Int(9), Text("Unknown")], "Unknown management agent type."),
        row(
            &[Int(64), Int(10), Text("GoogleCloudDevicePolicyController")],
            "The device is managed by Google's CloudDPC.",
        ),
        row(
            &[Int(2048), Int(11), Text("IntuneAosp")],
            "The device is managed by the MDM for Android Open Source Project devices.",
        ),
    ],
    (
        "Intune Data Warehouse Collections, managementAgentTypes; Reference for devices entities",
        "The agent that manages a device.",
    ),
);

pub(super) const COMPLIANCE_STATE_ROWS: &[Row] = &[
    row(&[Text("-1"), Int(-1), Text("Not Yet Available")], "The device has not reported yet."),
    row(&[Text("0"), Int(1), Text("Unknown")], "Unknown."),
    row(&[Text("1"), Int(2), Text("Compliant")], "Compliant."),
    row(
        &[Text("2"), Int(3), Text("Noncompliant")],
        "Device is non-compliant and is blocked from corporate resources.",
    ),
    row(&[Text("3"), Int(4), Text("Conflict")], "Conflict with other rules."),
    row(&[Text("4"), Int(5), Text("Error")], "Error."),
    row(
        &[Text("254"), Int(6), Text("InGracePeriod")],
        "Device is non-compliant but still has access to corporate resources.",
    ),
    row(&[Text("255"), Int(7), Text("ConfigManager")], "Managed by Config Manager."),
];

pub(crate) static COMPLIANCE_STATES: Table = enumeration(
    ("complianceStates", "complianceState"),
    &["complianceStateID"],
    &[
        text_id_column(
            "complianceStateID",
            "Id of the compliance state; text, as reports compare it with \"0\".",
        ),
        key_column("complianceStateKey", "The warehouse's key of the compliance state."),
        name_column("complianceStatus", "Name of the compliance state."),
    ],
    COMPLIANCE_STATE_ROWS,
    ("Intune Data Warehouse Collections, complianceStates", "The compliance state of a device."),
);

pub(crate) static DEVICE_CATEGORIES: Table = dimension(
    ("deviceCategories", "deviceCategory"),
    "one category",
    &["deviceCategoryID"],
    &[
        text_id_column("deviceCategoryID", "Id of the device category."),
        key_column("deviceCategoryKey", "The warehouse's key of the device category."),
        name_column("deviceCategoryName", "Name of the device category."),
        Column::bool("isDeleted", WAREHOUSE, "Whether the category no longer exists.").required(),
        row_modified(WAREHOUSE),
    ],
    (
        "Intune Data Warehouse Collections, deviceCategories",
        "The categories an administrator sorts devices into.",
    ),
);
