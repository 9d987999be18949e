//! The operations, one file each.

pub mod application;
pub mod assign_license;
pub mod audit_events;
pub mod list;

use api::{Failure, Permitted};
use audit::Actor;
use store::TenantId;
use uuid::Uuid;

pub(crate) fn tenant(permitted: &Permitted) -> TenantId {
    TenantId(permitted.permit.tenant())
}

pub(crate) fn actor(permitted: &Permitted) -> Actor {
    match permitted.permit.actor() {
        policy::Actor::User(id) => Actor::User(id),
        policy::Actor::App(id) => Actor::Application(id.to_string()),
        policy::Actor::Device(id) => Actor::Device(id),
        policy::Actor::System(name) => Actor::System(name.to_owned()),
    }
}

pub(crate) fn id_in_path(text: &str) -> Result<Uuid, Failure> {
    Uuid::try_parse(text)
        .map_err(|_| Failure::not_found(format!("'{text}' is no id; ids look like 6f5b3c1e-….")).target("id"))
}
