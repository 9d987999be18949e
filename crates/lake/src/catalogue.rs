//! The catalogue: which files a table is made of at which snapshot. SQL only; it touches no file.

pub(crate) mod expire;
pub(crate) mod layout;
pub(crate) mod lease;
pub(crate) mod publish;
pub(crate) mod snapshot;
pub(crate) mod stats;
pub(crate) mod tables;

use jiff::Timestamp;
use jiff::fmt::strtime;
use sql::{Conn, Row, Sql, SqlError};

/// An instant as DuckLake writes it in a text catalogue: `2026-11-20 21:24:52.035441+00`.
pub(crate) fn instant_text(at: Timestamp) -> String {
    strtime::format("%Y-%m-%d %H:%M:%S.%6f+00", at).unwrap_or_else(|_| at.to_string())
}

pub(crate) fn instant(row: &Row, index: usize) -> Result<Timestamp, SqlError> {
    let text: String = row.get(index)?;
    text.parse().map_err(|_| SqlError::Column { index, message: format!("{text} is no instant") })
}

/// The newest row of `ducklake_snapshot`: the counters that the next one goes on from.
pub(crate) struct Head {
    pub(crate) snapshot: i64,
    pub(crate) schema_version: i64,
    pub(crate) next_catalog_id: i64,
    pub(crate) next_file_id: i64,
}

const LOCK: Sql = Sql::global("update quarterdeck_lake set writes = writes + 1 where id = 1");
const HEAD: Sql = Sql::global(
    "select snapshot_id, schema_version, next_catalog_id, next_file_id
     from ducklake_snapshot order by snapshot_id desc limit 1",
);
const ADD_SNAPSHOT: Sql = Sql::global(
    "insert into ducklake_snapshot (snapshot_id, snapshot_time, schema_version, next_catalog_id, next_file_id)
     values ($1, $2, $3, $4, $5)",
);
const ADD_CHANGES: Sql = Sql::global(
    "insert into ducklake_snapshot_changes (snapshot_id, changes_made, author, commit_message, commit_extra_info)
     values ($1, $2, 'Quarterdeck', $3, $4)",
);

impl Head {
    /// Locks the catalogue against other writers until the transaction ends, then reads the counters.
    pub(crate) fn locked(conn: &mut Conn<'_>) -> Result<Head, SqlError> {
        conn.exec(&LOCK, &[])?;
        let row = conn
            .row(&HEAD, &[])?
            .ok_or_else(|| SqlError::Other("the catalogue has no snapshot".to_owned()))?;
        Ok(Head {
            snapshot: row.get(0)?,
            schema_version: row.get(1)?,
            next_catalog_id: row.get(2)?,
            next_file_id: row.get(3)?,
        })
    }

    pub(crate) fn take_catalog_id(&mut self) -> i64 {
        self.next_catalog_id += 1;
        self.next_catalog_id - 1
    }

    pub(crate) fn take_file_id(&mut self) -> i64 {
        self.next_file_id += 1;
        self.next_file_id - 1
    }

    /// Writes this head as the newest snapshot: the row whose primary key is the compare-and-swap.
    pub(crate) fn write(
        &self,
        conn: &mut Conn<'_>,
        now: Timestamp,
        changes: &[String],
        message: &str,
        info: Option<&str>,
    ) -> Result<(), SqlError> {
        let counters = [self.schema_version, self.next_catalog_id, self.next_file_id];
        let mut values = vec![self.snapshot.into(), instant_text(now).into()];
        values.extend(counters.map(Into::into));
        conn.exec(&ADD_SNAPSHOT, &values)?;
        let changes = changes.join(",");
        conn.exec(&ADD_CHANGES, &[self.snapshot.into(), changes.into(), message.into(), info.into()])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_as_ducklake_does_and_read_back() {
        let at: Timestamp = "2026-11-20T21:24:52.035441Z".parse().expect("an instant");
        assert_eq!(instant_text(at), "2026-11-20 21:24:52.035441+00");
        assert_eq!(instant_text(at).parse::<Timestamp>().ok(), Some(at));
        let whole: Timestamp = "2026-11-20T00:00:00Z".parse().expect("an instant");
        assert_eq!(instant_text(whole), "2026-11-20 00:00:00.000000+00");
    }
}
