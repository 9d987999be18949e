//! Migrations: one folder per number, holding the same change for both engines. What the files do is tested in `store`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Source, finding};

const FOLDER: &str = "crates/store/migrations/";
const ENGINES: [&str; 2] = ["sqlite.sql", "postgres.sql"];

pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut migrations: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut found = Vec::new();
    for source in sources {
        let Some(rest) = source.path.strip_prefix(FOLDER) else { continue };
        match rest.split_once('/') {
            Some((name, file)) => {
                migrations.entry(name).or_default().insert(file);
            }
            None => found
                .push(finding(&source.path, "put it into a folder NNNN_name/ as sqlite.sql or postgres.sql")),
        }
    }
    for (name, files) in &migrations {
        let place = format!("{FOLDER}{name}");
        for engine in ENGINES.iter().filter(|engine| !files.contains(*engine)) {
            found.push(finding(&place, format!("has no {engine}; write the same change for both engines")));
        }
        for file in files.iter().filter(|file| !ENGINES.contains(file)) {
            found.push(finding(
                &place,
                format!("{file} belongs to no engine; use sqlite.sql and postgres.sql"),
            ));
        }
    }
    for (at, name) in migrations.keys().enumerate() {
        let expected = format!("{:04}_", at + 1);
        if !name.starts_with(&expected) {
            let advice =
                format!("should start with {expected}: numbers run from 0001 without gaps or doubles");
            found.push(finding(format!("{FOLDER}{name}"), advice));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{lines, source};

    fn check_paths(paths: &[&str]) -> String {
        let sources: Vec<_> = paths.iter().map(|path| source(&format!("{FOLDER}{path}"), "")).collect();
        lines(&check(&sources))
    }

    #[test]
    fn pairs_in_order_are_fine() {
        let paths = ["0001_a/sqlite.sql", "0001_a/postgres.sql", "0002_b/sqlite.sql", "0002_b/postgres.sql"];
        assert_eq!(check_paths(&paths), "");
    }

    #[test]
    fn a_missing_half_a_gap_and_a_stray_file_are_named() {
        assert!(check_paths(&["0001_a/sqlite.sql"]).contains("0001_a: has no postgres.sql"));
        let gap = ["0001_a/sqlite.sql", "0001_a/postgres.sql", "0003_b/sqlite.sql", "0003_b/postgres.sql"];
        assert!(check_paths(&gap).contains("0003_b: should start with 0002_"));
        assert!(check_paths(&["0001_a/mysql.sql"]).contains("mysql.sql belongs to no engine"));
        assert!(check_paths(&["loose.sql"]).contains("put it into a folder"));
    }
}
