//! Policies and how they fare by type (seed, "Reference for Policy entities").

use super::profiles::{DEVICE_COUNTS, USER_COUNTS, devices, users};
use super::{
    REPORTS, WAREHOUSE, count, date_key, deleted, dimension, enumeration, fact, id_column, key_column,
    name_column, replaced, row_modified, started,
};
use crate::{Column, Role, Table};

pub(crate) static POLICIES: Table = dimension(
    ("policies", "policy"),
    "one version of a policy",
    &["policyKey"],
    &[
        Column::int("policyKey", WAREHOUSE, "The warehouse's key of this version of the policy.")
            .required()
            .role(Role::SurrogateKey),
        Column::text("policyId", REPORTS, "The policy's id; the same in every version.")
            .required()
            .role(Role::NaturalKey),
        Column::text("policyName", REPORTS, "Name of the policy."),
        Column::int("policyVersion", REPORTS, "Number of the version; an edit makes a new one."),
        replaced(),
        started(),
        deleted(),
        row_modified(WAREHOUSE),
    ],
    (
        "Reference for Policy entities, policies",
        "Device configuration profiles, app configuration profiles and compliance policies, one row for each \
         version. Keep the rows with isDeleted false for the policies of today.",
    ),
);

const fn policy_type() -> Column {
    Column::int("policyTypeKey", REPORTS, "Key of the type of the policies.").required().to("policyTypes")
}

pub(crate) static POLICY_DEVICE_ACTIVITIES: Table = fact(
    ("policyDeviceActivities", "policyDeviceActivity"),
    "the policies of one type on one day",
    &["dateKey", "policyTypeKey"],
    &[date_key(), policy_type(), devices(0), devices(1), devices(2), devices(3)],
    ("Reference for Policy entities, policyDeviceActivities; columns as recorded on the wire", DEVICE_COUNTS),
);

pub(crate) static POLICY_USER_ACTIVITIES: Table = fact(
    ("policyUserActivities", "policyUserActivity"),
    "the policies of one type on one day",
    &["dateKey", "policyTypeKey"],
    &[date_key(), policy_type(), users(0), users(1), users(2), users(3)],
    ("Reference for Policy entities, policyUserActivities; columns as recorded on the wire", USER_COUNTS),
);

pub(crate) static POLICY_TYPE_ACTIVITIES: Table = fact(
    ("policyTypeActivities", "policyTypeActivity"),
    "one policy on one day",
    &["dateKey", "policyKey", "policyTypeKey"],
    &[
        date_key(),
        Column::int("policyKey", REPORTS, "Key of the version of the policy.").required().to("policies"),
        policy_type(),
        count("pending", "Devices on which the policy is pending."),
        count("succeeded", "Devices on which the policy succeeded."),
        count("error", "Devices on which the policy is in error."),
        count("failed", "Devices on which the policy failed."),
    ],
    (
        "Reference for Policy entities, policyTypeActivities",
        "On how many devices each policy is in which state at the end of the day. A device counts once for each \
         policy, with the last state it reported, that day or before.",
    ),
);

pub(crate) static POLICY_PLATFORM_TYPES: Table = enumeration(
    ("policyPlatformTypes", "policyPlatformType"),
    &["policyPlatformTypeKey"],
    &[
        key_column("policyPlatformTypeKey", "The warehouse's key of the platform."),
        id_column("policyPlatformTypeId", "Id of the platform."),
        name_column("policyPlatformTypeName", "Name of the platform."),
    ],
    &[],
    (
        "Reference for Policy entities, policyPlatformTypes",
        "Platforms of all assigned policies. A platform no policy was ever assigned for has no row.",
    ),
);
