//! Figures of the warehouse on this machine: two days of N devices from an image made on the fly, a day of the same
//! devices from a SQLite store, and a full download of a day's `devicePropertyHistories`, beside reading the same files
//! without writing and copying the same bytes.
//!
//! `cargo run --release -p quarterdeck-warehouse --example warehouse_bench -- 1000000`

#[path = "kit/made.rs"]
mod made;

use std::time::Instant;

use jiff::civil::{Date, date};
use lake::engine::{Engine, EngineConfig};
use lake::{At, Lake, LakeConfig};
use store::{Sql, SqlError, Store, TenantId};
use warehouse::encode::{Field, PageEncoder, RowFormat};
use warehouse::feed::{Feed, FeedRequest, Root};
use warehouse::job::midnight::{Image as _, Mode, Outcome, Run, run};
use warehouse::merge::MergeError;
use warehouse::{Config, Lakes, Retention, Warehouse};
use world::World;

use made::{Made, peak_mib};

/// N devices and N/2 users; on the second day a tenth of the devices differ.
fn made(devices: u64, day: u64) -> Made {
    Made { users: devices / 2, devices, day, changed_every: 10 }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let devices: u64 = std::env::args().nth(1).map_or(Ok(100_000), |count| count.parse())?;
    let folder = tempfile::tempdir()?;
    let world = World::seeded(1, "2026-11-20T00:00:05Z".parse()?);
    let catalogue = sql::DatabaseUrl::sqlite(folder.path().join("catalogue.db"));
    let lake = Lake::open(&LakeConfig { catalogue, data_dir: folder.path().join("data") }, world.clone())?;
    for (number, day) in [date(2026, 11, 20), date(2026, 11, 21)].into_iter().enumerate() {
        snapshot(&lake, &world, day, &mut made(devices, number as u64))?;
    }
    from_store(devices)?;
    download(&lake, devices)
}

const NEW_TENANT: Sql = Sql::tenant(
    "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
       created_at) values ($1, 'Contoso', 'NL', 'Europe', 'quarterdeck', 'active', 0)",
);
const NEW_DEVICE: Sql = Sql::tenant(
    "insert into device (tenant_id, id, device_name, device_type_id, registration_state_id, owner_type_id, enrolled_at,
       last_sync_at, management_agent_id, management_state_id, azure_ad_registered, enrollment_type_id,
       compliance_state_id, operating_system, is_supervised, encryption_state, jail_broken, is_simulated,
       report_sequence, user_id, free_storage_bytes, os_version, serial_number, model, manufacturer)
     values ($1, $2, $3, 0, 2, 1, 1000000, 2000000, 2, 0, true, 1, 1, 'Linux', false, 1, false, true,
       0, $4, $5, $6, $7, $8, 'Contoso')",
);

/// The same through the operational store.
fn from_store(devices: u64) -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let world = World::seeded(2, "2026-11-20T00:00:05Z".parse()?);
    let store = Store::open(&sql::DatabaseUrl::sqlite(folder.path().join("store.db")), 2)?;
    let tenant = TenantId(world.ids.guid());
    store.write_blocking::<_, SqlError>(tenant, |tx| tx.exec(&NEW_TENANT, &[]))?;
    store.write_blocking::<_, SqlError>(tenant, move |tx| {
        let mut made = made(devices, 0);
        let mut failed = None;
        let insert = made.devices(&mut |device| {
            let free = device.free_storage_bytes.into();
            let text = |text: Option<&str>| text.map(str::to_owned).into();
            let (name, user, os) = (text(device.device_name), text(device.user_id), text(device.os_version));
            let (serial, model) = (text(device.serial_number), text(device.model));
            let row = [device.id.into(), name, user, free, os, serial, model];
            tx.exec(&NEW_DEVICE, &row).map(drop).map_err(|error| {
                let why = error.to_string();
                failed = Some(error);
                MergeError::Files(why.into())
            })
        });
        match (insert, failed) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(error)) => Err(error),
            (Err(error), None) => Err(SqlError::Other(error.to_string())),
        }
    })?;
    let lakes = Lakes::new(folder.path().join("lake"), store.database().url().clone(), world.clone());
    let config = Config {
        origin: String::new(),
        page_rows: 100_000,
        is_compat: false,
        retention: Retention::Documented,
        holder: "bench".to_owned(),
    };
    let warehouse = Warehouse::new(store, world.clone(), lakes, config);
    for day in ["2026-11-20T00:00:05Z", "2026-11-21T00:00:05Z"] {
        world.clock.set(day.parse()?);
        let started = Instant::now();
        let run = warehouse.run_today(Mode::Once, false);
        warehouse.publish(tenant, &run, audit::Actor::System("bench".to_owned()))?;
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "snapshot of {day} from SQLite: {devices} devices in {seconds:.1} s, peak memory {} MiB",
            peak_mib()
        );
    }
    Ok(())
}

