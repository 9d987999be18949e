//! Publishing: files of many tables replaced in one transaction, once per key, by the holder of the lease.

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;
use sql::{Conn, Sql, SqlError};

use super::snapshot::{FileId, SnapshotId};
use super::stats::ColumnStats;
use super::{Head, lease, tables};
use crate::catalogue::lease::Lease;
use crate::storage::Storage;
use crate::write::StagedFile;

/// What a publish is of. A key is published once, unless a later publish says that it supersedes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublishKey {
    pub kind: String,
    /// yyyymmdd.
    pub date_key: i32,
}

impl fmt::Display for PublishKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.date_key)
    }
}

/// A change of many tables, seen by readers whole or not at all.
#[derive(Clone, Debug)]
pub struct Publish {
    pub key: PublishKey,
    pub lease: Lease,
    pub replace: Vec<Replace>,
    /// Kept with the snapshot for the operator: no personal data.
    pub info: String,
    /// Whether an earlier publish of the same key gives way to this one.
    pub supersede: bool,
    /// Whether all earlier publishes are forgotten, of any key: the lake begins anew.
    pub begin_anew: bool,
}

/// Some files of a table go, others come.
#[derive(Clone, Debug)]
pub struct Replace {
    pub table: String,
    pub old: Old,
    pub files: Vec<StagedFile>,
}

/// Which files of the table as it was go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Old {
    /// None: the new files are added.
    None,
    All,
    Partition(i64),
    /// Every partition with a smaller value: what is past its retention.
    PartitionsBefore(i64),
    /// These, all of which must still be there.
    Files(Vec<FileId>),
}

/// A publish that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    pub key: PublishKey,
    pub snapshot: SnapshotId,
    pub published_at: Timestamp,
}

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The key was published before, as this snapshot; the staged files belong to nothing.
    #[error("this was published before, as snapshot {0}")]
    AlreadyPublished(SnapshotId),
    /// Another holder has taken the lease since.
    #[error("the lease {0} was taken by another holder; nothing was published")]
    LeaseLost(String),
    #[error("there is no table {0}; ensure it first")]
    UnknownTable(String),
    /// A file was staged for another table or partition scheme than it is published in.
    #[error("file {path} was not written for table {table}")]
    ForeignFile { table: String, path: PathBuf },
    /// A staged file was collected as garbage, or never was on this disk; write it anew.
    #[error("the staged file {0} is gone or has another size; write it anew")]
    StagedFileGone(PathBuf),
    /// A file that was to be replaced is no longer part of the table: another publish came between.
    #[error(
        "a file of table {0} that was to be replaced is no longer part of it; read the latest state anew"
    )]
    Conflict(String),
    /// The catalogue failed. Whether it kept the change may be unknown; publishing the same key again tells, so
    /// the staged files are kept.
    #[error("the lake's catalogue could not be written: {0}")]
    Catalogue(#[from] SqlError),
}

