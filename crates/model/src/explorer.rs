//! What the entity explorer of the user interface shows about tables and columns.

use serde::Serialize;

use crate::{Privacy, Table, Version};

/// One column, as the explorer shows it.
#[derive(Debug, Serialize)]
pub struct ExplorerColumn {
    /// Name on the wire.
    pub name: &'static str,
    /// Type on the wire, such as `Edm.String`.
    #[serde(rename = "type")]
    pub edm: &'static str,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it says something about a person or leads to one.
    pub personal: bool,
    /// One sentence.
    pub doc: &'static str,
}

/// The columns of `table` that `version` shows, in wire order.
pub fn columns(table: &Table, version: Version) -> Vec<ExplorerColumn> {
    table
        .shown_columns(version)
        .map(|(_, column)| ExplorerColumn {
            name: column.name,
            edm: column.edm.as_str(),
            nullable: column.nullable,
            personal: column.privacy != Privacy::None,
            doc: column.doc,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serializes_with_wire_names() {
        let table = crate::table("users").expect("declared");
        let json = serde_json::to_value(&columns(table, Version::V1)[2]).expect("plain data");
        assert_eq!(
            json,
            serde_json::json!({
                "name": "userEmail", "type": "Edm.String", "nullable": true, "personal": true,
                "doc": "Mail address of the user."
            })
        );
    }
}
