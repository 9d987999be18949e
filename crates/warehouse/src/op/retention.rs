//! How long each dated table is kept: reading it with what goes next, and setting it.

use std::collections::BTreeSet;

use ::model::Table;
use api::{Body, Failure, Permitted, Route};
use audit::{Category, Event, Resource};
use axum::Json;
use jiff::Timestamp;
use jiff::civil::Date;
use policy::{Need, action};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Tx;

use crate::lifetime::date_key;
use crate::retention::{DAYS_MAX, Kept, NOTICE_DAYS, Outlook, Retention, Setting};
use crate::{Warehouse, sql};

/// The routes.
pub(crate) fn routes(warehouse: &Warehouse) -> Vec<Route> {
    const PATH: &str = "/api/warehouse/retention";
    let show = {
        let warehouse = warehouse.clone();
        move |permitted| read(warehouse, permitted)
    };
    let set = {
        let warehouse = warehouse.clone();
        move |permitted, body| update(warehouse, permitted, body)
    };
    let need = Need::Action(action::WAREHOUSE_SET_RETENTION);
    vec![
        Route::get(PATH, Need::DATA_WAREHOUSE, "Read how long each table is kept and what goes next", show)
            .answers::<View>(200),
        Route::patch(PATH, need, "Set how long tables are kept", set).accepts::<Input>().answers::<View>(200),
    ]
}

/// What to set. Tables that are not named stay as they are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "SetWarehouseRetention")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// At least one.
    pub tables: Vec<TableInput>,
}

/// One table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "SetTableRetention")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TableInput {
    /// Name of a table with one row a day.
    pub name: String,
    /// Days kept; 0 keeps for ever, null is the default.
    pub retention_days: Option<u16>,
}

/// How long everything is kept.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WarehouseRetention")]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Days between shortening a retention and the first day it removes.
    pub notice_days: i64,
    /// The dated tables.
    pub tables: Vec<TableView>,
}

/// One table.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TableRetention")]
#[serde(rename_all = "camelCase")]
pub struct TableView {
    /// Name of the entity set.
    pub name: &'static str,
    /// Days kept now; 0: for ever.
    pub retention_days: u16,
    /// Days kept where nobody decides; 0: for ever.
    pub default_days: u16,
    /// What was decided and does not hold yet.
    pub announced: Option<Announced>,
    /// yyyymmdd of the first day there is.
    pub oldest_date_key: Option<i32>,
    /// yyyymmdd of the last day there is.
    pub newest_date_key: Option<i32>,
    /// Days there are.
    pub days: usize,
    /// What goes next, if days go on being added.
    pub next_drop: Option<DropView>,
    /// `kept`, `rolling` (a day goes as another comes) or `warning` (more will go than that).
    pub state: &'static str,
}

/// A decision that does not hold yet.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AnnouncedRetention")]
#[serde(rename_all = "camelCase")]
pub struct Announced {
    /// Days kept from then on.
    pub retention_days: u16,
    /// The first day whose snapshot follows it, as 2026-11-27.
    pub effective_date: String,
}

/// Days that will go.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RetentionDrop")]
#[serde(rename_all = "camelCase")]
pub struct DropView {
    /// How many.
    pub days: usize,
    /// The day whose snapshot removes them, as 2026-11-27.
    pub date: String,
}

/// Gives the view.
pub async fn read(warehouse: Warehouse, permitted: Permitted) -> Result<Json<View>, Failure> {
    let tenant = permitted.tenant();
    let view = move || view(&warehouse, tenant).map(Json);
    tokio::task::spawn_blocking(view).await.map_err(|error| Failure::internal(&error))?
}

