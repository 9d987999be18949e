//! Deltas rebuild what they were made from, and a lost or repeated one is noticed.

use proptest::prelude::*;

use super::*;
use crate::testing;

proptest! {
    #[test]
    fn a_delta_turns_the_old_inventory_into_the_new(a in testing::sections(), b in testing::sections()) {
        let changes = diff(&a, &b);
        prop_assert_eq!(a == b, changes.is_empty());
        let after = apply_all(&a, Some(a.state_hash()), changes).expect("made for this base");
        prop_assert_eq!(after.state_hash(), b.state_hash());
        prop_assert_eq!(after, b);
    }

    #[test]
    fn a_full_report_needs_no_base(a in testing::sections(), b in testing::sections()) {
        prop_assert_eq!(apply_all(&a, None, full(&b)), Ok(b));
    }

    #[test]
    fn a_lost_or_repeated_delta_is_noticed(
        a in testing::sections(), b in testing::sections(), c in testing::sections(),
    ) {
        let (first, second) = (diff(&a, &b), diff(&b, &c));
        if a != b {
            let lost = apply_all(&a, Some(b.state_hash()), second);
            prop_assert_eq!(lost, Err(DeltaError::BaseMismatch));
            let repeated = apply_all(&b, Some(a.state_hash()), first);
            prop_assert_eq!(repeated, Err(DeltaError::BaseMismatch));
        }
    }

    #[test]
    fn changes_read_what_they_write(a in testing::sections(), b in testing::sections()) {
        let changes = diff(&a, &b);
        let text = serde_json::to_string(&changes).expect("plain data");
        let read = wire::changes(&mut serde_json::Deserializer::from_str(&text)).expect("its own form");
        prop_assert_eq!(read, changes);
    }
}

fn packages(names: &[&str]) -> Section {
    let package = |name: &&str| Package {
        key: format!("{name}:amd64"),
        name: (*name).to_owned(),
        version: "1".to_owned(),
        source: Some("dpkg".to_owned()),
        size_bytes: None,
    };
    Section::Packages(names.iter().map(package).collect())
}

#[test]
fn one_changed_item_of_a_long_list_is_sent_alone() {
    let (old, new) = (packages(&["a", "b", "c", "d"]), packages(&["a", "b", "d", "e"]));
    let SectionChange::Patch { patch: Patch::Packages(patch), base_hash, .. } = change(Some(&old), &new)
    else {
        panic!("a patch is smaller");
    };
    assert_eq!(base_hash, old.hash());
    assert_eq!(patch.remove, ["c:amd64"]);
    assert_eq!(patch.upsert.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["e"]);
}

#[test]
fn a_list_that_changed_altogether_is_sent_whole() {
    let change = change(Some(&packages(&["a", "b"])), &packages(&["x", "y"]));
    assert!(matches!(change, SectionChange::Content { .. }));
}

#[test]
fn a_patch_for_another_list_is_a_base_mismatch_and_a_false_hash_is_named() {
    let (a, b, c) = (packages(&["a", "b", "c"]), packages(&["a", "b", "d"]), packages(&["a", "b"]));
    let name = SectionName::Packages;
    let made = change(Some(&a), &b);
    assert_eq!(apply(name, Some(&c), made.clone()), Err(DeltaError::BaseMismatch));
    assert_eq!(apply(name, None, made), Err(DeltaError::BaseMismatch));
    let false_hash = SectionChange::Content { hash: a.hash(), section: b };
    assert_eq!(apply(name, None, false_hash), Err(DeltaError::HashMismatch(name)));
}

#[test]
fn a_change_is_one_of_three_shapes() {
    let hash = Hash::of(b"");
    let refused = [
        "{}".to_owned(),
        r#"{"removed":false}"#.to_owned(),
        format!(r#"{{"hash":"{hash}"}}"#),
        format!(r#"{{"hash":"{hash}","content":[],"removed":true}}"#),
        format!(r#"{{"hash":"{hash}","patch":{{}}}}"#),
    ];
    for change in refused {
        let text = format!(r#"{{"disks":{change}}}"#);
        let error = wire::changes(&mut serde_json::Deserializer::from_str(&text)).unwrap_err();
        assert!(error.to_string().starts_with("send either"), "{text}: {error}");
    }
    let patch = format!(r#"{{"identity":{{"hash":"{hash}","baseHash":"{hash}","patch":{{}}}}}}"#);
    let error = wire::changes(&mut serde_json::Deserializer::from_str(&patch)).unwrap_err();
    assert!(error.to_string().contains("not a list"), "{error}");
}
