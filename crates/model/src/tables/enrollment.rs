//! How devices are enrolled (seed, "Intune Data Warehouse Collections").

use super::{REPORTS, count, date_key, enumeration, fact, id_column, key_column, name_column, row};
use crate::Const::{Int, Text};
use crate::{Column, Row, Table};

pub(super) const DEVICE_ENROLLMENT_TYPE_ROWS: &[Row] = &[
    row(&[Int(-1), Int(-1), Text("Not Available")], "The enrolment type is unavailable."),
    row(&[Int(0), Int(1), Text("Unknown")], "Enrolment type was not collected."),
    row(&[Int(1), Int(2), Text("UserEnrollment")], "User driven enrolment through BYOD channel."),
    row(
        &[Int(2), Int(3), Text("DeviceEnrollmentManager")],
        "User enrolment with a device enrolment manager account.",
    ),
    row(
        &[Int(3), Int(4), Text("AppleBulkWithUser")],
        "Apple bulk enrolment with user challenge. (DEP, Apple Configurator)",
    ),
    row(
        &[Int(4), Int(5), Text("AppleBulkWithoutUser")],
        "Apple bulk enrolment without user challenge. (DEP, Apple Configurator, Mobile Config)",
    ),
    row(&[Int(5), Int(6), Text("WindowsAzureADJoin")], "Windows 10 Microsoft Entra join."),
    row(
        &[Int(6), Int(7), Text("WindowsBulkUserless")],
        "Windows 10 bulk enrolment through ICD with certificate.",
    ),
    row(
        &[Int(7), Int(8), Text("WindowsAutoEnrollment")],
        "Windows 10 automatic enrolment. (Add work account)",
    ),
    row(&[Int(8), Int(9), Text("WindowsBulkAzureDomainJoin")], "Windows 10 bulk Microsoft Entra join."),
    row(
        &[Int(9), Int(10), Text("WindowsCoManagement")],
        "Windows 10 co-management triggered by Autopilot or Group Policy.",
    ),
    row(
        &[Int(10), Int(11), Text("WindowsAzureADJoinsUsingDeviceAuth")],
        "Windows 10 Microsoft Entra join using Device Auth.",
    ),
];

pub(crate) static DEVICE_ENROLLMENT_TYPES: Table = enumeration(
    ("deviceEnrollmentTypes", "deviceEnrollmentType"),
    &["deviceEnrollmentTypeID"],
    &[
        id_column("deviceEnrollmentTypeID", "Id of the enrolment type."),
        key_column("deviceEnrollmentTypeKey", "The warehouse's key of the enrolment type."),
        name_column("deviceEnrollmentTypeName", "Name of the enrolment type."),
    ],
    DEVICE_ENROLLMENT_TYPE_ROWS,
    ("Intune Data Warehouse Collections, deviceEnrollmentTypes", "How a device was enrolled."),
);

pub(crate) static DEVICE_REGISTRATION_STATES: Table = enumeration(
    ("deviceRegistrationStates", "deviceRegistrationState"),
    &["deviceRegistrationStateID"],
    &[
        id_column("deviceRegistrationStateID", "Id of the registration state."),
        key_column("deviceRegistrationStateKey", "The warehouse's key of the registration state."),
        name_column("deviceRegistrationStateName", "Name of the registration state."),
    ],
    &[
        row(&[Int(0), Int(1), Text("notRegistered")], "Not registered"),
        row(&[Int(2), Int(2), Text("registered")], "Registered"),
        row(
            &[Int(3), Int(3), Text("revoked")],
            "The administrator has blocked the client, or it was wiped or retired; it can be unblocked.",
        ),
        row(&[Int(4), Int(4), Text("keyConflict")], "Key conflict"),
        row(&[Int(5), Int(5), Text("approvalPending")], "Approval pending"),
        row(&[Int(6), Int(6), Text("certificateReset")], "Reset certificate"),
        row(&[Int(7), Int(7), Text("notRegisteredPendingEnrollment")], "Not registered pending enrolment"),
        row(&[Int(8), Int(8), Text("unknown")], "Unknown state"),
    ],
    ("Intune Data Warehouse Collections, deviceRegistrationStates", "The registration of a device."),
);

pub(crate) static ENROLLMENT_ACTIVITIES: Table = fact(
    ("enrollmentActivities", "enrollmentActivity"),
    "the enrolments of one day that have the same type, kind of device, result, reason and system version",
    &[
        "dateKey",
        "deviceEnrollmentTypeKey",
        "deviceTypeKey",
        "enrollmentEventStatusKey",
        "enrollmentFailureCategoryKey",
        "enrollmentFailureReasonKey",
        "osVersion",
    ],
    &[
        date_key(),
        Column::int("deviceEnrollmentTypeKey", REPORTS, "Key of the way of enrolling.")
            .required()
            .to("deviceEnrollmentTypes"),
        Column::int("deviceTypeKey", REPORTS, "Key of the type of device.").required().to("deviceTypes"),
        Column::int("enrollmentEventStatusKey", REPORTS, "Key of the result.")
            .required()
            .to("enrollmentEventStatuses"),
        Column::int(
            "enrollmentFailureCategoryKey",
            REPORTS,
            "Key of the category of the failure; that of Not Applicable after a success.",
        )
        .required()
        .to("enrollmentFailureCategories"),
        Column::int(
            "enrollmentFailureReasonKey",
            REPORTS,
            "Key of the reason of the failure; that of Not Applicable after a success.",
        )
        .required()
        .to("enrollmentFailureReasons"),
        Column::text("osVersion", REPORTS, "Version of the operating system; empty when it is not known.")
            .required(),
        count("count", "Enrolments that match all of these."),
    ],
    (
        "Intune Data Warehouse Collections, enrollmentActivities",
        "How many enrolments succeeded and failed, by kind and reason. Each attempt counts once, on the day it ended.",
    ),
);
