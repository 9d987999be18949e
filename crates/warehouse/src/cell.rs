//! One value of a warehouse row, borrowed while it passes from a source to a file.

/// A value. Instants are microseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// A Boolean.
    Bool(bool),
    /// An Int32 or Int64.
    Int(i64),
    /// A DateTimeOffset.
    Time(i64),
    /// A String.
    Text(&'a str),
}

impl<'a> Cell<'a> {
    /// The text, or nothing for null.
    pub const fn text(self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The integer, or nothing.
    pub const fn int(self) -> Option<i64> {
        if let Self::Int(number) = self { Some(number) } else { None }
    }

    /// The instant, or nothing.
    pub const fn time(self) -> Option<i64> {
        if let Self::Time(micros) = self { Some(micros) } else { None }
    }

    /// Whether this is `true`.
    pub const fn is_true(self) -> bool {
        matches!(self, Self::Bool(true))
    }
}

impl From<model::Const> for Cell<'static> {
    fn from(value: model::Const) -> Self {
        match value {
            model::Const::Int(number) => Self::Int(number),
            model::Const::Text(text) => Self::Text(text),
            model::Const::Time(micros) => Self::Time(micros),
        }
    }
}

/// A value that outlives its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owned {
    /// No value.
    Null,
    /// A Boolean.
    Bool(bool),
    /// An Int32 or Int64.
    Int(i64),
    /// A DateTimeOffset.
    Time(i64),
    /// A String.
    Text(String),
}

impl Owned {
    /// Borrows it.
    pub fn as_cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Bool(flag) => Cell::Bool(*flag),
            Self::Int(number) => Cell::Int(*number),
            Self::Time(micros) => Cell::Time(*micros),
            Self::Text(text) => Cell::Text(text),
        }
    }
}

impl From<Cell<'_>> for Owned {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Bool(flag) => Self::Bool(flag),
            Cell::Int(number) => Self::Int(number),
            Cell::Time(micros) => Self::Time(micros),
            Cell::Text(text) => Self::Text(text.to_owned()),
        }
    }
}

impl<T: Into<Owned>> From<Option<T>> for Owned {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<bool> for Owned {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Owned {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<String> for Owned {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
