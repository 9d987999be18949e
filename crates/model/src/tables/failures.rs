//! Results of enrolments and why they fail (seed, "Intune Data Warehouse Collections").

use super::{enumeration, key_column, name_column, row};
use crate::Const::{Int, Text};
use crate::Table;

pub(crate) static ENROLLMENT_EVENT_STATUSES: Table = enumeration(
    ("enrollmentEventStatuses", "enrollmentEventStatus"),
    &["enrollmentEventStatusKey"],
    &[
        key_column("enrollmentEventStatusKey", "The warehouse's key of the status."),
        name_column("enrollmentEventStatusName", "Name of the status."),
    ],
    &[
        row(&[Int(-1), Text("Not Available")], "The enrolment status is unavailable."),
        row(&[Int(1), Text("Success")], "A successful device enrolment"),
        row(&[Int(2), Text("Failed")], "A failed device enrolment"),
    ],
    ("Intune Data Warehouse Collections, enrollmentEventStatuses", "The result of an enrolment."),
);

pub(crate) static ENROLLMENT_FAILURE_CATEGORIES: Table = enumeration(
    ("enrollmentFailureCategories", "enrollmentFailureCategory"),
    &["enrollmentFailureCategoryKey"],
    &[
        key_column("enrollmentFailureCategoryKey", "The warehouse's key of the category."),
        name_column("enrollmentFailureCategoryName", "Name of the category."),
    ],
    &[
        row(&[Int(-1), Text("Not Available")], "The enrolment failure category is not available."),
        row(&[Int(1), Text("Not Applicable")], "The enrolment failure category is not applicable."),
        row(&[Int(2), Text("Unknown")], "Unknown error."),
        row(&[Int(3), Text("Authentication")], "Authentication failed."),
        row(&[Int(4), Text("Authorization")], "Call was authenticated, but not authorized to enrol."),
        row(
            &[Int(5), Text("AccountValidation")],
            "Failed to validate the account for enrolment. (Account blocked, enrolment not enabled)",
        ),
        row(
            &[Int(6), Text("UserValidation")],
            "User could not be validated. (User does not exist, missing licence)",
        ),
        row(&[Int(7), Text("DeviceNotSupported")], "Device is not supported for mobile device management."),
        row(&[Int(8), Text("InMaintenance")], "Account is in maintenance."),
        row(
            &[Int(9), Text("BadRequest")],
            "Client sent a request that is not understood or supported by the service.",
        ),
        row(
            &[Int(10), Text("FeatureNotSupported")],
            "Features used by this enrolment are not supported for this account.",
        ),
        row(
            &[Int(11), Text("EnrollmentRestrictionsEnforced")],
            "Enrolment restrictions configured by the administrator blocked this enrolment.",
        ),
        row(
            &[Int(12), Text("ClientDisconnected")],
            "Client timed out or enrolment was aborted by the end user.",
        ),
        row(
            &[Int(13), Text("UserAbandonment")],
            "Enrolment was abandoned by the end user, who started but did not finish in time.",
        ),
    ],
    ("Intune Data Warehouse Collections, enrollmentFailureCategories", "Why an enrolment failed."),
);

pub(crate) static ENROLLMENT_FAILURE_REASONS: Table = enumeration(
    ("enrollmentFailureReasons", "enrollmentFailureReason"),
    &["enrollmentFailureReasonKey"],
    &[
        key_column("enrollmentFailureReasonKey", "The warehouse's key of the reason."),
        name_column("enrollmentFailureReasonName", "Name of the reason."),
    ],
    &[
        row(&[Int(-1), Text("Not Available")], "The enrolment failure reason is not available."),
        row(&[Int(1), Text("Not Applicable")], "The enrolment failure reason is not applicable."),
        row(&[Int(2), Text("Unknown")], "Unknown error."),
        row(&[Int(3), Text("UserNotLicensed")], "The user was not found or does not have a valid licence."),
        row(&[Int(4), Text("UserUnknown")], "User is not known."),
        row(
            &[Int(5), Text("BulkAlreadyEnrolledDevice")],
            "Only one user can enrol a device. This device was previously enrolled by another user.",
        ),
        row(
            &[Int(6), Text("EnrollmentOnboardingIssue")],
            "The mobile device management (MDM) authority is not configured yet.",
        ),
        row(
            &[Int(7), Text("AppleChallengeIssue")],
            "The iOS management profile installation was delayed or failed.",
        ),
        row(&[Int(8), Text("AppleOnboardingIssue")], "An Apple MDM push certificate is required to enrol."),
        row(&[Int(9), Text("DeviceCap")], "The user attempted to enrol more devices than allowed."),
        row(
            &[Int(10), Text("AuthenticationRequirementNotMet")],
            "The enrolment service failed to authorize this request.",
        ),
        row(
            &[Int(11), Text("UnsupportedDeviceType")],
            "This device does not meet the minimum requirements for enrolment.",
        ),
        row(
            &[Int(12), Text("EnrollmentCriteriaNotMet")],
            "This device failed to enrol due to a configured enrolment restriction rule.",
        ),
        row(
            &[Int(13), Text("BulkDeviceNotPreregistered")],
            "This device's IMEI or serial number was not found, so it counts as personally owned, which is blocked.",
        ),
        row(
            &[Int(14), Text("FeatureNotSupported")],
            "The user attempted to use a feature that is not released yet or not compatible with the configuration.",
        ),
        row(
            &[Int(15), Text("UserAbandonment")],
            "Enrolment was abandoned by the end user, who started but did not finish in time.",
        ),
        row(
            &[Int(16), Text("APNSCertificateExpired")],
            "Apple devices cannot be managed with an expired Apple MDM push certificate.",
        ),
    ],
    (
        "Intune Data Warehouse Collections, enrollmentFailureReasons",
        "The detailed reason of a failed enrolment within its category.",
    ),
);
