//! The reference page of the tables, derived from the catalogue.
//!
//! `docs/warehouse-tables.md` is this function's output; a test keeps the two equal.

use std::fmt::Write as _;

use crate::{Kind, Privacy, Role, Shown, Table, Version, tables};

const HEAD: &str = "# Warehouse tables\n\n\
    <!-- Derived from the catalogue in crates/model. To update: UPDATE_EXPECT=1 cargo test -p quarterdeck-model -->\n\n\
    Every table and column of the warehouse. The feed serves them under these names; the files carry them too.\n\
    What is marked *beta* appears only with `api-version=beta` and in the extended model, what is marked *extended*\n\
    only there; *files* means only in the files. The extended model adds a navigation property for every reference,\n\
    both ways. How the documents' contradictions were decided is in [warehouse.md](warehouse.md).\n\
    Times are UTC. *Personal* columns say something about a person; *pseudonym* columns lead to one.\n";

/// The whole page, in Markdown, ending in a line break.
pub fn warehouse_tables_markdown() -> String {
    let mut page = String::from(HEAD);
    page.push_str("\n| table | versions | kind | kept | one row is |\n|---|---|---|---|---|\n");
    for table in tables() {
        let _ = writeln!(
            page,
            "| [{0}](#{1}) | {2} | {3} | {4} | {5} |",
            table.name,
            table.name.to_lowercase(),
            versions(table),
            table.kind.as_str(),
            kept(table),
            table.grain
        );
    }
    for table in tables() {
        describe(&mut page, table);
    }
    page
}

fn versions(table: &Table) -> &'static str {
    match table.shown {
        Shown::Always => "v1.0, beta, extended",
        Shown::Beta => "beta, extended",
        Shown::Extended => "extended",
        Shown::Never => "files",
    }
}

fn kept(table: &Table) -> String {
    table.retention_days.map_or_else(|| "always".to_owned(), |days| format!("{days} days"))
}

fn describe(page: &mut String, table: &Table) {
    let _ = write!(
        page,
        "\n## {}\n\n{} Key: {}. Source: {}.\n",
        table.name,
        table.doc,
        table.key.join(", "),
        table.source
    );
    page.push_str("\n| column | type | null | notes | meaning |\n|---|---|---|---|---|\n");
    for column in table.columns {
        let mut notes = Vec::new();
        match column.role {
            Role::Reference(set) => notes.push(format!("to [{set}](#{})", set.to_lowercase())),
            Role::NaturalKey => notes.push("natural key".to_owned()),
            _ => {}
        }
        match column.privacy {
            Privacy::Personal => notes.push("personal".to_owned()),
            Privacy::Pseudonym => notes.push("pseudonym".to_owned()),
            Privacy::None => {}
        }
        match column.shown {
            Shown::Beta => notes.push(Version::Beta.as_str().to_owned()),
            Shown::Extended => notes.push(Version::Extended.as_str().to_owned()),
            Shown::Never => notes.push("files".to_owned()),
            Shown::Always => {}
        }
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            column.name,
            column.edm.as_str(),
            if column.nullable { "yes" } else { "no" },
            notes.join(", "),
            column.doc
        );
    }
    if table.kind == Kind::Enumeration {
        rows(page, table);
    }
}

fn rows(page: &mut String, table: &Table) {
    if table.rows.is_empty() {
        page.push_str("\nNo rows yet.\n");
        return;
    }
    let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    let _ = write!(page, "\n| {} | meaning |\n|{}---|\n", names.join(" | "), "---|".repeat(names.len()));
    for row in table.rows {
        let cells: Vec<_> = row.cells.iter().map(cell).collect();
        let _ = writeln!(page, "| {} | {} |", cells.join(" | "), row.doc);
    }
}

fn cell(value: &crate::Const) -> String {
    match value {
        crate::Const::Int(number) => number.to_string(),
        crate::Const::Text(text) => (*text).to_owned(),
        crate::Const::Time(_) => "set at release".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_committed_page_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/warehouse-tables.md");
        let page = super::warehouse_tables_markdown();
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, &page).expect("docs folder is writable");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == page,
            "docs/warehouse-tables.md is out of date: run UPDATE_EXPECT=1 cargo test -p quarterdeck-model"
        );
    }
}
