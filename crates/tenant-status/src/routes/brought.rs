//! The routes of what synchronisations brought. Each kind has the permission of those who look after such things.

use api::Route;
use policy::{Need, action};

use crate::TenantStatus;
use crate::brought::view::{APPS, AUTOPILOT_BETA, AUTOPILOT_V1, BOOKS};
use crate::op::brought::{self, List};

const DEVICES: Need = Need::Action(action::APPLE_DEVICE_SERIAL_NUMBERS_READ);
const PRODUCTS: Need = Need::Action(action::MOBILE_APPS_READ);

/// A list in one version of Graph's doors.
struct Place {
    all: &'static str,
    one: &'static str,
    need: Need,
    summaries: [&'static str; 2],
    list: List,
}

macro_rules! places {
    ($path:literal, $need:expr, $summaries:expr, [$released:expr, $beta:expr]) => {
        [
            Place {
                all: concat!("/graph/v1.0/", $path),
                one: concat!("/graph/v1.0/", $path, "/{id}"),
                need: $need,
                summaries: $summaries,
                list: $released,
            },
            Place {
                all: concat!("/graph/beta/", $path),
                one: concat!("/graph/beta/", $path, "/{id}"),
                need: $need,
                summaries: $summaries,
                list: $beta,
            },
        ]
    };
}

/// All of them.
pub(super) fn routes(status: &TenantStatus) -> Vec<Route> {
    let apps = List { view: &APPS, bound: Some("App") };
    let books = List { view: &BOOKS, bound: Some("Book") };
    let identities = [List { view: &AUTOPILOT_V1, bound: None }, List { view: &AUTOPILOT_BETA, bound: None }];
    let places = [
        places!(
            "deviceManagement/windowsAutopilotDeviceIdentities",
            DEVICES,
            ["List the Autopilot device identities", "Read one Autopilot device identity"],
            [identities[0], identities[1]]
        ),
        places!(
            "deviceAppManagement/mobileApps/microsoft.graph.iosVppApp",
            PRODUCTS,
            ["List the apps bought in volume", "Read one app bought in volume"],
            [apps, apps]
        ),
        places!(
            "deviceAppManagement/managedEBooks/microsoft.graph.iosVppEBook",
            PRODUCTS,
            ["List the books bought in volume", "Read one book bought in volume"],
            [books, books]
        ),
    ];
    let mut routes: Vec<Route> =
        places.into_iter().flatten().flat_map(|place| doors(status, place)).collect();
    routes.extend(apple_devices(status));
    routes
}

fn doors(status: &TenantStatus, place: Place) -> [Route; 2] {
    let (all, one, list) = (status.clone(), status.clone(), place.list);
    let [all_summary, one_summary] = place.summaries;
    let read_all = move |permitted, uri, query| brought::list(all.clone(), permitted, uri, query, list);
    let read_one = move |permitted, asked| brought::one(one.clone(), permitted, asked, list);
    [
        Route::get(place.all, place.need, all_summary, read_all).lists(),
        Route::get(place.one, place.need, one_summary, read_one)
            .parameter("$select", "The properties to show")
            .answers_plain(200),
    ]
}

fn apple_devices(status: &TenantStatus) -> [Route; 2] {
    let (all, one) = (status.clone(), status.clone());
    let read_all = move |permitted, id, query| brought::apple_devices(all.clone(), permitted, id, query);
    let read_one = move |permitted, path, query| brought::apple_device(one.clone(), permitted, path, query);
    [
        Route::get(
            "/graph/beta/deviceManagement/depOnboardingSettings/{id}/importedAppleDeviceIdentities",
            DEVICES,
            "List the Apple devices that came by a server token",
            read_all,
        )
        .lists(),
        Route::get(
            "/graph/beta/deviceManagement/depOnboardingSettings/{id}/importedAppleDeviceIdentities/{device}",
            DEVICES,
            "Read one Apple device that came by a server token",
            read_one,
        )
        .parameter("$select", "The properties to show")
        .answers_plain(200),
    ]
}
