//! Connectors: the list, a type's page, and what may be done with an instance.

pub mod add;
pub mod credential;
pub mod delete;
pub mod early_warnings;
pub mod edit;
pub mod enable;
pub mod key;
pub mod list;
pub mod page;
pub mod show;
pub mod sync;
pub mod token;

use api::{Failure, Permitted, id_in_path};
use audit::{Category, Event, Resource};
use jiff::Timestamp;
use policy::{Need, permit};
use serde::Deserialize;
use serde_json::Value as Json;
use store::Tx;
use uuid::Uuid;
use words::Language;
use world::World;

use crate::TenantStatus;
use crate::catalogue::{self, ConnectorType, Maker};
use crate::connector::instance::{self, Instance};
use crate::connector::keep;
use crate::view::{self, ConnectorInstance};

/// In which language labels are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lang {
    /// `en`, `nl` or `sv`; English otherwise.
    #[serde(default)]
    pub lang: String,
}

/// The type in a path.
pub(crate) fn type_in_path(key: &str) -> Result<&'static ConnectorType, Failure> {
    catalogue::find(key).ok_or_else(|| {
        let message =
            format!("There is no type of connector '{key}'; /api/tenantStatus/connectors lists them.");
        Failure::not_found(message).target("type")
    })
}

/// Whether the caller may change instances of the type.
pub(crate) fn may_write(permitted: &Permitted, ty: &ConnectorType) -> bool {
    permit(&permitted.caller, Need::Action(ty.write)).is_ok()
}

/// An instance that the caller may change, named by a path.
pub(crate) struct Target {
    pub(crate) ty: &'static ConnectorType,
    pub(crate) id: Uuid,
}

impl Target {
    /// One whose notes may be changed: Quarterdeck's own too.
    pub(crate) fn to_note(permitted: &Permitted, (key, id): (&str, &str)) -> Result<Target, Failure> {
        let ty = type_in_path(key)?;
        permit(&permitted.caller, Need::Action(ty.write))?;
        Ok(Target { ty, id: id_in_path(id)? })
    }

    /// One that people made.
    pub(crate) fn to_change(permitted: &Permitted, path: (&str, &str)) -> Result<Target, Failure> {
        let target = Target::to_note(permitted, path)?;
        refuse_own(target.ty)?;
        Ok(target)
    }

    /// The instance, locked.
    pub(crate) fn find(&self, tx: &mut Tx<'_, '_>) -> Result<Instance, Failure> {
        let found = instance::locked(tx, self.id)?.filter(|found| found.family == self.ty.family);
        found.ok_or_else(|| missing(self.ty, self.id))
    }
}

pub(crate) fn missing(ty: &ConnectorType, id: Uuid) -> Failure {
    Failure::not_found(format!("There is no connector {id} of the type {}.", ty.key)).target("id")
}

pub(crate) fn refuse_own(ty: &ConnectorType) -> Result<(), Failure> {
    if ty.maker == Maker::Quarterdeck {
        let message = "This connector is Quarterdeck's own: it is computed from what the server knows of itself. \
                       Change it in the server's settings.";
        return Err(Failure::conflict(message).word("computed"));
    }
    Ok(())
}

/// A change being made: what it works with.
pub(crate) struct Changing<'a, 't, 'c> {
    pub(crate) tx: &'a mut Tx<'t, 'c>,
    pub(crate) status: &'a TenantStatus,
    pub(crate) instance: &'a mut Instance,
    pub(crate) now: Timestamp,
}

/// Changes an instance in one transaction: `decide` changes the values and answers what the audit record tells; the
/// health that follows is judged, kept and told.
pub(crate) async fn change(
    status: &TenantStatus,
    permitted: &Permitted,
    target: Target,
    activity: &'static str,
    decide: impl FnOnce(&mut Changing<'_, '_, '_>) -> Result<Json, Failure> + Send + 'static,
) -> Result<ConnectorInstance, Failure> {
    let (tenant, actor, inner) = (permitted.tenant(), permitted.actor(), status.clone());
    let changed = status.store.write(tenant, move |tx| {
        let now = inner.world.clock.now();
        let mut instance = target.find(tx)?;
        let details = decide(&mut Changing { tx, status: &inner, instance: &mut instance, now })?;
        instance.modified_at = now;
        instance.update(tx)?;
        keep::record(tx, &inner.world, &instance, now)?;
        keep::bump(tx)?;
        let about = (target.ty, &instance);
        record(tx, &inner.world, actor, activity, about, details, now)?;
        Ok::<_, Failure>(view::instance(target.ty, &instance, (now, Language::En)))
    });
    let changed = changed.await?;
    status.changes.tell(tenant);
    Ok(changed)
}

/// Writes the audit record of a change.
pub(crate) fn record(
    tx: &mut Tx<'_, '_>,
    world: &World,
    actor: audit::Actor,
    activity: &'static str,
    (ty, instance): (&ConnectorType, &Instance),
    details: Json,
    now: Timestamp,
) -> Result<(), Failure> {
    let event = Event::new(actor, activity, Category::Other)
        .on(Resource::new(format!("Connector/{}", ty.family), instance.id.to_string())
            .named(&instance.display_name))
        .with(details);
    Ok(audit::record(tx, now, world.ids.guid(), &event)?)
}
