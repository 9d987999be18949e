//! The feature's routes.

mod brought;

use api::{Door, Module, Route};
use http::Method;
use policy::Need;

use crate::graph::Resource;
use crate::{TenantStatus, op, view};

macro_rules! handler {
    ($status:expr, $handle:path, $($argument:ident),*) => {{
        let status = $status.clone();
        move |$($argument),*| $handle(status.clone(), $($argument),*)
    }};
}

/// Who may look. What changes an instance asks for its type's own permission as well.
const READ: Need = Need::TENANT_STATUS;
const TYPE: &str = "/api/tenantStatus/connectors/{type}";
const INSTANCE: &str = "/api/tenantStatus/connectors/{type}/instances/{id}";

/// All of them.
pub fn module(status: &TenantStatus) -> Module {
    let mut routes = tenant(status);
    routes.extend(reading(status));
    routes.extend(writing(status));
    routes.extend(credentials(status));
    routes.extend(feeds(status));
    routes.extend(crate::graph::RESOURCES.iter().flat_map(|resource| graph(status, resource)));
    routes.extend(brought::routes(status));
    Module { name: "tenant-status", routes }
}

fn tenant(status: &TenantStatus) -> Vec<Route> {
    let details = handler!(status, op::details::handle, permitted);
    let news = handler!(status, op::whats_new::handle, permitted);
    vec![
        Route::get("/api/tenantStatus/details", READ, "Read the tenant's details", details)
            .answers::<op::details::Details>(200),
        Route::get("/api/whatsNew", Need::SignedIn, "Read what is new in this and earlier releases", news)
            .answers::<op::whats_new::WhatsNew>(200),
    ]
}

fn reading(status: &TenantStatus) -> Vec<Route> {
    let list = handler!(status, op::connector::list::handle, permitted, lang);
    let page = handler!(status, op::connector::page::handle, permitted, reader, key, lang);
    let show = handler!(status, op::connector::show::handle, permitted, reader, path);
    let changes = handler!(status, op::changes::handle, permitted);
    let lang = |route: Route| route.parameter("lang", "The language of labels: en, nl or sv");
    vec![
        lang(Route::get("/api/tenantStatus/connectors", READ, "List the types of connectors", list))
            .answers::<view::ConnectorList>(200),
        lang(Route::get(TYPE, READ, "Read one type of connector with its instances", page))
            .answers::<view::ConnectorPage>(200),
        Route::get(INSTANCE, READ, "Read one connector", show).answers::<view::InstancePage>(200),
        Route::get(
            "/api/tenantStatus/changes",
            READ,
            "Hear of changes as server-sent events: event change, data {sequence}",
            changes,
        )
        .answers_plain(200),
    ]
}

fn writing(status: &TenantStatus) -> Vec<Route> {
    let add = handler!(status, op::connector::add::handle, permitted, key, body);
    let edit = handler!(status, op::connector::edit::handle, permitted, path, body);
    let delete = handler!(status, op::connector::delete::handle, permitted, path);
    let enable = handler!(status, op::connector::enable::enable, permitted, path);
    let disable = handler!(status, op::connector::enable::disable, permitted, path);
    let warnings = handler!(status, op::connector::early_warnings::handle, permitted, key, body);
    let sync = handler!(status, op::connector::sync::handle, permitted, path);
    let beat = handler!(status, op::heartbeat::handle, token, request);
    let open = Door::Open("the token in the address is the credential");
    vec![
        Route::post("/api/tenantStatus/connectors/{type}/instances", READ, "Add a connector", add)
            .accepts::<op::connector::edit::Input>()
            .answers::<view::ConnectorInstance>(201),
        Route::patch(INSTANCE, READ, "Change a connector", edit)
            .accepts::<op::connector::edit::Input>()
            .answers::<view::ConnectorInstance>(200),
        Route::delete(INSTANCE, READ, "Delete a connector and its credential", delete).answers_plain(204),
        Route::post(
            "/api/tenantStatus/connectors/{type}/instances/{id}/enable",
            READ,
            "Enable a connector",
            enable,
        )
        .answers::<view::ConnectorInstance>(200),
        Route::post(
            "/api/tenantStatus/connectors/{type}/instances/{id}/disable",
            READ,
            "Disable a connector",
            disable,
        )
        .answers::<view::ConnectorInstance>(200),
        Route::put(
            "/api/tenantStatus/connectors/{type}/earlyWarnings",
            READ,
            "Set the early-warning days of a type",
            warnings,
        )
        .accepts::<op::connector::early_warnings::EarlyWarningDays>()
        .answers::<op::connector::early_warnings::EarlyWarningDays>(200),
        Route::post(
            "/api/tenantStatus/connectors/{type}/instances/{id}/sync",
            READ,
            "Synchronize a connector now",
            sync,
        )
        .answers::<op::connector::sync::SyncAsked>(202),
        Route::new(Method::POST, "/api/heartbeat/{token}", open, "Report how a connector's work went", beat)
            .accepts::<op::heartbeat::Heartbeat>()
            .answers::<op::heartbeat::Heard>(202),
    ]
}

