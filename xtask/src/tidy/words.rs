//! Words that only some crates may write: the clock, randomness, the environment.
//!
//! clippy's disallowed methods catch most of them by path; this also catches crates clippy does not know. Tests are
//! apart: everything after a `#[cfg(test)]` line, and files under `tests/`, `benches/`,
//! `examples/` or named `testkit`.

use super::rules::Rules;
use super::{Finding, Source, finding};

pub(crate) fn check(sources: &[Source], rules: &Rules) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust() && !is_test_file(&source.path)) {
        let Some(name) = source.crate_name() else { continue };
        let code = source.text.lines().take_while(|line| !line.trim().starts_with("#[cfg(test)]"));
        for (at, line) in code.enumerate().filter(|(_, line)| !line.trim().starts_with("//")) {
            for rule in rules.words.iter().filter(|rule| !rules.lists(&rule.only, name)) {
                for word in rule.words.iter().filter(|word| line.contains(*word)) {
                    let place = format!("{}:{}", source.path, at + 1);
                    found.push(finding(place, format!("`{name}` may not write `{word}`: {}", rule.why)));
                }
            }
        }
    }
    found
}

fn is_test_file(path: &str) -> bool {
    let folder = |name: &str| path.contains(&format!("/{name}/"));
    folder("tests")
        || folder("benches")
        || folder("examples")
        || path.contains("/testkit")
        || path.ends_with("/tests.rs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{lines, source};

    fn check_in(path: &str, text: &str) -> String {
        let rules: Rules =
            toml::from_str(r#"word = [{ words = ["Moon::now("], only = ["world"], why = "take `now`" }]"#)
                .unwrap();
        lines(&check(&[source(path, text)], &rules))
    }

    #[test]
    fn only_the_listed_crate_may_write_it() {
        let said = check_in("crates/devices/src/lib.rs", "//! D.\nlet t = Moon::now();\n");
        assert_eq!(said, "crates/devices/src/lib.rs:2: `devices` may not write `Moon::now(`: take `now`\n");
        assert_eq!(check_in("crates/world/src/lib.rs", "let t = Moon::now();"), "");
    }

    #[test]
    fn comments_and_tests_are_apart() {
        assert_eq!(check_in("crates/devices/src/lib.rs", "/// Not Moon::now().\n"), "");
        assert_eq!(check_in("crates/devices/src/lib.rs", "#[cfg(test)]\nmod t { Moon::now(); }\n"), "");
        assert_eq!(check_in("crates/devices/tests/a.rs", "Moon::now();"), "");
    }
}
