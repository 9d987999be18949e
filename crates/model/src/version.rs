//! The published versions of the feed and which of them show a table or column.

/// A version of the feed, asked for as `api-version` or as a path segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `v1.0`: changes are additive.
    V1,
    /// `beta`: may change.
    Beta,
    /// `extended`: everything of beta, with navigation properties between the tables and with tables the product's
    /// warehouse does not have. It has no address with `api-version`.
    Extended,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Self; 3] = [Self::V1, Self::Beta, Self::Extended];

    /// As written in a URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
            Self::Extended => "extended",
        }
    }

    /// Reads the value of `api-version`; letters count the same in either case. The extended model is not asked for
    /// this way.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::V1, Self::Beta].into_iter().find(|version| version.as_str().eq_ignore_ascii_case(text))
    }
}

/// Which versions show a table or a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Every version.
    Always,
    /// `beta` and the extended model.
    Beta,
    /// Only the extended model.
    Extended,
    /// No version: kept in the files for the warehouse's own work.
    Never,
}

impl Shown {
    /// Whether `version` shows it.
    pub const fn in_version(self, version: Version) -> bool {
        match self {
            Self::Always => true,
            Self::Beta => matches!(version, Version::Beta | Version::Extended),
            Self::Extended => matches!(version, Version::Extended),
            Self::Never => false,
        }
    }
}
