//! No statement reads or writes across tenants.
//!
//! Every `Sql::tenant("…")` in the house is found in the sources and read: each table it names must be bound to
//! `$1`, directly or through another table of the statement that is. Statements without a tenant
//! (`Sql::global`) are listed in `global_statements.txt`: a list to keep short, with a look at each addition.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// The string literals given to `call`, line joins undone.
fn literals(text: &str, call: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(call) {
        let rest = text[at + call.len()..].trim_start();
        let Some(rest) = rest.strip_prefix('"') else { continue };
        let mut literal = String::new();
        let mut chars = rest.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' => match chars.next() {
                    Some('n') => literal.push(' '),
                    Some(c) if c.is_whitespace() => literal.push(' '),
                    Some(c) => literal.push(c),
                    None => {}
                },
                c => literal.push(c),
            }
        }
        found.push(literal.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    found
}

/// Why the statement is not bound to one tenant, or None when it is.
fn crosses_tenants(statement: &str) -> Option<String> {
    let spaced = statement.replace('(', " ( ").replace(')', " ) ").replace(',', " , ").replace('=', " = ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let ctes: BTreeSet<&str> =
        words.windows(3).filter(|w| w[1] == "as" && w[2] == "(").map(|w| w[0]).collect();
    let mut tables = BTreeMap::new();
    for (i, word) in words.iter().enumerate() {
        let names_table = matches!(*word, "from" | "join" | "update");
        let Some(table) = words.get(i + 1).filter(|_| names_table) else { continue };
        if *table == "(" || ctes.contains(table) || *table == "set" || *table == "skip" {
            continue;
        }
        let alias = match words.get(i + 2) {
            Some(&"as") => words[i + 3],
            Some(w) if w.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !KEYWORDS.contains(w) => w,
            _ => table,
        };
        tables.insert(alias.to_owned(), (*table).to_owned());
    }
    let mut bound = BTreeSet::new();
    let mut joined = Vec::new();
    for w in words.windows(3).filter(|w| w[1] == "=") {
        let side = |s: &str| s.strip_suffix("tenant_id").map(|q| q.trim_end_matches('.').to_owned());
        match (side(w[0]), side(w[2])) {
            (Some(a), None) if w[2] == "$1" => drop(bound.insert(a)),
            (None, Some(a)) if w[0] == "$1" => drop(bound.insert(a)),
            (Some(a), Some(b)) => joined.push((a, b)),
            _ => {}
        }
    }
    for _ in 0..tables.len() {
        for (a, b) in &joined {
            if bound.contains(a) {
                bound.insert(b.clone());
            }
            if bound.contains(b) {
                bound.insert(a.clone());
            }
        }
    }
    if let Some(i) = words.iter().position(|w| *w == "into") {
        let table = words[i + 1];
        let first_column = words.get(i + 3);
        let values_first = words.iter().position(|w| *w == "values").and_then(|v| words.get(v + 2));
        let selects_first = words.iter().position(|w| *w == "select").and_then(|s| words.get(s + 1));
        let one = [values_first, selects_first].into_iter().flatten().any(|w| *w == "$1");
        if first_column != Some(&"tenant_id") || !one {
            return Some(format!("insert into {table} must give tenant_id first, as $1"));
        }
    }
    let only = tables.len() == 1;
    tables
        .iter()
        .find(|(alias, _)| !(bound.contains(*alias) || (only && bound.contains(""))))
        .map(|(alias, table)| format!("{table} ({alias}) is not bound to the tenant"))
}

const KEYWORDS: &[&str] = &[
    "where",
    "set",
    "join",
    "left",
    "inner",
    "on",
    "order",
    "group",
    "limit",
    "for",
    "union",
    "values",
    "using",
    "returning",
    "cross",
    "offset",
    "and",
];

#[test]
fn the_reader_of_statements_sees_what_it_should() {
    for good in [
        "select a from device where tenant_id = $1 and id = $2",
        "select u.id from directory_user u join user_licence l on l.tenant_id = u.tenant_id and l.user_id = u.id where u.tenant_id = $1",
        "insert into device (tenant_id, id) values ($1, $2) on conflict do nothing",
        "update device set a = $2 where tenant_id = $1",
        "with d as ( select id from device where tenant_id = $1 ) select id from d",
        "delete from device where tenant_id = $1",
    ] {
        assert_eq!(crosses_tenants(good), None, "{good}");
    }
    for bad in [
        "select a from device where id = $1 and tenant_id <> ''",
        "select u.id from directory_user u join user_licence l on l.user_id = u.id where u.tenant_id = $1",
        "insert into device (id, tenant_id) values ($2, $1)",
        "update device set tenant_id2 = $1",
        "select id from device where tenant_id = $1 or id in ( select id from job )",
    ] {
        assert!(crosses_tenants(bad).is_some(), "{bad}");
    }
}

#[test]
fn no_statement_of_the_house_crosses_tenants() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for entry in fs::read_dir(crates).unwrap() {
        let source = entry.unwrap().path().join("src");
        if source.is_dir() {
            sources(&source, &mut files);
        }
    }
    let (mut n_statements, mut wrong, mut global) = (0, Vec::new(), BTreeSet::new());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(crates).unwrap().display().to_string();
        // `sql` and `lake` know nothing of tenants: a lake is one tenant's own.
        if name.starts_with("sql/") || name.starts_with("lake/") {
            continue;
        }
        for statement in literals(&text, "Sql::tenant(") {
            n_statements += 1;
            wrong.extend(crosses_tenants(&statement).map(|why| format!("{name}: {why}\n    {statement}")));
        }
        global.extend(literals(&text, "Sql::global(").into_iter().map(|s| format!("{name}: {s}")));
    }
    assert!(n_statements > 0, "the statements were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let listed = include_str!("global_statements.txt");
    let found: String = global.iter().map(|s| format!("{s}\n")).collect();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/global_statements.txt"), &found).unwrap();
    } else {
        assert_eq!(
            listed, found,
            "statements without a tenant changed: look at each, then run with UPDATE_EXPECT=1"
        );
    }
}
