//! Puts the parts of the house together into one router. The only place that knows them all.

mod arrivals;
mod authenticate;
mod leaving;
mod own;
mod provisioning;
mod readings;
mod session;
mod telling;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use api::{Module, Route};
use axum::Router;
use devices::{Channels, DeviceCas, Devices};
use directory::Directory;
use identity::{Identity, IdentityConfig};
use notify::Notify;
use rustls::DistinguishedName;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use service_announcement::ServiceAnnouncement;
use service_announcement::watch::Watch;
use sql::{DatabaseUrl, SqlError};
use store::{Store, TenantId};
use tenant_status::sync::{Around, Syncs};
use tenant_status::{LastSnapshot, Server, StoreShelf, TenantStatus};
use warehouse::{Lakes, Warehouse};
use world::World;

use crate::config::{Config, Origin};
use crate::data_dir;
use crate::health::{Check, Gauge, Text};
use crate::tls;
use arrivals::Arrivals;
use authenticate::{Doorkeeper, Enrollers, People};
use leaving::Farewell;
use own::{Own, Served};
use readings::HouseReadings;

const CHANGELOG: &str = include_str!("../../../CHANGELOG.md");

/// The parts of the house, opened.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) world: World,
    pub(crate) store: Store,
    pub(crate) identity: Identity,
    pub(crate) directory: Directory,
    pub(crate) devices: Devices,
    pub(crate) warehouse: Warehouse,
    pub(crate) tenant_status: TenantStatus,
    pub(crate) service_announcement: ServiceAnnouncement,
    pub(crate) notify: Notify,
    /// Given the server's metrics once it serves.
    pub(crate) served: Served,
}

/// A composed server, ready to be shown to the network.
pub(crate) struct App {
    pub(crate) router: Router,
    pub(crate) checks: Vec<Check>,
    pub(crate) gauges: Vec<Gauge>,
    pub(crate) texts: Vec<Text>,
}

/// Where things are, for opening the house.
pub(crate) struct Site<'a> {
    pub(crate) config: &'a Config,
    pub(crate) data_dir: &'a Path,
    pub(crate) origin: &'a Origin,
    /// The authority that clients must trust, when it is our own.
    pub(crate) authority_file: Option<&'a Path>,
}

impl House {
    /// Opens the stores and every part over them.
    ///
    /// # Errors
    /// When a database cannot be opened or brought up to date, or the key file cannot be used.
    pub(crate) async fn open(site: &Site<'_>, world: &World) -> anyhow::Result<House> {
        let store = open_store_on_thread(site).await?;
        let origin = site.origin.to_string();
        let config = IdentityConfig {
            origin: identity::Origin::parse(&origin)
                .context("the public origin cannot be used for sign-in")?,
            key_file: site.data_dir.join("identity.key"),
        };
        let identity = Identity::open(store.clone(), world.clone(), config).await?;
        let leaving: Arc<dyn directory::Leaving> = Arc::new(Farewell { world: world.clone() });
        let directory = Directory {
            store: store.clone(),
            world: world.clone(),
            origin: origin.as_str().into(),
            leaving: Arc::clone(&leaving),
        };
        let devices = open_devices(site, world, &store, &identity)?;
        // The data folder is locked, so a lease that a killed server left behind was this one's own.
        let holder = format!("the server on {} in {}", data_dir::machine_name(), site.data_dir.display());
        let warehouse = open_warehouse(site, world, &store, holder)?;
        let served = Served::default();
        let own = Own {
            store: store.clone(),
            world: world.clone(),
            cas: Arc::clone(&devices.cas),
            lakes: warehouse.lakes.clone(),
            served: Arc::clone(&served),
            opened_at: world.clock.now(),
            data_dir: site.data_dir.to_owned(),
            server: Server {
                id: data_dir::server_id(site.data_dir, world).context("cannot keep the server's id")?,
                name: data_dir::machine_name(),
            },
            mail: site.config.mail.host.clone().zip(site.config.mail.password_file.clone()),
        };
        let client = telling::open_client(site, world)?;
        let around = Around {
            shelf: Arc::new(StoreShelf { store: store.clone() }),
            landing: Arc::new(Arrivals { store: store.clone(), world: world.clone(), leaving }),
        };
        let tenant_status = TenantStatus {
            store: store.clone(),
            world: world.clone(),
            version: env!("CARGO_PKG_VERSION"),
            changelog: CHANGELOG,
            origin: origin.as_str().into(),
            last_snapshot: Arc::new(Newest(warehouse.lakes.clone())),
            seal: Arc::new(identity.clone()),
            own: Arc::new(own),
            people: Arc::new(People { store: store.clone() }),
            syncs: Syncs::new(tenant_status::sync::own(&client, world, around)),
            changes: tenant_status::Changes::default(),
        };
        let readings = Arc::new(HouseReadings {
            store: store.clone(),
            world: world.clone(),
            warehouse: warehouse.clone(),
            served: Arc::clone(&served),
            folders: vec![
                ("data", site.data_dir.to_owned()),
                ("lake", data_dir::lake_folder(site.config, site.data_dir)),
            ],
        });
        let service_announcement = ServiceAnnouncement {
            store: store.clone(),
            world: world.clone(),
            origin: origin.as_str().into(),
            watch: Watch::new(readings.clone()),
            facts: readings,
            releases: readings::releases(CHANGELOG),
            client: client.clone(),
            seal: Arc::new(identity.clone()),
        };
        let notify = telling::open(site, world, &store, &identity, &client)?;
        Ok(House {
            world: world.clone(),
            store,
            identity,
            directory,
            devices,
            warehouse,
            tenant_status,
            service_announcement,
            notify,
            served,
        })
    }