/// Sets it, and gives the view as it is now.
pub async fn update(
    warehouse: Warehouse,
    permitted: Permitted,
    Body(input): Body<Input>,
) -> Result<Json<View>, Failure> {
    let wanted = wanted(&input)?;
    let (tenant, actor) = (permitted.tenant(), permitted.actor());
    let (now, today, id) = (warehouse.world.clock.now(), warehouse.today(), warehouse.world.ids.guid());
    let default = warehouse.config.retention;
    let change = move |tx: &mut Tx<'_, '_>| {
        set(tx, default, &wanted, (now, today))?;
        let tables: Vec<_> = wanted
            .iter()
            .map(|(table, days)| serde_json::json!({"name": table.name, "retentionDays": days}))
            .collect();
        let event = Event::new(actor, "Set warehouse retention", Category::Warehouse)
            .on(Resource::new("Warehouse", tenant.to_string()))
            .with(serde_json::json!({ "tables": tables }));
        audit::record(tx, now, id, &event)?;
        Ok::<_, Failure>(())
    };
    warehouse.store.write(tenant, change).await?;
    read(warehouse, permitted).await
}

type Wanted = Vec<(&'static Table, Option<u16>)>;

fn wanted(input: &Input) -> Result<Wanted, Failure> {
    if input.tables.is_empty() {
        return Err(Failure::bad_request("Name at least one table to set.").target("tables"));
    }
    let mut names = BTreeSet::new();
    let table = |(at, asked): (usize, &TableInput)| {
        let target = |field: &str| format!("tables[{at}].{field}");
        let table = model::table(&asked.name).ok_or_else(|| {
            Failure::bad_request(format!("There is no table {}.", asked.name)).target(target("name"))
        })?;
        if !table.is_dated() {
            let message =
                format!("{} has no days: its rows are kept for as long as the warehouse lives.", table.name);
            return Err(Failure::bad_request(message).target(target("name")));
        }
        if !names.insert(table.name) {
            let message = format!("{} is named twice.", table.name);
            return Err(Failure::bad_request(message).target(target("name")));
        }
        if asked.retention_days.is_some_and(|days| days > DAYS_MAX) {
            let message = format!("Days are at most {DAYS_MAX}; 0 keeps for ever.");
            return Err(Failure::bad_request(message).target(target("retentionDays")));
        }
        Ok((table, asked.retention_days))
    };
    input.tables.iter().enumerate().map(table).collect()
}

fn set(
    tx: &mut Tx<'_, '_>,
    default: Retention,
    wanted: &Wanted,
    (now, today): (Timestamp, Date),
) -> Result<(), Failure> {
    let plan = sql::retention(tx, default)?;
    for (table, days) in wanted {
        let kept = days.map_or_else(|| plan.default_of(table), Kept::from_days);
        let setting = Setting::decide(plan.kept(table, today), kept, today);
        let values = [
            table.name.into(),
            i64::from(setting.kept.days()).into(),
            setting.before.map(|before| i64::from(before.days())).into(),
            i64::from(date_key(setting.effective)).into(),
            now.into(),
        ];
        tx.exec(&sql::SET_RETENTION, &values)?;
    }
    Ok(())
}

fn view(warehouse: &Warehouse, tenant: store::TenantId) -> Result<View, Failure> {
    let outlooks = warehouse.retention_outlook(tenant).map_err(|error| Failure::internal(&error))?;
    let table = |outlook: Outlook| {
        let default =
            model::table(outlook.table).map_or(Kept::Forever, |table| warehouse.config.retention.of(table));
        table_view(&outlook, default)
    };
    Ok(View { notice_days: NOTICE_DAYS, tables: outlooks.into_iter().map(table).collect() })
}

fn table_view(outlook: &Outlook, default: Kept) -> TableView {
    let state = match (outlook.is_warning, outlook.drop) {
        (true, _) => "warning",
        (false, Some(_)) => "rolling",
        (false, None) => "kept",
    };
    TableView {
        name: outlook.table,
        retention_days: outlook.kept.days(),
        default_days: default.days(),
        announced: outlook.announced.map(|(kept, effective)| Announced {
            retention_days: kept.days(),
            effective_date: effective.to_string(),
        }),
        oldest_date_key: outlook.days.map(|(first, _)| date_key(first)),
        newest_date_key: outlook.days.map(|(_, last)| date_key(last)),
        days: outlook.n_days,
        next_drop: outlook.drop.map(|drop| DropView { days: drop.n_days, date: drop.on.to_string() }),
        state,
    }
}
