//! The catalogue's tables: DuckLake 1.0, and four of our own beside them.
//!
//! Table and column names, their order and their meaning are DuckLake's (ducklake.select, "Tables"); they were
//! compared with what DuckDB 1.5.5 makes. Two types differ so that one text serves both engines, and DuckDB
//! reads them all the same: instants and UUIDs are text.

use jiff::Timestamp;
use sql::{Conn, Sql, SqlError};
use uuid::Uuid;

use super::instant_text;

/// The version of the layout, as DuckLake numbers it.
pub(crate) const VERSION: &str = "1.0";

pub(crate) const TABLES: &str = r#"
create table if not exists ducklake_metadata(key varchar not null, value varchar not null, scope varchar, scope_id bigint);
create table if not exists ducklake_snapshot(snapshot_id bigint primary key, snapshot_time varchar, schema_version bigint, next_catalog_id bigint, next_file_id bigint);
create table if not exists ducklake_snapshot_changes(snapshot_id bigint primary key, changes_made varchar, author varchar, commit_message varchar, commit_extra_info varchar);
create table if not exists ducklake_schema(schema_id bigint primary key, schema_uuid varchar, begin_snapshot bigint, end_snapshot bigint, schema_name varchar, path varchar, path_is_relative boolean);
create table if not exists ducklake_table(table_id bigint, table_uuid varchar, begin_snapshot bigint, end_snapshot bigint, schema_id bigint, table_name varchar, path varchar, path_is_relative boolean);
create table if not exists ducklake_view(view_id bigint, view_uuid varchar, begin_snapshot bigint, end_snapshot bigint, schema_id bigint, view_name varchar, dialect varchar, sql varchar, column_aliases varchar);
create table if not exists ducklake_tag(object_id bigint, begin_snapshot bigint, end_snapshot bigint, key varchar, value varchar);
create table if not exists ducklake_column_tag(table_id bigint, column_id bigint, begin_snapshot bigint, end_snapshot bigint, key varchar, value varchar);
create table if not exists ducklake_data_file(data_file_id bigint primary key, table_id bigint, begin_snapshot bigint, end_snapshot bigint, file_order bigint, path varchar, path_is_relative boolean, file_format varchar, record_count bigint, file_size_bytes bigint, footer_size bigint, row_id_start bigint, partition_id bigint, encryption_key varchar, mapping_id bigint, partial_max bigint);
create table if not exists ducklake_file_column_stats(data_file_id bigint, table_id bigint, column_id bigint, column_size_bytes bigint, value_count bigint, null_count bigint, min_value varchar, max_value varchar, contains_nan boolean, extra_stats varchar);
create table if not exists ducklake_file_variant_stats(data_file_id bigint, table_id bigint, column_id bigint, variant_path varchar, shredded_type varchar, column_size_bytes bigint, value_count bigint, null_count bigint, min_value varchar, max_value varchar, contains_nan boolean, extra_stats varchar);
create table if not exists ducklake_delete_file(delete_file_id bigint primary key, table_id bigint, begin_snapshot bigint, end_snapshot bigint, data_file_id bigint, path varchar, path_is_relative boolean, format varchar, delete_count bigint, file_size_bytes bigint, footer_size bigint, encryption_key varchar, partial_max bigint);
create table if not exists ducklake_column(column_id bigint, begin_snapshot bigint, end_snapshot bigint, table_id bigint, column_order bigint, column_name varchar, column_type varchar, initial_default varchar, default_value varchar, nulls_allowed boolean, parent_column bigint, default_value_type varchar, default_value_dialect varchar);
create table if not exists ducklake_table_stats(table_id bigint, record_count bigint, next_row_id bigint, file_size_bytes bigint);
create table if not exists ducklake_table_column_stats(table_id bigint, column_id bigint, contains_null boolean, contains_nan boolean, min_value varchar, max_value varchar, extra_stats varchar);
create table if not exists ducklake_partition_info(partition_id bigint, table_id bigint, begin_snapshot bigint, end_snapshot bigint);
create table if not exists ducklake_partition_column(partition_id bigint, table_id bigint, partition_key_index bigint, column_id bigint, transform varchar);
create table if not exists ducklake_file_partition_value(data_file_id bigint, table_id bigint, partition_key_index bigint, partition_value varchar);
create table if not exists ducklake_files_scheduled_for_deletion(data_file_id bigint, path varchar, path_is_relative boolean, schedule_start varchar);
create table if not exists ducklake_inlined_data_tables(table_id bigint, table_name varchar, schema_version bigint);
create table if not exists ducklake_column_mapping(mapping_id bigint, table_id bigint, type varchar);
create table if not exists ducklake_name_mapping(mapping_id bigint, column_id bigint, source_name varchar, target_field_id bigint, parent_column bigint, is_partition boolean);
create table if not exists ducklake_schema_versions(begin_snapshot bigint, schema_version bigint, table_id bigint);
create table if not exists ducklake_macro(schema_id bigint, macro_id bigint, macro_name varchar, begin_snapshot bigint, end_snapshot bigint);
create table if not exists ducklake_macro_impl(macro_id bigint, impl_id bigint, dialect varchar, sql varchar, type varchar);
create table if not exists ducklake_macro_parameters(macro_id bigint, impl_id bigint, column_id bigint, parameter_name varchar, parameter_type varchar, default_value varchar, default_value_type varchar);
create table if not exists ducklake_sort_info(sort_id bigint, table_id bigint, begin_snapshot bigint, end_snapshot bigint);
create table if not exists ducklake_sort_expression(sort_id bigint, table_id bigint, sort_key_index bigint, expression varchar, dialect varchar, sort_direction varchar, null_order varchar);
create table if not exists quarterdeck_lake(id bigint primary key, writes bigint not null);
create table if not exists quarterdeck_publish(kind varchar not null, date_key bigint not null, snapshot_id bigint not null, published_at bigint not null, primary key (kind, date_key));
create table if not exists quarterdeck_lease(name varchar primary key, holder varchar not null, epoch bigint not null, expires_at bigint not null);
create index if not exists quarterdeck_data_file_table on ducklake_data_file(table_id, begin_snapshot);
create index if not exists quarterdeck_file_stats_file on ducklake_file_column_stats(data_file_id);
create index if not exists quarterdeck_file_partition_file on ducklake_file_partition_value(data_file_id);
"#;

