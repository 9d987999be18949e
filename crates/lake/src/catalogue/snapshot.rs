//! Reading the catalogue: which snapshots there are, and what a table is made of at one.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use sql::{Conn, Row, Sql, SqlError};

use super::tables::{self, Column};
use super::{instant, publish::PublishKey};
use crate::spec::{ColumnSpec, TableSpec};
use crate::storage::Storage;

/// A state of the whole lake; later ones have greater numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(pub i64);

/// A data file; a number is never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub i64);

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which snapshot is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    Latest,
    Id(SnapshotId),
    /// What the publish of this key made (the last one, when it was superseded).
    Published(PublishKey),
    /// The state just before the publish of this key.
    Before(PublishKey),
}

/// A snapshot that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub id: SnapshotId,
    pub published_at: Timestamp,
    /// Grows when a table or column is added.
    pub schema_version: i64,
}

/// Why a snapshot's content could not be told.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It was expired, or never was.
    #[error("snapshot {0} is no longer kept; read the latest one")]
    Gone(SnapshotId),
    /// Nothing was published under this key, or nothing is kept from before it.
    #[error("{0} is not published")]
    NotPublished(PublishKey),
    #[error("there is no table {0} in this snapshot")]
    UnknownTable(String),
    #[error("the lake's catalogue could not be read: {0}")]
    Catalogue(#[from] SqlError),
}

/// A file of a table at a snapshot.
#[derive(Clone, Debug)]
pub struct DataFile {
    pub id: FileId,
    pub path: PathBuf,
    pub rows: u64,
    pub bytes: u64,
    /// The one value of the table's partition column in this file.
    pub partition: Option<i64>,
    /// Where it stands among the files of its partition: they are listed by this and then by `id`.
    pub place: i64,
    pub(crate) columns: Arc<[Column]>,
}

impl DataFile {
    /// A Parquet file outside the lake, whose columns are found by the names of `spec`: one of a backup.
    pub fn outside(
        spec: &TableSpec,
        path: PathBuf,
        rows: u64,
        bytes: u64,
        partition: Option<i64>,
    ) -> DataFile {
        let column = |(at, column): (usize, &ColumnSpec)| Column {
            id: i64::try_from(at).unwrap_or(i64::MAX),
            name: column.name.clone(),
            ty: column.ty,
            nullable: column.nullable,
        };
        let columns = spec.columns.iter().enumerate().map(column).collect();
        DataFile { id: FileId(-1), path, rows, bytes, partition, place: 0, columns }
    }

    /// The rows of each row group, in order: all are full but the last.
    pub fn row_groups(&self) -> impl Iterator<Item = u64> + '_ {
        let full = crate::write::ROW_GROUP_ROWS as u64;
        (0..self.rows.div_ceil(full)).map(move |index| (self.rows - index * full).min(full))
    }
}

/// How much a table holds at a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSize {
    pub table: String,
    pub files: u64,
    pub rows: u64,
    pub bytes: u64,
}

macro_rules! snapshot_where {
    ($end:literal) => {
        Sql::global(concat!(
            "select snapshot_id, snapshot_time, schema_version from ducklake_snapshot ",
            $end
        ))
    };
}
const LATEST: Sql = snapshot_where!("order by snapshot_id desc limit 1");
const BY_ID: Sql = snapshot_where!("where snapshot_id = $1");
const BEFORE: Sql = snapshot_where!("where snapshot_id < $1 order by snapshot_id desc limit 1");
const FILES: Sql = Sql::global(
    "select f.data_file_id, f.path, f.record_count, f.file_size_bytes, cast(p.partition_value as bigint),
       coalesce(f.file_order, f.data_file_id)
     from ducklake_data_file f
     left join ducklake_file_partition_value p on p.data_file_id = f.data_file_id
     where f.table_id = $1 and f.begin_snapshot <= $2 and (f.end_snapshot is null or f.end_snapshot > $2)
       and (cast($3 as bigint) is null or cast(p.partition_value as bigint) between $3 and $4)
     order by 5, 6, f.data_file_id",
);
const SIZES: Sql = Sql::global(
    "select t.table_name, count(f.data_file_id), cast(coalesce(sum(f.record_count), 0) as bigint),
       cast(coalesce(sum(f.file_size_bytes), 0) as bigint)
     from ducklake_table t
     left join ducklake_data_file f on f.table_id = t.table_id and f.begin_snapshot <= $1
       and (f.end_snapshot is null or f.end_snapshot > $1)
     where t.begin_snapshot <= $1 and (t.end_snapshot is null or t.end_snapshot > $1)
     group by t.table_id, t.table_name order by t.table_name",
);

