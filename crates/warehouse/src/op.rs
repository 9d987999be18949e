//! The operations of the warehouse, one file each.

pub mod feed;
pub mod publish;
pub mod show;

#[cfg(test)]
mod tests;

use api::Permitted;
use store::TenantId;

/// The tenant a permit is for.
pub(crate) fn tenant(permitted: &Permitted) -> TenantId {
    TenantId(permitted.permit.tenant())
}

/// Who the permit is for, as the audit record writes it.
pub(crate) fn actor(permitted: &Permitted) -> audit::Actor {
    match permitted.permit.actor() {
        policy::Actor::User(id) => audit::Actor::User(id),
        policy::Actor::App(id) => audit::Actor::Application(id.to_string()),
        policy::Actor::Device(id) => audit::Actor::Device(id),
        policy::Actor::System(name) => audit::Actor::System(name.to_owned()),
    }
}
