//! Brings the tables up to date: each migration once, in order, in a transaction of its own.

use sql::{Conn, Database, Engine, Sql, SqlError};

/// One step of the schema, with a text for each engine.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub version: i64,
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

macro_rules! migration {
    ($version:literal, $name:literal) => {
        Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $name, "/sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $name, "/postgres.sql")),
        }
    };
}

/// All steps, oldest first. A step that has been released is never changed: add another.
pub const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_spine"),
    migration!(2, "0002_identity"),
    migration!(3, "0003_devices"),
    migration!(4, "0004_notify"),
    migration!(5, "0005_service_announcement"),
    migration!(6, "0006_warehouse"),
    migration!(7, "0007_connectors"),
    migration!(8, "0008_provisioning"),
    migration!(9, "0009_announcement_source"),
    migration!(10, "0010_brought"),
    migration!(11, "0011_erased"),
    migration!(12, "0012_said_in_three_languages"),
];

/// Why the tables could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("{0}")]
    Sql(#[from] SqlError),
    #[error("migration {name} failed: {error}")]
    Step { name: &'static str, error: SqlError },
    #[error(
        "this data was written by a later version (schema {found}, this program knows {known}); \
         start the later version, or restore a backup made before the upgrade"
    )]
    Newer { found: i64, known: i64 },
}

const MAKE: &str =
    "create table if not exists schema_version (version bigint primary key, name text not null)";
const VERSION: Sql = Sql::global("select coalesce(max(version), 0) from schema_version");
const DONE: Sql = Sql::global("insert into schema_version (version, name) values ($1, $2)");
/// Two servers may start on one database: the first makes the tables, the other waits here.
const LOCK: &str = "select pg_advisory_xact_lock(7241370525)";

pub(crate) fn up_to(database: &Database, migrations: &'static [Migration]) -> Result<(), MigrateError> {
    let known = migrations.iter().map(|m| m.version).max().unwrap_or(0);
    let engine = database.engine();
    let found = database.write_blocking(move |conn| {
        lock(conn, engine)?;
        conn.script(MAKE)?;
        version(conn)
    })?;
    if found > known {
        return Err(MigrateError::Newer { found, known });
    }
    for migration in migrations.iter().filter(|m| m.version > found) {
        let step = database.write_blocking(move |conn| apply(conn, engine, migration));
        step.map_err(|error| MigrateError::Step { name: migration.name, error })?;
    }
    Ok(())
}

fn apply(conn: &mut Conn<'_>, engine: Engine, migration: &Migration) -> Result<(), SqlError> {
    lock(conn, engine)?;
    if version(conn)? >= migration.version {
        return Ok(());
    }
    conn.script(match engine {
        Engine::Sqlite => migration.sqlite,
        Engine::Postgres => migration.postgres,
    })?;
    conn.exec(&DONE, &[migration.version.into(), migration.name.into()]).map(drop)
}

fn lock(conn: &mut Conn<'_>, engine: Engine) -> Result<(), SqlError> {
    match engine {
        Engine::Sqlite => Ok(()),
        Engine::Postgres => conn.script(LOCK),
    }
}

fn version(conn: &mut Conn<'_>) -> Result<i64, SqlError> {
    conn.row(&VERSION, &[])?.map_or(Ok(0), |row| row.get(0))
}
