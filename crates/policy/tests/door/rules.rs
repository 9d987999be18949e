//! The written rules: Remote Help's implications, target-bound rights, the warehouse's two kinds of token.

use policy::{
    Action, Actor, Caller, Denied, Kind, Need, Scope, Target, action, directory_role, permit, permit_on,
};
use uuid::Uuid;

use super::{built_in, custom, role_named, user};

fn missing(denied: Result<policy::Permit, Denied>) -> Vec<&'static str> {
    denied.expect_err("the door must refuse").missing
}

fn app(app_roles: &[&str]) -> Caller {
    let app_roles = app_roles.iter().map(|role| (*role).to_owned()).collect();
    Caller {
        tenant: Uuid::from_u128(1),
        kind: Kind::App { client_id: Uuid::from_u128(9), app_roles },
        delegated: None,
    }
}

fn through(mut caller: Caller, scopes: &[&str]) -> Caller {
    caller.delegated = Some(scopes.iter().map(|scope| (*scope).to_owned()).collect());
    caller
}

#[test]
fn remote_help_modes_imply_the_lesser_ones() {
    let modes = [
        action::REMOTE_ASSISTANCE_APP_VIEW_SCREEN,
        action::REMOTE_ASSISTANCE_APP_TAKE_FULL_CONTROL,
        action::REMOTE_ASSISTANCE_APP_ELEVATION,
        action::REMOTE_ASSISTANCE_APP_UNATTENDED,
    ];
    for (strength, held) in modes.iter().enumerate() {
        let caller = user(&[], vec![custom(&[*held], Scope::AllDevicesAndLicensedUsers)]);
        for (level, wanted) in modes.iter().enumerate() {
            let permitted = permit(&caller, Need::Action(*wanted)).is_ok();
            assert_eq!(permitted, level <= strength, "{held} held, {wanted} wanted");
        }
    }
}

#[test]
fn implications_are_closed_and_catalogued() {
    for operation in Action::all() {
        for implied in operation.action.implies() {
            assert!(Action::find(implied.id()).is_some(), "{implied} is not in the catalogue");
            for further in implied.implies() {
                let action = operation.action;
                assert!(
                    action.implies().contains(further),
                    "{action} implies {implied} but not its {further}"
                );
            }
        }
    }
}

#[test]
fn the_catalogue_is_complete_and_without_doubles() {
    let ids: std::collections::BTreeSet<_> = Action::all().map(|operation| operation.action.id()).collect();
    let intune = ids.iter().filter(|id| id.starts_with("Microsoft.Intune_")).count();
    assert_eq!((intune, ids.len(), Action::all().count()), (242, 242 + 30, 242 + 30));
    assert_eq!(policy::role::built_in().len(), 10);
    for role in policy::role::built_in() {
        for held in role.allowed.iter().chain(role.not_allowed) {
            assert!(ids.contains(held.id()), "{} holds {held}, which is not catalogued", role.display_name);
        }
    }
}

#[test]
fn a_role_that_denies_an_action_does_not_hold_it_by_implication() {
    let mut assignment =
        custom(&[action::REMOTE_ASSISTANCE_APP_ELEVATION], Scope::AllDevicesAndLicensedUsers);
    let policy::Held::Custom { not_allowed, .. } = &mut assignment.held else {
        unreachable!("custom was asked")
    };
    not_allowed.push(action::REMOTE_ASSISTANCE_APP_TAKE_FULL_CONTROL);
    let caller = user(&[], vec![assignment]);
    assert!(permit(&caller, Need::Action(action::REMOTE_ASSISTANCE_APP_VIEW_SCREEN)).is_ok());
    assert!(permit(&caller, Need::Action(action::REMOTE_ASSISTANCE_APP_TAKE_FULL_CONTROL)).is_err());
}

#[test]
fn a_target_bound_action_needs_the_same_assignment_to_cover_the_target() {
    let (north, south) = (Uuid::from_u128(10), Uuid::from_u128(20));
    let wipe = Need::Action(action::REMOTE_TASKS_WIPE);
    // One assignment may wipe in the north, another covers the south without the right to wipe.
    let caller = user(
        &[],
        vec![
            custom(&[action::REMOTE_TASKS_WIPE], Scope::Groups(vec![north])),
            custom(&[action::MANAGED_DEVICES_READ], Scope::Groups(vec![south])),
        ],
    );
    let device_in = |group| Target { device_groups: Some(vec![group]), user_groups: None };
    assert!(permit_on(&caller, wipe, &device_in(north)).is_ok());
    assert!(permit_on(&caller, wipe, &device_in(south)).is_err());
    assert!(permit(&caller, wipe).is_err(), "a group's right is not a right over the tenant");
    assert!(permit(&caller, Need::Action(action::MANAGED_DEVICES_READ)).is_ok(), "reading pools");
}