    /// All routes of all features.
    pub(crate) fn routes(&self) -> Vec<Route> {
        let modules: [Module; 7] = [
            session::module(&self.identity, &self.store),
            directory::module(&self.directory),
            devices::module(&self.devices),
            tenant_status::module(&self.tenant_status),
            service_announcement::module(&self.service_announcement),
            warehouse::module(&self.warehouse),
            notify::module(&self.notify),
        ];
        modules.into_iter().flat_map(|module| module.routes).collect()
    }

    /// The kinds of work the features offer.
    pub(crate) fn works(&self) -> Vec<jobs::Work> {
        [
            warehouse::job::night::works(&self.warehouse),
            notify::works(&self.notify),
            tenant_status::works(&self.tenant_status),
            service_announcement::works(&self.service_announcement),
        ]
        .concat()
    }

    /// What the features look at every so often.
    pub(crate) fn ticks(&self) -> Vec<jobs::Tick> {
        [
            warehouse::job::night::ticks(&self.warehouse),
            notify::ticks(&self.notify),
            tenant_status::ticks(&self.tenant_status),
            service_announcement::ticks(&self.service_announcement),
            vec![provisioning::tick(&self.store, &self.tenant_status)],
        ]
        .concat()
    }

    /// The router of every door, and what must answer for the server to be ready.
    pub(crate) fn app(&self) -> App {
        let doorkeeper = Doorkeeper {
            identity: self.identity.clone(),
            store: self.store.clone(),
            world: self.world.clone(),
            cas: Arc::clone(&self.devices.cas),
        };
        let router = api::router(self.routes(), Arc::new(doorkeeper)).merge(self.identity.router());
        App { router, checks: self.checks(), gauges: self.gauges(), texts: self.texts() }
    }

    /// The authorities of all tenants' devices, as TLS names them.
    ///
    /// # Errors
    /// When the database cannot be read or an authority cannot be opened.
    pub(crate) async fn device_authorities(&self) -> anyhow::Result<Vec<DistinguishedName>> {
        let mut names = Vec::new();
        for tenant in self.store.tenants().await? {
            let authority = self.devices.cas.of(&self.store, &self.world, tenant).await?;
            let certificate = CertificateDer::from_pem_slice(authority.certificate_pem.as_bytes())
                .context("a device authority's certificate is damaged; restore a backup")?;
            names.extend(tls::subject_of(&certificate));
        }
        Ok(names)
    }

    fn checks(&self) -> Vec<Check> {
        let (store, house) = (self.store.clone(), self.clone());
        vec![
            Check::new("store", move || {
                let store = store.clone();
                async move {
                    store.read_global(|_| Ok::<_, SqlError>(())).await.map_err(|error| error.to_string())
                }
            }),
            Check::new("lake", move || {
                let house = house.clone();
                async move { house.lakes_answer().await.map_err(|error| error.to_string()) }
            }),
        ]
    }

    fn gauges(&self) -> Vec<Gauge> {
        let channels = Arc::clone(&self.devices.channels);
        let about = "Devices with an open channel.";
        vec![Gauge::new("quarterdeck_device_channels_open", about, move || channels.len() as f64)]
    }

    fn texts(&self) -> Vec<Text> {
        let status = self.tenant_status.clone();
        vec![Text::new(move || {
            let status = status.clone();
            async move { tenant_status::metrics(&status).await.map_err(|error| error.to_string()) }
        })]
    }

    async fn lakes_answer(&self) -> anyhow::Result<()> {
        for tenant in self.store.tenants().await? {
            let lakes = self.warehouse.lakes.clone();
            tokio::task::spawn_blocking(move || lakes.last_day(tenant)).await??;
        }
        Ok(())
    }
}

/// The OpenAPI document of every door. The routes are those of an empty house in a folder that is thrown away.
///
/// # Errors
/// When no temporary folder can be made.
pub(crate) fn openapi() -> anyhow::Result<String> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let config = crate::config::load(&crate::config::Sources::default())?;
    let origin = Origin::new("localhost", 443);
    let site = Site { config: &config, data_dir: folder.path(), origin: &origin, authority_file: None };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let house = runtime.block_on(House::open(&site, &World::real()))?;
    let document = api::openapi(&house.routes(), env!("CARGO_PKG_VERSION"));
    Ok(serde_json::to_string_pretty(&document)?)
}

