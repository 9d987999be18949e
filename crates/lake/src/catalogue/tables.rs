//! Tables and columns: what there is, and making it what a specification asks for. Only ever adds.

use std::sync::Arc;

use jiff::Timestamp;
use sql::{Conn, Sql, SqlError};
use uuid::Uuid;

use super::Head;
use crate::spec::{ColumnSpec, ColumnType, TableSpec};

/// Why a table could not be made what the specification asks for.
#[derive(Debug, thiserror::Error)]
pub enum EnsureError {
    /// The specification is wrong in itself, or asks for more than a new table or a new optional column.
    #[error("table {table}: {reason}")]
    Refused { table: String, reason: String },
    #[error("the lake's catalogue could not be read or written: {0}")]
    Catalogue(#[from] SqlError),
}

/// A table as the catalogue has it.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) columns: Arc<[Column]>,
    pub(crate) partition: Option<Partition>,
}

/// A column as the catalogue has it; `id` is also its field id in every file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) ty: ColumnType,
    pub(crate) nullable: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Partition {
    pub(crate) id: i64,
    pub(crate) column: String,
}

const TABLE: Sql = Sql::global(
    "select table_id, table_name from ducklake_table
     where lower(table_name) = lower($1) and begin_snapshot <= $2 and (end_snapshot is null or end_snapshot > $2)",
);
const COLUMNS: Sql = Sql::global(
    "select column_id, column_name, column_type, nulls_allowed from ducklake_column
     where table_id = $1 and begin_snapshot <= $2 and (end_snapshot is null or end_snapshot > $2)
     order by column_order",
);
const PARTITION: Sql = Sql::global(
    "select i.partition_id, c.column_name from ducklake_partition_info i
     join ducklake_partition_column p on p.partition_id = i.partition_id
     join ducklake_column c on c.table_id = i.table_id and c.column_id = p.column_id
     where i.table_id = $1 and i.begin_snapshot <= $2 and (i.end_snapshot is null or i.end_snapshot > $2)",
);
const ADD_TABLE: Sql = Sql::global(
    "insert into ducklake_table
       (table_id, table_uuid, begin_snapshot, schema_id, table_name, path, path_is_relative)
     values ($1, $2, $3, 0, $4, $5, true)",
);
const ADD_COLUMN: Sql = Sql::global(
    "insert into ducklake_column
       (column_id, begin_snapshot, table_id, column_order, column_name, column_type, nulls_allowed,
        default_value, default_value_type, default_value_dialect)
     values ($1, $2, $3, $1, $4, $5, $6, 'NULL', 'literal', 'duckdb')",
);
const ADD_PARTITION: Sql = Sql::global(
    "insert into ducklake_partition_info (partition_id, table_id, begin_snapshot) values ($1, $2, $3)",
);
const ADD_PARTITION_COLUMN: Sql = Sql::global(
    "insert into ducklake_partition_column (partition_id, table_id, partition_key_index, column_id, transform)
     values ($1, $2, 0, $3, 'identity')",
);
const ADD_SCHEMA_VERSION: Sql = Sql::global(
    "insert into ducklake_schema_versions (begin_snapshot, schema_version, table_id) values ($1, $2, $3)",
);

/// The table as it is at a snapshot (`i64::MAX` for now). None when there is no such table.
pub(crate) fn load(conn: &mut Conn<'_>, name: &str, snapshot: i64) -> Result<Option<Table>, SqlError> {
    let Some(row) = conn.row(&TABLE, &[name.into(), snapshot.into()])? else { return Ok(None) };
    let id: i64 = row.get(0)?;
    let mut columns = Vec::new();
    conn.each(&COLUMNS, &[id.into(), snapshot.into()], |row| {
        let ty: String = row.get(2)?;
        let ty = ColumnType::from_ducklake(&ty)
            .ok_or_else(|| SqlError::Other(format!("the catalogue has a column of the unknown type {ty}")))?;
        columns.push(Column { id: row.get(0)?, name: row.get(1)?, ty, nullable: row.get(3)? });
        Ok(())
    })?;
    let partition = conn.row(&PARTITION, &[id.into(), snapshot.into()])?;
    let partition = partition
        .map(|row| Ok::<_, SqlError>(Partition { id: row.get(0)?, column: row.get(1)? }))
        .transpose()?;
    Ok(Some(Table { id, name: row.get(1)?, columns: columns.into(), partition }))
}

/// What is to be done about one table.
#[derive(Debug, PartialEq, Eq)]
enum Change<'a> {
    Nothing,
    Create,
    Add { table: i64, first_id: i64, columns: Vec<&'a ColumnSpec> },
}

fn change<'a>(there: Option<&Table>, spec: &'a TableSpec) -> Result<Change<'a>, String> {
    if let Some(complaint) = spec.complaint() {
        return Err(complaint);
    }
    let Some(table) = there else { return Ok(Change::Create) };
    if table.partition.as_ref().map(|p| p.column.as_str()) != spec.partition.as_deref() {
        return Err("its partition column cannot be changed".to_owned());
    }
    for column in table.columns.iter() {
        let name = &column.name;
        match spec.column(name) {
            None => return Err(format!("column {name} cannot be taken away or renamed")),
            Some(wanted) if wanted.ty != column.ty || wanted.nullable != column.nullable => {
                return Err(format!("column {name} cannot get another type"));
            }
            Some(_) => {}
        }
    }
    let is_new = |column: &&ColumnSpec| table.columns.iter().all(|there| there.name != column.name);
    let columns: Vec<&ColumnSpec> = spec.columns.iter().filter(is_new).collect();
    if let Some(required) = columns.iter().find(|column| !column.nullable) {
        return Err(format!("the new column {} must allow null: older files do not have it", required.name));
    }
    let first_id = table.columns.iter().map(|column| column.id).max().unwrap_or(0) + 1;
    Ok(if columns.is_empty() { Change::Nothing } else { Change::Add { table: table.id, first_id, columns } })
}

