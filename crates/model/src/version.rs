//! The published versions of the feed and which of them show a table or column.

/// A version of the feed, asked for as `api-version` or as a path segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `v1.0`: changes are additive.
    V1,
    /// `beta`: may change.
    Beta,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Self; 2] = [Self::V1, Self::Beta];

    /// As written in a URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }

    /// Reads the value of `api-version`; letters count the same in either case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str().eq_ignore_ascii_case(text))
    }
}

/// Which versions show a table or a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Both versions.
    Always,
    /// Only `beta`.
    Beta,
    /// No version: kept in the files for the warehouse's own work.
    Never,
}

impl Shown {
    /// Whether `version` shows it.
    pub const fn in_version(self, version: Version) -> bool {
        match self {
            Self::Always => true,
            Self::Beta => matches!(version, Version::Beta),
            Self::Never => false,
        }
    }
}
