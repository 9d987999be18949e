//! Everything of a tenant that expires: what the feeds, the metrics and other features' action items are made of.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use store::{SqlError, Tx};
use uuid::Uuid;

use crate::catalogue::{self, ConnectorType, Kind};
use crate::connector::instance::{self, CredentialState, Instance};
use crate::model::Health;

/// One thing that expires.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Expiring {
    #[serde(rename = "type")]
    pub type_key: &'static str,
    pub instance_id: Uuid,
    pub display_name: String,
    pub owner: Option<String>,
    pub how_to_renew: Option<String>,
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
    pub health: Health,
    /// What the credential says of itself; nothing secret.
    pub facts: Json,
}

impl Expiring {
    /// Its type.
    pub fn connector_type(&self) -> &'static ConnectorType {
        catalogue::find(self.type_key).expect("an expiring thing is made from its type")
    }

    /// The page that shows it.
    pub fn link(&self) -> String {
        format!("/tenant-status/connectors/{}/{}", self.type_key, self.instance_id)
    }
}

/// All enabled things of the tenant that expire or have expired, soonest first.
///
/// # Errors
/// When the database cannot be read.
pub fn expiring(tx: &mut Tx<'_, '_>, now: Timestamp) -> Result<Vec<Expiring>, SqlError> {
    let mut things: Vec<Expiring> = instance::all(tx, "")?.iter().filter_map(|one| of(one, now)).collect();
    things.sort_by_key(|thing| (thing.expires_at, thing.instance_id));
    Ok(things)
}

fn of(instance: &Instance, now: Timestamp) -> Option<Expiring> {
    let ty = catalogue::of_family(&instance.family).find(|ty| ty.kind == Kind::Expiry)?;
    let is_known = instance.is_enabled && instance.credential.state == CredentialState::Readable;
    Some(Expiring {
        type_key: ty.key,
        instance_id: instance.id,
        display_name: instance.display_name.clone(),
        owner: instance.owner.clone(),
        how_to_renew: instance.how_to_renew.clone(),
        expires_at: instance.credential.expires_at.filter(|_| is_known)?,
        health: instance.judge(ty, now).health,
        facts: instance.credential.facts.clone(),
    })
}
