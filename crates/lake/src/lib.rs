//! A lake: immutable Parquet files in a folder or an object store, and a catalogue of them in SQL.
//!
//! The catalogue is kept in the DuckLake 1.0 layout, so that any DuckDB can attach it read-only. What a table
//! holds at a snapshot is a set of whole files; a publish replaces files of many tables in one SQL transaction,
//! so a reader sees the old day or the new one and never a mixture.
//!
//! What there deliberately is not: delete files, rows inside the catalogue, a second log beside the catalogue,
//! catalogue statistics on columns that were declared without them (personal data), renamed or dropped columns.
//! The crate knows nothing of what the tables mean.
//!
//! Everything here blocks, and panics on an async thread: call it from one that may wait (`spawn_blocking`).

mod bucket;
mod catalogue;
mod disk;
pub mod engine;
mod faults;
mod garbage;
mod lake;
mod read;
mod source;
mod spec;
mod storage;
mod write;

pub use bucket::{Bucket, BucketError};
pub use catalogue::expire::{Expired, Keep};
pub use catalogue::lease::{Lease, LeaseError};
pub use catalogue::publish::{Old, Publication, Publish, PublishError, PublishKey, Replace};
pub use catalogue::snapshot::{At, DataFile, FileId, Snapshot, SnapshotError, SnapshotId, TableSize};
pub use catalogue::tables::EnsureError;
pub use faults::FileFaults;
pub use garbage::{Collected, Damage, GarbageError};
pub use lake::{Lake, LakeConfig, OpenError};
pub use read::{Batches, ReadError};
pub use spec::{ColumnSpec, ColumnType, TableSpec};
pub use write::{Attempt, FileWriter, ROW_GROUP_ROWS, StagedFile, WriteError};