const PUBLICATION: Sql = Sql::global(
    "select snapshot_id, published_at from quarterdeck_publish where kind = $1 and date_key = $2",
);
const LAST: Sql = Sql::global(
    "select date_key, snapshot_id, published_at from quarterdeck_publish where kind = $1
     order by date_key desc limit 1",
);
const RECORD: Sql = Sql::global(
    "insert into quarterdeck_publish (kind, date_key, snapshot_id, published_at) values ($1, $2, $3, $4)
     on conflict (kind, date_key) do update set
       snapshot_id = excluded.snapshot_id, published_at = excluded.published_at",
);
const END_ALL: Sql = Sql::global(
    "update ducklake_data_file set end_snapshot = $2
     where table_id = $1 and end_snapshot is null and begin_snapshot < $2",
);
const END_PARTITIONS: Sql = Sql::global(
    "update ducklake_data_file set end_snapshot = $2
     where table_id = $1 and end_snapshot is null and begin_snapshot < $2 and data_file_id in
       (select data_file_id from ducklake_file_partition_value
        where table_id = $1 and cast(partition_value as bigint) between $3 and $4)",
);
const END_FILE: Sql = Sql::global(
    "update ducklake_data_file set end_snapshot = $2
     where table_id = $1 and end_snapshot is null and begin_snapshot < $2 and data_file_id = $3",
);
const NEXT_ROW: Sql = Sql::global("select next_row_id from ducklake_table_stats where table_id = $1");
const ADD_FILE: Sql = Sql::global(
    "insert into ducklake_data_file
       (data_file_id, table_id, begin_snapshot, path, path_is_relative, file_format, record_count,
        file_size_bytes, footer_size, row_id_start, partition_id, file_order)
     values ($1, $2, $3, $4, true, 'parquet', $5, $6, $7, $8, $9, $10)",
);
const ADD_PARTITION_VALUE: Sql = Sql::global(
    "insert into ducklake_file_partition_value (data_file_id, table_id, partition_key_index, partition_value)
     values ($1, $2, 0, $3)",
);
const ADD_COLUMN_STATS: Sql = Sql::global(
    "insert into ducklake_file_column_stats
       (data_file_id, table_id, column_id, column_size_bytes, value_count, null_count, min_value, max_value,
        contains_nan)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
const DROP_TABLE_STATS: Sql = Sql::global("delete from ducklake_table_stats where table_id = $1");
const ADD_TABLE_STATS: Sql = Sql::global(
    "insert into ducklake_table_stats (table_id, record_count, next_row_id, file_size_bytes)
     select $1, cast(coalesce(sum(record_count), 0) as bigint), $2,
       cast(coalesce(sum(file_size_bytes), 0) as bigint)
     from ducklake_data_file where table_id = $1 and end_snapshot is null",
);

const FORGET: Sql = Sql::global("delete from quarterdeck_publish");

pub(crate) fn publication(conn: &mut Conn<'_>, key: &PublishKey) -> Result<Option<Publication>, SqlError> {
    let row = conn.row(&PUBLICATION, &[key.kind.as_str().into(), key.date_key.into()])?;
    let made = |row: sql::Row| {
        Ok(Publication { key: key.clone(), snapshot: SnapshotId(row.get(0)?), published_at: row.get(1)? })
    };
    row.map(made).transpose()
}

pub(crate) fn last_publication(conn: &mut Conn<'_>, kind: &str) -> Result<Option<Publication>, SqlError> {
    let made = |row: sql::Row| {
        let key = PublishKey { kind: kind.to_owned(), date_key: row.get(0)? };
        Ok(Publication { key, snapshot: SnapshotId(row.get(1)?), published_at: row.get(2)? })
    };
    conn.row(&LAST, &[kind.into()])?.map(made).transpose()
}

/// The whole publish, inside the caller's transaction.
pub(crate) fn run(
    conn: &mut Conn<'_>,
    storage: &Storage,
    publish: &Publish,
    now: Timestamp,
) -> Result<SnapshotId, PublishError> {
    let mut head = Head::locked(conn)?;
    if publish.begin_anew {
        conn.exec(&FORGET, &[])?;
    }
    if let Some(earlier) = publication(conn, &publish.key)?
        && !publish.supersede
    {
        return Err(PublishError::AlreadyPublished(earlier.snapshot));
    }
    if !lease::holds(conn, &publish.lease)? {
        return Err(PublishError::LeaseLost(publish.lease.name.clone()));
    }
    head.snapshot += 1;
    let mut changes = Vec::new();
    for replace in &publish.replace {
        // Asked under the lock: the collector of garbage holds it while it removes files.
        let gone = replace.files.iter().find(|file| !is_whole(storage, file));
        if let Some(file) = gone {
            return Err(PublishError::StagedFileGone(file.path.clone()));
        }
        replace_files(conn, &mut head, replace, &mut changes)?;
    }
    head.write(conn, now, &changes, &publish.key.to_string(), Some(&publish.info))?;
    let key = [publish.key.kind.as_str().into(), publish.key.date_key.into()];
    let [kind, date_key] = key;
    conn.exec(&RECORD, &[kind, date_key, head.snapshot.into(), now.into()])?;
    Ok(SnapshotId(head.snapshot))
}

fn is_whole(storage: &Storage, file: &StagedFile) -> bool {
    storage.size(&file.path).is_ok_and(|found| found == Some(file.bytes))
}

fn replace_files(
    conn: &mut Conn<'_>,
    head: &mut Head,
    replace: &Replace,
    changes: &mut Vec<String>,
) -> Result<(), PublishError> {
    let table = tables::load(conn, &replace.table, i64::MAX)?
        .ok_or_else(|| PublishError::UnknownTable(replace.table.clone()))?;
    let partition_id = table.partition.as_ref().map(|p| p.id);
    let foreign = |file: &&StagedFile| file.table_id != table.id || file.partition_id != partition_id;
    if let Some(file) = replace.files.iter().find(foreign) {
        return Err(PublishError::ForeignFile { table: table.name, path: file.path.clone() });
    }
    let n_ended = end_files(conn, table.id, head.snapshot, replace)?;
    let mut next_row: i64 = match conn.row(&NEXT_ROW, &[table.id.into()])? {
        Some(row) => row.get(0)?,
        None => 0,
    };
    for file in &replace.files {
        let id = head.take_file_id();
        add_file(conn, head.snapshot, id, next_row, file)?;
        next_row += signed(file.rows);
    }
    let changed = [("inserted_into_table", !replace.files.is_empty()), ("deleted_from_table", n_ended > 0)];
    for change in
        changed.iter().filter(|(_, happened)| *happened).map(|(what, _)| format!("{what}:{}", table.id))
    {
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    conn.exec(&DROP_TABLE_STATS, &[table.id.into()])?;
    conn.exec(&ADD_TABLE_STATS, &[table.id.into(), next_row.into()])?;
    Ok(())
}

fn end_files(conn: &mut Conn<'_>, table: i64, at: i64, replace: &Replace) -> Result<u64, PublishError> {
    let (table, at) = (table.into(), at.into());
    let mut partitions = |first: i64, last: i64, values: [sql::Value; 2]| {
        let [table, at] = values;
        conn.exec(&END_PARTITIONS, &[table, at, first.into(), last.into()])
    };
    Ok(match &replace.old {
        Old::None => 0,
        Old::Partition(value) => partitions(*value, *value, [table, at])?,
        Old::PartitionsBefore(i64::MIN) => 0,
        Old::PartitionsBefore(value) => partitions(i64::MIN, value - 1, [table, at])?,
        Old::All => conn.exec(&END_ALL, &[table, at])?,
        Old::Files(files) => {
            for file in files {
                if conn.exec(&END_FILE, &[table.clone(), at.clone(), file.0.into()])? == 0 {
                    return Err(PublishError::Conflict(replace.table.clone()));
                }
            }
            files.len() as u64
        }
    })
}

fn add_file(
    conn: &mut Conn<'_>,
    at: i64,
    id: i64,
    first_row: i64,
    file: &StagedFile,
) -> Result<(), SqlError> {
    let table = file.table_id;
    let values = [
        id.into(),
        table.into(),
        at.into(),
        file.relative.as_str().into(),
        signed(file.rows).into(),
        signed(file.bytes).into(),
        signed(file.footer_bytes).into(),
        first_row.into(),
        file.partition_id.into(),
        file.place.into(),
    ];
    conn.exec(&ADD_FILE, &values)?;
    if let Some(value) = file.partition {
        conn.exec(&ADD_PARTITION_VALUE, &[id.into(), table.into(), value.to_string().into()])?;
    }
    for stats in &file.columns {
        add_stats(conn, id, table, stats)?;
    }
    Ok(())
}

fn add_stats(conn: &mut Conn<'_>, file: i64, table: i64, stats: &ColumnStats) -> Result<(), SqlError> {
    let values = [
        file.into(),
        table.into(),
        stats.column_id.into(),
        stats.size_bytes.into(),
        stats.value_count.into(),
        stats.null_count.into(),
        stats.min.clone().into(),
        stats.max.clone().into(),
        stats.contains_nan.into(),
    ];
    conn.exec(&ADD_COLUMN_STATS, &values)?;
    Ok(())
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
