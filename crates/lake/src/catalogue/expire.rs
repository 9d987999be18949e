//! Forgetting old snapshots, and listing the files that no kept snapshot needs.

use std::collections::HashSet;

use jiff::Timestamp;
use sql::{Conn, Sql, SqlError};

use super::{Head, instant, instant_text};

/// Which snapshots stay: those newer than an instant, and the newest few whatever their age.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    pub newer_than: Timestamp,
    /// The latest snapshot always stays, also when this is 0.
    pub at_least: usize,
}

/// What was forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expired {
    pub snapshots: u64,
    /// Files that no snapshot needs any more; they are removed after the grace time.
    pub files: u64,
}

const SNAPSHOTS: Sql =
    Sql::global("select snapshot_id, snapshot_time from ducklake_snapshot order by snapshot_id desc");
const DROP_SNAPSHOT: Sql = Sql::global("delete from ducklake_snapshot where snapshot_id = $1");
const DROP_CHANGES: Sql = Sql::global("delete from ducklake_snapshot_changes where snapshot_id = $1");
const UNNEEDED: Sql = Sql::global(
    "select f.data_file_id, t.path, f.path from ducklake_data_file f
     join ducklake_table t on t.table_id = f.table_id
     where f.end_snapshot is not null and not exists
       (select 1 from ducklake_snapshot s
        where s.snapshot_id >= f.begin_snapshot and s.snapshot_id < f.end_snapshot)",
);
const SCHEDULE: Sql = Sql::global(
    "insert into ducklake_files_scheduled_for_deletion (data_file_id, path, path_is_relative, schedule_start)
     values ($1, $2, true, $3)",
);
const DROP_FILE: Sql = Sql::global("delete from ducklake_data_file where data_file_id = $1");
const DROP_STATS: Sql = Sql::global("delete from ducklake_file_column_stats where data_file_id = $1");
const DROP_PARTITION: Sql = Sql::global("delete from ducklake_file_partition_value where data_file_id = $1");
const SCHEDULED: Sql =
    Sql::global("select data_file_id, path, schedule_start from ducklake_files_scheduled_for_deletion");
const UNSCHEDULE: Sql =
    Sql::global("delete from ducklake_files_scheduled_for_deletion where data_file_id = $1");
const REFERENCED: Sql = Sql::global(
    "select t.path, f.path, f.file_size_bytes from ducklake_data_file f
     join ducklake_table t on t.table_id = f.table_id",
);

pub(crate) fn run(conn: &mut Conn<'_>, keep: Keep, now: Timestamp) -> Result<Expired, SqlError> {
    Head::locked(conn)?;
    let mut snapshots = Vec::new();
    conn.each(&SNAPSHOTS, &[], |row| {
        snapshots.push((row.get::<i64>(0)?, instant(row, 1)?));
        Ok(())
    })?;
    let old = snapshots.into_iter().skip(keep.at_least.max(1)).filter(|(_, at)| *at <= keep.newer_than);
    let mut expired = Expired { snapshots: 0, files: 0 };
    for (snapshot, _) in old {
        conn.exec(&DROP_SNAPSHOT, &[snapshot.into()])?;
        conn.exec(&DROP_CHANGES, &[snapshot.into()])?;
        expired.snapshots += 1;
    }
    for row in conn.rows(&UNNEEDED, &[])? {
        let file: i64 = row.get(0)?;
        let path = below_root(&row, 1)?;
        conn.exec(&SCHEDULE, &[file.into(), path.into(), instant_text(now).into()])?;
        for statement in [&DROP_FILE, &DROP_STATS, &DROP_PARTITION] {
            conn.exec(statement, &[file.into()])?;
        }
        expired.files += 1;
    }
    Ok(expired)
}

/// A file that no snapshot needs, and since when.
pub(crate) struct Unneeded {
    pub(crate) id: i64,
    pub(crate) path: String,
    pub(crate) since: Timestamp,
}

pub(crate) fn scheduled(conn: &mut Conn<'_>) -> Result<Vec<Unneeded>, SqlError> {
    let mut files = Vec::new();
    conn.each(&SCHEDULED, &[], |row| {
        files.push(Unneeded { id: row.get(0)?, path: row.get(1)?, since: instant(row, 2)? });
        Ok(())
    })?;
    Ok(files)
}

pub(crate) fn unschedule(conn: &mut Conn<'_>, file: i64) -> Result<(), SqlError> {
    conn.exec(&UNSCHEDULE, &[file.into()]).map(drop)
}

/// Every file the catalogue names in a snapshot, below the data folder, with its size in bytes.
pub(crate) fn referenced(conn: &mut Conn<'_>) -> Result<Vec<(String, u64)>, SqlError> {
    let mut files = Vec::new();
    conn.each(&REFERENCED, &[], |row| {
        files.push((below_root(row, 0)?, row.get::<i64>(2)?.unsigned_abs()));
        Ok(())
    })?;
    Ok(files)
}

/// Every file the catalogue names at all.
pub(crate) fn known(conn: &mut Conn<'_>) -> Result<HashSet<String>, SqlError> {
    let referenced = referenced(conn)?.into_iter().map(|(path, _)| path);
    let scheduled = scheduled(conn)?.into_iter().map(|file| file.path);
    Ok(referenced.chain(scheduled).collect())
}

fn below_root(row: &sql::Row, index: usize) -> Result<String, SqlError> {
    Ok(format!("main/{}{}", row.get::<String>(index)?, row.get::<String>(index + 1)?))
}
