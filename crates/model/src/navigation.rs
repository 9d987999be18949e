//! Which table a reference leads to: the navigation properties of the extended model.
//!
//! Versions `v1.0` and `beta` have none, on purpose: report tools that expand a navigation property ask once for each
//! row. They come in pairs: `devices.deviceType` leads to one row, `deviceTypes.devices` to many.

use crate::{Column, Role, Table, Version, table, tables};

/// One navigation property of a table.
#[derive(Clone, Debug)]
pub struct Navigation {
    /// Name of the property.
    pub name: String,
    /// The column of this table that holds the value.
    pub column: &'static str,
    /// The table it leads to.
    pub table: &'static Table,
    /// The column of that table that holds the same value.
    pub to_column: &'static str,
    /// Whether it may lead to more than one row.
    pub many: bool,
    /// Name of the navigation property that leads back.
    pub partner: String,
}

/// The navigation properties of `of` in `version`: first its own references in the order of the columns, then what
/// refers to it in the order of the tables.
pub fn navigations(of: &'static Table, version: Version) -> Vec<Navigation> {
    if version != Version::Extended {
        return Vec::new();
    }
    let own = references(of, version).into_iter().map(|reference| reference.forth);
    let others = tables().iter().copied().filter(|table| table.shown.in_version(version));
    let back = others
        .flat_map(|table| references(table, version))
        .filter(|reference| reference.forth.table.name == of.name)
        .map(|reference| reference.back);
    own.chain(back).collect()
}

/// A reference seen from both its ends.
struct Reference {
    forth: Navigation,
    back: Navigation,
}

fn references(of: &'static Table, version: Version) -> Vec<Reference> {
    let mut found: Vec<Reference> = Vec::new();
    for (_, column) in of.shown_columns(version) {
        let Some((target, to_column)) = target(column) else { continue };
        let many = !target.is_unique(to_column);
        let name = name(column, target, many);
        let again = found.iter().any(|other| other.forth.table.name == target.name);
        let partner = if again { format!("{}By{}", of.name, capital(&name)) } else { of.name.to_owned() };
        let many_back = !of.is_unique(column.name);
        let forth = Navigation {
            name: name.clone(),
            column: column.name,
            table: target,
            to_column,
            many,
            partner: partner.clone(),
        };
        let back = Navigation {
            name: partner,
            column: to_column,
            table: of,
            to_column: column.name,
            many: many_back,
            partner: name,
        };
        found.push(Reference { forth, back });
    }
    found
}

/// The table and column a reference leads to.
fn target(column: &Column) -> Option<(&'static Table, &'static str)> {
    let Role::Reference(set) = column.role else { return None };
    let target = table(set)?;
    let surrogate = || target.columns.iter().find(|column| column.role == Role::SurrogateKey);
    let to = column.join.map(|join| join.column).or_else(|| surrogate().map(|column| column.name))?;
    Some((target, to))
}

/// `deviceTypeKey` is followed as `deviceType`.
fn name(column: &Column, target: &Table, many: bool) -> String {
    match column.join {
        Some(join) => join.name.to_owned(),
        None if many => target.name.to_owned(),
        None => column.name.strip_suffix("Key").unwrap_or(target.entity).to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::tables_in;

    fn find(set: &str, name: &str) -> Navigation {
        let table = table(set).expect("declared");
        let all = navigations(table, Version::Extended);
        all.into_iter().find(|navigation| navigation.name == name).unwrap_or_else(|| panic!("{set}.{name}"))
    }

    #[test]
    fn only_the_extended_model_has_them() {
        for version in [Version::V1, Version::Beta] {
            assert!(tables().iter().all(|table| navigations(table, version).is_empty()));
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_back() {
        for table in tables_in(Version::Extended) {
            let all = navigations(table, Version::Extended);
            let mut names: HashSet<_> = table.columns.iter().map(|column| column.name.to_owned()).collect();
            for navigation in &all {
                assert!(names.insert(navigation.name.clone()), "{}.{}", table.name, navigation.name);
                let from = table.column(navigation.column).expect("a declared column");
                let to = navigation.table.column(navigation.to_column).expect("a declared column");
                assert_eq!(from.edm, to.edm, "{}.{}", table.name, navigation.name);
                let back = find(navigation.table.name, &navigation.partner);
                assert_eq!((back.table.name, back.to_column), (table.name, navigation.column));
                assert_eq!(back.partner, navigation.name);
            }
            let references = table.shown_columns(Version::Extended);
            let count = references.filter(|(_, column)| matches!(column.role, Role::Reference(_))).count();
            assert!(all.len() >= count, "{}", table.name);
        }
    }

    #[test]
    fn the_joins_the_product_s_reports_use() {
        let one = find("devices", "deviceType");
        assert_eq!(
            (one.column, one.table.name, one.to_column, one.many),
            ("deviceTypeKey", "deviceTypes", "deviceTypeKey", false)
        );
        let many = find("deviceTypes", "devices");
        assert_eq!((many.table.name, many.many), ("devices", true));
        assert_eq!(find("devicePropertyHistories", "date").table.name, "dates");
        let platform = find("compliancePolicyStatusDevicePerPolicyActivities", "policyPlatform");
        assert_eq!(platform.to_column, "policyPlatformTypeKey");
        let person = find("devices", "user");
        assert_eq!((person.table.name, person.to_column, person.many), ("currentUsers", "userId", false));
        assert!(find("mobileAppInstallStatusCounts", "appRevisions").many);
    }
}
