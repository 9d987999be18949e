//! Devices and users by the state of their configuration profiles (seed, "Reference for Policy entities").
//!
//! For devices the seed says that with "one in the succeeded state and another in an error state, the entity
//! increments the Succeeded counter and place the device in the error state"; for users, that "the user in the error
//! state is counted". So a device counts once in every state one of its profiles is in, and a user once, in the worst.

use std::collections::{BTreeMap, BTreeSet};

/// The state of one profile on one device or for one user, the better the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProfileState {
    /// Applied.
    Succeeded,
    /// Not applied yet.
    Pending,
    /// Could not be applied.
    Failed,
    /// Applying it gave an error.
    Error,
}

/// The four numbers of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProfileCounts {
    /// Waiting.
    pub pending: i32,
    /// Applied.
    pub succeeded: i32,
    /// In error.
    pub error: i32,
    /// Failed.
    pub failed: i32,
}

impl ProfileCounts {
    const fn add(&mut self, state: ProfileState) {
        match state {
            ProfileState::Pending => self.pending += 1,
            ProfileState::Succeeded => self.succeeded += 1,
            ProfileState::Error => self.error += 1,
            ProfileState::Failed => self.failed += 1,
        }
    }
}

/// One profile's last state on one device or for one user that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Key of the device or user.
    pub subject: i64,
    /// Key of the policy.
    pub policy: i64,
    /// Key of the policy's type.
    pub policy_type: i64,
    /// Its state.
    pub state: ProfileState,
}

/// deviceConfigurationProfileDeviceActivities: every device once in each state one of its profiles is in.
pub fn devices<'a>(statuses: impl IntoIterator<Item = &'a Status>) -> ProfileCounts {
    let found: BTreeSet<_> = statuses.into_iter().map(|status| (status.subject, status.state)).collect();
    let mut counts = ProfileCounts::default();
    found.into_iter().for_each(|(_, state)| counts.add(state));
    counts
}

/// deviceConfigurationProfileUserActivities: every user once, in the worst state of their profiles.
pub fn users<'a>(statuses: impl IntoIterator<Item = &'a Status>) -> ProfileCounts {
    let mut worst: BTreeMap<i64, ProfileState> = BTreeMap::new();
    for status in statuses {
        let known = worst.entry(status.subject).or_insert(status.state);
        *known = (*known).max(status.state);
    }
    let mut counts = ProfileCounts::default();
    worst.into_values().for_each(|state| counts.add(state));
    counts
}

/// policyDeviceActivities and policyUserActivities: the same within each type of policy.
pub fn by_type(
    statuses: &[Status],
    count: impl Fn(&mut dyn Iterator<Item = &Status>) -> ProfileCounts,
) -> BTreeMap<i64, ProfileCounts> {
    let types: BTreeSet<_> = statuses.iter().map(|status| status.policy_type).collect();
    types
        .into_iter()
        .map(|ty| (ty, count(&mut statuses.iter().filter(|status| status.policy_type == ty))))
        .collect()
}

/// policyTypeActivities: for each policy and type, devices by its state on them.
pub fn by_policy(statuses: &[Status]) -> BTreeMap<(i64, i64), ProfileCounts> {
    let mut rows: BTreeMap<(i64, i64), ProfileCounts> = BTreeMap::new();
    for status in statuses {
        rows.entry((status.policy, status.policy_type)).or_default().add(status.state);
    }
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ProfileState::{Error, Failed, Pending, Succeeded};
    use super::*;

    fn status(subject: i64, policy: i64, state: ProfileState) -> Status {
        Status { subject, policy, policy_type: policy % 2, state }
    }

    #[test]
    fn the_seed_s_two_devices_and_two_users() {
        let well = [status(1, 1, Succeeded), status(1, 2, Succeeded)];
        let mixed = [status(2, 1, Succeeded), status(2, 2, Error)];
        assert_eq!(devices(&well), ProfileCounts { succeeded: 1, ..ProfileCounts::default() });
        assert_eq!(users(&well), ProfileCounts { succeeded: 1, ..ProfileCounts::default() });
        assert_eq!(devices(&mixed), ProfileCounts { succeeded: 1, error: 1, ..ProfileCounts::default() });
        assert_eq!(users(&mixed), ProfileCounts { error: 1, ..ProfileCounts::default() });
    }

    /// One status for each subject and policy, as a source gives them.
    fn statuses() -> impl Strategy<Value = Vec<Status>> {
        let states = prop_oneof![Just(Succeeded), Just(Pending), Just(Failed), Just(Error)];
        proptest::collection::btree_map((0..6i64, 0..5i64), states, 0..30).prop_map(|map| {
            map.into_iter().map(|((subject, policy), state)| status(subject, policy, state)).collect()
        })
    }

    fn has(statuses: &[Status], subject: i64, state: ProfileState) -> bool {
        statuses.iter().any(|status| (status.subject, status.state) == (subject, state))
    }

    proptest! {
        #[test]
        fn devices_count_once_in_each_state(all in statuses()) {
            let counts = devices(&all);
            let subjects: BTreeSet<_> = all.iter().map(|status| status.subject).collect();
            let of = |state| i32::try_from(subjects.iter().filter(|id| has(&all, **id, state)).count()).expect("few");
            let expected =
                ProfileCounts { pending: of(Pending), succeeded: of(Succeeded), error: of(Error), failed: of(Failed) };
            prop_assert_eq!(counts, expected);
        }

        #[test]
        fn users_count_once(all in statuses()) {
            let counts = users(&all);
            let subjects: BTreeSet<_> = all.iter().map(|status| status.subject).collect();
            let sum = counts.pending + counts.succeeded + counts.error + counts.failed;
            prop_assert_eq!(sum, i32::try_from(subjects.len()).expect("few"));
            let in_error = subjects.iter().filter(|id| has(&all, **id, Error)).count();
            prop_assert_eq!(counts.error, i32::try_from(in_error).expect("few"));
            let well = subjects.iter().filter(|id| ![Pending, Failed, Error].iter().any(|state| has(&all, **id, *state)));
            prop_assert_eq!(counts.succeeded, i32::try_from(well.count()).expect("few"));
        }

        #[test]
        fn types_are_counted_apart(all in statuses()) {
            for (ty, counts) in by_type(&all, |part| devices(part)) {
                let part: Vec<_> = all.iter().filter(|status| status.policy_type == ty).copied().collect();
                prop_assert_eq!(counts, devices(&part));
            }
            let sum: i32 = by_policy(&all).values().map(|row| row.pending + row.succeeded + row.error + row.failed).sum();
            prop_assert_eq!(sum, i32::try_from(all.len()).expect("few"));
        }
    }
}
