//! Platforms of policies: "policies platform types that have never been assigned to any devices are not present"
//! (seed, policyPlatformTypes).

/// Every platform a policy can be for: id and name, as Microsoft Graph numbers them. The key is the id and one.
pub const KNOWN: [(i64, &str); 11] = [
    (0, "Android"),
    (1, "AndroidForWork"),
    (2, "iOS"),
    (3, "MacOS"),
    (4, "WindowsPhone81"),
    (5, "Windows81AndLater"),
    (6, "Windows10AndLater"),
    (7, "AndroidWorkProfile"),
    (8, "Windows10XProfile"),
    (9, "AndroidAOSP"),
    (100, "All"),
];

/// A row of policyPlatformTypes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlatformType {
    /// The warehouse's key.
    pub key: i64,
    /// The id.
    pub id: i64,
    /// The name.
    pub name: &'static str,
}

/// The rows of policyPlatformTypes: platforms that are, or were on a day before, assigned to a device. `published`
/// are the keys the table has already; they stay, as facts of earlier days point to them.
pub fn rows(assigned_ids: &[i64], published: &[i64]) -> Vec<PlatformType> {
    KNOWN
        .into_iter()
        .map(|(id, name)| PlatformType { key: id + 1, id, name })
        .filter(|row| assigned_ids.contains(&row.id) || published.contains(&row.key))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_seed_s_example_is_among_them() {
        assert_eq!(rows(&[1], &[]), [PlatformType { key: 2, id: 1, name: "AndroidForWork" }]);
    }

    proptest! {
        #[test]
        fn only_the_assigned_ones_and_for_good(first in proptest::collection::vec(0..12i64, 0..6), second in proptest::collection::vec(0..12i64, 0..6)) {
            let one = rows(&first, &[]);
            prop_assert!(one.iter().all(|row| first.contains(&row.id)));
            prop_assert!(first.iter().all(|id| KNOWN.iter().all(|known| known.0 != *id) || one.iter().any(|row| row.id == *id)));
            let keys: Vec<_> = one.iter().map(|row| row.key).collect();
            let two = rows(&second, &keys);
            prop_assert!(one.iter().all(|row| two.contains(row)));
        }
    }
}
