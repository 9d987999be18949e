//! The catalogue as an OData model, one per version, and the promise that `v1.0` only grows. Navigation properties are
//! in the extended model alone.

mod capabilities;

use ::model::{EdmType, Table, Version};
use odata::edm::{EntitySet, EntityType, Model, Navigation, Property};

/// Namespace of the feed's schema.
pub const NAMESPACE: &str = "Quarterdeck.Warehouse";

/// The model that `$metadata` of `version` shows.
pub fn model(version: Version) -> Model {
    let model = ::model::tables_in(version).fold(Model::new(NAMESPACE, "Warehouse"), |model, table| {
        let mut set = EntitySet::new(table.name, table.entity).doc(table.doc);
        set.bindings = ::model::navigations(table, version)
            .into_iter()
            .map(|navigation| (navigation.name, navigation.table.name.to_owned()))
            .collect();
        model.entity_type(entity_type(table, version)).entity_set(capabilities::of_set(set))
    });
    capabilities::of_service(model)
}

fn entity_type(table: &'static Table, version: Version) -> EntityType {
    let mut entity = EntityType::new(table.entity).doc(table.grain);
    for (_, column) in table.shown_columns(version) {
        let mut property =
            Property::new(column.name, edm_type(column.edm)).nullable(column.nullable).doc(column.doc);
        if column.edm == EdmType::DateTimeOffset {
            property = property.precision(6);
        }
        entity = entity.property(property);
    }
    let entity = table.key.iter().fold(entity, |entity, name| entity.key_of(name));
    ::model::navigations(table, version)
        .into_iter()
        .fold(entity, |entity, navigation| entity.navigation(property_of(navigation)))
}

/// One navigation property. A reference may point to a row that is gone, so that one row may be none.
fn property_of(navigation: ::model::Navigation) -> Navigation {
    let constraints = if navigation.many {
        Vec::new()
    } else {
        vec![(navigation.column.to_owned(), navigation.to_column.to_owned())]
    };
    Navigation {
        name: navigation.name,
        target: navigation.table.entity.to_owned(),
        collection: navigation.many,
        nullable: !navigation.many,
        partner: Some(navigation.partner),
        constraints,
        doc: format!("The rows of {} whose {} is the same.", navigation.table.name, navigation.to_column),
        ..Navigation::default()
    }
}

/// The protocol's type of a column.
pub const fn edm_type(edm: EdmType) -> odata::edm::EdmType {
    match edm {
        EdmType::Boolean => odata::edm::EdmType::Boolean,
        EdmType::Int32 => odata::edm::EdmType::Int32,
        EdmType::Int64 => odata::edm::EdmType::Int64,
        EdmType::String => odata::edm::EdmType::String,
        EdmType::DateTimeOffset => odata::edm::EdmType::DateTimeOffset,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::Value;

    use super::*;

    fn path(version: Version) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("metadata/{}.json", version.as_str()))
    }

    /// The first place where `new` lacks or changes something that `old` had. Descriptions may be reworded, and what is
    /// offered may become more.
    fn broken(old: &Value, new: &Value, at: &str) -> Option<String> {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => old.iter().find_map(|(name, value)| {
                let may_change = ["@Org.OData.Core.V1.Description", "@Org.OData.Capabilities."];
                if may_change.iter().any(|term| name.starts_with(term)) {
                    return None;
                }
                match new.get(name) {
                    Some(new) => broken(value, new, &format!("{at}/{name}")),
                    None => Some(format!("{at}/{name} is gone")),
                }
            }),
            _ if old == new => None,
            _ => Some(format!("{at} was {old} and is {new}")),
        }
    }

    #[test]
    fn version_1_only_grows_and_the_committed_metadata_is_current() {
        for version in Version::ALL {
            let new = odata::csdl::to_json(&model(version));
            let committed = std::fs::read_to_string(path(version)).unwrap_or_default();
            let old: Value = serde_json::from_str(&committed).unwrap_or_default();
            if version == Version::V1 && !old.is_null() {
                assert_eq!(
                    broken(&old, &new, ""),
                    None,
                    "v1.0 promises that nothing is taken away or changed"
                );
            }
            let text = format!("{}\n", serde_json::to_string_pretty(&new).expect("plain data"));
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                std::fs::write(path(version), &text).expect("the folder is writable");
            } else {
                assert!(
                    committed == text,
                    "{} is out of date: run UPDATE_EXPECT=1 cargo test -p quarterdeck-warehouse",
                    path(version).display()
                );
            }
        }
    }

    /// `$levels` is answered with the first level.
    #[test]
    fn no_navigation_property_leads_to_its_own_type() {
        for entity in &model(Version::Extended).entity_types {
            let own = entity.navigation.iter().find(|navigation| navigation.target == entity.name);
            assert!(own.is_none(), "{own:?}");
        }
    }

    #[test]
    fn taking_something_away_is_noticed() {
        let new = odata::csdl::to_json(&model(Version::V1));
        let mut old = new.clone();
        old[NAMESPACE]["device"]["kernel"] = serde_json::json!({});
        assert_eq!(broken(&old, &new, "").as_deref(), Some("/Quarterdeck.Warehouse/device/kernel is gone"));
        assert_eq!(broken(&new, &old, ""), None);
    }
}
