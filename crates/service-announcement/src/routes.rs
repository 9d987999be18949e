//! The feature's routes.

use api::{Door, Module, Route};
use axum::http::Method;
use policy::{Need, action};

use crate::ServiceAnnouncement;
use crate::op::mark::{self, MARKS, Mark};
use crate::op::{action_items, issue, issues, message, messages, overviews, source};

macro_rules! handler {
    ($feature:expr, $handle:path, $($argument:ident),*) => {{
        let feature = $feature.clone();
        move |$($argument),*| $handle(feature.clone(), $($argument),*)
    }};
}

/// Where Graph has its doors, in each of its versions.
struct Version {
    name: &'static str,
    overviews: &'static str,
    overview: &'static str,
    issues: &'static str,
    issue: &'static str,
    messages: &'static str,
    message: &'static str,
    marks: [&'static str; 6],
}

macro_rules! version {
    ($name:literal) => {
        Version {
            name: $name,
            overviews: concat!("/graph/", $name, "/admin/serviceAnnouncement/healthOverviews"),
            overview: concat!("/graph/", $name, "/admin/serviceAnnouncement/healthOverviews/{id}"),
            issues: concat!("/graph/", $name, "/admin/serviceAnnouncement/issues"),
            issue: concat!("/graph/", $name, "/admin/serviceAnnouncement/issues/{id}"),
            messages: concat!("/graph/", $name, "/admin/serviceAnnouncement/messages"),
            message: concat!("/graph/", $name, "/admin/serviceAnnouncement/messages/{id}"),
            marks: [
                concat!("/graph/", $name, "/admin/serviceAnnouncement/messages/markRead"),
                concat!("/graph/", $name, "/admin/serviceAnnouncement/messages/markUnread"),
                concat!("/graph/", $name, "/admin/serviceAnnouncement/messages/archive"),
                concat!("/graph/", $name, "/admin/serviceAnnouncement/messages/unarchive"),
                concat!("/graph/", $name, "/admin/serviceAnnouncement/messages/favorite"),
                concat!("/graph/", $name, "/admin/serviceAnnouncement/messages/unfavorite"),
            ],
        }
    };
}

static VERSIONS: [Version; 2] = [version!("v1.0"), version!("beta")];

/// The feature's routes.
pub fn module(feature: &ServiceAnnouncement) -> Module {
    let mut routes = Vec::new();
    for version in &VERSIONS {
        routes.extend(health(feature, version));
        routes.extend(message_center(feature, version));
    }
    routes.extend(operators(feature));
    routes.extend(sources(feature));
    let items = handler!(feature, action_items::list, permitted, reader, query);
    let summary = "List the issues in the environment that require action";
    routes.push(Route::get("/api/tenantStatus/actionItems", Need::SERVICE_HEALTH, summary, items).lists());
    Module { name: "service-announcement", routes }
}

fn health(feature: &ServiceAnnouncement, version: &'static Version) -> Vec<Route> {
    let need = Need::SERVICE_HEALTH;
    let name = version.name;
    let f = feature.clone();
    let overviews = move |p, h, q| overviews::list(f.clone(), name, p, h, q);
    let f = feature.clone();
    let overview = move |p, h, id, q| overviews::show(f.clone(), name, p, h, id, q);
    let f = feature.clone();
    let issues = move |p, h, q| issues::list(f.clone(), name, p, h, q);
    let f = feature.clone();
    let issue = move |p, h, id, q| issues::show(f.clone(), name, p, h, id, q);
    vec![
        Route::get(version.overviews, need, "List the services and how they are", overviews)
            .lists()
            .parameter("$expand", "issues: each service's incidents and advisories"),
        Route::get(version.overview, need, "Read how one service is, by its name", overview)
            .parameter("$expand", "issues: its incidents and advisories")
            .answers_plain(200),
        Route::get(
            version.issues,
            need,
            "List incidents and advisories: open ones, and those that ended in the last 30 days",
            issues,
        )
        .lists(),
        Route::get(version.issue, need, "Read one incident or advisory with its posts", issue)
            .answers_plain(200),
    ]
}

fn message_center(feature: &ServiceAnnouncement, version: &'static Version) -> Vec<Route> {
    let need = Need::MESSAGE_CENTER;
    let name = version.name;
    let f = feature.clone();
    let list = move |p, h, q| messages::list(f.clone(), name, p, h, q);
    let f = feature.clone();
    let show = move |p, h, id, q| messages::show(f.clone(), name, p, h, id, q);
    let mut routes = vec![
        Route::get(version.messages, need, "List the messages, newest first", list).lists(),
        Route::get(version.message, need, "Read one message", show).answers_plain(200),
    ];
    for (path, mark) in version.marks.into_iter().zip(MARKS) {
        routes.push(marks(feature, (name, path), mark));
    }
    routes
}

fn marks(feature: &ServiceAnnouncement, (name, path): (&'static str, &'static str), mark: Mark) -> Route {
    let feature = feature.clone();
    let handle = move |permitted, body| mark::handle(feature.clone(), (name, mark), permitted, body);
    Route::post(path, Need::Action(action::MESSAGE_CENTER_MARK), mark.summary, handle)
        .accepts::<mark::Input>()
        .answers::<mark::Marked>(200)
}

fn operators(feature: &ServiceAnnouncement) -> Vec<Route> {
    let health = Need::Action(action::SERVICE_HEALTH_UPDATE);
    let center = Need::Action(action::MESSAGE_CENTER_UPDATE);
    let open = handler!(feature, issue::open, permitted, body);
    let post = handler!(feature, issue::post, permitted, id, body);
    let resolve = handler!(feature, issue::resolve, permitted, id, body);
    let publish = handler!(feature, message::publish, permitted, body);
    let change = handler!(feature, message::change, permitted, id, body);
    let end = handler!(feature, message::end, permitted, id);
    let root = "/api/serviceAnnouncement/issues";
    vec![
        Route::post(root, health, "Open an incident or advisory", open)
            .accepts::<issue::Input>()
            .answers::<issue::Written>(201),
        Route::post(
            "/api/serviceAnnouncement/issues/{id}/posts",
            health,
            "Tell more about an incident or advisory",
            post,
        )
        .accepts::<issue::PostInput>()
        .answers::<issue::Written>(201),
        Route::post(
            "/api/serviceAnnouncement/issues/{id}/resolve",
            health,
            "Resolve an incident or advisory",
            resolve,
        )
        .accepts::<issue::ResolveInput>()
        .answers::<issue::Written>(200),
        Route::post("/api/serviceAnnouncement/messages", center, "Publish a message", publish)
            .accepts::<message::Input>()
            .answers::<message::Written>(201),
        Route::new(
            Method::PATCH,
            "/api/serviceAnnouncement/messages/{id}",
            Door::Need(center),
            "Change a message; everybody sees it as unread again",
            change,
        )
        .accepts::<message::ChangeInput>()
        .answers::<message::Written>(200),
        Route::post("/api/serviceAnnouncement/messages/{id}/end", center, "End a message", end)
            .answers::<message::Written>(200),
    ]
}

fn sources(feature: &ServiceAnnouncement) -> Vec<Route> {
    let need = Need::Action(action::SERVICE_HEALTH_UPDATE);
    let list = handler!(feature, source::list, permitted, reader);
    let create = handler!(feature, source::create, permitted, body);
    let change = handler!(feature, source::change, permitted, reader, id, body);
    let delete = handler!(feature, source::delete, permitted, id);
    let run = handler!(feature, source::run, permitted, id);
    let root = "/api/serviceAnnouncement/sources";
    vec![
        Route::get(root, need, "List the services that are imported from", list)
            .answers::<source::Sources>(200),
        Route::post(root, need, "Import from another service", create)
            .accepts::<source::Input>()
            .answers::<source::Shown>(201),
        Route::new(
            Method::PATCH,
            "/api/serviceAnnouncement/sources/{id}",
            Door::Need(need),
            "Change a service that is imported from; everything is asked for again",
            change,
        )
        .accepts::<source::ChangeInput>()
        .answers::<source::Shown>(200),
        Route::delete(
            "/api/serviceAnnouncement/sources/{id}",
            need,
            "Import no more from a service, and forget what it brought",
            delete,
        )
        .answers_plain(204),
        Route::post("/api/serviceAnnouncement/sources/{id}/run", need, "Import from a service now", run)
            .answers_plain(202),
    ]
}
