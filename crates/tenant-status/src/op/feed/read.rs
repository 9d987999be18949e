//! The feeds themselves.

use api::{Failure, Permitted};
use axum::Json;
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use http::header;
use jiff::{SignedDuration, Timestamp};
use policy::{Need, permit};
use schemars::JsonSchema;
use serde::Serialize;
use store::{SqlError, TenantId, Tx};
use uuid::Uuid;

use crate::TenantStatus;
use crate::catalogue;
use crate::connector::keep;
use crate::connector::notice::health_words;
use crate::connector::secret::token_hash;
use crate::expiring::{Expiring, expiring};
use crate::feed::calendar::{Entry, calendar};
use crate::feed::rss::{Item, feed};
use crate::model::{EarlyWarnings, Health};
use crate::op::connector::Lang;
use crate::op::connector::page::timeline;
use crate::sql::connector as sql;
use crate::view::HealthChange;

/// Everything that expires.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExpiringThings {
    #[schemars(with = "String")]
    pub as_of: Timestamp,
    /// Soonest first; what has expired comes first of all.
    pub value: Vec<Expiring>,
}

/// What expires when, for the page.
pub async fn list(status: TenantStatus, permitted: Permitted) -> Result<Json<ExpiringThings>, Failure> {
    let now = status.world.clock.now();
    let value = status.store.read(permitted.tenant(), move |tx| expiring(tx, now)).await?;
    Ok(Json(ExpiringThings { as_of: now, value }))
}

pub async fn rss(
    status: TenantStatus,
    Path(token): Path<String>,
    Query(lang): Query<Lang>,
) -> Result<impl IntoResponse, Failure> {
    let tenant = whose(&status, &token).await?;
    let (now, language) = (status.world.clock.now(), lang.lang.clone());
    let read = status.store.read(tenant, move |tx| {
        let things = with_warnings(tx, now)?;
        let changes = timeline(tx, "", "", now)?;
        Ok::<_, SqlError>(items(&things, &changes, &language, now))
    });
    let title = match lang.lang.as_str() {
        "nl" => "Quarterdeck: connectorstatus",
        "sv" => "Quarterdeck: kopplingsstatus",
        _ => "Quarterdeck: connector status",
    };
    let text = feed(read.await?, (&status.origin, title), now);
    Ok((
        [(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8"), (header::CACHE_CONTROL, "private")],
        text,
    ))
}

pub async fn ical(
    status: TenantStatus,
    Path(token): Path<String>,
    Query(lang): Query<Lang>,
) -> Result<impl IntoResponse, Failure> {
    let tenant = whose(&status, &token).await?;
    let now = status.world.clock.now();
    let things = status.store.read(tenant, move |tx| with_warnings(tx, now)).await?;
    let entries: Vec<Entry<'_>> =
        things.iter().map(|(thing, warnings)| Entry { thing, days: warnings.days() }).collect();
    let text = calendar(&entries, (&status.origin, &lang.lang), now);
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CACHE_CONTROL, "private")], text))
}

/// The tenant of a feed whose person may still see the page.
async fn whose(status: &TenantStatus, token: &str) -> Result<TenantId, Failure> {
    let hash = token_hash(token);
    let read = status.store.read_global(move |conn| {
        let row = conn.row(&sql::OF_FEED, &[hash.into()])?;
        row.map(|row| Ok::<_, SqlError>((TenantId(row.get(0)?), row.get::<Uuid>(1)?))).transpose()
    });
    let unknown =
        || Failure::not_found("This feed does not exist or was revoked; make a new address on the page.");
    let (tenant, user) = read.await?.ok_or_else(unknown)?;
    let caller = status.people.caller(tenant, user).await?.ok_or_else(unknown)?;
    permit(&caller, Need::TENANT_STATUS)?;
    Ok(tenant)
}

fn with_warnings(tx: &mut Tx<'_, '_>, now: Timestamp) -> Result<Vec<(Expiring, EarlyWarnings)>, SqlError> {
    let mut out = Vec::new();
    for thing in expiring(tx, now)? {
        let warnings = keep::early_warnings(tx, thing.connector_type())?;
        out.push((thing, warnings));
    }
    Ok(out)
}

fn items(
    things: &[(Expiring, EarlyWarnings)],
    changes: &[HealthChange],
    lang: &str,
    now: Timestamp,
) -> Vec<Item> {
    let mut items: Vec<Item> = changes.iter().filter_map(|change| of_change(change, lang)).collect();
    for (thing, warnings) in things {
        if let Some(day) = warnings.due(thing.expires_at, now) {
            items.push(of_warning(thing, day, lang));
        }
    }
    items
}

/// A first "healthy" is no news.
fn of_change(change: &HealthChange, lang: &str) -> Option<Item> {
    let ty = catalogue::find(&change.type_key)?;
    let health = Health::read(&change.health)?;
    let is_quiet = change.health_before.is_none() && !matches!(health, Health::Unhealthy | Health::Warning);
    let words = health_words(health);
    let word = match lang {
        "nl" => words.nl,
        "sv" => words.sv,
        _ => words.en,
    };
    let item = Item {
        id: format!("{}/{}/{}", change.type_key, change.instance_id, change.at.as_microsecond()),
        title: format!("{}: {}: {word}", ty.label.in_language(lang), change.instance_name),
        text: word,
        link: format!("/tenant-status/connectors/{}/{}", change.type_key, change.instance_id),
        at: change.at,
    };
    (!is_quiet).then_some(item)
}

fn of_warning(thing: &Expiring, day: u16, lang: &str) -> Item {
    let (name, at) = (&thing.display_name, thing.expires_at);
    let label = thing.connector_type().label.in_language(lang);
    let title = match lang {
        "nl" => format!("{label}: {name} verloopt binnen {day} dagen"),
        "sv" => format!("{label}: {name} upphör att gälla inom {day} dagar"),
        _ => format!("{label}: {name} expires within {day} days"),
    };
    let comes = at.saturating_sub(SignedDuration::from_hours(24 * i64::from(day)));
    Item {
        id: format!("{}/{}/{}/{day}", thing.type_key, thing.instance_id, at.as_microsecond()),
        title,
        text: at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        link: thing.link(),
        at: comes.unwrap_or(at),
    }
}
