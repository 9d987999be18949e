//! Laws that hold for any caller: rights come only from somewhere, and more assignments never mean fewer rights.

use policy::{Action, Assignment, Caller, Held, Kind, Need, Scope, directory_role, permit, permit_on};
use proptest::prelude::*;
use uuid::Uuid;

use super::user;

fn any_action() -> impl Strategy<Value = Action> {
    let all: Vec<Action> = Action::all().map(|operation| operation.action).collect();
    prop::sample::select(all)
}

fn any_group() -> impl Strategy<Value = Uuid> {
    (100_u128..104).prop_map(Uuid::from_u128)
}

fn any_scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        Just(Scope::AllDevices),
        Just(Scope::AllLicensedUsers),
        Just(Scope::AllDevicesAndLicensedUsers),
        prop::collection::vec(any_group(), 0..3).prop_map(Scope::Groups),
    ]
}

fn any_assignment() -> impl Strategy<Value = Assignment> {
    let ids: Vec<Uuid> = policy::role::built_in().iter().map(|role| role.id).collect();
    let custom = (prop::collection::vec(any_action(), 0..6), prop::collection::vec(any_action(), 0..2))
        .prop_map(|(allowed, not_allowed)| Held::Custom { allowed, not_allowed });
    let held = prop_oneof![prop::sample::select(ids).prop_map(Held::BuiltIn), custom];
    (held, any_scope()).prop_map(|(held, scope)| Assignment { id: Uuid::nil(), held, scope })
}

fn any_target() -> impl Strategy<Value = policy::Target> {
    let groups = || prop::option::of(prop::collection::vec(any_group(), 0..3));
    (groups(), groups())
        .prop_map(|(device_groups, user_groups)| policy::Target { device_groups, user_groups })
}

fn any_directory_roles() -> impl Strategy<Value = Vec<Uuid>> {
    let ids: Vec<Uuid> = directory_role::all().iter().map(|role| role.template_id).collect();
    prop::collection::vec(prop::sample::select(ids), 0..2)
}

proptest! {
    #[test]
    fn nothing_is_permitted_without_an_assignment_that_holds_it(
        action in any_action(),
        assignments in prop::collection::vec(any_assignment(), 0..4),
        target in any_target(),
    ) {
        let held = assignments.iter().any(|assignment| match &assignment.held {
            Held::BuiltIn(id) => policy::role::find(*id).is_some_and(|role| role.holds(action)),
            Held::Custom { allowed, .. } => allowed.iter().any(|a| *a == action || a.implies().contains(&action)),
        });
        let caller = user(&[], assignments);
        prop_assert!(held || permit(&caller, Need::Action(action)).is_err());
        prop_assert!(held || permit_on(&caller, Need::Action(action), &target).is_err());
    }

    #[test]
    fn another_assignment_never_takes_a_right_away(
        action in any_action(),
        roles in any_directory_roles(),
        assignments in prop::collection::vec(any_assignment(), 0..4),
        more in any_assignment(),
        target in any_target(),
    ) {
        let before = user(&roles, assignments.clone());
        let after = user(&roles, [assignments, vec![more]].concat());
        let need = Need::Action(action);
        prop_assert!(permit(&before, need).is_err() || permit(&after, need).is_ok());
        prop_assert!(permit_on(&before, need, &target).is_err() || permit_on(&after, need, &target).is_ok());
    }

    #[test]
    fn a_right_over_everyone_is_a_right_over_any_enrolled_device(
        action in any_action(),
        assignments in prop::collection::vec(any_assignment(), 0..4),
        groups in prop::collection::vec(any_group(), 0..3),
    ) {
        let caller = user(&[], assignments);
        let target = policy::Target { device_groups: Some(groups), user_groups: None };
        let need = Need::Action(action);
        prop_assert!(permit(&caller, need).is_err() || permit_on(&caller, need, &target).is_ok());
    }

    #[test]
    fn a_delegated_token_is_never_wider_than_its_user(
        action in any_action(),
        roles in any_directory_roles(),
        assignments in prop::collection::vec(any_assignment(), 0..4),
        scopes in prop::collection::vec("user_impersonation|get_data_warehouse|User.Read.All", 0..3),
    ) {
        let directly = user(&roles, assignments);
        let through = Caller { delegated: Some(scopes), ..directly.clone() };
        for need in [Need::Action(action), Need::DATA_WAREHOUSE, Need::TENANT_STATUS] {
            prop_assert!(permit(&through, need).is_err() || permit(&directly, need).is_ok());
        }
    }

    #[test]
    fn an_app_without_roles_and_a_device_get_nothing(action in any_action()) {
        let tenant = Uuid::from_u128(1);
        let app = Kind::App { client_id: Uuid::nil(), app_roles: Vec::new() };
        for kind in [app, Kind::Device { device_id: Uuid::nil() }] {
            let caller = Caller { tenant, kind, delegated: None };
            prop_assert!(permit(&caller, Need::Action(action)).is_err());
        }
    }
}
