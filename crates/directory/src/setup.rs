//! Making a tenant with its first people and licences: what a new installation and the simulated fleet need.
//!
//! Functions over an open transaction; each writes its audit event. They do not check permissions: only the program
//! itself calls them, before anybody can sign in, or for what it simulates.

use audit::{Actor, Category, Event, Resource};
use jiff::Timestamp;
use serde_json::json;
use store::{SqlError, Tx};
use uuid::Uuid;
use world::World;

use crate::{licence, sql};

/// A new tenant.
#[derive(Clone, Debug)]
pub struct NewTenant {
    pub display_name: String,
    /// Its default domain: `contoso.example`.
    pub domain: String,
    /// ISO 3166-1 alpha-2.
    pub country_letter_code: String,
    /// Where its data is, in words.
    pub location: String,
}

/// Makes the tenant of `tx`.
///
/// # Errors
/// When it exists or the database refuses.
pub fn tenant(tx: &mut Tx<'_, '_>, world: &World, new: &NewTenant) -> Result<(), SqlError> {
    let now = world.clock.now();
    let params =
        [(&new.display_name).into(), (&new.country_letter_code).into(), (&new.location).into(), now.into()];
    tx.exec(&sql::INSERT_TENANT, &params)?;
    tx.exec(&sql::INSERT_DOMAIN, &[new.domain.to_lowercase().into()])?;
    let event = event("Create tenant")
        .on(Resource::new("Organization", tx.tenant().to_string()).named(&new.display_name));
    audit::record(tx, now, world.ids.guid(), &event)
}

/// A new person.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: Uuid,
    pub user_principal_name: String,
    pub display_name: String,
    pub given_name: Option<String>,
    pub surname: Option<String>,
    pub is_simulated: bool,
}

/// Makes a person, whose mail address is the user principal name.
///
/// # Errors
/// [`SqlError::Unique`] when the name is taken.
pub fn user(tx: &mut Tx<'_, '_>, world: &World, new: &NewUser, now: Timestamp) -> Result<(), SqlError> {
    let params = [
        new.id.into(),
        (&new.user_principal_name).into(),
        new.user_principal_name.to_lowercase().into(),
        (&new.user_principal_name).into(),
        (&new.display_name).into(),
        new.given_name.as_deref().into(),
        new.surname.as_deref().into(),
        new.is_simulated.into(),
        now.into(),
    ];
    tx.exec(&sql::INSERT_USER, &params)?;
    let event = event("Create user")
        .on(Resource::new("User", new.id.to_string()))
        .with(json!({ "simulated": new.is_simulated }));
    audit::record(tx, now, world.ids.guid(), &event)
}

/// Makes a person a member of a directory role.
///
/// # Errors
/// When the person does not exist.
pub fn role_member(tx: &mut Tx<'_, '_>, world: &World, role: Uuid, user: Uuid) -> Result<(), SqlError> {
    tx.exec(&sql::INSERT_ROLE_MEMBER, &[role.into(), user.into()])?;
    let event = Event::new(Actor::System("setup".to_owned()), "Add member to directory role", Category::Role)
        .on(Resource::new("User", user.to_string()))
        .with(json!({ "roleTemplateId": role }));
    audit::record(tx, world.clock.now(), world.ids.guid(), &event)
}

/// Assigns a built-in role to a person, for every device and user.
///
/// # Errors
/// When the person does not exist.
pub fn role_assignment(
    tx: &mut Tx<'_, '_>,
    world: &World,
    role_definition: Uuid,
    user: Uuid,
    display_name: &str,
) -> Result<(), SqlError> {
    let (id, now) = (world.ids.guid(), world.clock.now());
    tx.exec(&sql::INSERT_ASSIGNMENT, &[id.into(), role_definition.into(), display_name.into(), now.into()])?;
    tx.exec(&sql::INSERT_ASSIGNMENT_MEMBER, &[id.into(), user.into()])?;
    let event = Event::new(Actor::System("setup".to_owned()), "Create role assignment", Category::Role)
        .on(Resource::new("RoleAssignment", id.to_string()).named(display_name))
        .with(json!({ "roleDefinitionId": role_definition, "userId": user }));
    audit::record(tx, now, world.ids.guid(), &event)
}

/// A product the tenant has licences of.
#[derive(Clone, Debug)]
pub struct NewSku {
    pub id: Uuid,
    pub part_number: String,
    pub display_name: String,
    /// Whether who has it counts as a licensed user (seed 003 line 3379: a licence containing the service).
    pub includes_device_management: bool,
    pub enabled_units: i64,
}

/// Adds licences of a product.
///
/// # Errors
/// [`SqlError::Unique`] when the product is there already.
pub fn sku(tx: &mut Tx<'_, '_>, world: &World, new: &NewSku) -> Result<(), SqlError> {
    let params = [
        new.id.into(),
        (&new.part_number).into(),
        (&new.display_name).into(),
        new.includes_device_management.into(),
        new.enabled_units.into(),
    ];
    tx.exec(&sql::INSERT_SKU, &params)?;
    let event = event("Add licences")
        .on(Resource::new("SubscribedSku", new.id.to_string()).named(&new.part_number))
        .with(json!({ "enabledUnits": new.enabled_units }));
    audit::record(tx, world.clock.now(), world.ids.guid(), &event)
}

/// Gives or takes a licence, as the simulation's people come and go. Answers whether anything changed.
///
/// # Errors
/// When person or product do not exist.
pub fn set_licence(
    tx: &mut Tx<'_, '_>,
    world: &World,
    (user, sku): (Uuid, Uuid),
    licensed: bool,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let changed = licence::set(tx, (user, sku), licensed, now)?;
    if changed {
        let activity = if licensed { "Assign license" } else { "Remove license" };
        let event = event(activity).on(Resource::new("User", user.to_string())).with(json!({ "skuId": sku }));
        audit::record(tx, now, world.ids.guid(), &event)?;
    }
    Ok(changed)
}

fn event(activity: &str) -> Event {
    Event::new(Actor::System("setup".to_owned()), activity, Category::Other)
}