pub(crate) fn find(conn: &mut Conn<'_>, at: &At) -> Result<Snapshot, SnapshotError> {
    let row = match at {
        At::Latest => conn.row(&LATEST, &[])?,
        At::Id(id) => return by_id(conn, *id),
        At::Published(key) => {
            let at = published(conn, key)?;
            return by_id(conn, at);
        }
        At::Before(key) => {
            let at = published(conn, key)?;
            let row = conn.row(&BEFORE, &[at.0.into()])?;
            return row
                .map_or_else(|| Err(SnapshotError::NotPublished(key.clone())), |row| Ok(snapshot(&row)?));
        }
    };
    let row = row.ok_or_else(|| SqlError::Other("the catalogue has no snapshot".to_owned()))?;
    Ok(snapshot(&row)?)
}

fn published(conn: &mut Conn<'_>, key: &PublishKey) -> Result<SnapshotId, SnapshotError> {
    let found = super::publish::publication(conn, key)?;
    found.map(|found| found.snapshot).ok_or_else(|| SnapshotError::NotPublished(key.clone()))
}

fn by_id(conn: &mut Conn<'_>, id: SnapshotId) -> Result<Snapshot, SnapshotError> {
    let row = conn.row(&BY_ID, &[id.0.into()])?.ok_or(SnapshotError::Gone(id))?;
    Ok(snapshot(&row)?)
}

fn snapshot(row: &Row) -> Result<Snapshot, SqlError> {
    Ok(Snapshot { id: SnapshotId(row.get(0)?), published_at: instant(row, 1)?, schema_version: row.get(2)? })
}

/// The table's files, by partition, then by place, then in the order they were published in.
pub(crate) fn files(
    conn: &mut Conn<'_>,
    storage: &Storage,
    at: SnapshotId,
    table: &str,
    partitions: Option<RangeInclusive<i64>>,
) -> Result<Vec<DataFile>, SnapshotError> {
    by_id(conn, at)?;
    let table =
        tables::load(conn, table, at.0)?.ok_or_else(|| SnapshotError::UnknownTable(table.to_owned()))?;
    let (first, last) = partitions.map(RangeInclusive::into_inner).unzip();
    let mut files = Vec::new();
    conn.each(&FILES, &[table.id.into(), at.0.into(), first.into(), last.into()], |row| {
        let path: String = row.get(1)?;
        let path = storage
            .place(&format!("main/{}/{path}", table.name))
            .ok_or_else(|| SqlError::Other("a file's path leads out of the data folder".to_owned()))?;
        files.push(DataFile {
            id: FileId(row.get(0)?),
            path,
            rows: row.get::<i64>(2)?.unsigned_abs(),
            bytes: row.get::<i64>(3)?.unsigned_abs(),
            partition: row.get(4)?,
            place: row.get(5)?,
            columns: Arc::clone(&table.columns),
        });
        Ok(())
    })?;
    Ok(files)
}

pub(crate) fn sizes(conn: &mut Conn<'_>, at: SnapshotId) -> Result<Vec<TableSize>, SnapshotError> {
    by_id(conn, at)?;
    let mut sizes = Vec::new();
    conn.each(&SIZES, &[at.0.into()], |row| {
        let number = |index| row.get::<i64>(index).map(i64::unsigned_abs);
        sizes.push(TableSize { table: row.get(0)?, files: number(1)?, rows: number(2)?, bytes: number(3)? });
        Ok(())
    })?;
    Ok(sizes)
}
