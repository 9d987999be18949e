//! The fleet is the same for the same seed, valid, clearly simulated, and alive.

use std::collections::HashSet;

use proptest::prelude::*;
use proto::{OsFamily, Validate, delta};

use super::*;

proptest! {
    #[test]
    fn the_same_seed_gives_the_same_valid_bytes(seed: u64, index in 0..5_000_u32, day in 0..800_u32) {
        let (a, b) = (Fleet::new(seed, 5_000), Fleet::new(seed, 5_000));
        let sections = a.sections(index, day);
        prop_assert_eq!(&sections, &b.sections(index, day));
        prop_assert_eq!(a.user(index), b.user(index));
        prop_assert_eq!(sections.is_some(), a.device(index).is_present_on(day));
        for (_, section) in sections.iter().flat_map(Sections::iter) {
            prop_assert_eq!(section.validate(), Ok(()));
        }
    }

    #[test]
    fn everything_says_that_it_is_simulated(seed: u64, index: u32, day in 0..800_u32) {
        let fleet = Fleet::new(seed, 10);
        let device = fleet.device(index);
        prop_assert!(device.name_on(day).starts_with("SIM-"));
        prop_assert!(device.serial_number().starts_with("SIM"));
        let user = fleet.user(index);
        prop_assert!(user.display_name().ends_with("(simulated)"));
        let upn = user.user_principal_name("quarterdeck.example");
        prop_assert!(upn.starts_with("sim."), "{}", upn);
        prop_assert!(upn.is_ascii(), "{}", upn);
        prop_assert!(!upn.contains(' '), "{}", upn);
    }

    #[test]
    fn free_space_is_part_of_the_whole(seed: u64, index: u32, day in 0..800_u32) {
        let fleet = Fleet::new(seed, 10);
        let device = fleet.device(index);
        let day = device.enrolled_day + day;
        if let Some(state) = fleet.state(index, day) {
            prop_assert!(state.storage_free_bytes < device.storage_total_bytes());
        }
    }
}

/// Pinned, so that no change to the fleet goes unseen: whoever changes it on purpose changes this too.
#[test]
fn a_known_seed_gives_known_bytes() {
    let mut all = Vec::new();
    for (index, day) in [(0, 0), (1, 100), (2, 200), (3, 300), (4, 400)] {
        all.push(Fleet::new(42, 100).sections(index, day));
    }
    let text = serde_json::to_string(&all).expect("plain data");
    assert_eq!(
        proto::Hash::of(text.as_bytes()).to_string(),
        "c40adc86a32a14b652281ea32e7f3b5bc02aa91fc8889127c9af0593bb2dcd79"
    );
}

#[test]
fn the_mix_is_that_of_a_company() {
    let fleet = Fleet::new(1, 10_000);
    let count = |family| (0..10_000).filter(|i| fleet.device(*i).family == family).count();
    assert!((5_100..5_700).contains(&count(OsFamily::Windows)));
    assert!((400..800).contains(&count(OsFamily::Linux)));
    let serials: HashSet<String> = (0..10_000).map(|i| fleet.device(i).serial_number()).collect();
    assert_eq!(serials.len(), 10_000);
    let names: HashSet<String> = (0..10_000).map(|i| fleet.device(i).name_on(0)).collect();
    assert_eq!(names.len(), 10_000);
    let upns: HashSet<String> =
        (0..fleet.user_count()).map(|j| fleet.user(j).user_principal_name("x.example")).collect();
    assert_eq!(upns.len(), fleet.user_count() as usize);
}

#[test]
fn the_fleet_lives() {
    let fleet = Fleet::new(9, 2_000);
    let present = |day| (0..2_000).filter(|i| fleet.device(*i).is_present_on(day)).count();
    assert!((1_700..1_900).contains(&present(0)), "{}", present(0));
    assert!((1_700..2_000).contains(&present(200)), "{}", present(200));

    let some = |what: &dyn Fn(u32) -> bool| (0..2_000).filter(|i| what(*i)).count();
    let year = |i: u32| (fleet.state(i, 0), fleet.state(i, 300));
    let renamed = some(&|i| matches!(year(i), (Some(a), Some(b)) if a.name != b.name));
    let upgraded = some(&|i| matches!(year(i), (Some(a), Some(b)) if a.system != b.system));
    let turned = some(&|i| {
        (0..60).filter_map(|day| fleet.state(i, day)).any(|s| s.compliance != Compliance::Compliant)
    });
    let dropped_licence = (0..fleet.user_count()).filter(|j| {
        let user = fleet.user(*j);
        user.is_licensed_on(0) && (1..300).any(|day| user.is_present_on(day) && !user.is_licensed_on(day))
    });
    assert!(renamed > 20, "{renamed}");
    assert!(upgraded > 1_400, "{upgraded}");
    assert!(turned > 400, "{turned}");
    assert!(dropped_licence.count() > 10);
}

#[test]
fn a_day_changes_little() {
    let fleet = Fleet::new(5, 500);
    let mut bytes = 0;
    let mut reports = 0;
    for index in 0..500 {
        if let (Some(a), Some(b)) = (fleet.sections(index, 50), fleet.sections(index, 51)) {
            reports += 1;
            bytes += serde_json::to_string(&delta::diff(&a, &b)).expect("plain data").len();
        }
    }
    assert!(reports > 400);
    assert!(bytes / reports < 2_500, "{} bytes a report", bytes / reports);
}

#[test]
fn there_are_about_twenty_packages() {
    let fleet = Fleet::new(5, 300);
    let (mut packages, mut devices) = (0, 0);
    for index in 0..300 {
        if let Some(sections) = fleet.sections_of(index, 10, &[SectionName::Packages])
            && let Some(proto::Section::Packages(list)) = sections.get(SectionName::Packages)
        {
            packages += list.len();
            devices += 1;
        }
    }
    assert!((8..25).contains(&(packages / devices)), "{}", packages / devices);
}
