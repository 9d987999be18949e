//! What goes from here with a person: their feeds, their place as the user of an Autopilot device, and their names in the
//! notes about who looks after a connector.

use audit::{Actor, Category, Event, Resource};
use jiff::Timestamp;
use serde_json::json;
use store::{SqlError, Tx};
use uuid::Uuid;
use world::World;

use super::instance::{self, Instance};
use super::keep;
use crate::sql::{brought, connector as sql};

/// What a name is replaced with where other words stay.
const GAP: &str = "—";

/// Forgets a person who is deleted. In the transaction of the deletion: both happen, or neither. `names` are what people
/// call them by: sign-in name, mail address, display name.
///
/// # Errors
/// When the database refuses.
pub fn forget_person(
    tx: &mut Tx<'_, '_>,
    world: &World,
    (user, names): (Uuid, &[String]),
    now: Timestamp,
) -> Result<(), SqlError> {
    let n_feeds = tx.exec(&sql::FORGET_FEEDS, &[user.into()])?;
    let n_devices = tx.exec(&brought::UNASSIGN_USER, &[user.into()])?;
    let mut noted = Vec::new();
    for mut instance in instance::all(tx, "")? {
        if unname(&mut instance, names) {
            instance.modified_at = now;
            instance.update(tx)?;
            noted.push(instance.id);
        }
    }
    if n_feeds == 0 && n_devices == 0 && noted.is_empty() {
        return Ok(());
    }
    let event = Event::new(Actor::System("tenant status".to_owned()), "Forget deleted user", Category::Other)
        .on(Resource::new("User", user.to_string()))
        .with(json!({ "feeds": n_feeds, "autopilotIdentities": n_devices, "connectors": noted }));
    audit::record(tx, now, world.ids.guid(), &event)?;
    keep::bump(tx)
}

/// Takes the names out of the notes; answers whether there were any.
fn unname(instance: &mut Instance, names: &[String]) -> bool {
    let mut has_changed = false;
    for note in [&mut instance.owner, &mut instance.how_to_renew] {
        let Some(fresh) = note.as_deref().and_then(|text| without(text, names)) else { continue };
        *note = fresh.chars().any(char::is_alphanumeric).then_some(fresh);
        has_changed = true;
    }
    has_changed
}

/// The text without the names, as whole words and in any case; None when none is in it. A name of one word may be a word
/// of the language too, so it counts only where it is the whole text.
fn without(text: &str, names: &[String]) -> Option<String> {
    let mut names: Vec<&str> = names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
    // An address before a name that is a part of it.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    if names.iter().any(|name| starts(text.trim(), name) == Some(text.trim().len())) {
        return Some(String::new());
    }
    names.retain(|name| name.contains(['@', ' ']));
    let (mut out, mut at, mut is_found) = (String::new(), 0, false);
    while let Some(c) = text[at..].chars().next() {
        let begins = !text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let ends = |length: &usize| !text[at + length..].chars().next().is_some_and(char::is_alphanumeric);
        let named = names.iter().filter(|_| begins).find_map(|name| starts(&text[at..], name).filter(ends));
        if let Some(length) = named {
            out.push_str(GAP);
            at += length;
            is_found = true;
        } else {
            out.push(c);
            at += c.len_utf8();
        }
    }
    is_found.then(|| out.trim().to_owned())
}

/// How many bytes of `text` the name is at its start, whatever the case.
fn starts(text: &str, name: &str) -> Option<usize> {
    let mut rest = text.chars();
    for wanted in name.chars() {
        if !rest.next()?.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_leave_and_other_words_stay() {
        let names = ["Åsa Berg", "asa@contoso.example", "asa.berg@contoso.example"].map(str::to_owned);
        for (text, left) in [
            ("Åsa Berg", Some("")),
            (" åsa BERG ", Some("")),
            ("Åsa Berg <asa@contoso.example>", Some("— <—>")),
            ("Team Apple, åsa berg, room 5", Some("Team Apple, —, room 5")),
            ("Mail asa.berg@contoso.example.", Some("Mail —.")),
            ("Åsa Bergman", None),
            ("xasa@contoso.example", None),
            ("", None),
        ] {
            assert_eq!(without(text, &names).as_deref(), left, "{text}");
        }
    }

    #[test]
    fn a_name_of_one_word_is_only_the_whole_text() {
        let names = ["Mail".to_owned(), String::new()];
        assert_eq!(without("mail", &names).as_deref(), Some(""));
        assert_eq!(without("Mail the team", &names), None);
        assert_eq!(without("Team", &["".to_owned(), " ".to_owned()]), None);
    }
}
