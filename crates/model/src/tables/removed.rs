//! Type tables that beta had once under older names. The tables of v1.0 replace them; reports made for the old names
//! find the same values here.

use super::{enumeration, id_column, key_column, name_column, row, text_id_column};
use crate::Const::{Int, Text};
use crate::{Shown, Table};

const LOG: &str = "Change log of the data warehouse, until 1903";

pub(crate) static CLIENT_REGISTRATION_STATE_TYPES: Table = enumeration(
    ("clientRegistrationStateTypes", "clientRegistrationStateType"),
    &["clientRegistrationStateID"],
    &[
        id_column("clientRegistrationStateID", "Id of the registration state."),
        key_column("clientRegistrationStateKey", "The warehouse's key of the registration state."),
        name_column("clientRegistrationStateName", "Name of the registration state."),
    ],
    &[
        row(&[Int(0), Int(1), Text("NotRegistered")], "Not registered"),
        row(&[Int(1), Int(9), Text("SMSIDConflict")], "Another device has the same management id"),
        row(&[Int(2), Int(2), Text("Registered")], "Registered"),
        row(&[Int(3), Int(3), Text("Revoked")], "Blocked, wiped or retired"),
        row(&[Int(4), Int(4), Text("KeyConflict")], "Key conflict"),
        row(&[Int(5), Int(5), Text("ApprovalPending")], "Approval pending"),
        row(&[Int(6), Int(6), Text("ResetCert")], "Reset certificate"),
        row(&[Int(7), Int(7), Text("NotRegisteredPendingEnrollment")], "Not registered pending enrolment"),
        row(&[Int(8), Int(8), Text("Unknown")], "Unknown state"),
    ],
    (LOG, "The older name of deviceRegistrationStates; the keys are the same."),
)
.shown(Shown::Beta);

pub(crate) static ENROLLMENT_TYPES: Table = enumeration(
    ("enrollmentTypes", "enrollmentType"),
    &["enrollmentTypeID"],
    &[
        id_column("enrollmentTypeID", "Id of the enrolment type."),
        key_column("enrollmentTypeKey", "The warehouse's key of the enrolment type."),
        name_column("enrollmentTypeName", "Name of the enrolment type."),
    ],
    super::enrollment::DEVICE_ENROLLMENT_TYPE_ROWS,
    (LOG, "The older name of deviceEnrollmentTypes; the rows are the same."),
)
.shown(Shown::Beta);

pub(crate) static MDM_STATUSES: Table = enumeration(
    ("mdmStatuses", "mdmStatus"),
    &["mdmStatusID"],
    &[
        text_id_column("mdmStatusID", "Id of the compliance state."),
        key_column("mdmStatusKey", "The warehouse's key of the compliance state."),
        name_column("complianceStatus", "Name of the compliance state."),
    ],
    super::management::COMPLIANCE_STATE_ROWS,
    (LOG, "The older name of complianceStates; the rows are the same."),
)
.shown(Shown::Beta);

pub(crate) static WORK_PLACE_JOIN_STATE_TYPES: Table = enumeration(
    ("workPlaceJoinStateTypes", "workPlaceJoinStateType"),
    &["workPlaceJoinStateID"],
    &[
        id_column("workPlaceJoinStateID", "Id of the state of the join."),
        key_column("workPlaceJoinStateKey", "The warehouse's key of the state of the join."),
        name_column("workPlaceJoinStateName", "Name of the state of the join."),
    ],
    &[
        row(&[Int(-1), Int(-1), Text("Not Available")], "The state is unavailable."),
        row(&[Int(0), Int(1), Text("Unknown")], "The state is unknown."),
        row(&[Int(1), Int(2), Text("Succeeded")], "The device joined."),
        row(
            &[Int(2), Int(3), Text("FailureToGetScepMetadata")],
            "The certificate's description was not received.",
        ),
        row(
            &[Int(3), Int(4), Text("FailureToGetScepChallenge")],
            "The certificate's challenge was not received.",
        ),
        row(
            &[Int(4), Int(5), Text("DeviceFailureToInstallScepCommand")],
            "The device did not take the command.",
        ),
        row(&[Int(5), Int(6), Text("DeviceFailureToGetCertificate")], "The device got no certificate."),
        row(&[Int(6), Int(7), Text("DeviceScepPending")], "The certificate is on its way."),
        row(&[Int(7), Int(8), Text("DeviceScepFailed")], "The device could not use the certificate."),
    ],
    (LOG, "Whether a device joined the workplace."),
)
.shown(Shown::Beta);