fn snapshot(
    lake: &Lake,
    world: &World,
    day: Date,
    image: &mut Made,
) -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let now = world.clock.now();
    let outcome = run(lake, &Run { day, ..Run::today(now, Mode::Once, "bench") }, |take| take(image))?;
    let Outcome::Published(report) = outcome else { return Err("the day is new".into()) };
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "snapshot of {day}: {} devices in {seconds:.1} s, peak memory {} MiB",
        report.devices,
        peak_mib()
    );
    Ok(())
}

fn download(lake: &Lake, devices: u64) -> Result<(), Box<dyn std::error::Error>> {
    let table = model::table("devicePropertyHistories").ok_or("declared")?;
    let snapshot = lake.snapshot(&At::Latest)?;
    let files = lake.files(&snapshot, table.name, Some(20_261_121..=20_261_121))?;
    // What v1.0 shows: the columns that a download of the feed has.
    let shown = || table.shown_columns(model::Version::V1).map(|(_, column)| column);
    let columns: Vec<_> = shown().map(|column| column.name).collect();
    let fields = shown().enumerate().map(|(column, declared)| Field {
        name: declared.name.into(),
        edm: warehouse::edm::edm_type(declared.edm),
        column,
    });
    let format = RowFormat { fields: fields.collect(), ..RowFormat::default() };
    let mut batches = Vec::new();
    let decoding = Instant::now();
    for file in &files {
        for batch in lake.read(file, &columns, 0..file.rows, 8192)? {
            batches.push(batch?);
        }
    }
    let decoding = decoding.elapsed().as_secs_f64();
    let rate = |seconds: f64| devices as f64 / seconds / 1e6;
    println!("decode only:     {decoding:.3} s, {:.2} M rows/s", rate(decoding));
    let (mut bytes, encoding) = (Vec::new(), Instant::now());
    let mut page = PageEncoder::new(format.clone(), "{\"value\":");
    let mut total = 0;
    for batch in &batches {
        page.write(batch, &mut |chunk| {
            total += chunk.len();
            bytes.push(chunk);
            true
        })?;
    }
    let encoding = encoding.elapsed().as_secs_f64();
    println!(
        "encode only:     {encoding:.3} s, {:.2} M rows/s, {:.0} MB/s",
        rate(encoding),
        total as f64 / encoding / 1e6
    );
    let (mut ring, copying) = (vec![0; 512 * 1024], Instant::now());
    for chunk in &bytes {
        ring[..chunk.len()].copy_from_slice(chunk);
    }
    let copying = copying.elapsed().as_secs_f64();
    println!("copy same bytes: {copying:.3} s, {:.2} M rows/s ({} x)", rate(copying), ring[0]);
    drop((batches, bytes));
    let both = Instant::now();
    let mut page = PageEncoder::new(format, "{\"value\":");
    for file in &files {
        for batch in lake.read(file, &columns, 0..file.rows, 8192)? {
            page.write(&batch?, &mut |_| true)?;
        }
    }
    let both = both.elapsed().as_secs_f64();
    println!("decode + encode: {both:.3} s, {:.2} M rows/s", rate(both));
    pages(lake, devices, 10_000)?;
    pages(lake, devices, 100_000)
}

/// The same download as a client makes it: page by page, from the query to the bytes.
fn pages(lake: &Lake, devices: u64, page_rows: u64) -> Result<(), Box<dyn std::error::Error>> {
    let config = EngineConfig {
        spill_dir: lake.data_dir().join("../spill"),
        memory_bytes: 256 << 20,
        spill_bytes: 1 << 30,
        time: std::time::Duration::from_secs(120),
    };
    let feed = Feed::new(lake.clone(), Engine::new(&config)?, page_rows);
    let mut query = "$filter=dateKey%20eq%2020261121".to_owned();
    let (started, mut count, mut slowest_first) = (Instant::now(), 0, 0.0f64);
    loop {
        let request = FeedRequest {
            root: Root::Path(model::Version::V1),
            root_url: "https://localhost",
            path: "devicePropertyHistories",
            query: &query,
            accept: None,
            odata_version: None,
            odata_max_version: None,
            prefer: None,
            if_none_match: None,
            is_compat: false,
            today: date(2026, 11, 21),
            now: "2026-11-21T12:00:00Z".parse()?,
        };
        let (asked, mut first, mut tail) = (Instant::now(), None, Vec::new());
        let response = feed.answer(&request).map_err(|failure| failure.message.clone())?;
        response.body.run(&mut |chunk| {
            first.get_or_insert_with(|| asked.elapsed().as_secs_f64());
            tail = chunk[chunk.len().saturating_sub(300)..].to_vec();
            true
        })?;
        count += 1;
        slowest_first = slowest_first.max(first.unwrap_or_default());
        let tail = String::from_utf8_lossy(&tail).into_owned();
        match tail.split_once("\"@odata.nextLink\":\"") {
            Some((_, link)) => {
                query = link
                    .split_once('?')
                    .map(|(_, query)| query.trim_end_matches("\"}").to_owned())
                    .unwrap_or_default();
            }
            None => break,
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{count} pages of {page_rows}: {seconds:.3} s, {:.2} M rows/s, first bytes after {:.1} ms at most",
        devices as f64 / seconds / 1e6,
        slowest_first * 1e3
    );
    Ok(())
}
