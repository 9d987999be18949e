//! Users between rows and resources. The columns of `directory_user` are what the rest of the house knows; what else a
//! provisioning service says is kept with them as it said it.

use api::Failure;
use jiff::Timestamp;
use policy::directory_role::GLOBAL_ADMINISTRATOR;
use serde_json::{Map, Value, json};
use store::{Row, SqlError, Tx};
use uuid::Uuid;

use super::refusal::{Reason, refuse};
use super::schema::{ENTERPRISE, USERS};
use super::stored::{Stored, meta};
use super::{clean, statements};
use crate::{Leaver, Leaving, licence};

const NAME_CHARS_MAX: usize = 256;

/// A user read: the resource as it was last told, and its dates.
pub(super) fn read(row: &Row, root: &str) -> Result<Stored, SqlError> {
    let id: Uuid = row.get(0)?;
    let created_at: Timestamp = row.get(7)?;
    let attributes: Option<String> = row.get(9)?;
    let is_provisioned = attributes.is_some();
    let mut kept: Map<String, Value> = match attributes {
        Some(text) => serde_json::from_str(&text)
            .map_err(|_| SqlError::Other("a user's attributes cannot be read".to_owned()))?,
        None => Map::new(),
    };
    kept.insert("userName".to_owned(), json!(row.get::<String>(1)?));
    // A service that took its word back is not answered with another.
    if kept.contains_key("active") || !is_provisioned {
        kept.insert("active".to_owned(), json!(row.get::<bool>(6)?));
    }
    put(&mut kept, "externalId", row.get(8)?);
    if kept.contains_key("displayName") || !is_provisioned {
        put(&mut kept, "displayName", Some(row.get(2)?));
    }
    name_parts(&mut kept, row.get(3)?, row.get(4)?);
    if let (false, Some(mail)) = (is_provisioned, row.get::<Option<String>>(5)?) {
        kept.insert("emails".to_owned(), json!([{ "value": mail, "type": "work", "primary": true }]));
    }
    link_manager(&mut kept, root);
    let updated_at: Option<Timestamp> = row.get(10)?;
    Ok(Stored { id, attributes: kept, created_at, updated_at: updated_at.unwrap_or(created_at) })
}

fn put(object: &mut Map<String, Value>, name: &str, value: Option<String>) {
    match value {
        Some(value) => object.insert(name.to_owned(), Value::String(value)),
        None => object.remove(name),
    };
}

fn name_parts(kept: &mut Map<String, Value>, given: Option<String>, family: Option<String>) {
    let has_parts = given.is_some() || family.is_some();
    if !kept.contains_key("name") && !has_parts {
        return;
    }
    let name = kept.entry("name").or_insert_with(|| json!({}));
    if let Some(name) = name.as_object_mut() {
        put(name, "givenName", given);
        put(name, "familyName", family);
    }
    if name.as_object().is_some_and(Map::is_empty) {
        kept.remove("name");
    }
}

fn link_manager(kept: &mut Map<String, Value>, root: &str) {
    let manager = kept.get_mut(ENTERPRISE.urn).and_then(|extension| extension.get_mut("manager"));
    if let Some(manager) = manager
        && let Some(id) = manager["value"].as_str().and_then(|id| Uuid::try_parse(id).ok())
    {
        manager["$ref"] = json!(format!("{root}/Users/{id}"));
    }
}

/// Adds the groups the person is in.
pub(super) fn with_groups(tx: &mut Tx<'_, '_>, user: &mut Stored, root: &str) -> Result<(), SqlError> {
    let mut groups = Vec::new();
    for row in tx.rows(&statements::GROUPS_OF, &[user.id.into()])? {
        let (id, name): (Uuid, String) = (row.get(0)?, row.get(1)?);
        groups.push(json!({
            "value": id, "$ref": format!("{root}/Groups/{id}"), "display": name, "type": "direct",
        }));
    }
    if !groups.is_empty() {
        user.attributes.insert("groups".to_owned(), Value::Array(groups));
    }
    Ok(())
}

/// The user as others see it.
pub(super) fn shown(user: Stored, root: &str) -> Map<String, Value> {
    let mut schemas = vec![USERS.core.urn];
    if user.attributes.contains_key(ENTERPRISE.urn) {
        schemas.push(ENTERPRISE.urn);
    }
    meta(user, &USERS, &schemas, root)
}

/// What is written of a user.
struct Columns<'a> {
    user_name: &'a str,
    display_name: String,
    given_name: Option<&'a str>,
    family_name: Option<&'a str>,
    mail: Option<&'a str>,
    /// None leaves it as it is.
    is_active: Option<bool>,
    external_id: Option<&'a str>,
}