/// Makes missing tables and adds missing columns, all in one snapshot; none when nothing is missing.
pub(crate) fn ensure(
    conn: &mut Conn<'_>,
    specs: &[TableSpec],
    now: Timestamp,
    mut id: impl FnMut() -> Uuid,
) -> Result<(), EnsureError> {
    let mut head = Head::locked(conn)?;
    let mut changes = Vec::new();
    (head.snapshot, head.schema_version) = (head.snapshot + 1, head.schema_version + 1);
    for spec in specs {
        let there = load(conn, &spec.name, i64::MAX)?;
        let change = change(there.as_ref(), spec)
            .map_err(|reason| EnsureError::Refused { table: spec.name.clone(), reason })?;
        let table = match change {
            Change::Nothing => continue,
            Change::Create => {
                let table = head.take_catalog_id();
                create(conn, &mut head, table, spec, id())?;
                changes.push(format!("created_table:\"main\".\"{}\"", spec.name));
                table
            }
            Change::Add { table, first_id, columns } => {
                for (column_id, column) in (first_id..).zip(columns) {
                    add_column(conn, head.snapshot, table, column_id, column)?;
                }
                changes.push(format!("altered_table:{table}"));
                table
            }
        };
        conn.exec(&ADD_SCHEMA_VERSION, &[head.snapshot.into(), head.schema_version.into(), table.into()])?;
    }
    if !changes.is_empty() {
        head.write(conn, now, &changes, "tables", None)?;
    }
    Ok(())
}

fn create(
    conn: &mut Conn<'_>,
    head: &mut Head,
    table: i64,
    spec: &TableSpec,
    uuid: Uuid,
) -> Result<(), SqlError> {
    let at = head.snapshot;
    let path = format!("{}/", spec.name);
    conn.exec(&ADD_TABLE, &[table.into(), uuid.into(), at.into(), spec.name.as_str().into(), path.into()])?;
    for (column_id, column) in (1..).zip(&spec.columns) {
        add_column(conn, at, table, column_id, column)?;
    }
    let is_partition = |column: &ColumnSpec| Some(&column.name) == spec.partition.as_ref();
    if let Some(index) = spec.columns.iter().position(is_partition) {
        let partition = head.take_catalog_id();
        let column_id = i64::try_from(index + 1).unwrap_or(i64::MAX);
        conn.exec(&ADD_PARTITION, &[partition.into(), table.into(), at.into()])?;
        conn.exec(&ADD_PARTITION_COLUMN, &[partition.into(), table.into(), column_id.into()])?;
    }
    Ok(())
}

fn add_column(
    conn: &mut Conn<'_>,
    at: i64,
    table: i64,
    column_id: i64,
    column: &ColumnSpec,
) -> Result<(), SqlError> {
    let (name, ty) = (column.name.as_str(), column.ty.ducklake());
    let values = [column_id.into(), at.into(), table.into(), name.into(), ty.into(), column.nullable.into()];
    conn.exec(&ADD_COLUMN, &values)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, ty: ColumnType, nullable: bool) -> ColumnSpec {
        ColumnSpec { name: name.to_owned(), ty, nullable, statistics: true }
    }

    fn spec(columns: Vec<ColumnSpec>) -> TableSpec {
        TableSpec { name: "t".to_owned(), columns, sort_key: Vec::new(), partition: None }
    }

    #[test]
    fn only_new_optional_columns_are_taken() {
        let a = Column { id: 4, name: "a".to_owned(), ty: ColumnType::Int32, nullable: false };
        let table = Table { id: 7, name: "t".to_owned(), columns: vec![a].into(), partition: None };
        let a = || column("a", ColumnType::Int32, false);
        let check = |columns| change(Some(&table), &spec(columns)).map(|change| format!("{change:?}"));
        assert_eq!(check(vec![a()]), Ok("Nothing".to_owned()));
        let added = check(vec![column("b", ColumnType::Utf8, true), a()]).expect("an addition");
        assert!(added.contains("table: 7, first_id: 5") && added.contains("name: \"b\""), "{added}");
        for (columns, part) in [
            (vec![a(), column("b", ColumnType::Utf8, false)], "must allow null"),
            (vec![column("b", ColumnType::Utf8, true)], "cannot be taken away"),
            (vec![column("a", ColumnType::Int64, false)], "another type"),
            (vec![column("a", ColumnType::Int32, true)], "another type"),
        ] {
            let refusal = check(columns).expect_err("this change is refused");
            assert!(refusal.contains(part), "{refusal}");
        }
        let mut partitioned = spec(vec![a()]);
        partitioned.partition = Some("a".to_owned());
        assert!(change(Some(&table), &partitioned).is_err());
    }
}
