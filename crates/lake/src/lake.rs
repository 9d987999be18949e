//! The lake itself: a catalogue and a folder, and what can be done with them.

use std::io;
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;

use jiff::SignedDuration;
use sql::{Database, DatabaseUrl, Faults, SqlError};
use world::World;

use crate::catalogue::layout::{self, Found};
use crate::catalogue::{expire, lease, publish, snapshot, tables};
use crate::disk::Disk;
use crate::garbage;
use crate::storage::Storage;
use crate::{
    At, Attempt, Batches, Bucket, Collected, Damage, DataFile, EnsureError, Expired, FileFaults, FileWriter,
    GarbageError, Keep, Lease, LeaseError, Publication, Publish, PublishError, PublishKey, ReadError,
    Snapshot, SnapshotError, SnapshotId, StagedFile, TableSize, TableSpec, WriteError,
};

/// Threads that read the catalogue.
const N_READERS: usize = 2;

/// Where a lake is.
#[derive(Clone, Debug)]
pub struct LakeConfig {
    /// A SQLite file of its own, or a schema of its own in PostgreSQL.
    pub catalogue: DatabaseUrl,
    /// A folder of its own on a local disk.
    pub data_dir: PathBuf,
}

/// Why a lake could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the lake's data folder {path} cannot be used: {source}")]
    DataDir { path: PathBuf, source: io::Error },
    /// The folder's files would be taken for garbage.
    #[error("the data folder {0} belongs to another catalogue; give each lake a folder of its own")]
    OtherLake(PathBuf),
    #[error(
        "the catalogue has DuckLake version {0}, not 1.0; restore it from a backup made before another program changed it"
    )]
    Version(String),
    #[error("the catalogue was made by another program; give the lake a file or schema of its own")]
    Foreign,
    #[error("the lake's catalogue could not be opened: {0}")]
    Catalogue(#[from] SqlError),
}

/// Immutable files and their catalogue. Cheap to clone.
#[derive(Clone)]
pub struct Lake {
    database: Database,
    storage: Storage,
    world: World,
}

