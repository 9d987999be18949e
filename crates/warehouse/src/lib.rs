//! The warehouse: a picture of the tenant every midnight, kept in open files and served as an OData feed.
//!
//! | module | holds |
//! |---|---|
//! | [`lifetime`], [`merge`], [`calendar`], [`model`] | pure rules: what a day's read does to the rows before it |
//! | [`job::midnight`] | the job that publishes a day |
//! | [`sql`] | what it reads from the operational store |
//! | [`encode`], [`feed`] | requests to plans, rows to OData JSON |
//! | [`erase`], [`job::erase`] | blanking one subject in every file |
//! | [`backup`], [`csv`] | every table out of the lake as files, and back |
//! | [`retention`] | how long days are kept, and what goes next |
//! | [`parts`] | a table's files by ranges of id |
//! | [`op`] | the operations behind the doors |
//!
//! The catalogue of tables is crate `model`; files and their catalogue are crate `lake`. There is no time travel for
//! readers, no write through the feed, and no table that is not in the catalogue.

pub mod backup;
pub mod calendar;
pub mod cell;
pub mod counting;
pub mod csv;
pub mod edm;
pub mod encode;
pub mod erase;
pub mod feed;
pub mod files;
pub mod job;
mod keeping;
mod lakes;
pub mod lifetime;
pub mod merge;
pub mod model;
pub mod op;
pub mod parts;
pub mod retention;
pub mod sql;
pub mod suppression;

#[cfg(test)]
mod testkit;

use std::sync::Arc;

use api::{Module, Permitted, Route};
use audit::{Category, Event, Resource};
use axum::extract::Request;
use http::Method;
use jiff::civil::Date;
use policy::{Need, action};
use store::{SqlError, Store, TenantId};
use tokio::sync::Semaphore;
use world::World;

pub use lakes::Lakes;
pub use retention::Retention;

use feed::Root;
use job::midnight::{MidnightError, Mode, Outcome, Run, Spared};
use retention::{Outlook, Plan};
use sql::StoreImage;

/// Downloads that may run at the same time.
const DOWNLOADS_MAX: usize = 64;

/// What every operation of this feature works with. Cheap to clone.
#[derive(Clone)]
pub struct Warehouse {
    pub store: Store,
    pub world: World,
    pub lakes: Lakes,
    pub config: Arc<Config>,
    downloads: Arc<Semaphore>,
}

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Config {
    /// `https://host:port`, without a slash at the end.
    pub origin: String,
    /// Rows in a page of the feed; [`feed::PAGE_ROWS`] unless there is a reason.
    pub page_rows: u64,
    /// Whether every request is refused what the original refuses ([`feed::compat`]).
    pub is_compat: bool,
    /// How long facts are kept.
    pub retention: Retention,
    /// This server's name among those that share the lake: who holds the lease.
    pub holder: String,
}

impl Warehouse {
    /// The feature over its parts.
    pub fn new(store: Store, world: World, lakes: Lakes, config: Config) -> Self {
        let downloads = Arc::new(Semaphore::new(DOWNLOADS_MAX));
        Self { store, world, lakes, config: Arc::new(config), downloads }
    }

    /// Today in UTC.
    pub fn today(&self) -> Date {
        self.world.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// A run for today.
    pub fn run_today(&self, mode: Mode, force: bool) -> Run {
        let run = Run::today(self.world.clock.now(), mode, &self.config.holder);
        Run { force, retention: self.config.retention.into(), ..run }
    }

    /// Publishes a day of `tenant` from one image of the store, and records that `actor` did. It blocks for as long as
    /// the snapshot takes.
    ///
    /// # Errors
    /// See [`MidnightError`].
    pub fn publish(
        &self,
        tenant: TenantId,
        run: &Run,
        actor: audit::Actor,
    ) -> Result<Outcome, MidnightError> {
        let lake = self.lakes.of(tenant)?;
        let run = &Run { retention: self.retention(tenant)?, ..run.clone() };
        let outcome = job::midnight::run(&lake, run, |take| {
            self.store.image(tenant, |tx| {
                let erased = sql::erased_still_held(tx)?;
                let mut image = StoreImage::new(tx);
                if erased.is_empty() { take(&mut image) } else { take(&mut Spared::new(image, erased)) }
            })
        })?;
        if let Outcome::Published(report) = outcome {
            let event = Event::new(actor, "Publish warehouse snapshot", Category::Warehouse)
                .on(Resource::new("WarehouseSnapshot", report.date_key.to_string()))
                .with(serde_json::json!({
                    "snapshotId": report.snapshot.0, "devices": report.devices, "users": report.users,
                    "refreshed": report.refreshed, "forced": run.force,
                }));
            let (now, id) = (run.now, self.world.ids.guid());
            let record = move |tx: &mut store::Tx<'_, '_>| audit::record(tx, now, id, &event);
            self.store.write_blocking::<_, SqlError>(tenant, record)?;
        }
        Ok(outcome)
    }
}

impl Warehouse {
    /// How long `tenant` keeps its days. It blocks.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn retention(&self, tenant: TenantId) -> Result<Plan, SqlError> {
        let default = self.config.retention;
        self.store.read_blocking(tenant, move |tx| sql::retention(tx, default))
    }

