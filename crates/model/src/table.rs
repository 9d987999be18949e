//! What one table is: its columns, key, order, retention and, for enumerations, its rows.

use crate::{Column, EdmType, Role, Shown, Version};

/// What a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Things: devices, users. Rows are never removed, only marked deleted.
    Dimension,
    /// Which thing belongs to which. Rows are never removed, only marked ended.
    Association,
    /// Measurements of a day. Rows are removed after the retention.
    Fact,
    /// Names of types and states; the rows are in the catalogue.
    Enumeration,
}

impl Kind {
    /// In lower case, as the explorer shows it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dimension => "dimension",
            Self::Association => "association",
            Self::Fact => "fact",
            Self::Enumeration => "enumeration",
        }
    }
}

/// A value in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Const {
    /// An Int32 or Int64.
    Int(i64),
    /// A String.
    Text(&'static str),
    /// A DateTimeOffset, microseconds since 1970 UTC.
    Time(i64),
}

impl Const {
    /// Whether the value is of that type.
    pub const fn fits(self, edm: EdmType) -> bool {
        match self {
            Self::Int(_) => matches!(edm, EdmType::Int32 | EdmType::Int64),
            Self::Text(_) => matches!(edm, EdmType::String),
            Self::Time(_) => matches!(edm, EdmType::DateTimeOffset),
        }
    }
}

/// One row of an enumeration.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// One value for each column, in the order of the columns.
    pub cells: &'static [Const],
    /// What it means.
    pub doc: &'static str,
}

/// One table, declared once.
#[derive(Debug)]
pub struct Table {
    /// Name of the entity set and of the table in the catalogue of files.
    pub name: &'static str,
    /// Name of the entity type: the singular.
    pub entity: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What one row stands for.
    pub grain: &'static str,
    /// Days kept; none: for as long as the warehouse lives.
    pub retention_days: Option<u16>,
    /// Which versions show it.
    pub shown: Shown,
    /// Names of the key columns.
    pub key: &'static [&'static str],
    /// Names of the columns the files are sorted by.
    pub sort: &'static [&'static str],
    /// The columns, in wire order.
    pub columns: &'static [Column],
    /// The rows of an enumeration; empty for everything else.
    pub rows: &'static [Row],
    /// Where it is documented, or the decision it follows.
    pub source: &'static str,
    /// One or two sentences for people.
    pub doc: &'static str,
}

impl Table {
    /// The column of that exact name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The place of the column of that exact name.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The columns `version` shows, with their places in the files.
    pub fn shown_columns(&self, version: Version) -> impl Iterator<Item = (usize, &'static Column)> {
        self.columns.iter().enumerate().filter(move |(_, column)| column.shown.in_version(version))
    }

    pub(crate) const fn shown(mut self, shown: Shown) -> Self {
        self.shown = shown;
        self
    }

    /// Whether no two rows have the same value in the column of that name.
    pub fn is_unique(&self, column: &str) -> bool {
        match (self.key, self.column(column).map(|column| column.role)) {
            ([key], _) if *key == column => true,
            ([_], Some(Role::SurrogateKey)) => true,
            ([_], Some(Role::NaturalKey)) => matches!(self.kind, Kind::Enumeration),
            _ => false,
        }
    }

    /// Whether the key includes dateKey, so that date ranges and `maxhistorydays` apply. The table of dates itself
    /// does not count: its dateKey names a date, not a day of history.
    pub fn is_dated(&self) -> bool {
        matches!(self.kind, Kind::Fact) && self.key.contains(&"dateKey")
    }
}
