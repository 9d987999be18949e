//! Devices by how they comply (seed, "Reference for Policy entities", Compliance Policy).

use std::collections::BTreeMap;

/// The state of one compliance policy on one device, the better the smaller: "not applicable" says least, and a
/// device that could not be reached ("unknown") is worse than one that complies and better than one that does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComplianceState {
    /// The policy is not for this device.
    NotApplicable,
    /// The device meets the policy.
    Compliant,
    /// The device is offline or could not be reached.
    Unknown,
    /// The device does not comply but still has time to.
    InGracePeriod,
    /// The device does not comply.
    NonCompliant,
    /// The device could not be reached and gave an error.
    Error,
}

/// The six numbers of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ComplianceCounts {
    /// Could not be reached.
    pub unknown: i32,
    /// No policy applies.
    pub not_applicable: i32,
    /// Complying.
    pub compliant: i32,
    /// Still with time to comply.
    pub in_grace_period: i32,
    /// Not complying.
    pub non_compliant: i32,
    /// In error.
    pub error: i32,
}

impl ComplianceCounts {
    const fn add(&mut self, state: ComplianceState) {
        match state {
            ComplianceState::Unknown => self.unknown += 1,
            ComplianceState::NotApplicable => self.not_applicable += 1,
            ComplianceState::Compliant => self.compliant += 1,
            ComplianceState::InGracePeriod => self.in_grace_period += 1,
            ComplianceState::NonCompliant => self.non_compliant += 1,
            ComplianceState::Error => self.error += 1,
        }
    }
}

/// One policy's last state on one device that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compliance {
    /// Key of the device.
    pub device: i64,
    /// Key of the policy.
    pub policy: i64,
    /// Key of the policy's platform.
    pub platform: i64,
    /// Its state.
    pub state: ComplianceState,
}

/// compliancePolicyStatusDeviceActivities: every device with a policy once, in the worst state.
pub fn devices(all: &[Compliance]) -> ComplianceCounts {
    let mut worst: BTreeMap<i64, ComplianceState> = BTreeMap::new();
    for one in all {
        let known = worst.entry(one.device).or_insert(one.state);
        *known = (*known).max(one.state);
    }
    let mut counts = ComplianceCounts::default();
    worst.into_values().for_each(|state| counts.add(state));
    counts
}

/// compliancePolicyStatusDevicePerPolicyActivities, by policy and platform.
pub fn by_policy(all: &[Compliance]) -> BTreeMap<(i64, i64), ComplianceCounts> {
    let mut rows: BTreeMap<(i64, i64), ComplianceCounts> = BTreeMap::new();
    for one in all {
        rows.entry((one.policy, one.platform)).or_default().add(one.state);
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::ComplianceState::{Compliant, Error, InGracePeriod, NonCompliant, NotApplicable, Unknown};
    use super::*;

    const ALL: [ComplianceState; 6] = [NotApplicable, Compliant, Unknown, InGracePeriod, NonCompliant, Error];

    #[test]
    fn one_policy_that_applies_outweighs_those_that_do_not() {
        let one = |policy, state| Compliance { device: 1, policy, platform: 1, state };
        let counts = devices(&[one(1, NotApplicable), one(2, Compliant)]);
        assert_eq!(counts, ComplianceCounts { compliant: 1, ..ComplianceCounts::default() });
        let counts = devices(&[one(1, NotApplicable), one(2, NotApplicable)]);
        assert_eq!(counts, ComplianceCounts { not_applicable: 1, ..ComplianceCounts::default() });
    }

    proptest! {
        #[test]
        fn a_device_counts_once(
            map in proptest::collection::btree_map((0..5i64, 0..4i64), proptest::sample::select(&ALL[..]), 0..20),
        ) {
            let all: Vec<_> = map
                .into_iter()
                .map(|((device, policy), state)| Compliance { device, policy, platform: policy % 2, state })
                .collect();
            let counts = devices(&all);
            let ids: BTreeSet<_> = all.iter().map(|one| one.device).collect();
            let sum = counts.unknown + counts.not_applicable + counts.compliant + counts.in_grace_period
                + counts.non_compliant + counts.error;
            prop_assert_eq!(sum, i32::try_from(ids.len()).expect("few"));
            let only = |states: &[ComplianceState]| {
                let fits = |id: &&i64| all.iter().all(|one| one.device != **id || states.contains(&one.state));
                i32::try_from(ids.iter().filter(fits).count()).expect("few")
            };
            prop_assert_eq!(counts.not_applicable, only(&[NotApplicable]));
            prop_assert_eq!(counts.not_applicable + counts.compliant, only(&[NotApplicable, Compliant]));
            let rows = by_policy(&all);
            prop_assert_eq!(rows.values().map(|row| row.error).sum::<i32>(),
                i32::try_from(all.iter().filter(|one| one.state == Error).count()).expect("few"));
        }
    }
}