    /// What each dated table holds and will lose, and whether somebody should look at it. It blocks.
    ///
    /// # Errors
    /// When the store or the lake's catalogue cannot be read.
    pub fn retention_outlook(&self, tenant: TenantId) -> Result<Vec<Outlook>, OutlookError> {
        let (plan, lake, today) = (self.retention(tenant)?, self.lakes.of(tenant)?, self.today());
        let latest = lake.snapshot(&lake::At::Latest)?;
        let outlook = |table: &&'static ::model::Table| {
            let mut days: Vec<i64> = match lake.files(&latest, table.name, None) {
                Ok(files) => files.iter().filter_map(|file| file.partition).collect(),
                Err(lake::SnapshotError::UnknownTable(_)) => Vec::new(),
                Err(error) => return Err(error.into()),
            };
            days.dedup();
            Ok(plan.outlook(table, &days, today))
        };
        ::model::tables().iter().filter(|table| table.is_dated()).map(outlook).collect()
    }
}

/// Why it could not be told what goes next.
#[derive(Debug, thiserror::Error)]
pub enum OutlookError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] SqlError),
    /// The lake could not be opened.
    #[error(transparent)]
    Open(#[from] lake::OpenError),
    /// The catalogue failed.
    #[error(transparent)]
    Snapshot(#[from] lake::SnapshotError),
}

/// The feature's routes.
pub fn module(warehouse: &Warehouse) -> Module {
    let mut routes: Vec<_> =
        op::feed::ROOTS.into_iter().flat_map(|root| feed_routes(warehouse, root)).collect();
    let show = {
        let warehouse = warehouse.clone();
        move |permitted| op::show::handle(warehouse, permitted)
    };
    let publish = {
        let warehouse = warehouse.clone();
        move |permitted, body| op::publish::handle(warehouse, permitted, body)
    };
    let publish_need = Need::Action(action::WAREHOUSE_PUBLISH_SNAPSHOT);
    routes.push(
        Route::get("/api/warehouse", Need::DATA_WAREHOUSE, "Read about the warehouse and its tables", show)
            .answers::<op::show::View>(200),
    );
    routes.push(
        Route::post("/api/warehouse/snapshots", publish_need, "Publish today's snapshot now", publish)
            .accepts::<op::publish::Input>()
            .answers::<op::publish::View>(200),
    );
    routes.extend(op::retention::routes(warehouse));
    routes.extend(op::relocate::routes(warehouse));
    routes.extend(op::chart::routes(warehouse));
    routes.extend(op::connect::routes(warehouse));
    routes.push(op::query::route(warehouse));
    Module { name: "warehouse", routes }
}

/// The query options of the feed.
const FEED_OPTIONS: [&str; 14] = [
    "$select",
    "$filter",
    "$orderby",
    "$top",
    "$skip",
    "$count",
    "$search",
    "$compute",
    "$apply",
    "$expand",
    "$format",
    "$skiptoken",
    "$deltatoken",
    "maxhistorydays",
];

fn feed_routes(warehouse: &Warehouse, root: Root) -> Vec<Route> {
    let paths: [&'static str; 3] = match root {
        Root::Query => [
            "/ReportingService/DataWarehouseFEService",
            "/ReportingService/DataWarehouseFEService/",
            "/ReportingService/DataWarehouseFEService/{*path}",
        ],
        Root::Path(::model::Version::V1) => {
            ["/warehouse/v1.0", "/warehouse/v1.0/", "/warehouse/v1.0/{*path}"]
        }
        Root::Path(::model::Version::Beta) => {
            ["/warehouse/beta", "/warehouse/beta/", "/warehouse/beta/{*path}"]
        }
        Root::Path(::model::Version::Extended) => {
            ["/warehouse/extended", "/warehouse/extended/", "/warehouse/extended/{*path}"]
        }
    };
    let route = |path| {
        let warehouse = warehouse.clone();
        let handler = move |permitted: Permitted, request: Request| {
            op::feed::handle(warehouse, root, permitted, request)
        };
        let summary =
            if path == paths[2] { "Read from the warehouse feed" } else { "Read what the feed offers" };
        let route = Route::new(Method::GET, path, api::Door::Need(Need::DATA_WAREHOUSE), summary, handler);
        FEED_OPTIONS
            .into_iter()
            .fold(route, |route, name| route.parameter(name, "See the documentation of the feed"))
            .answers_plain(200)
    };
    let batch = {
        let warehouse = warehouse.clone();
        move |permitted: Permitted, request: Request| op::batch::handle(warehouse, root, permitted, request)
    };
    let batch_path = match root {
        Root::Query => "/ReportingService/DataWarehouseFEService/$batch",
        Root::Path(::model::Version::V1) => "/warehouse/v1.0/$batch",
        Root::Path(::model::Version::Beta) => "/warehouse/beta/$batch",
        Root::Path(::model::Version::Extended) => "/warehouse/extended/$batch",
    };
    let summary = "Read several things from the warehouse feed at once";
    let batch = Route::post(batch_path, Need::DATA_WAREHOUSE, summary, batch).answers_plain(200);
    paths.into_iter().map(route).chain([batch]).collect()
}
