//! The catalogue of the warehouse: every table and column, declared once.
//!
//! From it come the Parquet schemas, `$metadata`, the explorer, the reference page `docs/warehouse-tables.md`, the
//! retention plan and the list of personal columns. It holds facts, never behaviour: it reads no files, speaks no
//! SQL and knows neither Arrow nor OData. The columns and rows follow the product documentation in the seed texts
//! ("Intune Data Warehouse Collections" and the reference pages) and, where those disagree with the wire, the wire.

mod column;
pub mod docs;
pub mod explorer;
mod navigation;
mod table;
mod tables;
mod version;

pub use column::{Column, EdmType, Join, Privacy, Role};
pub use navigation::{Navigation, navigations};
pub use table::{Const, Kind, Row, Table};
pub use version::{Shown, Version};

/// The value of `endDateExclusiveUTC` on a version that has not ended: 9999-12-31T00:00:00Z in microseconds
/// since 1970 (seed, "User lifetime representation").
pub const OPEN_END_MICROS: i64 = 253_402_214_400_000_000;

/// The key of the row that stands for "not available" in the type tables (recorded by the product's own reports,
/// which filter it out with `key <> -1`).
pub const NOT_AVAILABLE_KEY: i64 = -1;

/// Every table, in the order of the service document (by name).
pub fn tables() -> &'static [&'static Table] {
    tables::ALL
}

/// The table of that exact name.
pub fn table(name: &str) -> Option<&'static Table> {
    tables::ALL.iter().copied().find(|table| table.name == name)
}

/// The tables that `version` shows, in the order of the service document.
pub fn tables_in(version: Version) -> impl Iterator<Item = &'static Table> {
    tables::ALL.iter().copied().filter(move |table| table.shown.in_version(version))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_sorted() {
        let names: Vec<_> = tables().iter().map(|table| table.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
        for table in tables() {
            let columns: HashSet<_> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
        }
    }

    #[test]
    fn all_documented_collections_are_there() {
        assert_eq!(tables_in(Version::V1).count(), 42);
        let only = |version, below| {
            let below: HashSet<_> = tables_in(below).map(|table| table.name).collect();
            tables_in(version)
                .map(|table| table.name)
                .filter(|name| !below.contains(name))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            only(Version::Beta, Version::V1),
            [
                "applicationInventories",
                "clientRegistrationStateTypes",
                "currentUsers",
                "enrollmentTypes",
                "mamEffectivePolicies",
                "mamGlobalApplications",
                "mamPolicies",
                "mamPolicyTypes",
                "mdmDeviceInventoryHistories",
                "mdmStatuses",
                "mobileAppDeviceUserInstallStatuses",
                "workPlaceJoinStateTypes",
            ]
        );
        assert_eq!(only(Version::Extended, Version::Beta), ["policyTypeCategories"]);
        assert!(only(Version::V1, Version::Beta).is_empty());
    }

    #[test]
    fn versions_hold_what_their_references_need() {
        for version in [Version::V1, Version::Beta, Version::Extended] {
            for table in tables_in(version) {
                for (_, column) in table.shown_columns(version) {
                    // People are joined by their id, in v1.0 with users and elsewhere with currentUsers too.
                    let (Role::Reference(set), None) = (column.role, column.join) else { continue };
                    let target = super::table(set).expect("declared");
                    assert!(target.shown.in_version(version), "{}.{} -> {set}", table.name, column.name);
                }
            }
        }
    }

    #[test]
    fn the_type_tables_product_reports_filter_have_a_sentinel() {
        for name in [
            "appTypes",
            "complianceStates",
            "deviceEnrollmentTypes",
            "deviceTypes",
            "enrollmentEventStatuses",
            "enrollmentFailureCategories",
            "enrollmentFailureReasons",
            "enrollmentTypes",
            "mamDeviceHealths",
            "mamPlatforms",
            "mamPolicyTypes",
            "managementStates",
            "mdmStatuses",
            "mobileAppInstallStates",
            "policyTypes",
            "vppProgramTypes",
            "workPlaceJoinStateTypes",
        ] {
            let table = table(name).expect("declared");
            let key =
                table.columns.iter().position(|column| column.role == Role::SurrogateKey).expect("a key");
            let sentinels = table.rows.iter().filter(|row| row.cells[key] == Const::Int(NOT_AVAILABLE_KEY));
            assert_eq!(sentinels.count(), 1, "{name}");
        }
    }

    #[test]
    fn keys_are_declared_shown_and_never_null() {
        for table in tables() {
            assert!(!table.key.is_empty(), "{}", table.name);
            for name in table.key.iter().chain(table.sort) {
                let column = table.column(name).unwrap_or_else(|| panic!("{}.{name}", table.name));
                assert!(!column.nullable, "{}.{name}", table.name);
            }
            for name in table.key {
                let column = table.column(name).expect("checked above");
                for version in Version::ALL {
                    let shown = !table.shown.in_version(version) || column.shown.in_version(version);
                    assert!(shown, "{}.{name}", table.name);
                }
            }
        }
    }

    #[test]
    fn references_point_to_declared_tables() {
        for table in tables() {
            for column in table.columns {
                if let Role::Reference(set) = column.role {
                    assert!(super::table(set).is_some(), "{}.{} -> {set}", table.name, column.name);
                }
            }
        }
    }

    #[test]
    fn no_statistics_on_personal_columns() {
        for table in tables() {
            for column in table.columns {
                assert!(!column.statistics() || column.privacy == Privacy::None, "{}", column.name);
            }
        }
    }

    #[test]
    fn rows_fit_their_columns_and_keys_are_unique() {
        for table in tables() {
            let mut keys = HashSet::new();
            for row in table.rows {
                assert_eq!(row.cells.len(), table.columns.len(), "{}", table.name);
                for (cell, column) in row.cells.iter().zip(table.columns) {
                    assert!(cell.fits(column.edm), "{}.{}", table.name, column.name);
                }
                let key: Vec<_> = table
                    .key
                    .iter()
                    .map(|name| format!("{:?}", row.cells[table.index(name).expect("declared")]))
                    .collect();
                assert!(keys.insert(key), "{}: a key appears twice", table.name);
            }
        }
    }

    #[test]
    fn the_documented_widths() {
        let shown = |name: &str, version| table(name).expect("declared").shown_columns(version).count();
        assert_eq!(shown("devices", Version::V1), 39);
        assert_eq!(shown("devices", Version::Beta), 42);
        assert_eq!(shown("devicePropertyHistories", Version::V1), 13);
        assert_eq!(shown("users", Version::V1), 8);
        assert_eq!(shown("dates", Version::V1), 9);
        assert_eq!(shown("mdmDeviceInventoryHistories", Version::Beta), 91);
    }
}
