//! One lake per tenant: its own folder and its own catalogue, so that no query can reach across.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lake::engine::{Engine, EngineConfig};
use lake::{Bucket, Lake, LakeConfig, OpenError, Publication};
use sql::DatabaseUrl;
use store::TenantId;
use world::World;

use crate::job::midnight;

/// The lakes of all tenants, opened when first asked for. Cheap to clone.
#[derive(Clone)]
pub struct Lakes {
    folder: PathBuf,
    database: DatabaseUrl,
    world: World,
    bucket: Option<Bucket>,
    open: Arc<Mutex<HashMap<TenantId, Lake>>>,
    engine: Arc<Mutex<Option<Engine>>>,
}

/// Memory of all queries together, in bytes.
const QUERY_MEMORY_BYTES: usize = 256 * 1024 * 1024;
/// Disk for what does not fit in memory, in bytes.
const QUERY_SPILL_BYTES: u64 = 16 * 1024 * 1024 * 1024;
/// How long one query may work.
const QUERY_TIME: Duration = Duration::from_secs(120);

impl Lakes {
    /// Lakes below `folder`. On PostgreSQL (when `database` is one) each catalogue is a schema there, named
    /// after the tenant and the schema of `database`; otherwise it is
    /// a SQLite file in the tenant's folder.
    pub fn new(folder: PathBuf, database: DatabaseUrl, world: World) -> Self {
        Self { folder, database, world, bucket: None, open: Arc::default(), engine: Arc::default() }
    }

    /// The same with the files in `bucket`, a folder for each tenant; a SQLite catalogue stays in the local folder.
    #[must_use]
    pub fn in_bucket(self, bucket: Bucket) -> Self {
        Self { bucket: Some(bucket), ..self }
    }

    /// The lake of `tenant`, made if it is not there. It blocks.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn of(&self, tenant: TenantId) -> Result<Lake, OpenError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lake) = open.get(&tenant) {
            return Ok(lake.clone());
        }
        let folder = self.folder.join(tenant.to_string());
        let data_dir = folder.join("data");
        std::fs::create_dir_all(&data_dir)
            .map_err(|source| OpenError::DataDir { path: data_dir.clone(), source })?;
        let catalogue = self.catalogue(tenant);
        let lake = match &self.bucket {
            Some(bucket) => {
                Lake::open_in(&catalogue, &bucket.folder(&tenant.to_string()), self.world.clone())?
            }
            None => Lake::open(&LakeConfig { catalogue, data_dir }, self.world.clone())?,
        };
        open.insert(tenant, lake.clone());
        Ok(lake)
    }

    /// Where it is written down how far a restore of `tenant` is.
    pub(crate) fn restore_journal(&self, tenant: TenantId) -> PathBuf {
        self.folder.join(tenant.to_string()).join("restore.jsonl")
    }

    /// The newest day in the warehouse of `tenant`; nothing before the first midnight. It blocks.
    ///
    /// # Errors
    /// When the lake cannot be opened or its catalogue not read.
    pub fn last_day(&self, tenant: TenantId) -> Result<Option<Publication>, OpenError> {
        Ok(midnight::last_day(&self.of(tenant)?)?)
    }

    /// The query engine of this process, made when first asked for. It spills below the folder of the lakes, to a
    /// folder named after `holder`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn engine(&self, holder: &str) -> std::io::Result<Engine> {
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = &*engine {
            return Ok(engine.clone());
        }
        let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
        let config = EngineConfig {
            spill_dir: self.folder.join("spill").join(holder.chars().map(plain).collect::<String>()),
            memory_bytes: QUERY_MEMORY_BYTES,
            spill_bytes: QUERY_SPILL_BYTES,
            time: QUERY_TIME,
        };
        Ok(engine.insert(Engine::new(&config)?).clone())
    }

    /// What DuckDB attaches to read the tenant's lake: `ducklake:sqlite:…`. Nothing on PostgreSQL, whose address may
    /// hold a secret.
    pub fn duckdb_attach(&self, tenant: TenantId) -> Option<String> {
        match self.catalogue(tenant) {
            DatabaseUrl::Sqlite(path) => Some(format!("ducklake:sqlite:{}", path.display())),
            DatabaseUrl::Postgres { .. } => None,
        }
    }

    fn catalogue(&self, tenant: TenantId) -> DatabaseUrl {
        match &self.database {
            DatabaseUrl::Sqlite(_) => {
                DatabaseUrl::sqlite(self.folder.join(tenant.to_string()).join("catalogue.db"))
            }
            // The tenant comes first: PostgreSQL cuts names after 63 bytes.
            url @ DatabaseUrl::Postgres { schema, .. } => {
                url.clone().with_schema(&format!("lake_{}_{schema}", tenant.0.simple()))
            }
        }
    }
}