impl<'a> Columns<'a> {
    fn of(user: &'a Map<String, Value>) -> Result<Columns<'a>, Failure> {
        clean::check_complete(&USERS, user)?;
        let text = |value: Option<&'a Value>| value.and_then(Value::as_str).filter(|text| !text.is_empty());
        let part = |name| text(user.get("name").and_then(|parts| parts.get(name)));
        let user_name = text(user.get("userName")).unwrap_or_default();
        if user_name.chars().count() > NAME_CHARS_MAX
            || user_name.trim() != user_name
            || user_name.chars().any(char::is_control)
        {
            let message = format!(
                "userName has 1 to {NAME_CHARS_MAX} characters, none of them a control character, and no space at its ends."
            );
            return Err(refuse(Reason::InvalidValue, message).target("userName"));
        }
        let (given_name, family_name) = (part("givenName"), part("familyName"));
        let whole: Vec<&str> = given_name.into_iter().chain(family_name).collect();
        let whole = Some(whole.join(" ")).filter(|name| !name.is_empty());
        let told = text(user.get("displayName")).or(part("formatted")).map(str::to_owned);
        let emails = user.get("emails").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let primary = emails.iter().find(|email| email["primary"] == true).or(emails.first());
        Ok(Columns {
            user_name,
            display_name: told.or(whole).unwrap_or_else(|| user_name.to_owned()),
            given_name,
            family_name,
            mail: text(primary.and_then(|email| email.get("value"))),
            is_active: user.get("active").and_then(Value::as_bool),
            external_id: text(user.get("externalId")),
        })
    }
}

/// Whether the row is to be made or changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Write {
    New,
    Changed,
}

/// Writes a user.
pub(super) fn save(
    tx: &mut Tx<'_, '_>,
    (write, id): (Write, Uuid),
    user: &Map<String, Value>,
    now: Timestamp,
) -> Result<(), Failure> {
    let columns = Columns::of(user)?;
    if columns.is_active == Some(false) && write == Write::Changed {
        keep_an_administrator(tx, id)?;
    }
    let lower = columns.user_name.to_lowercase();
    let named = tx.row(&statements::USERS_NAMED, &[lower.as_str().into()])?;
    if named.map(|row| row.get::<Uuid>(0)).transpose()?.is_some_and(|other| other != id) {
        let message = format!("There is another user named '{}'.", columns.user_name);
        return Err(refuse(Reason::Uniqueness, message).target("userName"));
    }
    let mut params = vec![
        id.into(),
        columns.user_name.into(),
        lower.into(),
        columns.mail.into(),
        columns.display_name.into(),
        columns.given_name.into(),
        columns.family_name.into(),
        columns.is_active.into(),
    ];
    match write {
        Write::New => {
            params.push(now.into());
            tx.exec(&statements::INSERT_USER, &params)?;
        }
        Write::Changed => {
            tx.exec(&statements::UPDATE_USER, &params)?;
        }
    }
    let mut attributes = kept(user);
    if write == Write::New {
        attributes.insert("active".to_owned(), Value::Bool(true));
    }
    let attributes = Value::Object(attributes).to_string();
    let params = [id.into(), columns.external_id.into(), attributes.into(), now.into()];
    tx.exec(&statements::KEEP_ATTRIBUTES, &params)?;
    Ok(())
}

/// What has no column, and whether the display name and `active` were told.
fn kept(user: &Map<String, Value>) -> Map<String, Value> {
    let has_column = ["userName", "externalId", "groups"];
    user.iter()
        .filter(|(name, _)| !has_column.contains(&name.as_str()))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect()
}

/// Deletes a user, and takes what the user had: licences, roles, places in groups, and what others keep.
pub(super) fn delete(
    tx: &mut Tx<'_, '_>,
    id: Uuid,
    leaving: &dyn Leaving,
    now: Timestamp,
) -> Result<(), Failure> {
    keep_an_administrator(tx, id)?;
    if let Some(leaver) = leaver(tx, id)? {
        leaving.left(tx, &leaver, now)?;
    }
    for statement in [
        &statements::FORGET_ATTRIBUTES,
        &statements::LEAVE_ROLES,
        &statements::LEAVE_ASSIGNMENTS,
        &statements::LEAVE_GROUPS,
    ] {
        tx.exec(statement, &[id.into()])?;
    }
    licence::take_all(tx, id, now)?;
    tx.exec(&statements::DELETE_USER, &[id.into(), now.into()])?;
    Ok(())
}

fn leaver(tx: &mut Tx<'_, '_>, id: Uuid) -> Result<Option<Leaver>, SqlError> {
    let Some(row) = tx.row(&statements::NAMES, &[id.into()])? else { return Ok(None) };
    let mut names = Vec::new();
    for column in 0..3 {
        names.extend(row.get::<Option<String>>(column)?.filter(|name| !name.trim().is_empty()));
    }
    Ok(Some(Leaver { id, names }))
}

/// A provisioning service that goes wrong must not lock everybody out.
fn keep_an_administrator(tx: &mut Tx<'_, '_>, id: Uuid) -> Result<(), Failure> {
    let params = [GLOBAL_ADMINISTRATOR.into(), id.into()];
    if tx.row(&statements::IS_ADMINISTRATOR, &params)?.is_none() {
        return Ok(());
    }
    let n_others: i64 =
        tx.row(&statements::OTHER_ADMINISTRATORS, &params)?.map_or(Ok(0), |row| row.get(0))?;
    if n_others > 0 {
        return Ok(());
    }
    let message = "This is the last global administrator who can sign in; make somebody else one first.";
    Err(Failure::conflict(message))
}