#[test]
fn all_devices_does_not_cover_a_device_that_is_not_enrolled() {
    let view = Need::Action(action::REMOTE_ASSISTANCE_APP_VIEW_SCREEN);
    let holding = |scope| user(&[], vec![custom(&[action::REMOTE_ASSISTANCE_APP_VIEW_SCREEN], scope)]);
    let sharer = Target { device_groups: None, user_groups: Some(vec![Uuid::from_u128(30)]) };
    assert!(permit_on(&holding(Scope::AllDevices), view, &sharer).is_err());
    assert!(permit_on(&holding(Scope::AllLicensedUsers), view, &sharer).is_ok());
    assert!(permit_on(&holding(Scope::Groups(vec![Uuid::from_u128(30)])), view, &sharer).is_ok());
}

#[test]
fn the_warehouse_asks_an_app_for_its_role_alone() {
    assert!(permit(&app(&["get_data_warehouse"]), Need::DATA_WAREHOUSE).is_ok());
    assert_eq!(missing(permit(&app(&[]), Need::DATA_WAREHOUSE)), ["get_data_warehouse"]);
    assert_eq!(
        missing(permit(&app(&["get_data_warehouse"]), Need::Action(action::MANAGED_DEVICES_READ))),
        ["DeviceManagementManagedDevices.Read.All"],
        "the feed's role opens nothing else"
    );
}

#[test]
fn the_warehouse_asks_a_delegated_token_for_scope_and_right() {
    let reader = || user(&[], vec![custom(&[action::REPORTS_READ], Scope::AllDevices)]);
    let stranger = || user(&[], Vec::new());
    let admin = || user(&[directory_role::INTUNE_ADMINISTRATOR], Vec::new());
    let ask = |caller: &Caller| permit(caller, Need::DATA_WAREHOUSE);
    assert!(ask(&through(reader(), &["get_data_warehouse"])).is_ok());
    assert!(ask(&through(admin(), &["get_data_warehouse"])).is_ok());
    assert!(ask(&reader()).is_ok(), "our own pages carry no scopes");
    assert_eq!(missing(ask(&through(reader(), &["User.Read.All"]))), ["get_data_warehouse"]);
    assert_eq!(
        missing(ask(&through(stranger(), &["get_data_warehouse"]))),
        ["Microsoft.Intune_Reports_Read"]
    );
    assert_eq!(
        missing(ask(&through(stranger(), &[]))),
        ["get_data_warehouse", "Microsoft.Intune_Reports_Read"]
    );
}

#[test]
fn scopes_narrow_a_user_and_never_widen_one() {
    let read = Need::Action(action::MANAGED_DEVICES_READ);
    let admin = || user(&[directory_role::GLOBAL_ADMINISTRATOR], Vec::new());
    assert!(permit(&through(admin(), &["DeviceManagementManagedDevices.Read.All"]), read).is_ok());
    assert!(permit(&through(admin(), &["user_impersonation"]), read).is_ok());
    assert!(permit(&through(admin(), &["get_data_warehouse"]), read).is_err());
    let stranger = user(&[], Vec::new());
    assert!(permit(&through(stranger, &["DeviceManagementManagedDevices.Read.All"]), read).is_err());
}

#[test]
fn user_impersonation_gives_an_app_alone_nothing() {
    assert!(permit(&app(&["user_impersonation"]), Need::Action(action::MANAGED_DEVICES_READ)).is_err());
    let reader = app(&["DeviceManagementManagedDevices.Read.All"]);
    assert!(permit(&reader, Need::Action(action::MANAGED_DEVICES_READ)).is_ok());
    assert!(permit(&reader, Need::Action(action::MANAGED_DEVICES_DELETE)).is_err());
}

#[test]
fn the_read_only_operator_sees_the_tenant_status_page_and_the_warehouse() {
    let id = role_named("Read Only Operator");
    let operator = user(&[], vec![built_in(id, Scope::AllDevicesAndLicensedUsers)]);
    for need in [Need::TENANT_STATUS, Need::DATA_WAREHOUSE, Need::Action(action::USERS_READ)] {
        let permitted = permit(&operator, need).expect("the role is held");
        assert_eq!((permitted.tenant(), permitted.need()), (operator.tenant, need));
        assert_eq!(permitted.actor(), Actor::User(Uuid::from_u128(2)));
    }
    assert!(permit(&operator, Need::Action(action::APPLICATIONS_CREATE)).is_err());
}

