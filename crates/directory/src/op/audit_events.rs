//! Lists the audit events, newest first, in Graph's shape.

use api::{Failure, Permitted};
use audit::{Actor, Recorded};
use axum::Json;
use axum::extract::RawQuery;

use crate::{Directory, caller, view};

const TOP: u32 = 50;
const TOP_MAX: u32 = 1_000;

pub async fn handle(
    directory: Directory,
    permitted: Permitted,
    RawQuery(query): RawQuery,
) -> Result<Json<view::AuditEvents>, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or(""))?;
    let root = format!("{}/api/auditEvents", directory.origin);
    let read = directory.store.read(permitted.tenant(), move |tx| {
        let count = audit::count(tx)?;
        let events = audit::list(tx, asked.before, asked.top)?;
        let last = events.last().map(|event| event.sequence).filter(|sequence| *sequence > 1);
        let is_full = events.len() as u64 == u64::from(asked.top);
        let next_link =
            last.filter(|_| is_full).map(|last| format!("{root}?$top={}&$skiptoken={last}", asked.top));
        let mut value = Vec::with_capacity(events.len());
        for event in events {
            value.push(shown(tx, event)?);
        }
        Ok::<_, Failure>(view::AuditEvents { count, value, next_link })
    });
    Ok(Json(read.await?))
}

struct Asked {
    top: u32,
    before: Option<i64>,
}

impl Asked {
    fn read(query: &str) -> Result<Asked, Failure> {
        let mut asked = Asked { top: TOP, before: None };
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            match name.replace("%24", "$").to_ascii_lowercase().as_str() {
                "$top" => {
                    let top = value.trim().parse().ok().filter(|top| (1..=TOP_MAX).contains(top));
                    asked.top = top.ok_or_else(|| {
                        Failure::bad_request(format!("$top is a number from 1 to {TOP_MAX}.")).target("$top")
                    })?;
                }
                "$skiptoken" => {
                    let before = value.parse().ok().filter(|before: &i64| *before > 0);
                    asked.before = Some(before.ok_or_else(|| {
                        Failure::bad_request("Follow @odata.nextLink as it was given.").target("$skiptoken")
                    })?);
                }
                "$count" => {}
                _ => {
                    let message =
                        format!("The option '{name}' is not supported here; $top and @odata.nextLink are.");
                    return Err(Failure::new(api::Code::NotImplemented, message).target(name));
                }
            }
        }
        Ok(asked)
    }
}

fn shown(tx: &mut store::Tx<'_, '_>, event: Recorded) -> Result<view::AuditEvent, Failure> {
    let (kind, id, name) = match event.actor() {
        Actor::User(id) => {
            ("user", Some(id.to_string()), caller::names(tx, id)?.map(|names| names.user_principal_name))
        }
        Actor::Application(id) => ("application", Some(id), None),
        Actor::Device(id) => ("device", Some(id.to_string()), None),
        Actor::System(part) => ("system", Some(part), None),
        Actor::Unknown => ("unknown", None, None),
    };
    Ok(view::AuditEvent {
        id: event.id,
        activity_date_time: event.at,
        activity: event.activity,
        category: event.category,
        activity_result: event.result,
        actor: view::AuditActor { audit_actor_type: kind.to_owned(), id, user_principal_name: name },
        resources: vec![view::AuditResource {
            audit_resource_type: event.resource.ty,
            resource_id: event.resource.id,
            display_name: event.resource.name,
        }],
        details: serde_json::from_str(&event.details).unwrap_or_default(),
        correlation_id: event.correlation_id,
    })
}
