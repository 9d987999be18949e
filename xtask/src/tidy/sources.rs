//! The shape of source files: module docs, length, no unfinished or switched-off code.

use super::rules::Rules;
use super::{Finding, Source, finding};

/// Hard limit of a hand-written file, in lines.
const LINES_MAX: usize = 600;

pub(crate) fn check(sources: &[Source], rules: &Rules) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        module_docs(source, &mut found);
        length(source, rules, &mut found);
        unfinished(source, &mut found);
        switched_off(source, &mut found);
        if source.path.ends_with("/mod.rs") {
            found.push(finding(
                &source.path,
                "name the module's file after it: `foo.rs` beside the folder `foo/`",
            ));
        }
    }
    for (path, _) in rules.long.iter().filter(|(path, _)| sources.iter().all(|s| s.path != **path)) {
        found.push(finding(
            "docs/layers.toml",
            format!("[long] lists {path}, which is gone; take it off the list"),
        ));
    }
    found
}

fn module_docs(source: &Source, found: &mut Vec<Finding>) {
    if !source.is_rust() {
        return;
    }
    let first = source.text.lines().find(|line| {
        let line = line.trim();
        !line.is_empty() && (line.starts_with("//!") || !line.starts_with("//")) && !line.starts_with("#!")
    });
    if !first.is_some_and(|line| line.starts_with("//!")) {
        found.push(finding(
            &source.path,
            "open the module with `//!`: what it does, and what it deliberately does not",
        ));
    }
}

fn length(source: &Source, rules: &Rules, found: &mut Vec<Finding>) {
    let written = [".rs", ".ts", ".tsx", ".mjs", ".py", ".css"].iter().any(|end| source.path.ends_with(end));
    if !written || source.is_generated() {
        return;
    }
    let lines = source.text.lines().count();
    let advice = match rules.long.get(&source.path) {
        None if lines <= LINES_MAX => return,
        None => format!("has {lines} lines, over {LINES_MAX}; split it by what it does"),
        Some(_) if lines <= LINES_MAX => {
            "is short enough now; take it off [long] in docs/layers.toml".to_owned()
        }
        Some(&listed) if lines > listed => {
            format!("grew from {listed} to {lines} lines; [long] only shrinks, so split it instead")
        }
        Some(&listed) if lines < listed => {
            format!("shrank from {listed} to {lines} lines; write {lines} into [long] in docs/layers.toml")
        }
        Some(_) => return,
    };
    found.push(finding(&source.path, advice));
}

fn unfinished(source: &Source, found: &mut Vec<Finding>) {
    if !source.is_rust() {
        return;
    }
    // Written in two halves so that this file does not find itself.
    let banned = [
        (concat!("todo", "!("), "finish it, or leave the whole feature out"),
        (concat!("unimplemented", "!("), "finish it, or leave the whole feature out"),
        (concat!("#[", "ignore"), "a test that does not run proves nothing; mend it or remove it"),
        (concat!("#[", "allow("), "write `#[expect(…, reason = \"…\")]`, or mend what the lint says"),
    ];
    for (number, line) in numbered(&source.text) {
        for (word, advice) in banned.iter().filter(|(word, _)| line.contains(word)) {
            found.push(finding(format!("{}:{number}", source.path), format!("has `{word}`; {advice}")));
        }
    }
}

fn switched_off(source: &Source, found: &mut Vec<Finding>) {
    let is_test = source.path.starts_with("web/")
        && [".test.ts", ".test.tsx", ".spec.ts"].iter().any(|end| source.path.ends_with(end));
    if !is_test {
        return;
    }
    for (number, line) in numbered(&source.text) {
        // `skip(condition, reason)` stays: the sum of the run fails when it comes true.
        let calls = [".only(", ".skip()", ".skip('", ".skip(\"", ".fixme(", ".todo("];
        for call in calls.into_iter().filter(|call| line.contains(call)) {
            let place = format!("{}:{number}", source.path);
            found.push(finding(place, format!("has `{call}`; every test runs, so mend it or remove it")));
        }
    }
}

pub(super) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line))
        .filter(|(_, line)| !line.trim().starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{lines, source};

    fn check_one(path: &str, text: &str, long: &str) -> String {
        let rules: Rules = toml::from_str(&format!("[long]\n{long}")).unwrap();
        lines(&check(&[source(path, text)], &rules))
    }

    #[test]
    fn a_module_opens_with_its_docs() {
        assert_eq!(check_one("crates/a/src/lib.rs", "//! Does a.\nfn a() {}\n", ""), "");
        assert_eq!(check_one("crates/a/src/lib.rs", "// Generated.\n//! Does a.\n", ""), "");
        assert!(
            check_one("crates/a/src/lib.rs", "use b;\n//! Late.\n", "")
                .contains("open the module with `//!`")
        );
        assert!(check_one("crates/a/src/lib.rs", "", "").contains("open the module"));
    }

    #[test]
    fn long_files_are_split_and_the_list_shrinks() {
        let long = |n: usize| format!("//! A.\n{}", "a();\n".repeat(n - 1));
        assert!(check_one("crates/a/src/a.rs", &long(601), "").contains("has 601 lines, over 600"));
        assert_eq!(check_one("crates/a/src/a.rs", &long(601), "\"crates/a/src/a.rs\" = 601"), "");
        assert!(
            check_one("crates/a/src/a.rs", &long(602), "\"crates/a/src/a.rs\" = 601")
                .contains("grew from 601")
        );
        assert!(
            check_one("crates/a/src/a.rs", &long(601), "\"crates/a/src/a.rs\" = 700")
                .contains("write 601 into")
        );
        assert!(
            check_one("crates/a/src/a.rs", &long(9), "\"crates/a/src/a.rs\" = 700").contains("short enough")
        );
        assert!(check_one("crates/a/src/a.rs", &long(9), "\"crates/b.rs\" = 700").contains("which is gone"));
        let generated = format!("// Generated by `cargo xtask codegen`.\n{}", long(900));
        assert_eq!(check_one("crates/a/src/a.rs", &generated, ""), "");
    }

    #[test]
    fn unfinished_code_is_named_with_its_line() {
        for word in [concat!("todo", "!()"), concat!("#[", "ignore]"), concat!("#[", "allow(dead_code)]")] {
            let said = check_one("crates/a/src/a.rs", &format!("//! A.\n{word}\n"), "");
            assert!(said.starts_with("crates/a/src/a.rs:2: has `"), "{said}");
        }
        assert!(check_one("web/test/a.test.ts", "it.only('a', f)", "").contains("every test runs"));
        assert!(check_one("web/e2e/a.spec.ts", "test.skip('a', f)", "").contains("every test runs"));
        assert_eq!(check_one("web/e2e/a.spec.ts", "test.skip(count < 2, 'too few')", ""), "");
        assert!(check_one("crates/a/src/mod.rs", "//! A.", "").contains("`foo.rs` beside the folder"));
    }
}