/// The newest day each tenant's lake has.
struct Newest(Lakes);

impl LastSnapshot for Newest {
    fn date_key(&self, tenant: TenantId) -> Option<i32> {
        self.0.last_day(tenant).ok()?.map(|day| day.key.date_key)
    }
}

fn open_devices(
    site: &Site<'_>,
    world: &World,
    store: &Store,
    identity: &Identity,
) -> anyhow::Result<Devices> {
    let read = |file: &Path| {
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
    };
    let config = devices::Config {
        origin: site.origin.to_string(),
        server_ca_pem: site.authority_file.map(read).transpose()?,
        check_in_interval_seconds: proto::CHECK_IN_INTERVAL_SECONDS,
    };
    let enrollers = Enrollers { identity: identity.clone(), store: store.clone(), world: world.clone() };
    Ok(Devices {
        store: store.clone(),
        world: world.clone(),
        cas: Arc::new(DeviceCas::new(Arc::new(identity.clone()))),
        channels: Arc::new(Channels::default()),
        user_tokens: Arc::new(enrollers),
        config: Arc::new(config),
    })
}

pub(crate) fn open_warehouse(
    site: &Site<'_>,
    world: &World,
    store: &Store,
    holder: String,
) -> anyhow::Result<Warehouse> {
    let url = database_url(site.config, site.data_dir)?;
    let lakes = Lakes::new(data_dir::lake_folder(site.config, site.data_dir), url, world.clone());
    let lakes = match open_bucket(site.config)? {
        Some(bucket) => lakes.in_bucket(bucket),
        None => lakes,
    };
    let config = warehouse::Config {
        origin: site.origin.to_string(),
        page_rows: u64::from(site.config.feed.page_rows.get()),
        is_compat: site.config.feed.refusals == crate::config::Refusals::Original,
        retention: retention(site.config.lake.history_days),
        holder,
    };
    Ok(Warehouse::new(store.clone(), world.clone(), lakes, config))
}

/// The object store of the settings, if there is one.
fn open_bucket(config: &Config) -> anyhow::Result<Option<lake::Bucket>> {
    let Some(address) = &config.lake.url else { return Ok(None) };
    let options = match &config.lake.credentials_file {
        Some(file) => read_options(file).map_err(anyhow::Error::msg)?,
        None => Vec::new(),
    };
    Ok(Some(lake::Bucket::open(&address.0, &options).context("the object store of lake.url cannot be used")?))
}

/// Lines of `name = value`. The messages must not repeat the text: it holds secrets.
fn read_options(file: &Path) -> Result<Vec<(String, String)>, String> {
    crate::config::check_private(file)?;
    let name = format!("the file {} (lake.credentials_file)", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let lines = text.lines().map(str::trim).enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let option = |(at, line): (usize, &str)| {
        let (option, value) =
            line.split_once('=').ok_or_else(|| format!("line {} of {name} is not name = value", at + 1))?;
        Ok((option.trim().to_owned(), value.trim().trim_matches('"').to_owned()))
    };
    lines.map(option).collect()
}

fn retention(history_days: Option<u16>) -> warehouse::Retention {
    match history_days {
        None => warehouse::Retention::Documented,
        Some(0) => warehouse::Retention::Forever,
        Some(days) => warehouse::Retention::Days(days),
    }
}

/// Migrations wait for the database, so they run where waiting is allowed.
async fn open_store_on_thread(site: &Site<'_>) -> anyhow::Result<Store> {
    let url = database_url(site.config, site.data_dir)?;
    let n_threads = usize::try_from(site.config.database.threads.get()).unwrap_or(1);
    Ok(tokio::task::spawn_blocking(move || Store::open(&url, n_threads)).await??)
}

/// The database's address: from its file, else as set, else the file in the data folder.
pub(crate) fn database_url(config: &Config, data_dir: &std::path::Path) -> anyhow::Result<DatabaseUrl> {
    if let Some(file) = &config.database.url_file {
        return read_url(file).map_err(anyhow::Error::msg);
    }
    let set = config.database.url.as_ref().map(|address| address.0.clone());
    Ok(set.unwrap_or_else(|| DatabaseUrl::sqlite(data_dir::database_file(data_dir))))
}

fn read_url(file: &PathBuf) -> Result<DatabaseUrl, String> {
    crate::config::check_private(file)?;
    let text = std::fs::read_to_string(file).map_err(|error| {
        format!("the file {} (database.url_file) cannot be read: {error}", file.display())
    })?;
    // The message must not repeat the text: it holds the password.
    text.trim().parse().map_err(|_: String| {
        format!(
            "the file {} (database.url_file) must hold one line that begins with sqlite: or postgres://",
            file.display()
        )
    })
}

#[cfg(test)]
mod tests;
