//! Who depends on whom: floors, external crates, and the names of packages. From cargo metadata, dev-dependencies
//! included: a test that needs a higher floor belongs up there.

use std::path::Path;

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, MetadataCommand, TargetKind};

use super::rules::{External, Rules};
use super::{Finding, finding};

/// What the check needs of a package.
#[derive(Debug)]
pub(crate) struct Package {
    /// The folder under `crates/`, or `xtask`.
    folder: String,
    /// Names of library targets.
    libraries: Vec<String>,
    /// Folders of workspace crates it uses.
    inside: Vec<String>,
    /// Names of external crates it uses.
    outside: Vec<String>,
    /// Those that only its tests and examples use.
    outside_for_tests: Vec<String>,
}

pub(crate) fn packages(root: &Path) -> Result<Vec<Package>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("reading cargo metadata; a Cargo.toml is malformed or names a missing dependency")?;
    let folder_of = |manifest: &cargo_metadata::camino::Utf8Path| {
        let name = manifest.parent().and_then(|folder| folder.file_name());
        name.map(str::to_owned).context("a manifest lies outside any folder")
    };
    metadata
        .packages
        .iter()
        .map(|package| {
            let mut inside = Vec::new();
            let (mut outside, mut outside_for_tests) = (Vec::new(), Vec::new());
            for dependency in &package.dependencies {
                match &dependency.path {
                    Some(path) => inside.push(path.file_name().unwrap_or_default().to_owned()),
                    None if dependency.kind == DependencyKind::Development => {
                        outside_for_tests.push(dependency.name.clone());
                    }
                    None => outside.push(dependency.name.clone()),
                }
            }
            let libraries = package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Lib));
            Ok(Package {
                folder: folder_of(&package.manifest_path)?,
                libraries: libraries.map(|target| target.name.clone()).collect(),
                inside,
                outside,
                outside_for_tests,
            })
        })
        .collect()
}

pub(crate) fn check(packages: &[Package], rules: &Rules) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in packages {
        externals(package, rules, &mut found);
        if package.folder == "xtask" {
            continue;
        }
        names(package, &mut found);
        floors(package, rules, &mut found);
    }
    for floor in &rules.floors {
        for name in floor.crates.iter().filter(|name| packages.iter().all(|p| p.folder != **name)) {
            found.push(finding(
                "docs/layers.toml",
                format!("there is no crate `{name}`; take it off the list"),
            ));
        }
    }
    found
}

fn names(package: &Package, found: &mut Vec<Finding>) {
    let expected = package.folder.replace('-', "_");
    for library in package.libraries.iter().filter(|library| **library != expected) {
        let place = format!("crates/{}/Cargo.toml", package.folder);
        found.push(finding(
            place,
            format!("the library is called `{library}`; call it `{expected}` like its folder"),
        ));
    }
}

fn floors(package: &Package, rules: &Rules, found: &mut Vec<Finding>) {
    let name = &package.folder;
    let place = format!("crates/{name}/Cargo.toml");
    let Some(level) = rules.level(name) else {
        found.push(finding(place, format!("`{name}` is on no floor; put it into docs/layers.toml")));
        return;
    };
    // A crate may switch on its own features for its own tests.
    for used in package.inside.iter().filter(|used| *used != name) {
        let Some(below) = rules.level(used) else { continue };
        let (own, other) = (&rules.floors[level].name, &rules.floors[below].name);
        if below == level {
            found.push(finding(
                &place,
                format!("`{name}` uses `{used}` of the same floor ({own}); let them meet through ids, a read view or an event"),
            ));
        } else if below > level {
            found.push(finding(
                &place,
                format!("`{name}` ({own}) uses `{used}` of a higher floor ({other}); move what both need to a lower crate"),
            ));
        }
    }
}