#[test]
fn doors_for_devices_and_people_take_no_one_else() {
    let device = Caller {
        tenant: Uuid::from_u128(1),
        kind: Kind::Device { device_id: Uuid::from_u128(7) },
        delegated: None,
    };
    let admin = user(&[directory_role::GLOBAL_ADMINISTRATOR], Vec::new());
    assert!(permit(&device, Need::Device).is_ok());
    assert_eq!(missing(permit(&admin, Need::Device)), ["a device certificate"]);
    assert_eq!(missing(permit(&device, Need::SignedIn)), ["a signed-in user"]);
    assert_eq!(missing(permit(&app(&[]), Need::SignedIn)), ["a signed-in user"]);
    for operation in Action::all() {
        assert!(permit(&device, Need::Action(operation.action)).is_err(), "{}", operation.action);
    }
}

#[test]
fn a_need_that_names_nothing_opens_for_no_one() {
    let admin = user(&[directory_role::GLOBAL_ADMINISTRATOR], Vec::new());
    assert!(permit(&admin, Need::All(&[])).is_err());
    assert!(permit(&admin, Need::Any(&[])).is_err());
}

#[test]
fn a_refusal_says_what_would_be_enough() {
    let stranger = user(&[], Vec::new());
    let all = permit(&stranger, Need::TENANT_STATUS).expect_err("no role is held");
    assert_eq!(
        all.to_string(),
        "this needs Microsoft.Intune_Organization_Read and Microsoft.Intune_ManagedDevices_Read and \
         Microsoft.Intune_ManagedApps_Read; ask an administrator of the tenant to grant it"
    );
    const EITHER: &[Action] = &[action::ORGANIZATION_READ, action::SERVICE_NOW_VIEW_INCIDENTS];
    let any = permit(&stranger, Need::Any(EITHER)).expect_err("no role is held");
    assert!(
        any.to_string().contains("Organization_Read or Microsoft.Intune_ServiceNow_ViewIncidents"),
        "{any}"
    );
}

#[test]
fn readers_never_get_secrets_or_changes() {
    for role in [
        directory_role::SECURITY_READER,
        directory_role::GLOBAL_READER,
        directory_role::HELPDESK_ADMINISTRATOR,
        directory_role::SECURITY_OPERATOR,
    ] {
        let reader = user(&[role], Vec::new());
        for secret in [
            action::MANAGED_DEVICES_READ_BIOS_PASSWORD,
            action::APPLE_ENROLLMENT_PROFILES_VIEW_APPLE_ADMIN_ACCOUNT_PASSWORD,
            action::MANAGED_DEVICES_UPDATE,
        ] {
            assert!(permit(&reader, Need::Action(secret)).is_err(), "{role} must not hold {secret}");
        }
        assert!(permit(&reader, Need::Action(action::AUDIT_READ)).is_ok());
    }
}

#[test]
fn service_health_and_messages_have_roles_of_their_own() {
    let held = |role| {
        let person = user(&[role], Vec::new());
        let may = |need| permit(&person, need).is_ok();
        (
            may(Need::SERVICE_HEALTH),
            may(Need::MESSAGE_CENTER),
            may(Need::Action(action::SERVICE_HEALTH_UPDATE)),
        )
    };
    for role in directory_role::all() {
        let expected = match role.template_id {
            directory_role::GLOBAL_ADMINISTRATOR | directory_role::SERVICE_SUPPORT_ADMINISTRATOR => {
                (true, true, true)
            }
            directory_role::MESSAGE_CENTER_READER
            | directory_role::MESSAGE_CENTER_PRIVACY_READER
            | directory_role::TEAMS_COMMUNICATIONS_ADMINISTRATOR => (false, true, false),
            _ => (false, false, false),
        };
        assert_eq!(held(role.template_id), expected, "{}", role.display_name);
    }
    for role in policy::role::built_in() {
        let person = user(&[], vec![built_in(role.id, Scope::AllDevicesAndLicensedUsers)]);
        let refused = missing(permit(&person, Need::SERVICE_HEALTH));
        assert_eq!(refused, ["Quarterdeck_ServiceHealth_Read"], "{}", role.display_name);
    }
}