const CLAIM: Sql =
    Sql::global("insert into quarterdeck_lake (id, writes) values (1, 0) on conflict (id) do nothing");
const METADATA: Sql = Sql::global("select value from ducklake_metadata where key = $1 and scope is null");
const SET_METADATA: Sql =
    Sql::global("update ducklake_metadata set value = $2 where key = $1 and scope is null and value <> $2");
const ADD_METADATA: Sql = Sql::global("insert into ducklake_metadata (key, value) values ($1, $2)");
const ADD_SNAPSHOT: Sql = Sql::global(
    "insert into ducklake_snapshot (snapshot_id, snapshot_time, schema_version, next_catalog_id, next_file_id)
     values (0, $1, 0, 1, 0)",
);
const ADD_CHANGES: Sql = Sql::global(
    "insert into ducklake_snapshot_changes (snapshot_id, changes_made, author)
     values (0, 'created_schema:\"main\"', 'Quarterdeck')",
);
const ADD_SCHEMA: Sql = Sql::global(
    "insert into ducklake_schema (schema_id, schema_uuid, begin_snapshot, schema_name, path, path_is_relative)
     values (0, $1, 0, 'main', 'main/', true)",
);

const SCHEMA_ID: Sql = Sql::global("select schema_uuid from ducklake_schema where schema_id = 0");

/// What an opened catalogue turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Ours, of the version this crate writes; with its id.
    Ours(String),
    /// Of another version of DuckLake.
    Version(String),
    /// A DuckLake that another program made.
    Foreign,
}

/// Fills a new catalogue, or looks at the one that is there. `data_path` is remembered, since a data folder may
/// be moved together with its catalogue; readers of the catalogue find the files by it.
pub(crate) fn claim(
    conn: &mut Conn<'_>,
    data_path: &str,
    now: Timestamp,
    id: Uuid,
) -> Result<Found, SqlError> {
    let fresh = conn.exec(&CLAIM, &[])? == 1;
    let version = conn.row(&METADATA, &["version".into()])?.map(|row| row.get::<String>(0)).transpose()?;
    match version {
        None => {
            for (key, value) in [
                ("version", VERSION),
                ("created_by", "Quarterdeck"),
                ("data_path", data_path),
                ("encrypted", "false"),
            ] {
                conn.exec(&ADD_METADATA, &[key.into(), value.into()])?;
            }
            conn.exec(&ADD_SNAPSHOT, &[instant_text(now).into()])?;
            conn.exec(&ADD_CHANGES, &[])?;
            conn.exec(&ADD_SCHEMA, &[id.into()])?;
            own_id(conn).map(Found::Ours)
        }
        Some(_) if fresh => Ok(Found::Foreign),
        Some(version) if version != VERSION => Ok(Found::Version(version)),
        Some(_) => {
            conn.exec(&SET_METADATA, &["data_path".into(), data_path.into()])?;
            own_id(conn).map(Found::Ours)
        }
    }
}

fn own_id(conn: &mut Conn<'_>) -> Result<String, SqlError> {
    let row = conn.row(&SCHEMA_ID, &[])?;
    row.ok_or_else(|| SqlError::Other("the catalogue has lost its schema main".to_owned()))?.get(0)
}
