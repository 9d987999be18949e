//! Gives licences to a user and takes them away: Graph's `assignLicense`.

use api::list::Page;
use api::{Body, Failure, Permitted};
use audit::{Category, Event, Resource};
use axum::extract::Path;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use uuid::Uuid;

use crate::{Directory, licence, sql, view};

/// At most this many licences change in one request.
const CHANGES_MAX: usize = 50;

/// What to give and what to take.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "AssignLicense")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    #[serde(default)]
    pub add_licenses: Vec<AddLicense>,
    #[serde(default)]
    pub remove_licenses: Vec<Uuid>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddLicense {
    pub sku_id: Uuid,
    /// Service plans are not switched off one by one here: leave it out or empty.
    #[serde(default)]
    pub disabled_plans: Vec<Uuid>,
}

impl Input {
    fn check(&self) -> Result<(), Failure> {
        let n_changes = self.add_licenses.len() + self.remove_licenses.len();
        if n_changes == 0 || n_changes > CHANGES_MAX {
            return Err(Failure::bad_request(format!(
                "Name 1 to {CHANGES_MAX} licences in addLicenses and removeLicenses."
            )));
        }
        if self.add_licenses.iter().any(|add| !add.disabled_plans.is_empty()) {
            let message = "Service plans cannot be switched off one by one; leave disabledPlans empty.";
            return Err(Failure::new(api::Code::NotImplemented, message).target("disabledPlans"));
        }
        Ok(())
    }
}

pub async fn handle(
    directory: Directory,
    permitted: Permitted,
    Path(name): Path<String>,
    Body(input): Body<Input>,
) -> Result<Page, Failure> {
    input.check()?;
    let root = format!("{}/graph/v1.0", directory.origin);
    let (actor, now, event_id) = (permitted.actor(), directory.world.clock.now(), directory.world.ids.guid());
    let written = directory.store.write(permitted.tenant(), move |tx| {
        let row = tx.row(&sql::FIND_USER, &[name.to_lowercase().into()])?;
        let row =
            row.ok_or_else(|| Failure::not_found(format!("This tenant has no user '{name}'.")).target("id"))?;
        let user: Uuid = row.get(0)?;
        for sku in &input.remove_licenses {
            licence::set(tx, (user, *sku), false, now)?;
        }
        for add in &input.add_licenses {
            give(tx, user, add.sku_id, now)?;
        }
        let added: Vec<Uuid> = input.add_licenses.iter().map(|add| add.sku_id).collect();
        let event = Event::new(actor, "Change user license", Category::Other)
            .on(Resource::new("User", user.to_string()))
            .with(json!({ "added": added, "removed": input.remove_licenses }));
        audit::record(tx, now, event_id, &event)?;
        view::USERS.one(tx, &root, &user.to_string(), "")
    });
    written.await?.ok_or_else(|| Failure::internal(&"the user was there a moment ago"))
}

/// Gives one licence, if there is one left.
fn give(tx: &mut Tx<'_, '_>, user: Uuid, sku: Uuid, now: jiff::Timestamp) -> Result<(), Failure> {
    let row = tx.row(&sql::LOCK_SKU, &[sku.into()])?;
    let row = row.ok_or_else(|| {
        Failure::bad_request(format!("This tenant has no licences of {sku}; see subscribedSkus."))
            .target("addLicenses")
    })?;
    licence::set(tx, (user, sku), true, now)?;
    let used = licence::consumed(tx, sku)?;
    if used > row.get::<i64>(1)? {
        let message = format!(
            "All licences of {} are in use. Take one from another user, or buy more.",
            row.get::<String>(0)?
        );
        return Err(Failure::conflict(message).target("addLicenses"));
    }
    Ok(())
}
