//! The directory: the tenant, its people, their licences and roles, its app registrations, and the reading of its
//! audit record.
//!
//! Names are Microsoft Graph's, and SCIM's where another directory provisions. How people sign in is `identity`'s.

pub mod caller;
pub mod import;
mod leaving;
pub mod licence;
pub mod op;
pub mod scim;
pub mod setup;
mod sql;
mod view;

use std::sync::Arc;

use api::{Module, Route};
use policy::{Need, action};
use store::Store;
use world::World;

pub use leaving::{Leaver, Leaving};

/// What every operation of this feature works with. Cheap to clone.
#[derive(Clone)]
pub struct Directory {
    pub store: Store,
    pub world: World,
    /// `https://host:port`, without a slash at the end.
    pub origin: Arc<str>,
    /// Who else hears that a person is deleted.
    pub leaving: Arc<dyn Leaving>,
}

macro_rules! handler {
    ($directory:expr, $handle:path, $($argument:ident),*) => {{
        let directory = $directory.clone();
        move |$($argument),*| $handle(directory.clone(), $($argument),*)
    }};
}

/// The feature's routes.
pub fn module(directory: &Directory) -> Module {
    let mut routes = people(directory);
    routes.extend(applications(directory));
    routes.extend(scim::routes(directory));
    let audit_need = Need::Action(action::AUDIT_READ);
    let events = handler!(directory, op::audit_events::handle, permitted, query);
    let graph_events = handler!(directory, op::audit_events::handle, permitted, query);
    let list = |route: Route| {
        let route = route.parameter("$top", "How many at most, up to 1000").answers::<view::AuditEvents>(200);
        route.parameter("$skiptoken", "Given by @odata.nextLink")
    };
    let summary = "List the audit events, newest first";
    routes.push(list(Route::get("/api/auditEvents", audit_need, summary, events)));
    routes.push(list(Route::get(
        "/graph/v1.0/deviceManagement/auditEvents",
        audit_need,
        summary,
        graph_events,
    )));
    Module { name: "directory", routes }
}

fn people(directory: &Directory) -> Vec<Route> {
    let organization = handler!(directory, op::list::organizations, permitted, query);
    let one_organization = handler!(directory, op::list::organization, permitted, id, query);
    let users = handler!(directory, op::list::users, permitted, query);
    let user = handler!(directory, op::list::user, permitted, id, query);
    let skus = handler!(directory, op::list::skus, permitted, query);
    let assign = handler!(directory, op::assign_license::handle, permitted, id, body);
    let read_organization = Need::Action(action::ORGANIZATION_READ);
    let read_users = Need::Action(action::USERS_READ);
    vec![
        Route::get("/graph/v1.0/organization", read_organization, "Read the tenant", organization)
            .answers_plain(200),
        Route::get(
            "/graph/v1.0/organization/{id}",
            read_organization,
            "Read the tenant by id",
            one_organization,
        )
        .answers_plain(200),
        Route::get("/graph/v1.0/users", read_users, "List the users", users).lists(),
        Route::get("/graph/v1.0/users/{id}", read_users, "Read one user by id or user principal name", user)
            .answers_plain(200),
        Route::get(
            "/graph/v1.0/subscribedSkus",
            Need::Action(action::LICENSES_READ),
            "List the licences",
            skus,
        )
        .lists(),
        Route::post(
            "/graph/v1.0/users/{id}/assignLicense",
            Need::Action(action::LICENSES_ASSIGN),
            "Give licences to a user and take them away",
            assign,
        )
        .accepts::<op::assign_license::Input>()
        .answers_plain(200),
    ]
}

fn applications(directory: &Directory) -> Vec<Route> {
    let list = handler!(directory, op::application::list, permitted);
    let create = handler!(directory, op::application::create, permitted, body);
    let delete = handler!(directory, op::application::delete, permitted, id);
    let add = handler!(directory, op::application::add_password, permitted, id, body);
    let remove = handler!(directory, op::application::remove_password, permitted, ids);
    let update = Need::Action(action::APPLICATIONS_UPDATE);
    let root = "/api/applications";
    vec![
        Route::get(root, Need::Action(action::APPLICATIONS_READ), "List the app registrations", list)
            .answers::<view::Applications>(200),
        Route::post(root, Need::Action(action::APPLICATIONS_CREATE), "Register an app", create)
            .accepts::<op::application::Input>()
            .answers::<view::Application>(201),
        Route::delete(
            "/api/applications/{id}",
            Need::Action(action::APPLICATIONS_DELETE),
            "Delete an app registration",
            delete,
        )
        .answers_plain(204),
        Route::post("/api/applications/{id}/passwords", update, "Add a secret, shown this once", add)
            .accepts::<op::application::PasswordInput>()
            .answers::<view::NewPassword>(201),
        Route::delete("/api/applications/{id}/passwords/{keyId}", update, "Remove a secret", remove)
            .answers_plain(204),
    ]
}
