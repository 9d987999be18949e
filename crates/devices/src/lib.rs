//! Devices: how they enrol, prove who they are and report, and what administrators see and do.
//!
//! The agents' doors (`/agent/v1`) speak `proto`; the management doors speak Graph's names. A device's report is
//! applied in one transaction and may come twice: the second time changes nothing. Policies, compliance rules and
//! remote actions other than *sync* and *retire* are not here.

mod ca;
pub mod certificate;
mod channel;
pub mod import;
pub mod model;
pub mod op;
mod sql;
mod view;

use std::pin::Pin;
use std::sync::Arc;

use api::{Code, Door, Failure, Module, Route};
use policy::{Need, action};
use store::{Store, TenantId};
use uuid::Uuid;
use world::World;

pub use ca::DeviceCas;
pub use channel::Channels;

/// A person who may enrol devices, found from a bearer token: `(tenant, user)`.
pub type UserToken<'a> = Pin<Box<dyn Future<Output = Result<(TenantId, Uuid), String>> + Send + 'a>>;

/// Judges the token of a person who enrols a device: whoever knows about tokens.
pub trait UserTokens: Send + Sync + 'static {
    /// The person, or a sentence that says why not.
    fn enroller<'a>(&'a self, token: &'a str) -> UserToken<'a>;
}

/// What every operation of this feature works with. Cheap to clone.
#[derive(Clone)]
pub struct Devices {
    pub store: Store,
    pub world: World,
    pub cas: Arc<DeviceCas>,
    pub channels: Arc<Channels>,
    pub user_tokens: Arc<dyn UserTokens>,
    pub config: Arc<Config>,
}

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Config {
    /// `https://host:port`, without a slash at the end.
    pub origin: String,
    /// The CA that agents are to trust the server by, when it is not publicly trusted.
    pub server_ca_pem: Option<String>,
    pub check_in_interval_seconds: u32,
}

/// The feature's routes.
pub fn module(devices: &Devices) -> Module {
    let open = "the enrolment token, or the user token, in the request is the credential";
    let enroll = Route::new(http::Method::POST, proto::path::ENROLL, Door::Open(open), "Enrol a device", {
        let devices = devices.clone();
        move |request| op::enroll::handle(devices, request)
    });
    let mut routes = vec![enroll.answers_plain(201)];
    routes.extend(agent_routes(devices));
    routes.extend(management_routes(devices));
    Module { name: "devices", routes }
}

macro_rules! handler {
    ($devices:expr, $handle:path, $($argument:ident),*) => {{
        let devices = $devices.clone();
        move |$($argument),*| $handle(devices.clone(), $($argument),*)
    }};
}

fn agent_routes(devices: &Devices) -> Vec<Route> {
    let check_in = handler!(devices, op::check_in::handle, permitted, peer, request);
    let renew = handler!(devices, op::renew::handle, permitted, peer, request);
    let me = handler!(devices, op::me::handle, permitted, peer);
    let connect = handler!(devices, op::connect::handle, permitted, peer, upgrade);
    vec![
        Route::post(proto::path::CHECK_IN, Need::Device, "Report what changed on the device", check_in)
            .answers_plain(200),
        Route::post(proto::path::RENEW, Need::Device, "Renew the device certificate", renew)
            .answers_plain(200),
        Route::get(proto::path::ME, Need::Device, "Read what the server knows of this device", me)
            .answers_plain(200),
        Route::get(
            proto::path::CHANNEL,
            Need::Device,
            "Open the channel that tells the device what to do",
            connect,
        )
        .answers_plain(101),
    ]
}