fn credentials(status: &TenantStatus) -> Vec<Route> {
    let upload = handler!(status, op::connector::credential::handle, permitted, path, request);
    let request = handler!(status, op::connector::key::signing_request, permitted, path);
    let pair = handler!(status, op::connector::key::key_pair, permitted, path);
    let public = handler!(status, op::connector::key::public_part, permitted, path);
    let token = handler!(status, op::connector::token::handle, permitted, path);
    vec![
        Route::post(
            "/api/tenantStatus/connectors/{type}/instances/{id}/credential",
            READ,
            "Give a connector its credential, or renew it",
            upload,
        )
        .accepts::<op::connector::credential::Input>()
        .answers::<view::ConnectorInstance>(200),
        Route::post(
            "/api/tenantStatus/connectors/{type}/instances/{id}/signingRequest",
            READ,
            "Make a signing request for an Apple push certificate",
            request,
        )
        .answers::<op::connector::key::PublicPart>(201),
        Route::post(
            "/api/tenantStatus/connectors/{type}/instances/{id}/keyPair",
            READ,
            "Make the key pair that Apple encrypts enrolment tokens for",
            pair,
        )
        .answers::<op::connector::key::PublicPart>(201),
        Route::get(
            "/api/tenantStatus/connectors/{type}/instances/{id}/publicPart",
            READ,
            "Read the signing request or the key pair's certificate again",
            public,
        )
        .answers::<op::connector::key::PublicPart>(200),
        Route::post(
            "/api/tenantStatus/connectors/{type}/instances/{id}/heartbeatToken",
            READ,
            "Make a new heartbeat token",
            token,
        )
        .answers::<op::connector::token::HeartbeatToken>(201),
    ]
}

fn feeds(status: &TenantStatus) -> Vec<Route> {
    let expiring = handler!(status, op::feed::read::list, permitted);
    let list = handler!(status, op::feed::manage::list, permitted);
    let create = handler!(status, op::feed::manage::create, permitted, body);
    let revoke = handler!(status, op::feed::manage::revoke, permitted, id);
    let rss = handler!(status, op::feed::read::rss, token, lang);
    let ical = handler!(status, op::feed::read::ical, token, lang);
    let open = Door::Open("the token in the address is the credential");
    vec![
        Route::get("/api/tenantStatus/expiring", READ, "List everything that expires", expiring)
            .answers::<op::feed::read::ExpiringThings>(200),
        Route::get("/api/tenantStatus/feeds", READ, "List your own feed addresses", list)
            .answers::<op::feed::manage::ExpiryFeeds>(200),
        Route::post(
            "/api/tenantStatus/feeds",
            READ,
            "Make addresses for a feed reader and a calendar",
            create,
        )
        .accepts::<op::feed::manage::Input>()
        .answers::<op::feed::manage::ExpiryFeedAddresses>(201),
        Route::delete("/api/tenantStatus/feeds/{id}", READ, "Revoke a feed's addresses", revoke)
            .answers_plain(204),
        Route::new(Method::GET, "/feeds/expiry/{token}/rss.xml", open, "Read the feed of connectors", rss)
            .parameter("lang", "en, nl or sv")
            .answers_plain(200),
        Route::new(
            Method::GET,
            "/feeds/expiry/{token}/calendar.ics",
            open,
            "Read the calendar of expiries",
            ical,
        )
        .parameter("lang", "en, nl or sv")
        .answers_plain(200),
    ]
}

/// A resource's doors: in `beta` always, in `v1.0` when Graph has released it.
fn graph(status: &TenantStatus, resource: &'static Resource) -> Vec<Route> {
    let paths = &resource.paths;
    let mut routes = Vec::new();
    for [root, item] in resource.is_released.then_some(paths.released).into_iter().chain([paths.beta]) {
        let (all, one) = (status.clone(), status.clone());
        if resource.is_singleton {
            let read = move |permitted, uri| op::graph::singleton(all.clone(), permitted, uri, resource);
            routes.push(Route::get(root, READ, paths.summary, read).answers_plain(200));
        } else {
            let list = move |permitted, uri| op::graph::collection(all.clone(), permitted, uri, resource);
            let show = move |permitted, id, uri| op::graph::one(one.clone(), permitted, id, uri, resource);
            routes.push(Route::get(root, READ, paths.summary, list).answers_plain(200));
            routes.push(Route::get(item, READ, paths.summary, show).answers_plain(200));
        }
    }
    routes
}
