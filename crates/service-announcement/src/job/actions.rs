//! Looks for issues in the environment that require action, and keeps the list by what it finds.

use std::collections::BTreeSet;

use audit::{Category, Event, Resource};
use jiff::SignedDuration;
use notify::{Notice, Severity, State, Topic, Words};
use serde_json::json;
use store::{SqlError, TenantId, Tx, Value};

use crate::action::{Change, Found, Kind, Known, compare};
use crate::issue::Hand;
use crate::{ServiceAnnouncement, sql};

mod look;

/// What is mended, and issues that ended, are remembered this long.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Looks for every kind of issue of one tenant. A kind that cannot be looked for keeps what is known of it.
///
/// # Errors
/// When the database refuses.
pub async fn run(feature: &ServiceAnnouncement, tenant: TenantId) -> Result<(), SqlError> {
    let (mut all, mut looked_for) = (Vec::new(), BTreeSet::new());
    for kind in Kind::ALL {
        match look::one(feature, tenant, kind).await {
            Ok(found) => {
                looked_for.insert(kind);
                all.extend(found);
            }
            Err(error) => tracing::warn!(kind = kind.as_str(), %tenant, %error, "could not be looked for"),
        }
    }
    let hand = Hand::of_system(&feature.world, "action items");
    feature.store.write(tenant, move |tx| keep(tx, &hand, &all, &looked_for)).await
}

fn keep(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    found: &[Found],
    looked_for: &BTreeSet<Kind>,
) -> Result<(), SqlError> {
    let known = tx.rows(&sql::KNOWN_ITEMS, &[])?.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    for change in compare(found, &known, looked_for) {
        match change {
            Change::Begin(found) => {
                tx.exec(&sql::BEGIN_ITEM, &columns(found, Some(hand.world.ids.guid()), hand))?;
                tell(tx, hand, found, State::Open)?;
                record(tx, hand, "Find issue that requires action", (found.kind.as_str(), &found.subject))?;
            }
            Change::Worsen(found) => {
                tx.exec(&sql::KEEP_ITEM, &columns(found, None, hand))?;
                tell(tx, hand, found, State::Updated)?;
            }
            Change::Keep(found) => drop(tx.exec(&sql::KEEP_ITEM, &columns(found, None, hand))?),
            Change::Mend(known) => mend(tx, hand, known)?,
        }
    }
    let before = (hand.now - REMEMBERED).into();
    tx.exec(&sql::FORGET_ITEMS, std::slice::from_ref(&before))?;
    tx.exec(&sql::FORGET_POSTS, std::slice::from_ref(&before))?;
    tx.exec(&sql::FORGET_ISSUES, &[before]).map(drop)
}

fn read(row: &store::Row) -> Result<Known, SqlError> {
    Ok(Known {
        kind: row.get(0)?,
        subject: row.get(1)?,
        severity: row.get(2)?,
        title: Words::new(row.get::<String>(3)?, row.get::<String>(4)?, row.get::<String>(5)?),
        is_mended: row.get(6)?,
    })
}

/// The parameters of a row, with its id when it begins.
fn columns(found: &Found, id: Option<uuid::Uuid>, hand: &Hand) -> Vec<Value> {
    let mut columns = vec![found.kind.as_str().into(), (&found.subject).into()];
    columns.extend(id.map(Value::from));
    columns.extend([
        found.severity.as_str().into(),
        (&found.title.en).into(),
        (&found.title.nl).into(),
        (&found.title.sv).into(),
        (&found.advice.en).into(),
        (&found.advice.nl).into(),
        (&found.advice.sv).into(),
        (&found.link).into(),
        found.n_affected.into(),
        hand.now.into(),
    ]);
    columns
}

fn mend(tx: &mut Tx<'_, '_>, hand: &Hand, known: &Known) -> Result<(), SqlError> {
    tx.exec(&sql::MEND_ITEM, &[(&known.kind).into(), (&known.subject).into(), hand.now.into()])?;
    let text = Words::new("It is mended.", "Het is verholpen.", "Det är åtgärdat.");
    let notice = Notice {
        topic: Topic::ActionItem,
        subject: format!("actionItem/{}/{}", known.kind, known.subject),
        severity: Severity::Info,
        state: State::Resolved,
        title: known.title.clone(),
        text,
        link: PAGE.to_owned(),
    };
    hand.tell(tx, &notice)?;
    record(tx, hand, "Issue that required action is mended", (&known.kind, &known.subject))
}

/// The page that lists them.
const PAGE: &str = "/tenant-status/service-health";

fn tell(tx: &mut Tx<'_, '_>, hand: &Hand, found: &Found, state: State) -> Result<(), SqlError> {
    let notice = Notice {
        topic: Topic::ActionItem,
        subject: format!("actionItem/{}/{}", found.kind.as_str(), found.subject),
        severity: found.severity,
        state,
        title: found.title.clone(),
        text: found.advice.clone(),
        link: found.link.clone(),
    };
    hand.tell(tx, &notice)
}

fn record(
    tx: &mut Tx<'_, '_>,
    hand: &Hand,
    activity: &str,
    (kind, subject): (&str, &str),
) -> Result<(), SqlError> {
    let event = Event::new(hand.actor.clone(), activity, Category::Other)
        .on(Resource::new("ActionItem", subject))
        .with(json!({ "kind": kind }));
    hand.audit(tx, &event)
}
