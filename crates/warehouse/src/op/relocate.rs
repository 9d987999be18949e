//! Moving the warehouse (seed, "Move your Intune Data Warehouse account data"): it is emptied, and records on at a new
//! location.
//!
//! What was recorded before is gone for good, files and all. Whoever moves says that they know; `quarterdeck export`
//! keeps it, and `quarterdeck restore` takes it to where the warehouse is then.

use api::{Body, Failure, Permitted, Route};
use audit::{Category, Event, Resource};
use axum::Json;
use jiff::{SignedDuration, Timestamp};
use notify::{Notice, Severity, State, Topic, Words};
use policy::{Need, action};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{SqlError, TenantId, Tx};

use crate::{Warehouse, job, sql};

/// Where people read why the charts begin anew.
pub const EXPLANATION: &str = "/data-warehouse/moved";
/// The longest name of a place.
const LOCATION_MAX: usize = 200;

/// The routes.
pub(crate) fn routes(warehouse: &Warehouse) -> Vec<Route> {
    const PATH: &str = "/api/warehouse/moves";
    let show = {
        let warehouse = warehouse.clone();
        move |permitted| list(warehouse, permitted)
    };
    let go = {
        let warehouse = warehouse.clone();
        move |permitted, body| relocate(warehouse, permitted, body)
    };
    let need = Need::Action(action::WAREHOUSE_MOVE);
    vec![
        Route::get(PATH, Need::DATA_WAREHOUSE, "Read where the warehouse has been recorded", show)
            .answers::<Moves>(200),
        Route::post(PATH, need, "Empty the warehouse and record at a new location", go)
            .accepts::<Input>()
            .answers::<Move>(200),
    ]
}

/// Where to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "MoveWarehouse")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// Where the data is from now on, in words for people.
    pub location: String,
    /// That what is recorded may go; it cannot be undone.
    #[serde(default)]
    pub confirm: bool,
}

/// All moves.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WarehouseMoves")]
pub struct Moves {
    /// Newest first.
    pub value: Vec<Move>,
}

/// One move, as the notice on the warehouse's page says it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "WarehouseMove")]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// When the warehouse was emptied.
    pub moved_date_time: String,
    /// Where it is recorded since.
    pub location: String,
    /// Where it was recorded before.
    pub previous_location: String,
    /// The page that says why the charts begin anew.
    pub explanation: &'static str,
}

/// Gives the moves.
pub async fn list(warehouse: Warehouse, permitted: Permitted) -> Result<Json<Moves>, Failure> {
    let read = warehouse.store.read(permitted.tenant(), moves).await?;
    Ok(Json(Moves { value: read }))
}

/// Moves it.
pub async fn relocate(
    warehouse: Warehouse,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<Json<Move>, Failure> {
    let location = input.location.trim().to_owned();
    if location.is_empty() || location.chars().count() > LOCATION_MAX {
        let message = format!("Say where the data is from now on, in 1 to {LOCATION_MAX} letters.");
        return Err(Failure::bad_request(message).target("location"));
    }
    if !input.confirm {
        let message = "Moving removes every day that is recorded. Keep them with quarterdeck export, then send \
                       \"confirm\": true.";
        return Err(Failure::conflict(message).word("not_confirmed").target("confirm"));
    }
    let (tenant, actor) = (permitted.tenant(), permitted.actor());
    let go = move || warehouse.relocate(tenant, &location, actor);
    let moved = tokio::task::spawn_blocking(go).await.map_err(|error| Failure::internal(&error))?;
    Ok(Json(moved.map_err(|error| Failure::internal(&error))?))
}

/// Why it was not moved, or not to the end; trying again goes on.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The lake was not emptied.
    #[error(transparent)]
    Reset(#[from] job::reset::ResetError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] SqlError),
    /// The lake could not be opened.
    #[error(transparent)]
    Open(#[from] lake::OpenError),
}

impl Warehouse {
    /// Empties the warehouse of `tenant`, records at `location` from now on, and records that `actor` did. It blocks.
    ///
    /// # Errors
    /// See [`MoveError`].
    pub fn relocate(&self, tenant: TenantId, location: &str, actor: audit::Actor) -> Result<Move, MoveError> {
        let (lake, now) = (self.lakes.of(tenant)?, self.world.clock.now());
        job::reset::run(&lake, &self.config.holder, now, SignedDuration::ZERO)?;
        let ids = &self.world.ids;
        let (location, event_id, notice_id, id) = (location.to_owned(), ids.guid(), ids.guid(), ids.guid());
        let record = move |tx: &mut Tx<'_, '_>| -> Result<Move, SqlError> {
            let before: String = match tx.row(&sql::LOCATION, &[])? {
                Some(row) => row.get(0)?,
                None => String::new(),
            };
            tx.exec(&sql::SET_LOCATION, &[location.as_str().into()])?;
            tx.exec(
                &sql::ADD_MOVE,
                &[id.into(), now.into(), location.as_str().into(), before.as_str().into()],
            )?;
            let event = Event::new(actor, "Move warehouse", Category::Warehouse)
                .on(Resource::new("Warehouse", tenant.to_string()))
                .with(serde_json::json!({"location": location, "previousLocation": before}));
            audit::record(tx, now, event_id, &event)?;
            notify::raise(tx, notice_id, now, &notice(&location))?;
            Ok(view(now, location, before))
        };
        Ok(self.store.write_blocking(tenant, record)?)
    }
}

/// What people hear of it; the link leads to the explanation.
fn notice(location: &str) -> Notice {
    let title =
        Words::new("The data warehouse has moved", "Het datawarehouse is verhuisd", "Datalagret har flyttat");
    let text = Words::new(
        format!(
            "It was emptied and records at {location} from the next snapshot on. Charts and exports begin anew."
        ),
        format!(
            "Het is geleegd en legt vanaf de volgende momentopname vast op {location}. Grafieken en exports beginnen opnieuw."
        ),
        format!(
            "Det har tömts och sparar från nästa ögonblicksbild i {location}. Diagram och exporter börjar om."
        ),
    );
    let (topic, severity, state) = (Topic::Message, Severity::Info, State::Open);
    let (subject, link) = ("warehouse/move".to_owned(), EXPLANATION.to_owned());
    Notice { topic, subject, severity, state, title, text, link }
}

/// The moves of a tenant, newest first.
pub(crate) fn moves(tx: &mut Tx<'_, '_>) -> Result<Vec<Move>, SqlError> {
    let rows = tx.rows(&sql::MOVES, &[])?;
    rows.iter().map(|row| Ok(view(row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

fn view(at: Timestamp, location: String, previous_location: String) -> Move {
    Move { moved_date_time: at.to_string(), location, previous_location, explanation: EXPLANATION }
}