fn externals(package: &Package, rules: &Rules, found: &mut Vec<Finding>) {
    let name = &package.folder;
    let folder = if name == "xtask" { "xtask".to_owned() } else { format!("crates/{name}") };
    let own = package.outside.iter().map(|dependency| (dependency, false));
    let for_tests = package.outside_for_tests.iter().map(|dependency| (dependency, true));
    for (dependency, is_for_tests) in own.chain(for_tests) {
        let of_it = |rule: &&External| rule.names(dependency) && !(is_for_tests && rule.tests_may);
        for rule in rules.externals.iter().filter(of_it) {
            let allowed = rule.only.as_ref().is_none_or(|only| rules.lists(only, name));
            if !allowed || rules.lists(&rule.not, name) {
                let place = format!("{folder}/Cargo.toml");
                found.push(finding(place, format!("`{name}` may not use `{dependency}`: {}", rule.why)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::lines;

    fn check_with(folder: &str, inside: &[&str], outside: &[&str]) -> String {
        let rules: Rules = toml::from_str(
            r#"
            floor = [
                { name = "pure", crates = ["odata"] },
                { name = "features", crates = ["devices", "warehouse"] },
            ]
            external = [
                { names = ["rusqlite"], only = ["sql"], why = "one driver" },
                { names = ["arrow-*"], only = ["warehouse"], why = "columns" },
                { names = ["tokio"], not = ["@pure"], tests_may = true, why = "no runtime" },
            ]
            "#,
        )
        .unwrap();
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let named = |folder: &str, inside, outside| Package {
            folder: folder.to_owned(),
            libraries: vec![folder.to_owned()],
            inside,
            outside,
            outside_for_tests: Vec::new(),
        };
        let mut packages = vec![named(folder, owned(inside), owned(outside))];
        for other in ["odata", "devices", "warehouse"].into_iter().filter(|other| *other != folder) {
            packages.push(named(other, Vec::new(), Vec::new()));
        }
        lines(&check(&packages, &rules))
    }

    #[test]
    fn down_is_fine() {
        assert_eq!(check_with("devices", &["odata"], &["tokio"]), "");
    }

    #[test]
    fn features_never_use_each_other() {
        let said = check_with("devices", &["warehouse"], &[]);
        assert!(
            said.starts_with("crates/devices/Cargo.toml: `devices` uses `warehouse` of the same floor"),
            "{said}"
        );
    }

    #[test]
    fn nothing_reaches_up() {
        let said = check_with("odata", &["devices"], &[]);
        assert!(said.contains("`odata` (pure) uses `devices` of a higher floor (features)"), "{said}");
    }

    #[test]
    fn external_crates_have_their_places() {
        assert!(check_with("devices", &[], &["rusqlite"]).contains("may not use `rusqlite`: one driver"));
        assert!(check_with("devices", &[], &["arrow-array"]).contains("may not use `arrow-array`: columns"));
        assert_eq!(check_with("warehouse", &[], &["arrow-array"]), "");
        assert!(check_with("odata", &[], &["tokio"]).contains("may not use `tokio`: no runtime"));
    }

    #[test]
    fn tests_and_examples_may_use_what_a_rule_lets_them() {
        let rules: Rules = toml::from_str(
            r#"
            floor = [{ name = "pure", crates = ["odata"] }]
            external = [
                { names = ["rusqlite"], only = ["sql"], why = "one driver" },
                { names = ["tokio"], not = ["@pure"], tests_may = true, why = "no runtime" },
            ]
            "#,
        )
        .unwrap();
        let package = Package {
            folder: "odata".to_owned(),
            libraries: vec!["odata".to_owned()],
            inside: Vec::new(),
            outside: Vec::new(),
            outside_for_tests: vec!["tokio".to_owned(), "rusqlite".to_owned()],
        };
        let said = lines(&check(&[package], &rules));
        assert!(said.contains("rusqlite") && !said.contains("tokio"), "{said}");
    }

    #[test]
    fn a_crate_without_a_floor_is_named() {
        let said = check_with("mystery", &[], &[]);
        assert!(said.contains("`mystery` is on no floor; put it into docs/layers.toml"), "{said}");
    }

    #[test]
    fn a_library_is_called_like_its_folder() {
        let package = Package {
            folder: "tenant-status".into(),
            libraries: vec!["status".into()],
            inside: Vec::new(),
            outside: Vec::new(),
            outside_for_tests: Vec::new(),
        };
        let said = lines(&check(&[package], &Rules::default()));
        assert!(
            said.contains("the library is called `status`; call it `tenant_status` like its folder"),
            "{said}"
        );
    }
}
