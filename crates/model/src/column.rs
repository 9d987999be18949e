//! What one column is: its name on the wire, type, role and privacy class.

use crate::Shown;

/// The OData primitive types the warehouse uses (OData CSDL 4.01, section 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EdmType {
    /// true or false.
    Boolean,
    /// 32-bit integer; also dateKey as yyyymmdd.
    Int32,
    /// 64-bit integer; surrogate keys of people and devices, sizes in bytes.
    Int64,
    /// Text. Natural ids are text too, because reports join them as text.
    String,
    /// An instant, microseconds, UTC.
    DateTimeOffset,
}

impl EdmType {
    /// The qualified name, such as `Edm.Int32`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "Edm.Boolean",
            Self::Int32 => "Edm.Int32",
            Self::Int64 => "Edm.Int64",
            Self::String => "Edm.String",
            Self::DateTimeOffset => "Edm.DateTimeOffset",
        }
    }
}

/// What a column does in the star.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The warehouse's own key of the row.
    SurrogateKey,
    /// The id the thing has outside the warehouse.
    NaturalKey,
    /// Points to a row of the named table.
    Reference(&'static str),
    /// Describes the row.
    Attribute,
    /// A number to add up.
    Measure,
    /// When the row began, ended or changed in the warehouse.
    Lifetime,
}

/// Whether the value says something about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// Not about a person.
    None,
    /// An id that leads to a person through another table.
    Pseudonym,
    /// Names, addresses, serial numbers and the like.
    Personal,
}

/// How a reference finds its rows when that is not by the warehouse's own key under the column's own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Join {
    /// The column of the other table that holds the same value.
    pub column: &'static str,
    /// Name of the navigation property in the extended model.
    pub name: &'static str,
}

/// One column, declared once.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name on the wire and in the files.
    pub name: &'static str,
    /// Type on the wire.
    pub edm: EdmType,
    /// Whether the value may be missing.
    pub nullable: bool,
    /// What it does in the star.
    pub role: Role,
    /// How a reference finds its rows; none: by the other table's surrogate key.
    pub join: Option<Join>,
    /// Whether it says something about a person.
    pub privacy: Privacy,
    /// Which versions show it.
    pub shown: Shown,
    /// Where its value comes from: `table.column` of the operational store, or "warehouse".
    pub source: &'static str,
    /// One sentence for people.
    pub doc: &'static str,
}

impl Column {
    pub(crate) const fn new(
        name: &'static str,
        edm: EdmType,
        source: &'static str,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            edm,
            nullable: true,
            role: Role::Attribute,
            join: None,
            privacy: Privacy::None,
            shown: Shown::Always,
            source,
            doc,
        }
    }

    pub(crate) const fn text(name: &'static str, source: &'static str, doc: &'static str) -> Self {
        Self::new(name, EdmType::String, source, doc)
    }

    pub(crate) const fn int(name: &'static str, source: &'static str, doc: &'static str) -> Self {
        Self::new(name, EdmType::Int32, source, doc)
    }

    pub(crate) const fn long(name: &'static str, source: &'static str, doc: &'static str) -> Self {
        Self::new(name, EdmType::Int64, source, doc)
    }

    pub(crate) const fn bool(name: &'static str, source: &'static str, doc: &'static str) -> Self {
        Self::new(name, EdmType::Boolean, source, doc)
    }

    pub(crate) const fn time(name: &'static str, source: &'static str, doc: &'static str) -> Self {
        Self::new(name, EdmType::DateTimeOffset, source, doc)
    }

    pub(crate) const fn required(mut self) -> Self {
        self.nullable = false;
        self
    }

    pub(crate) const fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    pub(crate) const fn to(self, set: &'static str) -> Self {
        self.role(Role::Reference(set))
    }

    /// A reference to `column` of `set`, followed as `name`.
    pub(crate) const fn joins(mut self, set: &'static str, column: &'static str, name: &'static str) -> Self {
        self.join = Some(Join { column, name });
        self.to(set)
    }

    pub(crate) const fn personal(mut self) -> Self {
        self.privacy = Privacy::Personal;
        self
    }

    pub(crate) const fn pseudonym(mut self) -> Self {
        self.privacy = Privacy::Pseudonym;
        self
    }

    pub(crate) const fn beta(mut self) -> Self {
        self.shown = Shown::Beta;
        self
    }

    pub(crate) const fn hidden(mut self) -> Self {
        self.shown = Shown::Never;
        self
    }

    /// Whether the catalogue may keep the smallest and largest value of this column. Never for anything that
    /// leads to a person: such values would outlive the erasure of the files.
    pub const fn statistics(&self) -> bool {
        matches!(self.privacy, Privacy::None) && !matches!(self.edm, EdmType::String)
    }
}
