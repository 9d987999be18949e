//! Groups between rows and resources.

use std::collections::BTreeSet;

use api::Failure;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use store::{Row, SqlError, Tx};
use uuid::Uuid;

use super::refusal::{Reason, refuse};
use super::schema::GROUPS;
use super::stored::{Stored, meta};
use super::{clean, statements};

/// A group read, without its members.
pub(super) fn read(row: &Row) -> Result<Stored, SqlError> {
    let mut attributes = Map::new();
    if let Some(external) = row.get::<Option<String>>(2)? {
        attributes.insert("externalId".to_owned(), json!(external));
    }
    attributes.insert("displayName".to_owned(), json!(row.get::<String>(1)?));
    Ok(Stored { id: row.get(0)?, attributes, created_at: row.get(3)?, updated_at: row.get(4)? })
}

/// Adds the members.
pub(super) fn with_members(tx: &mut Tx<'_, '_>, group: &mut Stored, root: &str) -> Result<(), SqlError> {
    let mut members = Vec::new();
    for row in tx.rows(&statements::MEMBERS, &[group.id.into()])? {
        let id: Uuid = row.get(0)?;
        members.push(json!({ "value": id, "$ref": format!("{root}/Users/{id}"), "type": "User" }));
    }
    if !members.is_empty() {
        group.attributes.insert("members".to_owned(), Value::Array(members));
    }
    Ok(())
}

/// The group as others see it.
pub(super) fn shown(group: Stored, root: &str) -> Map<String, Value> {
    meta(group, &GROUPS, &[GROUPS.core.urn], root)
}

/// Writes a group and who is in it.
pub(super) fn save(
    tx: &mut Tx<'_, '_>,
    id: Uuid,
    group: &Map<String, Value>,
    now: Timestamp,
) -> Result<(), Failure> {
    clean::check_complete(&GROUPS, group)?;
    let name = group.get("displayName").and_then(Value::as_str).unwrap_or_default();
    let external = group.get("externalId").and_then(Value::as_str);
    let params = [id.into(), name.into(), name.to_lowercase().into(), external.into(), now.into()];
    tx.exec(&statements::PUT_GROUP, &params)?;
    let wanted = members(group)?;
    let mut had = BTreeSet::new();
    for row in tx.rows(&statements::MEMBERS, &[id.into()])? {
        had.insert(row.get::<Uuid>(0)?);
    }
    for user in had.difference(&wanted) {
        tx.exec(&statements::DROP_MEMBER, &[id.into(), (*user).into()])?;
    }
    for user in wanted.difference(&had) {
        if tx.row(&statements::IS_USER, &[(*user).into()])?.is_none() {
            return Err(no_user(&user.to_string()));
        }
        tx.exec(&statements::ADD_MEMBER, &[id.into(), (*user).into(), now.into()])?;
    }
    Ok(())
}

fn no_user(shown: &str) -> Failure {
    let shown: String = shown.chars().take(80).collect();
    let message = format!("There is no user '{shown}' to be a member; the members of a group are users.");
    refuse(Reason::InvalidValue, message).target("members")
}

fn members(group: &Map<String, Value>) -> Result<BTreeSet<Uuid>, Failure> {
    let listed = group.get("members").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let id = |member: &Value| {
        let text = member["value"].as_str().unwrap_or_default();
        Uuid::try_parse(text).map_err(|_| no_user(text))
    };
    listed.iter().map(id).collect()
}

pub(super) fn delete(tx: &mut Tx<'_, '_>, id: Uuid) -> Result<(), Failure> {
    tx.exec(&statements::EMPTY_GROUP, &[id.into()])?;
    tx.exec(&statements::DELETE_GROUP, &[id.into()])?;
    Ok(())
}
