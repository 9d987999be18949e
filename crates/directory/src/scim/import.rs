//! What an imported user means for the resource that is kept.

use api::Failure;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use store::Tx;

use super::op::write::{changeable, differences};
use super::schema::USERS;
use super::users::{self, Write};
use super::{find, statements};
use crate::Leaving;
use crate::import::{ImportedUser, Landed};

/// Writes what is new, and tells which attributes that was.
pub(crate) fn import(
    tx: &mut Tx<'_, '_>,
    user: &ImportedUser,
    leaving: &dyn Leaving,
    now: Timestamp,
) -> Result<(Landed, Vec<String>), Failure> {
    let old = find::one(tx, &USERS, user.id, "")?.map(|old| changeable(&USERS, old));
    match (old, user.is_removed) {
        (None, true) => Ok((Landed::Same, Vec::new())),
        (Some(_), true) => {
            users::delete(tx, user.id, leaving, now)?;
            Ok((Landed::Removed, Vec::new()))
        }
        // Whoever was deleted here keeps the id; made anew, the id would be there twice.
        (None, false) if user.user_principal_name.is_none() || was_deleted(tx, user)? => {
            Ok((Landed::Skipped, Vec::new()))
        }
        (None, false) => {
            let new = overlaid(Map::new(), user);
            users::save(tx, (Write::New, user.id), &new, now)?;
            Ok((Landed::Made, new.keys().cloned().collect()))
        }
        (Some(old), false) => {
            let new = overlaid(old.clone(), user);
            let changed = differences(&old, &new);
            if changed.is_empty() {
                return Ok((Landed::Same, changed));
            }
            users::save(tx, (Write::Changed, user.id), &new, now)?;
            Ok((Landed::Changed, changed))
        }
    }
}

fn was_deleted(tx: &mut Tx<'_, '_>, user: &ImportedUser) -> Result<bool, Failure> {
    Ok(tx.row(&statements::WAS_USER, &[user.id.into()])?.is_some())
}

/// What is told put over what was known.
fn overlaid(mut known: Map<String, Value>, user: &ImportedUser) -> Map<String, Value> {
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            known.insert(name.to_owned(), value);
        }
    };
    let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
    put("userName", text(&user.user_principal_name));
    put("displayName", text(&user.display_name));
    put("active", user.account_enabled.map(Value::Bool));
    put("emails", user.mail.as_ref().map(|mail| json!([{ "value": mail, "type": "work", "primary": true }])));
    for (part, value) in [("givenName", text(&user.given_name)), ("familyName", text(&user.surname))] {
        if let Some(value) = value {
            let name = known.entry("name").or_insert_with(|| json!({}));
            if let Some(parts) = name.as_object_mut() {
                parts.insert(part.to_owned(), value);
            }
        }
    }
    known
}
