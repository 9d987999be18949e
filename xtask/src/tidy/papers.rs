//! The papers agree with the repository: every crate is on the map, and CI runs the command the README gives.

use super::{Finding, Source, finding};

/// The one command that checks everything.
const COMMAND: &str = "cargo xtask test";

pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    let text =
        |path: &str| sources.iter().find(|source| source.path == path).map(|source| source.text.as_str());
    match text("ARCHITECTURE.md") {
        None => found.push(finding("ARCHITECTURE.md", "is missing; it is the map of the house")),
        Some(map) => on_the_map(sources, map, &mut found),
    }
    match text("README.md") {
        None => found.push(finding("README.md", "is missing; it tells a newcomer the two commands")),
        Some(readme) if !readme.lines().any(|line| line.trim() == COMMAND) => {
            found.push(finding(
                "README.md",
                format!("should give `{COMMAND}` on a line of its own in a code block"),
            ));
        }
        Some(_) => {}
    }
    match text(".ci/run") {
        None => found.push(finding(".ci/run", format!("is missing; it calls `{COMMAND}`"))),
        Some(script) if commands(script) != [format!("exec {COMMAND}")] => found.push(finding(
            ".ci/run",
            format!("should only set variables and `exec {COMMAND}`, so that CI does what a laptop does"),
        )),
        Some(_) => {}
    }
    found
}

fn on_the_map(sources: &[Source], map: &str, found: &mut Vec<Finding>) {
    for source in sources {
        let name = source.path.strip_prefix("crates/").and_then(|rest| rest.strip_suffix("/Cargo.toml"));
        let Some(name) = name else { continue };
        let described = |line: &str| {
            let mention =
                [format!("`{name}`"), format!("`crates/{name}`")].iter().any(|word| line.contains(word));
            // A name with nothing said about it is not a description.
            mention && line.len() > name.len() + 25
        };
        if !map.lines().any(described) {
            found.push(finding(
                "ARCHITECTURE.md",
                format!("says nothing about `{name}`; add a line on what it is for"),
            ));
        }
    }
}

/// Lines of a script that run something: not comments, options, variables or `cd`.
fn commands(script: &str) -> Vec<&str> {
    script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter(|line| !["set ", "export ", "cd "].iter().any(|word| line.starts_with(word)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{lines, source};

    fn check_with(readme: &str, ci: &str, map: &str) -> String {
        lines(&check(&[
            source("README.md", readme),
            source(".ci/run", ci),
            source("ARCHITECTURE.md", map),
            source("crates/odata/Cargo.toml", ""),
        ]))
    }

    const README: &str = "```\ncargo xtask test\n```\n";
    const CI: &str = "#!/usr/bin/env bash\nset -eu\nexport A=b\nexec cargo xtask test\n";
    const MAP: &str = "- `odata`: the protocol, and nothing of Quarterdeck\n";

    #[test]
    fn papers_that_agree_are_fine() {
        assert_eq!(check_with(README, CI, MAP), "");
    }

    #[test]
    fn each_disagreement_is_named() {
        assert!(check_with("cargo test", CI, MAP).contains("README.md: should give `cargo xtask test`"));
        let more = "cargo fmt\nexec cargo xtask test\n";
        assert!(check_with(README, more, MAP).contains(".ci/run: should only set variables"));
        assert!(check_with(README, CI, "odata").contains("says nothing about `odata`"));
        assert!(check_with(README, CI, "`odata`").contains("says nothing about `odata`"));
        assert!(lines(&check(&[])).contains("ARCHITECTURE.md: is missing"));
    }
}