fn management_routes(devices: &Devices) -> Vec<Route> {
    let read = Need::Action(action::MANAGED_DEVICES_READ);
    let list = handler!(devices, op::list::handle, permitted, query);
    let list_beta = handler!(devices, op::list::handle, permitted, query);
    let show = handler!(devices, op::show::handle, permitted, id, query);
    let show_beta = handler!(devices, op::show::handle, permitted, id, query);
    let count = handler!(devices, op::list::count, permitted, query);
    let inventory = handler!(devices, op::inventory::handle, permitted, id);
    let sync = handler!(devices, op::sync::handle, permitted, id);
    let sync_graph = handler!(devices, op::sync::handle_graph, permitted, id);
    let retire = handler!(devices, op::retire::handle, permitted, id);
    let retire_graph = handler!(devices, op::retire::handle_graph, permitted, id);
    let tokens = handler!(devices, op::token::list, permitted);
    let make_token = handler!(devices, op::token::create, permitted, body);
    let revoke_token = handler!(devices, op::token::revoke, permitted, id);
    let sync_need = Need::Action(action::REMOTE_TASKS_SYNC_DEVICE);
    let retire_need = Need::Action(action::REMOTE_TASKS_RETIRE);
    let list_route =
        |path, handler| odata_parameters(Route::get(path, read, "List the managed devices", handler));
    vec![
        list_route("/graph/v1.0/deviceManagement/managedDevices", list),
        odata_parameters(Route::get(
            "/graph/beta/deviceManagement/managedDevices",
            read,
            "List the managed devices",
            list_beta,
        )),
        Route::get(
            "/graph/v1.0/deviceManagement/managedDevices/$count",
            read,
            "Count the managed devices",
            count,
        )
        .answers_plain(200),
        Route::get("/graph/v1.0/deviceManagement/managedDevices/{id}", read, "Read one managed device", show)
            .answers_plain(200),
        Route::get(
            "/graph/beta/deviceManagement/managedDevices/{id}",
            read,
            "Read one managed device",
            show_beta,
        )
        .answers_plain(200),
        Route::post(
            "/graph/v1.0/deviceManagement/managedDevices/{id}/syncDevice",
            sync_need,
            "Tell the device to check in",
            sync_graph,
        )
        .answers_plain(204),
        Route::post(
            "/graph/v1.0/deviceManagement/managedDevices/{id}/retire",
            retire_need,
            "Retire the device",
            retire_graph,
        )
        .answers_plain(204),
        Route::get("/api/devices/{id}/inventory", read, "Read the device's inventory", inventory)
            .answers::<view::Inventory>(200),
        Route::post("/api/devices/{id}/sync", sync_need, "Tell the device to check in", sync)
            .answers::<op::sync::Told>(202),
        Route::post("/api/devices/{id}/retire", retire_need, "Retire the device", retire)
            .answers::<op::retire::Retired>(200),
        Route::get(
            "/api/enrollmentTokens",
            Need::Action(action::ENROLLMENT_TOKENS_READ),
            "List the enrolment tokens",
            tokens,
        )
        .answers::<view::Tokens>(200),
        Route::post(
            "/api/enrollmentTokens",
            Need::Action(action::ENROLLMENT_TOKENS_CREATE),
            "Make an enrolment token",
            make_token,
        )
        .accepts::<op::token::Input>()
        .answers::<view::NewToken>(201),
        Route::post(
            "/api/enrollmentTokens/{id}/revoke",
            Need::Action(action::ENROLLMENT_TOKENS_REVOKE),
            "Revoke an enrolment token",
            revoke_token,
        )
        .answers::<view::Token>(200),
    ]
}

fn odata_parameters(route: Route) -> Route {
    route
        .parameter("$filter", "A condition on the properties")
        .parameter("$select", "The properties to show")
        .parameter("$orderby", "The properties to sort by")
        .parameter("$search", "Words to look for")
        .parameter("$top", "How many at most")
        .parameter("$skip", "How many to leave out first")
        .parameter("$count", "true to tell how many there are")
        .answers_plain(200)
}

/// A refusal in the agents' own closed set of codes.
pub(crate) fn refusal(code: proto::Code, detail: impl Into<String>) -> Failure {
    let status = code.status();
    let kind =
        Code::ALL.into_iter().find(|kind| kind.status().0.as_u16() == status).unwrap_or(Code::BadRequest);
    Failure::new(kind, detail).word(code.as_str())
}

impl From<certificate::Refused> for Failure {
    fn from(refused: certificate::Refused) -> Failure {
        refusal(refused.code, refused.detail)
    }
}
