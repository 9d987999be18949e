//! What a table looks like: names, types and what may be known about them. Pure.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, TimeUnit};
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;

/// A table as its owner wants it. [`crate::Lake::ensure_tables`] makes the catalogue agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSpec {
    /// Unique in the lake, without regard to case; letters, digits and `_`.
    pub name: String,
    /// In the order of the batches that are written.
    pub columns: Vec<ColumnSpec>,
    /// The columns each file's rows are sorted by, all ascending, nulls last. The writer does not sort.
    pub sort_key: Vec<String>,
    /// The integer column that has one value in a whole file, if there is one.
    pub partition: Option<String>,
}

/// A column of a [`TableSpec`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    pub name: String,
    pub ty: ColumnType,
    pub nullable: bool,
    /// Whether smallest and largest values may be kept in the file's footer and in the catalogue. False for
    /// personal data: an erased person's name must not outlive the file it was in.
    pub statistics: bool,
}

/// The closed set of column types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    Bool,
    Int32,
    Int64,
    Double,
    Utf8,
    /// Microseconds since 1970 in UTC.
    TimestampMicrosUtc,
    /// Days since 1970.
    Date,
}

impl ColumnType {
    const ALL: [ColumnType; 7] = [
        ColumnType::Bool,
        ColumnType::Int32,
        ColumnType::Int64,
        ColumnType::Double,
        ColumnType::Utf8,
        ColumnType::TimestampMicrosUtc,
        ColumnType::Date,
    ];

    /// The Arrow type of a column that is written. Text may also be written as a dictionary.
    pub fn arrow(self) -> DataType {
        match self {
            ColumnType::Bool => DataType::Boolean,
            ColumnType::Int32 => DataType::Int32,
            ColumnType::Int64 => DataType::Int64,
            ColumnType::Double => DataType::Float64,
            ColumnType::Utf8 => DataType::Utf8,
            ColumnType::TimestampMicrosUtc => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            ColumnType::Date => DataType::Date32,
        }
    }

    /// The type's name in the catalogue (DuckLake 1.0, "Data Types").
    pub(crate) fn ducklake(self) -> &'static str {
        match self {
            ColumnType::Bool => "boolean",
            ColumnType::Int32 => "int32",
            ColumnType::Int64 => "int64",
            ColumnType::Double => "float64",
            ColumnType::Utf8 => "varchar",
            ColumnType::TimestampMicrosUtc => "timestamptz",
            ColumnType::Date => "date",
        }
    }

    pub(crate) fn from_ducklake(name: &str) -> Option<ColumnType> {
        ColumnType::ALL.into_iter().find(|ty| ty.ducklake() == name)
    }
}

impl TableSpec {
    /// What is wrong with this specification in itself, in words.
    pub(crate) fn complaint(&self) -> Option<String> {
        if !is_name(&self.name) {
            return Some("a table's name has only letters, digits and _".to_owned());
        }
        let mut seen = HashMap::new();
        for column in &self.columns {
            if !is_name(&column.name) {
                return Some(format!(
                    "the name of column {} has other signs than letters, digits and _",
                    column.name
                ));
            }
            if seen.insert(column.name.to_lowercase(), ()).is_some() {
                return Some(format!(
                    "column {} is there twice (names differ by more than case)",
                    column.name
                ));
            }
        }
        if self.columns.is_empty() {
            return Some("a table has at least one column".to_owned());
        }
        if let Some(lost) = self.sort_key.iter().find(|name| self.column(name).is_none()) {
            return Some(format!("it is sorted by {lost}, which is not a column of it"));
        }
        let partition = self.partition.as_deref()?;
        match self.column(partition) {
            None => Some(format!("it is partitioned by {partition}, which is not a column of it")),
            Some(ColumnSpec {
                ty: ColumnType::Int32 | ColumnType::Int64,
                nullable: false,
                statistics: true,
                ..
            }) => None,
            Some(_) => {
                Some(format!("the partition column {partition} must be a required integer with statistics"))
            }
        }
    }

    pub(crate) fn column(&self, name: &str) -> Option<&ColumnSpec> {
        self.columns.iter().find(|column| column.name == name)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A column's Arrow field. `field_id` is how a reader finds the column in a file (DuckLake, "Column Mapping").
pub(crate) fn field(name: &str, ty: DataType, nullable: bool, field_id: i64) -> FieldRef {
    let id = HashMap::from([(PARQUET_FIELD_ID_META_KEY.to_owned(), field_id.to_string())]);
    Arc::new(Field::new(name, ty, nullable).with_metadata(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, ty: ColumnType) -> ColumnSpec {
        ColumnSpec { name: name.to_owned(), ty, nullable: false, statistics: true }
    }

    #[test]
    fn a_wrong_specification_is_told_in_words() {
        let spec = |columns: Vec<ColumnSpec>, sort: &str, partition: &str| TableSpec {
            name: "t".to_owned(),
            columns,
            sort_key: vec![sort.to_owned()],
            partition: Some(partition.to_owned()),
        };
        let a = || column("a", ColumnType::Int32);
        assert_eq!(spec(vec![a()], "a", "a").complaint(), None);
        for (spec, part) in [
            (spec(vec![], "a", "a"), "at least one column"),
            (spec(vec![a(), column("A", ColumnType::Utf8)], "a", "a"), "twice"),
            (spec(vec![a()], "b", "a"), "sorted by b"),
            (spec(vec![a()], "a", "b"), "partitioned by b"),
            (spec(vec![a(), column("b", ColumnType::Utf8)], "a", "b"), "required integer"),
            (spec(vec![column("a b", ColumnType::Utf8)], "a", "b"), "other signs"),
        ] {
            let complaint = spec.complaint().expect("this specification is wrong");
            assert!(complaint.contains(part), "{complaint}");
        }
    }

    #[test]
    fn a_catalogue_type_name_leads_back_to_its_type() {
        for ty in ColumnType::ALL {
            assert_eq!(ColumnType::from_ducklake(ty.ducklake()), Some(ty));
        }
        assert_eq!(ColumnType::from_ducklake("uuid"), None);
    }
}
