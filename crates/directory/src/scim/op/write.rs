//! Makes, replaces, changes and deletes a user or group.

use std::collections::BTreeSet;

use api::{Failure, Permitted};
use audit::{Category, Event, Resource};
use axum::extract::{Path, RawQuery};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use store::Tx;
use uuid::Uuid;

use super::list::application;
use super::read::{existing, parameters};
use crate::Directory;
use crate::scim::answer::{self, Payload};
use crate::scim::query::Query;
use crate::scim::schema::{Mutability, ResourceType, USERS};
use crate::scim::stored::Known;
use crate::scim::users::Write;
use crate::scim::{called, clean, find, groups, patch, users};

type Object = Map<String, Value>;

/// Who writes, when, and the ids it takes.
struct Pen {
    actor: audit::Actor,
    application: Option<String>,
    now: Timestamp,
    event_id: Uuid,
    root: String,
}

impl Pen {
    fn new(directory: &Directory, permitted: &Permitted) -> Pen {
        Pen {
            actor: permitted.actor(),
            application: application(permitted),
            now: directory.world.clock.now(),
            event_id: directory.world.ids.guid(),
            root: format!("{}/scim/v2", directory.origin),
        }
    }

    /// The audit record tells which attributes changed, not what they hold: that is personal.
    fn record(
        &self,
        tx: &mut Tx<'_, '_>,
        (verb, ty): (&str, &ResourceType),
        id: Uuid,
        attributes: &[String],
    ) -> Result<(), Failure> {
        let activity = format!("{verb} {}", ty.name.to_lowercase());
        let event = Event::new(self.actor.clone(), &activity, Category::Other)
            .on(Resource::new(ty.name, id.to_string()))
            .with(json!({ "door": "scim", "attributes": attributes }));
        Ok(audit::record(tx, self.now, self.event_id, &event)?)
    }

    fn called(&self, tx: &mut Tx<'_, '_>) -> Result<(), Failure> {
        match &self.application {
            Some(caller) => Ok(called(tx, caller, self.now)?),
            None => Ok(()),
        }
    }
}

pub(crate) async fn create(
    directory: Directory,
    ty: &'static ResourceType,
    permitted: Permitted,
    query: RawQuery,
    Payload(body): Payload,
) -> Result<Response, Failure> {
    let query = Query::read(ty, &parameters(&query)?)?;
    let new = clean::resource(ty, &body)?;
    let (pen, id) = (Pen::new(&directory, &permitted), directory.world.ids.guid());
    let written = directory.store.write(permitted.tenant(), move |tx| {
        save(tx, ty, (Write::New, id), &new, pen.now)?;
        pen.record(tx, ("Create", ty), id, &new.keys().cloned().collect::<Vec<_>>())?;
        pen.called(tx)?;
        whole(tx, ty, id, &pen.root)
    });
    let made = written.await?;
    Ok(answer::resource(StatusCode::CREATED, &made, query.shown.cut(made.clone())))
}

pub(crate) async fn replace(
    directory: Directory,
    ty: &'static ResourceType,
    permitted: Permitted,
    path: Path<String>,
    query: RawQuery,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Response, Failure> {
    let mut new = clean::resource(ty, &body)?;
    let decide = move |old: Object| {
        keep_active(&old, &mut new);
        Ok(new)
    };
    update(&directory, ty, &permitted, (path, query, headers), decide).await
}

pub(crate) async fn change(
    directory: Directory,
    ty: &'static ResourceType,
    permitted: Permitted,
    path: Path<String>,
    query: RawQuery,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Response, Failure> {
    update(&directory, ty, &permitted, (path, query, headers), move |old| patch::apply(ty, old, &body)).await
}

type Asked = (Path<String>, RawQuery, HeaderMap);

async fn update(
    directory: &Directory,
    ty: &'static ResourceType,
    permitted: &Permitted,
    (Path(id), query, headers): Asked,
    decide: impl FnOnce(Object) -> Result<Object, Failure> + Send + 'static,
) -> Result<Response, Failure> {
    let query = Query::read(ty, &parameters(&query)?)?;
    let (pen, known) = (Pen::new(directory, permitted), Known::of(&headers));
    let written = directory.store.write(permitted.tenant(), move |tx| {
        let (id, old) = existing(tx, ty, &id, &pen.root)?;
        known.check(&old)?;
        let old = changeable(ty, old);
        let new = decide(old.clone())?;
        pen.called(tx)?;
        let changed = differences(&old, &new);
        if !changed.is_empty() {
            save(tx, ty, (Write::Changed, id), &new, pen.now)?;
            pen.record(tx, ("Update", ty), id, &changed)?;
        }
        whole(tx, ty, id, &pen.root)
    });
    let now = written.await?;
    Ok(answer::resource(StatusCode::OK, &now, query.shown.cut(now.clone())))
}

pub(crate) async fn delete(
    directory: Directory,
    ty: &'static ResourceType,
    permitted: Permitted,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Failure> {
    let (pen, known) = (Pen::new(&directory, &permitted), Known::of(&headers));
    let leaving = directory.leaving.clone();
    let written = directory.store.write(permitted.tenant(), move |tx| {
        let (id, old) = existing(tx, ty, &id, &pen.root)?;
        known.check(&old)?;
        if *ty == USERS {
            users::delete(tx, id, &*leaving, pen.now)?;
        } else {
            groups::delete(tx, id)?;
        }
        pen.called(tx)?;
        pen.record(tx, ("Delete", ty), id, &[])
    });
    written.await?;
    Ok(StatusCode::NO_CONTENT)
}

fn save(
    tx: &mut Tx<'_, '_>,
    ty: &ResourceType,
    (write, id): (Write, Uuid),
    resource: &Object,
    now: Timestamp,
) -> Result<(), Failure> {
    if *ty == USERS {
        users::save(tx, (write, id), resource, now)
    } else {
        groups::save(tx, id, resource, now)
    }
}

fn whole(tx: &mut Tx<'_, '_>, ty: &ResourceType, id: Uuid, root: &str) -> Result<Object, Failure> {
    find::one(tx, ty, id, root)?.ok_or_else(|| Failure::internal(&"what was just written is not there"))
}

/// What a caller may change of a resource, as it would send it.
pub(in crate::scim) fn changeable(ty: &ResourceType, mut resource: Object) -> Object {
    for name in ["schemas", "id", "meta"] {
        resource.remove(name);
    }
    for attribute in ty.core.attributes.iter().filter(|a| a.mutability == Mutability::ReadOnly) {
        resource.remove(attribute.name);
    }
    resource
}

/// Whether somebody may sign in changes only when it is said: nobody is let in again by silence.
fn keep_active(old: &Object, new: &mut Object) {
    if let (Some(active), false) = (old.get("active"), new.contains_key("active")) {
        new.insert("active".to_owned(), active.clone());
    }
}

/// The names of the attributes in which two resources differ. Of members only who they are counts.
pub(in crate::scim) fn differences(old: &Object, new: &Object) -> Vec<String> {
    let who = |members: &Value| -> BTreeSet<String> {
        let listed = members.as_array().map_or(&[][..], Vec::as_slice);
        listed.iter().filter_map(|member| member["value"].as_str()).map(str::to_lowercase).collect()
    };
    let is_same = |name: &str, value: &Value| match old.get(name) {
        Some(before) if name == "members" => who(before) == who(value),
        before => before == Some(value),
    };
    let changed = new.iter().filter(|(name, value)| !is_same(name, value)).map(|(name, _)| name);
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    changed.chain(gone).cloned().collect()
}