impl Lake {
    /// Opens the lake, and makes it if it is not there.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(config: &LakeConfig, world: World) -> Result<Lake, OpenError> {
        let failed = |source| OpenError::DataDir { path: config.data_dir.clone(), source };
        let disk = Disk::open(&config.data_dir).map_err(failed)?;
        Lake::open_storage(&config.catalogue, Storage::Local(disk), world)
    }

    /// As [`Lake::open`], with the files in an object store.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_in(catalogue: &DatabaseUrl, bucket: &Bucket, world: World) -> Result<Lake, OpenError> {
        Lake::open_storage(catalogue, Storage::Remote(bucket.clone()), world)
    }

    fn open_storage(catalogue: &DatabaseUrl, storage: Storage, world: World) -> Result<Lake, OpenError> {
        let failed = |source| OpenError::DataDir { path: storage.root(), source };
        let data_path = storage.root().to_str().map(|path| format!("{path}/"));
        let data_path = data_path.ok_or_else(|| failed(io::Error::other("its path is not UTF-8")))?;
        let database = Database::open(catalogue, N_READERS)?;
        let make = || database.write_blocking(|conn| conn.script(layout::TABLES));
        // Two programs that make the same PostgreSQL tables at once can trip over each other, once.
        make().or_else(|_| make())?;
        let (now, id) = (world.clock.now(), world.ids.guid());
        let found: Result<_, SqlError> =
            database.write_blocking(move |conn| layout::claim(conn, &data_path, now, id));
        match found? {
            Found::Ours(id) if storage.own_mark(&id).map_err(failed)? == id => {
                Ok(Lake { database, storage, world })
            }
            Found::Ours(_) => Err(OpenError::OtherLake(storage.root())),
            Found::Version(version) => Err(OpenError::Version(version)),
            Found::Foreign => Err(OpenError::Foreign),
        }
    }

    /// Makes missing tables and adds missing optional columns; nothing else is ever changed.
    ///
    /// # Errors
    /// See [`EnsureError`]; then nothing was changed.
    pub fn ensure_tables(&self, specs: &[TableSpec]) -> Result<(), EnsureError> {
        let (specs, ids, now) = (specs.to_vec(), self.world.ids.clone(), self.world.clock.now());
        self.database.write_blocking(move |conn| tables::ensure(conn, &specs, now, || ids.guid()))
    }

    /// A new try at making files to publish.
    pub fn attempt(&self) -> Attempt {
        Attempt(self.world.ids.guid())
    }

    /// Starts a file. `partition` is the value of the table's partition column in all of its rows; None when the
    /// table is not partitioned. Files may be written from many threads at once.
    ///
    /// # Errors
    /// When the table is not there as specified, or the disk does not take the file.
    pub fn writer(
        &self,
        spec: &TableSpec,
        attempt: Attempt,
        partition: Option<i64>,
    ) -> Result<FileWriter, WriteError> {
        let name = spec.name.clone();
        let table = self.database.read_blocking(move |conn| tables::load(conn, &name, i64::MAX))?;
        let missing =
            || WriteError::Table { table: spec.name.clone(), reason: "it does not exist".to_owned() };
        let table = table.ok_or_else(missing)?;
        FileWriter::create(&self.storage, spec, &table, attempt, self.world.ids.guid(), partition)
    }

    /// Whether a staged file is, byte for byte, the published one. Writing is deterministic, so the same rows make
    /// the same file.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn is_same(&self, staged: &StagedFile, published: &DataFile) -> io::Result<bool> {
        if (staged.bytes, staged.rows) != (published.bytes, published.rows) {
            return Ok(false);
        }
        self.storage.is_same(&staged.path, &published.path, staged.bytes)
    }

    /// Removes a staged file that is not going to be published.
    ///
    /// # Errors
    /// When the disk does not remove it; then it is collected later.
    pub fn discard(&self, staged: StagedFile) -> io::Result<()> {
        self.storage.remove(&staged.path).map(drop)
    }

    /// Writes a staged file's bytes as they are to `to`, and gives their number.
    ///
    /// # Errors
    /// When the file cannot be read or `to` does not take it.
    pub fn copy_staged(&self, staged: &StagedFile, to: &mut dyn io::Write) -> io::Result<u64> {
        self.storage.copy(&staged.path, staged.bytes, to)
    }

    /// Makes all of `publish` the latest snapshot, or none of it.
    ///
    /// # Errors
    /// See [`PublishError`]; staged files are kept in every case, and collected later if nothing took them.
    pub fn publish(&self, publish: Publish) -> Result<SnapshotId, PublishError> {
        let (storage, now) = (self.storage.clone(), self.world.clock.now());
        self.database.write_blocking(move |conn| publish::run(conn, &storage, &publish, now))
    }

    /// What was published under this key, also when its snapshot is no longer kept.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn publication(&self, key: &PublishKey) -> Result<Option<Publication>, SqlError> {
        let key = key.clone();
        self.database.read_blocking(move |conn| publish::publication(conn, &key))
    }

    /// The publish of this kind with the latest date.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn last_publication(&self, kind: &str) -> Result<Option<Publication>, SqlError> {
        let kind = kind.to_owned();
        self.database.read_blocking(move |conn| publish::last_publication(conn, &kind))
    }

    /// Finds a snapshot.
    ///
    /// # Errors
    /// See [`SnapshotError`].
    pub fn snapshot(&self, at: &At) -> Result<Snapshot, SnapshotError> {
        let at = at.clone();
        self.database.read_blocking(move |conn| snapshot::find(conn, &at))
    }

    /// The files of a table at a snapshot, by partition, place and the order they were published in: the same
    /// each time, so that a place in the list stays good. `partitions` limits them by their partition's value.
    ///
    /// # Errors
    /// [`SnapshotError::Gone`] when the snapshot was expired, [`SnapshotError::UnknownTable`].
    pub fn files(
        &self,
        snapshot: &Snapshot,
        table: &str,
        partitions: Option<RangeInclusive<i64>>,
    ) -> Result<Vec<DataFile>, SnapshotError> {
        let (id, table, storage) = (snapshot.id, table.to_owned(), self.storage.clone());
        self.database.read_blocking(move |conn| snapshot::files(conn, &storage, id, &table, partitions))
    }

    /// How much each table holds at a snapshot, by name.
    ///
    /// # Errors
    /// [`SnapshotError::Gone`] when the snapshot was expired.
    pub fn table_sizes(&self, snapshot: &Snapshot) -> Result<Vec<TableSize>, SnapshotError> {
        let id = snapshot.id;
        self.database.read_blocking(move |conn| snapshot::sizes(conn, id))
    }

    /// Reads the rows `rows` of a file (counted from 0; those beyond its end are not there), the columns
    /// `projection` in that order. Columns that were added after the file was written are null.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(
        &self,
        file: &DataFile,
        projection: &[&str],
        rows: Range<u64>,
        batch_rows: usize,
    ) -> Result<Batches, ReadError> {
        crate::read::open(&self.storage, file, projection, rows, batch_rows)
    }

    /// Writes a file's bytes as they are to `to`, and gives their number.
    ///
    /// # Errors
    /// When the file cannot be read or `to` does not take it.
    pub fn copy(&self, file: &DataFile, to: &mut dyn io::Write) -> io::Result<u64> {
        self.storage.copy(&file.path, file.bytes, to)
    }

    /// Takes the lease `name` for `ttl`, when it is free, has ended, or is `holder`'s already. The epoch grows
    /// each time, so that an earlier lease of the same holder is lost.
    ///
    /// # Errors
    /// [`LeaseError::Held`] when another holder has it.
    pub fn lease(&self, name: &str, holder: &str, ttl: SignedDuration) -> Result<Lease, LeaseError> {
        let (name, holder, now) = (name.to_owned(), holder.to_owned(), self.world.clock.now());
        self.database.write_blocking(move |conn| lease::take(conn, &name, &holder, ttl, now))
    }

    /// Makes a lease end `ttl` from now.
    ///
    /// # Errors
    /// [`LeaseError::Lost`] when another has taken it.
    pub fn renew(&self, lease: &Lease, ttl: SignedDuration) -> Result<Lease, LeaseError> {
        let until = self.world.clock.now().saturating_add(ttl).unwrap_or(jiff::Timestamp::MAX);
        let lease = lease.clone();
        self.database.write_blocking(move |conn| lease::renew(conn, &lease, until))
    }

    /// Gives a lease back, so that another need not wait for its end.
    ///
    /// # Errors
    /// [`LeaseError::Lost`] when another has taken it.
    pub fn release(&self, lease: &Lease) -> Result<(), LeaseError> {
        self.renew(lease, SignedDuration::ZERO).map(drop)
    }

    /// Forgets old snapshots. Their files stay until [`Lake::collect_garbage`].
    ///
    /// # Errors
    /// When the catalogue cannot be written; then nothing was forgotten.
    pub fn expire(&self, keep: Keep) -> Result<Expired, SqlError> {
        let now = self.world.clock.now();
        self.database.write_blocking(move |conn| expire::run(conn, keep, now))
    }

    /// Removes files that no snapshot has needed for `grace`, which is longer than any read takes and any
    /// attempt lasts. Files that were staged and never published count from when they were written.
    ///
    /// # Errors
    /// See [`GarbageError`]; running it again goes on.
    pub fn collect_garbage(&self, grace: SignedDuration) -> Result<Collected, GarbageError> {
        let (storage, now) = (self.storage.clone(), self.world.clock.now());
        self.database.write_blocking(move |conn| garbage::collect(conn, &storage, grace, now))
    }

    /// Looks whether every file of every snapshot is there with its recorded size: after a restore, or when in
    /// doubt. Empty when all is well.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn verify(&self) -> Result<Vec<Damage>, SqlError> {
        let referenced = self.database.read_blocking(expire::referenced)?;
        Ok(garbage::verify(&self.storage, referenced))
    }

    /// Where the data is: the folder, absolute, or the address of the object store.
    pub fn data_dir(&self) -> PathBuf {
        self.storage.root()
    }

    /// Makes writes of files, and calls to an object store, fail, for tests.
    pub fn file_faults(&self) -> &FileFaults {
        self.storage.faults()
    }

    /// Makes statements of the catalogue fail, for tests.
    pub fn catalogue_faults(&self) -> &Faults {
        self.database.faults()
    }
}
