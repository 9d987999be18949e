//! How compliance policies fare (seed, "Reference for Policy entities", Compliance Policy).

use super::{REPORTS, count, date_key, fact};
use crate::{Column, Table};

const fn state(index: usize) -> Column {
    match index {
        0 => count("unknown", "Devices that are offline or could not be reached for other reasons."),
        1 => count("notApplicable", "Devices to which none of the policies applies."),
        2 => count("compliant", "Devices that meet the policies."),
        3 => count("inGracePeriod", "Devices that do not comply, but still have time to."),
        4 => count("nonCompliant", "Devices that do not comply."),
        _ => count("error", "Devices that could not be reached and gave an error."),
    }
}

pub(crate) static COMPLIANCE_POLICY_STATUS_DEVICE_ACTIVITIES: Table = fact(
    ("compliancePolicyStatusDeviceActivities", "compliancePolicyStatusDeviceActivity"),
    "one day",
    &["dateKey"],
    &[date_key(), state(0), state(1), state(2), state(3), state(4), state(5)],
    (
        "Reference for Policy entities, compliancePolicyStatusDeviceActivities",
        "How many devices comply. A device counts once, in the worst state that one of its policies is in: error, \
         nonCompliant, inGracePeriod, unknown, compliant, notApplicable. One without policies does not count.",
    ),
);

pub(crate) static COMPLIANCE_POLICY_STATUS_DEVICE_PER_POLICY_ACTIVITIES: Table = fact(
    ("compliancePolicyStatusDevicePerPolicyActivities", "compliancePolicyStatusDevicePerPolicyActivity"),
    "one compliance policy for one platform on one day",
    &["dateKey", "policyKey", "policyPlatformKey"],
    &[
        date_key(),
        Column::int("policyKey", REPORTS, "Key of the version of the policy.").required().to("policies"),
        Column::int("policyPlatformKey", REPORTS, "Key of the platform; joins policyPlatformTypeKey.")
            .required()
            .to("policyPlatformTypes"),
        state(0),
        state(1),
        state(2),
        state(3),
        state(4),
        state(5),
    ],
    (
        "Reference for Policy entities, compliancePolicyStatusDevicePerPolicyActivities",
        "How many devices comply with each policy. A device counts once for each policy, with its last state.",
    ),
);
